// Maps against the reference: accuracy in ulp, IEEE's special values, every layout, exact tails.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { BinaryLayout, BinaryOp, UnaryGradOp, UnaryOp } from "../../../../kernel/tensor/wasm/kernels";
import { assertClose, onEachEngine, randomNumbers, same, ulps } from "./guardedMemory";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const denormal = 2 ** -149;
const specials = [
  0,
  -0,
  1,
  -1,
  nan,
  infinity,
  -infinity,
  denormal,
  -denormal,
  2 ** -126,
  3e38,
  -3e38,
  0.5,
  88.7,
];
const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 67];

/** The largest error each may have, in ulp of the exact value; 4 million inputs stayed within. */
const unaryUlps: { [O in UnaryOp]: [limit: number, exact: (x: number) => number] } = {
  copy: [0, (x) => x],
  neg: [0, (x) => -x],
  abs: [0, Math.abs],
  sqrt: [0.5, Math.sqrt],
  reciprocal: [0.5, (x) => 1 / x],
  relu: [0, (x) => Math.max(x, 0)],
  exp: [1, Math.exp],
  log: [1, Math.log],
  sigmoid: [2.5, (x) => 1 / (1 + Math.exp(-x))],
  tanh: [2, Math.tanh],
};

for (const [op, [limit, exact]] of Object.entries(unaryUlps) as [
  UnaryOp,
  [number, (x: number) => number],
][]) {
  test(`${op}: at most ${limit} ulp for inputs of any bits and of usual size; NaN, ∞, 0, denormals`, () => {
    onEachEngine((guarded, kernels) => {
      const random = randomNumbers(4);
      guarded.clear();
      const n = 40_001;
      const x = guarded.buffer(n, (i) => specials[i] ?? (random() - 0.5) * 24);
      const y = guarded.buffer(n);
      for (let i = n >> 1; i < n; i++) x.integers[i] = random() * 2 ** 32;
      kernels.unary(op, { x: x.pointer, y: y.pointer, n });
      guarded.checkGuards(op);
      for (let i = 0; i < n; i++) {
        const error = ulps(y.floats[i]!, exact(x.floats[i]!));
        if (error > limit)
          assert.fail(`${kernels.name} ${op}(${x.floats[i]}) = ${y.floats[i]}: ${error} ulp`);
      }
    });
  });
}

test("tanh, sigmoid and exp at their ends: signed zero, saturation, gradual underflow", () => {
  onEachEngine((guarded, kernels) => {
    const result = (op: UnaryOp, input: number) => {
      guarded.clear();
      const x = guarded.buffer(1, () => input);
      kernels.unary(op, { x: x.pointer, y: x.pointer, n: 1 });
      return x.floats[0]!;
    };
    assert.ok(Object.is(result("tanh", -0), -0));
    assert.equal(result("tanh", 1e-30), Math.fround(1e-30));
    assert.equal(result("tanh", 20), 1);
    assert.equal(result("tanh", -infinity), -1);
    assert.equal(result("sigmoid", 200), 1);
    assert.equal(result("sigmoid", -infinity), 0);
    assert.ok(result("sigmoid", -90) > 0, "1/(1 + e^90) is a denormal, not 0");
    assert.equal(result("exp", 0), 1);
    assert.equal(result("exp", -103.9), denormal);
    assert.equal(result("exp", -104), 0);
    assert.equal(result("exp", 88.73), infinity);
    assert.equal(result("log", 0), -infinity);
    assert.equal(result("log", -1), nan);
    assert.equal(result("log", 1), 0);
  });
});

test("an element's result does not depend on its position, and every size keeps to its buffers", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(5);
    for (const op of Object.keys(unaryUlps) as UnaryOp[]) {
      guarded.clear();
      const all = guarded.buffer(67, () => random() * 6 - 3);
      const whole = guarded.buffer(67);
      kernels.unary(op, { x: all.pointer, y: whole.pointer, n: 67 });
      for (const n of sizes) {
        const y = guarded.buffer(n);
        kernels.unary(op, { x: all.pointer, y: y.pointer, n });
        assert.deepEqual(y.floats, whole.floats.slice(0, n));
        const alone = guarded.bufferAtEnd(n, (i) => all.floats[i]!);
        kernels.unary(op, { x: alone.pointer, y: alone.pointer, n });
        assert.deepEqual(alone.floats, whole.floats.slice(0, n), "in place, at the end of the memory");
      }
      guarded.checkGuards(op);
    }
  });
});

