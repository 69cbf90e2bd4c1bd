// The innermost part of every product: a tile of the result that stays in registers while the terms go by.

import {
  type Code,
  type FunctionBuilder,
  f32x4,
  i32,
  Local,
  repeat,
  times,
  v128,
  when,
} from "../emit/assembler";
import { loadLanes, storeLanes } from "../emit/lanes";
import { madd, type Target } from "../emit/target";
import type { Panel } from "./pack";

export interface TilePlan {
  readonly rows: number;
  readonly columns: Panel;
  readonly a: Local;
  /** Bytes from row to row, or to each row. */
  readonly aRow: number | readonly number[];
  readonly aStep: number;
  readonly b: Code;
  readonly bStep: number;
  /** A packed panel has whole vectors, zeros beyond its columns. */
  readonly padded: boolean;
  readonly c: Local;
  readonly cRow: number;
  /** The number of steps; or runs `step` as often as there are terms, and may move the cursor of A between them. */
  readonly depth: Local | ((step: Code, aCursor: Local) => Code);
  /** Whether c's values are added: known now, or when the kernel runs. */
  readonly accumulate: Local | boolean;
}

/** c[rows, columns] = Σ_p a[·,p]·b[p,·]: one vector load of B a column group, one splat-load of A a row, all sums in registers. */
export function computeTile(f: FunctionBuilder, target: Target, plan: TilePlan): Code {
  const { rows, columns, a, aRow, aStep, bStep, c, cRow } = plan;
  const vectors = columns.vectors + (columns.tail > 0 ? 1 : 0);
  const sums = Array.from({ length: rows }, () => f.vectors(vectors));
  const bs = f.vectors(vectors);
  const [splat, loaded] = f.vectors(2);
  const [p, aCursor, bCursor] = [f.local("i32"), f.local("i32"), f.local("i32")];
  const { accumulate, depth } = plan;
  const lanes = (v: number) => (v < columns.vectors ? 4 : columns.tail);
  const eachSum = (visit: (sum: Local, offset: number, lanes: number) => Code): Code =>
    sums.map((row, i) => row.map((sum, v) => visit(sum, i * cRow + v * 16, lanes(v))));
  const step = (u: number): Code => [
    bs.map((vector, v) =>
      vector.set(
        plan.padded
          ? v128.load(bCursor.get, u * bStep + v * 16)
          : loadLanes(bCursor, lanes(v), u * bStep + v * 16),
      ),
    ),
    sums.map((row, i) => [
      splat.set(v128.loadSplat(aCursor.get, u * aStep + (typeof aRow === "number" ? i * aRow : aRow[i]!))),
      row.map((sum, v) => sum.set(madd(target, splat.get, bs[v]!.get, sum.get))),
    ]),
  ];
  const steps = (count: number): Code => [
    Array.from({ length: count }, (_, u) => step(u)),
    [aCursor.advance(count * aStep), bCursor.advance(count * bStep)],
  ];
  // In pairs, for each turn of a loop costs a look at whether to stop. V8 12 (Node 22) takes a quarter longer over pairs.
  const walk = (terms: Local): Code =>
    target.revec
      ? [
          times(p, i32.shr(terms.get, i32.const(1)), steps(2)),
          when(i32.and(terms.get, i32.const(1)), steps(1)),
        ]
      : [p.set(terms.get), repeat(p, steps(1))];
  const addOld = eachSum((sum, offset, count) => [
    loaded.set(loadLanes(c, count, offset)),
    sum.set(f32x4.add(sum.get, loaded.get)),
  ]);
  return [
    eachSum((sum) => sum.set(v128.zero)),
    [aCursor.set(a.get), bCursor.set(plan.b)],
    depth instanceof Local ? walk(depth) : depth(steps(1), aCursor),
    accumulate instanceof Local ? when(accumulate.get, addOld) : accumulate ? addOld : [],
    eachSum((sum, offset, count) => storeLanes(c, sum.get, count, offset)),
  ];
}
