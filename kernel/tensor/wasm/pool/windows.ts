// Pooling of planes, one module a shape. Lanes are neighboring outputs; the windows that reach over the left or right
// edge are few, and each has its own code; how many rows of a window lie inside is found at run time.

import {
  type Code,
  type FunctionBuilder,
  f32,
  f32x4,
  f64,
  i32,
  i32x4,
  type Local,
  select,
  times,
  v128,
  when,
} from "../emit/assembler";
import { compile, each, shared, units } from "../emit/kernel";
import { gather } from "../emit/lanes";
import { constant } from "../emit/math";
import { choose, type Target } from "../emit/target";
import type { Pool2dShape, PoolDivisor } from "./shape";

/** Windows over an edge times their columns: more would be too much code, and is no pooling that pays. */
const mostEdgeTaps = 256;
/** Numbers of a window that get code each. */
const mostUnrolled = 16;

/** Columns of one or more outputs: how many, from which one on, and which columns of their windows lie in the input. */
interface Columns {
  readonly first: number;
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/** The outputs of a row from left to right; only those whose whole window lies inside share a span. */
function spansOf(s: Pool2dShape): Columns[] {
  const spans: Columns[] = [];
  for (let j = 0; j < s.outWidth; j++) {
    const left = j * s.strideWidth - s.paddingWidth;
    const from = Math.max(0, Math.ceil(-left / s.dilationWidth));
    const to = Math.min(s.kernelWidth, Math.ceil((s.inWidth - left) / s.dilationWidth));
    const last = spans.at(-1);
    const inside = from === 0 && to === s.kernelWidth;
    if (inside && last !== undefined && last.from === 0 && last.to === s.kernelWidth)
      spans[spans.length - 1] = { ...last, count: last.count + 1 };
    else spans.push({ first: j, count: 1, from, to: Math.max(from, to) });
  }
  return spans;
}

/** Whether these kernels take the shape. */
export const canPool = (s: Pool2dShape): boolean =>
  spansOf(s).reduce((sum, { from, to }) => sum + to - from, 0) <= mostEdgeTaps + s.kernelWidth;

/** What is done with the numbers of a window, of four windows at once or of one. */
interface Fold {
  start(columns: Columns): Code;
  /** A number of each window; of a single window it lies at cursor + offset. */
  tap(value: Code, cursor: Local, offset: number): Code;
  /** From a number to the next one in the row, and from the last of `columns` to the next row. */
  right?(): Code;
  down?(columns: number): Code;
  /** At the end, the cursor of the outputs pointing at the first window's. */
  finish(columns: Columns, lanes: number): Code;
}

/** What a fold may look at. */
interface Window {
  /** The first row of the window in the padded plane, rows that lie inside, and the place of the first number. */
  readonly top: Local;
  readonly rows: Local;
  readonly place: Local;
  /** The cursor of the outputs. */
  readonly output: Local;
}

interface Walk {
  /** What is to be done at each row of outputs. */
  readonly atRow?: Code;
  /** How many windows go together at most. */
  readonly lanes?: 1 | 4;
  /** Whether an output may be written twice. */
  readonly again?: boolean;
}

/** Walks all windows of `planes` planes. */
function eachWindow(
  f: FunctionBuilder,
  s: Pool2dShape,
  x: Local,
  planes: Local,
  window: Window,
  fold: Fold,
  { atRow = [], lanes: widest = 4, again = false }: Walk,
): Code {
  const { top, rows, place, output } = window;
  const [rowsLeft, left, p, line, linePlace, skipped, cursor] = f.integers(7);
  const moved = f.local("i32"); // along the row of x, in bytes
  const width = s.inWidth * 4;
  /** Reads a column of four windows, or of one; nothing beyond. */
  const read = (lanes: number, offset: number): Code => {
    if (lanes === 1) return v128.load1(cursor.get, offset);
    if (s.strideWidth === 1) return v128.load(cursor.get, offset);
    return s.strideWidth === 2
      ? v128.shuffle(v128.load(cursor.get, offset), v128.load(cursor.get, offset + 12), [0, 2, 5, 7])
      : gather(cursor, 4, s.strideWidth * 4, offset);
  };
  const taps = (used: number, lanes: number, start: number): Code =>
    Array.from({ length: used }, (_, q) => {
      const offset = start + q * s.dilationWidth * 4;
      return [q > 0 && fold.right ? fold.right() : [], fold.tap(read(lanes, offset), cursor, offset)];
    });
  const eachOfRows = (used: number, lanes: number): Code =>
    times(p, rows.get, [
      taps(used, lanes, 0),
      [fold.down ? fold.down(used) : [], cursor.advance(s.dilationHeight * width)],
    ]);
  /** The windows at `columns.first`, moved along. */
  const body = (columns: Columns, lanes: number): Code => {
    const column = columns.first * s.strideWidth - s.paddingWidth + columns.from * s.dilationWidth;
    const used = columns.to - columns.from;
    return [
      cursor.set(i32.add(i32.add(line.get, moved.get), i32.const(column * 4))),
      place.set(i32.add(i32.add(linePlace.get, i32.shr(moved.get, i32.const(2))), i32.const(column))),
      fold.start(columns),
      used === 0
        ? []
        : lanes === 4 && s.kernelHeight * used <= mostUnrolled
          ? when(
              i32.sub(rows.get, i32.const(s.kernelHeight)),
              eachOfRows(used, lanes),
              Array.from({ length: s.kernelHeight }, (_, row) => [
                row > 0 && fold.down ? fold.down(used) : [],
                taps(used, lanes, row * s.dilationHeight * width),
              ]),
            )
          : eachOfRows(used, lanes),
      fold.finish(columns, lanes),
      output.advance(lanes * 4),
    ];
  };
  const step = s.strideWidth * 4;
  const span = (columns: Columns): Code => {
    const { count } = columns;
    const single = (much: number): Code =>
      times(left, i32.const(much), [body(columns, 1), moved.advance(step)]);
    if (widest === 1 || count < 4) return [moved.set(i32.const(0)), single(count)];
    const fours = times(left, i32.const(count >> 2), [body(columns, 4), moved.advance(4 * step)]);
    const rest = count & 3;
    if (rest === 0 || !again) return [moved.set(i32.const(0)), fours, single(rest)];
    // The last four once more from where they begin: some get the same numbers again.
    return [
      [moved.set(i32.const(0)), fours],
      [moved.set(i32.const((count - 4) * step)), output.advance(4 * (rest - 4)), body(columns, 4)],
    ];
  };
  const roundedUp = (a: Code, divisor: number) =>
    i32.div(i32.add(a, i32.const(divisor - 1)), i32.const(divisor));
  const inside = s.inHeight + s.paddingHeight;
  const findRows: Code = [
    // Rows above the plane, then those of the window that come before its end.
    skipped.set(i32.const(0)),
    when(
      i32.less(top.get, i32.const(s.paddingHeight)),
      skipped.set(roundedUp(i32.sub(i32.const(s.paddingHeight), top.get), s.dilationHeight)),
    ),
    rows.set(i32.const(0)),
    when(
      i32.less(top.get, i32.const(inside)),
      rows.set(roundedUp(i32.sub(i32.const(inside), top.get), s.dilationHeight)),
    ),
    when(i32.less(i32.const(s.kernelHeight), rows.get), rows.set(i32.const(s.kernelHeight))),
    rows.set(select(i32.sub(rows.get, skipped.get), i32.const(0), i32.less(skipped.get, rows.get))),
    linePlace.set(
      i32.mul(
        i32.sub(
          i32.add(top.get, i32.mul(skipped.get, i32.const(s.dilationHeight))),
          i32.const(s.paddingHeight),
        ),
        i32.const(s.inWidth),
      ),
    ),
    line.set(i32.add(x.get, i32.shl(linePlace.get, i32.const(2)))),
  ];
  return times(planes, planes.get, [
    top.set(i32.const(0)),
    times(rowsLeft, i32.const(s.outHeight), [
      [findRows, atRow],
      spansOf(s).map(span),
      top.advance(s.strideHeight),
    ]),
    x.advance(s.inHeight * width),
  ]);
}

const windowOf = (f: FunctionBuilder, output: Local): Window => ({
  top: f.local("i32"),
  rows: f.local("i32"),
  place: f.local("i32"),
  output,
});

/** A vector of one i32, repeated. */
const every = (value: number): Code => i32x4.splat(i32.const(value));

/** A plane of the input, and one of the output. */
const inPlane = (s: Pool2dShape) => each(s.inHeight * s.inWidth * 4);
const outPlane = (s: Pool2dShape) => each(s.outHeight * s.outWidth * 4);

/** Indices lie `ahead` bytes behind the outputs. */
export const maxParameters = (s: Pool2dShape) => ({
  x: inPlane(s),
  y: outPlane(s),
  ahead: shared,
  planes: units,
});
export const maxBackwardParameters = (s: Pool2dShape) => ({
  ...{ dy: outPlane(s), ahead: shared, dx: inPlane(s), planes: units },
});

export function maxPoolKernel(target: Target, s: Pool2dShape) {
  return compile(target, maxParameters(s), ({ x, y, ahead, planes }, f) => {
    const window = windowOf(f, y);
    const [best, found, here, value, better, right, below, steps] = f.vectors(8);
    const fold: Fold = {
      start: () => [
        best.set(constant("negativeInfinity")),
        here.set(i32x4.add(i32x4.splat(window.place.get), steps.get)),
        found.set(
          choose(
            target,
            here.get,
            every(-1),
            i32x4.splat(i32.sub(i32.const(0), i32.less(i32.const(0), window.rows.get))),
          ),
        ),
      ],
      tap: (next) => [
        value.set(next),
        // The first of equals stays; a NaN beats all that came before.
        better.set(v128.or(f32x4.gt(value.get, best.get), f32x4.ne(value.get, value.get))),
        best.set(choose(target, value.get, best.get, better.get)),
        found.set(choose(target, here.get, found.get, better.get)),
      ],
      right: () => here.set(i32x4.add(here.get, right.get)),
      down: (columns) =>
        here.set(
          columns === s.kernelWidth
            ? i32x4.add(here.get, below.get)
            : i32x4.add(here.get, every(s.dilationHeight * s.inWidth - (columns - 1) * s.dilationWidth)),
        ),
      finish: (columns, lanes) => {
        const index = columns.from === columns.to ? every(-1) : found.get;
        const to = i32.add(y.get, ahead.get);
        return lanes === 4
          ? [v128.store(y.get, best.get), v128.store(to, index)]
          : [v128.storeLane(y.get, best.get, 0), v128.storeLane(to, index, 0)];
      },
    };
    return [
      right.set(every(s.dilationWidth)),
      below.set(every(s.dilationHeight * s.inWidth - (s.kernelWidth - 1) * s.dilationWidth)),
      steps.set(laneSteps(s.strideWidth)),
      eachWindow(f, s, x, planes, window, fold, { again: true }),
    ];
  });
}

/** 0, step, 2·step, 3·step as i32. */
const laneSteps = (step: number): Code => i32x4.const(0, step, 2 * step, 3 * step);

/** How much of a window that starts at `start` in the padded row lies between `low` and `high`. */
const overlap = (start: number, length: number, low: number, high: number) =>
  Math.max(0, Math.min(start + length, high) - Math.max(start, low));

/** The divisor of windows: what to do at each row for it, and its value in all lanes. */
function divisorOf(f: FunctionBuilder, s: Pool2dShape, divisor: PoolDivisor, { top, rows }: Window) {
  const [perColumn, whole] = f.vectors(2);
  const splat = (value: number): Code => f32x4.splat(f32.const(value));
  if (typeof divisor === "number") return { atRow: whole.set(splat(divisor)), value: () => whole.get };
  const reach = s.inHeight + 2 * s.paddingHeight;
  const counted =
    divisor === "inside"
      ? rows.get
      : // Only the last windows may reach beyond the padding.
        select(
          i32.const(s.kernelHeight),
          i32.sub(i32.const(reach), top.get),
          i32.less(i32.add(top.get, i32.const(s.kernelHeight - 1)), i32.const(reach)),
        );
  const edge = divisor === "padded" ? 0 : s.paddingWidth;
  return {
    atRow: [
      perColumn.set(f32x4.splat(f32.demote(f64.fromU32(counted)))),
      whole.set(f32x4.mul(perColumn.get, splat(s.kernelWidth))),
    ],
    value: ({ first }: Columns): Code => {
      const columns = overlap(
        first * s.strideWidth,
        s.kernelWidth,
        edge,
        s.inWidth + 2 * s.paddingWidth - edge,
      );
      return columns === s.kernelWidth ? whole.get : f32x4.mul(perColumn.get, splat(columns));
    },
  };
}

/** The sum of each window over its divisor (on top of what is there if `accumulate`). */
export function avgPoolKernel(target: Target, s: Pool2dShape, divisor: PoolDivisor, accumulate: boolean) {
  return compile(target, { x: inPlane(s), y: outPlane(s), planes: units }, ({ x, y, planes }, f) => {
    const window = windowOf(f, y);
    const { atRow, value: over } = divisorOf(f, s, divisor, window);
    const sum = f.local("v128");
    const fold: Fold = {
      start: () => sum.set(v128.zero),
      tap: (value) => sum.set(f32x4.add(sum.get, value)),
      finish: (columns, lanes) => {
        const mean = f32x4.div(sum.get, over(columns));
        const old = lanes === 4 ? v128.load(y.get) : v128.load1(y.get);
        const result = accumulate ? f32x4.add(mean, old) : mean;
        return lanes === 4 ? v128.store(y.get, result) : v128.storeLane(y.get, result, 0);
      },
    };
    return eachWindow(f, s, x, planes, window, fold, { atRow, again: !accumulate });
  });
}

/** Adds to every number of a window its gradient over the divisor. */
export function avgPoolBackwardKernel(target: Target, s: Pool2dShape, divisor: PoolDivisor) {
  return compile(target, { dx: inPlane(s), dy: outPlane(s), planes: units }, ({ dx, dy, planes }, f) => {
    const window = windowOf(f, dy);
    const { atRow, value: over } = divisorOf(f, s, divisor, window);
    const share = f.local("v128");
    const fold: Fold = {
      start: (columns) => share.set(f32x4.div(v128.load1(dy.get), over(columns))),
      tap: (value, cursor, offset) => v128.storeLane(cursor.get, f32x4.add(value, share.get), 0, offset),
      finish: () => [],
    };
    return eachWindow(f, s, dx, planes, window, fold, { atRow, lanes: 1 });
  });
}

/** Adds each gradient where its maximum lay. */
export function maxPoolBackwardKernel(target: Target, s: Pool2dShape) {
  return compile(target, maxBackwardParameters(s), ({ dy, ahead, dx, planes }, f) => {
    const [left, index, to] = [f.local("i32"), f.local("i32"), f.local("i32")];
    return times(planes, planes.get, [
      times(left, i32.const(s.outHeight * s.outWidth), [
        index.set(i32.load(i32.add(dy.get, ahead.get))),
        when(i32.add(index.get, i32.const(1)), [
          to.set(i32.add(dx.get, i32.shl(index.get, i32.const(2)))),
          v128.storeLane(to.get, f32x4.add(v128.load1(to.get), v128.load1(dy.get)), 0),
        ]),
        dy.advance(4),
      ]),
      dx.advance(s.inHeight * s.inWidth * 4),
    ]);
  });
}
