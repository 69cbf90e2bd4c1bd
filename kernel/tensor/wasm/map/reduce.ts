// Reductions of the middle axis of [outer, n, inner]: along contiguous runs where inner is 1, else down columns.

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
  when,
} from "../emit/assembler";
import { eachStep, loadStep, type Step, storeStep, sumColumns, sumRun } from "../emit/loops";
import { constant } from "../emit/math";
import { compile, type Run, type Target } from "../emit/target";

/** run(x, y, outer, n, inner): sums, or means; see `loops.ts` for how they keep their digits. */
export function sumKernel(target: Target, mean: boolean, contiguous: boolean): Run {
  return compile(target, ["i32", "i32", "i32", "i32", "i32"], (f, x, y, outer, n, inner) => {
    const row = f.local("i32");
    const divisor = mean ? f64.fromU32(n!.get) : undefined;
    if (contiguous) {
      const total = f.local("f64");
      return times(row, outer!.get, [
        total.set(f64.const(0)),
        sumRun(f, n!.get, [x!], [total], (step, at, put) => put(0, loadStep(step, x!, at))),
        f32.store(y!.get, f32.demote(divisor ? f64.div(total.get, divisor) : total.get)),
        y!.advance(4),
      ]);
    }
    return eachColumn(f, x!, y!, outer!, n!, inner!, (step, cursor, stride) => {
      const { code, sums } = sumColumns(f, step, n!.get, [{ pointer: cursor, stride }], 1, (v, put) =>
        put(0, loadStep(step, cursor, v * 16)),
      );
      return [code, sums[0]!.map((sum, v) => storeStep(step, y!, sum.value(divisor), v * 16))];
    });
  });
}

/** Visits the columns of each [n, inner] slice in steps; body walks `cursor` down the rows and stores to y. */
function eachColumn(
  f: FunctionBuilder,
  x: Local,
  y: Local,
  outer: Local,
  n: Local,
  inner: Local,
  body: (step: Step, cursor: Local, stride: Code) => Code,
): Code {
  const [slice, from, cursor, stride] = f.integers(4);
  return [
    stride.set(i32.shl(inner.get, i32.const(2))),
    times(slice, outer.get, [
      from.set(x.get),
      eachStep(f, inner.get, [from, y], 4, (step) => [cursor.set(from.get), body(step, cursor, stride.get)]),
      x.advance(i32.mul(n.get, stride.get)),
    ]),
  ];
}

/** Which of two is kept, what everything beats, and how a scalar beats another. */
const extremes = {
  max: {
    choose: f32x4.pmax,
    worst: "negativeInfinity",
    worstValue: Number.NEGATIVE_INFINITY,
    beats: f32.greater,
  },
  min: { choose: f32x4.pmin, worst: "infinity", worstValue: Number.POSITIVE_INFINITY, beats: f32.less },
} as const;
export type Extreme = keyof typeof extremes;

/**
 * The extreme of a contiguous run, in all lanes of `best`; NaN in the run is passed over, and marked in `odd` if given.
 * The stream ends past the run.
 */
export function extremeRun(
  f: FunctionBuilder,
  kind: Extreme,
  count: Code,
  stream: Local,
  best: Local,
  odd?: Local,
): Code {
  const { choose, worst } = extremes[kind];
  const chains = [best, ...f.vectors(3)]; // four, to hide the latency
  const value = f.local("v128");
  const [a, b, c, d] = chains.map((chain) => chain.get) as [Code, Code, Code, Code];
  const fold = (lanes: [number, number, number, number]) =>
    best.set(choose(best.get, v128.shuffle(best.get, best.get, lanes)));
  return [
    chains.map((chain) => chain.set(constant(worst))),
    odd ? odd.set(v128.zero) : [],
    eachStep(f, count, [stream], 4, (step) =>
      chains
        .slice(0, step.vectors)
        .map((chain, v) => [
          value.set(step.lanes === 4 ? v128.load(stream.get, v * 16) : v128.loadSplat(stream.get)),
          chain.set(choose(chain.get, value.get)),
          odd ? odd.set(v128.or(odd.get, f32x4.ne(value.get, value.get))) : [],
        ]),
    ),
    best.set(choose(choose(a, b), choose(c, d))),
    [fold([2, 3, 0, 1]), fold([1, 0, 3, 2])],
  ];
}

