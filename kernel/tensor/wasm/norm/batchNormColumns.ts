// Batch normalization of [N, C], along rows. A pass for the statistics, in blocks of rows: f32 sums of a block, merged into f64
// ones; then a pass that writes.

import {
  type Code,
  type FunctionBuilder,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  type Local,
  v128,
  when,
} from "../emit/assembler";
import { compile } from "../emit/kernel";
import { loadStep, type Step, storeStep } from "../emit/loops";
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
import {
  alongRows,
  clearSums,
  eachBlock,
  eachKept,
  eachSums,
  half,
  halves,
  joined,
  type Kept,
  kept,
  sumAt,
  tree,
} from "./columnSums";

const each = <T>(step: Step, of: (v: number) => T): T[] =>
  Array.from({ length: step.vectors }, (_, v) => of(v));

/** Rows side by side: of one array, of two. */
const ofOne = 4;
const ofTwo = 2;

/** What is kept of a channel while y is written. */
const Apply = { mean: 0, scale: 1, shift: 2 } as const;

/** y = (x − mean)·invStd·weight + bias. */
function applyColumns(
  f: FunctionBuilder,
  target: Target,
  affine: Affine,
  { x, y, ...ofChannels }: Record<"x" | "y" | "mean" | "invStd" | "weight" | "bias", Local>,
  shape: Record<"rows" | "channels" | "stride", Code>,
  all: Kept,
): Code {
  const cursors = f.integers(4);
  const [means, invStds, weights, biases] = cursors;
  const { mean, invStd, weight, bias } = ofChannels;
  const [mu, scale, shift] = f.vectors(3);
  return [
    [means.set(mean.get), invStds.set(invStd.get), weights.set(weight.get), biases.set(bias.get)],
    eachKept(f, shape.channels, all, cursors, (step) =>
      each(step, (v) => {
        const read = (pointer: Local) => loadStep(step, pointer, v * 16);
        return [
          all.store(step, Apply.mean, v, read(means)),
          all.store(
            step,
            Apply.scale,
            v,
            affine.weight ? f32x4.mul(read(invStds), read(weights)) : read(invStds),
          ),
          affine.bias ? all.store(step, Apply.shift, v, read(biases)) : [],
        ];
      }),
    ),
    alongRows(f, shape, ofTwo, [x, y], all, (step, [from, to]) => [
      each(step, (v) => [
        mu.set(all.load(step, Apply.mean, v)),
        scale.set(all.load(step, Apply.scale, v)),
        shift.set(affine.bias ? all.load(step, Apply.shift, v) : v128.zero),
        from!.map((row, r) =>
          storeStep(step, to![r]!, normalized(target, loadStep(step, row, v * 16), mu, scale, shift), v * 16),
        ),
      ]),
    ]),
  ];
}

/** As batchNormApplyKernel, of [N, C]. */
export function batchNormApplyColumnsKernel(target: Target, affine: Affine) {
  return compile(target, applyParameters, (parameters, f) => {
    const { outer, channels, stride } = parameters;
    const shape = { rows: outer.get, channels: channels.get, stride: stride.get };
    return applyColumns(f, target, affine, parameters, shape, kept(f));
  });
}

/** What is kept of a channel while statistics are taken: what is subtracted of each number, and sums of what is left. */
const Forward = { center: 0, sum: 1, squares: 2 } as const;

