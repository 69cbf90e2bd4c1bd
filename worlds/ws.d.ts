// The socket as session/debugger uses it.
declare module "ws" {
  import type { EventEmitter } from "node:events";
  import type { AddressInfo } from "node:net";
  export class WebSocket extends EventEmitter {
    constructor(address: string);
    send(message: string): void;
    close(): void;
  }
  export class WebSocketServer extends EventEmitter {
    constructor(options: { host: string; port: number; path: string });
    on(event: "connection", connected: (socket: WebSocket) => void): this;
    once(event: "listening", listening: () => void): this;
    once(event: "error", failed: (error: Error) => void): this;
    address(): AddressInfo | string | null;
    close(): void;
  }
}
