// Batch normalization of [N, C]: 32 rows at a time, so that what is read twice is in the cache and a batch that is larger
// than the cache streams through it. Sums of a block are f32, sums of blocks f64, kept in the thread's scratch area.

import {
  type Code,
  type FunctionBuilder,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  type Local,
  select,
  times,
  v128,
  when,
} from "../emit/assembler";
import { compile } from "../emit/kernel";
import { eachStep, loadStep, type Step, storeStep } from "../emit/loops";
import { regions } from "../emit/scratch";
import { madd, type Target } from "../emit/target";
import {
  type Affine,
  applyParameters,
  backwardParameters,
  coefficients,
  forwardParameters,
  gradient,
  gradientsOf,
  moving,
  normalized,
} from "./batchNormParts";
import { clearSums, eachBlock, eachChannelStep, half, halves, joined, sumAt } from "./columnSums";

/** y = (x − mean)·invStd·weight + bias, block after block; moves x and y. */
function applyColumns(
  f: FunctionBuilder,
  target: Target,
  affine: Affine,
  { x, y, mean, invStd, weight, bias }: Record<"x" | "y" | "mean" | "invStd" | "weight" | "bias", Local>,
  { rows, channels, stride }: Record<"rows" | "channels" | "stride", Code>,
): Code {
  const [now, row, from, to] = f.integers(4);
  const starts = [x, y, mean, invStd, weight, bias];
  const cursors = f.integers(6);
  const [xs, ys, means, invStds, weights, biases] = cursors;
  return eachBlock(f, rows, stride, [x, y], now, [
    cursors.map((cursor, i) => cursor.set(starts[i]!.get)),
    eachStep(f, channels, cursors, 4, (step) => {
      const values = Array.from({ length: step.vectors }, () => f.vectors(3));
      return [
        values.map(([mu, scale, shift], v) => [
          mu.set(loadStep(step, means, v * 16)),
          scale.set(
            affine.weight
              ? f32x4.mul(loadStep(step, invStds, v * 16), loadStep(step, weights, v * 16))
              : loadStep(step, invStds, v * 16),
          ),
          shift.set(affine.bias ? loadStep(step, biases, v * 16) : v128.zero),
        ]),
        [from.set(xs.get), to.set(ys.get)],
        times(row, now.get, [
          // Stored one by one: rows of any length lie across cache lines, which costs fused vectors what they gain.
          values.map((value, v) =>
            storeStep(step, to, normalized(target, loadStep(step, from, v * 16), ...value), v * 16),
          ),
          [from.advance(stride), to.advance(stride)],
        ]),
      ];
    }),
  ]);
}

/** As batchNormApplyKernel, of [N, C]. */
export function batchNormApplyColumnsKernel(target: Target, affine: Affine) {
  return compile(target, applyParameters, (parameters, f) => {
    const { x, mean, invStd, weight, bias, y, outer, channels, stride } = parameters;
    return applyColumns(
      f,
      target,
      affine,
      { x, y, mean, invStd, weight, bias },
      { rows: outer.get, channels: channels.get, stride: stride.get },
    );
  });
}

