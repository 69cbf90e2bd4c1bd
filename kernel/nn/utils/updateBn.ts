// Running statistics measured anew, over batches of one's choice.

import { noGrad, Tensor } from "../../tensor";
import { describe, requireKnown, requireTensor } from "../../tensor/arguments";
import { BatchNorm } from "../batchNorm";
import { BatchRenorm } from "../batchRenorm";
import { Module } from "../module";
import { keepModes } from "./modes";

/**
 * Runs the model in training mode, under noGrad, on each batch, a tensor or an array that begins with one (what a DataLoader
 * gives), and sets the running statistics of every BatchNorm and BatchRenorm inside to the average over these batches: the
 * population statistics of Ioffe & Szegedy 2015, algorithm 2. Modes and momenta stay as they were.
 * As torch.optim.swa_utils.update_bn. Throws a RangeError if there is no batch, and leaves the old statistics then.
 */
export function updateBn(batches: Iterable<Tensor | readonly Tensor[]>, model: Module): void {
  requireKnown("updateBn", arguments, 2);
  if (!(model instanceof Module) || typeof batches?.[Symbol.iterator] !== "function") {
    const got = model instanceof Module ? describe(batches) : `a model that is ${describe(model)}`;
    throw new TypeError(`updateBn: expected batches and a module, got ${got}`);
  }
  const restoreModes = keepModes(model);
  // A module that overrides train() may keep its norms in evaluation, and their statistics with that.
  const norms = model
    .train()
    .modules()
    .filter((module) => module instanceof BatchNorm || module instanceof BatchRenorm)
    .filter((norm) => norm.training);
  const settings = norms.map((norm) => {
    const { momentum } = norm;
    return norm instanceof BatchRenorm ? { momentum, rMax: norm.rMax, dMax: norm.dMax } : { momentum };
  });
  let count = 0;
  try {
    for (const batch of batches) {
      const input = batch instanceof Tensor ? batch : batch?.[0];
      requireTensor("updateBn", input as Tensor, "each batch");
      if (count++ === 0) {
        for (const norm of norms) {
          norm.resetRunningStats();
          norm.momentum = null;
          // Corrected towards statistics that were just forgotten, the first batch would leave a BatchRenorm as it came.
          if (norm instanceof BatchRenorm) Object.assign(norm, { rMax: 1, dMax: 0 });
        }
      }
      noGrad(() => void model.forward(input as Tensor));
    }
  } finally {
    restoreModes();
    for (const [i, norm] of norms.entries()) Object.assign(norm, settings[i]);
  }
  if (count === 0) throw new RangeError("updateBn: expected batches, got none");
}
