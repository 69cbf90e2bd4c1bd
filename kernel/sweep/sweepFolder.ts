// The folder of a sweep: its plan, a copy of its notebook, a folder for each run. All state is in these files, so that whoever
// reads them, on whatever machine, knows what is finished and what is not.
import { existsSync, readFileSync } from "node:fs";
import { link, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Notebook } from "../document/notebookFile";
import { makeFolder } from "../host/makeFolder";
import { readTextFile } from "../host/textFile";
import { signalCodes } from "../notebook/exitCodes";
import { FileError, OutputFile } from "../notebook/outputFile";
import { parametersOf } from "../notebook/parameters";
import { type RecordFile, RunRecord } from "../notebook/runRecord";
import { countText, plural } from "../words";
import type { Values } from "./axes";
import { type Halving, isHalving, type Ranking, sizesOf } from "./halving";

/** How runs are run; what `resume` may change. */
export interface Limits {
  /** Runs at the same time. */
  jobs?: number;
  /** Cores of each. */
  cpus?: number;
  /** Seconds that a run may take. */
  time?: number;
  /** MiB that a run may take. */
  memory?: number;
  /** Seconds that a cell may take. */
  timeout?: number;
  /** How often a run that fails is tried again. */
  retries?: number;
}

export interface Plan {
  /** The file that the notebook is a copy of. From the root here, from the sweep's folder in the file, so that both may be moved. */
  notebook: string;
  /** Where cells start from, written like it; null: in their run's folder. */
  folder: string | null;
  limits: Limits;
  engine: EngineChoice;
  halving?: Halving | undefined;
  /** Where rounds are halved, those of the rounds that have been chosen. */
  runs: readonly Values[];
}

/** Which engine, and what is asked of it alone. */
export interface EngineChoice {
  name: "local" | "slurm";
  partition?: string;
  /** Loaded before the runs. */
  module?: readonly string[];
  /** Given to `sbatch` as they are. */
  sbatch?: readonly string[];
  /** What calls bnlab on a node, as a shell reads it. */
  command?: string;
}

export type RunState = "finished" | "failed" | "stopped" | "waiting";

export interface SweepRun {
  readonly index: number;
  /** Its number, as wide as the last one's. */
  readonly name: string;
  readonly values: Values;
  readonly folder: string;
}

const planFile = "sweep.json";
const notebookFile = "notebook.ipynb";
const runsFolder = "runs";
const recordFile = "records.json";
/** What a folder may hold that a sweep begins in: what one that was stopped at its first moment has left. */
const ownFiles = new Set([notebookFile, "running.json"]);

export class Sweep {
  /** From the root. */
  readonly folder: string;
  readonly plan: Plan;
  readonly runs: readonly SweepRun[];
  /** The runs by rounds, as far as they have been chosen: one where nothing is halved. */
  readonly rounds: readonly (readonly SweepRun[])[];

  private constructor(folder: string, plan: Plan) {
    this.folder = path.resolve(folder);
    this.plan = plan;
    const width = Math.max(4, String(mostRunsOf(plan) - 1).length);
    this.runs = plan.runs.map((values, index) => {
      const name = String(index).padStart(width, "0");
      return { index, name, values, folder: path.join(this.folder, runsFolder, name) };
    });
    const { halving } = plan;
    this.rounds = halving
      ? halving.budgets
          .map((budget) => this.runs.filter(({ values }) => values[halving.parameter] === budget))
          .filter(({ length }) => length > 0)
      : [this.runs];
  }

  /** @throws FileError when there is none in the folder. */
  static async open(folder: string): Promise<Sweep> {
    const file = path.join(folder, planFile);
    if (!existsSync(file)) throw new FileError(folder, new Error("there is no sweep in it, no sweep.json"));
    try {
      return new Sweep(folder, planOf(JSON.parse(await readTextFile(file)), folder));
    } catch (error) {
      throw new FileError(file, error);
    }
  }