/** As batchNormForwardKernel, of [N, C] and up to `mostColumns` channels. */
export function batchNormForwardColumnsKernel(target: Target, affine: Affine) {
  return compile(target, forwardParameters, (parameters, f) => {
    const { x, runningMean, runningVar, mean, invStd } = parameters;
    const { outer, channels, stride, eps, momentum, correction } = parameters;
    const shape = { rows: outer.get, channels: channels.get, stride: stride.get };
    const all = kept(f);
    const sums = f.local("i32");
    const [now, start, before] = f.integers(3);
    const [perNow, perNow32, take, between] = f.vectors(4);
    const [center, first, rest, delta] = f.vectors(4);
    const [center64, mu, squares] = f.vectors(3);
    const rows = f.vectors(ofOne);
    const [sumOf, squaresOf] = [f.vectors(4), f.vectors(4)];
    const double = (whole: Local) => f64.fromU32(whole.get);
    const block = { ...shape, rows: now.get };

    // The first block is centered by its own mean, later ones by that of all before them. Were theirs far from it, squares would
    // lose digits to Σd²/n; but then what lies between the means is as large, and these digits do not count.
    const ownCenter = [
      alongRows(f, block, ofOne, [start], all, (step, [from]) => [
        each(step, (v) => [
          rows.slice(0, from!.length).map((row, r) => row.set(loadStep(step, from![r]!, v * 16))),
          sumOf[v]!.set(
            f32x4.add(
              all.load(step, Forward.sum, v),
              tree(rows.slice(0, from!.length).map((row) => row.get)),
            ),
          ),
        ]),
        each(step, (v) => all.store(step, Forward.sum, v, sumOf[v]!.get)),
      ]),
      eachKept(f, channels.get, all, [], (step) =>
        each(step, (v) => [
          all.store(step, Forward.center, v, f32x4.mul(all.load(step, Forward.sum, v), perNow32.get)),
          all.store(step, Forward.sum, v, v128.zero),
        ]),
      ),
    ];
    const ofBlock = alongRows(f, block, ofOne, [start], all, (step, [from]) => {
      const used = rows.slice(0, from!.length);
      const square = (i: number): Code =>
        i + 1 < used.length
          ? madd(target, used[i]!.get, used[i]!.get, f32x4.mul(used[i + 1]!.get, used[i + 1]!.get))
          : f32x4.mul(used[i]!.get, used[i]!.get);
      return [
        each(step, (v) => [
          center.set(all.load(step, Forward.center, v)),
          used.map((row, r) => row.set(f32x4.sub(loadStep(step, from![r]!, v * 16), center.get))),
          sumOf[v]!.set(f32x4.add(all.load(step, Forward.sum, v), tree(used.map((row) => row.get)))),
          squaresOf[v]!.set(
            f32x4.add(
              all.load(step, Forward.squares, v),
              tree(used.flatMap((_, i) => (i % 2 === 0 ? [square(i)] : []))),
            ),
          ),
        ]),
        each(step, (v) => all.store(step, Forward.sum, v, sumOf[v]!.get)),
        each(step, (v) => all.store(step, Forward.squares, v, squaresOf[v]!.get)),
      ];
    });
    // Chan, Golub & LeVeque: Σ(x−μ)² of a union is the sum of both, plus (difference of means)²·n·n′/(n + n′).
    const merge = eachSums(f, channels.get, all, [], sums, (step) =>
      each(step, (v) => {
        const means = halves(step).map(() => f.local("v128"));
        return [
          [center.set(all.load(step, Forward.center, v)), first.set(all.load(step, Forward.sum, v))],
          rest.set(all.load(step, Forward.squares, v)),
          halves(step).map((which, h) => {
            const [meanAt, squaresAt] = [sumAt(0, v, which), sumAt(1, v, which)];
            return [
              [center64.set(half(center, which)), mu.set(v128.load(sums.get, meanAt))],
              squares.set(f64x2.mul(half(first, which), perNow.get)), // the block's mean of what is left
              delta.set(f64x2.add(f64x2.sub(center64.get, mu.get), squares.get)),
              squares.set(f64x2.sub(half(rest, which), f64x2.mul(half(first, which), squares.get))),
              means[h]!.set(f64x2.add(mu.get, f64x2.mul(delta.get, take.get))),
              v128.store(sums.get, means[h]!.get, meanAt),
              v128.store(
                sums.get,
                f64x2.add(
                  v128.load(sums.get, squaresAt),
                  f64x2.add(squares.get, f64x2.mul(f64x2.mul(delta.get, delta.get), between.get)),
                ),
                squaresAt,
              ),
            ];
          }),
          all.store(step, Forward.center, v, joined(means[0]!.get, means[1]?.get ?? v128.zero)),
          all.store(step, Forward.sum, v, v128.zero),
          all.store(step, Forward.squares, v, v128.zero),
        ];
      }),
    );
    const statistics = eachBlock(f, outer.get, ofOne, stride.get, [start], now, [
      perNow.set(f64x2.splat(f64.div(f64.const(1), double(now)))),
      perNow32.set(f32x4.splat(f32.demote(f64x2.lane(perNow.get)))),
      take.set(f64x2.splat(f64.div(double(now), f64.fromU32(i32.add(before.get, now.get))))),
      between.set(f64x2.mul(take.get, f64x2.splat(double(before)))),
      when(before.get, [], ownCenter),
      [ofBlock, merge],
      before.advance(now.get),
    ]);

    const cursors = f.integers(4);
    const [means, invStds, runningMeans, runningVars] = cursors;
    const perM = f.local("v128");
    const [epsilon, one] = f.vectors(2);
    const parts = moving(f, target, momentum, correction);
    const results = eachSums(f, channels.get, all, cursors, sums, (step) =>
      each(step, (v) => {
        const [average, variance] = f.vectors(2);
        const pair = (sum: 0 | 1, of: (value: Code) => Code): Code => {
          const value = (which: 0 | 1) => of(v128.load(sums.get, sumAt(sum, v, which)));
          return joined(value(0), step.lanes === 4 ? value(1) : v128.zero);
        };
        const ofSquares = (of: (value: Code) => Code) => pair(1, (value) => of(f64x2.mul(value, perM.get)));
        const move = (running: Local, pointer: Local, value: Code): Code =>
          when(
            running.get,
            storeStep(step, pointer, parts.moved(loadStep(step, pointer, v * 16), value), v * 16),
          );
        return [
          average.set(pair(0, (value) => value)),
          variance.set(ofSquares((value) => value)),
          storeStep(step, means, average.get, v * 16),
          storeStep(
            step,
            invStds,
            ofSquares((value) => f64x2.div(one.get, f64x2.sqrt(f64x2.add(value, epsilon.get)))),
            v * 16,
          ),
          move(runningMean, runningMeans, average.get),
          move(runningVar, runningVars, f32x4.mul(variance.get, parts.correction)),
        ];
      }),
    );
    return [
      clearSums(f, channels.get, all, sums, [Forward.sum, Forward.squares]),
      [start.set(x.get), before.set(i32.const(0)), statistics],
      [means.set(mean.get), invStds.set(invStd.get)],
      [runningMeans.set(runningMean.get), runningVars.set(runningVar.get)],
      [perM.set(f64x2.splat(f64.div(f64.const(1), double(outer)))), one.set(f64x2.splat(f64.const(1)))],
      [epsilon.set(f64x2.splat(eps.get)), parts.set, results],
      applyColumns(f, target, affine, parameters, shape, all),
    ];
  });
}

