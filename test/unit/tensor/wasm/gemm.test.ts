// Matrix products against the reference: every transposition, every edge, accumulation, packing and k-blocks.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { createKernels } from "../../../../kernel/tensor/wasm";
import { ShapeCache } from "../../../../kernel/tensor/wasm/product/shapeCache";
import { assertClose, type GuardedMemory, onEachEngine, randomNumbers } from "./guardedMemory";

type Case = [m: number, n: number, k: number];

/**
 * Compares one product with the reference within 8·√k·2⁻²⁴ of Σ|a||b|: rounding errors add up like a random walk. What the reference
 * gave is kept in `known`, for engines that get the same numbers.
 */
function check(
  guarded: GuardedMemory,
  kernels: ReturnType<typeof createKernels>,
  [m, n, k]: Case,
  transA: boolean,
  transB: boolean,
  accumulate: boolean,
  random: () => number,
  known?: Map<string, { readonly expected: Float32Array; readonly sizes: Float32Array }>,
): void {
  guarded.clear();
  const number = () => random() * 2 - 1;
  const a = guarded.buffer(m * k, number);
  const b = guarded.buffer(k * n, number);
  const c = guarded.buffer(m * n, number);
  const expected = guarded.buffer(m * n, (i) => c.floats[i]!);
  const sizes = guarded.buffer(m * n, (i) => (accumulate ? Math.abs(c.floats[i]!) : 0));
  const flags = { m, n, k, transA, transB, accumulate };
  kernels.gemm({ a: a.pointer, b: b.pointer, c: c.pointer, ...flags });
  const what = `${m}×${n}×${k}${transA ? " Aᵀ" : ""}${transB ? " Bᵀ" : ""}${accumulate ? " +" : ""}`;
  const old = known?.get(what);
  if (old) expected.floats.set(old.expected);
  else guarded.reference.gemm({ a: a.pointer, b: b.pointer, c: expected.pointer, ...flags });
  guarded.checkGuards(`${kernels.name} ${what}`);
  if (old) sizes.floats.set(old.sizes);
  else {
    for (const matrix of [a, b])
      matrix.floats.forEach((x, i) => {
        matrix.floats[i] = Math.abs(x);
      });
    guarded.reference.gemm({ a: a.pointer, b: b.pointer, c: sizes.pointer, ...flags });
    known?.set(what, { expected: expected.floats.slice(), sizes: sizes.floats.slice() });
  }
  const relative = (8 * Math.sqrt(k + 1)) / 2 ** 24;
  assertClose(`${kernels.name} ${what}`, c.floats, expected.floats, relative, (i) => sizes.floats[i]!);
}

const bools = [false, true];

test("gemm, all shapes of 0, 1, 3, 4, 5, 7, 9, 13 and all flags: 8·√k·2⁻²⁴ of Σ|a||b|", () => {
  const sides = [0, 1, 3, 4, 5, 7, 9, 13];
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(1);
    for (const m of sides)
      for (const n of sides)
        for (const k of [0, 1, 2, 5, 8]) {
          const pick = () => random() < 0.5;
          check(guarded, kernels, [m, n, k], pick(), pick(), pick(), random);
        }
  });
});

test("gemm, random shapes through blocks of rows (192) and of k (512), all flags", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(2);
    const size = (most: number) => 1 + Math.floor(random() * most);
    for (const transA of bools)
      for (const transB of bools)
        for (const accumulate of bools)
          for (const shape of [
            [size(40), size(40), size(90)],
            [193 + size(100), size(30), size(20)],
            [256 + size(30), size(20), size(20)],
            [size(9), size(50), 513 + size(600)],
            [size(9), size(3), size(1100)],
          ] as Case[])
            check(guarded, kernels, shape, transA, transB, accumulate, random);
  });
});

test("gemm, the shapes of a small network", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(3);
    for (const [shape, transA, transB] of [
      [[60, 100, 784], false, false],
      [[784, 100, 60], true, false],
      [[60, 784, 100], false, true],
      [[60, 10, 100], false, false],
      [[1, 100, 784], false, true],
      [[2, 77, 130], false, true],
      [[1, 13, 3], false, true],
    ] as [Case, boolean, boolean][])
      check(guarded, kernels, shape, transA, transB, false, random);
  });
});

test("gemm, shapes large enough to pack A: rests of rows, columns and k", () => {
  const known = new Map();
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(20);
    check(guarded, kernels, [200, 67, 660], true, false, true, random, known);
    check(guarded, kernels, [200, 67, 660], true, true, false, random, known);
    check(guarded, kernels, [515, 261, 257], false, false, true, random, known);
    check(guarded, kernels, [387, 257, 350], false, true, false, random, known);
  });
});

test("gemm reads nothing beyond an operand at the end of the memory", () => {
  onEachEngine((guarded, kernels) => {
    for (const transA of bools)
      for (const transB of bools)
        for (const n of [1, 2, 3, 5, 11]) {
          const [m, k] = [7, 9];
          guarded.clear();
          const other = guarded.buffer(n * k + m * k, () => 1);
          const c = guarded.buffer(m * n);
          const atEnd = guarded.bufferAtEnd(k * n, () => 1);
          kernels.gemm({
            a: other.pointer,
            b: atEnd.pointer,
            c: c.pointer,
            m,
            n,
            k,
            transA,
            transB,
            accumulate: false,
          });
          assert.ok(c.floats.every((x) => x === k));
          const a = guarded.bufferAtEnd(m * k, () => 1);
          kernels.gemm({
            a: a.pointer,
            b: other.pointer,
            c: c.pointer,
            m,
            n,
            k,
            transA,
            transB,
            accumulate: false,
          });
          assert.ok(c.floats.every((x) => x === k));
        }
  });
});

test("gemm carries NaN and ∞ to their own row and column only", () => {
  onEachEngine((guarded, kernels) => {
    guarded.clear();
    const [m, n, k] = [9, 11, 6];
    const a = guarded.buffer(m * k, (i) => (i === 2 * k + 3 ? Number.NaN : 1));
    const b = guarded.buffer(k * n, (i) => (i === n + 10 ? Number.POSITIVE_INFINITY : 1));
    const c = guarded.buffer(m * n);
    kernels.gemm({
      a: a.pointer,
      b: b.pointer,
      c: c.pointer,
      m,
      n,
      k,
      transA: false,
      transB: false,
      accumulate: false,
    });
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++)
        assert.equal(c.floats[i * n + j], i === 2 ? Number.NaN : j === 10 ? Number.POSITIVE_INFINITY : k);
  });
});

test("shapes that vary without end hold at most two generations of modules, and give the right one back", () => {
  const made: string[] = [];
  const cache = new ShapeCache((shape) => {
    made.push(`${shape.m}`);
    return () => {};
  }, 4);
  const kept = cache.get(1000, 2, 3, false, false);
  for (let m = 1; m <= 100; m++) {
    cache.get(m, 2, 3, false, false);
    assert.equal(cache.get(1000, 2, 3, false, false), kept, "what is in use is never dropped");
    assert.ok(cache.size <= 8);
  }
  assert.equal(made.length, 101);
  assert.notEqual(cache.get(1000, 2, 3, true, false), cache.get(1000, 2, 3, false, true));
  assert.notEqual(cache.get(2 ** 17, 0, 3, false, false), cache.get(0, 1, 3, false, false));
});
