// Max pooling that halves a plane, 2×2 by steps of 2, as most networks do: rows are unrolled, nothing is read or written twice
// but where the last four outputs of a row overlap those before them, which gives the same numbers again.

import {
  type Code,
  type FunctionBuilder,
  f32x4,
  i32,
  i32x4,
  type Local,
  times,
  v128,
} from "../emit/assembler";
import { compile } from "../emit/kernel";
import { choose, type Target } from "../emit/target";
import type { Pool2dShape } from "./shape";
import { maxBackwardParameters, maxParameters } from "./windows";

/** More would be too much code for one row. */
const mostColumns = 64;

/** Whether these kernels take the shape: 2×2 windows side by side that cover the plane. */
export const halves = (s: Pool2dShape): boolean =>
  [s.kernelHeight, s.kernelWidth, s.strideHeight, s.strideWidth].every((size) => size === 2) &&
  s.paddingHeight + s.paddingWidth === 0 &&
  s.dilationHeight * s.dilationWidth === 1 &&
  s.inHeight === 2 * s.outHeight &&
  s.inWidth === 2 * s.outWidth &&
  s.outWidth >= 4 &&
  s.outWidth <= mostColumns;

/** Calls `body` for each four outputs, at the first of them; `outputs` and `inputs` point at their rows. */
function eachRow(
  f: FunctionBuilder,
  s: Pool2dShape,
  planes: Local,
  outputs: Local,
  inputs: Local,
  body: (column: number, place: Code) => Code,
): Code {
  const [plane, row] = [f.local("i32"), f.local("i32")];
  const [first, down] = f.vectors(2);
  const columns = Array.from({ length: Math.ceil(s.outWidth / 4) }, (_, i) =>
    Math.min(4 * i, s.outWidth - 4),
  );
  return [
    down.set(i32x4.splat(i32.const(2 * s.inWidth))),
    times(plane, planes.get, [
      first.set(i32x4.const(0, 2, 4, 6)),
      times(row, i32.const(s.outHeight), [
        columns.map((column) => body(column, i32x4.add(first.get, i32x4.splat(i32.const(2 * column))))),
        first.set(i32x4.add(first.get, down.get)),
        [outputs.advance(s.outWidth * 4), inputs.advance(2 * s.inWidth * 4)],
      ]),
    ]),
  ];
}

export function maxPoolHalvesKernel(target: Target, s: Pool2dShape) {
  return compile(target, maxParameters(s), ({ x, y, ahead, planes }, f) => {
    const [best, found, left, right, next, better] = f.vectors(6);
    // The first of equals stays; a NaN beats all that came before.
    const tap = (value: Code, step: number): Code => [
      next.set(value),
      better.set(v128.or(f32x4.gt(next.get, best.get), f32x4.ne(next.get, next.get))),
      best.set(choose(target, next.get, best.get, better.get)),
      found.set(choose(target, i32x4.splat(i32.const(step)), found.get, better.get)),
    ];
    const even = () => v128.shuffle(left.get, right.get, [0, 2, 4, 6]);
    const odd = () => v128.shuffle(left.get, right.get, [1, 3, 5, 7]);
    const load = (at: number): Code => [left.set(v128.load(x.get, at)), right.set(v128.load(x.get, at + 16))];
    return eachRow(f, s, planes, y, x, (column, place) => [
      load(8 * column),
      [best.set(even()), found.set(v128.zero), tap(odd(), 1)],
      load(8 * column + 4 * s.inWidth),
      [tap(even(), s.inWidth), tap(odd(), s.inWidth + 1)],
      v128.store(y.get, best.get, 4 * column),
      v128.store(i32.add(y.get, ahead.get), i32x4.add(found.get, place), 4 * column),
    ]);
  });
}

/** Writes all of dx, the gradient where the maximum lay and 0 elsewhere. */
export function maxPoolHalvesBackwardKernel(target: Target, s: Pool2dShape) {
  return compile(target, maxBackwardParameters(s), ({ dy, ahead, dx, planes }, f) => {
    const [from, index] = f.vectors(2);
    // Each output's gradient and place twice, beside the two numbers of its window in a row.
    const twice = (vector: Local, half: number) =>
      v128.shuffle(vector.get, vector.get, half === 0 ? [0, 0, 1, 1] : [2, 2, 3, 3]);
    return eachRow(f, s, planes, dy, dx, (column, place) => [
      from.set(v128.load(dy.get, 4 * column)),
      index.set(i32x4.sub(v128.load(i32.add(dy.get, ahead.get), 4 * column), place)),
      [0, s.inWidth].map((row) =>
        [0, 1].map((half) => {
          const here = i32x4.eq(twice(index, half), i32x4.const(row, row + 1, row, row + 1));
          const at = 8 * column + 16 * half + 4 * row;
          return v128.store(dx.get, v128.and(twice(from, half), here), at);
        }),
      ),
    ]);
  });
}
