// The door of rooms that look at numbers in passing, of tensors that are not theirs. Not for cells.
import type { Tensor } from "../tensor";
import { numbers } from "../tensorState";

/**
 * The elements of each, in order, to look at before the next operation. Unlike `data` this keeps nothing: who looks has the memory of
 * what is looked at freed as if he had not.
 */
export function numbersOf<const Tensors extends readonly Tensor[]>(
  ...tensors: Tensors
): { [each in keyof Tensors]: Float32Array | Int32Array } {
  const copies = tensors.map((each) => (each.isContiguous() ? null : each[numbers]())); // first: a copy takes memory
  return tensors.map((each, i) => copies[i] ?? each[numbers]()) as {
    [each in keyof Tensors]: Float32Array | Int32Array;
  };
}
