// Paired runs over seeds and arms, one after the other. Imports kernel/tensor, and a table of kernel/nn to show itself.
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
 * The runs are made one after the other on this thread: `run` is a function of the notebook, with its variables, and those
 * cannot follow it to another thread; the tensors' kernels use the other cores already.
 *
 * @throws RangeError for no seeds, no arms or one twice, and settings under a whole number; TypeError where `run` is no function or gives nothing to judge by.
 */
export async function runExperiment<Result, Settings = undefined>(
  options: ExperimentOptions<Result, Settings>,
  { progress, begun }: ExperimentHost = {},
): Promise<Experiment<Result>> {
  requireOptions("experiment", options, ["seeds", "arms", "run", ...judgingNames]);
  const { seeds = 5, arms, run, ...judging } = options ?? {};
  requireFunction("experiment", run);
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
  const shown: Iterable<Trial<Settings>> & { note?: string } =
    progress?.(trials, { label: "experiment" }) ?? trials;
  for (const trial of shown) {
    const { seed, arm } = trial;
    if (progress) shown.note = `seed ${seed}, ${arm}`;
    await machine().turn(); // charts draw, an interrupt arrives
    const start = performance.now();
    const end = (outcome: Pick<Run<Result>, "result" | "error">) => {
      runs.push({ seed, arm, ...outcome, seconds: (performance.now() - start) / 1000 });
    };
    try {
      manualSeed(seed);
      machine().awaits(run);
      end({ result: await run(trial), error: null });
    } catch (error) {
      end({
        result: null,
        error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      });
    }
    experiment.check();
  }
  return experiment;
}

function isNames(arms: readonly string[] | object): arms is readonly string[] {
  return Array.isArray(arms);
}
