// Batch normalization of [N, C], along rows and cut by rows: f32 sums of a block of rows, merged into f64 ones of a chunk.

import { type Device, grainOf } from "../call/device";
import { once, variants } from "../call/variants";
import { type Code, f32, f32x4, f64, f64x2, i32, type Local, v128, when } from "../emit/assembler";
import { each as advancing, compile, count, shared, units, type Values } from "../emit/kernel";
import { loadStep, storeStep } from "../emit/loops";
import { madd, type Target } from "../emit/target";
import { cutOf, eachLot, half, halves, joined, mergersOf, sumAt, sumChunks, united } from "./batchNormChunks";
import { eachKept, eachOf, keepAffine, keepSlopes, kept, Row } from "./batchNormKept";
import {
  type Affine,
  type applyParameters,
  type backwardParameters,
  type forwardParameters,
  gradient,
  gradientsOf,
  normalized,
} from "./batchNormParts";
import { alongRows, clearKept, eachBlock, eachSums, tree } from "./columnSums";

/** Rows side by side: of one array, of two or three. */
const ofOne = 4;
const ofTwo = 2;

/** A chunk has so many rows or more, a multiple of what goes side by side. */
const chunkRows = 64;
const cutRows = (shape: Record<"outer" | "channels", number>) =>
  cutOf({ ...shape, inner: 1 }, chunkRows, (rows) => ofOne * Math.floor(rows / ofOne));

/** What is kept of a channel while statistics are taken: what is subtracted of each number, and sums of what is left. */
const Forward = { center: 0, sum: 1, squares: 2 } as const;

