// What is asked of arguments before anything happens with them. Throws in words; computes nothing, knows no operation.

import type { DType } from "./dtype";
import { Generator } from "./math/random";
import { type Shape, sameShape, show } from "./shape";
import type { Tensor } from "./tensor";

/** A value as errors name it. */
export function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === "number") return String(value);
  if (isTensor(value)) return `a tensor ${show(value.shape)} ${value.dtype}`;
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "object") return `${typeof value} ${String(value)}`;
  const kind = value.constructor?.name ?? "Object";
  return kind === "Object" ? "an object" : `a ${kind}`; // a module passed for its parameters, say
}

function isTensor(value: unknown): value is Tensor {
  return typeof value === "object" && value !== null && "storage" in value && "shape" in value;
}

export function requireTensor(operation: string, x: Tensor, name = ""): void {
  if (isTensor(x)) return;
  throw new TypeError(
    `${operation}: expected ${name === "" ? "" : `${name} to be `}a tensor, got ${describe(x)}`,
  );
}

/** An optional parameter of one value for each of something: float32 [size], or null for none. */
export function requireVector(
  operation: string,
  name: string,
  x: Tensor | null | undefined,
  size: number,
): void {
  if (x === null || x === undefined) return;
  requireTensor(operation, x, name);
  if (!sameShape(x.shape, [size]) || x.dtype !== "float32") {
    throw new RangeError(`${operation}: expected ${name} [${size}] float32, got ${show(x.shape)} ${x.dtype}`);
  }
}

export function requireTensors(operation: string, list: readonly Tensor[]): void {
  if (!Array.isArray(list)) {
    throw new TypeError(`${operation}: expected an array of tensors, got ${describe(list)}`);
  }
  for (const x of list) requireTensor(operation, x);
}

export function requireRank(operation: string, x: Tensor, rank: number, letters: string): void {
  requireTensor(operation, x);
  if (x.shape.length !== rank) {
    throw new RangeError(`${operation}: expected a tensor [${letters}], got ${show(x.shape)}`);
  }
}

/** Any number, NaN and infinities too. */
export function requireNumber(operation: string, name: string, value: number): void {
  if (typeof value !== "number") {
    throw new TypeError(`${operation}: expected ${name} to be a number, got ${describe(value)}`);
  }
}

/** Each of the named values, of any size. */
export function requireNumbers(operation: string, values: Readonly<Record<string, number>>): void {
  for (const name in values) requireNumber(operation, name, values[name]!);
}

export function requireInteger(
  operation: string,
  name: string,
  value: number | undefined,
  least = Number.MIN_SAFE_INTEGER,
): asserts value is number {
  if (Number.isSafeInteger(value) && value! >= least) return;
  const bound = least === Number.MIN_SAFE_INTEGER ? "" : ` ≥ ${least}`;
  throw new RangeError(`${operation}: expected ${name} to be a whole number${bound}, got ${describe(value)}`);
}

export function requireDType(operation: string, dtype: DType): void {
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") {
    throw new TypeError(`${operation}: expected dtype "float32", "int32" or "bool", got ${describe(dtype)}`);
  }
}

export function requireMask(operation: string, mask: Tensor): void {
  requireTensor(operation, mask);
  if (mask.dtype !== "bool") {
    throw new TypeError(
      `${operation}: expected a bool mask, got ${mask.dtype}; make one by comparing, e.g. x.gt(0)`,
    );
  }
}

/** A probability or share. */
export function requireShare(operation: string, name: string, value: number): void {
  if (typeof value === "number" && value >= 0 && value <= 1) return;
  throw new RangeError(`${operation}: expected ${name} from 0 to 1, got ${describe(value)}`);
}

export function requireGenerator(operation: string, generator: Generator): void {
  if (generator instanceof Generator) return;
  throw new TypeError(`${operation}: expected a Generator, got ${describe(generator)}`);
}

export function requireFunction(operation: string, value: unknown): void {
  if (typeof value !== "function") {
    throw new TypeError(`${operation}: expected a function, got ${describe(value)}`);
  }
}

/** Sizes or dims as an array of whole numbers. */
export function requireIntegers(operation: string, name: string, values: Shape): void {
  if (!Array.isArray(values) || !values.every(Number.isSafeInteger)) {
    const got = Array.isArray(values) ? show(values) : describe(values);
    throw new TypeError(`${operation}: expected ${name} as an array of whole numbers, got ${got}`);
  }
}
