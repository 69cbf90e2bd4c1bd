// The small backend interface: every heavy loop of the runtime, over one linear memory.
// Two implementations answer to it: `reference.ts` (plain TypeScript, the truth in tests) and `emitted.ts` (WebAssembly);
// `index.ts` chooses.

import type { ThreadHost } from "./call/team";
import { scratchBytes } from "./emit/scratch";

/** A byte offset into the runtime's memory, 16-byte aligned where it starts a storage. */
export type Pointer = number;

/**
 * The first bytes of the memory belong to the kernels (packed panels, constants): storages start at this address or
 * above it, and the memory is at least this large when the kernels are made.
 */
export const reservedBytes = scratchBytes;

/** y = f(x), elementwise. */
export type UnaryOp =
  | "copy"
  | "neg"
  | "exp"
  | "log"
  | "sqrt"
  | "abs"
  | "reciprocal"
  | "sigmoid"
  | "tanh"
  | "relu";

/** dx = g(dy, saved), elementwise: `saved` is the forward's output y (the input x for "abs" and "square"). */
export type UnaryGradOp = "sigmoid" | "tanh" | "relu" | "abs" | "square";

/**
 * y = f(x; a, b), elementwise, whose gradient is taken by x: leakyRelu with slope a, elu with alpha a, gelu exact or by tanh,
 * softplus with beta a and threshold b; what has no constants does not look at them.
 */
export type CurveOp = "leakyRelu" | "elu" | "gelu" | "geluTanh" | "silu" | "softplus";

/** What a normalization may apply to its result before it stores it. */
export type Activation = "sigmoid" | "tanh" | "relu";

/** y = f(a, b), elementwise; comparisons give 1 or 0. */
export type BinaryOp =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "maximum"
  | "minimum"
  | "pow"
  | "eq"
  | "ne"
  | "lt"
  | "le"
  | "gt"
  | "ge";

/** Reductions of f32 to f32 (`argmax`, `argmin` write i32). */
export type ReduceOp = "sum" | "mean" | "max" | "min" | "argmax" | "argmin" | "prod";

/** How the operands of `binary` are laid over the result y[rows, columns]. */
export type BinaryLayout =
  /** a and b both [rows, columns]. */
  | "same"
  /** One of the two is a single number for all of y. */
  | "scalarLeft"
  | "scalarRight"
  /** One of the two is [columns], repeated for each row. */
  | "rowLeft"
  | "rowRight"
  /** One of the two is [rows], repeated for each column. */
  | "columnLeft"
  | "columnRight";

/**
 * Sizes of a 2-D convolution x[batch, inChannels, inHeight, inWidth] → y[batch, outChannels, outHeight, outWidth] with
 * weight[outChannels, inChannels/groups, kernelHeight, kernelWidth]; none is 0, paddings are ≥ 0, and how much is padded
 * below and to the right follows from the output's sizes. The same sizes are mostly the same object, so that a kernel may
 * remember by identity.
 */
export interface Conv2dShape {
  readonly batch: number;
  readonly inChannels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly paddingTop: number;
  readonly paddingLeft: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly groups: number;
}

/**
 * Sizes of 2-D pooling x[planes, inHeight, inWidth] → y[planes, outHeight, outWidth]; none is 0, paddings are ≥ 0. The
 * last windows may reach past the padding (ceil mode). The same sizes are mostly the same object.
 */
export interface Pool2dShape {
  readonly planes: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  /** On either side. */
  readonly paddingHeight: number;
  readonly paddingWidth: number;
  /** 1 for averages. */
  readonly dilationHeight: number;
  readonly dilationWidth: number;
}

/**
 * What a window's sum is divided by: a number, or how many of its places lie inside the padded input ("padded") or inside
 * the input ("inside").
 */
export type PoolDivisor = number | "padded" | "inside";

/**
 * All buffers are contiguous f32 unless said otherwise; counts are elements, never bytes. A count of 0 is legal and
 * does nothing. No buffer that is written overlaps one that is read, except where "may alias" is said.
 */
