// Batch normalization of [N, C], along rows and cut by rows. What is summed is cut by the shape alone: so many chunks of rows, of
// each f32 sums of a block of rows, merged into f64 ones; then the chunks' are merged, one after the other. What is written has
// any cut.

import { type Device, grainOf } from "../call/device";
import { once, variants } from "../call/variants";
import {
  type Code,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  type Local,
  repeatWhile,
  select,
  v128,
  when,
} from "../emit/assembler";
import {
  each as advancing,
  compile,
  count,
  element,
  float32,
  float64,
  type Kernel,
  type Pointer,
  shared,
  units,
  type Values,
} from "../emit/kernel";
import { eachStep, loadStep, type Step, storeStep } from "../emit/loops";
import { chunkBytes, mostChunks, mostColumns, partials } from "../emit/scratch";
import { madd, type Target } from "../emit/target";
import {
  type Affine,
  type applyParameters,
  type backwardParameters,
  type forwardParameters,
  gradient,
  gradientsOf,
  moving,
  normalized,
  slopes,
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
  kept,
  sumAt,
  tree,
} from "./columnSums";

const each = <T>(step: Step, of: (v: number) => T): T[] =>
  Array.from({ length: step.vectors }, (_, v) => of(v));

/** Rows side by side: of one array, of two or three. */
const ofOne = 4;
const ofTwo = 2;

/** So much is worth a chunk of its own, in numbers and in rows. */
const chunkNumbers = 32768;
const chunkRows = 64;

/** The rows that are summed together: `chunks` times `rows`, and `rest` rows where some are left. By the shape alone. */
interface Cut {
  readonly chunks: number;
  readonly rows: number;
  readonly rest: number;
}

function cutOf({ outer, channels }: { readonly outer: number; readonly channels: number }): Cut {
  const worth = Math.min(
    mostChunks,
    Math.floor(outer / chunkRows),
    Math.floor((outer * channels) / chunkNumbers),
  );
  if (worth < 2) return { chunks: 1, rows: outer, rest: 0 };
  const rows = ofOne * Math.floor(outer / worth / ofOne);
  return { chunks: worth, rows, rest: outer - worth * rows };
}

type Summing = Record<"x" | "dy" | "mean" | "channels" | "stride", number>;

/** Calls a kernel that sums rows for each chunk, which leaves its sums at a place of its own. */
function sumChunks(
  device: Device,
  kernel: Kernel<keyof Summing | "rows" | "sums">,
  values: Summing,
  { chunks, rows, rest }: Cut,
): void {
  const { x, dy, channels, stride } = values;
  const move = rows * stride;
  const grain = Math.ceil(chunkNumbers / (rows * Math.max(1, channels)));
  device.repeat(
    kernel,
    { ...values, rows, sums: partials },
    { x: move, dy: move, sums: chunkBytes },
    chunks,
    grain,
  );
  if (rest > 0)
    kernel.call({
      ...{ ...values, x: x + chunks * move, dy: dy + chunks * move },
      ...{ rows: rest, sums: partials + chunks * chunkBytes },
    });
}

/** What is kept of a channel while statistics are taken: what is subtracted of each number, and sums of what is left. */
const Forward = { center: 0, sum: 1, squares: 2 } as const;

