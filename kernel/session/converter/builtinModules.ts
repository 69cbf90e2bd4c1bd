// The modules that every cell finds, wherever its notebook lies: the build puts them beside the runner.
export const builtinModules = ["bnlab", "tslab"];
