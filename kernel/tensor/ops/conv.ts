// Convolution of pictures and sequences (cross-correlation, in fact, as everywhere in deep learning).

import { requireKnown, requireVector } from "../arguments";
import { type Rule, record, wantsGraph } from "../autograd";
import { show } from "../shape";
import type { Storage } from "../storage";
import type { Tensor } from "../tensor";
import type { Conv2dShape, Kernels } from "../wasm/kernels";
import { convolutions } from "../wasm/table";
import { giveTo } from "./broadcast";
import { requireFloat } from "./check";
import { sumOrMean } from "./reduction";
import { contiguous, reshape } from "./view";
import {
  axesOf,
  countWindows,
  emptyRule,
  lettersOf,
  SameShapes,
  type Sizes,
  type SpatialRank,
  sizesOf,
} from "./windows";

export interface ConvOptions {
  /** From one window to the next. Default 1. */
  readonly stride?: Sizes;
  /**
   * Zeros on each side of the input (default 0); "valid" is none; "same" keeps the input's size and needs stride 1, an odd
   * number of zeros having the extra one below or to the right.
   */
  readonly padding?: Sizes | "same" | "valid";
  /** From one element of the kernel to the next, in elements of the input. Default 1. */
  readonly dilation?: Sizes;
  /** Channels come in so many groups that do not mix; as many as channels is depthwise. Default 1. */
  readonly groups?: number;
}

const shapes = new SameShapes<Conv2dShape>();

// y = x ⋆ w + b: dx, dw by kernels of their own, db = Σ over batch and positions of dy
const convRule: Rule<Conv2dShape> = {
  name: "conv",
  reads: "inputs",
  sharesGradient: true,
  backward(node, dy, pass) {
    const [x, weight, bias] = node.inputs as [Tensor, Tensor, Tensor?];
    const shape = node.info;
    const { engine } = pass;
    const { kernels } = engine;
    const scratch = engine.allocate(kernels.of(convolutions).conv2dScratch(shape) / 4);
    if (weight.requiresGrad) {
      pass.accumulate(weight, (dw, adding) =>
        kernels.of(convolutions).conv2dBackwardWeight(shape, {
          x: x.pointer,
          dy: dy.pointer,
          dWeight: dw.pointer,
          scratch: scratch.pointer,
          accumulate: adding,
        }),
      );
    }
    if (x.requiresGrad) {
      pass.accumulate(x, (dx, adding) =>
        kernels.of(convolutions).conv2dBackwardInput(shape, {
          dy: dy.pointer,
          weight: weight.pointer,
          dx: dx.pointer,
          scratch: scratch.pointer,
          accumulate: adding,
        }),
      );
    }
    engine.release(scratch);
    if (bias?.requiresGrad) giveTo(pass, bias, dy, node.output.shape, [shape.outChannels, 1, 1]);
  },
  formula({ inputs: [x, weight], info: shape }, dy) {
    return [
      () => inputGradient(shape, dy, weight!),
      () => weightGradient(shape, x!, dy),
      () => sumOrMean("sum", dy, [0, 2, 3], false),
    ];
  },
};

// The three products of x, w and dy that a convolution and its gradients are: each one's gradients are the other two.

const inputRule: Rule<Conv2dShape> = {
  name: "conv's gradient by its input",
  reads: "inputs",
  sharesGradient: true,
  backward({ inputs: [dy, weight], info: shape }, dx, pass) {
    const { engine } = pass;
    const scratch = engine.allocate(engine.kernels.of(convolutions).conv2dScratch(shape) / 4);
    if (weight!.requiresGrad) {
      pass.accumulate(weight!, (dw, accumulate) =>
        engine.kernels.of(convolutions).conv2dBackwardWeight(shape, {
          x: dx.pointer,
          dy: dy!.pointer,
          dWeight: dw.pointer,
          scratch: scratch.pointer,
          accumulate,
        }),
      );
    }
    if (dy!.requiresGrad) {
      const y = pass.allocate(dy!);
      engine.kernels.of(convolutions).conv2d(shape, {
        x: dx.pointer,
        weight: weight!.pointer,
        bias: 0,
        y: y.pointer,
        scratch: scratch.pointer,
      });
      pass.give(dy!, y);
    }
    engine.release(scratch);
  },
  formula({ inputs: [dy, weight], info: shape }, dx) {
    return [() => convolve2d(shape, contiguous(dx), weight!, null), () => weightGradient(shape, dx, dy!)];
  },
};

