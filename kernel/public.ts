// All that a cell imports as "bnlab": with livePlot.ts the only file that joins tensor, plot and display.
import { nodeCollector } from "./host/nodeCollector";
import { nodeSimd } from "./host/nodeSimd";
import { nodeThreads, threadCount } from "./host/nodeThreads";
import { onInterrupt } from "./session/display";
import { fusesPairs, recover, setCollectorHost, setSimd, setThreads } from "./tensor/hosting";

export * as data from "./data";
export * as plot from "./livePlot";
export * as nn from "./nn";
export * as optim from "./optim";
export * as probe from "./probe";
export * as safetensors from "./safetensors";
export { clearOutput, type DisplayHandle, display } from "./session/display";
export type { Forms } from "./session/forms";
export { input } from "./session/input";
export { type Progress, type ProgressOptions, progress } from "./session/progress";
export * from "./tensor";

setCollectorHost(nodeCollector());
setSimd(nodeSimd(fusesPairs)); // before setThreads
setThreads(nodeThreads(), threadCount());
onInterrupt(recover);
