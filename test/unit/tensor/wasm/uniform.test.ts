// Uniform random numbers of the kernel against the generator's own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Generator } from "../../../../kernel/tensor/math/random";
import { onEachEngine } from "./guardedMemory";

test("the stream of the generator, to the last bit, and where it stands afterwards", () => {
  onEachEngine((guarded, kernels) => {
    for (const seed of [0, 1, -7, 2 ** 52 + 12345]) {
      const generator = new Generator(seed);
      guarded.clear();
      const state = guarded.buffer(4);
      state.integers.set(generator.getState());
      for (const n of [0, 1, 2, 1000]) {
        const y = guarded.buffer(n);
        kernels.uniform({ state: state.pointer, y: y.pointer, n });
        assert.deepEqual(
          y.floats,
          Float32Array.from({ length: n }, () => generator.uniform()),
        );
        assert.deepEqual([...state.integers], [...Int32Array.from(generator.getState())]);
      }
      guarded.checkGuards(`seed ${seed}`);
    }
  });
});