/** The gradient by its input [N, C, H, W] of a convolution with contiguous weights. */
export function inputGradient(shape: Conv2dShape, gradient: Tensor, weight: Tensor): Tensor {
  const dy = contiguous(gradient);
  const { engine } = dy;
  const dx = engine.empty([shape.batch, shape.inChannels, shape.inHeight, shape.inWidth], "float32");
  const scratch = engine.allocate(engine.kernels.of(convolutions).conv2dScratch(shape) / 4);
  engine.kernels.of(convolutions).conv2dBackwardInput(shape, {
    dy: dy.pointer,
    weight: weight.pointer,
    dx: dx.pointer,
    scratch: scratch.pointer,
    accumulate: false,
  });
  engine.release(scratch);
  return record(inputRule, dx, [dy, weight], shape);
}

const weightRule: Rule<Conv2dShape> = {
  name: "conv's gradient by its weight",
  reads: "inputs",
  sharesGradient: true,
  backward({ inputs: [x, dy], info: shape }, dw, pass) {
    const { engine } = pass;
    const scratch = engine.allocate(engine.kernels.of(convolutions).conv2dScratch(shape) / 4);
    if (x!.requiresGrad) {
      pass.accumulate(x!, (dx, accumulate) =>
        engine.kernels.of(convolutions).conv2dBackwardInput(shape, {
          dy: dy!.pointer,
          weight: dw.pointer,
          dx: dx.pointer,
          scratch: scratch.pointer,
          accumulate,
        }),
      );
    }
    if (dy!.requiresGrad) {
      const y = pass.allocate(dy!);
      engine.kernels.of(convolutions).conv2d(shape, {
        x: x!.pointer,
        weight: dw.pointer,
        bias: 0,
        y: y.pointer,
        scratch: scratch.pointer,
      });
      pass.give(dy!, y);
    }
    engine.release(scratch);
  },
  formula({ inputs: [x, dy], info: shape }, dw) {
    return [
      () => inputGradient(shape, dy!, contiguous(dw)),
      () => convolve2d(shape, x!, contiguous(dw), null),
    ];
  },
};

/** The gradient by its weight [O, C/groups, height, width] of a convolution of x. */
function weightGradient(shape: Conv2dShape, input: Tensor, gradient: Tensor): Tensor {
  const [x, dy] = [contiguous(input), contiguous(gradient)];
  const { engine } = x;
  const { outChannels, inChannels, groups, kernelHeight, kernelWidth } = shape;
  const dw = engine.empty([outChannels, inChannels / groups, kernelHeight, kernelWidth], "float32");
  const scratch = engine.allocate(engine.kernels.of(convolutions).conv2dScratch(shape) / 4);
  engine.kernels.of(convolutions).conv2dBackwardWeight(shape, {
    x: x.pointer,
    dy: dy.pointer,
    dWeight: dw.pointer,
    scratch: scratch.pointer,
    accumulate: false,
  });
  engine.release(scratch);
  return record(weightRule, dw, [x, dy], shape);
}

/**
 * y[n, o, i, j] = bias[o] + Σ over c, p, q of weight[o, c, p, q] · x[n, c, i·stride − padding + p·dilation, …]:
 * [N, C, H, W] → [N, O, H′, W′], weight [O, C/groups, height, width], bias [O]; [C, H, W] → [O, H′, W′]. As
 * torch.nn.functional.conv2d; H′ = ⌊(H + 2·padding − dilation·(height − 1) − 1) / stride⌋ + 1. Throws a RangeError for
 * other shapes, channels that the groups do not divide, and a kernel larger than the padded input.
 */
