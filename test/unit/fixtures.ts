// Reads the PyTorch fixtures of test/fixtures/ (see generate.py there) and compares tensors with them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Tensor, tensor } from "../../kernel/tensor";

/** A tensor as the fixtures write it, flat and row-major. */
export interface Packed {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, "../fixtures", `${name}.json`), "utf8")) as T;
}

/** A float32 tensor, a leaf that requires grad if asked. */
export function unpack({ shape, data }: Packed, { requiresGrad = false } = {}): Tensor {
  return tensor(Float32Array.from(data), { shape, requiresGrad });
}

/** An int32 tensor. */
export function unpackInt({ shape, data }: Packed): Tensor {
  return tensor(Int32Array.from(data), { shape });
}

/** |actual − expected| ≤ atol + rtol·|expected| everywhere, and equal shapes. */
export function assertClose(
  actual: Tensor | null,
  expected: Packed,
  { rtol, atol }: { rtol: number; atol: number },
  what: string,
): void {
  assert.ok(actual !== null, `${what}: expected a tensor, got null`);
  assert.deepEqual([...actual.shape], [...expected.shape], `${what}: shape`);
  const values = actual.detach().contiguous().data;
  for (const [i, want] of expected.data.entries()) {
    const got = values[i]!;
    const error = Math.abs(got - want);
    assert.ok(
      error <= atol + rtol * Math.abs(want),
      `${what}: expected ${want} at ${i}, got ${got}: off by ${error.toExponential(1)} (rtol ${rtol}, atol ${atol})`,
    );
  }
}

/** A function of tensors with its result for some, and its gradients for `dy`. */
export interface Case {
  readonly op: string;
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputs: readonly Packed[];
  readonly output: Packed;
  readonly dy: Packed;
  readonly grads: readonly Packed[];
}

/** Runs forward and backward, and compares the output and each gradient. */
export function assertCase(
  { inputs, output, dy, grads }: Omit<Case, "args">,
  run: (...leaves: Tensor[]) => Tensor,
  tolerance = { rtol: 1e-5, atol: 5e-6 },
): void {
  const leaves = inputs.map((input) => unpack(input, { requiresGrad: true }));
  const y = run(...leaves);
  assertClose(y, output, tolerance, "output");
  y.backward(unpack(dy));
  for (const [i, leaf] of leaves.entries()) assertClose(leaf.grad, grads[i]!, tolerance, `gradient ${i}`);
}
