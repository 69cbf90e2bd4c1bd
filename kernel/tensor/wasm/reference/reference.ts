// The kernels in plain TypeScript: what each one means, and the truth the emitted ones are tested against.
// Every value is computed in float64 and rounded to f32 once, when it is stored.

import { Generator } from "../../math/random";
import type { BinaryLayout, BinaryOp, Kernels, Pointer, ReduceOp, UnaryGradOp, UnaryOp } from "../kernels";
import { curveFunctions } from "./activations";
import { createAdaptiveKernels } from "./optimizers";
import { createWindowKernels } from "./windows";

const unaryFunctions: { [O in UnaryOp]: (x: number) => number } = {
  copy: (x) => x,
  neg: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  abs: Math.abs,
  reciprocal: (x) => 1 / x,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  relu: (x) => Math.max(x, 0), // NaN stays NaN
};

const unaryGradFunctions: { [O in UnaryGradOp]: (dy: number, saved: number) => number } = {
  sigmoid: (dy, y) => dy * y * (1 - y),
  tanh: (dy, y) => dy * (1 - y * y),
  relu: (dy, y) => (y <= 0 ? 0 : dy), // a NaN output lets its gradient through, as PyTorch's threshold_backward
  square: (dy, x) => 2 * dy * x,
  abs: (dy, x) => dy * (x > 0 ? 1 : x < 0 ? -1 : 0),
};

/** C's powf, which PyTorch follows; Math.pow gives NaN for 1^NaN and (±1)^±∞, where C gives 1. */
function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY)) return 1;
  return a ** b;
}

const binaryFunctions: { [O in BinaryOp]: (a: number, b: number) => number } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  maximum: Math.max, // NaN if either is NaN
  minimum: Math.min,
  pow: power,
  eq: (a, b) => (a === b ? 1 : 0),
  ne: (a, b) => (a !== b ? 1 : 0),
  lt: (a, b) => (a < b ? 1 : 0),
  le: (a, b) => (a <= b ? 1 : 0),
  gt: (a, b) => (a > b ? 1 : 0),
  ge: (a, b) => (a >= b ? 1 : 0),
};

/** Steps of [a by row, a by column, b by row, b by column], in elements; null stands for `columns`. */
const layoutSteps: { [L in BinaryLayout]: readonly (0 | 1 | null)[] } = {
  same: [null, 1, null, 1],
  scalarLeft: [0, 0, null, 1],
  scalarRight: [null, 1, 0, 0],
  rowLeft: [0, 1, null, 1],
  rowRight: [null, 1, 0, 1],
  columnLeft: [1, 0, null, 1],
  columnRight: [null, 1, 1, 0],
};

/** Reduces n values read by `at`; an empty sum is 0, an empty mean NaN, an empty maximum −∞, an empty argmax 0. */
const reductions: { [O in ReduceOp]: (n: number, at: (i: number) => number) => number } = {
  sum: (n, at) => fold(n, at, 0, (sum, x) => sum + x),
  mean: (n, at) => fold(n, at, 0, (sum, x) => sum + x) / n,
  prod: (n, at) => fold(n, at, 1, (product, x) => product * x),
  max: (n, at) => fold(n, at, Number.NEGATIVE_INFINITY, Math.max),
  min: (n, at) => fold(n, at, Number.POSITIVE_INFINITY, Math.min),
  argmax: (n, at) => first(n, at, (x, best) => x > best),
  argmin: (n, at) => first(n, at, (x, best) => x < best),
};

function fold(n: number, at: (i: number) => number, start: number, f: (state: number, x: number) => number) {
  let state = start;
  for (let i = 0; i < n; i++) state = f(state, at(i));
  return state;
}

/** The first index whose value no other beats; the first NaN beats everything, as in PyTorch. */
function first(n: number, at: (i: number) => number, beats: (x: number, best: number) => boolean): number {
  let best = 0;
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(at(i))) return i;
    if (beats(at(i), at(best))) best = i;
  }
  return best;
}

