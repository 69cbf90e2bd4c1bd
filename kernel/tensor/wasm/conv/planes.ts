// Planes [channel][row][column] and pixels (row after row, the channels of one side by side), copied one into the other. Lanes are
// channels in every convolution kernel: no stride or width wastes one.

import { type Code, type FunctionBuilder, f32, f32x4, i32, type Local, times, v128 } from "../emit/assembler";
import { gather, loadLanes, transposed } from "../emit/lanes";
import { eachStep } from "../emit/loops";

export interface Planes {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Bytes from one pixel to the next, and from one row of pixels to the next. */
  readonly pixel: number;
  readonly row: number;
}

/** Rows that follow each other without a gap are one. */
const joined = (p: Planes) =>
  p.row === p.width * p.pixel
    ? { rows: 1, columns: p.height * p.width }
    : { rows: p.height, columns: p.width };

/** Calls `body` for each row and each four channels, or one of the last three, its cursors at their first pixel. */
function eachStrip(
  f: FunctionBuilder,
  planes: Planes,
  plane: Local,
  pixels: Local,
  body: (lanes: number, plane: Local, pixels: Local, columns: number) => Code,
  atRow: Code = [],
): Code {
  const { rows, columns } = joined(planes);
  const planeBytes = planes.height * planes.width * 4;
  const rest = planes.channels & 3;
  const [rowsLeft, left, planeRow, pixelRow, planeStrip, pixelStrip, from, to] = f.integers(8);
  const strip = (lanes: number): Code => [
    [from.set(planeStrip.get), to.set(pixelStrip.get)],
    body(lanes, from, to, columns),
    [planeStrip.advance(lanes * planeBytes), pixelStrip.advance(lanes * 4)],
  ];
  return [
    [planeRow.set(plane.get), pixelRow.set(pixels.get)],
    times(rowsLeft, i32.const(rows), [
      [planeStrip.set(planeRow.get), pixelStrip.set(pixelRow.get), atRow],
      times(left, i32.const(planes.channels >> 2), strip(4)),
      rest > 0 ? strip(rest) : [],
      [planeRow.advance(columns * 4), pixelRow.advance(planes.row)],
    ]),
  ];
}

/** Pixels from planes. */
export function interleave(f: FunctionBuilder, planes: Planes, plane: Local, pixels: Local): Code {
  const planeBytes = planes.height * planes.width * 4;
  const left = f.local("i32");
  const tile = f.vectors(4);
  const { code, columns: turned } = transposed(f, tile);
  return eachStrip(f, planes, plane, pixels, (lanes, from, to, columns) => {
    if (planes.channels === 1 && planes.pixel === 4) {
      const step = eachStep(f, i32.const(columns), [from, to], 4, ({ vectors, lanes: width }) =>
        Array.from({ length: vectors }, (_, v) =>
          width === 4
            ? v128.store(to.get, v128.load(from.get, v * 16), v * 16)
            : f32.store(to.get, f32.load(from.get)),
        ),
      );
      return step;
    }
    const single: Code =
      lanes === 4
        ? v128.store(to.get, gather(from, 4, planeBytes))
        : Array.from({ length: lanes }, (_, c) =>
            f32.store(to.get, f32.load(from.get, c * planeBytes), c * 4),
          );
    const whole: Code = [
      tile.map((row, c) => row.set(v128.load(from.get, c * planeBytes))),
      code,
      turned.map((column, p) => v128.store(to.get, column, p * planes.pixel)),
      [from.advance(16), to.advance(4 * planes.pixel)],
    ];
    return [
      lanes === 4 ? times(left, i32.const(columns >> 2), whole) : [],
      times(left, i32.const(lanes === 4 ? columns & 3 : columns), [
        single,
        from.advance(4),
        to.advance(planes.pixel),
      ]),
    ];
  });
}

/** Planes from pixels, with a bias a channel, or on top of what the planes hold. */
export function deinterleave(
  f: FunctionBuilder,
  planes: Planes,
  plane: Local,
  pixels: Local,
  bias: Local | null,
  accumulate: boolean,
): Code {
  const planeBytes = planes.height * planes.width * 4;
  const [left, biasAt] = [f.local("i32"), f.local("i32")];
  const tile = f.vectors(4);
  const shift = f.local("v128");
  const { code, columns: turned } = transposed(f, tile);
  const shifted = (value: Code): Code => (bias ? f32x4.add(value, shift.get) : value);
  const strip = (lanes: number, to: Local, from: Local, columns: number): Code => {
    const whole: Code = [
      tile.map((pixel, p) => pixel.set(shifted(v128.load(from.get, p * planes.pixel)))),
      code,
      turned.map((column, c) => {
        const at = c * planeBytes;
        return v128.store(to.get, accumulate ? f32x4.add(column, v128.load(to.get, at)) : column, at);
      }),
      [to.advance(16), from.advance(4 * planes.pixel)],
    ];
    const value = tile[0]!;
    const single: Code = [
      value.set(shifted(loadLanes(from, lanes, 0))),
      accumulate ? value.set(f32x4.add(value.get, gather(to, lanes, planeBytes))) : [],
      Array.from({ length: lanes }, (_, c) => v128.storeLane(to.get, value.get, c, c * planeBytes)),
      [to.advance(4), from.advance(planes.pixel)],
    ];
    return [
      bias ? [shift.set(loadLanes(biasAt, lanes, 0)), biasAt.advance(lanes * 4)] : [],
      lanes === 4 ? times(left, i32.const(columns >> 2), whole) : [],
      times(left, i32.const(lanes === 4 ? columns & 3 : columns), single),
    ];
  };
  return eachStrip(f, planes, plane, pixels, strip, bias ? biasAt.set(bias.get) : []);
}
