// Inputs for the one-line tests of gradients.

import { Generator, type Tensor, tensor } from "../../../kernel/tensor";

/** A leaf of numbers in [low, high), the same in every run. */
export function leaf(shape: readonly number[], { seed = 1, low = -2, high = 2 } = {}): Tensor {
  const generator = new Generator(seed);
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Float32Array.from({ length: count }, () => low + (high - low) * generator.uniform());
  return tensor(values, { shape, requiresGrad: true });
}

/** Numbers 0.3 apart in a fixed disorder: no step of the finite differences changes which is the greatest. */
export function apart(shape: readonly number[]): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Float32Array.from({ length: count }, (_, i) => 0.3 * ((i * 11) % count) - 0.15 * count);
  return tensor(values, { shape, requiresGrad: true });
}