export function conv2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvOptions = {},
): Tensor {
  requireKnown("conv2d", arguments, 4, ["stride", "padding", "dilation", "groups"]);
  return convolve("conv2d", 2, input, weight, bias, options);
}

/**
 * conv2d of sequences: [N, C, L] → [N, O, L′], weight [O, C/groups, length], bias [O]; [C, L] → [O, L′]. As
 * torch.nn.functional.conv1d; throws as conv2d does.
 */
export function conv1d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvOptions = {},
): Tensor {
  requireKnown("conv1d", arguments, 4, ["stride", "padding", "dilation", "groups"]);
  return convolve("conv1d", 1, input, weight, bias, options);
}

function convolve(
  operation: string,
  rank: SpatialRank,
  input: Tensor,
  givenWeight: Tensor,
  givenBias: Tensor | null,
  options: ConvOptions,
): Tensor {
  let x = requireFloat(operation, input);
  let weight = requireFloat(operation, givenWeight);
  const { groups = 1 } = options;
  requireShapes(operation, rank, x, weight, givenBias, groups);
  const batched = input.shape.length === rank + 2;
  if (rank === 1) weight = reshape(weight, weight.shape.toSpliced(2, 0, 1));
  if (rank === 1 || !batched) {
    const [width, height = 1] = input.shape.slice(-rank).reverse() as [number, number?];
    x = reshape(x, [batched ? input.shape[0]! : 1, input.shape.at(-rank - 1)!, height, width]);
  }
  const bias = givenBias && contiguous(givenBias);
  const y = convolve2d(shapeOf(operation, rank, x, weight, options), contiguous(x), contiguous(weight), bias);
  if (rank === 2 && batched) return y;
  const positions = rank === 1 ? y.shape.slice(3) : y.shape.slice(2);
  return reshape(y, [...(batched ? [y.shape[0]!] : []), y.shape[1]!, ...positions]);
}

/** The convolution of contiguous operands. */
function convolve2d(shape: Conv2dShape, x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  const { engine } = x;
  const { batch, outChannels, outHeight, outWidth } = shape;
  const y = engine.empty([batch, outChannels, outHeight, outWidth], "float32");
  const inputs = bias === null ? [x, weight] : [x, weight, bias];
  if (batch === 0) return record(emptyRule, y, inputs, undefined);
  const packed = wantsGraph(engine, inputs) ? null : packedWeights(shape, weight);
  const scratch = engine.allocate(engine.kernels.of(convolutions).conv2dScratch(shape) / 4);
  engine.kernels.of(convolutions).conv2d(shape, {
    x: x.pointer,
    weight: weight.pointer,
    bias: bias?.pointer ?? 0,
    y: y.pointer,
    scratch: scratch.pointer,
    packed: packed?.pointer,
  });
  engine.release(scratch);
  return record(convRule, y, inputs, shape);
}

/** Weights as the kernels lay them out, and what they were laid out for. */
interface Packed {
  readonly storage: Storage;
  readonly kernels: Kernels;
  readonly shape: Conv2dShape;
  readonly version: number;
}

/** Kept while their weights live: to lay them out again takes a third of the time of a small picture. */
const packs = new WeakMap<Storage, Packed>();
const mostPackedBytes = 2 ** 20;

