// All that a cell imports as "bnlab", wherever it runs: with its neighbors it joins what the rooms keep apart: tensors, charts
// and display. What the machine lends is put in place by `cell` in Node and by `web` in a browser.
import { recover as recoverProbes } from "../probe/untouched";
import { onInterrupt } from "../session/display/display";
import { recover } from "../tensor/doors/host";

export { load, save } from "../checkpoint";
export * as data from "../data";
export * as nn from "../nn";
export { deepcopy } from "../nn/deepcopy";
export * as optim from "../optim";
export * as safetensors from "../safetensors";
export { clearOutput, type DisplayHandle, display } from "../session/display/display";
export type { Forms } from "../session/display/forms";
export { input } from "../session/display/input";
export { type Progress, type ProgressOptions, progress } from "../session/display/progress";
export { type Recordable, record } from "../session/display/record";
export * from "../tensor";
export {
  type ArmSummary,
  type CompareOptions,
  type Comparison,
  type CurvesOptions,
  type Experiment,
  type ExperimentOptions,
  experiment,
  type Judging,
  type LoadedRun,
  type Run,
  type SweepRuns,
  type Trial,
  type Verdict,
} from "./experiment";
export * as lesson from "./lesson";
export * as plot from "./plot";
export * as probe from "./probe";
export * as ui from "./ui";

onInterrupt(recover);
onInterrupt(recoverProbes); // under the modes that the line before has put back
