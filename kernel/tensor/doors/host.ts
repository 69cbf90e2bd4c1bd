// The room's side door, for the process that runs the tensors; nothing here is for cells.
export type { CollectorHost } from "../collector";
export { recover, setCollectorHost, setMemoryLimit, setSimd, setSweeps, setThreads } from "../runtime";
export type { ThreadHost } from "../wasm";
export { fusesPairs } from "../wasm/measure/race";
