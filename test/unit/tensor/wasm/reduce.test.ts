// Reductions, softmax and transposition against the reference.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReduceOp } from "../../../../kernel/tensor/wasm/kernels";
import { assertClose, onEachEngine, randomNumbers } from "./guardedMemory";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const sizes = [0, 1, 3, 4, 5, 9, 16, 21, 67];

for (const op of ["sum", "mean", "prod", "max", "min", "argmax", "argmin"] as ReduceOp[]) {
  test(`${op} along runs and down columns, any sizes: within 1e-6 of Σ|x|, ${op.startsWith("arg") ? "indices" : "extremes"} exact`, () => {
    onEachEngine((guarded, kernels) => {
      const random = randomNumbers(10);
      for (const outer of [0, 1, 3])
        for (const n of [...sizes, 1100])
          for (const inner of n > 100 ? [1, 5] : [0, ...sizes]) {
            guarded.clear();
            const length = outer * n * inner;
            const oddity = random() < 0.2 ? Math.floor(random() * length) : -1;
            // Few distinct values, so that the first of equals matters.
            const x = guarded.buffer(length, (i) => (i === oddity ? nan : Math.round(random() * 12 - 6) / 4));
            const y = guarded.buffer(outer * inner);
            const expected = guarded.buffer(outer * inner);
            kernels.reduce(op, { x: x.pointer, y: y.pointer, outer, n, inner });
            guarded.reference.reduce(op, { x: x.pointer, y: expected.pointer, outer, n, inner });
            const what = `${kernels.name} ${op} [${outer}, ${n}, ${inner}]`;
            if (op.startsWith("arg")) assert.deepEqual(y.integers, expected.integers, what);
            else {
              const scale = op === "sum" || op === "mean" ? (op === "mean" ? 1.5 : 1.5 * n) : 0;
              assertClose(what, y.floats, expected.floats, 1e-6, () => scale);
            }
            guarded.checkGuards(what);
          }
    });
  });
}

test("a sum or mean of 1e6 terms keeps 6 digits: relative error below 1e-6, along a run and down a column", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(11);
    guarded.clear();
    const n = 1_000_000;
    const x = guarded.buffer(n, () => 0.1 + random() * 1e-3);
    const y = guarded.buffer(4);
    const exact = x.floats.reduce((sum, value) => sum + value, 0);
    kernels.reduce("sum", { x: x.pointer, y: y.pointer, outer: 1, n, inner: 1 });
    assert.ok(Math.abs(y.floats[0]! / exact - 1) < 1e-6);
    kernels.reduce("mean", { x: x.pointer, y: y.pointer, outer: 1, n, inner: 1 });
    assert.ok(Math.abs((y.floats[0]! * n) / exact - 1) < 1e-6);
    kernels.reduce("sum", { x: x.pointer, y: y.pointer, outer: 1, n: n / 4, inner: 4 });
    const total = y.floats.reduce((sum, value) => sum + value, 0);
    assert.ok(Math.abs(total / exact - 1) < 1e-6);
  });
});

test("max and min: NaN wins wherever it stands, ∞ is a number; so for argmax and argmin", () => {
  onEachEngine((guarded, kernels) => {
    for (const n of [1, 4, 5, 19]) {
      for (let place = 0; place < n; place++) {
        guarded.clear();
        const x = guarded.buffer(n, (i) => (i === place ? nan : i % 2 ? infinity : -infinity));
        const y = guarded.buffer(1);
        for (const op of ["max", "min"] as const) {
          kernels.reduce(op, { x: x.pointer, y: y.pointer, outer: 1, n, inner: 1 });
          assert.equal(y.floats[0], nan);
        }
        for (const op of ["argmax", "argmin"] as const) {
          kernels.reduce(op, { x: x.pointer, y: y.pointer, outer: 1, n, inner: 1 });
          assert.equal(y.integers[0], place);
        }
        x.floats[place] = -infinity;
        kernels.reduce("max", { x: x.pointer, y: y.pointer, outer: 1, n, inner: 1 });
        assert.equal(y.floats[0], Math.max(...x.floats));
      }
    }
  });
});

test("reductions read nothing beyond the end of the memory", () => {
  onEachEngine((guarded, kernels) => {
    for (const op of ["sum", "max", "argmin", "prod"] as const)
      for (const n of [1, 2, 3, 5, 17])
        for (const inner of [1, 3, 6]) {
          guarded.clear();
          const y = guarded.buffer(inner);
          const x = guarded.bufferAtEnd(n * inner, () => 1);
          kernels.reduce(op, { x: x.pointer, y: y.pointer, outer: 1, n, inner });
          if (op === "argmin") assert.equal(y.integers[0], 0);
          else assert.equal(y.floats[inner - 1], op === "sum" ? n : 1);
        }
  });
});

