// Products of one or two rows with transposed B, as a batch of one through a layer: B is read once, along its rows, where
// packing it would read and write it first.

import {
  type Code,
  type FunctionBuilder,
  f32x4,
  i32,
  type Local,
  times,
  v128,
  when,
} from "../emit/assembler";
import { compile, type Kernel } from "../emit/kernel";
import { loadLanes, transposed } from "../emit/lanes";
import { whileAtLeast } from "../emit/loops";
import { madd, type Target } from "../emit/target";
import { type GemmShape, gemmParts, type Parameter } from "./blocks";

export const isFewRows = ({ m, transA, transB }: GemmShape): boolean => m <= 2 && !transA && transB;

/** As gemmKernel, for a shape that isFewRows. */
export function gemmRowsKernel(target: Target, shape: GemmShape): Kernel<Parameter> {
  const { m, n, k } = shape;
  const { parameters } = gemmParts(target, shape);
  return compile(target, parameters, ({ a, b, c, accumulate, columns }, f) => {
    const most = 8 / m; // eight sums hide the latency of an addition
    const pointers = { a, b, c };
    const group = (width: number) => [
      dots(f, target, { m, n, k, width }, pointers, accumulate),
      [b.advance(width * k * 4), c.advance(width * 4)],
    ];
    return [8, 4, 1]
      .filter((width) => width <= most)
      .map((width) => whileAtLeast(columns, width, group(width)));
  });
}

/** Each of m rows of A times each of `width` rows of B, added up in the four lanes of a sum and across them at the end. */
function dots(
  f: FunctionBuilder,
  target: Target,
  { m, n, k, width }: { m: number; n: number; k: number; width: number },
  { a, b, c }: Record<"a" | "b" | "c", Local>,
  accumulate: Local,
): Code {
  const sums = Array.from({ length: m }, () => f.vectors(width));
  const as = f.vectors(m);
  const [bs, result] = f.vectors(2);
  const [p, aCursor, bCursor] = f.integers(3);
  const step = (lanes: number): Code => [
    as.map((vector, i) => vector.set(loadLanes(aCursor, lanes, i * k * 4))),
    Array.from({ length: width }, (_, j) => [
      bs.set(loadLanes(bCursor, lanes, j * k * 4)),
      sums.map((row, i) => row[j]!.set(madd(target, as[i]!.get, bs.get, row[j]!.get))),
    ]),
  ];
  const across = (quad: readonly Local[]): Code => {
    const { code, columns } = transposed(f, quad);
    const [first, second, third, fourth] = columns as [Code, Code, Code, Code];
    return [code, f32x4.add(f32x4.add(first, second), f32x4.add(third, fourth))];
  };
  /** The same of a single one, in the same order, in lane 0. */
  const within = (sum: Local): Code => [
    sum.set(f32x4.add(sum.get, v128.shuffle(sum.get, sum.get, [1, 0, 3, 2]))),
    f32x4.add(sum.get, v128.shuffle(sum.get, sum.get, [2, 3, 0, 1])),
  ];
  const size = Math.min(4, width);
  return [
    sums.flat().map((sum) => sum.set(v128.zero)),
    [aCursor.set(a.get), bCursor.set(b.get)],
    times(p, i32.const(k >> 2), [step(4), aCursor.advance(16), bCursor.advance(16)]),
    (k & 3) > 0 ? step(k & 3) : [],
    sums.map((row, i) =>
      Array.from({ length: width / size }, (_, q) => {
        const offset = i * n * 4 + q * 16;
        return [
          result.set(size === 4 ? across(row.slice(q * 4, q * 4 + 4)) : within(row[0]!)),
          when(accumulate.get, result.set(f32x4.add(loadLanes(c, size, offset), result.get))),
          size === 4 ? v128.store(c.get, result.get, offset) : v128.storeLane(c.get, result.get, 0, offset),
        ];
      }),
    ),
  ];
}
