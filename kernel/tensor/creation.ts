// New tensors: from JavaScript values, constant, ranged, random.

import {
  describe,
  requireDType,
  requireGenerator,
  requireInteger,
  requireKnown,
  requireNumber,
  requireTensor,
} from "./arguments";
import type { DType, NestedInput, Scalar } from "./dtype";
import type { Generator } from "./math/random";
import { requireInt32 } from "./ops/check";
import { drawUniform } from "./ops/uniform";
import { engine } from "./runtime";
import { checkShape, countOf, type Shape, show } from "./shape";
import type { Tensor } from "./tensor";

export interface TensorOptions {
  /** Default "float32". */
  readonly dtype?: DType;
  /** Whether backward() gives it a gradient. */
  readonly requiresGrad?: boolean;
}

export interface RandomOptions {
  /** Whether backward() gives it a gradient. */
  readonly requiresGrad?: boolean;
  /** The stream to draw from; default: the one that manualSeed() starts. */
  readonly generator?: Generator;
}

/** Arrays whose numbers are taken in order. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array;

function isNumberArray(value: unknown): value is NumberArray {
  return (
    ArrayBuffer.isView(value) &&
    !(value instanceof DataView || value instanceof BigInt64Array || value instanceof BigUint64Array)
  );
}

/**
 * A tensor of the given values: a number, nested arrays of equal lengths, or a typed array with a shape. Numbers give
 * float32, booleans bool; an Int32Array gives int32. Values are copied.
 */
export function tensor(
  values: NestedInput | NumberArray,
  options?: TensorOptions & { readonly shape?: Shape },
): Tensor {
  requireKnown("tensor", arguments, 2, ["dtype", "requiresGrad", "shape"]);
  const { shape, requiresGrad = false } = options ?? {};
  const flat: number[] | NumberArray = isNumberArray(values) ? values : [];
  let sizes: Shape = [flat.length];
  let allBool = false;
  if (!isNumberArray(values)) {
    sizes = sizesOf(values);
    allBool = flatten(values, 0, sizes, flat as number[]) && flat.length > 0;
  }
  const dtype = options?.dtype ?? (allBool ? "bool" : values instanceof Int32Array ? "int32" : "float32");
  requireDType("tensor", dtype);
  const wanted = shape === undefined ? sizes : checkShape("tensor", shape);
  if (countOf(wanted) !== flat.length) {
    throw new RangeError(
      `tensor: expected ${countOf(wanted)} values for shape ${show(wanted)}, got ${flat.length}`,
    );
  }
  const result = engine.empty(wanted, dtype);
  const memory = dtype === "int32" ? engine.i32 : engine.f32;
  const first = result.pointer >>> 2;
  if (dtype === "bool") for (let i = 0; i < flat.length; i++) memory[first + i] = Number(flat[i] !== 0);
  else memory.set(dtype === "int32" ? whole("tensor", flat) : flat, first);
  return finish(result, requiresGrad);
}

/** Numbers that int32 holds once they have lost their fractions. */
function whole<Numbers extends ArrayLike<number>>(operation: string, values: Numbers): Numbers {
  if (!(values instanceof Int32Array)) {
    for (let i = 0; i < values.length; i++) requireInt32(operation, Math.trunc(values[i]!));
  }
  return values;
}

function sizesOf(values: NestedInput): number[] {
  const sizes: number[] = [];
  for (let level = values; Array.isArray(level); level = level[0]) {
    sizes.push(level.length);
    if (level.length === 0) break;
  }
  return sizes;
}

/** Appends the numbers to `into`; whether all of them were booleans. */
function flatten(values: NestedInput, depth: number, sizes: Shape, into: number[]): boolean {
  if (Array.isArray(values)) {
    if (depth >= sizes.length || values.length !== sizes[depth]) {
      throw new RangeError(
        `tensor: expected nested arrays of equal lengths ${show(sizes)}, got length ${values.length} at depth ${depth}`,
      );
    }
    let allBool = true;
    for (const value of values) allBool = flatten(value, depth + 1, sizes, into) && allBool;
    return allBool;
  }
  if ((typeof values !== "number" && typeof values !== "boolean") || depth !== sizes.length) {
    throw new TypeError(
      `tensor: expected numbers or booleans nested as ${show(sizes)}, got ${describe(values)} at depth ${depth}`,
    );
  }
  into.push(Number(values));
  return typeof values === "boolean";
}

function finish(result: Tensor, requiresGrad: boolean): Tensor {
  return requiresGrad ? result.requiresGrad_() : result;
}

/** Every element `value`: float32 for a number, bool for true and false, unless told otherwise. */
export function full(shape: Shape, value: Scalar, options: TensorOptions = {}): Tensor {
  requireKnown("full", arguments, 3, ["dtype", "requiresGrad"]);
  if (typeof value === "boolean") return filled("full", shape, Number(value), { dtype: "bool", ...options });
  requireNumber("full", "value", value);
  return filled("full", shape, value, options);
}

