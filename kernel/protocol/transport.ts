// How messages travel: IPC to VS Code, ZeroMQ to Jupyter. A transport carries, it never interprets.
import type { AnyMessage } from "./messages";

export interface Transport {
  send(message: AnyMessage): void;
  /** Registers the one receiver of incoming messages. */
  onMessage(receive: (message: AnyMessage) => void): void;
  /** Registers what to do when the other end has gone. */
  onClose(closed: () => void): void;
  close(): void;
}