/** run(x, y, outer, n, inner): maxima or minima; NaN anywhere gives NaN. */
export function extremeKernel(target: Target, kind: Extreme, contiguous: boolean): Run {
  const { choose, worst } = extremes[kind];
  return compile(target, ["i32", "i32", "i32", "i32", "i32"], (f, x, y, outer, n, inner) => {
    const row = f.local("i32");
    if (contiguous) {
      const [best, odd] = f.vectors(2);
      return times(row, outer!.get, [
        extremeRun(f, kind, n!.get, x!, best, odd),
        when(v128.anyTrue(odd.get), best.set(constant("nan"))),
        v128.storeLane(y!.get, best.get, 0),
        y!.advance(4),
      ]);
    }
    return eachColumn(f, x!, y!, outer!, n!, inner!, (step, cursor, stride) => {
      const best = f.vectors(step.vectors);
      const odd = f.vectors(step.vectors);
      const value = f.local("v128");
      return [
        best.map((chain, v) => [chain.set(constant(worst)), odd[v]!.set(v128.zero)]),
        times(row, n!.get, [
          best.map((chain, v) => [
            value.set(loadStep(step, cursor, v * 16)),
            chain.set(choose(chain.get, value.get)),
            odd[v]!.set(v128.or(odd[v]!.get, f32x4.ne(value.get, value.get))),
          ]),
          cursor.advance(stride),
        ]),
        best.map((chain, v) =>
          storeStep(step, y!, v128.select(constant("nan"), chain.get, odd[v]!.get), v * 16),
        ),
      ];
    });
  });
}

/** Visits one column of a slice after the other, one element at a time: for what is rarely asked and hard in vectors. */
function eachElement(
  f: FunctionBuilder,
  [x, y, outer, n, inner]: [Local, Local, Local, Local, Local],
  before: Code,
  body: (element: Code) => Code,
  after: (y: Code) => Code,
): Code {
  const [slice, column, row, from, cursor] = f.integers(5);
  const stride = i32.shl(inner.get, i32.const(2));
  return times(slice, outer.get, [
    from.set(x.get),
    times(column, inner.get, [
      [before, cursor.set(from.get)],
      times(row, n.get, [body(f32.load(cursor.get)), cursor.advance(stride)]),
      [after(y.get), from.advance(4), y.advance(4)],
    ]),
    x.advance(i32.mul(n.get, stride)),
  ]);
}

/** run(x, y, outer, n, inner): products, in f64. */
export function productKernel(target: Target): Run {
  return compile(target, ["i32", "i32", "i32", "i32", "i32"], (f, ...parameters) => {
    const product = f.local("f64");
    return eachElement(
      f,
      parameters as [Local, Local, Local, Local, Local],
      product.set(f64.const(1)),
      (element) => product.set(f64.mul(product.get, f64.promote(element))),
      (y) => f32.store(y, f32.demote(product.get)),
    );
  });
}

/** run(x, y, outer, n, inner): the first index of the extreme as i32; the first NaN beats everything. */
export function argExtremeKernel(target: Target, kind: Extreme): Run {
  const { beats, worstValue } = extremes[kind];
  return compile(target, ["i32", "i32", "i32", "i32", "i32"], (f, ...parameters) => {
    const [value, best] = [f.local("f32"), f.local("f32")];
    const [index, winner] = [f.local("i32"), f.local("i32")];
    const odd = f32.notEqual(value.get, value.get);
    const wins = i32.or(beats(value.get, best.get), i32.and(odd, f32.equal(best.get, best.get)));
    return eachElement(
      f,
      parameters as [Local, Local, Local, Local, Local],
      [best.set(f32.const(worstValue)), index.set(i32.const(0)), winner.set(i32.const(0))],
      (element) => [
        value.set(element),
        when(wins, [best.set(value.get), winner.set(index.get)]),
        index.advance(1),
      ],
      (y) => i32.store(y, winner.get),
    );
  });
}
