// The modes of a model, noted down to be put back.

import type { Module } from "../module";

/** Notes down the mode of every module; what it returns puts them back. */
export function keepModes(model: Module): () => void {
  const modes = model.modules().map((module) => [module, module.training] as const);
  return () => {
    for (const [module, training] of modes) module.training = training;
  };
}