export interface Kernels {
  /** "reference", "wasm-simd", "wasm-relaxed-simd", "wasm-revec-simd". */
  readonly name: string;

  /**
   * Shares long calls among this thread and one more for each of `scratches`, areas of `reservedBytes` for the threads'
   * own use. The numbers stay the same to the last bit.
   */
  useThreads(host: ThreadHost, scratches: readonly Pointer[]): void;
  /** Waits for threads that are still at a call which an interrupt unwound. */
  settle(): void;

  /** c[m,n] = op(a)[m,k] · op(b)[k,n] (+ c if accumulate); a is [k,m] if transA, b is [n,k] if transB. */
  gemm(
    a: Pointer,
    b: Pointer,
    c: Pointer,
    m: number,
    n: number,
    k: number,
    transA: boolean,
    transB: boolean,
    accumulate: boolean,
  ): void;

  /** y[n] = f(x[n]); y may alias x. */
  unary(op: UnaryOp, x: Pointer, y: Pointer, n: number): void;
  /** dx[n] = g(dy[n], saved[n]) (+ dx if accumulate); dx may alias dy. */
  unaryGrad(op: UnaryGradOp, saved: Pointer, dy: Pointer, dx: Pointer, n: number, accumulate: boolean): void;
  /** y[n] = f(x[n]; a, b); y may alias x. */
  curve(op: CurveOp, x: Pointer, y: Pointer, n: number, a: number, b: number): void;
  /** dx[n] = dy[n] · f′(x[n]); dx may alias dy. */
  curveGrad(op: CurveOp, x: Pointer, dy: Pointer, dx: Pointer, n: number, a: number, b: number): void;
  /** y[rows,columns] = f(a, b); y may alias an operand of its own size. */
  binary(
    op: BinaryOp,
    layout: BinaryLayout,
    a: Pointer,
    b: Pointer,
    y: Pointer,
    rows: number,
    columns: number,
  ): void;
  /** y[n] = value. */
  fill(y: Pointer, value: number, n: number): void;
  /** y[n] = the next n uniform numbers of the generator whose four words (i32) lie at `state`, which go on with it. */
  uniform(state: Pointer, y: Pointer, n: number): void;
  /** y[n] += alpha · x[n]. */
  axpy(alpha: number, x: Pointer, y: Pointer, n: number): void;
  /** y[n] = x[n] · alpha; y may alias x. */
  scale(alpha: number, x: Pointer, y: Pointer, n: number): void;
  /** y[columns, rows] = x[rows, columns] transposed. */
  transpose(x: Pointer, y: Pointer, rows: number, columns: number): void;

  /**
   * Reduces the middle axis: x[outer, n, inner] → y[outer, inner]. Sums accumulate so that 1e6 terms keep 6 digits.
   * NaN wins max, min, argmax and argmin, which give the first of equals; over n = 0 they give −∞, ∞, 0 and 0.
   */
  reduce(op: ReduceOp, x: Pointer, y: Pointer, outer: number, n: number, inner: number): void;

