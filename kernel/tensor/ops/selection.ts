// Which elements hold, and which classes there are: nonzero, maskedSelect, bincount, oneHot.

import { requireInteger, requireKnown, requireMask, requireTensor } from "../arguments";
import { broadcastShapes, countOf, show } from "../shape";
import type { Tensor } from "../tensor";
import { requireLabels } from "./check";
import { indexSelect } from "./join";
import { contiguous, expand, reshape } from "./view";

/** Positions, in order, of the elements that are not 0. */
function positionsOf(input: Tensor): number[] {
  const x = contiguous(input.detach());
  const memory = x.dtype === "int32" ? x.engine.i32 : x.engine.f32;
  const first = x.pointer >>> 2;
  const positions: number[] = [];
  for (let i = 0; i < x.count; i++) if (memory[first + i] !== 0) positions.push(i);
  return positions;
}

/** The indices of all elements that are not 0, one a row: [count, dims] int32. */
export function nonzero(x: Tensor): Tensor {
  const positions = positionsOf(x);
  const rank = x.shape.length;
  const { engine } = x;
  const y = engine.empty([positions.length, rank], "int32");
  const first = y.pointer >>> 2;
  for (const [row, position] of positions.entries()) {
    for (let dim = rank - 1, rest = position; dim >= 0; dim--) {
      const size = x.shape[dim]!;
      engine.i32[first + row * rank + dim] = rest % size;
      rest = Math.floor(rest / size);
    }
  }
  return y;
}

/** The elements where the bool mask, broadcast, is true: [count]. */
export function maskedSelect(x: Tensor, mask: Tensor): Tensor {
  requireMask("maskedSelect", mask);
  const shape = broadcastShapes("maskedSelect", x.shape, mask.shape);
  return indexSelect(reshape(expand(x, shape), [countOf(shape)]), 0, positionsOf(expand(mask, shape)));
}

/** How often each of the numbers 0, 1, … occurs in a vector of whole numbers ≥ 0: [largest + 1] int32, or minLength. */
export function bincount(x: Tensor, minLength: number): Tensor {
  const labels = requireLabels("bincount", x);
  requireInteger("bincount", "minLength", minLength, 0);
  if (x.shape.length !== 1) throw new RangeError(`bincount: expected a vector [n], got ${show(x.shape)}`);
  const length = labels.reduce((most, label) => Math.max(most, label + 1), minLength);
  const { engine } = x;
  const y = engine.empty([length], "int32");
  const first = y.pointer >>> 2;
  engine.i32.fill(0, first, first + length);
  for (const label of labels) engine.i32[first + label]!++;
  return y;
}

/**
 * A row for each label, 1 at its class and 0 elsewhere: int32 [...] → int32 [..., numClasses]; convert it for losses of
 * probabilities, .float(). Without numClasses, the largest label + 1. As torch.nn.functional.one_hot. Throws a RangeError
 * for labels outside 0 … numClasses − 1.
 */
export function oneHot(labels: Tensor, numClasses?: number): Tensor {
  requireKnown("oneHot", arguments, 2);
  requireTensor("oneHot", labels);
  const list = requireLabels("oneHot", labels);
  const largest = list.reduce((most, label) => Math.max(most, label), -1);
  const classes = numClasses ?? largest + 1;
  requireInteger("oneHot", "numClasses", classes, 1);
  if (largest >= classes) {
    throw new RangeError(`oneHot: expected labels from 0 to ${classes - 1}, got ${largest}`);
  }
  const { engine } = labels;
  const y = engine.empty([...labels.shape, classes], "int32");
  const first = y.pointer >>> 2;
  engine.i32.fill(0, first, first + y.count);
  for (const [row, label] of list.entries()) engine.i32[first + row * classes + label] = 1;
  return y;
}
