// Batch normalisation (Ioffe & Szegedy 2015): statistics in two passes, fused apply, fused backward. [N, C] goes down
// columns, a vector of channels at a time; [N, C, inner] goes along the runs of one channel, whose data stays cached.

import { type Code, type FunctionBuilder, f32, f32x4, f64, i32, type Local, times, v128 } from "./assembler";
import { eachStep, eachVector, loadStep, storeStep, sumColumns, sumRun } from "./loops";
import { compile, madd, type Run, type Target } from "./target";

const square = (x: Local): Code => f32x4.mul(x.get, x.get);
const bytes = (count: Code): Code => i32.shl(count, i32.const(2));

/** Calls for the run of channel `x` in each of `outer` blocks; the cursors start at the given pointers. */
function eachRun(
  f: FunctionBuilder,
  outer: Code,
  blockBytes: Code,
  starts: readonly Local[],
  body: (cursors: Local[]) => Code,
): Code {
  const left = f.local("i32");
  const blocks = starts.map(() => f.local("i32"));
  const cursors = starts.map(() => f.local("i32"));
  return [
    blocks.map((block, s) => block.set(starts[s]!.get)),
    times(left, outer, [
      cursors.map((cursor, s) => cursor.set(blocks[s]!.get)),
      body(cursors),
      blocks.map((block) => block.advance(blockBytes)),
    ]),
  ];
}

/** run(x, mean, variance, outer, channels, inner); `columns`: inner is 1. */
export function batchNormStatisticsKernel(target: Target, columns: boolean): Run {
  return compile(
    target,
    ["i32", "i32", "i32", "i32", "i32", "i32"],
    (f, x, mean, variance, outer, channels, inner) => {
      const m = f64.fromU32(i32.mul(outer!.get, inner!.get));
      const d = f.local("v128");
      if (columns) {
        const cursor = f.local("i32");
        const rows = [{ pointer: cursor, stride: bytes(channels!.get) }];
        return eachStep(f, channels!.get, [x!, mean!, variance!], 4, (step) => {
          const mu = f.vectors(step.vectors);
          const first = sumColumns(f, step, outer!.get, rows, 1, (v, put) =>
            put(0, loadStep(step, cursor, v * 16)),
          );
          const second = sumColumns(f, step, outer!.get, rows, 1, (v, put) => [
            d.set(f32x4.sub(loadStep(step, cursor, v * 16), mu[v]!.get)),
            put(0, square(d)),
          ]);
          return [
            [cursor.set(x!.get), first.code],
            mu.map((value, v) => [
              value.set(first.sums[0]![v]!.value(m)),
              storeStep(step, mean!, value.get, v * 16),
            ]),
            [cursor.set(x!.get), second.code],
            second.sums[0]!.map((sum, v) => storeStep(step, variance!, sum.value(m), v * 16)),
          ];
        });
      }
      const channel = f.local("i32");
      const total = f.local("f64");
      const mu = f.local("v128");
      const blockBytes = bytes(i32.mul(channels!.get, inner!.get));
      return times(channel, channels!.get, [
        total.set(f64.const(0)),
        eachRun(f, outer!.get, blockBytes, [x!], (cursors) =>
          sumRun(f, inner!.get, cursors, [total], (step, at, put) => put(0, loadStep(step, cursors[0]!, at))),
        ),
        f32.store(mean!.get, f32.demote(f64.div(total.get, m))),
        mu.set(v128.loadSplat(mean!.get)),
        total.set(f64.const(0)),
        eachRun(f, outer!.get, blockBytes, [x!], (cursors) =>
          sumRun(f, inner!.get, cursors, [total], (step, at, put) => [
            d.set(f32x4.sub(loadStep(step, cursors[0]!, at), mu.get)),
            put(0, square(d)),
          ]),
        ),
        f32.store(variance!.get, f32.demote(f64.div(total.get, m))),
        [mean!.advance(4), variance!.advance(4), x!.advance(bytes(inner!.get))],
      ]);
    },
  );
}

export interface Affine {
  readonly weight: boolean;
  readonly bias: boolean;
}

