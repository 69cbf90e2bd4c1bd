// Processes that make runs for this one: each takes over the values that the runs need, and makes one after the other.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, freemem, tmpdir } from "node:os";
import path from "node:path";
import { deserialize, serialize } from "node:v8";
import { setRngState } from "../bnlab";
import type { Outcome, Team, Work } from "../experiment/team";
import { environmentOf, setting } from "../host/settings";
import type { RunOutcome } from "../session/cells/runner";
import type { CellProgram } from "../session/cells/wire";
import { workModule } from "../session/converter/builtinModules";
import { onInterrupt } from "../session/display/display";
import type { Output } from "../session/display/output";
import { RunnerProcess } from "../session/runner/runnerProcess";
import { shownLanguage } from "../words";
import { CannotTravel } from "./closures";
import { decode } from "./decode";
import { type EncodeOptions, encode } from "./encode";
import { ScopeReader } from "./scopes";
import { session } from "./session";
import { originsOf } from "./sessionOrigins";
import { changesWords, type Made, Watch } from "./work";

/** What is left to do here takes less than starting others: they would come too late. */
const worthSeconds = 1;
/** What a process takes beside the values, at least. */
const processBytes = 150 * 2 ** 20;

/** Those at work: an interrupt ends them. */
const working = new Set<{ end(): void }>();
let isWatchingInterrupts = false;

/** @returns the team, or in words why there is none; null where nobody would expect one. */
export function startProcesses<Trial extends Seeded, Result>(
  work: Work<Trial, Result>,
): Team<Result> | string | null {
  const own = session();
  if (own === undefined || work.trials.length < 2) return null;
  const most = Math.min(work.most ?? setting("parallel") ?? availableParallelism(), work.trials.length);
  if (most < 2) return null;
  const { references } = own;
  if (references.isDebugged()) return "a debugger listens";
  const changed = references.changedBuiltin();
  if (changed !== undefined) return `cells have changed ${changed}`;
  const options = { references, scopes: new ScopeReader(), origins: originsOf(references) };
  try {
    return new Processes(work, most, options);
  } catch (error) {
    options.scopes.close();
    if (error instanceof CannotTravel) return error.message;
    throw error;
  }
}

function endAll(): void {
  for (const each of [...working]) each.end();
}

interface Seeded {
  readonly seed: number;
}

/** What a run shows before its turn has come. */
interface Run {
  readonly outputs: Output[];
  readonly outcome: Promise<Made | string>;
  readonly settle: (outcome: Made | string) => void;
}

class Processes<Trial extends Seeded, Result> implements Team<Result> {
  size: number;
  readonly #work: Work<Trial, Result>;
  readonly #options: EncodeOptions;
  readonly #watch: Watch;
  readonly #objects: readonly object[];
  readonly #folder: string;
  readonly #runs: Run[];
  readonly #processes = new Set<WorkProcess>();
  readonly #cores = availableParallelism();
  /** What none has begun. */
  #next = 1;
  /** Given back by a process that died of it, or of the company. */
  #again: number[] = [];
  #hasDied = false;
  /** Runs that a process has died of once. */
  readonly #hasFailed = new Set<number>();
  /** The run whose outputs are shown as they come. */
  #shown = 0;
  #started = performance.now();
  #isOver = false;

