// Normalization of each sample by itself: layer, group and root-mean-square normalization.

import { requireIntegers, requireNumber, requireTensor } from "../arguments";
import { type Rule, record } from "../autograd";
import type { Engine } from "../engine";
import { countOf, type Shape, sameShape, show } from "../shape";
import type { Storage } from "../storage";
import type { Tensor } from "../tensor";
import { requireFloat } from "./check";
import { contiguous } from "./view";

/**
 * x as rows, each normalized by itself. A row holds `channels` runs of `inner` elements; run k of row r has the
 * parameters of channel (r mod groups)·channels + k.
 */
interface Rows {
  readonly rows: number;
  readonly groups: number;
  readonly channels: number;
  readonly inner: number;
  /** Whether the mean is taken off. */
  readonly centred: boolean;
}

interface Info extends Rows {
  readonly hasWeight: boolean;
}

// x̂ = (x − μ)·r, g = γ·dy: dx = r·(g − Σg/n − x̂·Σ(g·x̂)/n), without the Σg/n where no mean was taken off
const rowsRule: Rule<Info> = {
  name: "normalize",
  reads: "inputs",
  backward(node, dy, pass) {
    const { rows, groups, channels, inner, centred, hasWeight } = node.info;
    const [x] = node.inputs as [Tensor];
    const weight = hasWeight ? node.inputs[1]! : null;
    const bias = node.inputs[hasWeight ? 2 : 1] ?? null;
    const { engine } = pass;
    const { f32 } = engine;
    const dx = pass.allocate(x);
    const [from, to, gradient] = [x.pointer >>> 2, dx.pointer >>> 2, dy.pointer >>> 2];
    const statistics = statisticsAt(engine, node.saved[0]!, rows);
    const gamma = weight === null ? -1 : weight.pointer >>> 2;
    const dWeight = new Float64Array(groups * channels); // wide: a sum over all rows
    const dBias = new Float64Array(groups * channels);
    const n = channels * inner;
    for (let row = 0; row < rows; row++) {
      const mean = statistics[row]!;
      const r = statistics[rows + row]!;
      const first = (row % groups) * channels;
      let sum = 0;
      let product = 0;
      for (let k = 0, i = row * n; k < channels; k++) {
        const factor = gamma < 0 ? 1 : f32[gamma + first + k]!;
        let shifts = 0;
        let slopes = 0;
        for (const end = i + inner; i < end; i++) {
          const d = f32[gradient + i]!;
          shifts += d;
          slopes += d * (f32[from + i]! - mean) * r;
        }
        sum += factor * shifts;
        product += factor * slopes;
        dBias[first + k]! += shifts;
        dWeight[first + k]! += slopes;
      }
      const [a, b] = [centred ? sum / n : 0, product / n];
      for (let k = 0, i = row * n; k < channels; k++) {
        const factor = gamma < 0 ? 1 : f32[gamma + first + k]!;
        for (const end = i + inner; i < end; i++) {
          f32[to + i] = r * (factor * f32[gradient + i]! - a - (f32[from + i]! - mean) * r * b);
        }
      }
    }
    for (const [parameter, sums] of [
      [weight, dWeight],
      [bias, dBias],
    ] as const) {
      if (!parameter?.requiresGrad) continue;
      const storage = pass.allocate(parameter);
      f32.set(sums, storage.pointer >>> 2);
      pass.give(parameter, storage);
    }
    if (x.requiresGrad) pass.give(x, dx);
    else engine.release(dx);
  },
};

/**
 * Every row's μ, then every row's r, as doubles: with few elements in a row dx is what nearly equal terms leave, and a μ
 * rounded to float32 would show in it.
 */
function statisticsAt(engine: Engine, saved: Storage, rows: number): Float64Array {
  return new Float64Array(engine.f32.buffer, saved.pointer, 2 * rows);
}

/** γ·(x − μ)/√(σ² + ε) + β by rows; σ² is biased and taken around the mean, in double precision (two passes). */
function normalizeRows(
  operation: string,
  x: Tensor,
  layout: Rows,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  requireNumber(operation, "eps", eps);
  const { rows, groups, channels, inner, centred } = layout;
  const { engine } = x;
  const { f32 } = engine;
  const y = engine.emptyLike(x, "float32");
  const saved = engine.allocate(4 * rows);
  const statistics = statisticsAt(engine, saved, rows);
  const [from, to] = [x.pointer >>> 2, y.pointer >>> 2];
  const gamma = weight === null ? -1 : weight.pointer >>> 2;
  const beta = bias === null ? -1 : bias.pointer >>> 2;
  const n = channels * inner;
  for (let row = 0; row < rows; row++) {
    const [start, end] = [row * n, (row + 1) * n];
    let mean = 0;
    if (centred) {
      for (let i = start; i < end; i++) mean += f32[from + i]!;
      mean /= n;
    }
    let squares = 0;
    for (let i = start; i < end; i++) {
      const distance = f32[from + i]! - mean;
      squares += distance * distance;
    }
    const r = 1 / Math.sqrt(squares / n + eps);
    statistics[row] = mean;
    statistics[rows + row] = r;
    const first = (row % groups) * channels;
    for (let k = 0, i = start; k < channels; k++) {
      const factor = gamma < 0 ? r : r * f32[gamma + first + k]!;
      const shift = beta < 0 ? 0 : f32[beta + first + k]!;
      for (const last = i + inner; i < last; i++) f32[to + i] = factor * (f32[from + i]! - mean) + shift;
    }
  }
  const inputs = [x, weight, bias].filter((tensor) => tensor !== null);
  return record(rowsRule, y, inputs, { ...layout, hasWeight: weight !== null }, [saved]);
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
  const x = contiguous(requireFloat("groupNorm", input));
  const [n = 0, channels = 0] = x.shape;
  if (x.shape.length < 2 || !Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0) {
    throw new RangeError(
      `groupNorm: expected input [N, C, ...] with C a multiple of ${numGroups} groups, got ${show(x.shape)}`,
    );
  }
  const layout: Rows = {
    rows: n * numGroups,
    groups: numGroups,
    channels: channels / numGroups,
    inner: countOf(x.shape.slice(2)),
    centred: true,
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

function rowsOf(x: Tensor, shape: Shape, centred: boolean): Rows {
  return {
    rows: countOf(x.shape.slice(0, -shape.length)),
    groups: 1,
    channels: countOf(shape),
    inner: 1,
    centred,
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
