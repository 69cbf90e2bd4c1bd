// The modules that every cell finds, wherever its notebook lies: the build puts them beside the runner.
export const builtinModules = ["bnlab", "tslab"];

/** What a process that makes runs for another finds beside them. */
export const workModule = "bnlab-work";
