// The kernels as WebAssembly: each is emitted and compiled when first asked for, then kept.

import { type Cut, Team } from "./call/team";
import { type ConvolutionKernels, createConvolution } from "./conv/conv";
import type { Products } from "./conv/pointwise";
import { writeConstants } from "./emit/math";
import { mostColumns } from "./emit/scratch";
import type { Run, Target } from "./emit/target";
import type { Activation, BinaryLayout, BinaryOp, CurveOp, Kernels, ReduceOp } from "./kernels";
import { curveGradKernel, curveKernel } from "./map/activations";
import {
  axpyKernel,
  binaryKernel,
  fillKernel,
  type Operand,
  scaleKernel,
  unaryGradKernel,
  unaryKernel,
} from "./map/elementwise";
import { argExtremeKernel, extremeKernel, productKernel, sumKernel } from "./map/reduce";
import { crossEntropyKernel, logSoftmaxKernel } from "./map/softmax";
import { transposeKernel } from "./map/transpose";
import { uniformKernel } from "./map/uniform";
import { batchNormApplyKernel, batchNormBackwardKernel, batchNormForwardKernel } from "./norm/batchNorm";
import {
  batchNormApplyColumnsKernel,
  batchNormBackwardColumnsKernel,
  batchNormForwardColumnsKernel,
} from "./norm/batchNormColumns";
import { batchNormBackwardRowsKernel, batchNormForwardRowsKernel, mostRows } from "./norm/batchNormRows";
import { normalizeBackwardKernel, normalizeKernel } from "./norm/normalize";
import { createPooling, type PoolingKernels } from "./pool/pool";
import { gemmCut, gemmKernel, partWork } from "./product/gemm";
import { gemmRowsKernel, isFewRows } from "./product/gemmRows";
import { ShapeCache } from "./product/shapeCache";
import { createReferenceKernels } from "./reference/reference";
import { type AdaptiveKernels, createAdaptive } from "./update/optimizers";
import { sgdKernel } from "./update/sgd";

/** Elements of a part of an elementwise call: some microseconds, a multiple of every vector step. */
const elements = 16384;

/** Kernels by key, each made on first use. */
class Lazy<K> {
  private readonly made = new Map<K, Run>();
  constructor(private readonly make: (key: K) => Run) {}
  get(key: K): Run {
    let run = this.made.get(key);
    if (run === undefined) {
      run = this.make(key);
      this.made.set(key, run);
    }
    return run;
  }
}

const operands: { [L in BinaryLayout]: readonly [Operand, Operand] } = {
  same: ["stream", "stream"],
  scalarLeft: ["number", "stream"],
  scalarRight: ["stream", "number"],
  rowLeft: ["row", "stream"],
  rowRight: ["stream", "row"],
  columnLeft: ["number", "stream"],
  columnRight: ["stream", "number"],
};

/** The layout with the longest runs that means the same for this shape. */
function simplified(layout: BinaryLayout, rows: number, columns: number): BinaryLayout {
  if (rows === 1) {
    if (layout === "columnLeft") return "scalarLeft";
    if (layout === "columnRight") return "scalarRight";
    if (layout === "rowLeft" || layout === "rowRight") return "same";
  }
  if (columns === 1) {
    if (layout === "rowLeft") return "scalarLeft";
    if (layout === "rowRight") return "scalarRight";
    if (layout === "columnLeft" || layout === "columnRight") return "same";
  }
  return layout;
}

function reduceKernel(target: Target, op: ReduceOp, contiguous: boolean): Run {
  switch (op) {
    case "sum":
    case "mean":
      return sumKernel(target, op === "mean", contiguous);
    case "max":
    case "min":
      return extremeKernel(target, op, contiguous);
    case "argmax":
      return argExtremeKernel(target, "max");
    case "argmin":
      return argExtremeKernel(target, "min");
    case "prod":
      return productKernel(target);
  }
}

