// Layer, group and root-mean-square normalization: rows of n = channels·inner neighboring numbers, each by itself.

import { define, grainOf } from "../call/device";
import { variants } from "../call/variants";
import {
  type Code,
  type FunctionBuilder,
  f32,
  f32x4,
  f64,
  i32,
  type Local,
  times,
  v128,
} from "../emit/assembler";
import { compile, count, each, float64, shared, units, type Values } from "../emit/kernel";
import { eachVector, loadStep, type Step, storeStep, sumRun } from "../emit/loops";
import { madd, type Target } from "../emit/target";

/** The numbers of a sample. */
const data = each(4, "groups", "channels", "inner");
/** A row's two doubles, for each group of a sample. */
const rowStatistics = each(16, "groups");
/** A parameter's number for each sample. */
const bySample = each(4, "groups", "channels");
const shape = { samples: units, groups: count, channels: count, inner: count };
const forward = {
  ...{ x: data, weight: shared, bias: shared, y: data, statistics: rowStatistics },
  ...{ ...shape, eps: float64 },
};
const backward = {
  ...{ x: data, statistics: rowStatistics, weight: shared, dy: data, dx: data },
  ...{ slopes: bySample, shifts: bySample, ...shape },
};

export interface ForwardCall extends Values<typeof forward> {
  readonly centered: boolean;
}
export interface BackwardCall extends Values<typeof backward> {
  readonly centered: boolean;
}

/** What a kernel is specialized to: `runs` are channels of more than one number, `centered` takes the mean off. */
interface RowLayout {
  readonly weight: boolean;
  readonly bias: boolean;
  readonly runs: boolean;
  readonly centered: boolean;
}
interface BackwardLayout extends Omit<RowLayout, "bias"> {
  /** Whether the parameters' gradients are wanted. */
  readonly summed: boolean;
}

/**
 * Normalizes each row of x[samples, groups, channels, inner] by itself, a row being what `groups` counts:
 * y = weight·(x − μ)·r + bias with the parameters [groups·channels] (0: absent), r = 1/√(σ² + eps) and the biased σ² around μ;
 * without `centered`, μ is 0. Writes μ and r of each row to statistics f64[samples·groups, 2], 8-byte aligned.
 */
export const normalize = define<(call: ForwardCall) => void>({
  emit(device) {
    const kernels = variants((layout: RowLayout) => normalizeKernel(device.target, layout));
    return (call) => {
      const { weight, bias, groups, channels, inner, centered } = call;
      const kernel = kernels({ weight: weight !== 0, bias: bias !== 0, runs: inner > 1, centered });
      device.run(kernel, call, grainOf(groups * channels * inner));
    };
  },
  reference: (memory) => (call) => {
    const { samples, groups, channels, inner, centered, eps } = call;
    const n = channels * inner;
    const rows = samples * groups;
    const [x, y] = [memory.floats(call.x, rows * n), memory.floats(call.y, rows * n)];
    const weight = memory.floatsIf(call.weight, groups * channels);
    const bias = memory.floatsIf(call.bias, groups * channels);
    const statistics = memory.doubles(call.statistics, 2 * rows);
    for (let row = 0; row < rows; row++) {
      const numbers = x.subarray(row * n, (row + 1) * n);
      let mean = 0;
      if (centered) {
        for (const value of numbers) mean += value;
        mean /= n;
      }
      let squares = 0;
      for (const value of numbers) squares += (value - mean) ** 2;
      const r = 1 / Math.sqrt(squares / n + eps);
      statistics.set([mean, r], 2 * row);
      for (let i = 0; i < n; i++) {
        const c = (row % groups) * channels + Math.floor(i / inner);
        y[row * n + i] = r * (weight?.[c] ?? 1) * (x[row * n + i]! - mean) + (bias?.[c] ?? 0);
      }
    }
  },
});

/**
 * Gradients of that: dx, and by sample what the parameters' gradients are the sums of: slopes[samples, groups·channels] =
 * Σ dy·x̂ over `inner`, and shifts = Σ dy, which is not written where `inner` is 1: it would be dy. Both are 0 where they are
 * not wanted. dx may alias dy.
 */