function filled(
  operation: string,
  shape: Shape,
  value: number,
  { dtype = "float32", requiresGrad = false }: TensorOptions = {},
): Tensor {
  requireDType(operation, dtype);
  const result = engine.empty(checkShape(operation, shape), dtype);
  const first = result.pointer >>> 2;
  if (dtype === "int32")
    engine.i32.fill(requireInt32(operation, Math.trunc(value)), first, first + result.count);
  else
    engine.kernels.fill({
      y: result.pointer,
      value: dtype === "bool" ? Number(value !== 0) : value,
      n: result.count,
    });
  return finish(result, requiresGrad);
}

/** Every element 0. */
export function zeros(shape: Shape, options?: TensorOptions): Tensor {
  requireKnown("zeros", arguments, 2, ["dtype", "requiresGrad"]);
  return filled("zeros", shape, 0, options);
}

/** Every element 1. */
export function ones(shape: Shape, options?: TensorOptions): Tensor {
  requireKnown("ones", arguments, 2, ["dtype", "requiresGrad"]);
  return filled("ones", shape, 1, options);
}

/** A tensor to write into. PyTorch's is of whatever was in memory; here every element is 0. */
export function empty(shape: Shape, options?: TensorOptions): Tensor {
  requireKnown("empty", arguments, 2, ["dtype", "requiresGrad"]);
  return filled("empty", shape, 0, options);
}

/** As empty(), in the shape (and, unless told otherwise, dtype) of another tensor. */
export function emptyLike(like: Tensor, options: TensorOptions = {}): Tensor {
  requireKnown("emptyLike", arguments, 2, ["dtype", "requiresGrad"]);
  requireTensor("emptyLike", like);
  return filled("emptyLike", like.shape, 0, { dtype: like.dtype, ...options });
}

/** Zeros in the shape (and, unless told otherwise, dtype) of another tensor. */
export function zerosLike(like: Tensor, options: TensorOptions = {}): Tensor {
  requireKnown("zerosLike", arguments, 2, ["dtype", "requiresGrad"]);
  requireTensor("zerosLike", like);
  return filled("zerosLike", like.shape, 0, { dtype: like.dtype, ...options });
}

/** Ones in the shape (and, unless told otherwise, dtype) of another tensor. */
export function onesLike(like: Tensor, options: TensorOptions = {}): Tensor {
  requireKnown("onesLike", arguments, 2, ["dtype", "requiresGrad"]);
  requireTensor("onesLike", like);
  return filled("onesLike", like.shape, 1, { dtype: like.dtype, ...options });
}

/** Every element `value`, in the shape (and, unless told otherwise, dtype) of another tensor. */
export function fullLike(like: Tensor, value: Scalar, options: TensorOptions = {}): Tensor {
  requireKnown("fullLike", arguments, 3, ["dtype", "requiresGrad"]);
  requireTensor("fullLike", like);
  if (typeof value !== "boolean") requireNumber("fullLike", "value", value);
  return filled("fullLike", like.shape, Number(value), { dtype: like.dtype, ...options });
}

function generate(
  operation: string,
  shape: Shape,
  dtype: DType,
  requiresGrad: boolean,
  at: (i: number) => number,
): Tensor {
  requireDType(operation, dtype);
  const result = engine.empty(shape, dtype);
  const memory = dtype === "int32" ? engine.i32 : engine.f32;
  const first = result.pointer >>> 2;
  for (let i = 0; i < result.count; i++) {
    memory[first + i] = dtype === "int32" ? requireInt32(operation, Math.trunc(at(i))) : at(i);
  }
  return finish(result, requiresGrad);
}

/** start, start+step, … before end: arange(end), arange(start, end), arange(start, end, step). */
export function arange(
  start: number,
  end?: number,
  step = 1,
  { dtype, requiresGrad = false }: TensorOptions = {},
): Tensor {
  requireKnown("arange", arguments, 4, ["dtype", "requiresGrad"]);
  const [from, to] = end === undefined ? [0, start] : [start, end];
  requireNumber("arange", "start", from);
  requireNumber("arange", "end", to);
  requireNumber("arange", "step", step);
  const count = Math.ceil((to - from) / step);
  if (!Number.isFinite(count) || count < 0) {
    throw new RangeError(`arange: expected a step that leads from ${from} to ${to}, got ${step}`);
  }
  const whole = [from, to, step].every(Number.isInteger);
  return generate(
    "arange",
    [count],
    dtype ?? (whole && !requiresGrad ? "int32" : "float32"),
    requiresGrad,
    (i) => from + i * step,
  );
}

/** `steps` numbers evenly from start to end, both included. */
export function linspace(
  start: number,
  end: number,
  steps: number,
  { dtype = "float32", requiresGrad = false }: TensorOptions = {},
): Tensor {
  requireKnown("linspace", arguments, 4, ["dtype", "requiresGrad"]);
  return generate("linspace", spaced("linspace", start, end, steps), dtype, requiresGrad, (i) =>
    between(start, end, steps, i),
  );
}

