// Where what clients say to controls arrives: by itself when the event loop turns, or when a busy thread looks for it.
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Comm } from "../../protocol";
import { Shared } from "../cells/wire";

/** What the channel's thread is given. */
export interface ChannelData {
  shared: SharedArrayBuffer;
  /** Its end of what is said to controls. */
  comms: MessagePort;
}

export class CommPort {
  readonly #port: MessagePort;
  readonly #shared: Int32Array;
  readonly #hear: (comm: Comm) => void;
  /** How many have been taken out. */
  #taken = 0;

  constructor(port: MessagePort, shared: Int32Array, hear: (comm: Comm) => void) {
    this.#port = port;
    this.#shared = shared;
    this.#hear = hear;
    port.on("message", (comm: Comm) => this.#take(comm));
    port.unref(); // a process has nothing to do for controls alone
  }

  /** Costs next to nothing where nothing has come: a loop may ask in every turn. */
  poll(): void {
    if (Atomics.load(this.#shared, Shared.comms) === this.#taken) return;
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port)) {
      this.#take(next.message as Comm);
    }
  }

  #take(comm: Comm): void {
    this.#taken++;
    this.#hear(comm);
  }
}