/** The weights as the kernels lay them out, from an earlier call if nothing has changed; null where that is not worth keeping. */
function packedWeights(shape: Conv2dShape, weight: Tensor): Storage | null {
  const { engine, storage } = weight;
  const { kernels } = engine;
  const bytes = kernels.of(convolutions).conv2dPacked(shape);
  // Whoever holds the numbers of a pinned one by `.data` may change them without a version's telling.
  if (bytes === 0 || bytes > mostPackedBytes || storage.pinned || weight.offset !== 0) return null;
  const { version } = storage;
  const known = packs.get(storage);
  if (known?.version === version && known.kernels === kernels && known.shape === shape) return known.storage;
  const fits = known !== undefined && known.storage.byteLength === bytes;
  const packed = fits ? known.storage : engine.allocate(bytes / 4);
  packed.pinned = true; // it outlives a tidy()
  packs.delete(storage); // until it is whole again: an interrupt may come between
  kernels.of(convolutions).conv2dPack(shape, { weight: weight.pointer, packed: packed.pointer });
  packs.set(storage, { storage: packed, kernels, shape, version });
  return packed;
}

/** The sizes of a convolution of x[N, C, H, W] with weight[O, C/groups, height, width]. */
function shapeOf(
  operation: string,
  rank: SpatialRank,
  x: Tensor,
  weight: Tensor,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvOptions,
): Conv2dShape {
  const [batch, inChannels, inHeight, inWidth] = x.shape as [number, number, number, number];
  const [outChannels, , kernelHeight, kernelWidth] = weight.shape as [number, number, number, number];
  const [strideHeight, strideWidth] = sizesOf(operation, "stride", stride, rank, 1);
  const [dilationHeight, dilationWidth] = sizesOf(operation, "dilation", dilation, rank, 1);
  let padded: [number, number]; // before and after, together
  if (padding === "same") {
    if (strideHeight !== 1 || strideWidth !== 1) {
      throw new RangeError(
        `${operation}: expected stride 1 with padding "same", got ${Math.max(strideHeight, strideWidth)}`,
      );
    }
    padded = [dilationHeight * (kernelHeight - 1), dilationWidth * (kernelWidth - 1)];
  } else {
    const [above, left] = sizesOf(operation, "padding", padding === "valid" ? 0 : padding, rank, 0);
    padded = [2 * above, 2 * left];
  }
  const [outHeight, outWidth] = countWindows(operation, [
    {
      size: inHeight,
      padding: padded[0],
      kernel: kernelHeight,
      stride: strideHeight,
      dilation: dilationHeight,
    },
    { size: inWidth, padding: padded[1], kernel: kernelWidth, stride: strideWidth, dilation: dilationWidth },
  ]);
  return shapes.get({
    batch,
    inChannels,
    inHeight,
    inWidth,
    outChannels,
    outHeight,
    outWidth,
    kernelHeight,
    kernelWidth,
    strideHeight,
    strideWidth,
    paddingTop: Math.floor(padded[0] / 2),
    paddingLeft: Math.floor(padded[1] / 2),
    dilationHeight,
    dilationWidth,
    groups,
  });
}

/** Throws unless input, weight and bias fit together. */
export function requireShapes(
  operation: string,
  rank: 1 | 2 | 3,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  groups: number,
): void {
  const [outChannels, perGroup] = weight.shape as [number, number];
  if (weight.shape.length !== rank + 2 || weight.count === 0) {
    throw new RangeError(
      `${operation}: expected weight [out, in/groups, ${axesOf(rank).join(", ")}] of sizes ≥ 1, got ${show(weight.shape)}`,
    );
  }
  if (!Number.isInteger(groups) || groups < 1 || outChannels % groups !== 0) {
    throw new RangeError(
      `${operation}: expected groups to be a whole number ≥ 1 that divides the ${outChannels} output channels of weight ${show(weight.shape)}, got ${groups}`,
    );
  }
  const { shape } = input;
  const batched = shape.length === rank + 2;
  const channels = shape[batched ? 1 : 0];
  if ((!batched && shape.length !== rank + 1) || channels !== perGroup * groups) {
    const one = [perGroup * groups, ...lettersOf(rank)].join(", ");
    throw new RangeError(
      `${operation}: expected input [N, ${one}] or [${one}] for weight ${show(weight.shape)}${groups === 1 ? "" : ` in ${groups} groups`}, got ${show(shape)}`,
    );
  }
  requireVector(operation, "bias", bias, outChannels);
}