/** All kernels over `memory`, without WebAssembly code: slow, exact, and right on any engine. */
export function createReferenceKernels(memory: WebAssembly.Memory): Kernels {
  // Growing the memory detaches every view, so each kernel takes fresh ones. `>>> 2`: pointers reach past 2 GiB.
  const floats = () => new Float32Array(memory.buffer);
  const integers = () => new Int32Array(memory.buffer);
  const at = (pointer: Pointer) => pointer >>> 2;

  /** Calls visit(index of an element of channel c) for every element of that channel in x[outer, channels, inner]. */
  function eachOfChannel(
    c: number,
    outer: number,
    channels: number,
    inner: number,
    visit: (index: number) => void,
  ): void {
    for (let o = 0; o < outer; o++) {
      const start = (o * channels + c) * inner;
      for (let i = start; i < start + inner; i++) visit(i);
    }
  }

  function logSumExp(f32: Float32Array, start: number, columns: number): number {
    let highest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < columns; j++) highest = Math.max(highest, f32[start + j]!);
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += Math.exp(f32[start + j]! - highest);
    return highest + Math.log(sum);
  }

  return {
    name: "reference",
    useThreads() {}, // one thread is all it wants
    settle() {},
    ...createWindowKernels(memory),
    ...createAdaptiveKernels(memory),

    gemm(a, b, c, m, n, k, transA, transB, accumulate) {
      const f32 = floats();
      const [aRow, aColumn] = transA ? [1, m] : [k, 1];
      const [bRow, bColumn] = transB ? [1, k] : [n, 1];
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          const to = at(c) + i * n + j;
          let sum = accumulate ? f32[to]! : 0;
          let left = at(a) + i * aRow;
          let right = at(b) + j * bColumn;
          for (let p = 0; p < k; p++, left += aColumn, right += bRow) sum += f32[left]! * f32[right]!;
          f32[to] = sum;
        }
      }
    },

    unary(op, x, y, n) {
      const f32 = floats();
      const f = unaryFunctions[op];
      for (let i = 0; i < n; i++) f32[at(y) + i] = f(f32[at(x) + i]!);
    },

    unaryGrad(op, saved, dy, dx, n, accumulate) {
      const f32 = floats();
      const g = unaryGradFunctions[op];
      for (let i = 0; i < n; i++) {
        const before = accumulate ? f32[at(dx) + i]! : 0;
        f32[at(dx) + i] = before + g(f32[at(dy) + i]!, f32[at(saved) + i]!);
      }
    },

    curve(op, x, y, n, a, b) {
      const f32 = floats();
      const { value } = curveFunctions[op];
      for (let i = 0; i < n; i++) f32[at(y) + i] = value(f32[at(x) + i]!, a, b);
    },

    curveGrad(op, x, dy, dx, n, a, b) {
      const f32 = floats();
      const { slope } = curveFunctions[op];
      for (let i = 0; i < n; i++) f32[at(dx) + i] = f32[at(dy) + i]! * slope(f32[at(x) + i]!, a, b);
    },

    binary(op, layout, a, b, y, rows, columns) {
      const f32 = floats();
      const f = binaryFunctions[op];
      const [aRow, aColumn, bRow, bColumn] = layoutSteps[layout].map((step) => step ?? columns);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          const left = f32[at(a) + i * aRow! + j * aColumn!]!;
          const right = f32[at(b) + i * bRow! + j * bColumn!]!;
          f32[at(y) + i * columns + j] = f(left, right);
        }
      }
    },

    fill(y, value, n) {
      floats().fill(value, at(y), at(y) + n);
    },

    uniform(state, y, n) {
      const words = integers().subarray(at(state), at(state) + 4);
      const generator = new Generator(0).setState([...words]);
      const f32 = floats();
      for (let i = 0; i < n; i++) f32[at(y) + i] = generator.uniform();
      words.set(generator.getState());
    },

    axpy(alpha, x, y, n) {
      const f32 = floats();
      for (let i = 0; i < n; i++) f32[at(y) + i] = f32[at(y) + i]! + alpha * f32[at(x) + i]!;
    },

    scale(alpha, x, y, n) {
      const f32 = floats();
      for (let i = 0; i < n; i++) f32[at(y) + i] = alpha * f32[at(x) + i]!;
    },

    transpose(x, y, rows, columns) {
      const f32 = floats();
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) f32[at(y) + j * rows + i] = f32[at(x) + i * columns + j]!;
    },

    reduce(op, x, y, outer, n, inner) {
      const f32 = floats();
      const result = op === "argmax" || op === "argmin" ? integers() : f32;
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < inner; i++) {
          const start = at(x) + o * n * inner + i;
          result[at(y) + o * inner + i] = reductions[op](n, (j) => f32[start + j * inner]!);
        }
      }
    },

    batchNormForward(
      ...[
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
        activation,
      ]
    ) {
      const f32 = floats();
      const m = outer * inner;
      const track = (running: number, c: number, value: number) => {
        if (running !== 0) {
          f32[at(running) + c] = (1 - momentum) * f32[at(running) + c]! + momentum * value;
        }
      };
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        eachOfChannel(c, outer, channels, inner, (i) => {
          sum += f32[at(x) + i]!;
        });
        const mu = sum / m;
        let squares = 0;
        eachOfChannel(c, outer, channels, inner, (i) => {
          squares += (f32[at(x) + i]! - mu) ** 2;
        });
        f32[at(mean) + c] = mu;
        f32[at(invStd) + c] = 1 / Math.sqrt(squares / m + eps);
        track(runningMean, c, mu);
        track(runningVar, c, (correction * squares) / m);
      }
      this.batchNormApply(x, mean, invStd, weight, bias, y, outer, channels, inner, activation);
    },

    batchNormApply(x, mean, invStd, weight, bias, y, outer, channels, inner, activation) {
      const f32 = floats();
      const activate = activation ? unaryFunctions[activation] : unaryFunctions.copy;
      for (let c = 0; c < channels; c++) {
        const mu = f32[at(mean) + c]!;
        const scale = f32[at(invStd) + c]! * (weight === 0 ? 1 : f32[at(weight) + c]!);
        const shift = bias === 0 ? 0 : f32[at(bias) + c]!;
        eachOfChannel(c, outer, channels, inner, (i) => {
          f32[at(y) + i] = activate((f32[at(x) + i]! - mu) * scale + shift);
        });
      }
    },

    batchNormBackward(
      ...[x, mean, invStd, weight, dy, dx, dWeight, dBias, outer, channels, inner, activation, y = 0]
    ) {
      const f32 = floats();
      const m = outer * inner;
      const gradientAt = (i: number): number =>
        activation ? unaryGradFunctions[activation](f32[at(dy) + i]!, f32[at(y) + i]!) : f32[at(dy) + i]!;
      for (let c = 0; c < channels; c++) {
        const mu = f32[at(mean) + c]!;
        const inv = f32[at(invStd) + c]!;
        let sumDy = 0;
        let sumDyXhat = 0;
        eachOfChannel(c, outer, channels, inner, (i) => {
          sumDy += gradientAt(i);
          sumDyXhat += gradientAt(i) * (f32[at(x) + i]! - mu) * inv;
        });
        const scale = (inv * (weight === 0 ? 1 : f32[at(weight) + c]!)) / m;
        eachOfChannel(c, outer, channels, inner, (i) => {
          const xhat = (f32[at(x) + i]! - mu) * inv;
          f32[at(dx) + i] = scale * (m * gradientAt(i) - sumDy - xhat * sumDyXhat);
        });
        f32[at(dBias) + c] = sumDy;
        f32[at(dWeight) + c] = sumDyXhat;
      }
    },

    normalize(x, weight, bias, y, statistics, samples, groups, channels, inner, centred, eps) {
      const f32 = floats();
      const f64 = new Float64Array(memory.buffer, statistics, 2 * samples * groups);
      const n = channels * inner;
      for (let row = 0; row < samples * groups; row++) {
        const [start, end] = [at(x) + row * n, at(x) + (row + 1) * n];
        let mean = 0;
        if (centred) {
          for (let i = start; i < end; i++) mean += f32[i]!;
          mean /= n;
        }
        let squares = 0;
        for (let i = start; i < end; i++) squares += (f32[i]! - mean) ** 2;
        const r = 1 / Math.sqrt(squares / n + eps);
        f64.set([mean, r], 2 * row);
        const first = (row % groups) * channels;
        for (let i = 0; i < n; i++) {
          const c = first + Math.floor(i / inner);
          const factor = weight === 0 ? r : r * f32[at(weight) + c]!;
          f32[at(y) + row * n + i] =
            factor * (f32[start + i]! - mean) + (bias === 0 ? 0 : f32[at(bias) + c]!);
        }
      }
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
      const f32 = floats();
      const f64 = new Float64Array(memory.buffer, statistics, 2 * samples * groups);
      const n = channels * inner;
      for (let row = 0; row < samples * groups; row++) {
        const [mean, r] = [f64[2 * row]!, f64[2 * row + 1]!];
        const normal = (i: number) => (f32[at(x) + row * n + i]! - mean) * r;
        const dyAt = (i: number) => f32[at(dy) + row * n + i]!;
        const first = (row % groups) * channels;
        const factor = (c: number) => (weight === 0 ? 1 : f32[at(weight) + first + c]!);
        let [sum, product] = [0, 0];
        for (let c = 0; c < channels; c++) {
          let [shift, slope] = [0, 0];
          for (let i = c * inner; i < (c + 1) * inner; i++) {
            shift += dyAt(i);
            slope += dyAt(i) * normal(i);
          }
          if (slopes !== 0) f32[at(slopes) + row * channels + c] = slope;
          if (slopes !== 0 && inner > 1) f32[at(shifts) + row * channels + c] = shift;
          sum += factor(c) * shift;
          product += factor(c) * slope;
        }
        const [a, b] = [centred ? sum / n : 0, product / n];
        for (let i = 0; i < n; i++) {
          const through = factor(Math.floor(i / inner)) * dyAt(i);
          f32[at(dx) + row * n + i] = r * (through - a - normal(i) * b);
        }
      }
    },

    logSoftmax(x, logProbabilities, rows, columns) {
      const f32 = floats();
      for (let i = 0; i < rows; i++) {
        const from = at(x) + i * columns;
        const total = logSumExp(f32, from, columns);
        for (let j = 0; j < columns; j++)
          f32[at(logProbabilities) + i * columns + j] = f32[from + j]! - total;
      }
    },

    crossEntropy(logits, targets, loss, dLogits, rows, columns) {
      const f32 = floats();
      const i32 = integers();
      let sum = 0;
      for (let i = 0; i < rows; i++) {
        const from = at(logits) + i * columns;
        const target = i32[at(targets) + i]!;
        const total = logSumExp(f32, from, columns);
        sum += total - f32[from + target]!;
        for (let j = 0; j < columns; j++) {
          const probability = Math.exp(f32[from + j]! - total);
          f32[at(dLogits) + i * columns + j] = probability - (j === target ? 1 : 0);
        }
      }
      f32[at(loss)] = sum;
    },

    sgd(parameter, gradient, buffer, n, lr, momentum, dampening, weightDecay, nesterov, firstStep) {
      const f32 = floats();
      for (let i = 0; i < n; i++) {
        const p = f32[at(parameter) + i]!;
        const g = f32[at(gradient) + i]! + (weightDecay === 0 ? 0 : weightDecay * p);
        let step = g;
        if (momentum !== 0) {
          const velocity = firstStep ? g : momentum * f32[at(buffer) + i]! + (1 - dampening) * g;
          f32[at(buffer) + i] = velocity;
          step = nesterov ? g + momentum * velocity : velocity;
        }
        f32[at(parameter) + i] = p - lr * step;
      }
    },
  };
}
