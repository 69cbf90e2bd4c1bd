// Paired runs over seeds and arms. Imports kernel/tensor, and a table of kernel/nn to show itself.
import {
  describe,
  requireFunction,
  requireInteger,
  requireIntegers,
  requireOptions,
  show,
} from "../arguments";
import { machine } from "../machine/machine";
import { manualSeed } from "../tensor";
import { Experiment, type Judging, judgingNames, type Run } from "./result";
import { failureText, type Outcome, startTeam } from "./team";

/** One run to make: all arms of a seed start from the same random stream. */
export interface Trial<Settings = undefined> {
  /** What manualSeed() was given for it. */
  readonly seed: number;
  /** The arm's name. */
  readonly arm: string;
  /** What stands under the arm's name in `arms`; undefined where only names were given. */
  readonly settings: Settings;
}

export interface ExperimentOptions<Result, Settings = undefined> extends Judging {
  /** How many, from 0 on, or which. Default 5. */
  seeds?: number | readonly number[];
  /** Names, or settings by name. The first arm is the one that the others are compared with. */
  arms: readonly string[] | Readonly<Record<string, Settings>>;
  /**
   * Makes one run, synchronous or not: a number, or an object with numbers in it and whatever else is worth keeping.
   * manualSeed(seed) has been called before. What it throws is kept as the run's error; the others go on. NaN is no value:
   * give Infinity for a loss that diverged.
   */
  run: (trial: Trial<Settings>) => Result | Promise<Result>;
  /** Is called in the notebook after each run that did not fail, in their order: what draws and gathers stands here, not in `run`. */
  onResult?: (result: Result, trial: Trial<Settings>) => void;
  /**
   * Whether runs are made on all cores at once, each in a process of its own: false for one after the other, a number for at
   * most so many. The results are the same bits. Default true, where there are processes: not in a web page.
   */
  parallel?: boolean | number;
}

/** What an experiment may be given by its surroundings. */
export interface ExperimentHost {
  /** Goes through a list and shows how far it is. */
  progress?: <T>(items: readonly T[], options: { label: string }) => Iterable<T> & { note?: string };
  /** Sees the experiment before its first run: what is in it stays there if an interrupt ends the rest. */
  begun?: (experiment: Experiment<unknown>) => void;
}

/**
 * Runs every arm with every seed, seed by seed, so that whatever stops it leaves whole pairs. The default random stream
 * goes on from the last run.
 *
 * The first run is made here; it shows whether `run` changes anything in the notebook, and how long it takes. The others are
 * made elsewhere where that is possible, and taken in their order.
 *
 * @throws RangeError for no seeds, no arms or one twice, and settings under a whole number; TypeError where `run` is no function or gives nothing to judge by.
 */
export async function runExperiment<Result, Settings = undefined>(
  options: ExperimentOptions<Result, Settings>,
  { progress, begun }: ExperimentHost = {},
): Promise<Experiment<Result>> {
  requireOptions("experiment", options, ["seeds", "arms", "run", "onResult", "parallel", ...judgingNames]);
  const { seeds = 5, arms, run, onResult, parallel = true, ...judging } = options ?? {};
  requireFunction("experiment", run);
  if (onResult !== undefined) requireFunction("experiment", onResult);
  if (typeof parallel !== "boolean") requireInteger("experiment", "parallel", parallel, 1);
  if (typeof seeds === "number") requireInteger("experiment", "seeds", seeds, 1);
  else requireIntegers("experiment", "seeds", seeds);
  if (typeof arms !== "object" || arms === null) {
    throw new TypeError(`experiment: expected arms as names, or settings by name, got ${describe(arms)}`);
  }
  if (judging.better !== undefined && judging.better !== "higher" && judging.better !== "lower") {
    throw new RangeError(`experiment: expected better "higher" or "lower", got ${describe(judging.better)}`);
  }
  const chosen = typeof seeds === "number" ? Array.from({ length: seeds }, (_, seed) => seed) : [...seeds];
  const settings = new Map<string, Settings>(
    isNames(arms) ? arms.map((arm) => [arm, undefined as Settings]) : Object.entries(arms),
  );
  const named = isNames(arms) ? arms.length : settings.size;
  if (chosen.length === 0 || named === 0 || new Set(chosen).size < chosen.length || settings.size < named) {
    throw new RangeError(
      `experiment: expected seeds and arms, each once, got seeds ${show(chosen)} and arms [${isNames(arms) ? arms.join(", ") : ""}]`,
    );
  }
  const numbered = isNames(arms) ? undefined : Object.keys(arms).find((arm) => /^\d+$/.test(arm));
  if (numbered !== undefined) {
    throw new RangeError(
      `experiment: expected arms that are no whole numbers, which JavaScript puts first in an object, got "${numbered}"; ` +
        `write "batch ${numbered}", say`,
    );
  }
  const runs: Run<Result>[] = [];
  const experiment = new Experiment<Result>(chosen, [...settings.keys()], runs, judging);
  begun?.(experiment);
  const trials = chosen.flatMap((seed) =>
    [...settings].map(([arm, own]): Trial<Settings> => ({ seed, arm, settings: own })),
  );
  const numberedTrials = [...trials.entries()];
  const shown: Iterable<[number, Trial<Settings>]> & { note?: string } =
    progress?.(numberedTrials, { label: "experiment" }) ?? numberedTrials;
  const most = parallel === true ? undefined : Number(parallel);
  const started = startTeam({ trials, run, most });
  let team = typeof started === "string" ? null : started;
  let here = typeof started === "string" ? started : "";
  const stay = (why: string) => {
    team?.end();
    team = null;
    here = why;
  };
  if (here !== "" && options.parallel !== undefined) console.warn(oneByOne(here));
  try {
    for (const [i, trial] of shown) {
      const { seed, arm } = trial;
      if (progress)
        shown.note = [`seed ${seed}, ${arm}`, here === "" ? "" : oneByOne(here)].filter(Boolean).join(" · ");
      await machine().turn(); // charts draw, an interrupt arrives
      const elsewhere: Outcome<Result> | string = team && i > 0 ? await team.outcome(i) : "";
      if (elsewhere !== "" && typeof elsewhere === "string") stay(elsewhere);
      const outcome = typeof elsewhere === "string" ? await madeHere(run, trial) : elsewhere;
      runs.push({ seed, arm, ...outcome });
      const why = i === 0 ? team?.join() : undefined;
      if (why !== undefined) stay(why);
      experiment.check();
      if (outcome.error === null) onResult?.(outcome.result as Result, trial);
    }
  } finally {
    team?.end();
  }
  return experiment;
}

const oneByOne = (why: string) => `one after the other: ${why}`;

async function madeHere<Result, Settings>(
  run: ExperimentOptions<Result, Settings>["run"],
  trial: Trial<Settings>,
): Promise<Outcome<Result>> {
  const start = performance.now();
  const outcome = (result: Result | null, error: string | null) => {
    return { result, error, seconds: (performance.now() - start) / 1000 };
  };
  try {
    manualSeed(trial.seed);
    machine().awaits(run);
    return outcome(await run(trial), null);
  } catch (error) {
    return outcome(null, failureText(error));
  }
}

function isNames(arms: readonly string[] | object): arms is readonly string[] {
  return Array.isArray(arms);
}
