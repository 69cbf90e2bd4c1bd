// The negative log-likelihood of class numbers, with weights, ignored rows and smoothed labels.

import { requireKnown, requireNumber, requireTensor, requireVector } from "../arguments";
import { type Rule, record } from "../autograd";
import type { Engine } from "../engine";
import { countOf, type Shape, sameShape, show } from "../shape";
import type { Tensor } from "../tensor";
import { requireFloat } from "./check";
import { contiguous, permute, reshape } from "./view";

export type Reduction = "mean" | "sum" | "none";

export interface NllOptions {
  /** "mean" over the rows (default), weighted by their targets' weights; "sum"; or "none" for one loss a row. */
  readonly reduction?: Reduction;
  /** A weight for each class [C]; absent: 1. */
  readonly weight?: Tensor | null;
  /** Rows of this target count for nothing. Default −100. */
  readonly ignoreIndex?: number;
}

interface Info {
  readonly reduction: Reduction;
  readonly ignoreIndex: number;
  readonly smoothing: number;
  /** What the mean divides by: the weights of the targets that count. */
  readonly total: number;
}

// d logp[c] = −((1 − s)·w[c]·[c = target] + s/C·w[c]) · dy, ÷ total for the mean, each row by its own dy for "none"
const nllRule: Rule<Info> = {
  name: "nllLoss",
  reads: "inputs",
  backward(node, dy, pass) {
    const [logp, targets, weight] = node.inputs as [Tensor, Tensor, Tensor?];
    const { reduction, ignoreIndex, smoothing, total } = node.info;
    const [rows, columns] = logp.shape as [number, number];
    const { f32, i32, kernels } = pass.engine;
    const dx = pass.allocate(logp);
    kernels.fill({ y: dx.pointer, value: 0, n: logp.count });
    const [to, gradient, label] = [dx.pointer >>> 2, dy.pointer >>> 2, targets.pointer >>> 2];
    const weights = weight === undefined ? -1 : weight.pointer >>> 2;
    for (let row = 0; row < rows; row++) {
      const target = i32[label + row]!;
      if (target === ignoreIndex) continue;
      const d =
        reduction === "none" ? f32[gradient + row]! : f32[gradient]! / (reduction === "mean" ? total : 1);
      const first = to + row * columns;
      if (smoothing > 0) {
        const share = (-d * smoothing) / columns;
        for (let c = 0; c < columns; c++) f32[first + c] = share * (weights < 0 ? 1 : f32[weights + c]!);
      }
      f32[first + target]! -= d * (1 - smoothing) * (weights < 0 ? 1 : f32[weights + target]!);
    }
    pass.give(logp, dx);
  },
  formula({ inputs, info: { reduction, ignoreIndex, smoothing, total } }, dy) {
    const [logp, targets, weight] = inputs as [Tensor, Tensor, Tensor?];
    const [rows, columns] = logp.shape as [number, number];
    return [
      () => {
        const labels = targets.reshape(rows, 1);
        const counted = labels.ne(ignoreIndex);
        const place = labels.maskedFill(counted.logicalNot(), 0);
        const share = full(dy.engine, [rows, columns], -smoothing / columns);
        const chosen = full(dy.engine, [rows, 1], smoothing - 1);
        const slope = share.scatterAdd(1, place, chosen).mul(counted);
        const weighted = weight === undefined ? slope : slope.mul(weight.detach());
        return weighted.mul(
          reduction === "none" ? dy.reshape(rows, 1) : dy.div(reduction === "mean" ? total : 1),
        );
      },
    ];
  },
};

function full(engine: Engine, shape: Shape, value: number): Tensor {
  const y = engine.empty(shape, "float32");
  engine.kernels.fill({ y: y.pointer, value, n: y.count });
  return y;
}

/**
 * −weight[target]·logProbabilities[target], over rows: log probabilities [N, C], targets [N] int32 class numbers → [], or
 * [N] for "none"; also over positions, [N, C, d…] with targets [N, d…], and for one row, [C] with []. As torch.nn.functional.nll_loss: the mean divides by the sum of the targets' weights, and is NaN where
 * every row is ignored. Throws a RangeError for other shapes and for a target outside 0 … C−1 that is not `ignoreIndex`,
 * a TypeError for targets that are not int32.
 */
export function nllLoss(logProbabilities: Tensor, target: Tensor, options: NllOptions = {}): Tensor {
  requireKnown("nllLoss", arguments, 3, ["reduction", "weight", "ignoreIndex"]);
  const { rows, targets } = requireClasses("nllLoss", logProbabilities, target, options);
  return perTarget(smoothedNll("nllLoss", rows, targets, options, 0), target, options);
}

