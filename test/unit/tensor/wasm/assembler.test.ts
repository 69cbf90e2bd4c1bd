// The encodings: LEB128, and modules that engines accept and run as written.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  assemble,
  f32x4,
  i32,
  signedLeb,
  times,
  unsignedLeb,
  v128,
} from "../../../../kernel/tensor/wasm/emit/assembler";
import { detectSimd } from "../../../../kernel/tensor/wasm/emit/target";

test("unsigned LEB128 as the specification's examples, up to 2^32 − 1", () => {
  assert.equal(unsignedLeb(0), "\x00");
  assert.equal(unsignedLeb(127), "\x7f");
  assert.equal(unsignedLeb(128), "\x80\x01");
  assert.equal(unsignedLeb(624485), "\xe5\x8e\x26");
  assert.equal(unsignedLeb(2 ** 32 - 1), "\xff\xff\xff\xff\x0f");
});

test("signed LEB128 keeps the sign in bit 6 of the last byte", () => {
  assert.equal(signedLeb(0), "\x00");
  assert.equal(signedLeb(63), "\x3f");
  assert.equal(signedLeb(64), "\xc0\x00");
  assert.equal(signedLeb(-1), "\x7f");
  assert.equal(signedLeb(-64), "\x40");
  assert.equal(signedLeb(-65), "\xbf\x7f");
  assert.equal(signedLeb(-123456), "\xc0\xbb\x78");
  assert.equal(signedLeb(2 ** 31), signedLeb(-(2 ** 31)), "an address over 2 GiB is the same 32 bits");
});

test("i32.const gives the engine every value back", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const word = new Int32Array(memory.buffer);
  for (const value of [0, 1, -1, 63, 64, -64, -65, 8191, 8192, 2 ** 31 - 1, -(2 ** 31)]) {
    run(memory, () => i32.store(i32.const(0), i32.const(value)));
    assert.equal(word[0], value);
  }
});

test("a loop with locals, lanes and shuffles over shared and unshared memory", () => {
  for (const shared of [false, true]) {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared });
    const floats = new Float32Array(memory.buffer);
    floats.set([1, 2, 3, 4]);
    run(memory, (f) => {
      const [x, count] = [f.local("v128"), f.local("i32")];
      return [
        x.set(v128.load(i32.const(0))),
        times(count, i32.const(3), x.set(f32x4.add(x.get, x.get))),
        times(count, i32.const(0), x.set(v128.zero)), // never
        v128.store(i32.const(16), v128.shuffle(x.get, x.get, [3, 2, 1, 0])),
        v128.storeLane(i32.const(32), x.get, 2, 4),
      ];
    });
    assert.deepEqual([...floats.subarray(4, 10)], [32, 24, 16, 8, 0, 24]);
  }
});

test("pmin and pmax keep the first operand where either is NaN", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const floats = new Float32Array(memory.buffer);
  floats.set([Number.NaN, 5, 1, 2, 7, Number.NaN, 2, 1]);
  for (const [choose, expected] of [
    [f32x4.pmin, [Number.NaN, 5, 1, 1]],
    [f32x4.pmax, [Number.NaN, 5, 2, 2]],
  ] as const) {
    run(memory, () => v128.store(i32.const(32), choose(v128.load(i32.const(0)), v128.load(i32.const(16)))));
    assert.deepEqual([...floats.subarray(8, 12)], expected);
  }
});

test("this engine has SIMD, and a malformed body is refused", () => {
  assert.equal(detectSimd().simd, true);
  assert.equal(WebAssembly.validate(assemble({ shared: false }, [], () => i32.const(1))), false);
});

function run(memory: WebAssembly.Memory, build: Parameters<typeof assemble>[2]): void {
  const shared = memory.buffer instanceof SharedArrayBuffer;
  const code: Uint8Array<ArrayBuffer> = assemble({ shared }, [], build);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(code), { m: { m: memory, s: 0 } });
  (instance.exports.run as () => void)();
}
