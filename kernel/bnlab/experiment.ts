// `experiment` as cells see it: with the session's progress bar, and a way back to what an interrupt has cut short.
import { describe, requireKnown } from "../arguments";
import { type Experiment, type ExperimentOptions, loadedRuns, runExperiment } from "../experiment";
import { progress } from "../session/display/progress";
import { SweepRuns } from "./sweepRuns";

export type {
  ArmSummary,
  Comparison,
  Experiment,
  ExperimentOptions,
  Judging,
  LoadedRun,
  Run,
  Trial,
  Verdict,
} from "../experiment";
export type { CompareOptions, CurvesOptions, SweepRuns } from "./sweepRuns";

/**
 * Runs every arm with every seed and says whether they differ in all pairs: the same seed in both arms.
 *
 * After an interrupt `experiment.last` has the runs that were finished.
 *
 * @example
 * const speed = await experiment({
 *   seeds: 5,
 *   arms: { "without BN": false, "with BN": true },
 *   run: ({ settings: batchNorm }) => train(network({ batchNorm })).stepsTo(0.9),
 *   better: "lower",
 * });
 * speed // median, range, "5 of 5 lower ●"
 */
export const experiment: RunExperiment & {
  /** The latest experiment, finished or not. */
  last: Experiment<unknown> | undefined;
  /**
   * The runs of a sweep that have ended, for a table, a verdict by pairs, and charts.
   *
   * @example
   * const runs = experiment.load("train.sweep");
   * runs.compare({ arms: "batchNorm", metric: "accuracy", better: "higher" })
   */
  load(folder: string): SweepRuns;
} = Object.assign(run, { last: undefined as Experiment<unknown> | undefined, load });

function load(folder: string): SweepRuns {
  requireKnown("experiment.load", arguments, 1);
  if (typeof folder !== "string")
    throw new TypeError(`experiment.load: expected the folder of a sweep, got ${describe(folder)}`);
  return new SweepRuns(loadedRuns(folder));
}

type RunExperiment = typeof run;

async function run<Result, Settings = undefined>(
  options: ExperimentOptions<Result, Settings>,
): Promise<Experiment<Result>> {
  requireKnown("experiment", arguments, 1);
  return runExperiment(options, {
    progress,
    begun: (begun) => {
      experiment.last = begun;
    },
  });
}
