// The line of one debugger: a socket on this machine, under an address that nobody can guess, open until the debugger goes.
import { randomUUID } from "node:crypto";
import type { CellProgram } from "../cells/wire";
import { CellInspector } from "./cellInspector";
import { type Line, listen } from "./socket";

/** How long the line waits for its debugger. */
const waitMs = 30_000;

export interface InspectorLine {
  address: string;
  /** Takes in what the engine says. */
  hear(message: string): void;
  close(): void;
}

/** @param tell says something to the engine; nothing means that the debugger has gone. */
export async function openInspectorLine(
  programs: ReadonlyMap<string, CellProgram>,
  tell: (message?: string) => void,
): Promise<InspectorLine> {
  let inspector: CellInspector | undefined;
  let connected: Line | undefined;
  let isClosed = false;
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    clearTimeout(late);
    if (inspector) tell();
    inspector = undefined;
    connected?.close();
    listener.close();
  };
  const late = setTimeout(() => close(), waitMs).unref();
  const path = `/${randomUUID()}`;
  const listener = await listen(path, (line) => {
    clearTimeout(late);
    connected = line;
    const own = new CellInspector(programs, { client: (message) => line.send(message), engine: tell });
    inspector = own;
    return { hear: (text) => own.fromClient(text), closed: close };
  });
  const address = `ws://127.0.0.1:${listener.port}${path}`;
  return { address, hear: (message) => inspector?.fromEngine(message), close };
}
