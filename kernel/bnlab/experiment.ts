// `experiment` as cells see it: with the session's progress bar, and a way back to what an interrupt has cut short.
import { requireKnown } from "../arguments";
import { type Experiment, type ExperimentOptions, runExperiment } from "../experiment";
import { progress } from "../session/display/progress";

export type {
  ArmSummary,
  Comparison,
  Experiment,
  ExperimentOptions,
  Judging,
  Run,
  Trial,
  Verdict,
} from "../experiment";

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
} = Object.assign(run, { last: undefined as Experiment<unknown> | undefined });

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
