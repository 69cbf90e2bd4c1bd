// Every kernel of the table has its line here: emitted and reference over the same numbers, of odd lengths, empty and of one
// element, guards around the buffers. What is special to a kernel is in the test of its family.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type EveryKernel, families, type KernelName } from "./everyKernel";
import { assertClose, type Buffer, type GuardedMemory, onEachEngine, randomNumbers } from "./guardedMemory";

/** The buffers of one of the two: both are given the same numbers, and compared afterwards. */
class Own {
  readonly floats: Buffer[] = [];
  readonly integers: Buffer[] = [];
  readonly #random = randomNumbers(7);
  readonly #guarded: GuardedMemory;
  constructor(guarded: GuardedMemory) {
    this.#guarded = guarded;
  }
  /** Numbers from 0.25 to 1.25. */
  numbers(length: number, aligned = false): number {
    const buffer = this.#guarded.buffer(length, () => 0.25 + this.#random(), aligned);
    this.floats.push(buffer);
    return buffer.pointer;
  }
  /** The same integer everywhere. */
  whole(length: number, value: number): number {
    const buffer = this.#guarded.buffer(length);
    buffer.integers.fill(value);
    this.integers.push(buffer);
    return buffer.pointer;
  }
  /** Doubles, each the number that `value` gives. */
  doubles(values: readonly number[]): number {
    const buffer = this.#guarded.buffer(2 * values.length, () => 0, true);
    new Float64Array(this.#guarded.memory.buffer, buffer.pointer, values.length).set(values);
    return buffer.pointer;
  }
  scratch(bytes: number): number {
    return this.#guarded.scratch(bytes);
  }
}

const conv = (n: number, own: Own, kernels: EveryKernel) => {
  const shape = {
    ...{
      batch: 1,
      inChannels: n,
      outChannels: 3,
      groups: 1,
      inHeight: 5,
      inWidth: 4,
      outHeight: 5,
      outWidth: 4,
    },
    ...{ kernelHeight: 3, kernelWidth: 3, strideHeight: 1, strideWidth: 1, paddingTop: 1, paddingLeft: 1 },
    ...{ dilationHeight: 1, dilationWidth: 1 },
  };
  const [x, y, weight] = [own.numbers(n * 20), own.numbers(60), own.numbers(n * 27)] as const;
  return { shape, x, y, weight, scratch: own.scratch(kernels.conv2dScratch(shape)) };
};
const pool = (n: number, own: Own) => {
  const shape = {
    ...{ planes: n, inHeight: 5, inWidth: 7, outHeight: 2, outWidth: 3, kernelHeight: 3, kernelWidth: 2 },
    ...{ strideHeight: 2, strideWidth: 2, paddingHeight: 0, paddingWidth: 0 },
    ...{ dilationHeight: 1, dilationWidth: 1 },
  };
  return { shape, x: own.numbers(n * 35), y: own.numbers(n * 6), indices: own.whole(n * 6, 8) };
};
const norm = (n: number, own: Own) => ({
  ...{ x: own.numbers(5 * n), weight: own.numbers(n), bias: own.numbers(n), y: own.numbers(5 * n) },
  ...{ mean: own.numbers(n), invStd: own.numbers(n), outer: 5, channels: n, inner: 1 },
});
const step = (n: number, own: Own) => ({ parameter: own.numbers(n), gradient: own.numbers(n), n });

/** A call of size n; not called for 0 where sizes may not be. */
const names = Object.values(families).flatMap((family) => Object.keys(family)) as KernelName[];
const calls: { readonly [N in KernelName]: (n: number, own: Own, kernels: EveryKernel) => void } = {
  unary: (n, own, { unary }) => unary("exp", { x: own.numbers(n), y: own.numbers(n), n }),
  unaryGrad: (n, own, { unaryGrad }) =>
    unaryGrad("tanh", {
      ...{ saved: own.numbers(n), dy: own.numbers(n), dx: own.numbers(n), n, accumulate: true },
    }),
  activation: (n, own, { activation }) =>
    activation("silu", { x: own.numbers(n), y: own.numbers(n), n, a: 0, b: 0 }),
  activationGrad: (n, own, { activationGrad }) =>
    activationGrad("silu", { x: own.numbers(n), dy: own.numbers(n), dx: own.numbers(n), n, a: 0, b: 0 }),
  binary: (n, own, { binary }) =>
    binary("div", "columnRight", {
      ...{ a: own.numbers(3 * n), b: own.numbers(3), y: own.numbers(3 * n), rows: 3, columns: n },
    }),
  chain: (n, own, { chain }) =>
    chain(
      {
        steps: [
          { op: "mul", operands: ["x0", "number0"] },
          { op: "sigmoid", operands: ["step0"] },
          { op: "add", operands: ["step1", "x1"] },
          { op: "tanh′", operands: ["step2", "x0"] },
        ],
        results: [1, 3],
      },
      { xs: [own.numbers(n), own.numbers(n)], numbers: [0.3], ys: [own.numbers(n), own.numbers(n)], n },
    ),
  fill: (n, own, { fill }) => fill({ y: own.numbers(n), value: 0.5, n }),
  axpy: (n, own, { axpy }) => axpy({ alpha: 0.5, x: own.numbers(n), y: own.numbers(n), n }),
  scale: (n, own, { scale }) => scale({ alpha: 0.5, x: own.numbers(n), y: own.numbers(n), n }),
  transpose: (n, own, { transpose }) =>
    transpose({ x: own.numbers(5 * n), y: own.numbers(5 * n), rows: 5, columns: n }),
  uniform: (n, own, { uniform }) => uniform({ state: own.whole(4, 77), y: own.numbers(n), n }),
  reduce: (n, own, { reduce }) =>
    reduce("mean", { x: own.numbers(2 * 5 * n), y: own.numbers(2 * n), outer: 2, n: 5, inner: n }),
  logSoftmax: (n, own, { logSoftmax }) =>
    logSoftmax({ x: own.numbers(3 * n), logProbabilities: own.numbers(3 * n), rows: 3, columns: n }),
  crossEntropy: (n, own, { crossEntropy }) =>
    crossEntropy({
      ...{ logits: own.numbers(3 * n), targets: own.whole(n, 2), loss: own.numbers(1) },
      ...{ dLogits: own.numbers(3 * n), rows: n, columns: 3 },
    }),
  lstm: (n, own, { lstm }) =>
    lstm({
      ...{ gates: own.numbers(12 * n), before: own.numbers(3 * n), cell: own.numbers(3 * n) },
      ...{ hidden: own.numbers(3 * n), rows: 3, size: n },
    }),
  lstmBackward: (n, own, { lstmBackward }) =>
    lstmBackward({
      ...{ gates: own.numbers(12 * n), before: own.numbers(3 * n), dy: own.numbers(3 * n) },
      ...{ dHidden: own.numbers(3 * n), dCell: own.numbers(3 * n), dGates: own.numbers(12 * n) },
      ...{ rows: 3, size: n },
    }),
  gru: (n, own, { gru }) =>
    gru({
      ...{ gates: own.numbers(9 * n), inner: own.numbers(9 * n), before: own.numbers(3 * n) },
      ...{ hidden: own.numbers(3 * n), rows: 3, size: n },
    }),
  gruBackward: (n, own, { gruBackward }) =>
    gruBackward({
      ...{ gates: own.numbers(9 * n), inner: own.numbers(9 * n), before: own.numbers(3 * n) },
      ...{ dy: own.numbers(3 * n), dHidden: own.numbers(3 * n) },
      ...{ dGates: own.numbers(9 * n), dInner: own.numbers(9 * n), rows: 3, size: n },
    }),
  gemm: (n, own, { gemm }) =>
    gemm({
      a: own.numbers(7 * n),
      b: own.numbers(n * 5),
      c: own.numbers(35),
      m: 7,
      n: 5,
      k: n,
      transB: true,
    }),
  batchNormForward: (n, own, { batchNormForward }) =>
    batchNormForward({
      ...{ ...norm(n, own), runningMean: own.numbers(n), runningVar: own.numbers(n) },
      ...{ eps: 0.01, momentum: 0.1, correction: 1.25, activation: "sigmoid" },
    }),
  batchNormApply: (n, own, { batchNormApply }) => batchNormApply({ ...norm(n, own), activation: "tanh" }),
  batchNormBackward: (n, own, { batchNormBackward }) =>
    batchNormBackward({
      ...{ ...norm(n, own), dy: own.numbers(5 * n), dx: own.numbers(5 * n) },
      ...{ dWeight: own.numbers(n), dBias: own.numbers(n), activation: "tanh" },
    }),
  normalize: (n, own, { normalize }) =>
    normalize({
      ...{
        x: own.numbers(6 * n),
        weight: own.numbers(3 * n),
        bias: own.numbers(3 * n),
        y: own.numbers(6 * n),
      },
      ...{ statistics: own.doubles([0, 0, 0, 0]), samples: 2, groups: 1, channels: 3, inner: n },
      ...{ centered: true, eps: 0.01 },
    }),
  normalizeBackward: (n, own, { normalizeBackward }) =>
    normalizeBackward({
      ...{ x: own.numbers(6 * n), statistics: own.doubles([0.5, 2, 0.75, 1]), weight: own.numbers(3) },
      ...{ dy: own.numbers(6 * n), dx: own.numbers(6 * n), slopes: own.numbers(6), shifts: own.numbers(6) },
      ...{ samples: 2, groups: 1, channels: 3, inner: n, centered: true },
    }),
  // The first three answer for themselves alone; what they lay out, conv2d reads.
  conv2dScratch: (n, own, kernels) => {
    if (n > 0) assert.equal(kernels.conv2dScratch(conv(n, own, kernels).shape) % 16, 0);
  },
  conv2dPacked: (n, own, kernels) => {
    if (n > 0) assert.equal(kernels.conv2dPacked(conv(n, own, kernels).shape) % 16, 0);
  },
  conv2dPack: (n, own, kernels) => {
    if (n === 0) return;
    const { shape, ...call } = conv(n, own, kernels);
    const packed = own.scratch(kernels.conv2dPacked(shape));
    kernels.conv2dPack(shape, { weight: call.weight, packed });
    kernels.conv2d(shape, { ...call, bias: 0, packed });
  },
  conv2d: (n, own, kernels) => {
    if (n === 0) return;
    const { shape, ...call } = conv(n, own, kernels);
    kernels.conv2d(shape, { ...call, bias: own.numbers(3) });
  },
  conv2dBackwardInput: (n, own, kernels) => {
    if (n === 0) return;
    const { shape, x, y, ...call } = conv(n, own, kernels);
    kernels.conv2dBackwardInput(shape, { dy: y, dx: x, ...call, accumulate: true });
  },
  conv2dBackwardWeight: (n, own, kernels) => {
    if (n === 0) return;
    const { shape, x, y, weight, scratch } = conv(n, own, kernels);
    kernels.conv2dBackwardWeight(shape, { x, dy: y, dWeight: weight, scratch, accumulate: true });
  },
  maxPool2d: (n, own, { maxPool2d }) => {
    const { shape, ...call } = pool(n, own);
    if (n > 0) maxPool2d(shape, call);
  },
  maxPool2dBackward: (n, own, { maxPool2dBackward }) => {
    const { shape, x, y, indices } = pool(n, own);
    if (n > 0) maxPool2dBackward(shape, { dy: y, indices, dx: x, accumulate: false });
  },
  avgPool2d: (n, own, { avgPool2d }) => {
    const { shape, x, y } = pool(n, own);
    if (n > 0) avgPool2d(shape, "padded", { x, y });
  },
  avgPool2dBackward: (n, own, { avgPool2dBackward }) => {
    const { shape, x, y } = pool(n, own);
    if (n > 0) avgPool2dBackward(shape, 6, { dy: y, dx: x, accumulate: true });
  },
  sgd: (n, own, { sgd }) =>
    sgd({
      ...{ ...step(n, own), buffer: own.numbers(n), lr: 0.1, momentum: 0.9, dampening: 0.1 },
      ...{ weightDecay: 0.01, nesterov: true, firstStep: false },
    }),
  adam: (n, own, { adam }) =>
    adam({
      ...{
        ...step(n, own),
        mean: own.numbers(n),
        square: own.numbers(n),
        maximum: own.numbers(n),
        step: 0.1,
      },
      ...{ beta1: 0.9, beta2: 0.99, root: 0.3, eps: 1e-6, penalty: 0.01, shrink: 0.99 },
    }),
  rmsprop: (n, own, { rmsprop }) =>
    rmsprop({
      ...{ ...step(n, own), square: own.numbers(n), mean: own.numbers(n), velocity: own.numbers(n) },
      ...{ lr: 0.1, alpha: 0.9, eps: 1, penalty: 0.01, momentum: 0.8 },
    }),
  adagrad: (n, own, { adagrad }) =>
    adagrad({ ...step(n, own), sum: own.numbers(n), lr: 0.1, eps: 1e-6, penalty: 0.01 }),
  nadam: (n, own, { nadam }) =>
    nadam({
      ...{ ...step(n, own), mean: own.numbers(n), square: own.numbers(n), fresh: 0.02, step: 0.1 },
      ...{ beta1: 0.9, beta2: 0.99, root: 0.3, eps: 1e-6, penalty: 0.01 },
    }),
  adamax: (n, own, { adamax }) =>
    adamax({
      ...{ ...step(n, own), mean: own.numbers(n), largest: own.numbers(n), step: 0.1 },
      ...{ beta1: 0.9, beta2: 0.99, eps: 1e-6, penalty: 0.01 },
    }),
  adadelta: (n, own, { adadelta }) =>
    adadelta({
      ...{ ...step(n, own), square: own.numbers(n), changes: own.numbers(n) },
      ...{ lr: 0.1, rho: 0.9, eps: 1e-6, penalty: 0.01 },
    }),
  rprop: (n, own, { rprop }) =>
    rprop({
      ...{ ...step(n, own), before: own.numbers(n), size: own.numbers(n) },
      ...{ less: 0.5, more: 1.25, least: 0.5, most: 1.25 },
    }),
};

test("every kernel of the table is called here", () => {
  assert.deepEqual(Object.keys(calls).sort(), names.sort());
});

for (const name of names) {
  test(`${name}: emitted and reference agree within 1e-5, and keep to their buffers`, () => {
    onEachEngine((guarded, kernels) => {
      for (const n of [0, 1, 3, 4, 5, 17, 33]) {
        guarded.clear();
        const [got, expected] = [kernels, guarded.reference].map((each) => {
          const own = new Own(guarded);
          calls[name](n, own, each);
          return own;
        }) as [Own, Own];
        const what = `${kernels.name} ${name} of ${n}`;
        guarded.checkGuards(what);
        for (const [i, { floats }] of expected.floats.entries())
          assertClose(
            `${what}, buffer ${i}`,
            got.floats[i]!.floats,
            floats,
            1e-5,
            (at) => 1 + Math.abs(floats[at]!),
          );
        for (const [i, { integers }] of expected.integers.entries())
          assert.deepEqual(got.integers[i]!.integers, integers, `${what}, integers ${i}`);
      }
    });
  });
}