/** As batchNormForwardKernel, of [N, C] and up to `mostColumns` channels. */
export function batchNormForwardColumnsKernel(target: Target, affine: Affine) {
  return compile(target, forwardParameters, (parameters, f) => {
    const { x, weight, bias, runningMean, runningVar, y, mean, invStd } = parameters;
    const { outer, channels, stride, eps, momentum, correction } = parameters;
    const sums = f.local("i32");
    const [now, row, start, xs, from, before] = f.integers(6);
    const [count, perNow, perNow32, perBefore, between] = f.vectors(5);
    const [rest, terms, delta, d] = f.vectors(4);
    const double = (whole: Local) => f64.fromU32(whole.get);

    // Chan, Golub & LeVeque: Σ(x−μ)² of a union is the sum of both, plus (difference of means)²·n·n′/(n + n′). A block's
    // own comes from d = x − center: center is its mean but for rounding, which the sum of d makes up for.
    const merge = (step: Step, v: number, center: Local, sum: Local, squares: Local): Code =>
      halves(step).map((which) => {
        const [first, second] = [sumAt(0, v, which), sumAt(1, v, which)];
        return [
          rest.set(half(sum, which)),
          terms.set(f64x2.add(f64x2.mul(half(center, which), count.get), rest.get)),
          delta.set(
            f64x2.sub(f64x2.mul(terms.get, perNow.get), f64x2.mul(v128.load(sums.get, first), perBefore.get)),
          ),
          delta.set(f64x2.mul(f64x2.mul(delta.get, delta.get), between.get)),
          delta.set(f64x2.sub(delta.get, f64x2.mul(f64x2.mul(rest.get, rest.get), perNow.get))),
          delta.set(f64x2.add(delta.get, half(squares, which))),
          v128.store(sums.get, f64x2.add(v128.load(sums.get, first), terms.get), first),
          v128.store(sums.get, f64x2.add(v128.load(sums.get, second), delta.get), second),
        ];
      });
    const statistics = eachBlock(f, outer.get, stride.get, [start], now, [
      [count.set(f64x2.splat(double(now))), perNow.set(f64x2.div(f64x2.splat(f64.const(1)), count.get))],
      perNow32.set(f32x4.splat(f32.demote(f64x2.lane(perNow.get)))),
      perBefore.set(
        f64x2.splat(f64.div(f64.const(1), f64.fromU32(select(before.get, i32.const(1), before.get)))),
      ),
      between.set(
        f64x2.splat(f64.div(f64.mul(double(before), double(now)), f64.fromU32(i32.add(before.get, now.get)))),
      ),
      xs.set(start.get),
      eachChannelStep(f, channels.get, [xs], sums, (step) => {
        const each = Array.from({ length: step.vectors }, () => f.vectors(3));
        const eachRow = (visit: (v: number) => Code): Code => [
          from.set(xs.get),
          times(row, now.get, [each.map((_, v) => visit(v)), from.advance(stride.get)]),
        ];
        return [
          each.flat().map((sum) => sum.set(v128.zero)),
          eachRow((v) => each[v]![0].set(f32x4.add(each[v]![0].get, loadStep(step, from, v * 16)))),
          each.map(([center]) => center.set(f32x4.mul(center.get, perNow32.get))),
          eachRow((v) => {
            const [center, sum, squares] = each[v]!;
            return [
              d.set(f32x4.sub(loadStep(step, from, v * 16), center.get)),
              sum.set(f32x4.add(sum.get, d.get)),
              squares.set(madd(target, d.get, d.get, squares.get)),
            ];
          }),
          each.map((values, v) => merge(step, v, ...values)),
        ];
      }),
      before.advance(now.get),
    ]);

    const cursors = f.integers(4);
    const [means, invStds, runningMeans, runningVars] = cursors;
    const perM = f.local("v128");
    const [epsilon, one] = f.vectors(2);
    const parts = moving(f, target, momentum, correction);
    const results = eachChannelStep(f, channels.get, cursors, sums, (step) =>
      Array.from({ length: step.vectors }, (_, v) => {
        const [mu, variance] = f.vectors(2);
        const pair = (sum: 0 | 1, of: (value: Code) => Code): Code => {
          const value = (which: 0 | 1) => of(f64x2.mul(v128.load(sums.get, sumAt(sum, v, which)), perM.get));
          return joined(value(0), step.lanes === 4 ? value(1) : v128.zero);
        };
        return [
          mu.set(pair(0, (value) => value)),
          variance.set(pair(1, (value) => value)),
          storeStep(step, means, mu.get, v * 16),
          storeStep(
            step,
            invStds,
            pair(1, (value) => f64x2.div(one.get, f64x2.sqrt(f64x2.add(value, epsilon.get)))),
            v * 16,
          ),
          when(
            runningMean.get,
            storeStep(step, runningMeans, parts.moved(loadStep(step, runningMeans, v * 16), mu.get), v * 16),
          ),
          when(
            runningVar.get,
            storeStep(
              step,
              runningVars,
              parts.moved(loadStep(step, runningVars, v * 16), f32x4.mul(variance.get, parts.correction)),
              v * 16,
            ),
          ),
        ];
      }),
    );
    return [
      [clearSums(f, channels.get, sums), start.set(x.get), before.set(i32.const(0)), statistics],
      [means.set(mean.get), invStds.set(invStd.get)],
      [runningMeans.set(runningMean.get), runningVars.set(runningVar.get)],
      [perM.set(f64x2.splat(f64.div(f64.const(1), double(outer)))), one.set(f64x2.splat(f64.const(1)))],
      [epsilon.set(f64x2.splat(eps.get)), parts.set, results],
      applyColumns(
        f,
        target,
        affine,
        { x, y, mean, invStd, weight, bias },
        { rows: outer.get, channels: channels.get, stride: stride.get },
      ),
    ];
  });
}