for (const op of ["sigmoid", "tanh", "relu", "abs", "square"] as UnaryGradOp[]) {
  test(`gradient of ${op}, accumulated or not, in place or not: 4 ulp of the largest term`, () => {
    onEachEngine((guarded, kernels) => {
      const random = randomNumbers(6);
      for (const n of [...sizes, 501]) {
        for (const accumulate of [false, true]) {
          guarded.clear();
          const saved = guarded.buffer(n, (i) => (i < 3 ? [0, nan, -0][i]! : random() * 2 - 1));
          const dy = guarded.buffer(n, () => random() * 4 - 2);
          const dx = guarded.buffer(n, () => random());
          const expected = guarded.buffer(n, (i) => dx.floats[i]!);
          kernels.unaryGrad(op, { saved: saved.pointer, dy: dy.pointer, dx: dx.pointer, n, accumulate });
          guarded.reference.unaryGrad(op, {
            saved: saved.pointer,
            dy: dy.pointer,
            dx: expected.pointer,
            n,
            accumulate,
          });
          assertClose(op, dx.floats, expected.floats, 0, () => 1, 4 * 2 ** -23);
          kernels.unaryGrad(op, {
            saved: saved.pointer,
            dy: dy.pointer,
            dx: dy.pointer,
            n,
            accumulate: false,
          });
          if (!accumulate) assert.deepEqual(dy.floats, dx.floats);
          guarded.checkGuards(op);
        }
      }
    });
  });
}

const binaryOps: BinaryOp[] = [
  ...(["add", "sub", "mul", "div", "maximum", "minimum", "pow"] as const),
  ...(["eq", "ne", "lt", "le", "gt", "ge"] as const),
];
const layouts: { [L in BinaryLayout]: (rows: number, columns: number) => [number, number] } = {
  same: (rows, columns) => [rows * columns, rows * columns],
  scalarLeft: (rows, columns) => [1, rows * columns],
  scalarRight: (rows, columns) => [rows * columns, 1],
  rowLeft: (rows, columns) => [columns, rows * columns],
  rowRight: (rows, columns) => [rows * columns, columns],
  columnLeft: (rows, columns) => [rows, rows * columns],
  columnRight: (rows, columns) => [rows * columns, rows],
};

for (const op of binaryOps) {
  test(`${op} in all layouts, with NaN, ±∞, ±0: the reference's numbers exactly`, () => {
    onEachEngine((guarded, kernels) => {
      const random = randomNumbers(7);
      const pick = () =>
        random() < 0.3 ? specials[Math.floor(random() * specials.length)]! : Math.round(random() * 8 - 4);
      for (const layout of Object.keys(layouts) as BinaryLayout[]) {
        for (const [rows, columns] of [
          [0, 3],
          [3, 0],
          [1, 1],
          [1, 7],
          [6, 1],
          [2, 3],
          [3, 4],
          [5, 5],
          [4, 16],
          [3, 37],
        ] as const) {
          guarded.clear();
          const [left, right] = layouts[layout](rows, columns);
          const a = guarded.buffer(left, pick);
          const b = guarded.buffer(right, pick);
          const y = guarded.buffer(rows * columns);
          const expected = guarded.buffer(rows * columns);
          kernels.binary(op, layout, { a: a.pointer, b: b.pointer, y: y.pointer, rows, columns });
          guarded.reference.binary(op, layout, {
            a: a.pointer,
            b: b.pointer,
            y: expected.pointer,
            rows,
            columns,
          });
          const what = `${kernels.name} ${op} ${layout} ${rows}×${columns}`;
          y.floats.forEach((got, i) => {
            if (!same(got, expected.floats[i]!)) assert.fail(`${what}: ${got}, not ${expected.floats[i]}`);
          });
          if (left === rows * columns) {
            kernels.binary(op, layout, { a: a.pointer, b: b.pointer, y: a.pointer, rows, columns });
            assert.deepEqual(a.floats, y.floats, `${what} in place`);
          }
          guarded.checkGuards(what);
        }
      }
    });
  });
}

