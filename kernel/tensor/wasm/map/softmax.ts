// Log-softmax and cross-entropy along rows: the maximum, then Σe^(x − max), then one pass that writes.

import { define, grainOf } from "../call/device";
import { once } from "../call/variants";
import { type Code, type FunctionBuilder, f32, f32x4, f64, i32, type Local, times } from "../emit/assembler";
import { type Call, compile, count, each, type Kernel, shared, units } from "../emit/kernel";
import { eachVector, loadStep, sumRun } from "../emit/loops";
import { constant, exp, log } from "../emit/math";
import type { Target } from "../emit/target";
import { extremeRun } from "./reduce";

const row = each(4, "columns");
const softmax = { x: row, logProbabilities: row, rows: units, columns: count };

/** logProbabilities[r, c] = x − logsumexp(x) along each row; stable for any finite x. */
export const logSoftmax = define<Call<typeof softmax>>({
  emit(device) {
    const kernel = once(() => logSoftmaxKernel(device.target));
    return (call) => device.run(kernel(), call, grainOf(call.columns));
  },
  reference:
    (memory) =>
    ({ rows, columns, ...call }) => {
      for (let r = 0; r < rows; r++) {
        const x = memory.floats(call.x + r * columns * 4, columns);
        const y = memory.floats(call.logProbabilities + r * columns * 4, columns);
        const { highest, logSum } = logSumExp(x);
        for (let c = 0; c < columns; c++) y[c] = x[c]! - highest - logSum;
      }
    },
});

function logSoftmaxKernel(target: Target): Kernel<keyof typeof softmax> {
  return compile(target, softmax, ({ x, logProbabilities, rows, columns }, f) => {
    const [row, cursor, to, total] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("f64")];
    const [highest, logSum] = f.vectors(2);
    return times(row, rows.get, [
      cursor.set(x.get),
      extremeRun(f, "max", columns.get, cursor, highest),
      [cursor.set(x.get), to.set(logProbabilities.get)],
      exponentials(f, target, columns, cursor, to, highest),
      [to.set(logProbabilities.get), total.set(f64.const(0))],
      sumRun(f, columns.get, [to], [total], (step, at, put) => put(0, loadStep(step, to, at))),
      logSum.set(log(target, f, f32x4.splat(f32.demote(total.get)))),
      // (x − max) − log Σ: adding max and log Σ first would round away the small one.
      eachVector(f, columns.get, [x, logProbabilities], 2, [logProbabilities], (step, at) => [
        f32x4.sub(f32x4.sub(loadStep(step, x, at), highest.get), logSum.get),
      ]),
    ]);
  });
}

/** Writes e^(x − highest): a pass of its own, since only stores side by side are fused (see eachVector). */
const exponentials = (
  f: FunctionBuilder,
  target: Target,
  columns: Local,
  from: Local,
  to: Local,
  highest: Local,
): Code =>
  eachVector(f, columns.get, [from, to], 2, [to], (step, at) => [
    exp(target, f, f32x4.sub(loadStep(step, from, at), highest.get)),
  ]);

const entropy = {
  ...{ logits: shared, targets: shared, loss: shared, dLogits: shared },
  ...{ rows: count, columns: count },
};

/**
 * Cross-entropy of logits[rows, columns] against targets (i32[rows], each within 0…columns−1, checked by the caller):
 * writes the summed loss to loss[1] and (softmax − onehot) to dLogits, unscaled.
 */
export const crossEntropy = define<Call<typeof entropy>>({
  emit(device) {
    const kernel = once(() => crossEntropyKernel(device.target));
    return (call) => device.run(kernel(), call);
  },
  reference:
    (memory) =>
    ({ rows, columns, ...call }) => {
      const targets = memory.integers(call.targets, rows);
      let sum = 0;
      for (let r = 0; r < rows; r++) {
        const x = memory.floats(call.logits + r * columns * 4, columns);
        const dx = memory.floats(call.dLogits + r * columns * 4, columns);
        const { highest, logSum } = logSumExp(x);
        sum += logSum - (x[targets[r]!]! - highest);
        for (let c = 0; c < columns; c++)
          dx[c] = Math.exp(x[c]! - highest - logSum) - (c === targets[r] ? 1 : 0);
      }
      memory.floats(call.loss, 1)[0] = sum;
    },
});

function crossEntropyKernel(target: Target): Kernel<keyof typeof entropy> {
  return compile(target, entropy, ({ logits, targets, loss, dLogits, rows, columns }, f) => {
    const [row, cursor, to, hit] = f.integers(4);
    const [total, sum] = [f.local("f64"), f.local("f64")];
    const [highest, logSum, perSum] = f.vectors(3);
    return [
      times(row, rows.get, [
        cursor.set(logits.get),
        extremeRun(f, "max", columns.get, cursor, highest),
        [cursor.set(logits.get), to.set(dLogits.get)],
        exponentials(f, target, columns, cursor, to, highest),
        [to.set(dLogits.get), sum.set(f64.const(0))],
        sumRun(f, columns.get, [to], [sum], (step, at, put) => put(0, loadStep(step, to, at))),
        perSum.set(f32x4.splat(f32.demote(sum.get))),
        logSum.set(log(target, f, perSum.get)),
        perSum.set(f32x4.div(constant("one"), perSum.get)),
        hit.set(i32.shl(i32.load(targets.get), i32.const(2))),
        // loss += log Σ − (x[target] − max)
        cursor.set(i32.add(logits.get, hit.get)),
        total.set(
          f64.add(
            total.get,
            f64.promote(
              f32.sub(f32x4.lane(logSum.get), f32.sub(f32.load(cursor.get), f32x4.lane(highest.get))),
            ),
          ),
        ),
        hit.advance(dLogits.get),
        eachVector(f, columns.get, [dLogits], 2, [dLogits], (step, at) => [
          f32x4.mul(loadStep(step, dLogits, at), perSum.get),
        ]),
        f32.store(hit.get, f32.sub(f32.load(hit.get), f32.const(1))),
        logits.advance(i32.shl(columns.get, i32.const(2))),
        targets.advance(4),
      ]),
      f32.store(loss.get, f32.demote(total.get)),
    ];
  });
}

/** log Σe^x in two parts: their sum would round the smaller one away, all of it where x is 1e20. */
function logSumExp(x: Float32Array): { highest: number; logSum: number } {
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of x) highest = Math.max(highest, value);
  let sum = 0;
  for (const value of x) sum += Math.exp(value - highest);
  return { highest, logSum: Math.log(sum) };
}
