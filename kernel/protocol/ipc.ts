// Messages over Node's IPC channel: the kernel's process on one end, whoever forked it on the other.
import type { Transport } from "./transport";

/** What `process` and `ChildProcess` have in common. */
export interface IpcEnd<Said> {
  readonly connected: boolean;
  send?(message: Said, done?: (error: Error | null) => void): boolean;
  on(event: "message", receive: (message: Said) => void): unknown;
  on(event: "disconnect", closed: () => void): unknown;
  disconnect?(): void;
}

export function ipcTransport<Said>(end: IpcEnd<Said>): Transport<Said> {
  let unsent = 0;
  let closing = false;
  const disconnectWhenSent = () => {
    if (closing && unsent === 0 && end.connected) end.disconnect?.();
  };
  return {
    send(message) {
      if (!end.connected) return;
      unsent++;
      // An error means that the other end has gone, of which onClose tells.
      end.send?.(message, () => {
        unsent--;
        disconnectWhenSent();
      });
    },
    onMessage: (receive) => void end.on("message", receive),
    onClose: (closed) => void end.on("disconnect", closed),
    close() {
      closing = true;
      disconnectWhenSent();
    },
  };
}