  /**
   * Writes the plan and the notebook's copy, or finds the same ones there.
   *
   * @throws FileError when the folder holds another sweep or anything else.
   */
  static async create(folder: string, plan: Plan, notebook: Notebook, text: string): Promise<Sweep> {
    if (existsSync(path.join(folder, planFile))) return Sweep.#again(folder, plan, notebook);
    const others = (await readdir(folder)).filter((name) => !ownFiles.has(name) && !name.endsWith(".tmp"));
    if (others.length > 0)
      throw new FileError(
        folder,
        new Error(`it holds ${others[0]}, which is no sweep's; name a new folder by --output`),
      );
    await write(path.join(folder, notebookFile), text);
    return (await writeNew(path.join(folder, planFile), planText(plan, folder)))
      ? new Sweep(folder, plan)
      : Sweep.#again(folder, plan, notebook);
  }

  static async #again(folder: string, plan: Plan, notebook: Notebook): Promise<Sweep> {
    const there = await Sweep.open(folder);
    const remedy = "name another folder by --output, or go on with what is there: bnlab sweep resume";
    if (whatIsVaried(plan) !== whatIsVaried(there.plan))
      throw new FileError(
        folder,
        new Error(`it holds a sweep of ${plural(there.runs.length, "run")} with other parameters; ${remedy}`),
      );
    const copy: unknown = JSON.parse(await readTextFile(there.notebook));
    if (sourcesOf(copy) !== sourcesOf(notebook))
      throw new FileError(folder, new Error(`the notebook has changed since its sweep began; ${remedy}`));
    return there;
  }

  /** The copy that is run. */
  get notebook(): string {
    return path.join(this.folder, notebookFile);
  }

  /** How a run ended; undefined where nothing tells. */
  recordOf(run: SweepRun): RecordFile | undefined {
    try {
      const record = JSON.parse(readFileSync(this.recordFile(run), "utf8")) as RecordFile;
      return Number.isInteger(record?.exitCode) ? record : undefined;
    } catch {
      return undefined; // not there, or cut off
    }
  }

  recordFile(run: SweepRun): string {
    return path.join(run.folder, recordFile);
  }

  logFile(run: SweepRun): string {
    return path.join(run.folder, "log.txt");
  }

  /** Makes the run's folder, with its parameters in it; how an earlier try ended is forgotten. */
  async prepare(run: SweepRun): Promise<void> {
    const file = path.join(run.folder, "parameters.json");
    try {
      makeFolder(run.folder);
      await rm(this.recordFile(run), { force: true });
      await writeFile(file, `${JSON.stringify(run.values, null, 1)}\n`);
    } catch (error) {
      throw new FileError(file, error);
    }
  }

  /** Notes the end of a run that could not do so itself, as far as the disk takes it. */
  async noteEnd(run: SweepRun, exitCode: number, error: string): Promise<void> {
    const record = new RunRecord(this.notebook, parametersOf(run.values));
    record.lacks(exitCode, error);
    const { file, format } = await record.target(this.recordFile(run));
    await file.write(await format());
  }

  /** What `bnlab` is to be called with for it. */
  argumentsOf(run: SweepRun): string[] {
    const { folder, limits } = this.plan;
    const own = (name: string) => path.join(run.folder, name);
    return [
      ...["run", this.notebook, "--folder", folder ?? run.folder],
      ...["--params-file", own("parameters.json")],
      ...["--output", own("notebook.ipynb"), "--records", this.recordFile(run)],
      ...(limits.time === undefined ? [] : ["--time", String(limits.time)]),
      ...(limits.timeout === undefined ? [] : ["--timeout", String(limits.timeout)]),
    ];
  }

  /** Run otherwise from here on. */
  changed(
    limits: Limits,
    engine = this.plan.engine,
    ranking: Partial<Ranking> = {},
    folder = this.plan.folder,
  ): Promise<Sweep> {
    const { halving } = this.plan;
    return this.#as({
      ...this.plan,
      ...{ folder, engine, limits: { ...this.plan.limits, ...limits } },
      ...(halving && { halving: { ...halving, ...ranking } }),
    });
  }

  /** With more runs, behind the others. */
  extended(runs: readonly Values[]): Promise<Sweep> {
    return this.#as({ ...this.plan, runs: [...this.plan.runs, ...runs] });
  }

  async #as(plan: Plan): Promise<Sweep> {
    const text = planText(plan, this.folder);
    if (text === planText(this.plan, this.folder)) return this;
    await write(path.join(this.folder, planFile), text);
    return new Sweep(this.folder, plan);
  }
}

