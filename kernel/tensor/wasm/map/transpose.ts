// Transposition in tiles of 4×4 by lane shuffles; the rim element by element.

import { define } from "../call/device";
import { once } from "../call/variants";
import { type Code, i32, type Local, times, v128 } from "../emit/assembler";
import { type Call, compile, count, type Kernel, shared } from "../emit/kernel";
import { transposed } from "../emit/lanes";
import type { Target } from "../emit/target";

const parameters = { x: shared, y: shared, rows: count, columns: count };

/** y[columns, rows] = x[rows, columns] transposed. */
export const transpose = define<Call<typeof parameters>>({
  emit(device) {
    const kernel = once(() => transposeKernel(device.target));
    return (call) => device.run(kernel(), call);
  },
  reference:
    (memory) =>
    ({ rows, columns, ...call }) => {
      const [x, y] = [memory.floats(call.x, rows * columns), memory.floats(call.y, rows * columns)];
      for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) y[j * rows + i] = x[i * columns + j]!;
    },
});

function transposeKernel(target: Target): Kernel<keyof typeof parameters> {
  return compile(target, parameters, ({ x, y, rows, columns }, f) => {
    const [xStride, yStride, rowCount, columnCount, from, to, cursor] = f.integers(7);
    const tile = f.vectors(4);
    const { code, columns: tileColumns } = transposed(f, tile);
    const rest = (count: Local) => i32.and(count.get, i32.const(3));
    const quarters = (count: Local) => i32.shr(count.get, i32.const(2));

    /** One tile, then `from` moves right by four columns and `to` down by four rows of y. */
    const fullTile: Code = [
      cursor.set(from.get),
      tile.map((row) => [row.set(v128.load(cursor.get)), cursor.advance(xStride.get)]),
      code,
      tileColumns.map((column) => [v128.store(to.get, column), to.advance(yStride.get)]),
      from.advance(16),
    ];
    const element = v128.storeLane(to.get, v128.load1(from.get), 0);
    return [
      xStride.set(i32.shl(columns.get, i32.const(2))),
      yStride.set(i32.shl(rows.get, i32.const(2))),
      times(rowCount, quarters(rows), [
        [from.set(x.get), to.set(y.get)],
        times(columnCount, quarters(columns), fullTile),
        // Up to three columns right of the tiles: four elements each, a column of x, a row of y.
        times(columnCount, rest(columns), [
          cursor.set(from.get),
          [0, 4, 8, 12].map((at) => [
            v128.storeLane(to.get, v128.load1(cursor.get), 0, at),
            cursor.advance(xStride.get),
          ]),
          to.advance(yStride.get),
          from.advance(4),
        ]),
        x.advance(i32.shl(xStride.get, i32.const(2))),
        y.advance(16),
      ]),
      // Up to three rows below the tiles.
      times(rowCount, rest(rows), [
        [from.set(x.get), to.set(y.get)],
        times(columnCount, columns.get, [element, from.advance(4), to.advance(yStride.get)]),
        x.advance(xStride.get),
        y.advance(4),
      ]),
    ];
  });
}
