// `bnlab sweep` and `bnlab sweep resume`: from what is varied to runs, and to the engine that runs them.
import { existsSync } from "node:fs";
import path from "node:path";
import { formatNotebook, type Notebook, NotebookError } from "../document/notebookFile";
import { ExitCode } from "../notebook/exitCodes";
import { checkFolder, readNotebook, runnableCells } from "../notebook/kernelRun";
import { FileError } from "../notebook/outputFile";
import { injectParameters, parametersOf } from "../notebook/parameters";
import { StopSignals } from "../notebook/stopSignals";
import { plural } from "../words";
import { staleMark } from "./activity";
import type { Axis, Values } from "./axes";
import { leastMiB } from "./engine";
import { inWords, tellStatus } from "./folderCommands";
import { type Budgets, halvingOf, type Ranking, sizesOf, withBudget } from "./halving";
import { localEngine } from "./localEngine";
import { hasNextRound, roundText, withNextRound } from "./rounds";
import { rowsAxis } from "./rows";
import type { Running } from "./runningMark";
import { grid, random, requireFew } from "./sampler";
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
  /** Rounds, of which each keeps the best of the one before. */
  halve?: Budgets;
  by?: Ranking["by"];
  better?: Ranking["better"];
}

export interface ResumeOptions extends EngineOptions, Partial<Ranking> {
  /** Where cells start from now. */
  folder?: string;
}

/** @returns the exit code; see `bnlab sweep --help`. */
export async function sweepCommand(file: string, options: SweepCommandOptions): Promise<number> {
  const signals = new StopSignals();
  return inWords(file, async () => {
    const engine = choiceOf({ engine: "local", ...options });
    const combinations = await runsOf(options);
    const halving = halvingOf(options.halve, options, combinations);
    const runs = halving ? combinations.map((values) => withBudget(values, halving, 0)) : combinations;
    if (halving) requireFew(sizesOf(runs.length, halving));
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
      ...(halving && { halving }),
      runs,
    };
    makeSweepFolder(output);
    const sweep = await Sweep.create(output, plan, await readNotebook(file), text);
    return go(await changedIn(sweep, plan.limits, engine, options, plan.folder), engine, signals);
  });
}

/** @returns the exit code; see `bnlab sweep --help`. */
export async function resumeCommand(folder: string, options: ResumeOptions): Promise<number> {
  const signals = new StopSignals();
  return inWords(folder, async () => {
    const sweep = await Sweep.open(folder);
    const { name, ...before } = sweep.plan.engine;
    const kept = options.engine === undefined || options.engine === name ? before : {};
    const engine = choiceOf({ engine: name, ...kept, ...options });
    if (!sweep.plan.halving) halvingOf(undefined, options, []);
    const start = await startOf(sweep, options.folder);
    return go(await changedIn(sweep, limitsOf(options), engine, options, start), engine, signals);
  });
}

/**
 * Where cells start from now; a folder that was moved may have left that behind.
 *
 * @throws Error, FileError where it is not there.
 */
async function startOf({ plan, folder }: Sweep, given: string | undefined): Promise<string | null> {
  if (given !== undefined && plan.folder === null)
    throw new Error(
      "--folder says where cells start; this sweep's start in their runs' folders (--own-folder)",
    );
  const start = given === undefined ? plan.folder : path.resolve(given);
  if (start === null) return null;
  if (given === undefined && !existsSync(start))
    throw new FileError(
      folder,
      new Error(`its cells started in ${start}, which is no longer there; name where by --folder`),
    );
  await checkFolder(start);
  return start;
}

/** The sweep as it goes on, if it is nobody's now. */
async function changedIn(
  sweep: Sweep,
  limits: Limits,
  engine: EngineChoice,
  { by, better }: Partial<Ranking>,
  start: string | null,
): Promise<{ sweep: Sweep; stale: Running | undefined }> {
  const stale = await staleMark(sweep);
  return { sweep: await sweep.changed(limits, engine, given({ by, better }), start), stale };
}

/** Runs what has not finished, round by round. */
async function go(
  { sweep: first, stale }: { sweep: Sweep; stale: Running | undefined },
  choice: EngineChoice,
  signals: StopSignals,
): Promise<number> {
  const engine = choice.name === "slurm" ? slurmEngine(choice) : localEngine;
  let sweep = await withNextRound(first);
  for (let mark = stale; ; mark = undefined) {
    const runs = sweep.rounds.at(-1)!;
    const left = runs.filter((run) => stateOf(sweep.recordOf(run)) !== "finished");
    if (left.length === 0) return tellStatus(sweep);
    const done = runs.length - left.length;
    const kept = done > 0 ? `, ${done} of ${runs.length} are finished and stay` : "";
    const round = sweep.plan.halving ? `${roundText(sweep)}: ` : "";
    console.log(`${sweep.folder}: ${round}${plural(left.length, "run")}${kept}${engine.about(sweep, left)}`);
    const code = await engine.start(sweep, left, mark, signals);
    if (signals.word) console.log(`stopped by ${signals.word}; what ran is saved`);
    if (!engine.isWaitedFor) {
      if (hasNextRound(sweep)) console.log("When it has ended, resume hands over the next round.");
      return code;
    }
    const next = signals.word ? sweep : await withNextRound(sweep);
    if (next === sweep) {
      const told = await tellStatus(sweep);
      return code === ExitCode.ok ? told : code;
    }
    sweep = next;
  }
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
