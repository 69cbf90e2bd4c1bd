// The tensor as its users know it: PyTorch's methods in camelCase, each a line over ops/.

import {
  describe,
  isRecord,
  optionsOf,
  requireFunction,
  requireKnown,
  requireRank,
  requireTensor,
} from "./arguments";
import { type BackwardOptions, backward } from "./backward";
import type { DType, Scalar } from "./dtype";
import { handleOf, type RemovableHandle } from "./handle";
import type { Generator } from "./math/random";
import { index, indexPut, putInto } from "./ops/advanced";
import { all, allclose, any, type Closeness, equal, isclose, logical } from "./ops/agreement";
import { arithmetic, compare, lerp, requireOutsideGraph } from "./ops/arithmetic";
import type { Index } from "./ops/brackets";
import { cast, requireOperand } from "./ops/check";
import { addProduct, addTogether, type Contracted, cross, inner, kron, tensordot } from "./ops/combined";
import { type Differences, diag, diagEmbed, diff, rot90 } from "./ops/diagonals";
import { distinct, histc, isin, mode, positionsAmong, type Search, type Unique } from "./ops/distinct";
import { divide, divideWhole, type Rounding } from "./ops/division";
import { clone, square, unary } from "./ops/elementwise";
import { argument, type Extremes, extreme, extremeAlong } from "./ops/extremes";
import { gather, maskedFill, scatter, scatterAdd, sort, topk } from "./ops/indexing";
import { addTo, copy, draw, fill, scaled, update } from "./ops/inPlace";
import { bitwise, bitwiseNot } from "./ops/integers";
import { indexSelect, where } from "./ops/join";
import { type Bounds, clampTo, type NanToNum, nanToNum } from "./ops/limits";
import { matmul } from "./ops/matmul";
import { logsumexp, norm, type Order } from "./ops/norm";
import { pairwise } from "./ops/pairs";
import {
  fillSlices,
  type IncludeSelf,
  maskedScatter,
  putSlices,
  type Reduce,
  repeatInterleave,
  scatterReduce,
  take,
  takeAlong,
} from "./ops/places";
import { type AddmmOptions, addmm, outer, productOf } from "./ops/products";
import {
  type Correction,
  correctionOf,
  type Dims,
  dimsOf,
  type KeepDim,
  product,
  standardDeviation,
  sumOrMean,
  variance,
} from "./ops/reduction";
import { classify, elementwise } from "./ops/rounding";
import { cumprod, logcumsumexp, runningExtreme } from "./ops/running";
import { type Drawing, multinomial } from "./ops/sampling";
import { cumsum, flip, roll, triangle } from "./ops/scan";
import { bincount, maskedSelect, nonzero } from "./ops/selection";
import { logSoftmax, softmax } from "./ops/softmax";
import { kthvalue, median, nanmedian, nanTotal, quantile } from "./ops/statistics";
import { chunk, narrow, repeat, split, tensorSplit, tile, unbind } from "./ops/tiling";
import {
  contiguous,
  diagonal,
  expand,
  flatten,
  movedim,
  permute,
  reshape,
  select,
  slice,
  squeeze,
  transpose,
  unflatten,
  unsqueeze,
} from "./ops/view";
import { checkDim, type Shape, show } from "./shape";
import { type GradientHook, TensorState } from "./tensorState";

export type { Contracted } from "./ops/combined";
export type { Differences } from "./ops/diagonals";
export type { Search, Unique } from "./ops/distinct";
export type { Bounds, NanToNum } from "./ops/limits";
export type { Order } from "./ops/norm";
export type { IncludeSelf, Reduce } from "./ops/places";
export type { Correction, KeepDim } from "./ops/reduction";
export type { Drawing } from "./ops/sampling";

/** How scatter() brings together what comes to one place. */
export interface ScatterOptions {
  /** Default: what is written stays, the last one where indices repeat. */
  readonly reduce?: "add" | "multiply";
}

const backwardOptions = ["retainGraph", "createGraph", "inputs"];

/** Float32, int32 or bool numbers in any number of dimensions, with automatic gradients. Memory needs no dispose. */
export class Tensor extends TensorState {
  /**
   * Adds the gradient of this tensor to `.grad` of every leaf it came from. A tensor of more than one element needs the
   * gradient to start from, which may also stand among the options. The graph is used up unless `retainGraph`; results of
   * its larger steps stay readable until the end of the next backward(). With `createGraph` the gradients have a graph of
   * their own, which holds on to this one as long as `.grad` does.
   */
  backward(
    gradient?: Tensor | null | (BackwardOptions & { readonly gradient?: Tensor | null }),
    options: BackwardOptions = {},
  ): void {
    if (isRecord(gradient) && options !== undefined) {
      requireKnown("backward", arguments, 1, ["gradient", ...backwardOptions]);
      const { gradient: given, ...others } = gradient as BackwardOptions & {
        readonly gradient?: Tensor | null;
      };
      backward(this, given, others);
      return;
    }
    requireKnown("backward", arguments, 2, backwardOptions);
    backward(this, gradient as Tensor | null | undefined, options);
  }

  /**
   * Calls `hook` with the gradient of this tensor in every backward() that reaches it; of a leaf with what that
   * backward() adds to `.grad`. A tensor of the same shape that the hook returns takes the gradient's place. Returns a
   * function, with a remove() of its own, that removes the hook.
   */
  registerHook(hook: GradientHook): RemovableHandle {
    requireKnown("registerHook", arguments, 1);
    requireFunction("registerHook", hook);
    if (!this.requiresGrad) {
      throw new Error(
        "registerHook: expected a tensor that requires grad, got one without; make it with { requiresGrad: true } or call requiresGrad_()",
      );
    }
    const own: GradientHook = (gradient) => hook(gradient);
    this.hooks = [...(this.hooks ?? []), own];
    return handleOf(() => {
      const others = (this.hooks ?? []).filter((other) => other !== own);
      this.hooks = others.length === 0 ? null : others;
    });
  }

  /** Forgets the gradient. */
  zeroGrad(): void {
    requireKnown("zeroGrad", arguments, 0);
    this.grad = null;
  }

  /** The same numbers outside the graph, sharing memory. */
  detach(): Tensor {
    requireKnown("detach", arguments, 0);
    if (this.storage.freedBy !== null) void this.pointer; // throws, saying who freed it
    return this.engine.view(this.storage, this.offset, this.shape, this.strides, this.dtype);
  }

  /** A copy with memory of its own, inside the graph. */
  clone(): Tensor {
    requireKnown("clone", arguments, 0);
    return clone(this);
  }

  /** This tensor, or a copy whose elements lie in order. */
  contiguous(): Tensor {
    requireKnown("contiguous", arguments, 0);
    return contiguous(this);
  }

  /** The values as another dtype: to int32 by truncation, to bool as "not 0". This tensor if it is of that dtype; no gradient goes through a change. */
  to(dtype: DType): Tensor {
    requireKnown("to", arguments, 1);
    return cast(this, dtype);
  }
  /** The values as float32: this tensor if it is. */
  float(): Tensor {
    requireKnown("float", arguments, 0);
    return cast(this, "float32");
  }
  /** The values as int32, by truncation. */
  int(): Tensor {
    requireKnown("int", arguments, 0);
    return cast(this, "int32");
  }
  /** The values as int32, by truncation: whole numbers have 32 bits here. */
  long(): Tensor {
    requireKnown("long", arguments, 0);
    return cast(this, "int32");
  }
  /** Which values are not 0. */
  bool(): Tensor {
    requireKnown("bool", arguments, 0);
    return cast(this, "bool");
  }
  /** The values in the dtype of another tensor. */
  typeAs(other: Tensor): Tensor {
    requireKnown("typeAs", arguments, 1);
    requireTensor("typeAs", other);
    return cast(this, other.dtype);
  }

  /** Size along a dimension, or the whole shape. */
  size(): Shape;
  size(dim: number): number;
  size(dim?: number): Shape | number {
    requireKnown("size", arguments, 1);
    return dim === undefined ? this.shape : this.shape[checkDim("size", dim, this.shape)]!;
  }

  // Arithmetic: with a tensor that broadcasts, or a number.