test("logSoftmax: 4 ulp of the largest |x − max| + log Σ; ±100 and ∞ as in the reference", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(12);
    for (const rows of [0, 1, 3])
      for (const columns of [1, 2, 3, 4, 5, 10, 16, 33, 700])
        for (const spread of [1, 100]) {
          guarded.clear();
          const x = guarded.buffer(rows * columns, () => (random() * 2 - 1) * spread + 1000);
          const y = guarded.buffer(rows * columns);
          const expected = guarded.buffer(rows * columns);
          kernels.logSoftmax({ x: x.pointer, logProbabilities: y.pointer, rows, columns });
          guarded.reference.logSoftmax({ x: x.pointer, logProbabilities: expected.pointer, rows, columns });
          assertClose("logSoftmax", y.floats, expected.floats, 0, () => 1, 4 * 2 ** -23 * (2 * spread + 7));
          guarded.checkGuards("logSoftmax");
        }
    for (const row of [
      [1, -infinity, 2],
      [1, infinity, 2],
      [1, nan, 2],
      [-infinity, -infinity, -infinity],
    ]) {
      guarded.clear();
      const x = guarded.buffer(3, (i) => row[i]!);
      const y = guarded.buffer(3);
      const expected = guarded.buffer(3);
      kernels.logSoftmax({ x: x.pointer, logProbabilities: y.pointer, rows: 1, columns: 3 });
      guarded.reference.logSoftmax({ x: x.pointer, logProbabilities: expected.pointer, rows: 1, columns: 3 });
      assertClose(`logSoftmax of ${row}`, y.floats, expected.floats, 1e-6);
    }
  });
});

test("crossEntropy: loss within 2e-6 relative, gradient within 4e-7, each row of it sums to 0", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(13);
    for (const rows of [0, 1, 5, 60])
      for (const columns of [1, 2, 3, 10, 17, 100]) {
        guarded.clear();
        const x = guarded.buffer(rows * columns, () => random() * 10 - 5);
        const targets = guarded.buffer(rows);
        for (let i = 0; i < rows; i++) targets.integers[i] = Math.floor(random() * columns);
        const [loss, expectedLoss] = [guarded.buffer(1), guarded.buffer(1)];
        const [d, expected] = [guarded.buffer(rows * columns), guarded.buffer(rows * columns)];
        kernels.crossEntropy({
          logits: x.pointer,
          targets: targets.pointer,
          loss: loss.pointer,
          dLogits: d.pointer,
          rows,
          columns,
        });
        guarded.reference.crossEntropy({
          logits: x.pointer,
          targets: targets.pointer,
          loss: expectedLoss.pointer,
          dLogits: expected.pointer,
          rows,
          columns,
        });
        guarded.checkGuards("crossEntropy");
        assertClose("loss", loss.floats, expectedLoss.floats, 2e-6, undefined, 1e-6);
        assertClose("dLogits", d.floats, expected.floats, 0, () => 0, 4e-7);
        for (let i = 0; i < rows; i++) {
          const row = d.floats.subarray(i * columns, (i + 1) * columns);
          assert.ok(Math.abs(row.reduce((sum, value) => sum + value, 0)) < 1e-6);
        }
      }
  });
});

test("transpose of every shape up to 9×9 and of large ones is exact", () => {
  onEachEngine((guarded, kernels) => {
    const shapes: [number, number][] = [
      [60, 100],
      [131, 67],
      [1, 500],
    ];
    for (let rows = 0; rows <= 9; rows++)
      for (let columns = 0; columns <= 9; columns++) shapes.push([rows, columns]);
    for (const [rows, columns] of shapes) {
      guarded.clear();
      const x = guarded.buffer(rows * columns, (i) => i + 1);
      const y = guarded.buffer(rows * columns);
      const expected = guarded.buffer(rows * columns);
      kernels.transpose({ x: x.pointer, y: y.pointer, rows, columns });
      guarded.reference.transpose({ x: x.pointer, y: expected.pointer, rows, columns });
      assert.deepEqual(y.floats, expected.floats, `${rows}×${columns}`);
      guarded.checkGuards("transpose");
    }
  });
});
