// What runs a sweep's runs: each kind is a file. All an engine may do with a run is to call `bnlab run` for it; how the run
// ended stands in the run's folder, and nowhere else.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { environmentOf } from "../host/settings";
import type { StopSignals } from "../notebook/stopSignals";
import type { Running } from "./runningMark";
import type { Limits, Sweep, SweepRun } from "./sweepFolder";

export interface Engine {
  /** Whether `start` ends with the last run; else it ends as soon as others have taken them over. */
  readonly isWaitedFor: boolean;
  /** What is said of how it runs them: ", 4 at the same time". */
  about(sweep: Sweep, runs: readonly SweepRun[]): string;
  /**
   * Has the runs run; the sweep's mark is this engine's and is to be put in place, and taken away where nothing runs any more.
   *
   * @param stale the mark of one that has gone.
   * @returns the exit code.
   * @throws Error, FileError when it cannot begin.
   */
  start(
    sweep: Sweep,
    runs: readonly SweepRun[],
    stale: Running | undefined,
    signals: StopSignals,
  ): Promise<number>;
}

/** What is under way or in a queue, by the indices of runs. */
export interface Activity {
  /** "process 123", "job 45". */
  readonly who: string;
  readonly running: ReadonlySet<number>;
  readonly queued: ReadonlySet<number>;
}

/** A run has this much where nobody has said more: what tensors take, and the 350 MB that a kernel takes before them. */
export const usualMiB = 1024;
/** What the processes of a kernel take before a cell runs, in MiB. */
const kernelMiB = 384;
/** Less makes no sense of a limit. */
export const leastMiB = kernelMiB + 2 * 64;

/** Settings by which a run keeps to its share. */
export function environmentFor({ cpus = 1, memory }: Limits): Record<string, string> {
  return environmentOf({
    threads: String(cpus),
    parallel: "off", // its runs are the sweep's
    // Tensors may take it, and objects as much again.
    ...(memory === undefined ? {} : { memory: String(Math.floor((memory - kernelMiB) / 2)) }),
  });
}

/** This program, beside whose entry this file is bundled. */
export const thisProgram: readonly string[] = [
  process.execPath,
  path.join(path.dirname(fileURLToPath(import.meta.url)), "cli.js"),
];
