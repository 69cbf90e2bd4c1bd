// Matrix products, one module a shape: every stride is an immediate and every edge has its exact tile.

import type { Cut } from "../call/team";
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
import { loadLanes, storeLanes, unit } from "../emit/lanes";
import { inPortions, whileAtLeast } from "../emit/loops";
import { blockDepth, blockRows, panelRows, panelVectors, regions } from "../emit/scratch";
import { compile, madd, type Run, type Target } from "../emit/target";
import { type Panel, packBlock, packPanel } from "./pack";

export interface GemmShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transA: boolean;
  readonly transB: boolean;
}

/**
 * The tile of rows × vectors kept in registers: 6×8 with 12 sums, 3×12 with 9, twice as wide where neighbors share a
 * register. Few rows take wide panels instead, so that there are always enough independent sums to hide the latency.
 */
function tileFor(target: Target, { m, n, transB }: GemmShape): { rows: number; vectors: number } {
  const sums = target.tileSums;
  const size = unit(target);
  const preferred = sums === 12 ? 2 : 3;
  const needed = Math.ceil(n / 4);
  if (m * preferred >= sums) {
    // One more unit than preferred, as for n ≤ 12: one panel, A is read once.
    const vectors = preferred === 2 && needed <= 3 * size ? needed : Math.min(preferred * size, needed);
    return { rows: tileRows(target, vectors), vectors };
  }
  const widest = transB ? panelVectors : panelVectors * size; // that of a transposed B is packed
  return { rows: m, vectors: Math.min(widest, size * Math.max(1, Math.floor(sums / m)), needed) };
}

/** Rows for a panel of that many vectors; at most 8, and a divisor of `blockRows`. */
const tileRows = (target: Target, vectors: number) =>
  [8, 6, 4, 3, 2, 1].find((rows) => rows * Math.ceil(vectors / unit(target)) <= target.tileSums) ?? 1;

/** A large A is packed where enough panels read it: rows a power of two apart share one set of the cache. */
const packsA = (tile: { rows: number }, { m, n, k, transA }: GemmShape) =>
  m >= tile.rows && n >= 64 && m * k >= 2 ** 17 && (transA || n >= 256);

/** A part of a product should take some microseconds: so many multiplications at least. */
export const partWork = 2 ** 18;

/** How a product is cut: many rows by rows, each part packing its own; else by columns. Grains are multiples of tiles. */
export function gemmCut(target: Target, shape: GemmShape): Cut {
  const { m, n, k, transA, transB } = shape;
  const tile = tileFor(target, shape);
  if (packsA(tile, shape) || m >= blockRows) {
    const grain = 24 * Math.ceil(Math.max(48, partWork / (n * k)) / 24); // 24 is a multiple of every tile's rows
    return { count: 4, advance: [transA ? 4 : k * 4, 0, n * 4, 0, 0, 0], grain };
  }
  const width = tile.vectors * 4;
  const grain = width * Math.ceil(partWork / (m * k * width));
  return { count: 5, advance: [0, transB ? k * 4 : 4, 4, 0, 0, 0], grain };
}

/**
 * run(a, b, c, accumulate, rows, columns): c[m,n] = op(a)·op(b) (+ c). m, n and k are at least 1. `rows` and `columns` are
 * m and n, or less for a part of c (see gemmCut) that starts at a, b and c.
 */
export function gemmKernel(target: Target, shape: GemmShape): Run {
  const { m, n, k, transA, transB } = shape;
  const tile = tileFor(target, shape);
  const width = tile.vectors * 4;
  // Packing costs one copy of B for every 192 rows; it pays where B lies crosswise, or serves enough rows.
  const packed = transB || m >= 256;
  const packedA = packsA(tile, shape);
  const aRow = transA ? 4 : k * 4;
  const aStep = transA ? m * 4 : 4;
  const bColumn = transB ? k * 4 : 4;
  const bStep = transB ? 4 : n * 4;
  const blocks = Math.ceil(k / (packedA ? blockDepth : panelRows));
  const depthAtOnce = Math.ceil(k / blocks);

  return compile(target, new Array(6).fill("i32"), (f, a, b, c, accumulate, partRows, partColumns) => {
    const [kLeft, kNow, mLeft, mNow, aBlock, cBlock, bPanel, cPanel, panels] = f.integers(9);

    const panel = (columns: Panel): Code => {
      const vectors = columns.vectors + (columns.tail > 0 ? 1 : 0);
      // Few columns leave registers for more rows; a packed A is cut for the whole panels' tiles.
      const rows =
        packedA || m < tile.rows || vectors === tile.vectors
          ? tile.rows
          : Math.min(m, tileRows(target, vectors));
      const left = f.local("i32");
      const pointers = { a: f.local("i32"), c: f.local("i32") };
      const oneTile = (count: number): Code =>
        computeTile(f, target, {
          rows: count,
          columns,
          a: pointers.a,
          aRow: packedA ? 4 : aRow,
          aStep: packedA ? count * 4 : aStep,
          b: packed ? regions.panel : bPanel.get,
          bStep: packed ? vectors * 16 : bStep,
          padded: packed,
          c: pointers.c,
          cRow: n * 4,
          depth: kNow,
          accumulate: accumulate!,
        });
      const rest = m % rows; // blockRows is a multiple of `rows`: only the last block has a rest
      return [
        packed ? packPanel(f, columns, bPanel, bColumn, bStep, kNow) : [],
        [
          pointers.a.set(packedA ? regions.block : aBlock.get),
          pointers.c.set(cPanel.get),
          left.set(mNow.get),
        ],
        whileAtLeast(left, rows, [
          oneTile(rows),
          pointers.a.advance(packedA ? i32.mul(kNow.get, i32.const(rows * 4)) : rows * aRow),
          pointers.c.advance(rows * n * 4),
        ]),
        rest > 0 ? when(left.get, oneTile(rest)) : [],
      ];
    };

    const wholePanels = Math.floor(n / width);
    const edge = n % width;
    return downBy(kLeft, kNow, i32.const(k), depthAtOnce, [
      [aBlock.set(a!.get), cBlock.set(c!.get)],
      downBy(mLeft, mNow, partRows!.get, blockRows, [
        [bPanel.set(b!.get), cPanel.set(cBlock.get)],
        packedA
          ? packBlock(f, {
              rows: tile.rows,
              rest: m % tile.rows,
              from: aBlock,
              aRow,
              aStep,
              depth: kNow,
              left: mNow,
            })
          : [],
        wholePanels > 0
          ? times(panels, i32.div(partColumns!.get, i32.const(width)), [
              panel({ vectors: tile.vectors, tail: 0 }),
              bPanel.advance(width * bColumn),
              cPanel.advance(width * 4),
            ])
          : [],
        edge > 0
          ? when(i32.rem(partColumns!.get, i32.const(width)), panel({ vectors: edge >> 2, tail: edge & 3 }))
          : [],
        [aBlock.advance(blockRows * aRow), cBlock.advance(blockRows * n * 4)],
      ]),
      [a!.advance(i32.mul(kNow.get, i32.const(aStep))), b!.advance(i32.mul(kNow.get, i32.const(bStep)))],
      accumulate!.set(i32.const(1)),
    ]);
  });
}

/** Covers `total` in portions of `size`, the last one smaller: `now` is the portion's size while `body` runs. */
function downBy(left: Local, now: Local, total: Code, size: number, body: Code): Code {
  return [left.set(total), inPortions(left, now, size, body)];
}

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