/** All kernels over `target.memory`, whose reserved bytes they write. */
export function createEmittedKernels(target: Target): Kernels {
  writeConstants(target.memory);
  const reference = createReferenceKernels(target.memory);

  let team: Team | null = null;
  const share = (run: Run, args: readonly number[], cut: Cut): void => {
    if (team !== null && args[cut.count]! >= 2 * cut.grain) team.share(run, args, cut);
    else run(...args);
  };

  /** A call by elements: `streams` pointers, of which absent ones stay 0, then their number of elements. */
  const byElement = (run: Run, args: readonly number[], streams: number): void => {
    if (team === null || args[streams]! < 2 * elements) {
      run(...args);
      return;
    }
    const advance = args.map((pointer, i) => (i < streams && pointer !== 0 ? 4 : 0));
    share(run, args, { count: streams, advance, grain: elements });
  };

  const gemm = new ShapeCache((shape) => ({
    run: isFewRows(shape) ? gemmRowsKernel(target, shape) : gemmKernel(target, shape),
    cut: gemmCut(target, shape),
  }));
  const products: Products = (
    { m, n, k, transA, transB },
    [a, b, c],
    [stepA, stepB, stepC],
    count,
    adding,
  ) => {
    const { run, cut } = gemm.get(m, n, k, transA, transB);
    const args = [a, b, c, adding ? 1 : 0, m, n];
    const grain = Math.ceil(partWork / (m * n * k));
    if (count === 1) share(run, args, cut);
    else if (team !== null && count >= 2 * grain) {
      team.repeat(run, args, { advance: [stepA, stepB, stepC, 0, 0, 0], grain }, count);
    } else for (let i = 0; i < count; i++) run(a + i * stepA, b + i * stepB, c + i * stepC, args[3]!, m, n);
  };
  const unary = new Lazy((op: Parameters<typeof unaryKernel>[1]) => unaryKernel(target, op));
  type GradOp = Parameters<typeof unaryGradKernel>[1];
  const unaryGrad = new Lazy((op: GradOp) => unaryGradKernel(target, op, false));
  const unaryGradAdding = new Lazy((op: GradOp) => unaryGradKernel(target, op, true));
  const curve = new Lazy((op: CurveOp) => curveKernel(target, op));
  const curveGrad = new Lazy((op: CurveOp) => curveGradKernel(target, op));
  const binary = new Lazy((key: `${Exclude<BinaryOp, "pow">} ${BinaryLayout}`) => {
    const [op, layout] = key.split(" ") as [Exclude<BinaryOp, "pow">, BinaryLayout];
    return binaryKernel(target, op, ...operands[layout]);
  });
  const reduceRuns = new Lazy((op: ReduceOp) => reduceKernel(target, op, true));
  const reduceColumns = new Lazy((op: ReduceOp) => reduceKernel(target, op, false));
  const affineOf = (key: number) => ({ weight: (key & 2) !== 0, bias: (key & 1) !== 0 });
  const affineKey = (weight: number, bias: number) => (weight !== 0 ? 2 : 0) + (bias !== 0 ? 1 : 0);
  const activations: readonly (Activation | null)[] = [null, "relu", "sigmoid", "tanh"];
  const activationKey = (activation: Activation | null): number => 4 * activations.indexOf(activation);
  const activationOf = (key: number) => activations[key >> 2]!;
  const forward = new Lazy((key: number) => batchNormForwardKernel(target, affineOf(key), activationOf(key)));
  const forwardColumns = new Lazy((key: number) => batchNormForwardColumnsKernel(target, affineOf(key)));
  const forwardRows = new Lazy((key: number) => batchNormForwardRowsKernel(target, affineOf(key)));
  const apply = new Lazy((key: number) => batchNormApplyKernel(target, affineOf(key), activationOf(key)));
  const applyColumns = new Lazy((key: number) => batchNormApplyColumnsKernel(target, affineOf(key)));
  const backward = new Lazy((key: number) =>
    batchNormBackwardKernel(target, affineOf(key), activationOf(key)),
  );
  const backwardColumns = new Lazy((weighted: boolean) => batchNormBackwardColumnsKernel(target, weighted));
  const backwardRows = new Lazy((weighted: boolean) => batchNormBackwardRowsKernel(target, weighted));
  /**
   * A call by channels: all pointers before `channels`, the argument after `outer`, advance by a channel, those of `data` by
   * its `inner` numbers; absent ones stay 0. Columns go in lots that the scratch area has room for, and in parts of whole steps.
   */
  const byChannel = (run: Run, args: number[], data: readonly number[], outerAt: number): void => {
    const [outer, channels, inner] = [args[outerAt]!, args[outerAt + 1]!, args[outerAt + 2]!];
    const step = inner === 1 ? 16 : 1;
    const grain = step * Math.ceil(elements / (step * Math.max(1, outer * inner)));
    const lot = inner === 1 ? mostColumns : channels;
    if (channels <= lot && (team === null || channels < 2 * grain)) {
      run(...args);
      return;
    }
    const advance = args.map((pointer, i) =>
      i >= outerAt || pointer === 0 ? 0 : data.includes(i) ? 4 * inner : 4,
    );
    for (let start = 0; start < channels; start += lot) {
      const part = args.map((value, i) => value + advance[i]! * start);
      part[outerAt + 1] = Math.min(lot, channels - start);
      share(run, part, { count: outerAt + 1, advance, grain });
    }
  };
  const sgd = new Lazy((key: number) =>
    sgdKernel(target, {
      decay: (key & 8) !== 0,
      momentum: (key & 4) !== 0,
      nesterov: (key & 2) !== 0,
      firstStep: (key & 1) !== 0,
    }),
  );
  const layoutKey = (weight: number, bias: number, inner: number, centred: boolean): number =>
    affineKey(weight, bias) + (inner > 1 ? 4 : 0) + (centred ? 8 : 0);
  const layoutOf = (key: number) => ({ ...affineOf(key), runs: (key & 4) !== 0, centred: (key & 8) !== 0 });
  const normalize = new Lazy((key: number) => normalizeKernel(target, layoutOf(key)));
  const normalizeBackward = new Lazy((key: number) =>
    normalizeBackwardKernel(target, layoutOf(key), (key & 16) !== 0),
  );
  /** A call by samples of `row` numbers, `groups` of them with their statistics. */
  const bySample = (run: Run, args: number[], advance: number[], samplesAt: number, row: number): void => {
    share(run, args, { count: samplesAt, advance, grain: Math.ceil(elements / Math.max(1, row)) });
  };
  const single = new Lazy((make: (target: Target) => Run) => make(target));

  const kernels: Omit<Kernels, keyof (AdaptiveKernels & ConvolutionKernels & PoolingKernels)> = {
    name: target.revec ? "wasm-revec-simd" : target.relaxed ? "wasm-relaxed-simd" : "wasm-simd",

    useThreads(host, scratches) {
      if (!target.shared) throw new Error("useThreads: expected a shared memory, got one of a single thread");
      team = new Team(host, target.memory, scratches, (run) => target.modules.get(run)!);
    },

    settle() {
      team?.settle();
    },

    gemm(a, b, c, m, n, k, transA, transB, accumulate) {
      if (m === 0 || n === 0) return;
      if (k > 0) {
        const { run, cut } = gemm.get(m, n, k, transA, transB);
        share(run, [a, b, c, accumulate ? 1 : 0, m, n], cut);
      } else if (!accumulate) single.get(fillKernel)(c, 0, m * n);
    },

    unary(op, x, y, n) {
      share(unary.get(op), [x, y, n], { count: 2, advance: [4, 4, 0], grain: elements });
    },

    unaryGrad(op, saved, dy, dx, n, accumulate) {
      const run = (accumulate ? unaryGradAdding : unaryGrad).get(op);
      share(run, [saved, dy, dx, n], { count: 3, advance: [4, 4, 4, 0], grain: elements });
    },

    curve(op, x, y, n, a, b) {
      byElement(curve.get(op), [x, y, n, a, b], 2);
    },

    curveGrad(op, x, dy, dx, n, a, b) {
      byElement(curveGrad.get(op), [x, dy, dx, n, a, b], 3);
    },

    binary(op, layout, a, b, y, rows, columns) {
      if (op === "pow") {
        // In f32 e^(b·ln a) would lose up to seven bits; a square is what most callers mean.
        const exponent =
          layout === "scalarRight" ? new Float32Array(target.memory.buffer, b, 1)[0] : undefined;
        if (exponent === 2) binary.get("mul same")(a, a, y, 1, rows * columns);
        else reference.binary(op, layout, a, b, y, rows, columns);
        return;
      }
      const simple = simplified(layout, rows, columns);
      const run = binary.get(`${op} ${simple}`);
      const [left, right] = operands[simple];
      if (left !== "row" && right !== "row" && !simple.startsWith("column")) {
        const advance = [left === "stream" ? 4 : 0, right === "stream" ? 4 : 0, 4, 0, 0];
        share(run, [a, b, y, 1, rows * columns], { count: 4, advance, grain: elements });
      } else {
        const strides = { stream: columns * 4, number: 4, row: 0 };
        const advance = [strides[left], strides[right], columns * 4, 0, 0];
        share(run, [a, b, y, rows, columns], { count: 3, advance, grain: Math.ceil(elements / columns) });
      }
    },

    fill(y, value, n) {
      single.get(fillKernel)(y, value, n);
    },

    uniform(state, y, n) {
      single.get(uniformKernel)(state, y, n);
    },

    axpy(alpha, x, y, n) {
      single.get(axpyKernel)(alpha, x, y, n);
    },

    scale(alpha, x, y, n) {
      single.get(scaleKernel)(alpha, x, y, n);
    },

    transpose(x, y, rows, columns) {
      single.get(transposeKernel)(x, y, rows, columns);
    },

    reduce(op, x, y, outer, n, inner) {
      (inner === 1 ? reduceRuns : reduceColumns).get(op)(x, y, outer, n, inner);
    },

    // Of [N, C] the activation goes by itself, over what the cache still holds.
    // No rest parameters here: taking them apart costs more than a small batch.
    batchNormForward(
      x,
      weight,
      bias,
      runningMean,
      runningVar,
      y,
      mean,
      invStd,
      outer,
      channels,
      inner,
      eps,
      momentum,
      correction,
      activation = null,
    ) {
      const key = affineKey(weight, bias);
      const run =
        inner !== 1
          ? forward.get(key + activationKey(activation))
          : (outer > mostRows ? forwardColumns : forwardRows).get(key);
      const args = [x, weight, bias, runningMean, runningVar, y, mean, invStd, outer, channels, inner];
      args.push(channels * inner * 4, eps, momentum, correction);
      byChannel(run, args, [0, 5], 8);
      if (inner === 1 && activation !== null) kernels.unary(activation, y, y, outer * channels);
    },

    batchNormApply(x, mean, invStd, weight, bias, y, outer, channels, inner, activation = null) {
      const key = affineKey(weight, bias);
      const run = inner === 1 ? applyColumns.get(key) : apply.get(key + activationKey(activation));
      const pointers = [x, mean, invStd, weight, bias, y];
      byChannel(run, [...pointers, outer, channels, inner, channels * inner * 4], [0, 5], 6);
      if (inner === 1 && activation !== null) kernels.unary(activation, y, y, outer * channels);
    },

    batchNormBackward(x, mean, invStd, weight, dy, dx, dWeight, dBias, outer, channels, inner, ...rest) {
      const [activation = null, y = 0, bias = 0] = rest;
      const shape = [outer, channels, inner, channels * inner * 4];
      const results = [dx, dWeight, dBias];
      if (inner !== 1) {
        const run = backward.get(affineKey(weight, bias) + activationKey(activation));
        byChannel(run, [x, mean, invStd, weight, dy, ...results, y, bias, ...shape], [0, 4, 5, 8], 10);
        return;
      }
      const run = (outer > mostRows ? backwardColumns : backwardRows).get(weight !== 0);
      if (activation !== null) kernels.unaryGrad(activation, y, dy, dx, outer * channels, false);
      const from = activation === null ? dy : dx;
      byChannel(run, [x, mean, invStd, weight, from, ...results, ...shape], [0, 4, 5], 8);
    },

    normalize(x, weight, bias, y, statistics, samples, groups, channels, inner, centred, eps) {
      const run = normalize.get(layoutKey(weight, bias, inner, centred));
      const row = groups * channels * inner;
      const advance = [4 * row, 0, 0, 4 * row, 16 * groups, 0, 0, 0, 0, 0];
      bySample(run, [x, weight, bias, y, statistics, samples, groups, channels, inner, eps], advance, 5, row);
    },

    normalizeBackward(
      x,
      statistics,
      weight,
      dy,
      dx,
      slopes,
      shifts,
      samples,
      groups,
      channels,
      inner,
      centred,
    ) {
      const key = layoutKey(weight, 0, inner, centred) + (slopes !== 0 ? 16 : 0);
      const row = groups * channels * inner;
      const sums = slopes === 0 ? 0 : 4 * groups * channels;
      const advance = [4 * row, 16 * groups, 0, 4 * row, 4 * row, sums, inner > 1 ? sums : 0, 0, 0, 0, 0];
      const args = [x, statistics, weight, dy, dx, slopes, shifts, samples, groups, channels, inner];
      bySample(normalizeBackward.get(key), args, advance, 7, row);
    },

    logSoftmax(x, logProbabilities, rows, columns) {
      single.get(logSoftmaxKernel)(x, logProbabilities, rows, columns);
    },

    crossEntropy(logits, targets, loss, dLogits, rows, columns) {
      single.get(crossEntropyKernel)(logits, targets, loss, dLogits, rows, columns);
    },

    sgd(parameter, gradient, buffer, n, lr, momentum, dampening, weightDecay, nesterov, firstStep) {
      const key =
        (weightDecay !== 0 ? 8 : 0) + (momentum !== 0 ? 4 + (nesterov ? 2 : 0) + (firstStep ? 1 : 0) : 0);
      byElement(sgd.get(key), [parameter, gradient, buffer, n, -lr, momentum, 1 - dampening, weightDecay], 3);
    },
  };
  return {
    ...kernels,
    ...createAdaptive(target, byElement),
    ...createConvolution(target, { ...kernels, share, products }),
    ...createPooling(target, { ...kernels, reference, share }),
  };
}
