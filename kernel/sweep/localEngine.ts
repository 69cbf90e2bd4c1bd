// A pool on this machine: as many `bnlab run` at once as cores and memory allow, each in a process that ends with the pool.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import os from "node:os";
import { wordsOf } from "../host/fileTrouble";
import { ExitCode } from "../notebook/exitCodes";
import { FileError } from "../notebook/outputFile";
import type { StopSignals } from "../notebook/stopSignals";
import { type Engine, environmentFor, thisProgram, usualMiB } from "./engine";
import { PoolLines } from "./poolLines";
import { mark, thisPool, unmark } from "./runningMark";
import { type Limits, type Sweep, type SweepRun, stateOf } from "./sweepFolder";

export const localEngine: Engine = {
  isWaitedFor: true,
  about: ({ plan }, runs) => `, ${Math.min(jobsFor(plan.limits), runs.length)} at the same time`,
  async start(sweep, runs, stale, signals) {
    mark(sweep.folder, thisPool(), stale);
    try {
      return await new Pool(sweep, runs, signals).run();
    } finally {
      unmark(sweep.folder);
    }
  },
};

/** How a process of a run ended. */
export interface End {
  run: SweepRun;
  exitCode: number | null;
  /** Whether it was ended because it took too much. */
  isOver: boolean;
  /** What is said of it where it did not end well. */
  trouble: string | null;
  seconds: number;
}

/** Beyond its time a run has so long to save what there is, in milliseconds; its own watch comes first. */
const lateMs = 15_000;
const lookMs = 1000;
const logBytes = 2000;
/** What is noted of a run that was ended because it took too much: as shells tell of SIGKILL. */
const killedCode = 137;

class Pool {
  readonly #sweep: Sweep;
  readonly #queue: SweepRun[];
  readonly #signals: StopSignals;
  readonly #lines: PoolLines;
  readonly #children = new Set<ChildProcess>();
  readonly #ends: End[] = [];
  readonly #tries = new Map<SweepRun, number>();
  /** Why no further run begins. */
  #trouble: FileError | undefined;

