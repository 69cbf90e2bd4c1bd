// The door of kernel/nn: operations that it computes together where a network has two in a row, and those that torch has in
// torch.nn only. Not for cells.
import { engine } from "../runtime";
import type { Tensor } from "../tensor";

export { handleOf } from "../handle";
export { batchNormThen } from "../ops/batchNorm";
export { binaryCrossEntropies } from "../ops/bce";
export { type FoldOptions, fold, unfold } from "../ops/fold";
export {
  gatesOf,
  type RecurrentKind,
  type RecurrentState,
  type RecurrentSteps,
  type RecurrentWeights,
  recurrent,
} from "../ops/recurrent";
export { resample, type Tap } from "../ops/resample";
export { sizesAlong } from "../ops/windows";
export { isSweeping } from "../runtime";
export { checkShape } from "../shape";
export type { Activation } from "../wasm/kernels";

/** Gives up x, which nobody but the caller has seen and of which it has made `result`: freed once no graph needs it. */
export function giveUp(x: Tensor, result: Tensor): void {
  if (x.gradFn !== null) x.gradFn.isUnseen = true;
  else if (result.gradFn === null && --x.storage.tensors === 0) x.engine.release(x.storage);
}

/** The tensor whose `.data` an array is; undefined for any other. */
export function ownerOf(array: ArrayBufferView): Tensor | undefined {
  return engine.ownerOf(array);
}