/** What is kept of a channel while gradients are summed, and while dx is written. */
const Sum = { mean: 0, dy: 1, dyX: 2 } as const;
const Write = { mean: 0, a: 1, b: 2, c: 3 } as const;

/** As batchNormBackwardKernel, of [N, C] and up to `mostColumns` channels. */
export function batchNormBackwardColumnsKernel(target: Target, weighted: boolean) {
  return compile(target, backwardParameters, (parameters, f) => {
    const { x, mean, invStd, weight, dy, dx, dWeight, dBias, outer, channels, stride } = parameters;
    const shape = { rows: outer.get, channels: channels.get, stride: stride.get };
    const all = kept(f);
    const [sums, now, means] = f.integers(3);
    const starts = f.integers(2);
    const place = (these: readonly Local[], those: readonly Local[]): Code =>
      these.map((local, i) => local.set(those[i]!.get));
    const mu = f.local("v128");
    const ds = f.vectors(ofTwo);
    const [sumOf, products] = [f.vectors(4), f.vectors(4)];

    const keepMeans = [
      means.set(mean.get),
      eachKept(f, channels.get, all, [means], (step) =>
        each(step, (v) => all.store(step, Sum.mean, v, loadStep(step, means, v * 16))),
      ),
    ];
    const ofBlock = alongRows(f, { ...shape, rows: now.get }, ofTwo, starts, all, (step, [fromX, fromDy]) => {
      const used = ds.slice(0, fromX!.length);
      return [
        each(step, (v) => [
          mu.set(all.load(step, Sum.mean, v)),
          used.map((d, r) => d.set(loadStep(step, fromDy![r]!, v * 16))),
          sumOf[v]!.set(f32x4.add(all.load(step, Sum.dy, v), tree(used.map((d) => d.get)))),
          products[v]!.set(
            f32x4.add(
              all.load(step, Sum.dyX, v),
              used.reduceRight<Code>((rest, d, r) => {
                const distance = f32x4.sub(loadStep(step, fromX![r]!, v * 16), mu.get);
                return r === used.length - 1
                  ? f32x4.mul(d.get, distance)
                  : madd(target, d.get, distance, rest);
              }, []),
            ),
          ),
        ]),
        each(step, (v) => all.store(step, Sum.dy, v, sumOf[v]!.get)),
        each(step, (v) => all.store(step, Sum.dyX, v, products[v]!.get)),
      ];
    });
    const terms = f.local("v128");
    const merge = eachSums(f, channels.get, all, [], sums, (step) =>
      each(step, (v) =>
        [Sum.dy, Sum.dyX].map((which, s) => [
          terms.set(all.load(step, which, v)),
          halves(step).map((side) => {
            const at = sumAt(s as 0 | 1, v, side);
            return v128.store(sums.get, f64x2.add(v128.load(sums.get, at), half(terms, side)), at);
          }),
          all.store(step, which, v, v128.zero),
        ]),
      ),
    );
    const statistics = eachBlock(f, outer.get, ofTwo, stride.get, starts, now, [ofBlock, merge]);

    const perM = f.local("v128");
    const perChannel = f.integers(4);
    const [invStds, weights, dWeights, dBiases] = perChannel;
    const values = gradientsOf(f);
    const results = eachSums(f, channels.get, all, perChannel, sums, (step) =>
      each(step, (v) => {
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
          all.store(step, Write.a, v, values.a.get),
          all.store(step, Write.b, v, values.b.get),
          all.store(step, Write.c, v, values.c.get),
        ];
      }),
    );

    const coefficient = gradientsOf(f);
    const write = alongRows(f, shape, ofTwo, [x, dy, dx], all, (step, [fromX, fromDy, to]) =>
      each(step, (v) => [
        coefficient.mu.set(all.load(step, Write.mean, v)),
        coefficient.a.set(all.load(step, Write.a, v)),
        coefficient.b.set(all.load(step, Write.b, v)),
        coefficient.c.set(all.load(step, Write.c, v)),
        to!.map((row, r) => {
          const [xs, dys] = [loadStep(step, fromX![r]!, v * 16), loadStep(step, fromDy![r]!, v * 16)];
          return storeStep(step, row, gradient(xs, dys, coefficient), v * 16);
        }),
      ]),
    );
    return [
      clearSums(f, channels.get, all, sums, [Sum.dy, Sum.dyX]),
      [keepMeans, place(starts, [x, dy]), statistics],
      perM.set(f32x4.splat(f32.demote(f64.div(f64.const(1), f64.fromU32(outer.get))))),
      place(perChannel, [invStd, weight, dWeight, dBias]),
      [results, write],
    ];
  });
}