  constructor(work: Work<Trial, Result>, most: number, options: EncodeOptions) {
    this.#work = work;
    this.#options = options;
    const given = { run: work.run, trials: work.trials };
    const { root, nodes, objects } = encode(given, options);
    this.#objects = objects;
    this.#watch = new Watch(given, options);
    const bytes = serialize({ root, nodes });
    this.size = Math.min(most, Math.max(1, Math.floor(freeBytes() / costOf(bytes.length))));
    this.#runs = work.trials.map(() => newRun());
    sweepTemporary();
    this.#folder = mkdtempSync(path.join(tmpdir(), `bnlab-runs-${process.pid}-`));
    writeFileSync(this.#values, bytes, { mode: 0o600 });
    if (!isWatchingInterrupts) onInterrupt(endAll);
    isWatchingInterrupts = true;
    working.add(this);
    this.#started = performance.now();
    for (let i = 1; i < this.size; i++) void this.#serve();
  }

  get #values(): string {
    return path.join(this.#folder, "values");
  }

  join(): string | undefined {
    const changed = this.#watch.changed();
    if (changed !== null) return changesWords(changed);
    const seconds = (performance.now() - this.#started) / 1000;
    if (seconds * (this.#work.trials.length - 1) < worthSeconds) return "";
    void this.#serve();
    return undefined;
  }

  async outcome(index: number): Promise<Outcome<Result> | string> {
    this.#shown = index;
    const run = this.#runs[index]!;
    for (const output of run.outputs.splice(0)) session()?.publish(output);
    const made = await run.outcome;
    if (typeof made === "string") return made;
    if (made.here !== null) return made.here;
    if (made.stream !== null) setRngState(made.stream);
    const { error, seconds } = made;
    if (made.result === null) return { result: null, error, seconds };
    const { value } = await decode(made.result, { ...this.#options, known: this.#objects });
    return { result: value as Result, error, seconds };
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    working.delete(this);
    for (const each of this.#processes) each.kill();
    // One that is about to die may still write there.
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 10 });
    this.#options.scopes.close();
  }

  /** One process, or one after another, as long as there is something to do. */
  async #serve(): Promise<void> {
    let process: WorkProcess | undefined;
    // Once one has died, memory is taken to be for one alone: the others go as they come to an end.
    const isTooMany = () => this.#hasDied && this.#processes.size > (process === undefined ? 0 : 1);
    while (!isTooMany()) {
      const index = this.#take();
      if (index === undefined) break;
      const run = this.#runs[index]!;
      process ??= this.#start();
      const file = path.join(this.#folder, String(index));
      const { seed } = this.#work.trials[index]!;
      const outcome = await process.make(run, `make(${index}, ${seed}, ${JSON.stringify(file)})`);
      if (this.#isOver) return;
      if (outcome.status === "ok") {
        run.settle(deserialize(readFileSync(file)) as Made);
        rmSync(file);
      } else if (outcome.status === "died") {
        this.#processes.delete(process);
        process = undefined;
        this.#died(index, outcome.cause);
      } else
        run.settle(
          outcome.status === "error" ? `${outcome.error.ename}: ${outcome.error.evalue}` : "stopped",
        );
    }
    if (process === undefined) return;
    this.#processes.delete(process);
    process.kill();
  }

  #start(): WorkProcess {
    const threads = Math.max(
      1,
      Math.min(setting("threads") ?? this.#cores, Math.floor(this.#cores / this.size)),
    );
    const environment = environmentOf({ threads: String(threads), parallel: "off" });
    const started = new WorkProcess(this.#values, environment, (run) => run === this.#runs[this.#shown]);
    this.#processes.add(started);
    return started;
  }

  /** Perhaps of the company: it is made once more, alone. */
  #died(index: number, cause: string): void {
    this.#hasDied = true;
    if (this.#hasFailed.has(index)) {
      const error = `KernelDied: the process that made this run has ended: ${cause}`;
      this.#runs[index]!.settle({ result: null, error, seconds: Number.NaN, stream: null, here: null });
    } else {
      this.#hasFailed.add(index);
      this.#again.push(index);
    }
  }

  #take(): number | undefined {
    if (this.#isOver) return undefined;
    const again = this.#again.shift();
    if (again !== undefined) return again;
    return this.#next < this.#runs.length ? this.#next++ : undefined;
  }
}

/** A process that makes runs; what a run shows waits until it is that run's turn. */
class WorkProcess {
  readonly #runner: RunnerProcess;
  readonly #values: string;
  #run: Run | undefined;
  #isReady = false;
  #cells = 0;

  constructor(values: string, environment: Record<string, string>, isShown: (run: Run) => boolean) {
    this.#values = values;
    this.#runner = new RunnerProcess(
      process.cwd(),
      {
        output: (output) => {
          const run = this.#run;
          if (run === undefined) return;
          if (isShown(run)) session()?.publish(output);
          else run.outputs.push(output);
        },
        comm: () => this.#run?.settle("run() shows controls"),
        question: () => {
          this.#run?.settle("run() asks for input");
          return Promise.reject(new Error("nobody can be asked here"));
        },
        idleDeath: () => {},
      },
      environment,
    );
  }

  async make(run: Run, call: string): Promise<RunOutcome> {
    this.#run = run;
    if (!this.#isReady) {
      const taken = await this.#call(`take(${JSON.stringify(this.#values)})`);
      if (taken.status !== "ok") return taken;
      this.#isReady = true;
    }
    return this.#call(call);
  }

  kill(): void {
    this.#runner.kill();
  }

  #call(call: string): Promise<RunOutcome> {
    const id = ++this.#cells;
    const code = `(async ($$) => {\nawait (await $$.import("${workModule}")).${call};\n})`;
    const program: CellProgram = {
      ...{ id, name: `Run ${id}`, source: call, code, language: shownLanguage() },
      ...{
        imports: [],
        map: noMap,
        shifts: [],
        showsResult: false,
        declares: [],
        assigns: [],
        isAttended: false,
      },
    };
    return this.#runner.run(program);
  }
}

const noMap = JSON.stringify({ version: 3, sources: [], names: [], mappings: "" });

function newRun(): Run {
  let settle: Run["settle"] = () => {};
  const outcome = new Promise<Made | string>((resolve) => {
    settle = resolve;
  });
  return { outputs: [], outcome, settle };
}

/** What this machine, or what the process is confined to, has left. */
function freeBytes(): number {
  const confined = process.constrainedMemory?.() ?? 0;
  return confined > 0 ? Math.min(freemem(), confined - process.memoryUsage.rss()) : freemem();
}

/** The values are there as a file's bytes, as nodes and as themselves for a moment; a run takes what others here have taken. */
const costOf = (values: number) => Math.max(processBytes + 3 * values, process.memoryUsage.rss());

/** Takes away what processes that were killed have left. */
function sweepTemporary(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^bnlab-runs-(\d+)-/.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    try {
      rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
    } catch {} // somebody else's
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
