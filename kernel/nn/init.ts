// Starting values for parameters, in place, under torch.nn.init's names. All draw from manualSeed()'s generator.

import { noGrad, type Tensor } from "../tensor";

/** What a layer is followed by, for the gain that keeps the size of its signal. */
export type Nonlinearity = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu";

/** The recommended factor on a weight's standard deviation; `slope` is leakyRelu's negative slope. */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  const gains = {
    linear: 1,
    sigmoid: 1,
    tanh: 5 / 3,
    relu: Math.SQRT2,
    leakyRelu: Math.sqrt(2 / (1 + slope * slope)),
  };
  return gains[nonlinearity];
}

/** Fills with numbers uniform in [low, high). */
export function uniform_(tensor: Tensor, low = 0, high = 1): Tensor {
  return noGrad(() => tensor.uniform_(low, high));
}

/** Fills with normal numbers. */
export function normal_(tensor: Tensor, mean = 0, std = 1): Tensor {
  return noGrad(() => tensor.normal_(mean, std));
}

export function constant_(tensor: Tensor, value: number): Tensor {
  return noGrad(() => tensor.fill_(value));
}

export function zeros_(tensor: Tensor): Tensor {
  return constant_(tensor, 0);
}

export function ones_(tensor: Tensor): Tensor {
  return constant_(tensor, 1);
}

/** Glorot & Bengio 2010: uniform, variance gain²·2/(fanIn + fanOut). */
export function xavierUniform_(tensor: Tensor, gain = 1): Tensor {
  const bound = Math.sqrt(3) * xavierStd(tensor, gain);
  return uniform_(tensor, -bound, bound);
}

/** Glorot & Bengio 2010: normal, variance gain²·2/(fanIn + fanOut). */
export function xavierNormal_(tensor: Tensor, gain = 1): Tensor {
  return normal_(tensor, 0, xavierStd(tensor, gain));
}

export interface KaimingOptions {
  /** leakyRelu's negative slope. Default 0. */
  a?: number;
  /** "fanIn" (default) keeps the size of the signal forwards, "fanOut" that of the gradient backwards. */
  mode?: "fanIn" | "fanOut";
  /** Default "leakyRelu". */
  nonlinearity?: Nonlinearity;
}

/** He et al. 2015: uniform, variance gain²/fan. */
export function kaimingUniform_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd(tensor, options);
  return uniform_(tensor, -bound, bound);
}

/** He et al. 2015: normal, variance gain²/fan. */
export function kaimingNormal_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
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
  return calculateGain(nonlinearity, a) / Math.sqrt(fans(tensor)[mode]);
}

/** Inputs that feed an output and outputs that an input feeds, of a weight [out, in, …kernel]. */
export function fans(tensor: Tensor): { fanIn: number; fanOut: number } {
  const [out, inputs, ...kernel] = tensor.shape;
  if (out === undefined || inputs === undefined) {
    throw new RangeError(
      `init: expected a weight of at least two dimensions [out, in, …], got [${tensor.shape.join(", ")}]; use normal_ or uniform_`,
    );
  }
  const area = kernel.reduce((product, size) => product * size, 1);
  return { fanIn: inputs * area, fanOut: out * area };
}
