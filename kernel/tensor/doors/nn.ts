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
export type { Activation } from "../wasm/kernels";

/** Frees a value that nobody but the caller has seen, unless `result`, a view or its `.data` shares its memory. */
export function discard(x: Tensor, result: Tensor): void {
  if (x.storage.tensors === 1 && x.storage !== result.storage) x.engine.release(x.storage);
}

/** The tensor whose `.data` an array is; undefined for any other. */
export function ownerOf(array: ArrayBufferView): Tensor | undefined {
  return engine.ownerOf(array);
}
