// What is known of shapes before a cell runs, case by case: also where sizes are not known, and in which words a mistake is told.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  applied,
  created,
  isOperation,
  layerOf,
  operated,
  type Shape,
  ShapeMistake,
  tensorIn,
  tensorOf,
  type Value,
} from "../../../kernel/session/shapes";
import { type Size, shown } from "../../../kernel/session/shapes/values";

const of = (...sizes: Size[]): Shape => ({ sizes });
/** There may be more before these. */
const open = (...sizes: Size[]): Shape => ({ sizes, isOpen: true });
const _ = undefined;

function told(compute: () => Value): string {
  try {
    const shape = tensorIn(compute());
    return shape ? shown(shape) : "unknown";
  } catch (error) {
    if (!(error instanceof ShapeMistake)) throw error;
    return error.message;
  }
}

type Case = [given: Value[], input: Shape, words: string];

const layers: Record<string, Case[]> = {
  Linear: [
    [[4, 2], of(3, 4), "[3, 2]"],
    [[4, 2, { options: { bias: false } }], of(4), "[2]"],
    [[4, 2], of(), "unknown"],
    [[4, 2], of(_), "[2]"],
    [[4, 2], open(), "[…, 2]"],
    [[4, 2], open(3, 4), "[…, 3, 2]"],
    [[_, 2], of(3, 9), "[3, 2]"],
    [[4, _], of(3, 4), "[3, ?]"],
    [[4, 2], of(5), "Linear: expected input [..., 4], got [5]"],
    [[12, 2], of(5, 3, 4), "Linear: expected input [..., 12], got [5, 3, 4]: flatten(1) gives [5, 12]"],
    [[12, 2], of(_, 3, 4), "Linear: expected input [..., 12], got [?, 3, 4]: flatten(1) gives [N, 12]"],
    [[12, 2], of(5, 3, 5), "Linear: expected input [..., 12], got [5, 3, 5]"],
    [[12, 2], of(5, 6), "Linear: expected input [..., 12], got [5, 6]"],
    [[12, 2], open(5, 3, 4), "Linear: expected input [..., 12], got […, 5, 3, 4]"],
  ],
  Conv1d: [
    [[2, 8, 3], of(2, 9), "[8, 7]"],
    [[2, 8, 3], of(5, 2, 9), "[5, 8, 7]"],
    [[2, 8, 3], of(_, 2, _), "[?, 8, ?]"],
    [[2, 8, 3, 2], of(2, 9), "[8, 4]"],
    [[2, 8, 3, 2], of(2, 8), "[8, 3]"],
    [[2, 8, 3, 1, 1], of(2, 9), "[8, 9]"],
    [[2, 8, 3, 1, 0, 2], of(2, 9), "[8, 5]"],
    [[2, 8, 3, { options: { padding: "valid" } }], of(2, 9), "[8, 7]"],
    [[2, 8, 3, { options: { padding: "same" } }], of(2, 9), "[8, 9]"],
    [[2, 8, 3, { options: { stride: 0 } }], of(2, 9), "[8, ?]"],
    [[2, 8, 3, { options: { padding: _ } }], of(2, 9), "[8, ?]"],
    [[2, 8, 3, { options: { dilation: _ } }], of(2, 9), "[8, ?]"],
    [[2, 8, 3, _], of(2, 9), "[8, ?]"],
    [[2, 8, _], of(2, 9), "[8, ?]"],
    [[2, _, 3], of(2, 9), "[?, 7]"],
    [[_, 8, 3], of(2, 9), "[8, 7]"],
    [[2, 8, 9], of(2, 9), "[8, 1]"],
    [[2, 8, 3], open(9), "[…, 8, 7]"],
    [[2, 8, 3], open(5, 2, 9), "[…, 8, 7]"],
    [[2, 8, 10], of(2, 9), "Conv1d: expected a kernel within the padded size of 9, got one of 10"],
    [[2, 8, 12, 1, 1], of(2, 9), "Conv1d: expected a kernel within the padded size of 11, got one of 12"],
    [[2, 8, 3], of(9), "Conv1d: expected input [N, 2, L] or [2, L], got [9]"],
    [[2, 8, 3], of(3, 9), "Conv1d: expected input [N, 2, L] or [2, L], got [3, 9]"],
    [[2, 8, 3], of(1, 1, 2, 9), "Conv1d: expected input [N, 2, L] or [2, L], got [1, 1, 2, 9]"],
    [[2, 8, 3], open(3, 9), "Conv1d: expected input [N, 2, L] or [2, L], got […, 3, 9]"],
    [[2, 8, 3], open(1, 1, 2, 9), "Conv1d: expected input [N, 2, L] or [2, L], got […, 1, 1, 2, 9]"],
    [[_, 8, 3], of(9), "Conv1d: expected input [N, C, L] or [C, L], got [9]"],
  ],
  Conv2d: [
    [[1, 2, [3, 1]], of(1, 9, 9), "[2, 7, 9]"],
    [[1, 2, [3]], of(1, 9, 9), "[2, 7, ?]"],
    [[1, 2, 3], of(5), "Conv2d: expected input [N, 1, H, W] or [1, H, W], got [5]"],
  ],
  Conv3d: [[[1, 2, 3], of(5), "Conv3d: expected input [N, 1, D, H, W] or [1, D, H, W], got [5]"]],
  MaxPool1d: [
    [[2], of(3, 9), "[3, 4]"],
    [[2], of(_, 9), "[?, 4]"],
    [[2, 1], of(3, 9), "[3, 8]"],
    [[2, 2, 0, 1, true], of(3, 9), "[3, 5]"],
    [[2, { options: { ceilMode: true } }], of(3, 9), "[3, 5]"],
    [[1, { options: { stride: 4, ceilMode: true } }], of(3, 4), "[3, 1]"],
    [[3, { options: { stride: 4, padding: 1, ceilMode: true } }], of(3, 4), "[3, 2]"],
    [[2, { options: { ceilMode: _ } }], of(3, 9), "[3, ?]"],
    [[2, _], of(3, 9), "[3, ?]"],
  ],
  AvgPool1d: [
    [[2, 2, 0, true], of(3, 9), "[3, 5]"],
    [[2], of(3, 9), "[3, 4]"],
  ],
  AdaptiveAvgPool1d: [[[2], of(8), "AdaptiveAvgPool1d: expected input [N, C, L] or [C, L], got [8]"]],
  AdaptiveAvgPool2d: [
    [[[1, 2]], of(3, 8, 8), "[3, 1, 2]"],
    [[2], of(5, 3, 8, 8), "[5, 3, 2, 2]"],
    [[2], open(8), "[…, ?, 2, 2]"],
    [[2], open(5, 3, 8, 8), "[…, 3, 2, 2]"],
    [[2], of(8, 8), "AdaptiveAvgPool2d: expected input [N, C, H, W] or [C, H, W], got [8, 8]"],
    [
      [2],
      of(1, 1, 1, 8, 8),
      "AdaptiveAvgPool2d: expected input [N, C, H, W] or [C, H, W], got [1, 1, 1, 8, 8]",
    ],
  ],
  BatchNorm1d: [
    [[3], of(2, 3), "[2, 3]"],
    [[3], of(2, 3, 5), "[2, 3, 5]"],
    [[3], open(9), "[…, 9]"],
    [[3], of(2, 4), "BatchNorm1d: expected input [N, 3] or [N, 3, L], got [2, 4]"],
    [[3], of(3), "BatchNorm1d: expected input [N, 3] or [N, 3, L], got [3]"],
  ],
  BatchNorm2d: [
    [[3], of(1, 3, 4, 4), "[1, 3, 4, 4]"],
    [[_], of(1, 3, 4, 4), "[1, 3, 4, 4]"],
    [[3], open(4, 4), "[…, 4, 4]"],
    [[3], open(3, 4, 4), "[…, 3, 4, 4]"],
    [[3], open(1, 3, 4, 4), "[…, 1, 3, 4, 4]"],
    [[3], of(3, 4, 4), "BatchNorm2d: expected input [N, 3, H, W], got [3, 4, 4]"],
    [[3], open(2, 4, 4), "BatchNorm2d: expected input [N, 3, H, W], got […, 2, 4, 4]"],
    [[3], open(1, 1, 3, 4, 4), "BatchNorm2d: expected input [N, 3, H, W], got […, 1, 1, 3, 4, 4]"],
  ],
  BatchNorm3d: [[[3], of(3), "BatchNorm3d: expected input [N, 3, D, H, W], got [3]"]],
  LayerNorm: [
    [[3], of(2, 3), "[2, 3]"],
    [[[2, 3]], of(2, 3), "[2, 3]"],
    [[[2, 3]], open(3), "[…, 3]"],
    [[[_, 3]], of(9, 3), "[9, 3]"],
    [[3], of(2, 4), "LayerNorm: expected input [..., 3], got [2, 4]"],
    [[[2, 3]], of(3), "LayerNorm: expected input [..., 2, 3], got [3]"],
    [[[_, 3]], of(9, 4), "LayerNorm: expected input [..., ?, 3], got [9, 4]"],
  ],
  GroupNorm: [
    [[2, 4], of(2, 4, 3), "[2, 4, 3]"],
    [[2, 4], open(5), "[…, 5]"],
    [[2, 4], of(_, 4), "[?, 4]"],
    [[2, 4], of(2, 5), "GroupNorm: expected input [N, 4, ...], got [2, 5]"],
    [
      [2, 2],
      of(1, 2),
      "GroupNorm: expected more than one value per group, got [1, 2] in 2 groups; use fewer groups",
    ],
  ],
  Embedding: [
    [[10, 4], of(3), "[3, 4]"],
    [[10, 4], open(), "[…, 4]"],
  ],
  Flatten: [
    [[], of(2, 3, 4), "[2, 12]"],
    [[0], of(2, 3, 4), "[24]"],
    [[0, 1], of(2, 3, 4), "[6, 4]"],
    [[0, -2], of(2, 3, 4), "[6, 4]"],
    [[-2], of(2, 3, 4), "[2, 12]"],
    [[-3], of(2, 3, 4), "[24]"],
    [[{ options: { startDim: 2 } }], of(2, 3, 4), "[2, 3, 4]"],
    [[], of(2, _, 4), "[2, ?]"],
    [[2, 1], of(2, 3, 4), "unknown"],
    [[_], of(2, 3, 4), "unknown"],
    [[0], of(), "[1]"],
    [[], open(2, 3), "[?, ?]"],
    [[0], open(), "[?]"],
    [[-1], open(), "unknown"],
    [[1, 1], open(), "unknown"],
    [[3], of(2, 3, 4), "Flatten: flatten: expected dim from -3 to 2 for shape [2, 3, 4], got 3"],
    [[-4], of(2, 3, 4), "Flatten: flatten: expected dim from -3 to 2 for shape [2, 3, 4], got -4"],
    [[0, 3], of(2, 3, 4), "Flatten: flatten: expected dim from -3 to 2 for shape [2, 3, 4], got 3"],
  ],
  ReLU: [[[], open(2, _), "[…, 2, ?]"]],
  Mystery: [[[1, 2], of(2), "unknown"]],
};

