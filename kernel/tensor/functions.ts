// Operations as functions, for those that take several tensors or that layers call by name.

import { arithmetic } from "./ops/arithmetic";
import { requireFloat } from "./ops/check";
import { unary } from "./ops/elementwise";
import * as join from "./ops/join";
import type { Tensor } from "./tensor";

export {
  elu,
  type GeluOptions,
  gelu,
  leakyRelu,
  type SoftplusOptions,
  silu,
  softplus,
} from "./ops/activation";
export { type BatchNormOptions, batchNorm } from "./ops/batchNorm";
export { type ConvOptions, conv1d, conv2d } from "./ops/conv";
export { type DropoutOptions, dropout, dropout2d } from "./ops/dropout";
export { type InstanceNormOptions, instanceNorm } from "./ops/instanceNorm";
export { indexSelect } from "./ops/join";
export { type CrossEntropyOptions, crossEntropy } from "./ops/loss";
export { linear, matmul } from "./ops/matmul";
export { type NllOptions, nllLoss } from "./ops/nll";
export {
  groupNorm,
  type LayerNormOptions,
  layerNorm,
  type RmsNormOptions,
  rmsNorm,
} from "./ops/normalization";
export { type PaddingMode, type PadOptions, pad } from "./ops/padding";
export {
  type AdaptiveSizes,
  type AvgPoolOptions,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  avgPool1d,
  avgPool2d,
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool2dWithIndices,
} from "./ops/pool";
export {
  type AdagradOptions,
  type AdamOptions,
  adagradStep,
  adamStep,
  type RmspropOptions,
  rmspropStep,
  type SgdOptions,
  sgdStep,
} from "./ops/update";
export type { Sizes } from "./ops/windows";

/** Tensors one after the other along a dimension; all other sizes equal. */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  return join.cat(tensors, dim);
}

/** Tensors of one shape along a new dimension. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return join.stack(tensors, dim);
}

/** a where the condition holds, else b; all broadcast, and a and b may be numbers. */
export function where(condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  return join.where(condition, asTensor(condition, a), asTensor(condition, b));
}

function asTensor(like: Tensor, value: Tensor | number): Tensor {
  if (typeof value !== "number") return value;
  const { engine } = like;
  const result = engine.empty([], "float32");
  engine.f32[result.pointer >>> 2] = value;
  return result;
}

/** The larger of the two, element by element, broadcast. */
export function maximum(a: Tensor, b: Tensor | number): Tensor {
  return arithmetic("maximum", a, b);
}

/** The smaller of the two, element by element, broadcast. */
export function minimum(a: Tensor, b: Tensor | number): Tensor {
  return arithmetic("minimum", a, b);
}

/** 1/(1+e⁻ˣ) */
export function sigmoid(x: Tensor): Tensor {
  return unary("sigmoid", requireFloat("sigmoid", x));
}

/** Hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return unary("tanh", requireFloat("tanh", x));
}

/** max(x, 0) */
export function relu(x: Tensor): Tensor {
  return unary("relu", requireFloat("relu", x));
}

/** eˣ/Σeˣ along a dimension. */
export function softmax(x: Tensor, dim: number): Tensor {
  return x.softmax(dim);
}

/** log(eˣ/Σeˣ) along a dimension. */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  return x.logSoftmax(dim);
}
