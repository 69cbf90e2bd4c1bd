// Messages and notes over a socket: a line of JSON each.
import type { Socket } from "node:net";
import { LineReader } from "../host/lines";
import type { Said, Transport } from "../protocol";

/** A line that is no JSON ends it. `begin` looks at what the other end says before anybody listens. */
export function socketTransport(socket: Socket): Transport<Said> {
  let receive = (_: Said) => {};
  const reader = new LineReader((line) => {
    let said: Said;
    try {
      said = JSON.parse(line);
    } catch {
      socket.destroy();
      return;
    }
    receive(said);
  });
  socket.on("data", reader.push);
  socket.on("error", () => {}); // "close" follows
  return {
    send: (said) => void (socket.writable && socket.write(`${JSON.stringify(said)}\n`)),
    onMessage: (listener) => {
      receive = listener;
    },
    onClose: (closed) => void socket.on("close", closed),
    close: () => void socket.end(),
  };
}