export function stateOf(record: RecordFile | undefined): RunState {
  if (!record) return "waiting";
  if (record.exitCode === 0) return "finished";
  return Object.values<number>(signalCodes).includes(record.exitCode) ? "stopped" : "failed";
}

/** @throws FileError */
export function makeSweepFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new FileError(folder, error);
  }
}

async function write(file: string, text: string): Promise<void> {
  await (await OutputFile.probe(file, text)).write(text);
}

/** @returns whether it was: whole, and only if nobody else's stands there by now. */
async function writeNew(file: string, text: string): Promise<boolean> {
  const beside = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(beside, text, { flush: true });
    await link(beside, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new FileError(file, error);
  } finally {
    await rm(beside, { force: true });
  }
}

/** With those of the rounds to come. */
function mostRunsOf({ runs, halving }: Plan): number {
  if (!halving) return runs.length;
  const first = runs.filter((values) => values[halving.parameter] === halving.budgets[0]);
  return sizesOf(first.length, halving).reduce((sum, size) => sum + size, 0);
}

/** By which one sweep is told from another. How runs are ranked may change. */
function whatIsVaried({ runs, halving }: Plan): string {
  if (!halving) return JSON.stringify(runs);
  const { parameter, budgets } = halving;
  return JSON.stringify([parameter, budgets, runs.filter((values) => values[parameter] === budgets[0])]);
}

/** A run a line, so that a plan can be read. */
function planText({ runs, ...plan }: Plan, from: string): string {
  const place = (name: string) => path.relative(from, name).replaceAll(path.sep, "/") || ".";
  const places = { notebook: place(plan.notebook), folder: plan.folder === null ? null : place(plan.folder) };
  const head = JSON.stringify({ ...plan, ...places }, null, 1).slice(0, -2);
  return `${head},\n "runs": [\n${runs.map((values) => `  ${JSON.stringify(values)}`).join(",\n")}\n ]\n}\n`;
}

function planOf(json: unknown, from: string): Plan {
  const plan = json as Plan;
  const isPlan =
    typeof plan === "object" &&
    plan !== null &&
    typeof plan.notebook === "string" &&
    (plan.folder === null || typeof plan.folder === "string") &&
    typeof plan.limits === "object" &&
    plan.limits !== null &&
    (plan.engine?.name === "local" || plan.engine?.name === "slurm") &&
    Array.isArray(plan.runs) &&
    plan.runs.every((values) => typeof values === "object" && values !== null) &&
    (plan.halving === undefined || isHalving(plan.halving));
  if (!isPlan) throw new Error("it is no plan of a sweep; a sweep begins in a new folder");
  const { notebook, folder } = plan;
  return {
    ...plan,
    notebook: path.resolve(from, notebook),
    folder: folder === null ? null : path.resolve(from, folder),
  };
}

/** Its cells' texts: outputs may differ. */
function sourcesOf(notebook: unknown): string {
  const { cells } = notebook as Notebook;
  return JSON.stringify(
    cells.map(({ cell_type, source }) => [cell_type, Array.isArray(source) ? source.join("") : source]),
  );
}

/** "12 of 50 runs finished, 1 failed": what there is of each. */
export function countsText(states: readonly RunState[]): string {
  const count = (state: RunState) => states.filter((each) => each === state).length;
  const others = (["failed", "stopped"] as const).flatMap((state) =>
    count(state) > 0 ? `${countText(count(state))} ${state}` : [],
  );
  return [`${countText(count("finished"))} of ${plural(states.length, "run")} finished`, ...others].join(
    ", ",
  );
}
