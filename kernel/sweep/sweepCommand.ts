// `bnlab sweep` and `bnlab sweep resume`: from what is varied to runs, and to the engine that runs them.
import path from "node:path";
import { formatNotebook, type Notebook, NotebookError } from "../document/notebookFile";
import { checkFolder, readNotebook, runnableCells } from "../notebook/kernelRun";
import { injectParameters, parametersOf } from "../notebook/parameters";
import { StopSignals } from "../notebook/stopSignals";
import { plural } from "../words";
import { staleMark } from "./activity";
import type { Axis, Values } from "./axes";
import { leastMiB } from "./engine";
import { inWords, tellStatus } from "./folderCommands";
import { localEngine } from "./localEngine";
import { rowsAxis } from "./rows";
import { grid, random } from "./sampler";
import { slurmEngine } from "./slurmEngine";
import { type EngineChoice, type Limits, makeSweepFolder, type Plan, Sweep, stateOf } from "./sweepFolder";

export interface EngineOptions extends Limits, Omit<EngineChoice, "name"> {
  engine?: EngineChoice["name"];
}

export interface SweepCommandOptions extends EngineOptions {
  param?: readonly Axis[];
  paramsFile?: string;
  /** How many runs are drawn; without it each combination is one. */
  random?: number;
  /** The drawing's. */
  seed: number;
  /** The sweep's folder; by default NAME.sweep beside the notebook. */
  output?: string;
  /** Where cells start from. */
  folder?: string;
  /** Cells start in their run's folder. */
  ownFolder?: boolean;
}

/** @returns the exit code; see `bnlab sweep --help`. */
export async function sweepCommand(file: string, options: SweepCommandOptions): Promise<number> {
  const signals = new StopSignals();
  return inWords(file, async () => {
    const engine = choiceOf({ engine: "local", ...options });
    const runs = await runsOf(options);
    const notebook = await readNotebook(file);
    runnableCells(notebook);
    const text = formatNotebook(notebook);
    requireParameters(notebook, runs);
    const { folder: given = path.dirname(file), output = `${file.replace(/\.ipynb$/, "")}.sweep` } = options;
    if (!options.ownFolder) await checkFolder(given);
    const plan: Plan = {
      notebook: path.resolve(file),
      folder: options.ownFolder ? null : path.resolve(given),
      limits: limitsOf(options),
      engine,
      runs,
    };
    makeSweepFolder(output);
    return go(await Sweep.create(output, plan, await readNotebook(file), text), plan.limits, engine, signals);
  });
}

/** @returns the exit code; see `bnlab sweep --help`. */
export async function resumeCommand(folder: string, options: EngineOptions): Promise<number> {
  const signals = new StopSignals();
  return inWords(folder, async () => {
    const sweep = await Sweep.open(folder);
    const { name, ...before } = sweep.plan.engine;
    const kept = options.engine === undefined || options.engine === name ? before : {};
    const engine = choiceOf({ engine: name, ...kept, ...options });
    return go(sweep, limitsOf(options), engine, signals);
  });
}

/** Runs what has not finished. */
async function go(there: Sweep, limits: Limits, choice: EngineChoice, signals: StopSignals): Promise<number> {
  const stale = await staleMark(there);
  const sweep = await there.changed(limits, choice);
  const engine = choice.name === "slurm" ? slurmEngine(choice) : localEngine;
  const left = sweep.runs.filter((run) => stateOf(sweep.recordOf(run)) !== "finished");
  if (left.length === 0) return tellStatus(sweep);
  const done = sweep.runs.length - left.length;
  const kept = done > 0 ? `, ${done} of ${sweep.runs.length} are finished and stay` : "";
  console.log(`${sweep.folder}: ${plural(left.length, "run")}${kept}${engine.about(sweep, left)}`);
  const code = await engine.start(sweep, left, stale, signals);
  if (signals.word) console.log(`stopped by ${signals.word}; what ran is saved`);
  if (engine.isWaitedFor) await tellStatus(sweep);
  return code;
}

async function runsOf({
  param = [],
  paramsFile,
  random: count,
  seed,
}: SweepCommandOptions): Promise<Values[]> {
  const axes = paramsFile === undefined ? param : [await rowsAxis(paramsFile), ...param];
  return count === undefined ? grid(axes) : random(axes, count, seed);
}

/** A misspelled name would make the same run a thousand times. */
function requireParameters(notebook: Notebook, runs: readonly Values[]): void {
  const names = new Set(runs.flatMap((values) => Object.keys(values)));
  const all = Object.fromEntries([...names].map((name) => [name, 0]));
  const [warning] = injectParameters(notebook, parametersOf(all));
  if (warning) throw new NotebookError(warning);
}

/** @throws Error where something is asked of an engine that has it not. */
function choiceOf({
  engine = "local",
  memory,
  partition,
  module,
  sbatch,
  command,
}: EngineOptions): EngineChoice {
  if (memory !== undefined && memory < leastMiB)
    throw new Error(`expected --memory of at least ${leastMiB} MiB, which a kernel takes, got ${memory}`);
  const own = given({ partition, module, sbatch, command });
  const [first] = Object.keys(own);
  if (engine === "local" && first !== undefined) throw new Error(`--${first} is for --engine slurm`);
  return { name: engine, ...own };
}

const limitsOf = ({ jobs, cpus, time, memory, timeout, retries }: EngineOptions): Limits =>
  given({ jobs, cpus, time, memory, timeout, retries });

const given = <T extends object>(options: T): Partial<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