  /**
   * Train-mode BatchNorm of x[outer, channels, inner], m = outer·inner values a channel: writes mean[c],
   * invStd[c] = 1/√(variance + eps) of the biased variance (from Σ(x−μ)²: E[x²]−E[x]² loses every digit at a large mean)
   * and y = weight·(x − mean)·invStd + bias, and moves the running statistics:
   * running = (1 − momentum)·running + momentum·batch, where the batch's variance counts `correction` times.
   * weight, bias, runningMean and runningVar may be 0 (absent). With an activation, y is what unary() makes of that.
   */
  batchNormForward(
    x: Pointer,
    weight: Pointer,
    bias: Pointer,
    runningMean: Pointer,
    runningVar: Pointer,
    y: Pointer,
    mean: Pointer,
    invStd: Pointer,
    outer: number,
    channels: number,
    inner: number,
    eps: number,
    momentum: number,
    correction: number,
    activation?: Activation | null,
  ): void;
  /** y = weight[c]·(x − mean[c])·invStd[c] + bias[c], activated; weight and bias may be 0 (absent: 1 and 0). */
  batchNormApply(
    x: Pointer,
    mean: Pointer,
    invStd: Pointer,
    weight: Pointer,
    bias: Pointer,
    y: Pointer,
    outer: number,
    channels: number,
    inner: number,
    activation?: Activation | null,
  ): void;
  /**
   * Gradients of train-mode BatchNorm (Ioffe & Szegedy 2015): dBias = Σdy, dWeight = Σdy·x̂,
   * dx = (weight·invStd/m)·(m·dy − dBias − x̂·dWeight). dBias and dWeight are overwritten (never 0: pass scratch).
   * With an activation, dy is first what unaryGrad() makes of it and y, the activated output; `bias` is then the forward's
   * (0: absent). dx may alias dy.
   */
  batchNormBackward(
    x: Pointer,
    mean: Pointer,
    invStd: Pointer,
    weight: Pointer,
    dy: Pointer,
    dx: Pointer,
    dWeight: Pointer,
    dBias: Pointer,
    outer: number,
    channels: number,
    inner: number,
    activation?: Activation | null,
    y?: Pointer,
    bias?: Pointer,
  ): void;

  /**
   * Normalizes each row of x[samples, groups, channels, inner] by itself, a row being what `groups` counts:
   * y = weight·(x − μ)·r + bias with the parameters [groups·channels] (0: absent), r = 1/√(σ² + eps) and the biased σ² around μ;
   * without `centred`, μ is 0. Writes μ and r of each row to statistics f64[samples·groups, 2], 8-byte aligned.
   */
  normalize(
    x: Pointer,
    weight: Pointer,
    bias: Pointer,
    y: Pointer,
    statistics: Pointer,
    samples: number,
    groups: number,
    channels: number,
    inner: number,
    centred: boolean,
    eps: number,
  ): void;
  /**
   * Gradients of that: dx, and by sample what the parameters' gradients are the sums of: slopes[samples, groups·channels] =
   * Σ dy·x̂ over `inner`, and shifts = Σ dy, which is not written where `inner` is 1: it would be dy. Both are 0 where they are
   * not wanted. dx may alias dy.
   */
  normalizeBackward(
    x: Pointer,
    statistics: Pointer,
    weight: Pointer,
    dy: Pointer,
    dx: Pointer,
    slopes: Pointer,
    shifts: Pointer,
    samples: number,
    groups: number,
    channels: number,
    inner: number,
    centred: boolean,
  ): void;

  /** logProbabilities[r,c] = x − logsumexp(x) along each row; stable for any finite x. */
  logSoftmax(x: Pointer, logProbabilities: Pointer, rows: number, columns: number): void;
  /**
   * Cross-entropy of logits[rows, columns] against targets (i32[rows], each within 0…columns−1, checked by the caller):
   * writes the summed loss to loss[1] and (softmax − onehot) to dLogits, unscaled.
   */
  crossEntropy(
    logits: Pointer,
    targets: Pointer,
    loss: Pointer,
    dLogits: Pointer,
    rows: number,
    columns: number,
  ): void;

  /** Bytes of scratch, 16-byte aligned, that the three convolutions need for this shape; 0 for none. */
  conv2dScratch(shape: Conv2dShape): number;
  /** Bytes of the weights as conv2d lays them out for itself, 16-byte aligned; 0 where it reads them as they are. */
  conv2dPacked(shape: Conv2dShape): number;
  /** Lays the weights out, for calls of conv2d of this shape. */
  conv2dPack(shape: Conv2dShape, weight: Pointer, packed: Pointer): void;
  /**
   * y = cross-correlation of x with weight, + bias[outChannels] (0: none). 3×3 kernels at stride 1 may go by Winograd's
   * algorithm, the gradients too: tiles of 4×4 outputs share their rounding errors, and a NaN or ∞ reaches its whole tile.
   * Where `packed` is not 0, conv2dPack has laid out the weights there.
   */
  conv2d(
    shape: Conv2dShape,
    x: Pointer,
    weight: Pointer,
    bias: Pointer,
    y: Pointer,
    scratch: Pointer,
    packed?: Pointer,
  ): void;
  /** dx = gradient of Σ y·dy by x (+ dx if accumulate). */
  conv2dBackwardInput(
    shape: Conv2dShape,
    dy: Pointer,
    weight: Pointer,
    dx: Pointer,
    scratch: Pointer,
    accumulate: boolean,
  ): void;
  /** dWeight = gradient of Σ y·dy by weight (+ dWeight if accumulate). */
  conv2dBackwardWeight(
    shape: Conv2dShape,
    x: Pointer,
    dy: Pointer,
    dWeight: Pointer,
    scratch: Pointer,
    accumulate: boolean,
  ): void;

