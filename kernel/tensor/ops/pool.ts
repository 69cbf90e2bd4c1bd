// Pooling of pictures and sequences: the greatest or the mean of each window.

import { requireKnown, requireNumber } from "../arguments";
import { type Rule, record } from "../autograd";
import type { Engine } from "../engine";
import { countOf, type Shape, show } from "../shape";
import type { Tensor } from "../tensor";
import type { Pool2dShape, PoolDivisor } from "../wasm/kernels";
import { pools } from "../wasm/table";
import { requireFloat } from "./check";
import { clone } from "./elementwise";
import type { Extremes } from "./extremes";
import { matmul } from "./matmul";
import { spill } from "./positions";
import { contiguous, transpose } from "./view";
import {
  countWindows,
  emptyRule,
  lettersOf,
  SameShapes,
  type Sizes,
  type SpatialRank,
  sizesOf,
} from "./windows";

interface PoolOptions {
  /** From one window to the next. Default: the kernel's size, so that windows lie side by side. */
  readonly stride?: Sizes | null;
  /** Places on each side of the input, at most half the kernel: −∞ for a maximum, 0 for a mean. Default 0. */
  readonly padding?: Sizes;
  /** Keeps a last window that reaches past the padding, if it starts before it. Default false. */
  readonly ceilMode?: boolean;
}

export interface MaxPoolOptions extends PoolOptions {
  /** From one place of a window to the next, in elements of the input. Default 1. */
  readonly dilation?: Sizes;
}

export interface AvgPoolOptions extends PoolOptions {
  /** Divide by the places in the padding too. Default true. */
  readonly countIncludePad?: boolean;
  /** Divide by this number whatever lies in the window. Default null. */
  readonly divisorOverride?: number | null;
}

/** One size for every spatial dimension, or one each; null keeps the input's. */
export type AdaptiveSizes = number | null | readonly (number | null)[];

const shapes = new SameShapes<Pool2dShape>();

// dx = dy where the maximum was found
const maxPoolRule: Rule<Pool2dShape> = {
  name: "maxPool",
  sharesGradient: true,
  backward(node, dy, pass) {
    const indices = node.saved[0]!;
    pass.accumulate(node.inputs[0]!, (dx, adding) =>
      pass.engine.kernels.of(pools).maxPool2dBackward(node.info, {
        dy: dy.pointer,
        indices: indices.pointer,
        dx: dx.pointer,
        accumulate: adding,
      }),
    );
  },
  formula({ inputs: [x], output, saved: [saved], info }, dy) {
    const { planes, inHeight, inWidth } = info;
    const each = output.count / planes;
    const first = saved!.pointer >>> 2;
    const positions = Int32Array.from(
      { length: output.count },
      (_, i) => Math.floor(i / each) * inHeight * inWidth + dy.engine.i32[first + i]!,
    );
    return [() => spill(dy, positions, x!.shape)];
  },
};

// dx = dy / divisor, spread over the window
const avgPoolRule: Rule<{ shape: Pool2dShape; divisor: PoolDivisor }> = {
  name: "avgPool",
  sharesGradient: true,
  backward(node, dy, pass) {
    const { shape, divisor } = node.info;
    pass.accumulate(node.inputs[0]!, (dx, adding) =>
      pass.engine.kernels.of(pools).avgPool2dBackward(shape, divisor, {
        dy: dy.pointer,
        dx: dx.pointer,
        accumulate: adding,
      }),
    );
  },
  formula: ({ inputs: [x], info }, dy) => [() => spread(dy, x!.shape, info)],
};

// The gradient of a mean over windows: its own gradient is the mean again.
const spreadRule: Rule<{ shape: Pool2dShape; divisor: PoolDivisor }> = {
  name: "avgPool's gradient",
  backward({ inputs: [dy], info: { shape, divisor } }, dx, pass) {
    const y = pass.allocate(dy!);
    pass.engine.kernels.of(pools).avgPool2d(shape, divisor, { x: dx.pointer, y: y.pointer });
    pass.give(dy!, y);
  },
  formula: ({ inputs: [dy], info }, dx) => [() => averages(contiguous(dx), dy!.shape, info)],
};

