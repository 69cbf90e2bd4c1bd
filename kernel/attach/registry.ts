// The kernels that wait for clients, or have some: a file each, in a folder of this user's own.
import { randomBytes } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { makeFolder } from "../host/makeFolder";
import { isAlive } from "../host/parent";
import type { Keeping } from "../protocol";

/** One of them; its file says it as JSON. */
export interface KeptKernel extends Pick<Keeping, "notebook" | "workspace"> {
  version: string;
  /** Homes may be shared by machines; sockets are not. */
  hostname: string;
  socket: string;
  pid: number;
  /** What a client has to know: who may read the file may speak to the kernel. */
  token: string;
  /** Milliseconds since 1970. */
  since: number;
}

/** A kernel and its file. */
export interface Found {
  file: string;
  kernel: KeptKernel;
}

const ending = ".json";

/** A name for another file in it. The folder is opened to nobody else; kernels that were killed leave their files, until now. */
export function newEntry(folder: string): string {
  makeFolder(folder);
  if (process.platform !== "win32") chmodSync(folder, 0o700);
  for (const { file, kernel } of entriesIn(folder))
    if (isOurs(kernel) && !isAlive(kernel.pid)) removeEntry(file);
  return path.join(folder, `${randomBytes(6).toString("hex")}${ending}`);
}

/** Whole or not at all. */
export function writeEntry(file: string, kernel: KeptKernel): void {
  writeFileSync(`${file}.part`, JSON.stringify(kernel), { mode: 0o600 });
  renameSync(`${file}.part`, file);
}

/** With the socket that may lie beside it. */
export function removeEntry(file: string): void {
  for (const each of [file, socketBeside(file)]) rmSync(each, { force: true });
}

export const socketBeside = (file: string) => `${file}.socket`;

/** The kernels of a notebook on this machine, the latest first; some may have gone. */
export function keptKernels(
  folder: string,
  { notebook, workspace }: Pick<Keeping, "notebook" | "workspace">,
): Found[] {
  const isUntitled = notebook.startsWith("untitled:");
  return entriesIn(folder)
    .filter(({ kernel }) => isOurs(kernel) && kernel.notebook === notebook)
    .filter(({ kernel }) => !isUntitled || kernel.workspace === workspace)
    .sort((a, b) => b.kernel.since - a.kernel.since);
}

const isOurs = (kernel: KeptKernel) => kernel.hostname === hostname();

function entriesIn(folder: string): Found[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(ending));
  } catch {
    return []; // no kernel has been kept yet
  }
  return names.flatMap((name) => {
    const file = path.join(folder, name);
    try {
      const kernel: unknown = JSON.parse(readFileSync(file, "utf8"));
      return isKernel(kernel) ? [{ file, kernel }] : [];
    } catch {
      return []; // gone meanwhile, or damaged
    }
  });
}

function isKernel(value: unknown): value is KeptKernel {
  if (typeof value !== "object" || value === null) return false;
  const { since, pid, ...texts } = value as Record<string, unknown>;
  const names = ["notebook", "workspace", "version", "hostname", "socket", "token"];
  return (
    typeof since === "number" &&
    Number.isSafeInteger(pid) &&
    names.every((name) => typeof texts[name] === "string")
  );
}
