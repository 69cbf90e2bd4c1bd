// Starting values for parameters, in place, under torch.nn.init's names. All draw from manualSeed()'s generator.

import { noGrad, type Tensor, type TensorData, tensor } from "../tensor";
import { requireKnown, requireNumber, requireNumbers, requireTensor, show } from "../tensor/arguments";
import { ownerOf } from "../tensor/doors/nn";

/** What a layer is followed by, for the gain that keeps the size of its signal. */
export type Nonlinearity = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

/** The recommended factor on a weight's standard deviation; `slope` is leakyRelu's negative slope. */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  requireKnown("calculateGain", arguments, 2);
  requireNumber("calculateGain", "slope", slope);
  const gains = {
    linear: 1,
    sigmoid: 1,
    tanh: 5 / 3,
    relu: Math.SQRT2,
    leakyRelu: Math.sqrt(2 / (1 + slope * slope)),
    selu: 3 / 4,
  };
  return gains[oneOf("calculateGain", "nonlinearity", nonlinearity, gains)];
}

/** A tensor, or the `.data` of one, as PyTorch's tutorials have it: that of a float32 tensor whose elements lie in order. */
export type Target = Tensor | TensorData;

function targetOf(operation: string, given: Target): Tensor {
  const tensor = ArrayBuffer.isView(given) ? (ownerOf(given) ?? given) : given;
  requireTensor(operation, tensor as Tensor);
  return tensor as Tensor;
}

/** Fills with numbers uniform in [low, high). */
export function uniform_(given: Target, low = 0, high = 1): Tensor {
  requireKnown("uniform_", arguments, 3);
  const tensor = targetOf("uniform_", given);
  return noGrad(() => tensor.uniform_(low, high));
}

/** Fills with normal numbers. */
export function normal_(given: Target, mean = 0, std = 1): Tensor {
  requireKnown("normal_", arguments, 3);
  const tensor = targetOf("normal_", given);
  return noGrad(() => tensor.normal_(mean, std));
}

/**
 * Fills with normal numbers of the given mean and standard deviation, drawn again until they lie in [a, b]: the density of
 * what remains is the normal one, cut off. Throws a RangeError unless a < b and the interval comes within ten standard
 * deviations of the mean.
 */
export function truncNormal_(given: Target, mean = 0, std = 1, a = -2, b = 2): Tensor {
  requireKnown("truncNormal_", arguments, 5);
  const tensor = targetOf("truncNormal_", given);
  requireNumbers("truncNormal_", { mean, std, a, b });
  const low = Math.max(-10, (a - mean) / std);
  const high = Math.min(10, (b - mean) / std);
  if (!(low < high)) {
    throw new RangeError(
      `truncNormal_: expected a < b within ten standard deviations of the mean, got ${a} and ${b} for mean ${mean} and std ${std}`,
    );
  }
  const { generator } = tensor.engine;
  const mode = Math.min(Math.max(0, low), high);
  const draw = (): number => {
    for (;;) {
      const z = low + (high - low) * generator.uniform();
      if (generator.uniform() < Math.exp((mode * mode - z * z) / 2)) return mean + std * z;
    }
  };
  return overwrite(tensor, draw);
}

/** Fills with a value. */
export function constant_(given: Target, value: number): Tensor {
  requireKnown("constant_", arguments, 2);
  const tensor = targetOf("constant_", given);
  requireNumber("constant_", "value", value);
  return noGrad(() => tensor.fill_(value));
}

/** Fills with 0. */
export function zeros_(given: Target): Tensor {
  requireKnown("zeros_", arguments, 1);
  const tensor = targetOf("zeros_", given);
  return constant_(tensor, 0);
}

/** Fills with 1. */
export function ones_(given: Target): Tensor {
  requireKnown("ones_", arguments, 1);
  const tensor = targetOf("ones_", given);
  return constant_(tensor, 1);
}

/** Fills a matrix with 1 on its diagonal and 0 elsewhere. Throws a RangeError for other dimensions. */
export function eye_(given: Target): Tensor {
  requireKnown("eye_", arguments, 1);
  const tensor = targetOf("eye_", given);
  const [rows, columns, ...more] = tensor.shape;
  if (rows === undefined || columns === undefined || more.length > 0) {
    throw new RangeError(`eye_: expected a matrix, got ${show(tensor.shape)}`);
  }
  return overwrite(tensor, (i) => Number(i % columns === Math.floor(i / columns)));
}

/**
 * Fills with a random matrix of orthonormal rows or, where there are more of them than columns, columns, times gain; a weight
 * of more dimensions counts as [out, the rest]. Evenly distributed over all such matrices (Saxe, McClelland & Ganguli 2014).
 * Throws a RangeError for fewer than two dimensions.
 */