  constructor(sweep: Sweep, runs: readonly SweepRun[], signals: StopSignals) {
    this.#sweep = sweep;
    this.#queue = [...runs];
    this.#signals = signals;
    this.#lines = new PoolLines(process.stdout, runs.length);
    signals.stop.addEventListener("abort", () => this.#pass());
    signals.abandon.addEventListener("abort", () => this.#pass());
  }

  async run(): Promise<number> {
    const jobs = Math.min(jobsFor(this.#sweep.plan.limits), this.#queue.length);
    await Promise.all(Array.from({ length: jobs }, () => this.#work()));
    this.#lines.close();
    if (this.#trouble) throw this.#trouble;
    if (this.#signals.exitCode) return this.#signals.exitCode;
    return this.#ends.every(({ exitCode }) => exitCode === 0) ? ExitCode.ok : ExitCode.failed;
  }

  /** One of the pool's places. */
  async #work(): Promise<void> {
    while (!this.#signals.stop.aborted && !this.#trouble) {
      const run = this.#queue.shift();
      if (!run) return;
      // A pool that was killed may have left a run at its last line.
      if (stateOf(this.#sweep.recordOf(run)) === "finished") continue;
      try {
        await this.#sweep.prepare(run);
        const end = await this.#spawn(run);
        if (this.#signals.stop.aborted) this.#lines.stopped(end);
        else await this.#ended(end);
      } catch (error) {
        this.#trouble = error as FileError; // the folder takes nothing any more: no other run would fare better
      }
    }
  }

  async #ended(end: End): Promise<void> {
    const { run, exitCode, isOver, trouble } = end;
    // Whom somebody else has killed has not ended: it is run again by whoever goes on.
    const noted = exitCode === 0 || (exitCode === null && !isOver) || this.#sweep.recordOf(run);
    if (!noted) await this.#sweep.noteEnd(run, exitCode ?? killedCode, trouble ?? "");
    const tries = (this.#tries.get(run) ?? 0) + 1;
    this.#tries.set(run, tries);
    const again = exitCode !== 0 && tries <= (this.#sweep.plan.limits.retries ?? 0);
    if (again) this.#queue.push(run);
    else this.#ends.push(end);
    this.#lines.ended(end, this.#sweep.recordOf(run), again);
  }

  /** The signal that stops the pool; each run saves what there is. */
  #pass(): void {
    const signal = this.#signals.exitCode === 143 ? "SIGTERM" : "SIGINT";
    for (const child of this.#children) child.kill(signal);
  }

  async #spawn(run: SweepRun): Promise<End> {
    const { limits } = this.#sweep.plan;
    const started = performance.now();
    this.#lines.started(run);
    const child = this.#begin(run);
    this.#children.add(child);
    let limit: string | null = null;
    const end = (reason: string) => {
      limit ??= reason;
      child.kill("SIGKILL");
    };
    const watch = setInterval(() => {
      const { time = Number.POSITIVE_INFINITY, memory = Number.POSITIVE_INFINITY } = limits;
      if (performance.now() - started > time * 1000 + lateMs) end("it did not end in time");
      else if (memory < Number.POSITIVE_INFINITY && memoryOf(child.pid!) > memory)
        end(`it took more than ${memory} MiB`);
    }, lookMs);
    const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(
      (resolve, reject) => {
        child.once("error", (error) => reject(new FileError(thisProgram[0]!, wordsOf(error))));
        child.once("exit", (...ended) => resolve(ended));
      },
    ).finally(() => {
      clearInterval(watch);
      this.#children.delete(child);
    });
    const seconds = (performance.now() - started) / 1000;
    const trouble = exitCode === 0 ? null : (limit ?? (await this.#troubleOf(run, exitCode, signal)));
    return { run, exitCode, isOver: limit !== null, trouble, seconds };
  }

  /** Its lines go to its log. It ends when its channel closes, as it does when this process dies. */
  #begin(run: SweepRun): ChildProcess {
    const file = this.#sweep.logFile(run);
    let log: number;
    try {
      log = openSync(file, "w");
    } catch (error) {
      throw new FileError(file, error);
    }
    const [command, ...first] = thisProgram;
    try {
      return spawn(command!, [...first, ...this.#sweep.argumentsOf(run)], {
        env: { ...process.env, ...environmentFor(this.#sweep.plan.limits) },
        stdio: ["ignore", log, log, "ipc"],
      });
    } finally {
      closeSync(log);
    }
  }

  async #troubleOf(run: SweepRun, exitCode: number | null, signal: string | null): Promise<string> {
    const record = this.#sweep.recordOf(run);
    if (signal) return `it was killed by ${signal}`;
    if (record?.exitCode === exitCode && record?.error) return record.error;
    return (await lastLine(this.#sweep.logFile(run))) ?? `it ended with ${exitCode}`;
  }
}

/** As many as there are cores for, and memory. */
function jobsFor({ jobs, cpus = 1, memory = usualMiB }: Limits): number {
  if (jobs !== undefined) return jobs;
  const byCores = Math.floor(os.availableParallelism() / cpus);
  const byMemory = Math.floor(os.freemem() / (memory * 2 ** 20));
  return Math.max(1, Math.min(byCores, byMemory));
}

/** What a process and its descendants hold, in MiB; 0 where the system does not tell. */
function memoryOf(pid: number): number {
  if (process.platform !== "linux") return 0;
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const parent = /^\d+$/.test(name) ? fieldOf(name, "PPid") : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const held = (each: number): number =>
    (fieldOf(String(each), "VmRSS") ?? 0) +
    (children.get(each) ?? []).reduce((sum, child) => sum + held(child), 0);
  return held(pid) / 1024;
}

function fieldOf(pid: string, field: string): number | undefined {
  try {
    const found = new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(readFileSync(`/proc/${pid}/status`, "latin1"));
    return found ? Number(found[1]) : undefined;
  } catch {
    return undefined; // it has ended meanwhile
  }
}

/** What a log says last. */
async function lastLine(file: string): Promise<string | undefined> {
  try {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      const { buffer, bytesRead } = await handle.read(
        Buffer.alloc(logBytes),
        0,
        logBytes,
        Math.max(0, size - logBytes),
      );
      const lines = buffer.toString("utf8", 0, bytesRead).split("\n");
      return lines.findLast((line) => line.trim() !== "")?.trim();
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}
