// Experiments over paired seeds. The door of this room.
export { type ExperimentHost, type ExperimentOptions, runExperiment, type Trial } from "./experiment";
export { type LoadedRun, loadedRuns } from "./loadedRuns";
export { type ArmSummary, type Comparison, Experiment, type Judging, type Run, type Verdict } from "./result";
