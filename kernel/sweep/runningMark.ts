// Who runs a sweep just now: a file beside its plan. Two would run each run twice, so the second is told of the first.
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { FileError, OutputFile } from "../notebook/outputFile";

/** A pool's process, or a cluster's job. */
export type Running =
  | { engine: "local"; host: string; process: number; began: string | null }
  | {
      engine: "slurm";
      /** Its own, by which the cluster finds it. */
      name: string;
      /** Its number; null until it is known. */
      job: string | null;
      /** Indices; task t takes those at t, t + tasks, … */
      runs: readonly number[];
      tasks: number;
      /** The folder of its script and words. */
      submission: string;
    };

const nameIn = (folder: string) => path.join(folder, "running.json");

export function runningIn(folder: string): Running | undefined {
  try {
    const found = JSON.parse(readFileSync(nameIn(folder), "utf8")) as Running;
    return found.engine === "local" || found.engine === "slurm" ? found : undefined;
  } catch {
    return undefined; // not there, or cut off by a machine that went down
  }
}

/** This process as a pool. */
export const thisPool = (): Running => ({
  engine: "local",
  host: os.hostname(),
  process: process.pid,
  began: beginning(process.pid),
});

/** Whether a pool is there still; undefined where that cannot be seen from here. */
export function isThere({
  host,
  process: pid,
  began,
}: Extract<Running, { engine: "local" }>): boolean | undefined {
  if (host !== os.hostname()) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return began === beginning(pid);
}

/** When a process began, in the system's own count: another may have its number by now. Null where nobody tells. */
function beginning(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

/**
 * Puts the mark in place.
 *
 * @param stale what was found there before, of which nothing is left.
 * @throws FileError when somebody else's is there.
 */
export function mark(folder: string, running: Running, stale?: Running): void {
  const file = nameIn(folder);
  try {
    if (stale) takeAway(folder, stale);
    else if (!runningIn(folder)) rmSync(file, { force: true }); // cut off
    writeFileSync(file, textOf(running), { flag: "wx", flush: true });
  } catch (error) {
    if (["EEXIST", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? ""))
      throw new FileError(folder, new Error("another sweep has begun in it just now"));
    throw new FileError(file, error);
  }
}

/** Says more of what this process has marked. */
export async function remark(folder: string, running: Running): Promise<void> {
  await (await OutputFile.probe(nameIn(folder), textOf(running))).write(textOf(running));
}

/** Two may find the same one stale: who moves it away takes it, and puts back what he did not mean. */
function takeAway(folder: string, stale: Running): void {
  const aside = path.join(folder, `running.${process.pid}.tmp`);
  renameSync(nameIn(folder), aside);
  if (readFileSync(aside, "utf8") === textOf(stale)) rmSync(aside);
  else {
    renameSync(aside, nameIn(folder));
    throw Object.assign(new Error(), { code: "EEXIST" });
  }
}

export function unmark(folder: string): void {
  rmSync(nameIn(folder), { force: true });
}

const textOf = (running: Running) => `${JSON.stringify(running)}\n`;
