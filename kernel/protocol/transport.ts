// How messages travel: IPC or a socket to VS Code, ZeroMQ to Jupyter. A transport carries, it never interprets.
import type { AnyMessage } from "./messages";

export interface Transport<Said = AnyMessage> {
  send(message: Said): void;
  /** Registers the one receiver of incoming messages. */
  onMessage(receive: (message: Said) => void): void;
  /** Registers what to do when the other end has gone. */
  onClose(closed: () => void): void;
  close(): void;
}