/** Leaves the mean of some rows, and Σ(x − mean)², as f64 at `sums`. */
function statisticsKernel(target: Target) {
  const parameters = { x: shared, sums: shared, outer: count, channels: count, stride: count };
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
        eachOf(step, (v) => [
          from!.map((place, r) => rows[r]!.set(loadStep(step, place, v * 16))),
          sumOf[v]!.set(f32x4.add(all.load(step, Forward.sum, v), tree(from!.map((_, r) => rows[r]!.get)))),
        ]),
        eachOf(step, (v) => all.store(step, Forward.sum, v, sumOf[v]!.get)),
      ]),
      eachKept(f, channels.get, all, [], (step) =>
        eachOf(step, (v) => [
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
        eachOf(step, (v) => [
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
        eachOf(step, (v) => all.store(step, Forward.sum, v, sumOf[v]!.get)),
        eachOf(step, (v) => all.store(step, Forward.squares, v, squaresOf[v]!.get)),
      ];
    });
    const merge = eachSums(f, channels.get, all, [], given.sums, sums, (step) =>
      eachOf(step, (v) => {
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
      clearKept(f, channels.get, all, given.sums.get, [Forward.sum, Forward.squares]),
      [start.set(x.get), before.set(i32.const(0))],
      eachBlock(f, given.outer.get, ofOne, stride.get, [start], now, [
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

/** A call that writes rows may be cut anywhere: what it needs of the channels all parts share. */
const channel = shared;
const along = advancing(1, "stride");
const written = { rows: units, channels: count, stride: count };

/** y = (x − mean)·invStd·weight + bias. */
function applyKernel(target: Target, affine: Affine) {
  const parameters = {
    ...{ x: along, mean: channel, invStd: channel, weight: channel, bias: channel, y: along },
    ...written,
  };
  return compile(target, parameters, (given, f) => {
    const { x, y, rows, channels, stride } = given;
    const all = kept(f);
    const [mu, scale, shift] = f.vectors(3);
    const shape = { rows: rows.get, channels: channels.get, stride: stride.get };
    return [
      keepAffine(f, channels.get, all, affine, given),
      alongRows(f, shape, ofTwo, [x, y], all, (step, [from, to]) =>
        eachOf(step, (v) => [
          mu.set(all.load(step, Row.mean, v)),
          scale.set(all.load(step, Row.scale, v)),
          shift.set(affine.bias ? all.load(step, Row.shift, v) : v128.zero),
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

/** What is kept of a channel while gradients are summed. */
const Sum = { mean: 0, dy: 1, dyX: 2 } as const;

/** Leaves Σdy and Σdy·(x − mean) of some rows as f64 at `sums`. */
function gradientSumsKernel(target: Target) {
  const parameters = {
    x: shared,
    dy: shared,
    mean: channel,
    sums: shared,
    outer: count,
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
      eachOf(step, (v) => [
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
      eachOf(step, (v) => all.store(step, Sum.dy, v, sumOf[v]!.get)),
      eachOf(step, (v) => all.store(step, Sum.dyX, v, products[v]!.get)),
    ]);
    const merge = eachSums(f, channels.get, all, [], given.sums, sums, (step) =>
      eachOf(step, (v) =>
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
      clearKept(f, channels.get, all, given.sums.get, [Sum.dy, Sum.dyX]),
      eachKept(f, channels.get, all, [mean], (step) =>
        eachOf(step, (v) => all.store(step, Sum.mean, v, loadStep(step, mean, v * 16))),
      ),
      eachBlock(f, given.outer.get, ofTwo, stride.get, [x, dy], now, [ofBlock, merge]),
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
    const { x, dy, dx, m, rows, channels, stride } = given;
    const all = kept(f);
    const perM = f.local("v128");
    const values = gradientsOf(f);
    const shape = { rows: rows.get, channels: channels.get, stride: stride.get };
    return [
      perM.set(f32x4.splat(f32.demote(f64.div(f64.const(1), f64.fromU32(m.get))))),
      keepSlopes(f, channels.get, all, weighted, given, perM),
      alongRows(f, shape, ofTwo, [x, dy, dx], all, (step, [fromX, fromDy, to]) =>
        eachOf(step, (v) => [
          values.mu.set(all.load(step, Row.mean, v)),
          values.a.set(all.load(step, Row.scale, v)),
          values.b.set(all.load(step, Row.b, v)),
          values.c.set(all.load(step, Row.c, v)),
          to!.map((row, r) => {
            const [xs, dys] = [loadStep(step, fromX![r]!, v * 16), loadStep(step, fromDy![r]!, v * 16)];
            return storeStep(step, row, gradient(xs, dys, values), v * 16);
          }),
        ]),
      ),
    ];
  });
}

type Columns<P> = Values<Omit<P, "stride" | "inner">>;

/** What batchNormForward, batchNormApply and batchNormBackward do of [N, C], but for activations. */
export function batchNormColumns(device: Device) {
  const { target } = device;
  const mergers = device.once(mergersOf);
  const statistics = once(() => statisticsKernel(target));
  const applies = variants((affine: Affine) => applyKernel(target, affine));
  const gradientSums = once(() => gradientSumsKernel(target));
  const writes = variants(({ weight }: { weight: boolean }) => writeGradientKernel(target, weight));

  const apply = ({
    x,
    y,
    mean,
    invStd,
    weight,
    bias,
    outer,
    channels,
  }: Columns<typeof applyParameters>): void => {
    const kernel = applies({ weight: weight !== 0, bias: bias !== 0 });
    eachLot(channels, (size, at) => {
      device.run(
        kernel,
        {
          ...{ x: at(x), y: at(y), mean: at(mean), invStd: at(invStd), weight: at(weight), bias: at(bias) },
          ...{ rows: outer, channels: size, stride: channels * 4 },
        },
        grainOf(size, ofOne),
      );
    });
  };

  const forward = (call: Columns<typeof forwardParameters>): void => {
    const { x, channels } = call;
    const cut = cutRows(call);
    eachLot(channels, (size, at) => {
      const values = { x: at(x), channels: size, stride: channels * 4 };
      sumChunks(device, statistics(), values, ["x"], 1, cut);
      mergers.statistics(call, 1, cut, size, at);
    });
    apply(call);
  };

  const backward = (call: Columns<typeof backwardParameters>): void => {
    const { x, dy, dx, mean, invStd, weight, dWeight, dBias, outer, channels } = call;
    const cut = cutRows(call);
    const stride = channels * 4;
    eachLot(channels, (size, at) => {
      const values = { x: at(x), dy: at(dy), mean: at(mean), channels: size, stride };
      sumChunks(device, gradientSums(), values, ["x", "dy"], 1, cut);
      mergers.gradients(call, 1, cut, size, at);
      device.run(
        writes({ weight: weight !== 0 }),
        {
          ...{ x: at(x), dy: at(dy), dx: at(dx), mean: at(mean), invStd: at(invStd), weight: at(weight) },
          ...{ dWeight: at(dWeight), dBias: at(dBias), m: outer, rows: outer, channels: size, stride },
        },
        grainOf(size, ofOne),
      );
    });
  };
  return { forward, apply, backward };
}
