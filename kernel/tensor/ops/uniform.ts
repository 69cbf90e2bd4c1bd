// Uniform random numbers straight into a storage.

import type { Generator } from "../math/random";
import type { Storage } from "../storage";

/** Writes the generator's next `count` numbers within [0, 1) to the start of `to`. */
export function drawUniform(generator: Generator, to: Storage, count: number): void {
  const { engine } = to;
  const state = engine.allocate(4);
  const at = state.pointer >>> 2;
  const words = engine.i32.subarray(at, at + 4);
  const [a = 0, b = 0, c = 0, d = 0, ...spare] = generator.getState();
  words.set([a, b, c, d]);
  engine.kernels.uniform({ state: state.pointer, y: to.pointer, n: count });
  generator.setState([...words, ...spare]);
  engine.release(state);
}
