// The client's side of a web socket, as tests use it.
declare module "ws" {
  import type { EventEmitter } from "node:events";
  export class WebSocket extends EventEmitter {
    constructor(address: string);
    send(message: string): void;
    close(): void;
  }
}
