// The line of one debugger: a socket on this machine, under an address that nobody can guess, open until the debugger goes.
import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { CellProgram } from "../cells/wire";
import { CellInspector } from "./cellInspector";

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
  const path = `/${randomUUID()}`;
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, path });
  await new Promise<void>((resolve, reject) => server.once("listening", resolve).once("error", reject));
  let inspector: CellInspector | undefined;
  let socket: WebSocket | undefined;
  let isClosed = false;
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    clearTimeout(late);
    if (inspector) tell();
    inspector = undefined;
    socket?.close();
    server.close();
  };
  const late = setTimeout(close, waitMs);
  late.unref();
  server.on("connection", (connected) => {
    clearTimeout(late);
    socket = connected;
    server.close(); // nobody else
    const own = new CellInspector(programs, { client: (message) => connected.send(message), engine: tell });
    inspector = own;
    connected.on("message", (data) => own.fromClient(String(data)));
    connected.on("close", close);
    connected.on("error", close);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `ws://127.0.0.1:${port}${path}`,
    hear: (message) => inspector?.fromEngine(message),
    close,
  };
}