test("pow by a scalar: squares exactly as x·x, NaN⁰ and 1^NaN are 1 as in C", () => {
  onEachEngine((guarded, kernels) => {
    guarded.clear();
    const power = (base: number, exponent: number) => {
      const a = guarded.buffer(5, () => base);
      const b = guarded.buffer(1, () => exponent);
      kernels.binary("pow", "scalarRight", { a: a.pointer, b: b.pointer, y: a.pointer, rows: 1, columns: 5 });
      return a.floats[4]!;
    };
    assert.equal(power(-3, 2), 9);
    assert.equal(power(4, 0.5), 2);
    assert.equal(power(nan, 0), 1);
    assert.equal(power(1, nan), 1);
    assert.equal(power(-1, -infinity), 1);
  });
});

test("fill, axpy and scale: exact but for one fused rounding (1 ulp of the terms)", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(8);
    for (const n of [...sizes, 301]) {
      guarded.clear();
      const x = guarded.buffer(n, () => random() * 2 - 1);
      const y = guarded.buffer(n, () => random() * 2 - 1);
      const expected = guarded.buffer(n, (i) => y.floats[i]!);
      kernels.axpy({ alpha: -0.3, x: x.pointer, y: y.pointer, n });
      guarded.reference.axpy({ alpha: -0.3, x: x.pointer, y: expected.pointer, n });
      assertClose("axpy", y.floats, expected.floats, 0, () => 0, 2 ** -23);
      kernels.scale({ alpha: 0.7, x: x.pointer, y: x.pointer, n });
      guarded.checkGuards("axpy, scale");
      kernels.fill({ y: y.pointer, value: 2.5, n });
      assert.ok(y.floats.every((value) => value === 2.5));
      guarded.checkGuards("fill");
    }
    const x = guarded.buffer(2, (i) => i + 1);
    kernels.scale({ alpha: 0.7, x: x.pointer, y: x.pointer, n: 2 });
    assert.deepEqual([...x.floats], [Math.fround(0.7), 2 * Math.fround(0.7)]);
  });
});

test("sgd in all variants over three steps, against the reference: 1e-6", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(9);
    for (const [momentum, dampening, weightDecay, nesterov] of [
      [0, 0, 0, false],
      [0, 0, 0.1, false],
      [0.9, 0, 0, false],
      [0.9, 0.3, 0.01, false],
      [0.9, 0, 0.01, true],
    ] as const) {
      for (const n of [0, 1, 3, 4, 5, 8, 33]) {
        guarded.clear();
        const gradient = guarded.buffer(n, () => random() * 2 - 1);
        const parameter = guarded.buffer(n, () => random() * 2 - 1);
        const copy = guarded.buffer(n, (i) => parameter.floats[i]!);
        const [buffer, bufferCopy] = [guarded.buffer(n, () => nan), guarded.buffer(n, () => nan)];
        for (let step = 0; step < 3; step++) {
          const rest = { n, lr: 0.1, momentum, dampening, weightDecay, nesterov, firstStep: step === 0 };
          const from = { gradient: gradient.pointer, ...rest };
          kernels.sgd({ parameter: parameter.pointer, buffer: buffer.pointer, ...from });
          guarded.reference.sgd({ parameter: copy.pointer, buffer: bufferCopy.pointer, ...from });
        }
        assertClose("sgd parameter", parameter.floats, copy.floats, 0, () => 0, 1e-6);
        assertClose("sgd buffer", buffer.floats, bufferCopy.floats, 1e-6, () => 1);
        guarded.checkGuards("sgd");
      }
    }
    const parameter = guarded.buffer(1, () => infinity);
    const gradient = guarded.buffer(1, () => 1);
    kernels.sgd({
      parameter: parameter.pointer,
      gradient: gradient.pointer,
      buffer: 0,
      n: 1,
      lr: 0.1,
      momentum: 0,
      dampening: 0,
      weightDecay: 0,
      nesterov: false,
      firstStep: true,
    });
    assert.equal(parameter.floats[0], infinity, "no weight decay does not mean 0·∞");
  });
});