export function orthogonal_(given: Target, gain = 1): Tensor {
  requireKnown("orthogonal_", arguments, 2);
  const tensor = targetOf("orthogonal_", given);
  requireNumber("orthogonal_", "gain", gain);
  const width = fans(tensor).fanIn;
  const rows = tensor.shape[0]!;
  const [count, length] = rows < width ? [rows, width] : [width, rows];
  const { generator } = tensor.engine;
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = Float64Array.from({ length }, () => generator.normal());
    // Gram-Schmidt; once more takes away what rounding left of the others.
    for (const other of [...vectors, ...vectors]) {
      const along = dot(vector, other);
      for (let i = 0; i < length; i++) vector[i]! -= along * other[i]!;
    }
    const size = Math.sqrt(dot(vector, vector));
    vectors.push(vector.map((value) => value / size));
  }
  return overwrite(tensor, (i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    return gain * (rows < width ? vectors[row]![column]! : vectors[column]![row]!);
  });
}

/** Glorot & Bengio 2010: uniform, variance gain²·2/(fanIn + fanOut). */
export function xavierUniform_(given: Target, gain = 1): Tensor {
  requireKnown("xavierUniform_", arguments, 2);
  const tensor = targetOf("xavierUniform_", given);
  requireNumber("xavierUniform_", "gain", gain);
  const bound = Math.sqrt(3) * xavierStd(tensor, gain);
  return uniform_(tensor, -bound, bound);
}

/** Glorot & Bengio 2010: normal, variance gain²·2/(fanIn + fanOut). */
export function xavierNormal_(given: Target, gain = 1): Tensor {
  requireKnown("xavierNormal_", arguments, 2);
  const tensor = targetOf("xavierNormal_", given);
  requireNumber("xavierNormal_", "gain", gain);
  return normal_(tensor, 0, xavierStd(tensor, gain));
}

/** What kaimingUniform_() and kaimingNormal_() can be told. */
export interface KaimingOptions {
  /** leakyRelu's negative slope. Default 0. */
  a?: number;
  /** "fanIn" (default) keeps the size of the signal forwards, "fanOut" that of the gradient backwards. */
  mode?: "fanIn" | "fanOut";
  /** Default "leakyRelu". */
  nonlinearity?: Nonlinearity;
}

/** He et al. 2015: uniform, variance gain²/fan. */
export function kaimingUniform_(given: Target, options: KaimingOptions = {}): Tensor {
  requireKnown("kaimingUniform_", arguments, 2, ["a", "mode", "nonlinearity"]);
  const tensor = targetOf("kaimingUniform_", given);
  const bound = Math.sqrt(3) * kaimingStd(tensor, options);
  return uniform_(tensor, -bound, bound);
}

/** He et al. 2015: normal, variance gain²/fan. */
export function kaimingNormal_(given: Target, options: KaimingOptions = {}): Tensor {
  requireKnown("kaimingNormal_", arguments, 2, ["a", "mode", "nonlinearity"]);
  const tensor = targetOf("kaimingNormal_", given);
  return normal_(tensor, 0, kaimingStd(tensor, options));
}

function xavierStd(tensor: Tensor, gain: number): number {
  const { fanIn, fanOut } = fans(tensor);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

function kaimingStd(
  tensor: Tensor,
  { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" }: KaimingOptions,
): number {
  const fan = fans(tensor);
  return calculateGain(nonlinearity, a) / Math.sqrt(fan[oneOf("init", "mode", mode, fan)]);
}

/** Inputs that feed an output and outputs that an input feeds, of a weight [out, in, …kernel]. */
export function fans(tensor: Tensor): { fanIn: number; fanOut: number } {
  requireKnown("fans", arguments, 1);
  requireTensor("init", tensor);
  const [out, inputs, ...kernel] = tensor.shape;
  if (out === undefined || inputs === undefined) {
    throw new RangeError(
      `init: expected a weight of at least two dimensions [out, in, …], got ${show(tensor.shape)}; use normal_ or uniform_`,
    );
  }
  const area = kernel.reduce((product, size) => product * size, 1);
  return { fanIn: inputs * area, fanOut: out * area };
}

function oneOf<Choice extends string>(
  operation: string,
  option: string,
  given: Choice,
  choices: Readonly<Record<Choice, unknown>>,
): Choice {
  if (Object.hasOwn(choices, given)) return given;
  throw new RangeError(
    `${operation}: expected ${option} to be one of ${Object.keys(choices).join(", ")}, got ${String(given)}`,
  );
}

/** Element i ← at(i), in order. */
function overwrite(target: Tensor, at: (i: number) => number): Tensor {
  const values = Float32Array.from({ length: target.numel() }, (_, i) => at(i));
  return noGrad(() => target.copy_(tensor(values, { shape: target.shape })));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