const operations: Record<string, Case[]> = {
  abs: [[[], of(2, _), "[2, ?]"]],
  add: [
    [[1], of(2, 3), "[2, 3]"],
    [[_], of(2, 3), "unknown"],
    [[tensorOf(of(3))], of(2, 1), "[2, 3]"],
    [[tensorOf(of(2, 1, 1))], of(3), "[2, 1, 3]"],
    [[tensorOf(of(3))], of(_), "[3]"],
    [[tensorOf(of(_))], of(1), "[?]"],
    [[tensorOf(of(2, 3))], open(3), "[…, 2, 3]"],
    [[tensorOf(open(2, 3))], of(3), "[…, 2, 3]"],
    [
      [tensorOf(of(2))],
      of(2, 3),
      "add: expected shapes that broadcast, got [2, 3] and [2]: sizes 3 and 2 at dim -1",
    ],
    [
      [tensorOf(of(4, 3))],
      of(2, 3),
      "add: expected shapes that broadcast, got [2, 3] and [4, 3]: sizes 2 and 4 at dim -2",
    ],
  ],
  softmax: [
    [[1], of(2, 3), "[2, 3]"],
    [[-2], of(2, 3), "[2, 3]"],
    [[_], of(2, 3), "[2, 3]"],
    [[9], open(2), "[…, 2]"],
    [[0], of(), "[]"],
    [[2], of(2, 3), "softmax: expected dim from -2 to 1 for shape [2, 3], got 2"],
    [[-3], of(2, 3), "softmax: expected dim from -2 to 1 for shape [2, 3], got -3"],
    [[0.5], of(2, 3), "softmax: expected dim from -2 to 1 for shape [2, 3], got 0.5"],
    [[1], of(), "softmax: expected dim from -1 to 0 for shape [], got 1"],
  ],
  sum: [
    [[], open(2), "[]"],
    [[0], of(2, 3), "[3]"],
    [[-1], of(2, 3), "[2]"],
    [[[0, 1]], of(2, 3), "[]"],
    [[0, true], of(2, 3), "[1, 3]"],
    [[0, false], of(2, 3), "[3]"],
    [[0, _], of(2, 3), "unknown"],
    [[_], of(2, 3), "unknown"],
    [[0], open(3), "unknown"],
    [[0], of(), "[]"],
    [[[0, -2]], of(2, 3), "sum: expected each dim once, got [0, -2]"],
    [[2], of(2, 3), "sum: expected dim from -2 to 1 for shape [2, 3], got 2"],
  ],
  std: [
    [[0], of(2, 3), "[3]"],
    [[0, true], of(2, 3), "unknown"],
  ],
  reshape: [
    [[6], of(2, 3), "[6]"],
    [[3, 2], of(2, 3), "[3, 2]"],
    [[[3, 2]], of(2, 3), "[3, 2]"],
    [[-1, 2], of(2, 3), "[3, 2]"],
    [[2, -1], of(2, 3), "[2, 3]"],
    [[-1], of(2, 3), "[6]"],
    [[-1, 0], of(2, 3), "unknown"],
    [[_, 2], of(2, 3), "[?, 2]"],
    [[-1, _], of(2, 3), "[?, ?]"],
    [[-1, 3], of(_, 3), "[?, 3]"],
    [[-1, 2], open(3), "[?, 2]"],
    [[5], open(3), "[5]"],
    [[4], of(2, 3), "reshape: expected sizes for the 6 elements of [2, 3], got [4]"],
    [[-1, 4], of(2, 3), "reshape: expected sizes for the 6 elements of [2, 3], got [-1, 4]"],
  ],
  matmul: [
    [[tensorOf(of(3, 4))], of(2, 3), "[2, 4]"],
    [[tensorOf(of(3, 4))], of(3), "[4]"],
    [[tensorOf(of(3))], of(2, 3), "[2]"],
    [[tensorOf(of(3))], of(3), "[]"],
    [[tensorOf(of(3, 4))], of(5, 2, 3), "[5, 2, 4]"],
    [[tensorOf(of(1, 3, 4))], of(5, 2, 3), "[5, 2, 4]"],
    [[_], of(2, 3), "unknown"],
    [[tensorOf(of(3, 4))], open(3), "unknown"],
    [[tensorOf(open(3, 4))], of(2, 3), "unknown"],
    [[tensorOf(open(4))], of(2, 3), "unknown"],
    [
      [tensorOf(of(5, 4))],
      of(2, 3),
      "matmul: expected [..., m, k] and [..., k, n] (or vectors [k]), got [2, 3] and [5, 4]",
    ],
    [
      [tensorOf(of(2))],
      of(2, 3),
      "matmul: expected [..., m, k] and [..., k, n] (or vectors [k]), got [2, 3] and [2]",
    ],
    [
      [tensorOf(of(3, 4))],
      open(5),
      "matmul: expected [..., m, k] and [..., k, n] (or vectors [k]), got […, 5] and [3, 4]",
    ],
    [
      [tensorOf(of(3))],
      of(),
      "matmul: expected [..., m, k] and [..., k, n] (or vectors [k]), got [] and [3]",
    ],
    [
      [tensorOf(of())],
      of(3),
      "matmul: expected [..., m, k] and [..., k, n] (or vectors [k]), got [3] and []",
    ],
    [
      [tensorOf(of(6, 3, 4))],
      of(5, 2, 3),
      "matmul: expected shapes that broadcast, got [5, 2, 3] and [6, 3, 4]: sizes 5 and 6 at dim -3",
    ],
  ],
  mm: [
    [[tensorOf(of(3, 4))], of(2, 3), "[2, 4]"],
    [[tensorOf(of(3, 4))], open(3), "[?, 4]"],
    [[tensorOf(open(9, 4))], of(2, 3), "[2, 4]"],
    [[_], of(2, 3), "unknown"],
    [[tensorOf(of(3, 4))], of(3), "mm: expected [m, k] and [k, n], got [3] and [3, 4]"],
    [[tensorOf(of(3))], of(2, 3), "mm: expected [m, k] and [k, n], got [2, 3] and [3]"],
    [[tensorOf(of(5, 4))], of(2, 3), "mm: expected [m, k] and [k, n], got [2, 3] and [5, 4]"],
  ],
  permute: [
    [[1, 0], of(2, 3), "[3, 2]"],
    [[[1, 0]], of(2, 3), "[3, 2]"],
    [[-1, 0], of(2, 3), "[3, 2]"],
    [[_, 0], of(2, 3), "unknown"],
    [[1, 0], open(2, 3), "unknown"],
    [[0], of(2, 3), "permute: expected each dim of [2, 3] once, got [0]"],
    [[0, 0], of(2, 3), "permute: expected each dim of [2, 3] once, got [0, 0]"],
    [[0, 1, 1], of(2, 3), "permute: expected each dim of [2, 3] once, got [0, 1, 1]"],
    [[0, 2], of(2, 3), "permute: expected dim from -2 to 1 for shape [2, 3], got 2"],
  ],
  transpose: [
    [[0, -1], of(2, 3, 4), "[4, 3, 2]"],
    [[0], of(2, 3), "unknown"],
    [[_, 0], of(2, 3), "unknown"],
    [[0, 1], open(2, 3), "unknown"],
    [[0, 0], of(), "[]"],
    [[0, 2], of(2, 3), "transpose: expected dim from -2 to 1 for shape [2, 3], got 2"],
  ],
  t: [
    [[], of(2, 3), "[3, 2]"],
    [[], of(3), "[3]"],
    [[], open(3), "unknown"],
    [[], of(1, 2, 3), "t: expected at most two dimensions, got [1, 2, 3]; use transpose(dim0, dim1)"],
  ],
  unsqueeze: [
    [[0], of(2, 3), "[1, 2, 3]"],
    [[1], of(2, 3), "[2, 1, 3]"],
    [[2], of(2, 3), "[2, 3, 1]"],
    [[-1], of(2, 3), "[2, 3, 1]"],
    [[-3], of(2, 3), "[1, 2, 3]"],
    [[_], of(2, 3), "unknown"],
    [[0], open(2), "unknown"],
    [[3], of(2, 3), "unsqueeze: expected dim from -3 to 2 for shape [2, 3], got 3"],
  ],
  squeeze: [
    [[], of(1, 3, 1), "[3]"],
    [[], of(1, _), "unknown"],
    [[0], of(1, 3), "[3]"],
    [[1], of(1, 3), "[1, 3]"],
    [[0], of(_, 3), "unknown"],
    [[1], of(_, 3), "[?, 3]"],
    [[0], of(), "[]"],
    [[_], of(1, 3), "unknown"],
    [[0], open(1), "unknown"],
    [[2], of(1, 3), "squeeze: expected dim from -2 to 1 for shape [1, 3], got 2"],
  ],
  flatten: [
    [[], of(2, 3), "[6]"],
    [[1], of(2, 3, 4), "[2, 12]"],
    [[0, 1], of(2, 3, 4), "[6, 4]"],
    [[_], of(2, 3), "unknown"],
    [[0, _], of(2, 3), "unknown"],
  ],
  select: [
    [[0], of(2, 3), "[3]"],
    [[-1], of(2, 3), "[2]"],
    [[_], of(2, 3), "unknown"],
    [[0], open(2), "unknown"],
    [[2], of(2, 3), "select: expected dim from -2 to 1 for shape [2, 3], got 2"],
    [[0], of(), "select: expected a shape with dimensions, got []"],
  ],
  crossEntropy: [
    [[tensorOf(of(5))], of(5, 3), "unknown"],
    [[tensorOf(of(5, 3))], of(5, 3), "unknown"],
    [[tensorOf(of(_))], of(5, 3), "unknown"],
    [[tensorOf(open(4))], of(5, 3), "unknown"],
    [[tensorOf(of(4))], open(5, 3), "unknown"],
    [[tensorOf(of(4))], of(5), "unknown"],
    [[_], of(5, 3), "unknown"],
    ...[of(4), of(5, 4), of(4, 3), of(5, 3, 1), of()].map(
      (target): Case => [
        [tensorOf(target)],
        of(5, 3),
        `crossEntropy: expected logits [N, C] and targets [N] or [N, C], got [5, 3] and ${shown(target)}`,
      ],
    ),
  ],
  mseLoss: [
    [[tensorOf(of(2, 3))], of(2, 3), "unknown"],
    [[tensorOf(of(_, 3))], of(2, 3), "unknown"],
    [[tensorOf(open(4))], of(2, 3), "unknown"],
    [[tensorOf(of(4))], open(2, 3), "unknown"],
    [[_], of(2, 3), "unknown"],
    [[tensorOf(of(3))], of(2, 3), "mseLoss: expected input and target of equal shape, got [2, 3] and [3]"],
    [
      [tensorOf(of(2, 4))],
      of(2, 3),
      "mseLoss: expected input and target of equal shape, got [2, 3] and [2, 4]",
    ],
  ],
  linear: [
    [[tensorOf(of(4, 3))], of(5, 3), "[5, 4]"],
    [[tensorOf(of(3))], of(5, 3), "unknown"],
    [[tensorOf(open(4, 3))], of(5, 3), "unknown"],
    [[_], of(5, 3), "unknown"],
    [[tensorOf(of(4, 2))], of(5, 3), "Linear: expected input [..., 2], got [5, 3]"],
  ],
  maxPool2d: [
    [[2], of(3, 8, 8), "[3, 4, 4]"],
    [[], of(3, 8, 8), "unknown"],
    [[2], of(8), "MaxPool2d: expected input [N, C, H, W] or [C, H, W], got [8]"],
  ],
  avgPool2d: [[[2, 1], of(3, 8, 8), "[3, 7, 7]"]],
  mystery: [[[], of(2), "unknown"]],
};

