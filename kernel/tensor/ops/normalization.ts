// Normalization of each sample by itself: layer, group and root-mean-square normalization.

import { requireIntegers, requireKnown, requireNumber, requireTensor } from "../arguments";
import { type Rule, record } from "../autograd";
import { countOf, type Shape, sameShape, show } from "../shape";
import type { Storage } from "../storage";
import type { Tensor } from "../tensor";
import { norms } from "../wasm/table";
import { requireFloat } from "./check";
import { contiguous } from "./view";

/** x as samples of `groups` rows, each normalized by itself: `channels` runs of `inner` numbers, each with its γ and β. */
interface Rows {
  readonly samples: number;
  readonly groups: number;
  readonly channels: number;
  readonly inner: number;
  /** Whether the mean is taken off. */
  readonly centered: boolean;
}

interface Info extends Rows {
  readonly hasWeight: boolean;
  readonly eps: number;
}

// x̂ = (x − μ)·r, g = γ·dy: dx = r·(g − Σg/n − x̂·Σ(g·x̂)/n), without the Σg/n where no mean was taken off
const rowsRule: Rule<Info> = {
  name: "normalize",
  reads: "inputs",
  sharesGradient: true,
  backward(node, dy, pass) {
    const { samples, groups, channels, inner, centered, hasWeight } = node.info;
    const [x] = node.inputs as [Tensor];
    const weight = hasWeight ? node.inputs[1]! : null;
    const bias = node.inputs[hasWeight ? 2 : 1] ?? null;
    const { engine } = pass;
    const { kernels } = engine;
    const parameters = groups * channels;
    const summed = weight?.requiresGrad || bias?.requiresGrad;
    const slopes = summed ? engine.allocate(samples * parameters) : null;
    const shifts = summed && inner > 1 ? engine.allocate(samples * parameters) : null;
    const give = (parameter: Tensor | null, bySample: Storage) => {
      if (!parameter?.requiresGrad) return;
      const gradient = pass.allocate(parameter);
      kernels.reduce("sum", {
        x: bySample.pointer,
        y: gradient.pointer,
        outer: 1,
        n: samples,
        inner: parameters,
      });
      pass.give(parameter, gradient);
    };
    if (inner === 1) give(bias, dy); // before dx may take its place
    const dx = pass.target(dy, x);
    kernels.of(norms).normalizeBackward({
      x: x.pointer,
      statistics: node.saved[0]!.pointer,
      weight: weight?.pointer ?? 0,
      dy: dy.pointer,
      dx: dx.pointer,
      slopes: slopes?.pointer ?? 0,
      shifts: shifts?.pointer ?? 0,
      samples,
      groups,
      channels,
      inner,
      centered,
    });
    if (shifts !== null) give(bias, shifts);
    if (slopes !== null) give(weight, slopes);
    for (const each of [slopes, shifts]) if (each !== null) engine.release(each);
    if (x.requiresGrad) pass.give(x, dx);
    else if (dx !== dy) engine.release(dx);
  },
  formula({ inputs: [given, weight], info }, gradient) {
    const { samples, groups, channels, inner, centered, hasWeight, eps } = info;
    const shape = [samples, groups, channels, inner];
    const rows = (each: Tensor) => each.reshape(shape);
    const mean = (each: Tensor) => each.mean([2, 3], true);
    const [x, dy] = [rows(given!), rows(gradient)];
    const shifted = centered ? x.sub(mean(x)) : x;
    const invStd = mean(shifted.square()).add(eps).rsqrt();
    const normal = shifted.mul(invStd);
    const byChannel = (each: Tensor) => each.sum([0, 3]).reshape((weight ?? given!).shape);
    const dx = () => {
      const scaled = hasWeight ? dy.mul(weight!.reshape(groups, channels, 1)) : dy;
      const level = centered ? scaled.sub(mean(scaled)) : scaled;
      return level
        .sub(normal.mul(mean(scaled.mul(normal))))
        .mul(invStd)
        .reshape(given!.shape);
    };
    return hasWeight ? [dx, () => byChannel(dy.mul(normal)), () => byChannel(dy)] : [dx, () => byChannel(dy)];
  },
};

/** γ·(x − μ)/√(σ² + ε) + β by rows; σ² is biased and taken around the mean (two passes). */
function normalizeRows(
  operation: string,
  x: Tensor,
  layout: Rows,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  requireNumber(operation, "eps", eps);
  const { samples, groups, channels, inner, centered } = layout;
  const { engine } = x;
  const y = engine.emptyLike(x, "float32");
  const statistics = engine.allocate(4 * samples * groups);
  engine.kernels.of(norms).normalize({
    x: x.pointer,
    weight: weight?.pointer ?? 0,
    bias: bias?.pointer ?? 0,
    y: y.pointer,
    statistics: statistics.pointer,
    samples,
    groups,
    channels,
    inner,
    centered,
    eps,
  });
  const inputs = [x, weight, bias].filter((tensor) => tensor !== null);
  return record(rowsRule, y, inputs, { ...layout, hasWeight: weight !== null, eps }, [statistics]);
}

