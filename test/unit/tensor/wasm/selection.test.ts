// The choice of kernels: what the options ask for and what the engine has.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createKernels, reservedBytes } from "../../../../kernel/tensor/wasm";
import { detectSimd } from "../../../../kernel/tensor/wasm/emit/target";

test("createKernels takes the best the engine has, less if asked, and plain TypeScript if SIMD is off", () => {
  const memory = new WebAssembly.Memory({ initial: 8 });
  const best = detectSimd().relaxed ? "wasm-relaxed-simd" : "wasm-simd";
  assert.equal(createKernels(memory).name, best);
  const widest = detectSimd().relaxed ? "wasm-revec-simd" : "wasm-simd";
  assert.equal(createKernels(memory, { simd: "revec" }).name, widest);
  assert.equal(createKernels(memory, { simd: "fixed" }).name, "wasm-simd");
  assert.equal(createKernels(memory, { simd: "off" }).name, "reference");
});

test("createKernels refuses a memory smaller than its reserved bytes", () => {
  assert.throws(() => createKernels(new WebAssembly.Memory({ initial: 1 })), {
    name: "RangeError",
    message: new RegExp(`at least ${reservedBytes} bytes, got 65536`),
  });
});

test("pointers above 2 GiB work", () => {
  const memory = new WebAssembly.Memory({ initial: 32768 + 2 });
  for (const simd of ["revec", "plain", "fixed", "off"] as const) {
    const kernels = createKernels(memory, { simd });
    const pointer = 2 ** 31 + 4;
    kernels.fill({ y: pointer, value: 3, n: 7 });
    kernels.scale({ alpha: 2, x: pointer, y: pointer, n: 6 });
    kernels.gemm({
      a: pointer,
      b: pointer,
      c: pointer + 64,
      m: 2,
      n: 2,
      k: 3,
      transA: false,
      transB: false,
      accumulate: false,
    });
    assert.deepEqual([...new Float32Array(memory.buffer, pointer, 7)], [6, 6, 6, 6, 6, 6, 3]);
    assert.deepEqual([...new Float32Array(memory.buffer, pointer + 64, 4)], [108, 108, 108, 108]);
  }
});
