// Where clients come in that have not started the kernel: a socket that only this user can reach, for those who know the token.
import { randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import type { Keeping, Note, Said, Transport } from "../protocol";
import { type KeptKernel, newEntry, removeEntry, socketBeside, writeEntry } from "./registry";
import { socketTransport } from "./socketTransport";

/** The system's bound is 104 bytes on macOS, 108 on Linux, with a zero at the end. */
const longestPath = 100;
/** Who says nothing is sent away; the kernel itself may be what is late. */
const patienceMs = 30_000;
/** Longer than what a client has to say before it is known. */
const firstBytes = 4096;

export type Visit = Extract<Note, { note: "attach" }>;

export interface Door {
  /** Tells where the kernel is to be found now. */
  register(keeping: Keeping): void;
  close(): void;
}

/** @param onVisit is called with who has the token. Rejects where the system makes no such socket, or no such file. */
export async function openDoor(
  keeping: Keeping,
  version: string,
  onVisit: (line: Transport<Said>, visit: Visit) => void,
): Promise<Door> {
  const entry = newEntry(keeping.folder);
  const { address, remove } = addressBeside(entry);
  const token = randomBytes(32).toString("hex");
  const server = createServer((socket) => welcome(socket, token, onVisit));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address, resolve);
  });
  server.on("error", () => {}); // of a client that has gone before it was taken
  if (process.platform !== "win32") chmodSync(address, 0o600);
  const { pid } = process;
  const kernel = { version, hostname: hostname(), socket: address, pid, token, since: Date.now() };
  const register = ({ notebook, workspace }: Keeping) =>
    writeEntry(entry, { ...kernel, notebook, workspace } satisfies KeptKernel);
  const close = () => {
    removeEntry(entry);
    server.close();
    remove();
  };
  process.once("exit", close);
  register(keeping);
  return { register, close };
}

function welcome(
  socket: Socket,
  token: string,
  onVisit: (line: Transport<Said>, visit: Visit) => void,
): void {
  const late = setTimeout(() => socket.destroy(), patienceMs);
  let bytes = 0;
  const count = (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > firstBytes) socket.destroy();
  };
  socket.prependListener("data", count);
  socket.once("close", () => clearTimeout(late));
  const line = socketTransport(socket);
  line.onMessage((said) => {
    clearTimeout(late);
    socket.off("data", count);
    if (isVisit(said) && isSame(said.token, token)) onVisit(line, said);
    else socket.destroy();
  });
}

function isVisit(said: unknown): said is Visit {
  if (typeof said !== "object" || said === null) return false;
  const { note, token, version } = said as Partial<Visit>; // the rest is of this version
  return note === "attach" && typeof token === "string" && typeof version === "string";
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** A socket has a short path. Windows has pipes, under names that anybody can list but nobody can guess before. */
function addressBeside(entry: string): { address: string; remove(): void } {
  if (process.platform === "win32") return { address: `\\\\.\\pipe\\bnlab-${randomUUID()}`, remove() {} };
  const beside = socketBeside(entry);
  if (Buffer.byteLength(beside) <= longestPath) return { address: beside, remove() {} };
  const folder = mkdtempSync(path.join(tmpdir(), "bnlab-")); // opened to nobody else
  return {
    address: path.join(folder, "socket"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