  /**
   * y = greatest of each window, indices (i32) = where it lies in its plane, row·inWidth + column: the first of equals, or
   * the last NaN, which beats every number. A window wholly in the padding gives −∞ and −1.
   */
  maxPool2d(shape: Pool2dShape, x: Pointer, y: Pointer, indices: Pointer): void;
  /** dx = dy scattered to `indices`, those of windows that overlap added (+ dx if accumulate); −1 goes nowhere. */
  maxPool2dBackward(
    shape: Pool2dShape,
    dy: Pointer,
    indices: Pointer,
    dx: Pointer,
    accumulate: boolean,
  ): void;
  /** y = sum of each window, padding counting as 0, over the divisor. */
  avgPool2d(shape: Pool2dShape, divisor: PoolDivisor, x: Pointer, y: Pointer): void;
  /** dx = gradient of Σ y·dy by x (+ dx if accumulate). */
  avgPool2dBackward(
    shape: Pool2dShape,
    divisor: PoolDivisor,
    dy: Pointer,
    dx: Pointer,
    accumulate: boolean,
  ): void;

  /**
   * One SGD step on a parameter, as torch.optim.SGD: g += weightDecay·p; buffer = momentum·buffer + (1−dampening)·g
   * (buffer = g on the first step); p −= lr·(nesterov ? g + momentum·buffer : buffer). buffer is 0 if momentum is 0.
   */
  sgd(
    parameter: Pointer,
    gradient: Pointer,
    buffer: Pointer,
    n: number,
    lr: number,
    momentum: number,
    dampening: number,
    weightDecay: number,
    nesterov: boolean,
    firstStep: boolean,
  ): void;
  /**
   * One step of Adam or AdamW: g += penalty·p; mean = β₁·mean + (1−β₁)·g; square = β₂·square + (1−β₂)·g²;
   * p = shrink·p − step·mean/(√square/root + eps). `maximum`, 0 without amsgrad, keeps the largest square and divides instead.
   */
  adam(
    parameter: Pointer,
    gradient: Pointer,
    mean: Pointer,
    square: Pointer,
    maximum: Pointer,
    n: number,
    step: number,
    beta1: number,
    beta2: number,
    root: number,
    eps: number,
    penalty: number,
    shrink: number,
  ): void;
  /**
   * One step of RMSprop: g += penalty·p; square = α·square + (1−α)·g²; change = g/(√square + eps), less the square of
   * mean = α·mean + (1−α)·g under the root if `mean` is not 0; velocity = momentum·velocity + change, which takes the place
   * of change, if `velocity` is not 0; p −= lr·change.
   */
  rmsprop(
    parameter: Pointer,
    gradient: Pointer,
    square: Pointer,
    mean: Pointer,
    velocity: Pointer,
    n: number,
    lr: number,
    alpha: number,
    eps: number,
    penalty: number,
    momentum: number,
  ): void;
  /** One step of Adagrad: g += penalty·p; sum += g²; p −= lr·g/(√sum + eps). */
  adagrad(
    parameter: Pointer,
    gradient: Pointer,
    sum: Pointer,
    n: number,
    lr: number,
    eps: number,
    penalty: number,
  ): void;
}
