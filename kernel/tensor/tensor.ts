// The tensor as its users know it: PyTorch's methods in camelCase, each a line over ops/.

import { backward } from "./autograd";
import type { DType } from "./dtype";
import { all, allclose, any, type Closeness, equal } from "./ops/agreement";
import { arithmetic, assign, compare } from "./ops/arithmetic";
import { cast } from "./ops/check";
import { clamp, clone, square, unary } from "./ops/elementwise";
import { gather, maskedFill, scatterAdd, sort, topk } from "./ops/indexing";
import { indexSelect } from "./ops/join";
import { matmul } from "./ops/matmul";
import { logsumexp, norm } from "./ops/norm";
import {
  argument,
  type Dims,
  type Extremes,
  extreme,
  extremeAlong,
  product,
  standardDeviation,
  sumOrMean,
  variance,
} from "./ops/reduction";
import { classify, elementwise } from "./ops/rounding";
import { logSoftmax, softmax } from "./ops/softmax";
import { chunk, narrow, repeat, split, tile } from "./ops/tiling";
import {
  contiguous,
  expand,
  flatten,
  permute,
  reshape,
  select,
  slice,
  squeeze,
  transpose,
  unsqueeze,
} from "./ops/view";
import type { Generator } from "./random";
import { checkDim, type Shape, sameShape } from "./shape";
import { type GradientHook, TensorState } from "./tensorState";

/** Whether reduced dimensions stay, at size 1. */
export interface KeepDim {
  readonly keepdim?: boolean;
}

/** For variances: `correction` is taken from the count (1, the default, is Bessel's; 0 gives the biased variance). */
export interface Correction extends KeepDim {
  readonly correction?: number;
}

/** Float32, int32 or bool numbers in any number of dimensions, with automatic gradients. Memory needs no dispose. */
export class Tensor extends TensorState {
  /**
   * Adds the gradient of this tensor to `.grad` of every leaf it came from. A tensor of more than one element needs the
   * gradient to start from. The graph is used up unless `retainGraph`; results of its larger steps stay readable until
   * the end of the next backward().
   */
  backward(gradient?: Tensor, options: { readonly retainGraph?: boolean } = {}): void {
    backward(this, gradient, options);
  }

  /** Turns recording of this leaf on or off, in place. Throws for int32, bool, and results of operations. */
  requiresGrad_(value = true): this {
    if (value && this.dtype !== "float32") {
      throw new TypeError(`requiresGrad_: expected a float32 tensor, got ${this.dtype}`);
    }
    if (!value && this.gradFn !== null) {
      throw new Error("requiresGrad_: expected a leaf, got the result of an operation; use detach()");
    }
    this.requiresGrad = value;
    return this;
  }

  /** Lets backward() leave a gradient on this tensor although it is the result of an operation. */
  retainGrad(): this {
    this.retainsGrad = this.gradFn !== null;
    return this;
  }

  /**
   * Calls `hook` with the gradient of this tensor in every backward() that reaches it; of a leaf with what that
   * backward() adds to `.grad`. A tensor of the same shape that the hook returns takes the gradient's place. Returns a
   * function that removes the hook.
   */
  registerHook(hook: GradientHook): () => void {
    if (!this.requiresGrad) {
      throw new Error(
        "registerHook: expected a tensor that requires grad, got one without; make it with { requiresGrad: true } or call requiresGrad_()",
      );
    }
    const own: GradientHook = (gradient) => hook(gradient);
    this.hooks = [...(this.hooks ?? []), own];
    return () => {
      const others = (this.hooks ?? []).filter((other) => other !== own);
      this.hooks = others.length === 0 ? null : others;
    };
  }

  /** Forgets the gradient. */
  zeroGrad(): void {
    this.grad = null;
  }

  /** The same numbers outside the graph, sharing memory. */
  detach(): Tensor {
    if (this.storage.freedBy !== null) void this.pointer; // throws, saying who freed it
    return this.engine.view(this.storage, this.offset, this.shape, this.strides, this.dtype);
  }

