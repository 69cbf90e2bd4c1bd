// Activations with constants, and their derivatives, against the reference: accuracy, special values, exact tails.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActivationOp } from "../../../../kernel/tensor/wasm/kernels";
import { exactActivations } from "../../../../kernel/tensor/wasm/map/exactActivations";
import { assertClose, onEachEngine, randomNumbers, same, ulps } from "./guardedMemory";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const specials = [0, -0, nan, infinity, -infinity, 2 ** -149, -(2 ** -149), 1, -1, 3e38, -3e38, 20.5, -20.5];

/** Constants, and the largest error of the value, in ulp of the exact one: over 2 million inputs from −20 to 20. */
const activations: { [O in ActivationOp]: [a: number, b: number, limit: number] } = {
  leakyRelu: [0.25, 0, 0],
  elu: [1.5, 0.5, 6],
  gelu: [0, 0, 8],
  geluTanh: [0, 0, 200], // the roundings of u, up to 90 in size, go through e^2u: 1e-5 of what is below 1e-30
  silu: [0, 0, 3],
  softplus: [2, 20, 4],
  hardtanh: [-1.5, 2, 0],
  hardsigmoid: [0, 0, 1],
  hardswish: [0, 0, 2],
  mish: [0, 0, 6],
  softsign: [0, 0, 2],
  softshrink: [0.5, 0, 1],
  hardshrink: [0.5, 0, 0],
  threshold: [0.25, -2, 0],
};

for (const [op, [a, b, limit]] of Object.entries(activations) as [ActivationOp, [number, number, number]][]) {
  test(`${op}: at most ${limit} ulp, its slope within 3e-6; NaN, ∞, 0, denormals`, () => {
    onEachEngine((guarded, kernels) => {
      const random = randomNumbers(41);
      guarded.clear();
      const n = 20_003;
      const x = guarded.buffer(n, (i) => specials[i] ?? (random() - 0.5) * (i % 2 === 0 ? 40 : 4));
      const y = guarded.buffer(n);
      const dx = guarded.buffer(n, () => 1);
      kernels.activation(op, { x: x.pointer, y: y.pointer, n, a, b });
      kernels.activationGrad(op, { x: x.pointer, dy: dx.pointer, dx: dx.pointer, n, a, b });
      guarded.checkGuards(op);
      const { value, slope } = exactActivations[op];
      for (let i = 0; i < n; i++) {
        const at = x.floats[i]!;
        const error = ulps(y.floats[i]!, value(at, a, b));
        if (error > limit) assert.fail(`${kernels.name} ${op}(${at}) = ${y.floats[i]}: ${error} ulp`);
        const exact = slope(at, a, b);
        const near = Math.abs(dx.floats[i]! - exact) < 3e-6 * Math.max(1, a);
        if (!near && !same(dx.floats[i]!, Math.fround(exact))) {
          assert.fail(`${kernels.name} slope of ${op} at ${at}: expected ${exact}, got ${dx.floats[i]}`);
        }
      }
    });
  });
}

test("every size keeps to its buffers, and gives each number what it gives it alone", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(42);
    for (const [op, [a, b]] of Object.entries(activations) as [ActivationOp, [number, number, number]][]) {
      guarded.clear();
      const all = guarded.buffer(35, () => random() * 8 - 4);
      const whole = [0, 1].map(() => guarded.buffer(35, () => 0.5));
      kernels.activation(op, { x: all.pointer, y: whole[0]!.pointer, n: 35, a, b });
      kernels.activationGrad(op, {
        x: all.pointer,
        dy: whole[1]!.pointer,
        dx: whole[1]!.pointer,
        n: 35,
        a,
        b,
      });
      for (const n of [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33]) {
        const [y, dx] = [guarded.buffer(n), guarded.buffer(n, () => 0.5)];
        kernels.activation(op, { x: all.pointer, y: y.pointer, n, a, b });
        kernels.activationGrad(op, { x: all.pointer, dy: dx.pointer, dx: dx.pointer, n, a, b });
        assertClose(op, y.floats, whole[0]!.floats.slice(0, n), 0);
        assertClose(op, dx.floats, whole[1]!.floats.slice(0, n), 0);
      }
      guarded.checkGuards(op);
    }
  });
});