  /** this + alpha · other, broadcast. */
  add(other: Tensor | Scalar, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor {
    requireKnown("add", arguments, 2, ["alpha"]);
    return arithmetic("add", this, scaled("add", this, other, alpha));
  }
  /** this − alpha · other, broadcast. */
  sub(other: Tensor | Scalar, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor {
    requireKnown("sub", arguments, 2, ["alpha"]);
    return arithmetic("sub", this, scaled("sub", this, other, alpha));
  }
  /** this · other element by element, broadcast. */
  mul(other: Tensor | Scalar): Tensor {
    requireKnown("mul", arguments, 1);
    return arithmetic("mul", this, other);
  }
  /** this / other, broadcast; always float32, but int32 for integers with a roundingMode, "floor" or "trunc". */
  div(other: Tensor | Scalar, { roundingMode }: Rounding = {}): Tensor {
    requireKnown("div", arguments, 2, ["roundingMode"]);
    return divide(this, other, roundingMode);
  }
  /** this to the power of other, broadcast. */
  pow(exponent: Tensor | Scalar): Tensor {
    requireKnown("pow", arguments, 1);
    return arithmetic("pow", this, exponent);
  }
  /** What is left of a division with a whole quotient, with the divisor's sign, broadcast: Python's %. */
  remainder(divisor: Tensor | Scalar): Tensor {
    requireKnown("remainder", arguments, 1);
    return divideWhole("remainder", this, divisor);
  }
  /** What is left of a division with a whole quotient, with the sign of this, broadcast: JavaScript's %. */
  fmod(divisor: Tensor | Scalar): Tensor {
    requireKnown("fmod", arguments, 1);
    return divideWhole("fmod", this, divisor);
  }
  /** ⌊this / divisor⌋, broadcast, without gradient; int32 for integers. */
  floorDivide(divisor: Tensor | Scalar): Tensor {
    requireKnown("floorDivide", arguments, 1);
    return divideWhole("floorDivide", this, divisor);
  }
  /** this + value · tensor1 · tensor2, broadcast. */
  addcmul(tensor1: Tensor, tensor2: Tensor, { value = 1 }: { readonly value?: number } = {}): Tensor {
    requireKnown("addcmul", arguments, 3, ["value"]);
    return addTogether("addcmul", this, tensor1, tensor2, value);
  }
  /** this + value · tensor1 / tensor2, broadcast. */
  addcdiv(tensor1: Tensor, tensor2: Tensor, { value = 1 }: { readonly value?: number } = {}): Tensor {
    requireKnown("addcdiv", arguments, 3, ["value"]);
    return addTogether("addcdiv", this, tensor1, tensor2, value);
  }
  /** this + weight · (end − this), broadcast: this at weight 0, end at 1. */
  lerp(end: Tensor, weight: Tensor | number): Tensor {
    requireKnown("lerp", arguments, 2);
    return lerp(this, end, weight);
  }
  /** The larger of the two, element by element; NaN if either is. */
  maximum(other: Tensor | Scalar): Tensor {
    requireKnown("maximum", arguments, 1);
    return arithmetic("maximum", this, other);
  }
  /** The smaller of the two, element by element; NaN if either is. */
  minimum(other: Tensor | Scalar): Tensor {
    requireKnown("minimum", arguments, 1);
    return arithmetic("minimum", this, other);
  }

  // Comparison: bool tensors, without gradient.

  /** this = other, element by element. */
  eq(other: Tensor | Scalar): Tensor {
    requireKnown("eq", arguments, 1);
    return compare("eq", this, other);
  }
  /** this ≠ other, element by element. */
  ne(other: Tensor | Scalar): Tensor {
    requireKnown("ne", arguments, 1);
    return compare("ne", this, other);
  }
  /** this < other, element by element. */
  lt(other: Tensor | Scalar): Tensor {
    requireKnown("lt", arguments, 1);
    return compare("lt", this, other);
  }
  /** this ≤ other, element by element. */
  le(other: Tensor | Scalar): Tensor {
    requireKnown("le", arguments, 1);
    return compare("le", this, other);
  }
  /** this > other, element by element. */
  gt(other: Tensor | Scalar): Tensor {
    requireKnown("gt", arguments, 1);
    return compare("gt", this, other);
  }
  /** this ≥ other, element by element. */
  ge(other: Tensor | Scalar): Tensor {
    requireKnown("ge", arguments, 1);
    return compare("ge", this, other);
  }
  /** Which elements are NaN. */
  isnan(): Tensor {
    requireKnown("isnan", arguments, 0);
    return classify("isnan", this);
  }
  /** Which elements are infinite. */
  isinf(): Tensor {
    requireKnown("isinf", arguments, 0);
    return classify("isinf", this);
  }
  /** Which elements are neither NaN nor infinite. */
  isfinite(): Tensor {
    requireKnown("isfinite", arguments, 0);
    return classify("isfinite", this);
  }
  /** Whether |this − other| ≤ atol + rtol·|other|, element by element, broadcast. */
  isclose(other: Tensor | Scalar, options: Closeness = {}): Tensor {
    requireKnown("isclose", arguments, 2, ["rtol", "atol", "equalNan"]);
    return isclose(this, other, options);
  }
  /** Where both are not 0, broadcast. */
  logicalAnd(other: Tensor | Scalar): Tensor {
    requireKnown("logicalAnd", arguments, 1);
    return logical("logicalAnd", this, other);
  }
  /** Where either is not 0, broadcast. */
  logicalOr(other: Tensor | Scalar): Tensor {
    requireKnown("logicalOr", arguments, 1);
    return logical("logicalOr", this, other);
  }
  /** Where exactly one of the two is not 0, broadcast. */
  logicalXor(other: Tensor | Scalar): Tensor {
    requireKnown("logicalXor", arguments, 1);
    return logical("logicalXor", this, other);
  }
  /** Where this is 0. */
  logicalNot(): Tensor {
    requireKnown("logicalNot", arguments, 0);
    return compare("eq", this, 0);
  }
  /** ~this, of int32; of bool, logicalNot(). */
  bitwiseNot(): Tensor {
    requireKnown("bitwiseNot", arguments, 0);
    return bitwiseNot(this);
  }
  /** this & other, of int32 or bool, broadcast. */
  bitwiseAnd(other: Tensor | Scalar): Tensor {
    requireKnown("bitwiseAnd", arguments, 1);
    return bitwise("bitwiseAnd", this, other);
  }
  /** this | other, of int32 or bool, broadcast. */
  bitwiseOr(other: Tensor | Scalar): Tensor {
    requireKnown("bitwiseOr", arguments, 1);
    return bitwise("bitwiseOr", this, other);
  }
  /** this ^ other, of int32 or bool, broadcast. */
  bitwiseXor(other: Tensor | Scalar): Tensor {
    requireKnown("bitwiseXor", arguments, 1);
    return bitwise("bitwiseXor", this, other);
  }
  /** this << other, of int32, broadcast. */
  bitwiseLeftShift(other: Tensor | Scalar): Tensor {
    requireKnown("bitwiseLeftShift", arguments, 1);
    return bitwise("bitwiseLeftShift", this, other);
  }
  /** this >> other, of int32, broadcast. */
  bitwiseRightShift(other: Tensor | Scalar): Tensor {
    requireKnown("bitwiseRightShift", arguments, 1);
    return bitwise("bitwiseRightShift", this, other);
  }
  /** Which elements are among those of another tensor; NaN is among none. */
  isin(testElements: Tensor): Tensor {
    requireKnown("isin", arguments, 1);
    return isin(this, testElements);
  }
  /** Whether any element is not 0: a bool tensor, over one dimension, several, or all. */
  any(dim?: Dims, options: KeepDim | boolean = {}): Tensor {
    requireKnown("any", arguments, 2);
    return any(this, dim, keepdimOf("any", options));
  }
  /** Whether no element is 0: a bool tensor, over one dimension, several, or all. */
  all(dim?: Dims, options: KeepDim | boolean = {}): Tensor {
    requireKnown("all", arguments, 2);
    return all(this, dim, keepdimOf("all", options));
  }
  /** Whether both have the same shape and the same numbers; NaN equals nothing. */
  equal(other: Tensor): boolean {
    requireKnown("equal", arguments, 1);
    return equal(this, other);
  }
  /** Whether |this − other| ≤ atol + rtol·|other| everywhere, broadcast. */
  allclose(other: Tensor, options: Closeness = {}): boolean {
    requireKnown("allclose", arguments, 2, ["rtol", "atol", "equalNan"]);
    return allclose(this, other, options);
  }

  // Functions of each element.

  /** −x */
  neg(): Tensor {
    requireKnown("neg", arguments, 0);
    return unary("neg", this);
  }
  /** eˣ */
  exp(): Tensor {
    requireKnown("exp", arguments, 0);
    return unary("exp", this);
  }
  /** Natural logarithm. */
  log(): Tensor {
    requireKnown("log", arguments, 0);
    return unary("log", this);
  }
  /** √x */
  sqrt(): Tensor {
    requireKnown("sqrt", arguments, 0);
    return unary("sqrt", this);
  }
  /** |x| */
  abs(): Tensor {
    requireKnown("abs", arguments, 0);
    return unary("abs", this);
  }
  /** 1/x */
  reciprocal(): Tensor {
    requireKnown("reciprocal", arguments, 0);
    return unary("reciprocal", this);
  }
  /** 1/(1+e⁻ˣ) */
  sigmoid(): Tensor {
    requireKnown("sigmoid", arguments, 0);
    return unary("sigmoid", this);
  }
  /** Hyperbolic tangent. */
  tanh(): Tensor {
    requireKnown("tanh", arguments, 0);
    return unary("tanh", this);
  }
  /** max(x, 0) */
  relu(): Tensor {
    requireKnown("relu", arguments, 0);
    return unary("relu", this);
  }
  /** x² */
  square(): Tensor {
    requireKnown("square", arguments, 0);
    return square(this);
  }
  /** Sine, x in radians. */
  sin(): Tensor {
    requireKnown("sin", arguments, 0);
    return elementwise("sin", this);
  }
  /** Cosine, x in radians. */
  cos(): Tensor {
    requireKnown("cos", arguments, 0);
    return elementwise("cos", this);
  }
  /** Tangent, x in radians. */
  tan(): Tensor {
    requireKnown("tan", arguments, 0);
    return elementwise("tan", this);
  }
  /** Arc sine, in radians; NaN outside −1 … 1. */
  asin(): Tensor {
    requireKnown("asin", arguments, 0);
    return elementwise("asin", this);
  }
  /** Arc cosine, in radians; NaN outside −1 … 1. */
  acos(): Tensor {
    requireKnown("acos", arguments, 0);
    return elementwise("acos", this);
  }
  /** Arc tangent, in radians. */
  atan(): Tensor {
    requireKnown("atan", arguments, 0);
    return elementwise("atan", this);
  }
  /** Hyperbolic sine. */
  sinh(): Tensor {
    requireKnown("sinh", arguments, 0);
    return elementwise("sinh", this);
  }
  /** Hyperbolic cosine. */
  cosh(): Tensor {
    requireKnown("cosh", arguments, 0);
    return elementwise("cosh", this);
  }
  /** Inverse hyperbolic sine. */
  asinh(): Tensor {
    requireKnown("asinh", arguments, 0);
    return elementwise("asinh", this);
  }
  /** Inverse hyperbolic cosine; NaN below 1. */
  acosh(): Tensor {
    requireKnown("acosh", arguments, 0);
    return elementwise("acosh", this);
  }
  /** Inverse hyperbolic tangent; ±∞ at ±1. */
  atanh(): Tensor {
    requireKnown("atanh", arguments, 0);
    return elementwise("atanh", this);
  }
  /** The angle of the point (other, this), in radians from −π to π, broadcast. */
  atan2(other: Tensor | Scalar): Tensor {
    requireKnown("atan2", arguments, 1);
    return pairwise("atan2", this, other);
  }
  /** √(this² + other²), without overflow on the way, broadcast. */
  hypot(other: Tensor | Scalar): Tensor {
    requireKnown("hypot", arguments, 1);
    return pairwise("hypot", this, other);
  }
  /** |this| with the sign of other, which −0 has too, broadcast. */
  copysign(other: Tensor | Scalar): Tensor {
    requireKnown("copysign", arguments, 1);
    return pairwise("copysign", this, other);
  }
  /** log(e^this + e^other), without overflow, broadcast. */
  logaddexp(other: Tensor | Scalar): Tensor {
    requireKnown("logaddexp", arguments, 1);
    return pairwise("logaddexp", this, other);
  }
  /** log₂(2^this + 2^other), without overflow, broadcast. */
  logaddexp2(other: Tensor | Scalar): Tensor {
    requireKnown("logaddexp2", arguments, 1);
    return pairwise("logaddexp2", this, other);
  }
  /** Logarithm to base 2. */
  log2(): Tensor {
    requireKnown("log2", arguments, 0);
    return elementwise("log2", this);
  }
  /** Logarithm to base 10. */
  log10(): Tensor {
    requireKnown("log10", arguments, 0);
    return elementwise("log10", this);
  }
  /** log(1 + x), exact near 0. */
  log1p(): Tensor {
    requireKnown("log1p", arguments, 0);
    return elementwise("log1p", this);
  }
  /** eˣ − 1, exact near 0. */
  expm1(): Tensor {
    requireKnown("expm1", arguments, 0);
    return elementwise("expm1", this);
  }
  /** 2ˣ */
  exp2(): Tensor {
    requireKnown("exp2", arguments, 0);
    return elementwise("exp2", this);
  }
  /** 1/√x */
  rsqrt(): Tensor {
    requireKnown("rsqrt", arguments, 0);
    return elementwise("rsqrt", this);
  }
  /** 2/√π ∫₀ˣ e^(−t²) dt */
  erf(): Tensor {
    requireKnown("erf", arguments, 0);
    return elementwise("erf", this);
  }
  /** 1 − erf(x), exact where that is near 0. */
  erfc(): Tensor {
    requireKnown("erfc", arguments, 0);
    return elementwise("erfc", this);
  }
  /** The y with erf(y) = x; ±∞ at ±1, NaN beyond. */
  erfinv(): Tensor {
    requireKnown("erfinv", arguments, 0);
    return elementwise("erfinv", this);
  }
  /** log |Γ(x)| */
  lgamma(): Tensor {
    requireKnown("lgamma", arguments, 0);
    return elementwise("lgamma", this);
  }
  /** The derivative of log Γ(x). */
  digamma(): Tensor {
    requireKnown("digamma", arguments, 0);
    return elementwise("digamma", this);
  }
  /** −1, 0 or 1; its gradient is 0. */
  sign(): Tensor {
    requireKnown("sign", arguments, 0);
    return elementwise("sign", this);
  }
  /** As sign(): the same for real numbers. */
  sgn(): Tensor {
    requireKnown("sgn", arguments, 0);
    return this.dtype === "bool" ? clone(this) : elementwise("sign", this);
  }
  /** The largest whole number ≤ x; its gradient is 0. */
  floor(): Tensor {
    requireKnown("floor", arguments, 0);
    return elementwise("floor", this);
  }
  /** The smallest whole number ≥ x; its gradient is 0. */
  ceil(): Tensor {
    requireKnown("ceil", arguments, 0);
    return elementwise("ceil", this);
  }
  /** The nearest whole number, halves to the even one; its gradient is 0. */
  round(): Tensor {
    requireKnown("round", arguments, 0);
    return elementwise("round", this);
  }
  /** x without its fraction; its gradient is 0. */
  trunc(): Tensor {
    requireKnown("trunc", arguments, 0);
    return elementwise("trunc", this);
  }
  /** The fraction: x − trunc(x). */
  frac(): Tensor {
    requireKnown("frac", arguments, 0);
    return elementwise("frac", this);
  }
  /** With numbers in the place of NaN (0), ∞ and −∞ (the largest float32 and its negative), which take no gradient. */
  nanToNum(options: NanToNum | number = {}, ...more: [posinf?: number, neginf?: number]): Tensor {
    const names = ["nan", "posinf", "neginf"] as const;
    return nanToNum(this, optionsOf<NanToNum>("nanToNum", names, options, more));
  }
  /** x held between min and max, numbers or tensors that broadcast; either may be left out. */
  clamp(bounds: Bounds | Tensor | number, ...more: [max?: Tensor | number]): Tensor {
    return clampTo(this, boundsOf("clamp", bounds, more));
  }
  /** As clamp(). */
  clip(bounds: Bounds | Tensor | number, ...more: [max?: Tensor | number]): Tensor {
    return clampTo(this, boundsOf("clip", bounds, more), "clip");
  }
  /** The larger of x and a bound, a number or a tensor that broadcasts: clamp({ min }). */
  clampMin(min: Tensor | number): Tensor {
    requireKnown("clampMin", arguments, 1);
    return clampTo(this, boundsOf("clampMin", { min }, []), "clampMin");
  }
  /** The smaller of x and a bound, a number or a tensor that broadcasts: clamp({ max }). */
  clampMax(max: Tensor | number): Tensor {
    requireKnown("clampMax", arguments, 1);
    return clampTo(this, boundsOf("clampMax", { max }, []), "clampMax");
  }
  /** eˣ/Σeˣ along a dimension. */
  softmax(dim: number): Tensor {
    requireKnown("softmax", arguments, 1);
    return softmax(this, dim);
  }
  /** log(eˣ/Σeˣ) along a dimension, stable for any finite x. */
  logSoftmax(dim: number): Tensor {
    requireKnown("logSoftmax", arguments, 1);
    return logSoftmax(this, dim);
  }

  // Matrices.

  /**
   * Matrix product: [..., m, k] · [..., k, n] → [..., m, n], batch dims broadcast; vectors [k] on either side. As
   * torch.matmul. Throws a RangeError where the inner sizes differ.
   */
  matmul(other: Tensor): Tensor {
    requireKnown("matmul", arguments, 1);
    return matmul(this, other);
  }
  /** Matrix product of matrices: [m, k] · [k, n] → [m, n]. */
  mm(other: Tensor): Tensor {
    requireKnown("mm", arguments, 1);
    return productOf("mm", this, other);
  }
  /** Matrix products of a batch: [b, m, k] · [b, k, n] → [b, m, n]. */
  bmm(other: Tensor): Tensor {
    requireKnown("bmm", arguments, 1);
    return productOf("bmm", this, other);
  }
  /** Matrix times vector: [m, n] · [n] → [m]. */
  mv(vector: Tensor): Tensor {
    requireKnown("mv", arguments, 1);
    return productOf("mv", this, vector);
  }
  /** Scalar product of vectors: [n] · [n] → []. */
  dot(other: Tensor): Tensor {
    requireKnown("dot", arguments, 1);
    return productOf("dot", this, other);
  }
  /** The products of every element of one vector with every one of another: [m], [n] → [m, n]. */
  outer(other: Tensor): Tensor {
    requireKnown("outer", arguments, 1);
    return outer(this, other);
  }
  /** The products of every row of one with every row of another, summed: [..., k], [..., k] → [..., ...]. */
  inner(other: Tensor): Tensor {
    requireKnown("inner", arguments, 1);
    return inner(this, other);
  }
  /** As dot(). */
  vdot(other: Tensor): Tensor {
    requireKnown("vdot", arguments, 1);
    return productOf("dot", this, other, "vdot");
  }
  /** The sums of products over the last dims of one and the first of another, as many as told, or over those listed of both. */
  tensordot(other: Tensor, dims: Contracted = 2): Tensor {
    requireKnown("tensordot", arguments, 2);
    return tensordot(this, other, dims);
  }
  /** Every element times the whole of another tensor, as blocks: [a, b], [c, d] → [a·c, b·d]. */
  kron(other: Tensor): Tensor {
    requireKnown("kron", arguments, 1);
    return kron(this, other);
  }
  /** The vector product along a dimension of size 3, the first such unless told, broadcast. */
  cross(other: Tensor, dim?: number): Tensor {
    requireKnown("cross", arguments, 2);
    return cross(this, other, dim);
  }
  /** beta · this + alpha · (matrix · vector): [m, k], [k] → [m]. */
  addmv(matrix: Tensor, vector: Tensor, options: AddmmOptions = {}): Tensor {
    requireKnown("addmv", arguments, 3, ["alpha", "beta"]);
    return addProduct("addmv", this, matrix, vector, options);
  }
  /** beta · this + alpha · (a · b) of batches: [b, m, k], [b, k, n] → [b, m, n]. */
  baddbmm(a: Tensor, b: Tensor, options: AddmmOptions = {}): Tensor {
    requireKnown("baddbmm", arguments, 3, ["alpha", "beta"]);
    return addProduct("baddbmm", this, a, b, options);
  }
  /** beta · this + alpha · (a · b): [m, k], [k, n] → [m, n]. */
  addmm(a: Tensor, b: Tensor, options: AddmmOptions = {}): Tensor {
    requireKnown("addmm", arguments, 3, ["alpha", "beta"]);
    return addmm(this, a, b, options);
  }
  /** The transpose of a matrix; a view. Throws for more than two dimensions. */
  t(): Tensor {
    requireKnown("t", arguments, 0);
    if (this.shape.length > 2) {
      throw new RangeError(
        `t: expected at most two dimensions, got ${show(this.shape)}; use transpose(dim0, dim1)`,
      );
    }
    return this.shape.length < 2 ? this : transpose(this, 0, 1);
  }
  /** The dimensions in reverse order; a view. */
  get T(): Tensor {
    return permute(this, this.shape.map((_, i) => i).reverse());
  }
  /** The transposes of matrices [..., m, n]; a view. */
  get mT(): Tensor {
    if (this.shape.length < 2)
      throw new RangeError(`mT: expected matrices [..., m, n], got ${show(this.shape)}`);
    return transpose(this, -2, -1);
  }
  /** The elements of a diagonal of two dimensions, as a new last dimension; a view. */
  diagonal(offset = 0, dim1 = 0, dim2 = 1): Tensor {
    requireKnown("diagonal", arguments, 3);
    return diagonal(this, offset, dim1, dim2);
  }
  /** A vector as the diagonal of a matrix, or a copy of a matrix's diagonal; `diagonal` moves it up. */
  diag(diagonal = 0): Tensor {
    requireKnown("diag", arguments, 1);
    return diag(this, diagonal);
  }
  /** The last dimension on the diagonal of two new ones, 0 elsewhere; `offset` moves it up. */
  diagEmbed(offset = 0, dim1 = -2, dim2 = -1): Tensor {
    requireKnown("diagEmbed", arguments, 3);
    return diagEmbed(this, offset, dim1, dim2);
  }
  /** The sum of a matrix's diagonal. */
  trace(): Tensor {
    requireKnown("trace", arguments, 0);
    requireRank("trace", this, 2, "m, n");
    return sumOrMean("sum", diagonal(this, 0, 0, 1), undefined, false);
  }
  /** The upper triangle of matrices [..., m, n], 0 elsewhere; `diagonal` moves its edge up. */
  triu(diagonal = 0): Tensor {
    requireKnown("triu", arguments, 1);
    return triangle("triu", this, diagonal);
  }
  /** The lower triangle of matrices [..., m, n], 0 elsewhere; `diagonal` moves its edge up. */
  tril(diagonal = 0): Tensor {
    requireKnown("tril", arguments, 1);
    return triangle("tril", this, diagonal);
  }
  /** Two dimensions exchanged; a view. */
  transpose(dim0: number, dim1: number): Tensor {
    requireKnown("transpose", arguments, 2);
    return transpose(this, dim0, dim1);
  }
  /** As transpose(). */
  swapaxes(dim0: number, dim1: number): Tensor {
    requireKnown("swapaxes", arguments, 2);
    return transpose(this, dim0, dim1, "swapaxes");
  }
  /** The dimensions in another order; a view. */
  permute(...dims: number[] | [readonly number[]]): Tensor {
    return permute(this, listOf(dims));
  }

  // Shape.

  /**
   * The same elements in another shape, −1 for one size to be worked out; a view where the elements lie in order. Throws
   * a RangeError for sizes that hold another number of elements.
   */
  reshape(...sizes: number[] | [Shape]): Tensor {
    return reshape(this, listOf(sizes));
  }
  /** As reshape, which unlike PyTorch's view also takes elements that lie in another order (and copies them). */
  view(...sizes: number[] | [Shape]): Tensor {
    return reshape(this, listOf(sizes));
  }
  /** In the shape of another tensor, which has as many elements. */
  reshapeAs(other: Tensor): Tensor {
    requireKnown("reshapeAs", arguments, 1);
    requireTensor("reshapeAs", other);
    return reshape(this, other.shape, "reshapeAs");
  }
  /** As reshapeAs(). */
  viewAs(other: Tensor): Tensor {
    requireKnown("viewAs", arguments, 1);
    requireTensor("viewAs", other);
    return reshape(this, other.shape, "viewAs");
  }
  /** Dimensions startDim … endDim as one. */
  flatten(startDim = 0, endDim = -1): Tensor {
    requireKnown("flatten", arguments, 2);
    return flatten(this, startDim, endDim);
  }
  /** As one dimension: flatten(). */
  ravel(): Tensor {
    requireKnown("ravel", arguments, 0);
    return reshape(this, [-1], "ravel");
  }
  /** Without dimensions of size 1: all of them, or one. */
  squeeze(dim?: number): Tensor {
    requireKnown("squeeze", arguments, 1);
    return squeeze(this, dim);
  }
  /** With a new dimension of size 1. */
  unsqueeze(dim: number): Tensor {
    requireKnown("unsqueeze", arguments, 1);
    return unsqueeze(this, dim);
  }
  /** Dimensions moved to other places, the others in their order; a view. */
  movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor {
    requireKnown("movedim", arguments, 2);
    return movedim(this, source, destination);
  }
  /** One dimension as several, one of whose sizes may be −1. */
  unflatten(dim: number, sizes: Shape): Tensor {
    requireKnown("unflatten", arguments, 2);
    return unflatten(this, dim, sizes);
  }
  /**
   * Size-1 dimensions, and new ones in front, repeated without copying; −1 keeps a size. Throws a RangeError for a size
   * other than 1 that is to change. Write into a copy (clone()): the repeated elements are one in memory.
   */
  expand(...sizes: number[] | [Shape]): Tensor {
    return expand(this, listOf(sizes));
  }
  /** Expanded to the shape of another tensor, without copying. */
  expandAs(other: Tensor): Tensor {
    requireKnown("expandAs", arguments, 1);
    requireTensor("expandAs", other);
    return expand(this, other.shape, "expandAs");
  }
  /** As expand(): torch's name for the function. */
  broadcastTo(...sizes: number[] | [Shape]): Tensor {
    return expand(this, listOf(sizes), "broadcastTo");
  }
  /** Elements start … end−1 along a dimension; negative positions count from the end. A view. */
  slice(dim: number, start: number, end = Number.POSITIVE_INFINITY, step = 1): Tensor {
    requireKnown("slice", arguments, 4);
    return slice(this, dim, start, end, step);
  }
  /** The slice at one index of a dimension, which disappears. A view. */
  select(dim: number, index: number): Tensor {
    requireKnown("select", arguments, 2);
    return select(this, dim, index);
  }
  /**
   * As Python's x[…], one index for each dimension: a position (the dimension disappears; −1 is the last), a range such as
   * "1:3", ":-1" or "::2", positions in a list or an int32 tensor, a bool mask; "..." stands for the dimensions left out,
   * null for a new one. Lists and masks broadcast against one another and give a copy, all else is a view. Throws for
   * positions outside, masks of other sizes, and steps below 1.
   */
  index(...indices: Index[]): Tensor {
    return index(this, indices);
  }
  /** As index(). */
  at(...indices: Index[]): Tensor {
    return index(this, indices, "at");
  }
  /** A copy in which `value`, broadcast, stands where index(…indices) reads; with accumulate it is added, repeats too. */
  indexPut(
    indices: readonly Index[],
    value: Tensor | Scalar,
    options: { readonly accumulate?: boolean } | boolean = {},
    ...more: never[]
  ): Tensor {
    return indexPut(this, indices, value, accumulates("indexPut", options, more));
  }
  /** this[indices] ← value, broadcast; or + value with accumulate, as often as positions repeat. The indices are index()'s. */
  indexPut_(
    indices: readonly Index[],
    value: Tensor | Scalar,
    options: { readonly accumulate?: boolean } | boolean = {},
    ...more: never[]
  ): this {
    putInto(this, indices, value, accumulates("indexPut_", options, more));
    return this;
  }
  /** The parts along the first dimension, one after the other; views. */
  [Symbol.iterator](): Iterator<Tensor> {
    return unbind(this, 0)[Symbol.iterator]();
  }
  /** Views at every index of a dimension, which disappears. */
  unbind(dim = 0): Tensor[] {
    requireKnown("unbind", arguments, 1);
    return unbind(this, dim);
  }
  /** The slices at the given positions (an array or int32 [n]) of a dimension, copied. Throws for positions outside. */
  indexSelect(dim: number, index: Tensor | ArrayLike<number>): Tensor {
    requireKnown("indexSelect", arguments, 2);
    return indexSelect(this, dim, index);
  }
  /** `length` elements from `start` on along a dimension. A view. */
  narrow(dim: number, start: number, length: number): Tensor {
    requireKnown("narrow", arguments, 3);
    return narrow(this, dim, start, length);
  }
  /** Views of `size` elements each along a dimension, the last one smaller if need be; or of the sizes listed. */
  split(size: number | readonly number[], dim = 0): Tensor[] {
    requireKnown("split", arguments, 2);
    return split(this, size, dim);
  }
  /** At most `chunks` views of equal size along a dimension, the last one smaller if need be. */
  chunk(chunks: number, dim = 0): Tensor[] {
    requireKnown("chunk", arguments, 2);
    return chunk(this, chunks, dim);
  }
  /** That many views along a dimension, the first ones larger by one if need be; or cut at the positions listed. */
  tensorSplit(parts: number | readonly number[], dim = 0): Tensor[] {
    requireKnown("tensorSplit", arguments, 2);
    return tensorSplit(this, parts, dim);
  }
  /** This tensor laid side by side sizes[i] times along dimension i; more sizes than dimensions add new ones in front. */
  repeat(...sizes: number[] | [Shape]): Tensor {
    return repeat(this, listOf(sizes));
  }
  /** As repeat; counts left out in front are 1. */
  tile(...counts: number[] | [Shape]): Tensor {
    return tile(this, listOf(counts));
  }
  /** Each slice along a dimension as often as told (one number, or one for each), copies beside each other; without dim, each element. */
  repeatInterleave(repeats: number | readonly number[] | Tensor, dim?: number): Tensor {
    requireKnown("repeatInterleave", arguments, 2);
    return repeatInterleave(this, repeats, dim);
  }
  /** A copy with the elements along some dimensions, or all, in reverse. */
  flip(dims?: Dims): Tensor {
    requireKnown("flip", arguments, 1);
    return flip(this, dims);
  }
  /** A copy with the columns (dimension 1) in reverse. */
  fliplr(): Tensor {
    requireKnown("fliplr", arguments, 0);
    return flip(this, 1, "fliplr");
  }
  /** A copy with the rows (dimension 0) in reverse. */
  flipud(): Tensor {
    requireKnown("flipud", arguments, 0);
    return flip(this, 0, "flipud");
  }
  /** Turned by k quarters, from the first of two dimensions toward the second. */
  rot90(k = 1, dims: readonly number[] = [0, 1]): Tensor {
    requireKnown("rot90", arguments, 2);
    return rot90(this, k, dims);
  }
  /** Each element less the one before it along a dimension, n times over; of masks, where they differ. */
  diff(n = 1, dim = -1, options: Differences = {}): Tensor {
    requireKnown("diff", arguments, 3, ["prepend", "append"]);
    return diff(this, n, dim, options);
  }
  /** Moved on by `shifts` along dimensions, what leaves at the end coming back in front; without dims, through all. */
  roll(shifts: number | readonly number[], dims?: number | readonly number[]): Tensor {
    requireKnown("roll", arguments, 2);
    return roll(this, shifts, dims);
  }
  /** One element for each of the int32 indices, picked along a dimension: y[i][j] = this[index[i][j]][j] for dim 0. */
  gather(dim: number, index: Tensor): Tensor {
    requireKnown("gather", arguments, 2);
    return gather(this, dim, index);
  }
  /** The elements at int32 indices along a dimension, as argsort() gives them, the other dimensions broadcast; without dim, flattened. */
  takeAlongDim(indices: Tensor, dim?: number): Tensor {
    requireKnown("takeAlongDim", arguments, 2);
    return takeAlong(this, indices, dim);
  }
  /** The elements at int32 positions, negative ones from the end, of the flattened tensor, in the positions' shape. */
  take(index: Tensor): Tensor {
    requireKnown("take", arguments, 1);
    return take(this, index);
  }
  /** A copy to which source[i][j] is added at [index[i][j]][j] for dim 0; indices may repeat. */
  scatterAdd(dim: number, index: Tensor, source: Tensor): Tensor {
    requireKnown("scatterAdd", arguments, 3);
    return scatterAdd(this, dim, index, source);
  }
  /**
   * A copy in which source[i][j], or a number, is written at [index[i][j]][j] for dim 0; or with reduce "add" or "multiply"
   * added to it or multiplied by it, as often as indices repeat.
   */
  scatter(dim: number, index: Tensor, source: Tensor | Scalar, { reduce }: ScatterOptions = {}): Tensor {
    requireKnown("scatter", arguments, 4, ["reduce"]);
    if (reduce === undefined) return scatter(this, dim, index, source);
    return scatterReduce("scatter", this, dim, index, source, reductionOf(reduce));
  }
  /** A copy in which source[i][j] and what was there come together at [index[i][j]][j] for dim 0, by a sum, product, mean, largest or smallest. */
  scatterReduce(
    dim: number,
    index: Tensor,
    source: Tensor,
    reduce: Reduce,
    { includeSelf }: IncludeSelf = {},
  ): Tensor {
    requireKnown("scatterReduce", arguments, 5, ["includeSelf"]);
    requireTensor("scatterReduce", source, "source");
    return scatterReduce("scatterReduce", this, dim, index, source, reduce, includeSelf);
  }
  /** A copy to which alpha · source is added at positions along a dimension; positions may repeat. */
  indexAdd(
    dim: number,
    index: Tensor | readonly number[],
    source: Tensor,
    { alpha = 1 }: { readonly alpha?: number } = {},
  ): Tensor {
    requireKnown("indexAdd", arguments, 4, ["alpha"]);
    return putSlices("indexAdd", this, dim, index, source, alpha);
  }
  /** A copy with the slices of source at positions along a dimension. */
  indexCopy(dim: number, index: Tensor | readonly number[], source: Tensor): Tensor {
    requireKnown("indexCopy", arguments, 3);
    return putSlices("indexCopy", this, dim, index, source);
  }
  /** A copy with a number in the slices at positions along a dimension. */
  indexFill(dim: number, index: Tensor | readonly number[], value: Tensor | Scalar): Tensor {
    requireKnown("indexFill", arguments, 3);
    return fillSlices(this, dim, index, value);
  }
  /** A copy with the first elements of source, in order, where the bool mask, broadcast, is true. */
  maskedScatter(mask: Tensor, source: Tensor): Tensor {
    requireKnown("maskedScatter", arguments, 2);
    return maskedScatter(this, mask, source);
  }
  /** The elements where the bool mask, broadcast, is true, in order: [count]. */
  maskedSelect(mask: Tensor): Tensor {
    requireKnown("maskedSelect", arguments, 1);
    return maskedSelect(this, mask);
  }
  /** This where the condition (bool, or not 0) holds, else other; all broadcast. */
  where(condition: Tensor, other: Tensor | Scalar): Tensor {
    requireKnown("where", arguments, 2);
    requireTensor("where", condition, "the condition");
    return where(condition, this, requireOperand("where", this, other));
  }
  /** The indices of all elements that are not 0, one a row: [count, ndim] int32; asTuple, one vector [count] a dimension. */
  nonzero(options?: { readonly asTuple?: false }): Tensor;
  nonzero(options: { readonly asTuple: boolean }): Tensor[];
  nonzero({ asTuple = false }: { readonly asTuple?: boolean } = {}): Tensor | Tensor[] {
    requireKnown("nonzero", arguments, 1, ["asTuple"]);
    return asTuple ? unbind(nonzero(this), 1) : nonzero(this);
  }
  /** As nonzero(): the indices of all elements that are not 0, one a row. */
  argwhere(): Tensor {
    requireKnown("argwhere", arguments, 0);
    return nonzero(this);
  }
  /** The values that occur, in rising order, without gradient; with returnInverse or returnCounts, [values, inverse, counts]. */
  unique(options?: Unique & { readonly returnInverse?: false; readonly returnCounts?: false }): Tensor;
  unique(options: Unique): Tensor[];
  unique(options: Unique = {}): Tensor | Tensor[] {
    requireKnown("unique", arguments, 1, uniqueOptions);
    const found = distinct("unique", this, options);
    return found.length === 1 ? found[0]! : found;
  }
  /** The values without repeats beside each other; with returnInverse or returnCounts, [values, inverse, counts]. */
  uniqueConsecutive(
    options?: Unique & { readonly returnInverse?: false; readonly returnCounts?: false },
  ): Tensor;
  uniqueConsecutive(options: Unique): Tensor[];
  uniqueConsecutive(options: Unique = {}): Tensor | Tensor[] {
    requireKnown("uniqueConsecutive", arguments, 1, uniqueOptions);
    const found = distinct("uniqueConsecutive", this, options);
    return found.length === 1 ? found[0]! : found;
  }
  /** How many elements are not 0, over one dimension, several, or all; int32. */
  countNonzero(dim?: Dims): Tensor {
    requireKnown("countNonzero", arguments, 1);
    dimsOf("countNonzero", dim, this.shape);
    return sumOrMean("sum", compare("ne", this, 0), dim, false);
  }
  /**
   * Indices drawn with probabilities in proportion to the elements, int32: [n] or rows [m, n] → [numSamples] or
   * [m, numSamples]; without replacement unless told. Throws for weights below 0 and for too few that are above it.
   */
  multinomial(
    numSamples: number,
    options: Drawing | boolean = {},
    ...more: [options?: Pick<Drawing, "generator">]
  ): Tensor {
    const drawing = optionsOf<Drawing>("multinomial", ["replacement", "generator"], options, more);
    return multinomial(this, numSamples, drawing);
  }
  /** How often 0, 1, … occur in an int32 vector: [largest + 1, or minLength if that is more] int32. */
  bincount({ minLength = 0 }: { readonly minLength?: number } = {}): Tensor {
    requireKnown("bincount", arguments, 1, ["minLength"]);
    return bincount(this, minLength);
  }
  /** How many elements lie in each of `bins` equal parts of min … max (of the smallest to the largest, if both are equal): [bins]. */
  histc(bins = 100, min = 0, max = 0): Tensor {
    requireKnown("histc", arguments, 3);
    return histc(this, bins, min, max);
  }
  /** Where each element belongs among rising boundaries [n], int32: before equals, or behind them with right. */
  bucketize(boundaries: Tensor, options: Search = {}): Tensor {
    requireKnown("bucketize", arguments, 2, ["right"]);
    return positionsAmong("bucketize", boundaries, this, options);
  }
  /** A copy with `value` where the bool mask, broadcast, is true. */
  maskedFill(mask: Tensor, value: Tensor | Scalar): Tensor {
    requireKnown("maskedFill", arguments, 2);
    return maskedFill(this, mask, value);
  }
  /** The values in order along a dimension, and where they were (int32). Equals keep their order, NaN is the largest. */
  sort(dim = -1, options: { readonly descending?: boolean } | boolean = {}, ...more: never[]): Extremes {
    const { descending = false } = optionsOf<{ readonly descending?: boolean }>(
      "sort",
      ["descending"],
      options,
      more,
    );
    return sort(this, dim, descending);
  }
  /** Where the values of sort() were: int32. */
  argsort(dim = -1, options: { readonly descending?: boolean } | boolean = {}, ...more: never[]): Tensor {
    const { descending = false } = optionsOf<{ readonly descending?: boolean }>(
      "argsort",
      ["descending"],
      options,
      more,
    );
    return sort(this, dim, descending, "argsort").indices;
  }
  /** The values in order along the first dimension. */
  msort(): Tensor {
    requireKnown("msort", arguments, 0);
    return sort(this, 0, false, "msort").values;
  }
  /** The k largest (or smallest) along a dimension, in order, and where they were (int32). */
  topk(
    k: number,
    dim = -1,
    options: { readonly largest?: boolean } | boolean = {},
    ...more: never[]
  ): Extremes {
    const { largest = true } = optionsOf<{ readonly largest?: boolean }>("topk", ["largest"], options, more);
    return topk(this, k, dim, largest);
  }
  /** The k-th smallest along a dimension, counted from 1, and where it is (int32). */
  kthvalue(k: number, dim = -1, options: KeepDim | boolean = {}): Extremes {
    requireKnown("kthvalue", arguments, 3);
    return kthvalue(this, k, dim, keepdimOf("kthvalue", options));
  }
  /** The most frequent along a dimension, the smallest of equally frequent ones, and where it stands last (int32). */
  mode(dim = -1, options: KeepDim | boolean = {}): Extremes {
    requireKnown("mode", arguments, 2);
    return mode(this, dim, keepdimOf("mode", options));
  }

  // Reductions.

  /** Sum over one dimension, several, or all. int32 and bool give int32. */
  sum(dim?: Dims, options: KeepDim | boolean = {}): Tensor {
    requireKnown("sum", arguments, 2);
    return sumOrMean("sum", this, dim, keepdimOf("sum", options));
  }
  /** Mean over one dimension, several, or all; of bool, the share that is true. */
  mean(dim?: Dims, options: KeepDim | boolean = {}): Tensor {
    requireKnown("mean", arguments, 2);
    return sumOrMean("mean", this, dim, keepdimOf("mean", options));
  }
  /** Variance over one dimension, several, or all, unbiased by default; around the mean, so a large one costs no digits. */
  var(dim?: Dims, options: Correction | boolean = {}, ...more: [keepdim?: boolean]): Tensor {
    const { correction, keepdim } = correctionOf("var", options, more);
    return variance(this, dim, correction, keepdim);
  }
  /** Standard deviation, from the unbiased variance by default. Where it is 0 it passes no gradient on. */
  std(dim?: Dims, options: Correction | boolean = {}, ...more: [keepdim?: boolean]): Tensor {
    const { correction, keepdim } = correctionOf("std", options, more);
    return standardDeviation(this, dim, correction, keepdim);
  }
  /** Running sums along a dimension; int32 and bool give int32. */
  cumsum(dim: number): Tensor {
    requireKnown("cumsum", arguments, 1);
    return cumsum(this, dim);
  }
  /** Running products along a dimension; int32 and bool give int32. */
  cumprod(dim: number): Tensor {
    requireKnown("cumprod", arguments, 1);
    return cumprod(this, dim);
  }
  /** The largest so far along a dimension, and where it is (int32): the last of equals. */
  cummax(dim: number): Extremes {
    requireKnown("cummax", arguments, 1);
    return runningExtreme("cummax", this, dim);
  }
  /** The smallest so far along a dimension, and where it is (int32): the last of equals. */
  cummin(dim: number): Extremes {
    requireKnown("cummin", arguments, 1);
    return runningExtreme("cummin", this, dim);
  }
  /** log of the running sums of eˣ along a dimension, without overflow. */
  logcumsumexp(dim: number): Tensor {
    requireKnown("logcumsumexp", arguments, 1);
    return logcumsumexp(this, dim);
  }
  /**
   * The number below which a share q of the numbers lies, interpolated between neighbors, over a dimension or all; NaN
   * where there is one. Several q give a new first dimension.
   */
  quantile(q: number | readonly number[], dim?: number, options: KeepDim | boolean = {}): Tensor {
    requireKnown("quantile", arguments, 3);
    return quantile(this, q, dim, keepdimOf("quantile", options));
  }
  /** The middle number, the lower one of two; with a dimension, along it and where it is. NaN where there is one. */
  median(): Tensor;
  median(dim: number, options?: KeepDim | boolean): Extremes;
  median(dim?: number, options: KeepDim | boolean = {}): Tensor | Extremes {
    requireKnown("median", arguments, 2);
    const middle = median(this, dim, keepdimOf("median", options));
    return dim === undefined ? middle.values : middle;
  }
  /** As median(), of the numbers that are not NaN; NaN where there is none. */
  nanmedian(): Tensor;
  nanmedian(dim: number, options?: KeepDim | boolean): Extremes;
  nanmedian(dim?: number, options: KeepDim | boolean = {}): Tensor | Extremes {
    requireKnown("nanmedian", arguments, 2);
    const middle = nanmedian(this, dim, keepdimOf("nanmedian", options));
    return dim === undefined ? middle.values : middle;
  }
  /** Sum of what is not NaN, over one dimension, several, or all. */
  nansum(dim?: Dims, options: KeepDim | boolean = {}): Tensor {
    requireKnown("nansum", arguments, 2);
    return nanTotal("nansum", this, dim, keepdimOf("nansum", options));
  }
  /** Mean of what is not NaN, over one dimension, several, or all. */
  nanmean(dim?: Dims, options: KeepDim | boolean = {}): Tensor {
    requireKnown("nanmean", arguments, 2);
    return nanTotal("nanmean", this, dim, keepdimOf("nanmean", options));
  }
  /** Product over one dimension or all. */
  prod(dim?: number, options: KeepDim | boolean = {}): Tensor {
    requireKnown("prod", arguments, 2);
    return product(this, dim, keepdimOf("prod", options));
  }
  /**
   * (Σ|x|ᵖ)^(1/p) over one dimension, several, or all: √Σx² for 2 or "fro", the largest |x| for Infinity, the smallest for
   * −Infinity, the number of others than 0 for 0.
   */
  norm(p: Order = 2, dim?: Dims, options: KeepDim | boolean = {}): Tensor {
    requireKnown("norm", arguments, 3);
    return norm(this, p, dim, keepdimOf("norm", options));
  }
  /** log Σ eˣ over one dimension, several, or all, without overflow. */
  logsumexp(dim?: Dims, options: KeepDim | boolean = {}): Tensor {
    requireKnown("logsumexp", arguments, 2);
    return logsumexp(this, dim, keepdimOf("logsumexp", options));
  }
  /** The largest element; with a dimension, the largest along it and where they are. */
  max(): Tensor;
  max(dim: number, options?: KeepDim | boolean): Extremes;
  max(dim?: number, options: KeepDim | boolean = {}): Tensor | Extremes {
    requireKnown("max", arguments, 2);
    const keepdim = keepdimOf("max", options);
    return dim === undefined
      ? extreme("max", this, undefined, false)
      : extremeAlong("max", this, dim, keepdim);
  }
  /** The smallest element; with a dimension, the smallest along it and where they are. */
  min(): Tensor;
  min(dim: number, options?: KeepDim | boolean): Extremes;
  min(dim?: number, options: KeepDim | boolean = {}): Tensor | Extremes {
    requireKnown("min", arguments, 2);
    const keepdim = keepdimOf("min", options);
    return dim === undefined
      ? extreme("min", this, undefined, false)
      : extremeAlong("min", this, dim, keepdim);
  }
  /** The largest elements over one dimension, several, or all; equals share the gradient. */
  amax(dim?: Dims, options: KeepDim | boolean = {}): Tensor {
    requireKnown("amax", arguments, 2);
    return extreme("amax", this, dim, keepdimOf("amax", options));
  }
  /** The smallest elements over one dimension, several, or all; equals share the gradient. */
  amin(dim?: Dims, options: KeepDim | boolean = {}): Tensor {
    requireKnown("amin", arguments, 2);
    return extreme("amin", this, dim, keepdimOf("amin", options));
  }
  /** Index of the largest element, int32: along a dimension, or in the flattened tensor. The first of equals. */
  argmax(dim?: number, options: KeepDim | boolean = {}): Tensor {
    requireKnown("argmax", arguments, 2);
    return argument("argmax", this, dim, keepdimOf("argmax", options));
  }
  /** Index of the smallest element, int32: along a dimension, or in the flattened tensor. The first of equals. */
  argmin(dim?: number, options: KeepDim | boolean = {}): Tensor {
    requireKnown("argmin", arguments, 2);
    return argument("argmin", this, dim, keepdimOf("argmin", options));
  }

  // In place: on data, or on parameters inside noGrad().

  /** this ← this + alpha · other */
  add_(other: Tensor | Scalar, { alpha = 1 }: { readonly alpha?: number } = {}): this {
    requireKnown("add_", arguments, 2, ["alpha"]);
    addTo("add_", this, other, alpha);
    return this;
  }
  /** this ← this − alpha · other */
  sub_(other: Tensor | Scalar, { alpha = 1 }: { readonly alpha?: number } = {}): this {
    requireKnown("sub_", arguments, 2, ["alpha"]);
    addTo("sub_", this, other, alpha);
    return this;
  }
  /** this ← this · other */
  mul_(other: Tensor | Scalar): this {
    requireKnown("mul_", arguments, 1);
    update("mul_", this, () => arithmetic("mul", this, other));
    return this;
  }
  /** this ← this / other */
  div_(other: Tensor | Scalar): this {
    requireKnown("div_", arguments, 1);
    update("div_", this, () => arithmetic("div", this, other));
    return this;
  }
  /** this ← this to the power of exponent */
  pow_(exponent: Tensor | Scalar): this {
    requireKnown("pow_", arguments, 1);
    update("pow_", this, () => arithmetic("pow", this, exponent));
    return this;
  }
  /** this ← −this */
  neg_(): this {
    requireKnown("neg_", arguments, 0);
    update("neg_", this, () => this.neg());
    return this;
  }
  /** this ← e to the power of this */
  exp_(): this {
    requireKnown("exp_", arguments, 0);
    update("exp_", this, () => this.exp());
    return this;
  }
  /** this ← √this */
  sqrt_(): this {
    requireKnown("sqrt_", arguments, 0);
    update("sqrt_", this, () => this.sqrt());
    return this;
  }
  /** this ← |this| */
  abs_(): this {
    requireKnown("abs_", arguments, 0);
    update("abs_", this, () => this.abs());
    return this;
  }
  /** this ← log this */
  log_(): this {
    requireKnown("log_", arguments, 0);
    update("log_", this, () => this.log());
    return this;
  }
  /** this ← this² */
  square_(): this {
    requireKnown("square_", arguments, 0);
    update("square_", this, () => this.square());
    return this;
  }
  /** this ← 1/this */
  reciprocal_(): this {
    requireKnown("reciprocal_", arguments, 0);
    update("reciprocal_", this, () => this.reciprocal());
    return this;
  }
  /** this ← 1/√this */
  rsqrt_(): this {
    requireKnown("rsqrt_", arguments, 0);
    update("rsqrt_", this, () => this.rsqrt());
    return this;
  }
  /** this ← ⌊this⌋ */
  floor_(): this {
    requireKnown("floor_", arguments, 0);
    update("floor_", this, () => this.floor());
    return this;
  }
  /** this ← ⌈this⌉ */
  ceil_(): this {
    requireKnown("ceil_", arguments, 0);
    update("ceil_", this, () => this.ceil());
    return this;
  }
  /** this ← the nearest whole number, halves to the even one */
  round_(): this {
    requireKnown("round_", arguments, 0);
    update("round_", this, () => this.round());
    return this;
  }
  /** this ← where it is 0 */
  logicalNot_(): this {
    requireKnown("logicalNot_", arguments, 0);
    update("logicalNot_", this, () => this.logicalNot());
    return this;
  }
  /** this ← what is left of this / divisor, with the divisor's sign */
  remainder_(divisor: Tensor | Scalar): this {
    requireKnown("remainder_", arguments, 1);
    update("remainder_", this, () => this.remainder(divisor));
    return this;
  }
  /** this ← ⌊this / divisor⌋ */
  floorDivide_(divisor: Tensor | Scalar): this {
    requireKnown("floorDivide_", arguments, 1);
    update("floorDivide_", this, () => this.floorDivide(divisor));
    return this;
  }
  /** this ← max(this, 0) */
  relu_(): this {
    requireKnown("relu_", arguments, 0);
    update("relu_", this, () => this.relu());
    return this;
  }
  /** this ← 1/(1 + e^−this) */
  sigmoid_(): this {
    requireKnown("sigmoid_", arguments, 0);
    update("sigmoid_", this, () => this.sigmoid());
    return this;
  }
  /** this ← tanh(this) */
  tanh_(): this {
    requireKnown("tanh_", arguments, 0);
    update("tanh_", this, () => this.tanh());
    return this;
  }
  /** this ← this held between min and max; either may be left out */
  clamp_(bounds: Bounds | Tensor | number, ...more: [max?: Tensor | number]): this {
    const limits = boundsOf("clamp_", bounds, more);
    update("clamp_", this, () => clampTo(this, limits));
    return this;
  }
  /** this ← this + weight · (end − this): a moving average */
  lerp_(end: Tensor, weight: Tensor | number): this {
    requireKnown("lerp_", arguments, 2);
    update("lerp_", this, () => this.lerp(end, weight));
    return this;
  }
  /** this ← value where the bool mask, broadcast to this, is true */
  maskedFill_(mask: Tensor, value: Tensor | Scalar): this {
    requireKnown("maskedFill_", arguments, 2);
    update("maskedFill_", this, () => this.maskedFill(mask, value));
    return this;
  }
  /** this ← this + value · tensor1 · tensor2 */
  addcmul_(tensor1: Tensor, tensor2: Tensor, options: { readonly value?: number } = {}): this {
    requireKnown("addcmul_", arguments, 3, ["value"]);
    update("addcmul_", this, () => this.addcmul(tensor1, tensor2, options));
    return this;
  }
  /** this ← this + value · tensor1 / tensor2 */
  addcdiv_(tensor1: Tensor, tensor2: Tensor, options: { readonly value?: number } = {}): this {
    requireKnown("addcdiv_", arguments, 3, ["value"]);
    update("addcdiv_", this, () => this.addcdiv(tensor1, tensor2, options));
    return this;
  }
  /** this ← scatter(dim, index, source) */
  scatter_(dim: number, index: Tensor, source: Tensor | Scalar, options: ScatterOptions = {}): this {
    requireKnown("scatter_", arguments, 4, ["reduce"]);
    update("scatter_", this, () => this.scatter(dim, index, source, options));
    return this;
  }
  /** this ← scatterAdd(dim, index, source) */
  scatterAdd_(dim: number, index: Tensor, source: Tensor): this {
    requireKnown("scatterAdd_", arguments, 3);
    update("scatterAdd_", this, () => this.scatterAdd(dim, index, source));
    return this;
  }
  /** this ← indexAdd(dim, index, source) */
  indexAdd_(
    dim: number,
    index: Tensor | readonly number[],
    source: Tensor,
    options: { readonly alpha?: number } = {},
  ): this {
    requireKnown("indexAdd_", arguments, 4, ["alpha"]);
    update("indexAdd_", this, () => this.indexAdd(dim, index, source, options));
    return this;
  }
  /** this ← indexCopy(dim, index, source) */
  indexCopy_(dim: number, index: Tensor | readonly number[], source: Tensor): this {
    requireKnown("indexCopy_", arguments, 3);
    update("indexCopy_", this, () => this.indexCopy(dim, index, source));
    return this;
  }
  /** this ← indexFill(dim, index, value) */
  indexFill_(dim: number, index: Tensor | readonly number[], value: Tensor | Scalar): this {
    requireKnown("indexFill_", arguments, 3);
    update("indexFill_", this, () => this.indexFill(dim, index, value));
    return this;
  }
  /** this ← maskedScatter(mask, source) */
  maskedScatter_(mask: Tensor, source: Tensor): this {
    requireKnown("maskedScatter_", arguments, 2);
    update("maskedScatter_", this, () => this.maskedScatter(mask, source));
    return this;
  }
  /** this ← its upper triangle, 0 elsewhere */
  triu_(diagonal = 0): this {
    requireKnown("triu_", arguments, 1);
    update("triu_", this, () => this.triu(diagonal));
    return this;
  }
  /** this ← its lower triangle, 0 elsewhere */
  tril_(diagonal = 0): this {
    requireKnown("tril_", arguments, 1);
    update("tril_", this, () => this.tril(diagonal));
    return this;
  }
  /** The diagonal of a matrix ← value */
  fillDiagonal_(value: Scalar): this {
    requireKnown("fillDiagonal_", arguments, 1);
    requireRank("fillDiagonal_", this, 2, "m, n");
    requireOutsideGraph("fillDiagonal_", this);
    fill(diagonal(this.detach(), 0, 0, 1), value, "fillDiagonal_");
    return this;
  }
  /** this ← other, broadcast and converted */
  copy_(other: Tensor): this {
    requireKnown("copy_", arguments, 1);
    copy(this, other);
    return this;
  }
  /** Every element ← value */
  fill_(value: Scalar): this {
    requireKnown("fill_", arguments, 1);
    fill(this, value);
    return this;
  }
  /** Every element ← 0 */
  zero_(): this {
    requireKnown("zero_", arguments, 0);
    fill(this, 0);
    return this;
  }
  /** Every element ← a random number from [low, high) */
  uniform_(low = 0, high = 1, { generator = this.engine.generator }: { generator?: Generator } = {}): this {
    requireKnown("uniform_", arguments, 3, ["generator"]);
    draw("uniform_", this, [low, high], generator);
    return this;
  }
  /** Every element ← a normal random number */
  normal_(mean = 0, std = 1, { generator = this.engine.generator }: { generator?: Generator } = {}): this {
    requireKnown("normal_", arguments, 3, ["generator"]);
    draw("normal_", this, [mean, std], generator);
    return this;
  }
}

function listOf(values: number[] | [readonly number[]]): readonly number[] {
  return Array.isArray(values[0]) ? values[0] : (values as number[]);
}

const uniqueOptions = ["dim", "returnInverse", "returnCounts"];

/** The older words of scatter(). */
function reductionOf(reduce: unknown): Reduce {
  if (reduce === "add") return "sum";
  if (reduce === "multiply") return "prod";
  throw new RangeError(`scatter: expected reduce to be "add" or "multiply", got ${describe(reduce)}`);
}

function keepdimOf(operation: string, options: KeepDim | boolean): boolean {
  return optionsOf<KeepDim>(operation, ["keepdim"], options, []).keepdim ?? false;
}

function accumulates(operation: string, options: unknown, more: readonly unknown[]): boolean {
  const names = ["accumulate"] as const;
  const { accumulate = false } = optionsOf<{ readonly accumulate?: boolean }>(
    operation,
    names,
    options,
    more,
  );
  if (typeof accumulate === "boolean") return accumulate;
  throw new TypeError(`${operation}: expected accumulate to be true or false, got ${describe(accumulate)}`);
}

/** Bounds, one of which at least was given. */
function boundsOf(operation: string, bounds: Bounds | Tensor | number, more: readonly unknown[]): Bounds {
  const { min, max } = optionsOf<Bounds>(operation, ["min", "max"], bounds, more);
  if (min === undefined && max === undefined) {
    throw new TypeError(`${operation}: expected min, max or both, got neither; write { min: 0, max: 1 }`);
  }
  return { min, max };
}