function spread(gradient: Tensor, shape: Shape, info: { shape: Pool2dShape; divisor: PoolDivisor }): Tensor {
  const dy = contiguous(gradient);
  const { engine } = dy;
  const dx = engine.empty(shape, "float32");
  engine.kernels.of(pools).avgPool2dBackward(info.shape, info.divisor, {
    dy: dy.pointer,
    dx: dx.pointer,
    accumulate: false,
  });
  return record(spreadRule, dx, [dy], info);
}

/** The means over windows of a contiguous x. */
function averages(x: Tensor, shape: Shape, info: { shape: Pool2dShape; divisor: PoolDivisor }): Tensor {
  const y = x.engine.empty(shape, "float32");
  x.engine.kernels.of(pools).avgPool2d(info.shape, info.divisor, { x: x.pointer, y: y.pointer });
  return record(avgPoolRule, y, [x], info);
}

/**
 * The greatest of each window: [N, C, H, W] → [N, C, H′, W′] or [C, H, W] → [C, H′, W′], with H′ as conv2d has it, rounded
 * up in ceil mode. As torch.nn.functional.max_pool2d; NaN wins; of equals the first takes the gradient. Throws a RangeError
 * for other shapes, padding of more than half the kernel, and a kernel larger than the padded input.
 */
export function maxPool2d(input: Tensor, kernelSize: Sizes, options: MaxPoolOptions = {}): Tensor {
  requireKnown("maxPool2d", arguments, 3, ["dilation", "stride", "padding", "ceilMode"]);
  return maxPool("maxPool2d", 2, input, kernelSize, options, false).values;
}

/** maxPool2d, and where in its H·W plane each value was found, row·W + column (int32): max_pool2d's return_indices. */
export function maxPool2dWithIndices(
  input: Tensor,
  kernelSize: Sizes,
  options: MaxPoolOptions = {},
): Extremes {
  requireKnown("maxPool2dWithIndices", arguments, 3, ["dilation", "stride", "padding", "ceilMode"]);
  return maxPool("maxPool2dWithIndices", 2, input, kernelSize, options, true);
}

/** maxPool2d of sequences: [N, C, L] → [N, C, L′] or [C, L] → [C, L′]. As torch.nn.functional.max_pool1d. */
export function maxPool1d(input: Tensor, kernelSize: Sizes, options: MaxPoolOptions = {}): Tensor {
  requireKnown("maxPool1d", arguments, 3, ["dilation", "stride", "padding", "ceilMode"]);
  return maxPool("maxPool1d", 1, input, kernelSize, options, false).values;
}

/** maxPool1d, and where in its sequence each value was found (int32): max_pool1d's return_indices. */
export function maxPool1dWithIndices(
  input: Tensor,
  kernelSize: Sizes,
  options: MaxPoolOptions = {},
): Extremes {
  requireKnown("maxPool1dWithIndices", arguments, 3, ["dilation", "stride", "padding", "ceilMode"]);
  return maxPool("maxPool1dWithIndices", 1, input, kernelSize, options, true);
}

/**
 * The mean of each window: [N, C, H, W] → [N, C, H′, W′] or [C, H, W] → [C, H′, W′], with H′ as conv2d has it, rounded up
 * in ceil mode. As torch.nn.functional.avg_pool2d. Throws as maxPool2d does, and for a divisorOverride of 0.
 */
export function avgPool2d(input: Tensor, kernelSize: Sizes, options: AvgPoolOptions = {}): Tensor {
  requireKnown("avgPool2d", arguments, 3, [
    "countIncludePad",
    "divisorOverride",
    "stride",
    "padding",
    "ceilMode",
  ]);
  return avgPool("avgPool2d", 2, input, kernelSize, options);
}

/** avgPool2d of sequences: [N, C, L] → [N, C, L′] or [C, L] → [C, L′]. As torch.nn.functional.avg_pool1d. */
export function avgPool1d(input: Tensor, kernelSize: Sizes, options: AvgPoolOptions = {}): Tensor {
  requireKnown("avgPool1d", arguments, 3, [
    "countIncludePad",
    "divisorOverride",
    "stride",
    "padding",
    "ceilMode",
  ]);
  return avgPool("avgPool1d", 1, input, kernelSize, options);
}