/** The losses of rows in the shape of the targets they were taken from. */
export function perTarget(losses: Tensor, target: Tensor, { reduction }: NllOptions): Tensor {
  return reduction === "none" && target.shape.length !== 1 ? reshape(losses, target.shape) : losses;
}

/** nllLoss of checked arguments, with a share `smoothing` of each row's label spread over all classes. */
export function smoothedNll(
  operation: string,
  logp: Tensor,
  targets: Tensor,
  { reduction = "mean", weight: given = null, ignoreIndex = -100 }: NllOptions,
  smoothing: number,
): Tensor {
  const [rows, columns] = logp.shape as [number, number];
  requireVector(operation, "weight", given, columns);
  const weight = given && contiguous(given);
  const { engine } = logp;
  const y = engine.empty(reduction === "none" ? [rows] : [], "float32");
  const { f32, i32 } = engine;
  const [from, to, label] = [logp.pointer >>> 2, y.pointer >>> 2, targets.pointer >>> 2];
  const weights = weight === null ? -1 : weight.pointer >>> 2;
  let total = 0;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const target = i32[label + row]!;
    let loss = 0;
    if (target !== ignoreIndex) {
      const own = weights < 0 ? 1 : f32[weights + target]!;
      const first = from + row * columns;
      loss = -(1 - smoothing) * own * f32[first + target]!;
      if (smoothing > 0) {
        let spread = 0;
        for (let c = 0; c < columns; c++) spread += f32[first + c]! * (weights < 0 ? 1 : f32[weights + c]!);
        loss -= (smoothing / columns) * spread;
      }
      total += own;
      sum += loss;
    }
    if (reduction === "none") f32[to + row] = loss;
  }
  if (reduction !== "none") f32[to] = reduction === "mean" ? sum / total : sum;
  const inputs = weight === null ? [logp, targets] : [logp, targets, weight];
  return record(nllRule, y, inputs, { reduction, ignoreIndex, smoothing, total });
}

/** Throws unless it is one of the three. */
export function requireReduction(operation: string, reduction: Reduction): void {
  if (reduction === "mean" || reduction === "sum" || reduction === "none") return;
  throw new RangeError(`${operation}: expected reduction "mean", "sum" or "none", got ${String(reduction)}`);
}

/**
 * Scores [N, C, d…] as contiguous rows [N·d…, C], their targets as [N·d…], and whether any of these is to be ignored;
 * throws for wrong shapes, dtypes and classes.
 */
export function requireClasses(
  operation: string,
  given: Tensor,
  target: Tensor,
  { reduction = "mean", ignoreIndex = -100 }: NllOptions,
): { rows: Tensor; targets: Tensor; ignored: boolean } {
  const scores = requireFloat(operation, given);
  requireTensor(operation, target, "the targets");
  requireNumber(operation, "ignoreIndex", ignoreIndex);
  const { shape } = scores;
  const at = shape.length === 1 ? 0 : 1;
  const classes = shape[at] ?? 0;
  if (shape.length === 0 || !sameShape(target.shape, shape.toSpliced(at, 1))) {
    const input = operation === "crossEntropy" ? "logits" : "log probabilities";
    throw new RangeError(
      `${operation}: expected ${input} [N, C] and targets [N], or [N, C, ...] and [N, ...], got ${show(shape)} and ${show(target.shape)}`,
    );
  }
  if (target.dtype !== "int32") {
    throw new TypeError(
      `${operation}: expected int32 targets (class indices), got ${target.dtype}; convert them with target.to("int32")`,
    );
  }
  requireReduction(operation, reduction);
  const count = countOf(target.shape);
  const positions = shape.map((_, dim) => dim).toSpliced(at, 1);
  const rows =
    shape.length === 2 ? contiguous(scores) : reshape(permute(scores, [...positions, at]), [count, classes]);
  const targets = contiguous(shape.length === 2 ? target : reshape(target, [count]));
  const first = targets.pointer >>> 2;
  let ignored = false;
  for (let row = 0; row < count; row++) {
    const label = targets.engine.i32[first + row]!;
    if (label === ignoreIndex) ignored = true;
    else if (label < 0 || label >= classes) {
      throw new RangeError(
        `${operation}: expected targets from 0 to ${classes - 1} for ${classes} classes, got ${label} in row ${row}`,
      );
    }
  }
  return { rows, targets, ignored };
}
