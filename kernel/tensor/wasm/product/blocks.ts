// Matrix products, one module a shape: every stride is an immediate and every edge has its exact tile.
//
//        k ──►                     n ──►
//      ┌─────────┬───┐           ┌───┬───┬───┬─┐        a panel of B: up to 512 rows of k, as wide as a tile; packed, its rows
//    m │▒▒▒▒▒▒▒▒▒│   │         k │░░░│   │   │ │        lie side by side (16 KiB at two vectors: a part of level 1)
//    │ │▒▒▒▒▒▒▒▒▒│   │         │ │░░░│   │   │ │
//    ▼ │▒ block ▒│   │    ×    ▼ │░░░│   │   │ │        a block of A: 192 rows; packed, it is 256 of k deep and lies tile
//      ├─────────┼───┤           ├───┼───┼───┼─┤        after tile (192 KiB: level 2)
//      │         │   │           │   │   │   │ │
//      └─────────┴───┘           └───┴───┴───┴─┘        a tile of C: rows × vectors of sums in registers (6×2 of four lanes
//                    =  c[m, n], tile after tile        with 12 sums, 3×3 with 9), one pass over the depth of the panel
//
//   for each depth of k:                     a, b move along k; from the second on c is added to
//     for each block of A:                   (packed here)
//       for each panel of B:                 (packed here; the last one narrower)
//         for each tile of the block:        a vector load of B a column group, a splat-load of A a row

import { type Code, i32, type Local, times, when } from "../emit/assembler";
import { compile, count, each, element, flag, type Kernel, shared, units } from "../emit/kernel";
import { unit } from "../emit/lanes";
import { inPortions, whileAtLeast } from "../emit/loops";
import { blockDepth, blockRows, panelRows, panelVectors, regions } from "../emit/scratch";
import type { Target } from "../emit/target";
import { type Panel, packBlock, packPanel } from "./pack";
import { computeTile } from "./tile";

/** Sizes of c[m, n] = op(a)[m, k] · op(b)[k, n]; a is [k, m] if transA, b is [n, k] if transB. */
export interface GemmShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transA: boolean;
  readonly transB: boolean;
}

export type Parameter = "a" | "b" | "c" | "accumulate" | "rows" | "columns";

/**
 * The tile of rows × vectors kept in registers: 6×8 with 12 sums, 3×12 with 9, 4×8 with 8, twice as wide where neighbors share
 * a register. Few rows take wide panels instead, so that there are always enough independent sums to hide the latency.
 */
function tileFor(target: Target, { m, n, transB }: GemmShape): { rows: number; vectors: number } {
  const sums = target.tileSums;
  const size = unit(target);
  const preferred = sums === 9 ? 3 : 2;
  const needed = Math.ceil(n / 4);
  if (m * preferred >= sums) {
    // One more unit than preferred, as for n ≤ 12: one panel, A is read once.
    const vectors = sums === 12 && needed <= 3 * size ? needed : Math.min(preferred * size, needed);
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

/**
 * The parameters of a product, and how it is cut: many rows by rows, each part packing its own; else by columns. Grains are
 * multiples of tiles. `rows` and `columns` are m and n, or less for a part of c that starts at a, b and c.
 */
export function gemmParts(target: Target, shape: GemmShape) {
  const { m, n, k, transA, transB } = shape;
  const tile = tileFor(target, shape);
  if (packsA(tile, shape) || m >= blockRows) {
    return {
      parameters: {
        ...{ a: each(transA ? 4 : k * 4), b: shared, c: each(n * 4) },
        ...{ accumulate: flag, rows: units, columns: count },
      },
      grain: 24 * Math.ceil(Math.max(48, partWork / (n * k)) / 24), // 24 is a multiple of every tile's rows
    };
  }
  const width = tile.vectors * 4;
  return {
    parameters: {
      ...{ a: shared, b: each(transB ? k * 4 : 4), c: element },
      ...{ accumulate: flag, rows: count, columns: units },
    },
    grain: width * Math.ceil(partWork / (m * k * width)),
  };
}

/** c[m, n] = op(a)·op(b) (+ c); m, n and k are at least 1. */
export function gemmKernel(target: Target, shape: GemmShape): Kernel<Parameter> {
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

  const { parameters } = gemmParts(target, shape);
  return compile(target, parameters, ({ a, b, c, accumulate, rows: partRows, columns: partColumns }, f) => {
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
          accumulate: accumulate,
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
      [aBlock.set(a.get), cBlock.set(c.get)],
      downBy(mLeft, mNow, partRows.get, blockRows, [
        [bPanel.set(b.get), cPanel.set(cBlock.get)],
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
          ? times(panels, i32.div(partColumns.get, i32.const(width)), [
              panel({ vectors: tile.vectors, tail: 0 }),
              bPanel.advance(width * bColumn),
              cPanel.advance(width * 4),
            ])
          : [],
        edge > 0
          ? when(i32.rem(partColumns.get, i32.const(width)), panel({ vectors: edge >> 2, tail: edge & 3 }))
          : [],
        [aBlock.advance(blockRows * aRow), cBlock.advance(blockRows * n * 4)],
      ]),
      [a.advance(i32.mul(kNow.get, i32.const(aStep))), b.advance(i32.mul(kNow.get, i32.const(bStep)))],
      accumulate.set(i32.const(1)),
    ]);
  });
}

/** Covers `total` in portions of `size`, the last one smaller: `now` is the portion's size while `body` runs. */
function downBy(left: Local, now: Local, total: Code, size: number, body: Code): Code {
  return [left.set(total), inPortions(left, now, size, body)];
}
