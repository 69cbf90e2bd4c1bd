// The client's side of a web socket, as tests use it.
declare module "ws" {
  import type { EventEmitter } from "node:events";
  export class WebSocket extends EventEmitter {
    constructor(address: string, options?: { perMessageDeflate?: boolean; origin?: string });
    send(message: string, options?: { fin?: boolean }): void;
    ping(data?: string): void;
    close(): void;
  }
}