export const normalizeBackward = define<(call: BackwardCall) => void>({
  emit(device) {
    const kernels = variants((layout: BackwardLayout) => normalizeBackwardKernel(device.target, layout));
    return (call) => {
      const { weight, slopes, groups, channels, inner, centered } = call;
      const kernel = kernels({ weight: weight !== 0, runs: inner > 1, centered, summed: slopes !== 0 });
      device.run(kernel, call, grainOf(groups * channels * inner));
    };
  },
  reference: (memory) => (call) => {
    const { samples, groups, channels, inner, centered } = call;
    const n = channels * inner;
    const rows = samples * groups;
    if (n === 0) return;
    const [x, dy] = [memory.floats(call.x, rows * n), memory.floats(call.dy, rows * n)];
    const dx = memory.floats(call.dx, rows * n);
    const weight = memory.floatsIf(call.weight, groups * channels);
    const slopes = memory.floatsIf(call.slopes, rows * channels);
    const shifts = inner > 1 && slopes !== null ? memory.floats(call.shifts, rows * channels) : null;
    const statistics = memory.doubles(call.statistics, 2 * rows);
    for (let row = 0; row < rows; row++) {
      const [mean, r] = [statistics[2 * row]!, statistics[2 * row + 1]!];
      const normal = (i: number) => (x[row * n + i]! - mean) * r;
      const factor = (c: number) => weight?.[(row % groups) * channels + c] ?? 1;
      let [sum, product] = [0, 0];
      for (let c = 0; c < channels; c++) {
        let [shift, slope] = [0, 0];
        for (let i = c * inner; i < (c + 1) * inner; i++) {
          shift += dy[row * n + i]!;
          slope += dy[row * n + i]! * normal(i);
        }
        if (slopes !== null) slopes[row * channels + c] = slope;
        if (shifts !== null) shifts[row * channels + c] = shift;
        sum += factor(c) * shift;
        product += factor(c) * slope;
      }
      const [a, b] = [centered ? sum / n : 0, product / n];
      for (let i = 0; i < n; i++) {
        const through = factor(Math.floor(i / inner)) * dy[row * n + i]!;
        dx[row * n + i] = r * (through - a - normal(i) * b);
      }
    }
  },
});

/** μ of a row as two f32, so that x − μ is as good as in doubles, and r = 1/√(σ² + ε). */
function statisticsOf(f: FunctionBuilder, centered: boolean) {
  const [mean, r] = [f.local("f64"), f.local("f64")];
  const [high, low, scale] = f.vectors(3);
  const splat = (value: Code) => f32x4.splat(f32.demote(value));
  return {
    mean,
    r,
    scale,
    splat,
    setMean: centered
      ? [high.set(splat(mean.get)), low.set(splat(f64.sub(mean.get, f64.promote(f32x4.lane(high.get)))))]
      : [],
    setScale: scale.set(splat(r.get)),
    distance: (x: Code): Code => (centered ? f32x4.sub(f32x4.sub(x, high.get), low.get) : x),
  };
}

function normalizeKernel(target: Target, { weight, bias, runs, centered }: RowLayout) {
  return compile(target, forward, (parameters, f) => {
    const { x, weight: gamma, bias: beta, y, statistics } = parameters;
    const { samples, groups, channels, inner, eps } = parameters;
    const [sample, group, channel, n, cursor, weights, biases] = f.integers(7);
    const [squares, off, count] = f.doubles(3);
    const [factor, shift, d] = f.vectors(3);
    const { mean, r, scale, setMean, setScale, distance } = statisticsOf(f, centered);
    const sumOver = (totals: Local[], terms: Parameters<typeof sumRun>[4]): Code => [
      [...totals.map((total) => total.set(f64.const(0))), cursor.set(x.get)],
      sumRun(f, n.get, [cursor], totals, terms),
      totals.map((total) => total.set(f64.div(total.get, count.get))),
    ];
    const affine = (step: Step, at: number): Code => {
      const scaled = weight ? f32x4.mul(scale.get, loadStep(step, weights, at)) : scale.get;
      const moved = distance(loadStep(step, x, at));
      return bias ? madd(target, moved, scaled, loadStep(step, biases, at)) : f32x4.mul(moved, scaled);
    };
    const parameterStreams = [weight ? [weights] : [], bias ? [biases] : []].flat();
    const written = runs
      ? times(channel, channels.get, [
          factor.set(weight ? f32x4.mul(scale.get, v128.loadSplat(weights.get)) : scale.get),
          shift.set(bias ? v128.loadSplat(biases.get) : v128.zero),
          eachVector(f, inner.get, [x, y], 4, [y], (step, at) => [
            madd(target, distance(loadStep(step, x, at)), factor.get, shift.get),
          ]),
          parameterStreams.map((stream) => stream.advance(4)),
        ])
      : eachVector(f, n.get, [x, y, ...parameterStreams], 4, [y], (step, at) => [affine(step, at)]);
    return [
      [n.set(i32.mul(channels.get, inner.get)), count.set(f64.fromU32(n.get))],
      times(sample, samples.get, [
        [weights.set(gamma.get), biases.set(beta.get)],
        times(group, groups.get, [
          centered ? [sumOver([mean], (step, at, put) => put(0, loadStep(step, cursor, at))), setMean] : [],
          sumOver(centered ? [squares, off] : [squares], (step, at, put) => [
            d.set(distance(loadStep(step, cursor, at))),
            put(0, f32x4.mul(d.get, d.get)),
            centered ? put(1, d.get) : [],
          ]),
          // What the mean of the differences is off 0 the mean was off: Chan, Golub & LeVeque 1983.
          centered
            ? [
                [mean.set(f64.add(mean.get, off.get)), setMean],
                squares.set(f64.sub(squares.get, f64.mul(off.get, off.get))),
              ]
            : [],
          r.set(f64.div(f64.const(1), f64.sqrt(f64.add(squares.get, eps.get)))),
          setScale,
          [f64.store(statistics.get, mean.get), f64.store(statistics.get, r.get, 8), statistics.advance(16)],
          written,
        ]),
      ]),
    ];
  });
}

