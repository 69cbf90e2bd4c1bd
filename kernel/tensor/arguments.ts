// What is asked of tensors, and of all arguments, before anything happens with them. Throws in words; computes nothing.

import { describe, isTensorLike } from "../arguments";
import type { DType } from "./dtype";
import { Generator } from "./math/random";
import { sameShape, show } from "./shape";
import type { Tensor } from "./tensor";

export * from "../arguments";

function isTensor(value: unknown): value is Tensor {
  return isTensorLike(value);
}

export function requireTensor(operation: string, x: Tensor, name = ""): void {
  if (isTensor(x)) return;
  throw new TypeError(
    `${operation}: expected ${name === "" ? "" : `${name} to be `}a tensor, got ${describe(x)}${ArrayBuffer.isView(x) ? "; pass the tensor itself, not its .data, which is an array of its numbers" : ""}`,
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

export function requireGenerator(operation: string, generator: Generator): void {
  if (generator instanceof Generator) return;
  throw new TypeError(`${operation}: expected a Generator, got ${describe(generator)}`);
}