/** run(x, mean, invStd, weight, bias, y, outer, channels, inner) */
export function batchNormApplyKernel(target: Target, columns: boolean, affine: Affine): Run {
  return compile(
    target,
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    (f, x, mean, invStd, weight, bias, y, outer, channels, inner) => {
      // (x − mean)·scale + shift, not x·scale + shift′: at a large mean the latter cancels.
      const normalise = (value: Code, mu: Local, scale: Local, shift: Local) =>
        madd(target, f32x4.sub(value, mu.get), scale.get, shift.get);
      const parameters = (
        read: (pointer: Local) => Code,
        [mu, scale, shift]: [Local, Local, Local],
      ): Code => [
        mu.set(read(mean!)),
        scale.set(affine.weight ? f32x4.mul(read(invStd!), read(weight!)) : read(invStd!)),
        shift.set(affine.bias ? read(bias!) : v128.zero),
      ];
      const perChannel = [mean!, invStd!, weight!, bias!]; // an absent one advances unread
      if (columns) {
        const [row, from, to] = [f.local("i32"), f.local("i32"), f.local("i32")];
        const stride = bytes(channels!.get);
        return eachStep(f, channels!.get, [x!, y!, ...perChannel], 4, (step) => {
          const values = Array.from({ length: step.vectors }, () => f.vectors(3) as [Local, Local, Local]);
          return [
            values.map((value, v) => parameters((pointer) => loadStep(step, pointer, v * 16), value)),
            [from.set(x!.get), to.set(y!.get)],
            times(row, outer!.get, [
              values.map((value, v) =>
                storeStep(step, to, normalise(loadStep(step, from, v * 16), ...value), v * 16),
              ),
              [from.advance(stride), to.advance(stride)],
            ]),
          ];
        });
      }
      const [block, channel] = [f.local("i32"), f.local("i32")];
      const values = f.vectors(3) as [Local, Local, Local];
      const rewind = bytes(channels!.get);
      return times(block, outer!.get, [
        times(channel, channels!.get, [
          parameters((pointer) => v128.loadSplat(pointer.get), values),
          eachVector(f, inner!.get, [x!, y!], 4, [y!], (step, at) => [
            normalise(loadStep(step, x!, at), ...values),
          ]),
          perChannel.map((pointer) => pointer.advance(4)),
        ]),
        perChannel.map((pointer) => pointer.set(i32.sub(pointer.get, rewind))),
      ]);
    },
  );
}

