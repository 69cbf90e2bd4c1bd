// Numbers of every size: what the reference says of them, which PyTorch 1.13 says too wherever its float32 does not overflow.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { EveryKernel } from "./everyKernel";
import { assertClose, GuardedMemory, onEachEngine } from "./guardedMemory";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const [log2, log3] = [Math.LN2, Math.log(3)];

/** Rows of three, and log-softmax and the loss of the middle one as torch.nn.functional has them. */
const rows: [x: number[], logSoftmax: number[], loss: number][] = [
  [[-1e20, -1e20, -1e20], [-log3, -log3, -log3], log3],
  [[1e20, 1e20, -1e20], [-log2, -log2, -2e20], log2],
  [[1e38, 1, 0], [0, -1e38, -1e38], 1e38],
  [[3e38, 3e38, -3e38], [-log2, -log2, -inf], log2],
  [[1e-38, 0, -1e-38], [-log3, -log3, -log3], log3],
  [[-inf, 0, 1], [-inf, -1.3132616, -0.31326166], 1.3132616],
  [[inf, 0, 1], [nan, nan, nan], nan],
  [[inf, inf, 1], [nan, nan, nan], nan],
  [[-inf, -inf, -inf], [nan, nan, nan], nan],
  [[nan, 0, 1], [nan, nan, nan], nan],
];

const near = (what: string, got: Float32Array, expected: readonly number[]) =>
  assertClose(what, got, Float32Array.from(expected), 1e-6, (i) => Math.abs(expected[i]!) + 1e-30);

function checkRows(guarded: GuardedMemory, kernels: EveryKernel, finiteOnly: boolean): void {
  for (const [x, expected, loss] of rows) {
    if (finiteOnly && !x.every(Number.isFinite)) continue; // emitted ones promise finite inputs
    guarded.clear();
    const logits = guarded.buffer(3, (i) => x[i]!);
    const [y, dx, total, target] = [3, 3, 1, 1].map((length) => guarded.buffer(length)) as [...Four];
    target.integers[0] = 1;
    const what = `${kernels.name} [${x}]`;
    kernels.logSoftmax({ x: logits.pointer, logProbabilities: y.pointer, rows: 1, columns: 3 });
    near(`${what} logSoftmax`, y.floats, expected);
    kernels.crossEntropy({
      ...{ logits: logits.pointer, targets: target.pointer, loss: total.pointer, dLogits: dx.pointer },
      ...{ rows: 1, columns: 3 },
    });
    near(`${what} loss`, total.floats, [loss]);
    const gradient = expected.map((value, i) => Math.exp(value) - (i === 1 ? 1 : 0));
    assertClose(`${what} gradient`, dx.floats, Float32Array.from(gradient), 1e-6, () => 1);
    guarded.checkGuards(what);
  }
}
type Four = [...[GuardedBuffer, GuardedBuffer, GuardedBuffer, GuardedBuffer]];
type GuardedBuffer = ReturnType<GuardedMemory["buffer"]>;

test("log-softmax and cross-entropy from 1e-38 to 3e38, and of ∞ and NaN, by the reference", () => {
  const guarded = new GuardedMemory(false);
  checkRows(guarded, guarded.reference, false);
});

test("log-softmax and cross-entropy from 1e-38 to 3e38 by the emitted kernels", () => {
  onEachEngine((guarded, kernels) => checkRows(guarded, kernels, true));
});

/** The normalized numbers of a column, and its mean; infinite where a number is. */
const columns: [x: number[], xhat: number[], mean: number][] = [
  [[-1e20, -1e20, -1e20], [0, 0, 0], -1e20],
  [[1e20, 1e20, -1e20], [Math.SQRT1_2, Math.SQRT1_2, -Math.SQRT2], 1e20 / 3],
  [[1e38, 0, -1e38], [Math.sqrt(1.5), 0, -Math.sqrt(1.5)], 0],
  [[3e38, 3e38, 3e38], [0, 0, 0], 3e38],
  [[1e-38, 0, -1e-38], [1e-38 / Math.sqrt(1e-5), 0, -1e-38 / Math.sqrt(1e-5)], 0],
  [[inf, 0, 1], [nan, nan, nan], inf],
  [[-inf, 0, 1], [nan, nan, nan], -inf],
  [[nan, 0, 1], [nan, nan, nan], nan],
];

test("the reference's statistics of a batch and of a row, from 1e-38 to 3e38, and of ∞ and NaN", () => {
  const guarded = new GuardedMemory(false);
  for (const [numbers, xhat, expectedMean] of columns) {
    guarded.clear();
    const x = guarded.buffer(3, (i) => numbers[i]!);
    const [y, mean, invStd, running] = [3, 1, 1, 1].map((length) => guarded.buffer(length)) as [...Four];
    guarded.reference.batchNormForward({
      ...{ x: x.pointer, weight: 0, bias: 0, runningMean: running.pointer, runningVar: 0, y: y.pointer },
      ...{ mean: mean.pointer, invStd: invStd.pointer, outer: 3, channels: 1, inner: 1 },
      ...{ eps: 1e-5, momentum: 0.1, correction: 1.5 },
    });
    const tiny = 1e-5; // 1/√variance of 1e76 has left the normal float32
    assertClose(`batchNorm of [${numbers}]`, y.floats, Float32Array.from(xhat), tiny, () => 2);
    near(`mean of [${numbers}]`, mean.floats, [expectedMean]);
    near(`running mean of [${numbers}]`, running.floats, [expectedMean / 10]);

    const statistics = guarded.buffer(4, () => 0, true);
    guarded.reference.normalize({
      ...{ x: x.pointer, weight: 0, bias: 0, y: y.pointer, statistics: statistics.pointer },
      ...{ samples: 1, groups: 1, channels: 3, inner: 1, centered: true, eps: 1e-5 },
    });
    assertClose(`normalize of [${numbers}]`, y.floats, Float32Array.from(xhat), 1e-6, () => 2);
    guarded.checkGuards(`[${numbers}]`);
  }
});

test("the reference's softmax of three numbers of −1e20 is a third each", () => {
  const guarded = new GuardedMemory(false);
  const x = guarded.buffer(3, () => -1e20);
  guarded.reference.logSoftmax({ x: x.pointer, logProbabilities: x.pointer, rows: 1, columns: 3 });
  guarded.reference.unary("exp", { x: x.pointer, y: x.pointer, n: 3 });
  for (const share of x.floats) assert.ok(Math.abs(share - 1 / 3) < 1e-7, `got ${share}`);
});