  /** A copy with memory of its own, inside the graph. */
  clone(): Tensor {
    return clone(this);
  }

  /** This tensor, or a copy whose elements lie in order. */
  contiguous(): Tensor {
    return contiguous(this);
  }

  /** The values as another dtype: to int32 by truncation, to bool as "not 0". */
  to(dtype: DType): Tensor {
    return cast(this, dtype);
  }

  /** Size along a dimension, or the whole shape. */
  size(): Shape;
  size(dim: number): number;
  size(dim?: number): Shape | number {
    return dim === undefined ? this.shape : this.shape[checkDim("size", dim, this.shape)]!;
  }

  // Arithmetic: with a tensor that broadcasts, or a number.

  /** this + alpha · other, broadcast. */
  add(other: Tensor | number, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor {
    return arithmetic("add", this, scaled(other, alpha));
  }
  /** this − alpha · other, broadcast. */
  sub(other: Tensor | number, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor {
    return arithmetic("sub", this, scaled(other, alpha));
  }
  /** this · other element by element, broadcast. */
  mul(other: Tensor | number): Tensor {
    return arithmetic("mul", this, other);
  }
  /** this / other, broadcast; always float32. */
  div(other: Tensor | number): Tensor {
    return arithmetic("div", this, other);
  }
  /** this to the power of other, broadcast. */
  pow(exponent: Tensor | number): Tensor {
    return arithmetic("pow", this, exponent);
  }
  /** The larger of the two, element by element; NaN if either is. */
  maximum(other: Tensor | number): Tensor {
    return arithmetic("maximum", this, other);
  }
  /** The smaller of the two, element by element; NaN if either is. */
  minimum(other: Tensor | number): Tensor {
    return arithmetic("minimum", this, other);
  }

  // Comparison: bool tensors, without gradient.

  /** this = other, element by element. */
  eq(other: Tensor | number): Tensor {
    return compare("eq", this, other);
  }
  /** this ≠ other, element by element. */
  ne(other: Tensor | number): Tensor {
    return compare("ne", this, other);
  }
  /** this < other, element by element. */
  lt(other: Tensor | number): Tensor {
    return compare("lt", this, other);
  }
  /** this ≤ other, element by element. */
  le(other: Tensor | number): Tensor {
    return compare("le", this, other);
  }
  /** this > other, element by element. */
  gt(other: Tensor | number): Tensor {
    return compare("gt", this, other);
  }
  /** this ≥ other, element by element. */
  ge(other: Tensor | number): Tensor {
    return compare("ge", this, other);
  }
  /** Which elements are NaN. */
  isnan(): Tensor {
    return classify("isnan", this);
  }
  /** Which elements are neither NaN nor infinite. */
  isfinite(): Tensor {
    return classify("isfinite", this);
  }
  /** Whether any element is not 0: a bool tensor, over one dimension, several, or all. */
  any(dim?: Dims, { keepdim = false }: KeepDim = {}): Tensor {
    return any(this, dim, keepdim);
  }
  /** Whether no element is 0: a bool tensor, over one dimension, several, or all. */
  all(dim?: Dims, { keepdim = false }: KeepDim = {}): Tensor {
    return all(this, dim, keepdim);
  }
  /** Whether both have the same shape and the same numbers; NaN equals nothing. */
  equal(other: Tensor): boolean {
    return equal(this, other);
  }
  /** Whether |this − other| ≤ atol + rtol·|other| everywhere, broadcast. */
  allclose(other: Tensor, options: Closeness = {}): boolean {
    return allclose(this, other, options);
  }

  // Functions of each element.

  /** −x */
  neg(): Tensor {
    return unary("neg", this);
  }
  /** eˣ */
  exp(): Tensor {
    return unary("exp", this);
  }
  /** Natural logarithm. */
  log(): Tensor {
    return unary("log", this);
  }
  /** √x */
  sqrt(): Tensor {
    return unary("sqrt", this);
  }
  /** |x| */
  abs(): Tensor {
    return unary("abs", this);
  }
  /** 1/x */
  reciprocal(): Tensor {
    return unary("reciprocal", this);
  }
  /** 1/(1+e⁻ˣ) */
  sigmoid(): Tensor {
    return unary("sigmoid", this);
  }
  /** Hyperbolic tangent. */
  tanh(): Tensor {
    return unary("tanh", this);
  }
  /** max(x, 0) */
  relu(): Tensor {
    return unary("relu", this);
  }
  /** x² */
  square(): Tensor {
    return square(this);
  }
  /** Sine, x in radians. */
  sin(): Tensor {
    return elementwise("sin", this);
  }
  /** Cosine, x in radians. */
  cos(): Tensor {
    return elementwise("cos", this);
  }
  /** −1, 0 or 1; its gradient is 0. */
  sign(): Tensor {
    return elementwise("sign", this);
  }
  /** The largest whole number ≤ x; its gradient is 0. */
  floor(): Tensor {
    return elementwise("floor", this);
  }
  /** The smallest whole number ≥ x; its gradient is 0. */
  ceil(): Tensor {
    return elementwise("ceil", this);
  }
  /** The nearest whole number, halves to the even one; its gradient is 0. */
  round(): Tensor {
    return elementwise("round", this);
  }
  /** x held between min and max; either may be left out. */
  clamp({
    min = Number.NEGATIVE_INFINITY,
    max = Number.POSITIVE_INFINITY,
  }: {
    min?: number;
    max?: number;
  }): Tensor {
    return clamp(this, min, max);
  }
  /** eˣ/Σeˣ along a dimension. */
  softmax(dim: number): Tensor {
    return softmax(this, dim);
  }
  /** log(eˣ/Σeˣ) along a dimension, stable for any finite x. */
  logSoftmax(dim: number): Tensor {
    return logSoftmax(this, dim);
  }

  // Matrices.

  /** Matrix product: [..., m, k] · [..., k, n] → [..., m, n]; vectors [k] on either side. */
  matmul(other: Tensor): Tensor {
    return matmul(this, other);
  }
  /** The transpose of a matrix; a view. */
  t(): Tensor {
    return this.shape.length < 2 ? this : transpose(this, 0, 1);
  }
  /** Two dimensions exchanged; a view. */
  transpose(dim0: number, dim1: number): Tensor {
    return transpose(this, dim0, dim1);
  }
  /** The dimensions in another order; a view. */
  permute(...dims: number[] | [readonly number[]]): Tensor {
    return permute(this, listOf(dims));
  }

  // Shape.

  /** The same elements in another shape, −1 for a size to be worked out; a view where the elements lie in order. */
  reshape(...sizes: number[] | [Shape]): Tensor {
    return reshape(this, listOf(sizes));
  }
  /** As reshape. */
  view(...sizes: number[] | [Shape]): Tensor {
    return reshape(this, listOf(sizes));
  }
  /** Dimensions startDim … endDim as one. */
  flatten(startDim = 0, endDim = -1): Tensor {
    return flatten(this, startDim, endDim);
  }
  /** Without dimensions of size 1: all of them, or one. */
  squeeze(dim?: number): Tensor {
    return squeeze(this, dim);
  }
  /** With a new dimension of size 1. */
  unsqueeze(dim: number): Tensor {
    return unsqueeze(this, dim);
  }
  /** Size-1 dimensions repeated, without copying; −1 keeps a size. */
  expand(...sizes: number[] | [Shape]): Tensor {
    return expand(this, listOf(sizes));
  }
  /** Elements start … end−1 along a dimension; negative positions count from the end. A view. */
  slice(dim: number, start: number, end = Number.POSITIVE_INFINITY, step = 1): Tensor {
    return slice(this, dim, start, end, step);
  }
  /** The slice at one index of a dimension, which disappears. A view. */
  select(dim: number, index: number): Tensor {
    return select(this, dim, index);
  }
  /** The slices at the given positions of a dimension, copied. */
  indexSelect(dim: number, index: Tensor | ArrayLike<number>): Tensor {
    return indexSelect(this, dim, index);
  }
  /** `length` elements from `start` on along a dimension. A view. */
  narrow(dim: number, start: number, length: number): Tensor {
    return narrow(this, dim, start, length);
  }
  /** Views of `size` elements each along a dimension, the last one smaller if need be; or of the sizes listed. */
  split(size: number | readonly number[], dim = 0): Tensor[] {
    return split(this, size, dim);
  }
  /** At most `chunks` views of equal size along a dimension, the last one smaller if need be. */
  chunk(chunks: number, dim = 0): Tensor[] {
    return chunk(this, chunks, dim);
  }
  /** This tensor laid side by side sizes[i] times along dimension i; more sizes than dimensions add new ones in front. */
  repeat(...sizes: number[] | [Shape]): Tensor {
    return repeat(this, listOf(sizes));
  }
  /** As repeat; counts left out in front are 1. */
  tile(...counts: number[] | [Shape]): Tensor {
    return tile(this, listOf(counts));
  }
  /** One element for each of the int32 indices, picked along a dimension: y[i][j] = this[index[i][j]][j] for dim 0. */
  gather(dim: number, index: Tensor): Tensor {
    return gather(this, dim, index);
  }
  /** A copy to which source[i][j] is added at [index[i][j]][j] for dim 0; indices may repeat. */
  scatterAdd(dim: number, index: Tensor, source: Tensor): Tensor {
    return scatterAdd(this, dim, index, source);
  }
  /** A copy with `value` where the bool mask, broadcast, is true. */
  maskedFill(mask: Tensor, value: number): Tensor {
    return maskedFill(this, mask, value);
  }
  /** The values in order along a dimension, and where they were (int32). Equals keep their order, NaN is the largest. */
  sort(dim = -1, { descending = false }: { readonly descending?: boolean } = {}): Extremes {
    return sort(this, dim, descending);
  }
  /** The k largest (or smallest) along a dimension, in order, and where they were (int32). */
  topk(k: number, dim = -1, { largest = true }: { readonly largest?: boolean } = {}): Extremes {
    return topk(this, k, dim, largest);
  }

  // Reductions.

  /** Sum over one dimension, several, or all. int32 and bool give int32. */
  sum(dim?: Dims, { keepdim = false }: KeepDim = {}): Tensor {
    return sumOrMean("sum", this, dim, keepdim);
  }
  /** Mean over one dimension, several, or all; of bool, the share that is true. */
  mean(dim?: Dims, { keepdim = false }: KeepDim = {}): Tensor {
    return sumOrMean("mean", this, dim, keepdim);
  }
  /** Variance, unbiased by default. */
  var(dim?: Dims, { correction = 1, keepdim = false }: Correction = {}): Tensor {
    return variance(this, dim, correction, keepdim);
  }
  /** Standard deviation, from the unbiased variance by default. */
  std(dim?: Dims, { correction = 1, keepdim = false }: Correction = {}): Tensor {
    return standardDeviation(this, dim, correction, keepdim);
  }
  /** Product over one dimension or all. */
  prod(dim?: number, { keepdim = false }: KeepDim = {}): Tensor {
    return product(this, dim, keepdim);
  }
  /** Σ|x| for p = 1, √Σx² for p = 2, max |x| for p = Infinity, over one dimension, several, or all. */
  norm(p = 2, dim?: Dims, { keepdim = false }: KeepDim = {}): Tensor {
    return norm(this, p, dim, keepdim);
  }
  /** log Σ eˣ over one dimension, several, or all, without overflow. */
  logsumexp(dim?: Dims, { keepdim = false }: KeepDim = {}): Tensor {
    return logsumexp(this, dim, keepdim);
  }
  /** The largest element; with a dimension, the largest along it and where they are. */
  max(): Tensor;
  max(dim: number, options?: KeepDim): Extremes;
  max(dim?: number, { keepdim = false }: KeepDim = {}): Tensor | Extremes {
    return dim === undefined ? extreme("max", this) : extremeAlong("max", this, dim, keepdim);
  }
  /** The smallest element; with a dimension, the smallest along it and where they are. */
  min(): Tensor;
  min(dim: number, options?: KeepDim): Extremes;
  min(dim?: number, { keepdim = false }: KeepDim = {}): Tensor | Extremes {
    return dim === undefined ? extreme("min", this) : extremeAlong("min", this, dim, keepdim);
  }
  /** Index of the largest element, int32: along a dimension, or in the flattened tensor. The first of equals. */
  argmax(dim?: number, { keepdim = false }: KeepDim = {}): Tensor {
    return argument("argmax", this, dim, keepdim);
  }
  /** Index of the smallest element, int32: along a dimension, or in the flattened tensor. The first of equals. */
  argmin(dim?: number, { keepdim = false }: KeepDim = {}): Tensor {
    return argument("argmin", this, dim, keepdim);
  }

  // In place: on data, or on parameters inside noGrad().

  /** this ← this + alpha · other */
  add_(other: Tensor | number, { alpha = 1 }: { readonly alpha?: number } = {}): this {
    const { engine } = this;
    const direct =
      typeof other !== "number" &&
      this.dtype === "float32" &&
      other.dtype === "float32" &&
      sameShape(this.shape, other.shape) &&
      this.isContiguous() &&
      other.isContiguous() &&
      !(this.requiresGrad && engine.gradEnabled);
    if (!direct) return this.update("add_", () => this.add(other, { alpha }));
    engine.kernels.axpy(alpha, other.pointer, this.pointer, this.count);
    this.storage.version++;
    return this;
  }
  /** this ← this − alpha · other */
  sub_(other: Tensor | number, { alpha = 1 }: { readonly alpha?: number } = {}): this {
    return this.add_(other, { alpha: -alpha });
  }
  /** this ← this · other */
  mul_(other: Tensor | number): this {
    return this.update("mul_", () => this.mul(other));
  }
  /** this ← this / other */
  div_(other: Tensor | number): this {
    return this.update("div_", () => this.div(other));
  }
  /** this ← other, broadcast and converted */
  copy_(other: Tensor): this {
    return this.update("copy_", () => other);
  }
  /** Every element ← value */
  fill_(value: number): this {
    const { engine } = this;
    return this.update("fill_", () => {
      const source = engine.empty([], "float32");
      engine.f32[source.pointer >>> 2] = value;
      return source;
    });
  }
  /** Every element ← 0 */
  zero_(): this {
    return this.fill_(0);
  }
  /** Every element ← a random number from [low, high) */
  uniform_(low = 0, high = 1, { generator = this.engine.generator }: { generator?: Generator } = {}): this {
    return this.draw("uniform_", () => low + (high - low) * generator.uniform());
  }
  /** Every element ← a normal random number */
  normal_(mean = 0, std = 1, { generator = this.engine.generator }: { generator?: Generator } = {}): this {
    return this.draw("normal_", () => mean + std * generator.normal());
  }

  private draw(operation: string, next: () => number): this {
    const { engine } = this;
    return this.update(operation, () => {
      const source = engine.empty(this.shape, "float32");
      const first = source.pointer >>> 2;
      for (let i = 0; i < source.count; i++) engine.f32[first + i] = next();
      return source;
    });
  }

  /** Computes outside the graph, then writes the result over this. */
  private update(operation: string, compute: () => Tensor): this {
    const { engine } = this;
    const recording = engine.gradEnabled;
    if (!(this.requiresGrad && recording)) engine.gradEnabled = false;
    try {
      assign(operation, this, compute());
    } finally {
      engine.gradEnabled = recording;
    }
    return this;
  }
}

function scaled(other: Tensor | number, alpha: number): Tensor | number {
  if (alpha === 1) return other;
  return typeof other === "number" ? other * alpha : other.mul(alpha);
}

function listOf(values: number[] | [readonly number[]]): readonly number[] {
  return Array.isArray(values[0]) ? values[0] : (values as number[]);
}