/**
 * Means over windows laid evenly so that the output has the given size: [N, C, H, W] → [N, C, H′, W′], also [C, H, W].
 * Output i is the mean of rows ⌊i·H/H′⌋ … ⌈(i+1)·H/H′⌉ − 1. As torch.nn.functional.adaptive_avg_pool2d. Throws a
 * RangeError for other shapes and sizes below 1.
 */
export function adaptiveAvgPool2d(input: Tensor, outputSize: AdaptiveSizes): Tensor {
  requireKnown("adaptiveAvgPool2d", arguments, 2);
  return adaptiveAvgPool("adaptiveAvgPool2d", 2, input, outputSize);
}

/** adaptiveAvgPool2d of sequences: [N, C, L] → [N, C, L′], also [C, L]. As torch.nn.functional.adaptive_avg_pool1d. */
export function adaptiveAvgPool1d(input: Tensor, outputSize: AdaptiveSizes): Tensor {
  requireKnown("adaptiveAvgPool1d", arguments, 2);
  return adaptiveAvgPool("adaptiveAvgPool1d", 1, input, outputSize);
}

function maxPool(
  operation: string,
  rank: SpatialRank,
  input: Tensor,
  kernelSize: Sizes,
  options: MaxPoolOptions,
  withIndices: boolean,
): Extremes {
  const x = planesOf(operation, rank, input);
  const shape = shapeOf(operation, rank, x, kernelSize, options);
  const { engine } = x;
  const y = engine.empty(outputOf(rank, x, shape), "float32");
  const indices = engine.emptyLike(y, "int32");
  if (y.count === 0) return { values: record(emptyRule, y, [x], undefined), indices };
  engine.kernels.of(pools).maxPool2d(shape, { x: x.pointer, y: y.pointer, indices: indices.pointer });
  // The graph frees what it saved: what the caller keeps is a copy.
  const kept = withIndices ? clone(indices) : indices;
  return { values: record(maxPoolRule, y, [x], shape, [indices.storage]), indices: kept };
}

function avgPool(
  operation: string,
  rank: SpatialRank,
  input: Tensor,
  kernelSize: Sizes,
  { countIncludePad = true, divisorOverride = null, ...options }: AvgPoolOptions,
): Tensor {
  requireDivisor(operation, divisorOverride);
  const x = planesOf(operation, rank, input);
  const shape = shapeOf(operation, rank, x, kernelSize, options);
  const output = outputOf(rank, x, shape);
  if (countOf(output) === 0) return record(emptyRule, x.engine.empty(output, "float32"), [x], undefined);
  const divisor =
    divisorOverride ??
    (isTiled(shape) ? shape.kernelHeight * shape.kernelWidth : countIncludePad ? "padded" : "inside");
  return averages(x, output, { shape, divisor });
}

/** Throws unless it is null or a number to divide by. */
export function requireDivisor(operation: string, divisorOverride: number | null): void {
  if (divisorOverride !== null) requireNumber(operation, "divisorOverride", divisorOverride);
  if (divisorOverride === 0 || Number.isNaN(divisorOverride)) {
    throw new RangeError(`${operation}: expected a divisorOverride other than 0, got ${divisorOverride}`);
  }
}

/** Whether every window lies within the input. */
function isTiled(s: Pool2dShape): boolean {
  const fits = (size: number, out: number, kernel: number, stride: number, padding: number) =>
    padding === 0 && (out - 1) * stride + kernel <= size;
  return (
    fits(s.inHeight, s.outHeight, s.kernelHeight, s.strideHeight, s.paddingHeight) &&
    fits(s.inWidth, s.outWidth, s.kernelWidth, s.strideWidth, s.paddingWidth)
  );
}

