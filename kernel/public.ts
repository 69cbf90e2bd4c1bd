// All that a cell imports as "bnlab": with livePlot.ts, probeReport.ts and liveExperiment.ts it joins what
// the rooms keep apart: tensors, charts and display.
import { nodeCollector } from "./host/nodeCollector";
import { nodeFusion } from "./host/nodeFusion";
import { nodeLessons } from "./host/nodeLessons";
import { memoryLimit } from "./host/nodeMemory";
import { nodeSimd } from "./host/nodeSimd";
import { nodeThreads, threadCount } from "./host/nodeThreads";
import { setLessonHost } from "./lesson/host";
import { recover as recoverProbes } from "./probe/untouched";
import { onInterrupt } from "./session/display";
import {
  fusesPairs,
  recover,
  setCollectorHost,
  setFusion,
  setMemoryLimit,
  setSimd,
  setThreads,
} from "./tensor/hosting";

export * as data from "./data";
export * as lesson from "./lesson";
export {
  type ArmSummary,
  type Comparison,
  type Experiment,
  type ExperimentOptions,
  experiment,
  type Judging,
  type Run,
  type Trial,
  type Verdict,
} from "./liveExperiment";
export * as plot from "./livePlot";
export * as nn from "./nn";
export * as optim from "./optim";
export * as probe from "./probeReport";
export * as safetensors from "./safetensors";
export { clearOutput, type DisplayHandle, display } from "./session/display";
export type { Forms } from "./session/forms";
export { input } from "./session/input";
export { type Progress, type ProgressOptions, progress } from "./session/progress";
export * from "./tensor";

setCollectorHost(nodeCollector());
setSimd(nodeSimd(fusesPairs)); // before setThreads
setThreads(nodeThreads(), threadCount());
setFusion(nodeFusion());
setMemoryLimit(memoryLimit());
setLessonHost(nodeLessons);
onInterrupt(recover);
onInterrupt(recoverProbes); // under the modes that the line before has put back