/** `steps` numbers from base^start to base^end, each the same factor above the last: learning rates to try. */
export function logspace(
  start: number,
  end: number,
  steps: number,
  { base = 10, dtype = "float32", requiresGrad = false }: TensorOptions & { readonly base?: number } = {},
): Tensor {
  requireKnown("logspace", arguments, 4, ["dtype", "requiresGrad", "base"]);
  requireNumber("logspace", "base", base);
  return generate(
    "logspace",
    spaced("logspace", start, end, steps),
    dtype,
    requiresGrad,
    (i) => base ** between(start, end, steps, i),
  );
}

function spaced(operation: string, start: number, end: number, steps: number): Shape {
  requireNumber(operation, "start", start);
  requireNumber(operation, "end", end);
  requireInteger(operation, "steps", steps, 0);
  return [steps];
}

function between(start: number, end: number, steps: number, i: number): number {
  return steps === 1 ? start : start + ((end - start) * i) / (steps - 1);
}

/** The identity matrix [n, n], or ones on the diagonal of [n, m]. */
export function eye(
  n: number,
  m = n,
  { dtype = "float32", requiresGrad = false }: TensorOptions = {},
): Tensor {
  requireKnown("eye", arguments, 3, ["dtype", "requiresGrad"]);
  checkShape("eye", [n, m]);
  return generate("eye", [n, m], dtype, requiresGrad, (i) => Number(Math.floor(i / m) === i % m));
}

/** Uniform random numbers in [0, 1). */
export function rand(
  shape: Shape,
  { generator = engine.generator, requiresGrad = false }: RandomOptions = {},
): Tensor {
  requireKnown("rand", arguments, 2, ["requiresGrad", "generator"]);
  requireGenerator("rand", generator);
  const result = engine.empty(checkShape("rand", shape), "float32");
  drawUniform(generator, result.storage, result.count);
  return finish(result, requiresGrad);
}

/** Standard normal random numbers. */
export function randn(
  shape: Shape,
  { generator = engine.generator, requiresGrad = false }: RandomOptions = {},
): Tensor {
  requireKnown("randn", arguments, 2, ["requiresGrad", "generator"]);
  requireGenerator("randn", generator);
  return generate("randn", checkShape("randn", shape), "float32", requiresGrad, () => generator.normal());
}

/** Uniform random numbers in [0, 1), float32 in the shape of another tensor. */
export function randLike(
  like: Tensor,
  { generator = engine.generator, requiresGrad }: RandomOptions = {},
): Tensor {
  requireKnown("randLike", arguments, 2, ["requiresGrad", "generator"]);
  requireTensor("randLike", like);
  requireGenerator("randLike", generator);
  return rand(like.shape, { generator, requiresGrad });
}

/** Standard normal random numbers, float32 in the shape of another tensor. */
export function randnLike(
  like: Tensor,
  { generator = engine.generator, requiresGrad }: RandomOptions = {},
): Tensor {
  requireKnown("randnLike", arguments, 2, ["requiresGrad", "generator"]);
  requireTensor("randnLike", like);
  requireGenerator("randnLike", generator);
  return randn(like.shape, { generator, requiresGrad });
}

/** 1 with the probability that stands in the same place of `probabilities`, else 0: any shape → the same, float32. */
export function bernoulli(
  probabilities: Tensor,
  { generator = engine.generator }: Pick<RandomOptions, "generator"> = {},
): Tensor {
  requireKnown("bernoulli", arguments, 2, ["generator"]);
  requireTensor("bernoulli", probabilities);
  requireGenerator("bernoulli", generator);
  const p = probabilities.to("float32").data;
  const odd = p.find((each) => !(each >= 0 && each <= 1));
  if (odd !== undefined) {
    throw new RangeError(`bernoulli: expected probabilities from 0 to 1, got ${odd}`);
  }
  return generate("bernoulli", probabilities.shape, "float32", false, (i) =>
    Number(generator.uniform() < p[i]!),
  );
}

/** Random whole numbers from low to high − 1, int32. */
export function randint(
  low: number,
  high: number,
  shape: Shape,
  {
    generator = engine.generator,
    dtype = "int32",
  }: Omit<RandomOptions, "requiresGrad"> & { readonly dtype?: DType } = {},
): Tensor {
  requireKnown("randint", arguments, 4, ["generator", "dtype"]);
  requireGenerator("randint", generator);
  if (!Number.isInteger(low) || !Number.isInteger(high) || high <= low || high - low > 2 ** 32) {
    throw new RangeError(
      `randint: expected whole numbers low < high, at most 2^32 apart, got ${describe(low)} and ${describe(high)}`,
    );
  }
  return generate(
    "randint",
    checkShape("randint", shape),
    dtype,
    false,
    () => low + generator.integer(high - low),
  );
}

/** 0 … n−1 in random order, int32. */
export function randperm(
  n: number,
  { generator = engine.generator }: Pick<RandomOptions, "generator"> = {},
): Tensor {
  requireKnown("randperm", arguments, 2, ["generator"]);
  requireGenerator("randperm", generator);
  requireInteger("randperm", "n", n, 0);
  if (n > 2 ** 31) throw new RangeError(`randperm: expected n up to 2^31, got ${n}`);
  return tensor(generator.permutation(n));
}
