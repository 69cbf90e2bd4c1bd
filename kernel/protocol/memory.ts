// Two ends of a line in memory, for tests: each delivers in order, in a turn of its own, and nothing is shared.
import type { AnyMessage } from "./messages";
import type { Transport } from "./transport";

export function memoryTransports(): [Transport, Transport] {
  const ends = [new MemoryEnd(), new MemoryEnd()] as const;
  ends[0].other = ends[1];
  ends[1].other = ends[0];
  return [ends[0], ends[1]];
}

class MemoryEnd implements Transport {
  other!: MemoryEnd;
  #receive: (message: AnyMessage) => void = () => {};
  #closed: () => void = () => {};
  #open = true;

  send(message: AnyMessage): void {
    if (!this.#open) return;
    const copy = JSON.parse(JSON.stringify(message)) as AnyMessage;
    queueMicrotask(() => this.other.#receive(copy));
  }

  onMessage(receive: (message: AnyMessage) => void): void {
    this.#receive = receive;
  }

  onClose(closed: () => void): void {
    this.#closed = closed;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.other.#open = false;
    queueMicrotask(() => this.other.#closed());
  }
}
