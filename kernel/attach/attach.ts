// A client's way to a kernel that another has started.
import { connect } from "node:net";
import { isNote, type PastExecution, type Refusal, type Said, type Transport } from "../protocol";
import type { KeptKernel } from "./registry";
import { socketTransport } from "./socketTransport";

export interface Attached {
  line: Transport<Said>;
  pid: number;
  executions: PastExecution[];
}

/** A kernel may be busy with the types of a cell, on a busy machine; one that does not answer in this time is stopped. */
const patienceMs = 30_000;

/** @param takes whether a client that is there is sent away. */
export function attach(
  { socket: address, token }: KeptKernel,
  version: string,
  takes = false,
): Promise<Attached | Refusal> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const late = setTimeout(() => {
      resolve("silent");
      socket.destroy();
    }, patienceMs);
    const line = socketTransport(socket);
    line.onClose(() => {
      clearTimeout(late);
      resolve("gone");
    });
    line.onMessage((said) => {
      clearTimeout(late);
      if (!isNote(said)) return;
      if (said.note === "refused") resolve(said.why);
      if (said.note !== "attached") return;
      const { pid, executions } = said;
      resolve({ line: keptFor(line), pid, executions });
    });
    line.send({ note: "attach", token, version, takes });
  });
}

/** What comes before anybody listens waits. */
function keptFor(line: Transport<Said>): Transport<Said> {
  const waiting: Said[] = [];
  line.onMessage((said) => waiting.push(said));
  return {
    ...line,
    onMessage(receive) {
      for (const said of waiting.splice(0)) receive(said);
      line.onMessage(receive);
    },
  };
}