const [a, b] = [tensorOf(of(2, 3)), tensorOf(of(4, 3))];
const made: Record<string, [given: Value[], words: string][]> = {
  zeros: [
    [[[2, 3]], "[2, 3]"],
    [[[2, _]], "[2, ?]"],
    [[[]], "[]"],
    [[2, 3], "unknown"],
  ],
  full: [[[[2], 1], "[2]"]],
  tensor: [
    [[1], "[]"],
    [[true], "[]"],
    [[[1, 2]], "[2]"],
    [[[[1], [2]]], "[2, 1]"],
    [[[]], "[0]"],
    [["x"], "unknown"],
    [[["x"]], "unknown"],
    [[_], "unknown"],
  ],
  cat: [
    [[[a, b]], "[6, 3]"],
    [[[a, a], 1], "[2, 6]"],
    [[[a, a], -1], "[2, 6]"],
    [[[a, tensorOf(of(_, 3))]], "[?, 3]"],
    [[[tensorOf(of(2, _)), b]], "[6, 3]"],
    [[[a, tensorOf(of(0))]], "unknown"],
    [[[a, tensorOf(open(3))]], "unknown"],
    [[[a, _]], "unknown"],
    [[[a, b], _], "unknown"],
    [[[]], "unknown"],
    [[_], "unknown"],
    [[[a, b], 1], "cat: expected shapes equal except at dim 1, got [2, 3], [4, 3]"],
    [[[a, tensorOf(of(1, 2, 3))]], "cat: expected shapes equal except at dim 0, got [2, 3], [1, 2, 3]"],
    [[[a, a], 2], "cat: expected dim from -2 to 1 for shape [2, 3], got 2"],
    [[[a, a, a, a, b], 1], "cat: expected shapes equal except at dim 1, got [2, 3], [2, 3], [2, 3], [2, 3]"],
  ],
  stack: [
    [[[a, a, a]], "[3, 2, 3]"],
    [[[a, a], 1], "[2, 2, 3]"],
    [[[a, a], 2], "[2, 3, 2]"],
    [[[a, a], -1], "[2, 3, 2]"],
    [[[a, b]], "stack: expected shapes equal, got [2, 3], [4, 3]"],
    [[[a, tensorOf(of(3))]], "stack: expected shapes equal, got [2, 3], [3]"],
    [[[a, a], 3], "stack: expected dim from -3 to 2 for shape [2, 3], got 3"],
  ],
  mystery: [[[[a, b]], "unknown"]],
};

