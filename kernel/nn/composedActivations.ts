// Activation functions that are a few operations each: torch.nn.functional's names.

import { elu, hardtanh, leakyRelu, rand, softmax, softplus, type Tensor, tanh, where } from "../tensor";
import { requireKnown, requireNumbers, requireTensor, show } from "../tensor/arguments";

/** min(max(x, 0), 6), any shape; the gradient is 0 at both ends. */
export function relu6(x: Tensor): Tensor {
  requireKnown("relu6", arguments, 1);
  return hardtanh(x, 0, 6);
}

const [alpha, scale] = [1.6732632423543772, 1.0507009873554805];

/** 1.0507·(x where x > 0, else 1.6733·(eˣ − 1)), any shape: keeps mean 0 and variance 1. Klambauer et al. 2017. */
export function selu(x: Tensor): Tensor {
  requireKnown("selu", arguments, 1);
  return elu(x, alpha).mul(scale);
}

/** −log(1 + e⁻ˣ), any shape: log of the sigmoid, finite for every finite x. */
export function logSigmoid(x: Tensor): Tensor {
  requireKnown("logSigmoid", arguments, 1);
  requireTensor("logSigmoid", x);
  return softplus(x.neg(), { threshold: Number.POSITIVE_INFINITY }).neg();
}

/** x − tanh(x), any shape. */
export function tanhshrink(x: Tensor): Tensor {
  requireKnown("tanhshrink", arguments, 1);
  requireTensor("tanhshrink", x);
  return x.sub(tanh(x));
}

/** e⁻ˣ/Σe⁻ˣ along a dimension. */
export function softmin(x: Tensor, dim: number): Tensor {
  requireKnown("softmin", arguments, 2);
  requireTensor("softmin", x);
  return softmax(x.neg(), dim);
}

/**
 * The first half along `dim` (default the last) times the sigmoid of the second: [..., 2n, ...] → [..., n, ...]. Dauphin et
 * al. 2017. Throws a RangeError for an odd size.
 */
export function glu(x: Tensor, dim = -1): Tensor {
  requireKnown("glu", arguments, 2);
  requireTensor("glu", x);
  const size = x.size(dim);
  if (size % 2 !== 0) throw new RangeError(`glu: expected an even size along ${dim}, got ${size}`);
  const half = size / 2;
  return x.narrow(dim, 0, half).mul(x.narrow(dim, half, half).sigmoid());
}

/**
 * x where x > 0, else weight·x: any shape, with one weight [1] for all or one for each channel, dim 1: [C]. He et al. 2015.
 * Throws a RangeError for another number of weights.
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  requireKnown("prelu", arguments, 2);
  requireTensor("prelu", x);
  requireTensor("prelu", weight, "weight");
  const channels = x.shape[1] ?? 1;
  const count = weight.numel();
  if (weight.shape.length > 1 || (count !== 1 && count !== channels)) {
    throw new RangeError(
      `prelu: expected weight [1] or [${channels}] for input ${show(x.shape)}, got ${show(weight.shape)}`,
    );
  }
  const slopes = count === 1 ? weight.reshape(1) : weight.reshape([count, ...x.shape.slice(2).fill(1)]);
  return where(x.gt(0), x, x.clamp({ max: 0 }).mul(slopes)); // of ∞ and slope 0 the product would be NaN
}

/** What rrelu() can be told. */
export interface RReluOptions {
  /** The smallest slope. Default 1/8. */
  lower?: number;
  /** The largest slope, ≥ lower. Default 1/3. */
  upper?: number;
  /** Whether slopes are drawn; else it is their mean. Default false. */
  training?: boolean;
}

/**
 * x where x > 0, else slope·x: any shape. In training each slope is drawn from lower … upper, by the default generator
 * (manualSeed). Xu et al. 2015. Throws a RangeError unless lower ≤ upper.
 */
export function rrelu(
  x: Tensor,
  { lower = 1 / 8, upper = 1 / 3, training = false }: RReluOptions = {},
): Tensor {
  requireKnown("rrelu", arguments, 2, ["lower", "upper", "training"]);
  requireTensor("rrelu", x);
  requireNumbers("rrelu", { lower, upper });
  if (!(lower <= upper)) throw new RangeError(`rrelu: expected lower ≤ upper, got ${lower} and ${upper}`);
  if (!training) return leakyRelu(x, (lower + upper) / 2);
  const slopes = rand(x.shape)
    .mul(upper - lower)
    .add(lower);
  return where(x.gt(0), x, x.mul(slopes));
}