export interface LayerNormOptions {
  /** γ, of the normalized shape; absent: 1. */
  readonly weight?: Tensor | null;
  /** β, of the normalized shape; absent: 0. */
  readonly bias?: Tensor | null;
  /** Added to the variance under the root. Default 1e-5. */
  readonly eps?: number;
}

/**
 * γ·(x − μ)/√(σ² + ε) + β over the last dimensions, which must be `normalizedShape`: [..., *normalizedShape] → the same.
 * Mean and biased variance are each sample's own, in training and evaluation. Ba et al. 2016. Throws a RangeError for
 * other shapes.
 */
export function layerNorm(
  input: Tensor,
  normalizedShape: Shape,
  { weight = null, bias = null, eps = 1e-5 }: LayerNormOptions = {},
): Tensor {
  requireKnown("layerNorm", arguments, 3, ["weight", "bias", "eps"]);
  const x = trailing("layerNorm", input, normalizedShape);
  const gamma = parameter("layerNorm", "weight", weight, normalizedShape);
  const beta = parameter("layerNorm", "bias", bias, normalizedShape);
  return normalizeRows("layerNorm", x, rowsOf(x, normalizedShape, true), gamma, beta, eps);
}

export interface RmsNormOptions {
  /** γ, of the normalized shape; absent: 1. */
  readonly weight?: Tensor | null;
  /** Added to the mean square under the root. Default: float32's epsilon, 2⁻²³. */
  readonly eps?: number | null;
}

/**
 * γ·x/√(mean(x²) + ε) over the last dimensions, which must be `normalizedShape`: [..., *normalizedShape] → the same.
 * Zhang & Sennrich 2019. Throws a RangeError for other shapes.
 */
export function rmsNorm(
  input: Tensor,
  normalizedShape: Shape,
  { weight = null, eps = null }: RmsNormOptions = {},
): Tensor {
  requireKnown("rmsNorm", arguments, 3, ["weight", "eps"]);
  const x = trailing("rmsNorm", input, normalizedShape);
  const gamma = parameter("rmsNorm", "weight", weight, normalizedShape);
  return normalizeRows("rmsNorm", x, rowsOf(x, normalizedShape, false), gamma, null, eps ?? 2 ** -23);
}

/**
 * As layerNorm over each of `numGroups` groups of channels with all their positions, γ and β [C] by channel:
 * [N, C, ...] → the same. Wu & He 2018. Throws a RangeError unless numGroups divides C, and when a group is one value and N is 1.
 */
export function groupNorm(
  input: Tensor,
  numGroups: number,
  { weight = null, bias = null, eps = 1e-5 }: LayerNormOptions = {},
): Tensor {
  requireKnown("groupNorm", arguments, 3, ["weight", "bias", "eps"]);
  const x = contiguous(requireFloat("groupNorm", input));
  const [n = 0, channels = 0] = x.shape;
  if (x.shape.length < 2 || !Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0) {
    throw new RangeError(
      `groupNorm: expected input [N, C, ...] with C a multiple of ${numGroups} groups, got ${show(x.shape)}`,
    );
  }
  const layout: Rows = {
    samples: n,
    groups: numGroups,
    channels: channels / numGroups,
    inner: countOf(x.shape.slice(2)),
    centered: true,
  };
  if (n * layout.channels * layout.inner === 1) {
    throw new RangeError(
      `groupNorm: expected more than one value per group, got ${show(x.shape)} in ${numGroups} groups; use fewer groups`,
    );
  }
  const gamma = parameter("groupNorm", "weight", weight, [channels]);
  const beta = parameter("groupNorm", "bias", bias, [channels]);
  return normalizeRows("groupNorm", x, layout, gamma, beta, eps);
}

function trailing(operation: string, input: Tensor, shape: Shape): Tensor {
  const x = requireFloat(operation, input);
  requireIntegers(operation, "the normalized shape", shape);
  if (shape.length === 0 || !sameShape(x.shape.slice(-shape.length), shape)) {
    throw new RangeError(
      `${operation}: expected input [..., ${shape.join(", ")}] for the normalized shape ${show(shape)}, got ${show(x.shape)}`,
    );
  }
  return contiguous(x);
}

function rowsOf(x: Tensor, shape: Shape, centered: boolean): Rows {
  return {
    samples: countOf(x.shape.slice(0, -shape.length)),
    groups: 1,
    channels: countOf(shape),
    inner: 1,
    centered,
  };
}

/** A parameter of the given shape, contiguous; throws a RangeError for another. */
function parameter(operation: string, name: string, tensor: Tensor | null, shape: Shape): Tensor | null {
  if (tensor === null) return null;
  requireTensor(operation, tensor, name);
  if (!sameShape(tensor.shape, shape) || tensor.dtype !== "float32") {
    throw new RangeError(
      `${operation}: expected ${name} ${show(shape)} float32, got ${show(tensor.shape)} ${tensor.dtype}`,
    );
  }
  return contiguous(tensor);
}