function normalizeBackwardKernel(target: Target, { weight, runs, centered, summed }: BackwardLayout) {
  return compile(target, backward, (parameters, f) => {
    const { x, statistics, weight: gamma, dy, dx, slopes, shifts } = parameters;
    const { samples, groups, channels, inner } = parameters;
    const [sample, group, channel, n, fromX, fromDy, weights, back] = f.integers(8);
    const [sum, product, part, partX, factor] = f.doubles(5);
    const [a, b, g, scaled, value] = f.vectors(5);
    const { mean, r, scale, splat, setMean, setScale, distance } = statisticsOf(f, centered);
    const normal = (step: Step, from: Local, at: number): Code =>
      f32x4.mul(distance(loadStep(step, from, at)), scale.get);
    const weighed = (step: Step, dys: Code, at: number): Code =>
      weight ? f32x4.mul(dys, runs ? scaled.get : loadStep(step, weights, at)) : dys;
    const streams = weight && !runs ? [weights] : [];
    const store = (to: Local, from: Local): Code =>
      summed ? [f32.store(to.get, f32.demote(from.get)), to.advance(4)] : [];
    const sums = runs
      ? times(channel, channels.get, [
          [part.set(f64.const(0)), partX.set(f64.const(0))],
          sumRun(f, inner.get, [fromX, fromDy], [part, partX], (step, at, put) => [
            put(0, loadStep(step, fromDy, at)),
            put(1, f32x4.mul(loadStep(step, fromDy, at), normal(step, fromX, at))),
          ]),
          [store(shifts, part), store(slopes, partX)],
          weight
            ? [
                factor.set(f64.promote(f32.load(weights.get))),
                part.set(f64.mul(part.get, factor.get)),
                partX.set(f64.mul(partX.get, factor.get)),
                weights.advance(4),
              ]
            : [],
          [sum.set(f64.add(sum.get, part.get)), product.set(f64.add(product.get, partX.get))],
        ])
      : sumRun(
          f,
          n.get,
          [fromX, fromDy, ...streams, ...(summed ? [slopes] : [])],
          [sum, product],
          (step, at, put) => [
            [g.set(loadStep(step, fromDy, at)), value.set(normal(step, fromX, at))],
            summed ? storeStep(step, slopes, f32x4.mul(g.get, value.get), at) : [],
            g.set(weighed(step, g.get, at)),
            centered ? put(0, g.get) : [],
            put(1, f32x4.mul(g.get, value.get)),
          ],
        );
    // dx = r·(γ·dy − a − x̂·b)
    const gradient = (step: Step, at: number): Code => {
      const through = weighed(step, loadStep(step, dy, at), at);
      const held = centered ? f32x4.sub(through, a.get) : through;
      return f32x4.mul(scale.get, f32x4.sub(held, f32x4.mul(normal(step, x, at), b.get)));
    };
    const map = (length: Code): Code =>
      eachVector(f, length, [x, dy, dx, ...streams], 4, [dx], (step, at) => [gradient(step, at)]);
    const written = runs
      ? times(channel, channels.get, [
          weight ? [scaled.set(v128.loadSplat(weights.get)), weights.advance(4)] : [],
          map(inner.get),
        ])
      : map(n.get);
    const over = (total: Local): Code => splat(f64.div(total.get, f64.fromU32(n.get)));
    return [
      n.set(i32.mul(channels.get, inner.get)),
      times(sample, samples.get, [
        weights.set(gamma.get),
        times(group, groups.get, [
          [mean.set(f64.load(statistics.get)), r.set(f64.load(statistics.get, 8)), statistics.advance(16)],
          [setMean, setScale],
          [sum.set(f64.const(0)), product.set(f64.const(0))],
          [fromX.set(x.get), fromDy.set(dy.get), back.set(weights.get)],
          sums,
          [a.set(over(sum)), b.set(over(product)), weights.set(back.get)],
          written,
        ]),
      ]),
    ];
  });
}