/** run(x, mean, invStd, weight, dy, dx, dWeight, dBias, outer, channels, inner); `weighted`: weight is not 0. */
export function batchNormBackwardKernel(target: Target, columns: boolean, weighted: boolean): Run {
  return compile(
    target,
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    (f, x, mean, invStd, weight, dy, dx, dWeight, dBias, outer, channels, inner) => {
      const perM = f.local("v128");
      const setPerM = perM.set(
        f32x4.splat(f32.demote(f64.div(f64.const(1), f64.fromU32(i32.mul(outer!.get, inner!.get))))),
      );
      /**
       * dx = a·dy − b − c·(x − mean) with a = weight·invStd, b = a·dBias/m, c = a·invStd·dWeight/m, given
       * Σdy and Σdy·(x − mean) in `sumDy` and `sumDyX`; leaves dBias and dWeight there.
       */
      const coefficients = (
        read: (pointer: Local) => Code,
        { a, b, c, sumDy, sumDyX }: Record<"a" | "b" | "c" | "sumDy" | "sumDyX", Local>,
      ): Code => [
        sumDyX.set(f32x4.mul(sumDyX.get, read(invStd!))),
        a.set(weighted ? f32x4.mul(read(invStd!), read(weight!)) : read(invStd!)),
        b.set(f32x4.mul(a.get, f32x4.mul(sumDy.get, perM.get))),
        c.set(f32x4.mul(f32x4.mul(a.get, read(invStd!)), f32x4.mul(sumDyX.get, perM.get))),
      ];
      const locals = () => {
        const [mu, a, b, c, sumDy, sumDyX] = f.vectors(6) as [Local, Local, Local, Local, Local, Local];
        return { mu, a, b, c, sumDy, sumDyX };
      };
      const gradient = (xs: Code, dys: Code, { mu, a, b, c }: Record<"mu" | "a" | "b" | "c", Local>) =>
        f32x4.sub(f32x4.sub(f32x4.mul(a.get, dys), b.get), f32x4.mul(c.get, f32x4.sub(xs, mu.get)));
      const dyValue = f.local("v128");
      const perChannel = [mean!, invStd!, weight!, dWeight!, dBias!];

      if (columns) {
        const [row, fromX, fromDy, to] = [0, 1, 2, 3].map(() => f.local("i32")) as [
          Local,
          Local,
          Local,
          Local,
        ];
        const stride = bytes(channels!.get);
        const rows = [fromX, fromDy].map((pointer) => ({ pointer, stride }));
        const start = [fromX.set(x!.get), fromDy.set(dy!.get), to.set(dx!.get)];
        return [
          setPerM,
          // Four vectors are a cache line of each row: with fewer, large batches fetch every line again.
          eachStep(f, channels!.get, [x!, dy!, dx!, ...perChannel], 4, (step) => {
            const values = Array.from({ length: step.vectors }, locals);
            const { code, sums } = sumColumns(f, step, outer!.get, rows, 2, (v, put) => [
              dyValue.set(loadStep(step, fromDy, v * 16)),
              put(0, dyValue.get),
              put(1, f32x4.mul(dyValue.get, f32x4.sub(loadStep(step, fromX, v * 16), values[v]!.mu.get))),
            ]);
            return [
              values.map(({ mu }, v) => mu.set(loadStep(step, mean!, v * 16))),
              [start, code],
              values.map((value, v) => [
                value.sumDy.set(sums[0]![v]!.value()),
                value.sumDyX.set(sums[1]![v]!.value()),
                coefficients((pointer) => loadStep(step, pointer, v * 16), value),
                storeStep(step, dBias!, value.sumDy.get, v * 16),
                storeStep(step, dWeight!, value.sumDyX.get, v * 16),
              ]),
              start,
              times(row, outer!.get, [
                values.map((value, v) =>
                  storeStep(
                    step,
                    to,
                    gradient(loadStep(step, fromX, v * 16), loadStep(step, fromDy, v * 16), value),
                    v * 16,
                  ),
                ),
                [fromX, fromDy, to].map((pointer) => pointer.advance(stride)),
              ]),
            ];
          }),
        ];
      }

      const channel = f.local("i32");
      const totals = [f.local("f64"), f.local("f64")] as const;
      const value = locals();
      const blockBytes = bytes(i32.mul(channels!.get, inner!.get));
      const splat = (total: Local) => f32x4.splat(f32.demote(total.get));
      return [
        setPerM,
        times(channel, channels!.get, [
          value.mu.set(v128.loadSplat(mean!.get)),
          totals.map((total) => total.set(f64.const(0))),
          eachRun(f, outer!.get, blockBytes, [x!, dy!], (cursors) =>
            sumRun(f, inner!.get, cursors, totals, (step, at, put) => [
              dyValue.set(loadStep(step, cursors[1]!, at)),
              put(0, dyValue.get),
              put(1, f32x4.mul(dyValue.get, f32x4.sub(loadStep(step, cursors[0]!, at), value.mu.get))),
            ]),
          ),
          [value.sumDy.set(splat(totals[0])), value.sumDyX.set(splat(totals[1]))],
          coefficients((pointer) => v128.loadSplat(pointer.get), value),
          v128.storeLane(dBias!.get, value.sumDy.get, 0),
          v128.storeLane(dWeight!.get, value.sumDyX.get, 0),
          eachRun(f, outer!.get, blockBytes, [x!, dy!, dx!], (cursors) => {
            const [fromX, fromDy, to] = cursors as [Local, Local, Local];
            return eachVector(f, inner!.get, cursors, 4, [to], (step, at) => [
              gradient(loadStep(step, fromX, at), loadStep(step, fromDy, at), value),
            ]);
          }),
          perChannel.map((pointer) => pointer.advance(4)),
          [x!, dy!, dx!].map((pointer) => pointer.advance(bytes(inner!.get))),
        ]),
      ];
    },
  );
}
