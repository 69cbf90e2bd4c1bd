// Copies of operands in the order a tile reads them: a panel of B, a block of A. Both live in the thread's scratch area.

import { type Code, type FunctionBuilder, f32, i32, type Local, times, v128, when } from "../emit/assembler";
import { loadLanes, transposed } from "../emit/lanes";
import { whileAtLeast } from "../emit/loops";
import { regions } from "../emit/scratch";

/** The columns a panel spans: whole vectors, then a partial one of `tail` lanes. */
export interface Panel {
  readonly vectors: number;
  readonly tail: number;
}

/** Copies a panel of B to `regions.panel`, row after row of p, its columns side by side and filled up with zeros. */
export function packPanel(
  f: FunctionBuilder,
  columns: Panel,
  b: Local,
  bColumn: number,
  bStep: number,
  depthNow: Local,
): Code {
  const lanes = [...new Array<number>(columns.vectors).fill(4), ...(columns.tail > 0 ? [columns.tail] : [])];
  const [p, from, to] = [f.local("i32"), f.local("i32"), f.local("i32")];
  const rowBytes = lanes.length * 16;
  const start: Code = [from.set(b.get), to.set(regions.panel)];
  if (bColumn === 4) {
    return [
      start,
      times(p, depthNow.get, [
        lanes.map((count, v) => v128.store(to.get, loadLanes(from, count, v * 16), v * 16)),
        [from.advance(bStep), to.advance(rowBytes)],
      ]),
    ];
  }
  /** Lanes from `count` rows of transposed B at one p. */
  const gather = (v: number, count: number, step: number): Code => {
    let vector = v128.load1(from.get, v * 4 * bColumn + step * bStep);
    for (let i = 1; i < count; i++)
      vector = v128.loadLane(from.get, vector, i, (v * 4 + i) * bColumn + step * bStep);
    return vector;
  };
  const rows = f.vectors(4);
  const square = transposed(f, rows);
  return [
    start,
    times(p, i32.shr(depthNow.get, i32.const(2)), [
      lanes.map((count, v) =>
        count === 4
          ? [
              rows.map((row, i) => row.set(v128.load(from.get, (v * 4 + i) * bColumn))),
              square.code,
              square.columns.map((column, step) => v128.store(to.get, column, step * rowBytes + v * 16)),
            ]
          : [0, 1, 2, 3].map((step) => v128.store(to.get, gather(v, count, step), step * rowBytes + v * 16)),
      ),
      [from.advance(4 * bStep), to.advance(4 * rowBytes)],
    ]),
    times(p, i32.and(depthNow.get, i32.const(3)), [
      lanes.map((count, v) => v128.store(to.get, gather(v, count, 0), v * 16)),
      [from.advance(bStep), to.advance(rowBytes)],
    ]),
  ];
}

interface BlockPlan {
  /** Rows of a tile, and of the last one. */
  readonly rows: number;
  readonly rest: number;
  readonly from: Local;
  readonly aRow: number;
  readonly aStep: number;
  readonly depth: Local;
  /** Rows in this block; not changed. */
  readonly left: Local;
}

/** Copies a block of A to `regions.block`: tile after tile, in each one p after the other, its rows side by side. */
export function packBlock(f: FunctionBuilder, plan: BlockPlan): Code {
  const { rows, rest, aRow, aStep, depth } = plan;
  const [left, p, tile, from, to] = f.integers(5);
  const oneTile = (count: number): Code => [
    from.set(tile.get),
    times(p, depth.get, [
      Array.from({ length: count }, (_, i) => f32.store(to.get, f32.load(from.get, i * aRow), i * 4)),
      [from.advance(aStep), to.advance(count * 4)],
    ]),
    tile.advance(count * aRow),
  ];
  return [
    [left.set(plan.left.get), tile.set(plan.from.get), to.set(regions.block)],
    whileAtLeast(left, rows, oneTile(rows)),
    rest > 0 ? when(left.get, oneTile(rest)) : [],
  ];
}