/** As batchNormBackwardKernel, of [N, C] and up to `mostColumns` channels. */
export function batchNormBackwardColumnsKernel(target: Target, weighted: boolean) {
  return compile(target, backwardParameters, (parameters, f) => {
    const { x, mean, invStd, weight, dy, dx, dWeight, dBias, outer, channels, stride } = parameters;
    const sums = f.local("i32");
    const [now, row, means, shiftAt, slopeAt] = f.integers(5);
    const starts = f.integers(3);
    const cursors = f.integers(3);
    const froms = f.integers(3);
    const [fromX, fromDy, to] = froms;
    const place = (these: readonly Local[], those: readonly Local[]): Code =>
      these.map((each, i) => each.set(those[i]!.get));
    const down = (used: number, visit: Code): Code => [
      place(froms.slice(0, used), cursors),
      times(row, now.get, [visit, froms.slice(0, used).map((from) => from.advance(stride.get))]),
    ];
    const d = f.local("v128");

    const statistics = eachBlock(f, outer.get, stride.get, starts.slice(0, 2), now, [
      [place(cursors.slice(0, 2), starts), means.set(mean.get)],
      eachChannelStep(f, channels.get, [cursors[0]!, cursors[1]!, means], sums, (step) => {
        const values = Array.from({ length: step.vectors }, () => f.vectors(3));
        return [
          values.map(([mu, sumDy, sumDyX], v) => [
            mu.set(loadStep(step, means, v * 16)),
            [sumDy.set(v128.zero), sumDyX.set(v128.zero)],
          ]),
          down(
            2,
            values.map(([mu, sumDy, sumDyX], v) => [
              d.set(loadStep(step, fromDy, v * 16)),
              sumDy.set(f32x4.add(sumDy.get, d.get)),
              sumDyX.set(madd(target, d.get, f32x4.sub(loadStep(step, fromX, v * 16), mu.get), sumDyX.get)),
            ]),
          ),
          values.map(([, ...terms], v) =>
            terms.map((sum, s) =>
              halves(step).map((which) => {
                const at = sumAt(s as 0 | 1, v, which);
                return v128.store(sums.get, f64x2.add(v128.load(sums.get, at), half(sum, which)), at);
              }),
            ),
          ),
        ];
      }),
    ]);

    const perM = f.local("v128");
    const perChannel = f.integers(4);
    const [invStds, weights, dWeights, dBiases] = perChannel;
    const values = gradientsOf(f);
    const results = eachChannelStep(f, channels.get, [...perChannel, shiftAt, slopeAt], sums, (step) =>
      Array.from({ length: step.vectors }, (_, v) => {
        const total = (sum: 0 | 1) =>
          joined(
            v128.load(sums.get, sumAt(sum, v, 0)),
            step.lanes === 4 ? v128.load(sums.get, sumAt(sum, v, 1)) : v128.zero,
          );
        const read = (pointer: Local) => loadStep(step, pointer, v * 16);
        return [
          [values.sumDy.set(total(0)), values.sumDyX.set(total(1))],
          coefficients(read(invStds), weighted ? read(weights) : null, perM, values),
          storeStep(step, dBiases, values.sumDy.get, v * 16),
          storeStep(step, dWeights, values.sumDyX.get, v * 16),
          storeStep(step, shiftAt, values.b.get, v * 16),
          storeStep(step, slopeAt, values.c.get, v * 16),
        ];
      }),
    );

    const streams = [...cursors, means, invStds, weights, shiftAt, slopeAt];
    const write = eachBlock(f, outer.get, stride.get, starts, now, [
      place(cursors, starts),
      place([means, invStds, weights], [mean, invStd, weight]),
      [shiftAt.set(regions.shifts), slopeAt.set(regions.slopes)],
      eachStep(f, channels.get, streams, 4, (step) => {
        const each = Array.from({ length: step.vectors }, () => gradientsOf(f));
        return [
          each.map(({ mu, a, b, c }, v) => {
            const read = (pointer: Local) => loadStep(step, pointer, v * 16);
            return [
              [mu.set(read(means)), b.set(read(shiftAt)), c.set(read(slopeAt))],
              a.set(weighted ? f32x4.mul(read(invStds), read(weights)) : read(invStds)),
            ];
          }),
          down(3, [
            each.map((value, v) => {
              const [xs, dys] = [loadStep(step, fromX, v * 16), loadStep(step, fromDy, v * 16)];
              return storeStep(step, to, gradient(xs, dys, value), v * 16);
            }),
          ]),
        ];
      }),
    ]);
    return [
      clearSums(f, channels.get, sums),
      [place(starts.slice(0, 2), [x, dy]), statistics],
      perM.set(f32x4.splat(f32.demote(f64.div(f64.const(1), f64.fromU32(outer.get))))),
      place(perChannel, [invStd, weight, dWeight, dBias]),
      [shiftAt.set(regions.shifts), slopeAt.set(regions.slopes), results],
      [place(starts, [x, dy, dx]), write],
    ];
  });
}
