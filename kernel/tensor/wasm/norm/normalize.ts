// Layer, group and root-mean-square normalisation: rows of n = channels·inner neighbouring numbers, each by itself.

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
import { eachVector, loadStep, type Step, storeStep, sumRun } from "../emit/loops";
import { compile, madd, type Run, type Target } from "../emit/target";
import type { Affine } from "./batchNorm";

/** What a kernel is specialised to: `runs` are channels of more than one number, `centred` takes the mean off. */
export interface RowLayout extends Affine {
  readonly runs: boolean;
  readonly centred: boolean;
}

/** μ of a row as two f32, so that x − μ is as good as in doubles, and r = 1/√(σ² + ε). */
function rowStatistics(f: FunctionBuilder, centred: boolean) {
  const [mean, r] = [f.local("f64"), f.local("f64")];
  const [high, low, scale] = f.vectors(3);
  const splat = (value: Code) => f32x4.splat(f32.demote(value));
  return {
    mean,
    r,
    scale,
    splat,
    setMean: centred
      ? [high.set(splat(mean.get)), low.set(splat(f64.sub(mean.get, f64.promote(f32x4.lane(high.get)))))]
      : [],
    setScale: scale.set(splat(r.get)),
    distance: (x: Code): Code => (centred ? f32x4.sub(f32x4.sub(x, high.get), low.get) : x),
  };
}

/** run(x, weight, bias, y, statistics, samples, groups, channels, inner, eps): see Kernels.normalize. */
export function normalizeKernel(target: Target, { weight, bias, runs, centred }: RowLayout): Run {
  return compile(target, [...new Array(9).fill("i32"), "f64"], (f, ...parameters) => {
    const [x, gamma, beta, y, statistics] = parameters as [Local, Local, Local, Local, Local];
    const [samples, groups, channels, inner, eps] = parameters.slice(5) as [
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const [sample, group, channel, n, cursor, weights, biases] = f.integers(7);
    const [squares, off, count] = f.doubles(3);
    const [factor, shift, d] = f.vectors(3);
    const { mean, r, scale, setMean, setScale, distance } = rowStatistics(f, centred);
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
          centred ? [sumOver([mean], (step, at, put) => put(0, loadStep(step, cursor, at))), setMean] : [],
          sumOver(centred ? [squares, off] : [squares], (step, at, put) => [
            d.set(distance(loadStep(step, cursor, at))),
            put(0, f32x4.mul(d.get, d.get)),
            centred ? put(1, d.get) : [],
          ]),
          // What the mean of the differences is off 0 the mean was off: Chan, Golub & LeVeque 1983.
          centred
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

/** run(x, statistics, weight, dy, dx, slopes, shifts, samples, groups, channels, inner): see Kernels.normalizeBackward. */
export function normalizeBackwardKernel(
  target: Target,
  { weight, runs, centred }: Omit<RowLayout, "bias">,
  summed: boolean,
): Run {
  return compile(target, new Array(11).fill("i32"), (f, ...parameters) => {
    const [x, statistics, gamma, dy, dx, slopes] = parameters as [Local, Local, Local, Local, Local, Local];
    const [shifts, samples, groups, channels, inner] = parameters.slice(6) as [
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const [sample, group, channel, n, fromX, fromDy, weights, back] = f.integers(8);
    const [sum, product, part, partX, factor] = f.doubles(5);
    const [a, b, g, scaled, value] = f.vectors(5);
    const { mean, r, scale, splat, setMean, setScale, distance } = rowStatistics(f, centred);
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
            centred ? put(0, g.get) : [],
            put(1, f32x4.mul(g.get, value.get)),
          ],
        );
    // dx = r·(γ·dy − a − x̂·b)
    const gradient = (step: Step, at: number): Code => {
      const through = weighed(step, loadStep(step, dy, at), at);
      const held = centred ? f32x4.sub(through, a.get) : through;
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
