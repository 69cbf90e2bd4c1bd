// The finite-difference check behind the one-line tests of gradients.

import assert from "node:assert/strict";
import { Generator, noGrad, type Tensor, tensor } from "../../../kernel/tensor";

/** A leaf of numbers in [low, high), the same in every run. */
export function leaf(shape: readonly number[], { seed = 1, low = -2, high = 2 } = {}): Tensor {
  const generator = new Generator(seed);
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Float32Array.from({ length: count }, () => low + (high - low) * generator.uniform());
  return tensor(values, { shape, requiresGrad: true });
}

/**
 * Compares the gradients of Σ f(inputs)·w, w fixed and random, with central differences. In float32 a difference over
 * 2h carries about 1e-7/h of rounding and h² of curvature: h = 1e-2 and a tolerance of 2e-2 tell a wrong rule from both.
 */
export function checkGradient(f: (...inputs: Tensor[]) => Tensor, inputs: Tensor[], tolerance = 2e-2): void {
  const output = f(...inputs);
  const weights = leaf(output.shape, { seed: 99, low: 0.5, high: 1.5 }).detach();
  for (const input of inputs) input.grad = null;
  output.mul(weights).sum().backward();
  const h = 1e-2;
  for (const [which, input] of inputs.entries()) {
    const gradient = input.grad?.data ?? new Float32Array(input.numel());
    const values = input.data;
    const total = () => {
      let sum = 0;
      for (const term of noGrad(() => f(...inputs).mul(weights)).data) sum += term;
      return sum;
    };
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      values[i] = value + h;
      const above = total();
      values[i] = value - h;
      const below = total();
      values[i] = value;
      const expected = (above - below) / (2 * h);
      const error = Math.abs(gradient[i]! - expected);
      assert.ok(
        error <= tolerance * Math.max(1, Math.abs(expected)),
        `input ${which}, element ${i}: expected gradient ${expected}, got ${gradient[i]}`,
      );
    }
  }
}