describe("what is known of a shape, and what is refused", () => {
  for (const [name, cases] of Object.entries(layers)) {
    it(`by ${name}`, () => {
      for (const [given, input, words] of cases) {
        const found = told(() => tensorOf(applied(layerOf(name, given), input)));
        assert.equal(found, words, `${JSON.stringify(given)} of ${shown(input)}`);
      }
    });
  }
  for (const [name, cases] of Object.entries(operations)) {
    it(`by ${name}()`, () => {
      assert.equal(isOperation(name), name !== "mystery");
      for (const [given, input, words] of cases)
        assert.equal(
          told(() => operated(name, input, given)),
          words,
          `${JSON.stringify(given)} of ${shown(input)}`,
        );
    });
  }
  for (const [name, cases] of Object.entries(made)) {
    it(`by ${name}() of sizes, numbers or tensors`, () => {
      for (const [given, words] of cases)
        assert.equal(
          told(() => created(name, given)),
          words,
          JSON.stringify(given),
        );
    });
  }

  it("by layers in a row, each with its place", () => {
    const [first, second] = [layerOf("Linear", [2, 3]), layerOf("Linear", [4, 5])];
    const row = (given: Value[], input: Shape) =>
      told(() => tensorOf(applied(layerOf("Sequential", given), input)));
    assert.equal(row([first, layerOf("ReLU", []), layerOf("Linear", [3, 1])], of(7, 2)), "[7, 1]");
    assert.equal(row([[first]], of(7, 2)), "[7, 3]");
    assert.equal(row([first], of(7, 2)), "[7, 3]");
    assert.equal(row([first, second], of(7, 2)), "(1) Linear: expected input [..., 4], got [7, 3]");
    assert.equal(
      row([first, layerOf("Sequential", [layerOf("ReLU", []), second])], of(7, 2)),
      "(1) (1) Linear: expected input [..., 4], got [7, 3]",
    );
    assert.equal(row([], of(7, 2)), "[7, 2]");
    assert.equal(row([first, _], of(7, 2)), "unknown");
    assert.equal(row([_, second], of(7, 2)), "[…, 5]");
    assert.equal(row([layerOf("Mystery", []), second], of(7, 2)), "[…, 5]");
    assert.equal(
      told(() => tensorOf(applied({ layer: "Sequential", fields: {} }, of(1)))),
      "unknown",
    );
    assert.equal(applied(5, of(1)), undefined);
  });
});
