// New tensors: from JavaScript values, constant, ranged, random.

import type { DType, NestedInput } from "./dtype";
import type { Generator } from "./random";
import { engine } from "./runtime";
import { checkShape, countOf, type Shape, show } from "./shape";
import type { Tensor } from "./tensor";

export interface TensorOptions {
  /** Default "float32". */
  readonly dtype?: DType;
  /** Whether backward() gives it a gradient. */
  readonly requiresGrad?: boolean;
}

export interface RandomOptions extends TensorOptions {
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
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/**
 * A tensor of the given values: a number, nested arrays of equal lengths, or a typed array with a shape. Numbers give
 * float32, booleans bool; an Int32Array gives int32. Values are copied.
 */
export function tensor(
  values: NestedInput | NumberArray,
  options?: TensorOptions & { readonly shape?: Shape },
): Tensor {
  const { shape, requiresGrad = false } = options ?? {};
  const flat: number[] | NumberArray = isNumberArray(values) ? values : [];
  let sizes: Shape = [flat.length];
  let allBool = false;
  if (!isNumberArray(values)) {
    sizes = sizesOf(values);
    allBool = flatten(values, 0, sizes, flat as number[]) && flat.length > 0;
  }
  const dtype = options?.dtype ?? (allBool ? "bool" : values instanceof Int32Array ? "int32" : "float32");
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
  else memory.set(flat, first);
  return finish(result, requiresGrad);
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
    const got =
      typeof values === "number" ? "a number" : typeof values === "object" ? "an object" : typeof values;
    throw new TypeError(
      `tensor: expected numbers or booleans nested as ${show(sizes)}, got ${got} at depth ${depth}`,
    );
  }
  into.push(Number(values));
  return typeof values === "boolean";
}

function finish(result: Tensor, requiresGrad: boolean): Tensor {
  return requiresGrad ? result.requiresGrad_() : result;
}

/** Every element `value`. */
export function full(
  shape: Shape,
  value: number,
  { dtype = "float32", requiresGrad = false }: TensorOptions = {},
): Tensor {
  const result = engine.empty(checkShape("full", shape), dtype);
  const first = result.pointer >>> 2;
  if (dtype === "int32") engine.i32.fill(value, first, first + result.count);
  else engine.kernels.fill(result.pointer, dtype === "bool" ? Number(value !== 0) : value, result.count);
  return finish(result, requiresGrad);
}

/** Every element 0. */
export function zeros(shape: Shape, options?: TensorOptions): Tensor {
  return full(shape, 0, options);
}

/** Every element 1. */
export function ones(shape: Shape, options?: TensorOptions): Tensor {
  return full(shape, 1, options);
}

/** Zeros in the shape (and, unless told otherwise, dtype) of another tensor. */
export function zerosLike(like: Tensor, options: TensorOptions = {}): Tensor {
  return full(like.shape, 0, { dtype: like.dtype, ...options });
}

/** Ones in the shape (and, unless told otherwise, dtype) of another tensor. */
export function onesLike(like: Tensor, options: TensorOptions = {}): Tensor {
  return full(like.shape, 1, { dtype: like.dtype, ...options });
}

function generate(shape: Shape, dtype: DType, requiresGrad: boolean, at: (i: number) => number): Tensor {
  const result = engine.empty(shape, dtype);
  const memory = dtype === "int32" ? engine.i32 : engine.f32;
  const first = result.pointer >>> 2;
  for (let i = 0; i < result.count; i++) memory[first + i] = at(i);
  return finish(result, requiresGrad);
}

/** start, start+step, … before end: arange(end), arange(start, end), arange(start, end, step). */
export function arange(
  start: number,
  end?: number,
  step = 1,
  { dtype, requiresGrad = false }: TensorOptions = {},
): Tensor {
  const [from, to] = end === undefined ? [0, start] : [start, end];
  const count = Math.ceil((to - from) / step);
  if (!Number.isFinite(count) || count < 0) {
    throw new RangeError(`arange: expected a step that leads from ${from} to ${to}, got ${step}`);
  }
  const whole = [from, to, step].every(Number.isInteger);
  return generate(
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
  checkShape("linspace", [steps]);
  return generate([steps], dtype, requiresGrad, (i) =>
    steps === 1 ? start : start + ((end - start) * i) / (steps - 1),
  );
}

/** The identity matrix [n, n], or ones on the diagonal of [n, m]. */
export function eye(
  n: number,
  m = n,
  { dtype = "float32", requiresGrad = false }: TensorOptions = {},
): Tensor {
  checkShape("eye", [n, m]);
  return generate([n, m], dtype, requiresGrad, (i) => Number(Math.floor(i / m) === i % m));
}

/** Uniform random numbers in [0, 1). */
export function rand(
  shape: Shape,
  { generator = engine.generator, requiresGrad = false }: RandomOptions = {},
): Tensor {
  return generate(checkShape("rand", shape), "float32", requiresGrad, () => generator.uniform());
}

/** Standard normal random numbers. */
export function randn(
  shape: Shape,
  { generator = engine.generator, requiresGrad = false }: RandomOptions = {},
): Tensor {
  return generate(checkShape("randn", shape), "float32", requiresGrad, () => generator.normal());
}

/** Random whole numbers from low to high − 1, int32. */
export function randint(
  low: number,
  high: number,
  shape: Shape,
  { generator = engine.generator, dtype = "int32" }: RandomOptions = {},
): Tensor {
  if (!Number.isInteger(low) || !Number.isInteger(high) || high <= low) {
    throw new RangeError(`randint: expected whole numbers low < high, got ${low} and ${high}`);
  }
  return generate(checkShape("randint", shape), dtype, false, () => low + generator.integer(high - low));
}

/** 0 … n−1 in random order, int32. */
export function randperm(n: number, { generator = engine.generator }: RandomOptions = {}): Tensor {
  checkShape("randperm", [n]);
  return tensor(generator.permutation(n));
}