function adaptiveAvgPool(
  operation: string,
  rank: SpatialRank,
  input: Tensor,
  outputSize: AdaptiveSizes,
): Tensor {
  const x = planesOf(operation, rank, input);
  const sizes = x.shape.slice(-rank);
  const wanted = Array.isArray(outputSize)
    ? outputSize
    : new Array<number | null>(rank).fill(outputSize as number | null);
  const [height, width] = sizesOf(
    operation,
    "outputSize",
    wanted.map((size, i) => (size === null ? sizes[i]! : size)),
    rank,
    1,
  );
  const [inWidth, inHeight = 1] = sizes.toReversed() as [number, number?];
  if (inHeight % height === 0 && inWidth % width === 0) {
    const kernel = [inHeight / height, inWidth / width].slice(-rank);
    return avgPool(operation, rank, x, kernel, {});
  }
  // Windows of different sizes: y = R·x·Cᵀ, where each row of R and C holds the weights of one mean.
  const { engine } = x;
  const columns = matmul(x, transpose(means(engine, inWidth, width), 0, 1));
  return rank === 1 ? columns : matmul(means(engine, inHeight, height), columns);
}

/** [to, from]: row i takes the mean of elements ⌊i·from/to⌋ … ⌈(i+1)·from/to⌉ − 1. */
function means(engine: Engine, from: number, to: number): Tensor {
  const matrix = engine.empty([to, from], "float32");
  const first = matrix.pointer >>> 2;
  engine.f32.fill(0, first, first + matrix.count);
  for (let i = 0; i < to; i++) {
    const start = Math.floor((i * from) / to);
    const end = Math.ceil(((i + 1) * from) / to);
    engine.f32.fill(1 / (end - start), first + i * from + start, first + i * from + end);
  }
  return matrix;
}

/** The input as contiguous float32 with one or two dimensions in front of the spatial ones. */
function planesOf(operation: string, rank: SpatialRank, input: Tensor): Tensor {
  const x = contiguous(requireFloat(operation, input));
  const leading = x.shape.length - rank;
  if (leading !== 1 && leading !== 2) {
    const one = ["C", ...lettersOf(rank)].join(", ");
    throw new RangeError(`${operation}: expected input [N, ${one}] or [${one}], got ${show(x.shape)}`);
  }
  return x;
}

function shapeOf(
  operation: string,
  rank: SpatialRank,
  x: Tensor,
  kernelSize: Sizes,
  { stride = null, padding = 0, dilation = 1, ceilMode }: MaxPoolOptions,
): Pool2dShape {
  const [inWidth, inHeight = 1] = x.shape.slice(-rank).reverse() as [number, number?];
  const [kernelHeight, kernelWidth] = sizesOf(operation, "kernelSize", kernelSize, rank, 1);
  const [strideHeight, strideWidth] = sizesOf(operation, "stride", stride ?? kernelSize, rank, 1);
  const [paddingHeight, paddingWidth] = sizesOf(operation, "padding", padding, rank, 0);
  const [dilationHeight, dilationWidth] = sizesOf(operation, "dilation", dilation, rank, 1);
  if (2 * paddingHeight > kernelHeight || 2 * paddingWidth > kernelWidth) {
    throw new RangeError(
      `${operation}: expected padding of at most half the kernel ${show([kernelHeight, kernelWidth].slice(-rank))}, got ${show([paddingHeight, paddingWidth].slice(-rank))}`,
    );
  }
  const [outHeight, outWidth] = countWindows(operation, [
    {
      size: inHeight,
      padding: 2 * paddingHeight,
      kernel: kernelHeight,
      stride: strideHeight,
      dilation: dilationHeight,
      ceilMode,
    },
    {
      size: inWidth,
      padding: 2 * paddingWidth,
      kernel: kernelWidth,
      stride: strideWidth,
      dilation: dilationWidth,
      ceilMode,
    },
  ]);
  return shapes.get({
    planes: countOf(x.shape.slice(0, -rank)),
    inHeight,
    inWidth,
    outHeight,
    outWidth,
    kernelHeight,
    kernelWidth,
    strideHeight,
    strideWidth,
    paddingHeight,
    paddingWidth,
    dilationHeight,
    dilationWidth,
  });
}

function outputOf(rank: SpatialRank, x: Tensor, { outHeight, outWidth }: Pool2dShape): number[] {
  return [...x.shape.slice(0, -rank), ...[outHeight, outWidth].slice(-rank)];
}