/** Leaves the mean of some rows, and Σ(x − mean)², as f64 at `sums`. */
function statisticsKernel(target: Target) {
  const parameters = { x: shared, sums: shared, rows: count, channels: count, stride: count };
  return compile(target, parameters, (given, f) => {
    const { x, channels, stride } = given;
    const all = kept(f);
    const sums = f.local("i32");
    const [now, start, before] = f.integers(3);
    const [perNow, perNow32, take, between] = f.vectors(4);
    const [center, first, rest, delta] = f.vectors(4);
    const [mu, squares] = f.vectors(2);
    const rows = f.vectors(ofOne);
    const [sumOf, squaresOf] = [f.vectors(4), f.vectors(4)];
    const double = (whole: Local) => f64.fromU32(whole.get);
    const block = { rows: now.get, channels: channels.get, stride: stride.get };

    // The first block is centered by its own mean, later ones by that of all before them. Were theirs far from it, squares would
    // lose digits to Σd²/n; but then what lies between the means is as large, and these digits do not count.
    const ownCenter = [
      alongRows(f, block, ofOne, [start], all, (step, [from]) => [
        each(step, (v) => [
          from!.map((place, r) => rows[r]!.set(loadStep(step, place, v * 16))),
          sumOf[v]!.set(f32x4.add(all.load(step, Forward.sum, v), tree(from!.map((_, r) => rows[r]!.get)))),
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
      const used = from!.map((_, r) => rows[r]!);
      const square = (i: number): Code => {
        const [one, other] = [used[i]!.get, used[i + 1]?.get];
        return other === undefined ? f32x4.mul(one, one) : madd(target, one, one, f32x4.mul(other, other));
      };
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
    const merge = eachSums(f, channels.get, all, [], given.sums, sums, (step) =>
      each(step, (v) => {
        const means = halves(step).map(() => f.local("v128"));
        return [
          [center.set(all.load(step, Forward.center, v)), first.set(all.load(step, Forward.sum, v))],
          rest.set(all.load(step, Forward.squares, v)),
          halves(step).map((which, h) => {
            const [meanAt, squaresAt] = [sumAt(0, v, which), sumAt(1, v, which)];
            return [
              mu.set(v128.load(sums.get, meanAt)),
              squares.set(f64x2.mul(half(first, which), perNow.get)), // the block's mean of what is left
              delta.set(f64x2.add(f64x2.sub(half(center, which), mu.get), squares.get)),
              squares.set(f64x2.sub(half(rest, which), f64x2.mul(half(first, which), squares.get))),
              means[h]!.set(f64x2.add(mu.get, f64x2.mul(delta.get, take.get))),
              v128.store(sums.get, means[h]!.get, meanAt),
              v128.store(
                sums.get,
                united(v128.load(sums.get, squaresAt), squares.get, delta, between.get),
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
    return [
      clearSums(f, channels.get, all, given.sums, sums, [Forward.sum, Forward.squares]),
      [start.set(x.get), before.set(i32.const(0))],
      eachBlock(f, given.rows.get, ofOne, stride.get, [start], now, [
        perNow.set(f64x2.splat(f64.div(f64.const(1), double(now)))),
        perNow32.set(f32x4.splat(f32.demote(f64x2.lane(perNow.get)))),
        take.set(f64x2.splat(f64.div(double(now), f64.fromU32(i32.add(before.get, now.get))))),
        between.set(f64x2.mul(take.get, f64x2.splat(double(before)))),
        when(before.get, [], ownCenter),
        [ofBlock, merge],
        before.advance(now.get),
      ]),
    ];
  });
}

/**
 * Chan, Golub & LeVeque: Σ(x−μ)² of a union is the sum of both, plus (difference of means)²·n·n′/(n + n′), of which the last is
 * `between`.
 */
const united = (these: Code, those: Code, delta: Local, between: Code): Code =>
  f64x2.add(these, f64x2.add(those, f64x2.mul(f64x2.mul(delta.get, delta.get), between)));

/** How rows were cut in chunks, and where their sums begin. */
const cut = { sums: shared, chunks: count, rows: count, rest: count };

/** From the chunks' statistics those of all rows: mean, invStd, and the running ones moved. */
function mergedStatisticsKernel(target: Target) {
  const parameters = {
    ...cut,
    ...{ mean: element, invStd: element, runningMean: element, runningVar: element, channels: count },
    ...{ eps: float64, momentum: float32, correction: float32 },
  };
  return compile(target, parameters, (given, f) => {
    const { sums, chunks, rows, rest, channels, mean, invStd, runningMean, runningVar } = given;
    const [at, k] = f.integers(2);
    const [now, before, total] = [f.local("f64"), f.local("f64"), f.local("f64")];
    const [take, between, delta] = f.vectors(3);
    const [means, squares] = [f.vectors(2), f.vectors(2)];
    const [perM, epsilon, one] = f.vectors(3);
    const [average, variance] = f.vectors(2);
    const cursors = f.integers(2);
    const [meansTo, variancesTo] = cursors;
    const parts = moving(f, target, given.momentum, given.correction);
    const load = (sum: 0 | 1, which: 0 | 1) => v128.load(at.get, sumAt(sum, 0, which));
    const first = f.local("i32");
    return [
      [parts.set, one.set(f64x2.splat(f64.const(1))), epsilon.set(f64x2.splat(given.eps.get))],
      total.set(f64.fromU32(i32.add(i32.mul(chunks.get, rows.get), rest.get))),
      perM.set(f64x2.splat(f64.div(f64.const(1), total.get))),
      [first.set(sums.get), meansTo.set(runningMean.get), variancesTo.set(runningVar.get)],
      eachStep(f, channels.get, [mean, invStd, ...cursors], 1, (step) => {
        const pair = (of: (which: 0 | 1) => Code): Code =>
          joined(of(0), step.lanes === 4 ? of(1) : v128.zero);
        const move = (running: Local, pointer: Local, value: Code): Code =>
          when(running.get, storeStep(step, pointer, parts.moved(loadStep(step, pointer), value)));
        return [
          at.set(first.get),
          halves(step).map((which) => [means[which].set(load(0, which)), squares[which].set(load(1, which))]),
          [before.set(f64.fromU32(rows.get)), k.set(i32.const(1))],
          eachFurther(chunks, rest, k, at, [
            now.set(f64.fromU32(select(rows.get, rest.get, i32.less(k.get, chunks.get)))),
            take.set(f64x2.splat(f64.div(now.get, f64.add(before.get, now.get)))),
            between.set(f64x2.mul(take.get, f64x2.splat(before.get))),
            halves(step).map((which) => [
              delta.set(f64x2.sub(load(0, which), means[which].get)),
              means[which].set(f64x2.add(means[which].get, f64x2.mul(delta.get, take.get))),
              squares[which].set(united(squares[which].get, load(1, which), delta, between.get)),
            ]),
            before.set(f64.add(before.get, now.get)),
          ]),
          halves(step).map((which) => squares[which].set(f64x2.mul(squares[which].get, perM.get))),
          average.set(pair((which) => means[which].get)),
          variance.set(pair((which) => squares[which].get)),
          storeStep(step, mean, average.get),
          storeStep(
            step,
            invStd,
            pair((which) => f64x2.div(one.get, f64x2.sqrt(f64x2.add(squares[which].get, epsilon.get)))),
          ),
          move(runningMean, meansTo, average.get),
          move(runningVar, variancesTo, f32x4.mul(variance.get, parts.correction)),
          first.advance(step.lanes === 4 ? 64 : 32),
        ];
      }),
    ];
  });
}

/** Runs `body` for each chunk after the first, `at` its sums, `k` its number. */
const eachFurther = (chunks: Local, rest: Local, k: Local, at: Local, body: Code): Code => {
  const more = i32.less(k.get, i32.add(chunks.get, select(i32.const(1), i32.const(0), rest.get)));
  return when(more, repeatWhile(more, [at.advance(chunkBytes), body, k.advance(1)]));
};

/** A call that writes rows may be cut anywhere: what it needs of the channels all parts share. */
const channel = shared;
const along = advancing(1, "stride");
const written = { rows: units, channels: count, stride: count };

/** What is kept of a channel while y is written. */
const Apply = { mean: 0, scale: 1, shift: 2 } as const;

/** y = (x − mean)·invStd·weight + bias. */
function applyKernel(target: Target, affine: Affine) {
  const parameters = {
    ...{ x: along, mean: channel, invStd: channel, weight: channel, bias: channel, y: along },
    ...written,
  };
  return compile(target, parameters, (given, f) => {
    const { x, y, mean, invStd, weight, bias, rows, channels, stride } = given;
    const all = kept(f);
    const [mu, scale, shift] = f.vectors(3);
    const shape = { rows: rows.get, channels: channels.get, stride: stride.get };
    return [
      eachKept(f, channels.get, all, [mean, invStd, weight, bias], (step) =>
        each(step, (v) => {
          const read = (pointer: Local) => loadStep(step, pointer, v * 16);
          return [
            all.store(step, Apply.mean, v, read(mean)),
            all.store(
              step,
              Apply.scale,
              v,
              affine.weight ? f32x4.mul(read(invStd), read(weight)) : read(invStd),
            ),
            affine.bias ? all.store(step, Apply.shift, v, read(bias)) : [],
          ];
        }),
      ),
      alongRows(f, shape, ofTwo, [x, y], all, (step, [from, to]) =>
        each(step, (v) => [
          mu.set(all.load(step, Apply.mean, v)),
          scale.set(all.load(step, Apply.scale, v)),
          shift.set(affine.bias ? all.load(step, Apply.shift, v) : v128.zero),
          from!.map((row, r) =>
            storeStep(
              step,
              to![r]!,
              normalized(target, loadStep(step, row, v * 16), mu, scale, shift),
              v * 16,
            ),
          ),
        ]),
      ),
    ];
  });
}

/** What is kept of a channel while gradients are summed, and while dx is written. */
const Sum = { mean: 0, dy: 1, dyX: 2 } as const;
const Write = { mean: 0, a: 1, b: 2, c: 3 } as const;

/** Leaves Σdy and Σdy·(x − mean) of some rows as f64 at `sums`. */
function gradientSumsKernel(target: Target) {
  const parameters = {
    x: shared,
    dy: shared,
    mean: channel,
    sums: shared,
    rows: count,
    channels: count,
    stride: count,
  };
  return compile(target, parameters, (given, f) => {
    const { x, dy, mean, channels, stride } = given;
    const all = kept(f);
    const [sums, now] = f.integers(2);
    const mu = f.local("v128");
    const terms = f.local("v128");
    const ds = f.vectors(ofTwo);
    const [sumOf, products] = [f.vectors(4), f.vectors(4)];
    const block = { rows: now.get, channels: channels.get, stride: stride.get };
    const ofBlock = alongRows(f, block, ofTwo, [x, dy], all, (step, [fromX, fromDy]) => [
      each(step, (v) => [
        mu.set(all.load(step, Sum.mean, v)),
        fromDy!.map((place, r) => ds[r]!.set(loadStep(step, place, v * 16))),
        sumOf[v]!.set(f32x4.add(all.load(step, Sum.dy, v), tree(fromDy!.map((_, r) => ds[r]!.get)))),
        products[v]!.set(
          fromX!
            .map((place, r): [Code, Code] => [ds[r]!.get, f32x4.sub(loadStep(step, place, v * 16), mu.get)])
            .reduce<Code>(
              (sum, [d, distance], r) => (r === 0 ? f32x4.mul(d, distance) : madd(target, d, distance, sum)),
              [],
            ),
        ),
        products[v]!.set(f32x4.add(all.load(step, Sum.dyX, v), products[v]!.get)),
      ]),
      each(step, (v) => all.store(step, Sum.dy, v, sumOf[v]!.get)),
      each(step, (v) => all.store(step, Sum.dyX, v, products[v]!.get)),
    ]);
    const merge = eachSums(f, channels.get, all, [], given.sums, sums, (step) =>
      each(step, (v) =>
        ([Sum.dy, Sum.dyX] as const).map((which, s) => [
          terms.set(all.load(step, which, v)),
          halves(step).map((side) => {
            const at = sumAt(s as 0 | 1, v, side);
            return v128.store(sums.get, f64x2.add(v128.load(sums.get, at), half(terms, side)), at);
          }),
          all.store(step, which, v, v128.zero),
        ]),
      ),
    );
    return [
      clearSums(f, channels.get, all, given.sums, sums, [Sum.dy, Sum.dyX]),
      eachKept(f, channels.get, all, [mean], (step) =>
        each(step, (v) => all.store(step, Sum.mean, v, loadStep(step, mean, v * 16))),
      ),
      eachBlock(f, given.rows.get, ofTwo, stride.get, [x, dy], now, [ofBlock, merge]),
    ];
  });
}

/** From the chunks' sums dBias and dWeight. */
function mergedGradientsKernel(target: Target) {
  const parameters = { ...cut, invStd: element, dWeight: element, dBias: element, channels: count };
  return compile(target, parameters, ({ sums, chunks, rest, channels, invStd, dWeight, dBias }, f) => {
    const [at, k, first] = f.integers(3);
    const [ofDy, ofDyX] = [f.vectors(2), f.vectors(2)];
    const load = (sum: 0 | 1, which: 0 | 1) => v128.load(at.get, sumAt(sum, 0, which));
    return [
      first.set(sums.get),
      eachStep(f, channels.get, [invStd, dWeight, dBias], 1, (step) => {
        const pair = (of: readonly Local[]): Code =>
          joined(of[0]!.get, step.lanes === 4 ? of[1]!.get : v128.zero);
        return [
          [at.set(first.get), k.set(i32.const(1))],
          halves(step).map((which) => [ofDy[which].set(load(0, which)), ofDyX[which].set(load(1, which))]),
          eachFurther(
            chunks,
            rest,
            k,
            at,
            halves(step).map((which) => [
              ofDy[which].set(f64x2.add(ofDy[which].get, load(0, which))),
              ofDyX[which].set(f64x2.add(ofDyX[which].get, load(1, which))),
            ]),
          ),
          storeStep(step, dBias, pair(ofDy)),
          storeStep(step, dWeight, f32x4.mul(pair(ofDyX), loadStep(step, invStd))),
          first.advance(step.lanes === 4 ? 64 : 32),
        ];
      }),
    ];
  });
}

/** dx, from dWeight and dBias of `m` rows. */
function writeGradientKernel(target: Target, weighted: boolean) {
  const parameters = {
    ...{ x: along, dy: along, dx: along },
    ...{ mean: channel, invStd: channel, weight: channel, dWeight: channel, dBias: channel, m: count },
    ...written,
  };
  return compile(target, parameters, (given, f) => {
    const { x, dy, dx, mean, invStd, weight, dWeight, dBias, m, rows, channels, stride } = given;
    const all = kept(f);
    const perM = f.local("v128");
    const values = gradientsOf(f);
    const shape = { rows: rows.get, channels: channels.get, stride: stride.get };
    return [
      perM.set(f32x4.splat(f32.demote(f64.div(f64.const(1), f64.fromU32(m.get))))),
      eachKept(f, channels.get, all, [mean, invStd, weight, dWeight, dBias], (step) =>
        each(step, (v) => {
          const read = (pointer: Local) => loadStep(step, pointer, v * 16);
          return [
            [values.sumDy.set(read(dBias)), values.sumDyX.set(read(dWeight))],
            slopes(read(invStd), weighted ? read(weight) : null, perM, values),
            all.store(step, Write.mean, v, read(mean)),
            all.store(step, Write.a, v, values.a.get),
            all.store(step, Write.b, v, values.b.get),
            all.store(step, Write.c, v, values.c.get),
          ];
        }),
      ),
      alongRows(f, shape, ofTwo, [x, dy, dx], all, (step, [fromX, fromDy, to]) =>
        each(step, (v) => [
          values.mu.set(all.load(step, Write.mean, v)),
          values.a.set(all.load(step, Write.a, v)),
          values.b.set(all.load(step, Write.b, v)),
          values.c.set(all.load(step, Write.c, v)),
          to!.map((row, r) => {
            const [xs, dys] = [loadStep(step, fromX![r]!, v * 16), loadStep(step, fromDy![r]!, v * 16)];
            return storeStep(step, row, gradient(xs, dys, values), v * 16);
          }),
        ]),
      ),
    ];
  });
}

/** Calls `visit` for lots of neighboring channels, no more than the scratch area has room for; `at` is where their numbers begin. */
function eachLot(channels: number, visit: (size: number, at: (pointer: Pointer) => Pointer) => void): void {
  for (let start = 0; start < channels; start += mostColumns) {
    const at = (pointer: Pointer) => (pointer === 0 ? 0 : pointer + 4 * start);
    visit(Math.min(mostColumns, channels - start), at);
  }
}

type ForwardColumns = Values<Omit<typeof forwardParameters, "stride" | "inner">>;
type ApplyColumns = Values<Omit<typeof applyParameters, "stride" | "inner">>;
type BackwardColumns = Values<Omit<typeof backwardParameters, "stride" | "inner">>;

/** What batchNormForward, batchNormApply and batchNormBackward do of [N, C], but for activations. */
export function batchNormColumns(device: Device) {
  const { target } = device;
  const statistics = once(() => statisticsKernel(target));
  const mergedStatistics = once(() => mergedStatisticsKernel(target));
  const applies = variants((affine: Affine) => applyKernel(target, affine));
  const gradientSums = once(() => gradientSumsKernel(target));
  const mergedGradients = once(() => mergedGradientsKernel(target));
  const writes = variants(({ weight }: { weight: boolean }) => writeGradientKernel(target, weight));

  const apply = ({ x, y, mean, invStd, weight, bias, outer, channels }: ApplyColumns): void =>
    eachLot(channels, (size, at) => {
      const values = {
        x: at(x),
        y: at(y),
        mean: at(mean),
        invStd: at(invStd),
        weight: at(weight),
        bias: at(bias),
      };
      const kernel = applies({ weight: weight !== 0, bias: bias !== 0 });
      device.run(
        kernel,
        { ...values, rows: outer, channels: size, stride: channels * 4 },
        grainOf(size, ofOne),
      );
    });

  const forward = (call: ForwardColumns): void => {
    const { x, mean, invStd, runningMean, runningVar, channels, eps, momentum, correction } = call;
    const cut = cutOf(call);
    eachLot(channels, (size, at) => {
      sumChunks(
        device,
        statistics() as Parameters<typeof sumChunks>[1],
        { x: at(x), dy: 0, mean: 0, channels: size, stride: channels * 4 },
        cut,
      );
      mergedStatistics().call({
        ...{ ...cut, sums: partials, channels: size, eps, momentum, correction },
        ...{ mean: at(mean), invStd: at(invStd), runningMean: at(runningMean), runningVar: at(runningVar) },
      });
    });
    apply(call);
  };

  const backward = (call: BackwardColumns): void => {
    const { x, dy, dx, mean, invStd, weight, dWeight, dBias, outer, channels } = call;
    const cut = cutOf(call);
    const stride = channels * 4;
    eachLot(channels, (size, at) => {
      sumChunks(
        device,
        gradientSums(),
        { x: at(x), dy: at(dy), mean: at(mean), channels: size, stride },
        cut,
      );
      const results = { invStd: at(invStd), dWeight: at(dWeight), dBias: at(dBias) };
      mergedGradients().call({ ...cut, ...results, sums: partials, channels: size });
      device.run(
        writes({ weight: weight !== 0 }),
        {
          ...{ x: at(x), dy: at(dy), dx: at(dx), mean: at(mean), weight: at(weight), ...results },
          ...{ m: outer, rows: outer, channels: size, stride },
        },
        grainOf(size, ofOne),
      );
    });
  };
  return { forward, apply, backward };
}
