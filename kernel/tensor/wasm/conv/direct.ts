// Direct convolution: every pixel of the frame is read where it lies, no patch is copied. A tile keeps pixels × channels
// of the result in registers, as a matrix product does whose rows are windows: kernel rows of consecutive numbers.

import { type Code, type FunctionBuilder, i32, type Local, times } from "../emit/assembler";
import { compile } from "../emit/kernel";
import { filled } from "../emit/lanes";
import { clear } from "../emit/loops";
import type { Target } from "../emit/target";
import { computeTile } from "../product/tile";
import { evenly, type PanelRun, panelsOf, rowsBeside } from "./panels";
import type { Pass, passParameters } from "./pass";
import { deinterleave, interleave } from "./planes";

/** Bytes, whole vectors of them. */
const whole = (floats: number) => Math.ceil(floats / 4) * 16;

/** Bytes of the frame of one image. */
export const frameBytes = (pass: Pass) => whole(pass.frameHeight * pass.frameWidth * pass.inChannels);

/** Bytes of scratch of one task: the frame, then the result's pixels. */
export const directScratch = (target: Target, pass: Pass): number =>
  frameBytes(pass) + pass.outHeight * pass.outWidth * filled(target, pass.outChannels) * 4;

/** Lays the planes of one image into the frame, whose other numbers are 0 already. */
export function layFrame(
  f: FunctionBuilder,
  pass: Pass,
  channels: number,
  planes: Local,
  frame: Local,
): Code {
  const row = pass.frameWidth * channels * 4;
  const start = f.local("i32");
  return [
    start.set(i32.add(frame.get, i32.const(pass.top * row + pass.left * channels * 4))),
    interleave(
      f,
      {
        channels: pass.inChannels,
        height: pass.inHeight,
        width: pass.inWidth,
        pixel: pass.spreadWidth * channels * 4,
        row: pass.spreadHeight * row,
      },
      planes,
      start,
    ),
  ];
}

/** Walks one window: each kernel row is one run of numbers, or one for each column where those are apart. */
function walkWindow(f: FunctionBuilder, pass: Pass) {
  const [rows, columns, p] = f.integers(3);
  const { kernelHeight, kernelWidth, inChannels, dilationWidth } = pass;
  const pixel = inChannels * 4;
  const row = pass.frameWidth * pixel * pass.dilationHeight;
  return (step: Code, cursor: Local): Code => {
    const kernelRow: Code =
      dilationWidth === 1
        ? [times(p, i32.const(kernelWidth * inChannels), step), cursor.advance(row - kernelWidth * pixel)]
        : [
            times(columns, i32.const(kernelWidth), [
              times(p, i32.const(inChannels), step),
              cursor.advance((dilationWidth - 1) * pixel),
            ]),
            cursor.advance(row - kernelWidth * dilationWidth * pixel),
          ];
    return times(rows, i32.const(kernelHeight), kernelRow);
  };
}

/** Runs `body` for each panel of the output's channels, the pointers advanced by the bytes a vector of it takes. */
export function eachPanel(
  f: FunctionBuilder,
  panels: readonly PanelRun[],
  pointers: readonly { pointer: Local; vectorBytes: number }[],
  body: (vectors: number) => Code,
): Code {
  const left = f.local("i32");
  return panels.map(({ vectors, count }) =>
    times(left, i32.const(count), [
      body(vectors),
      pointers.map(({ pointer, vectorBytes }) => pointer.advance(vectors * vectorBytes)),
    ]),
  );
}

export interface Variant {
  readonly bias: boolean;
  readonly accumulate: boolean;
}

/** For weights as `packKernel` lays them out. */
export function directKernel(
  target: Target,
  pass: Pass,
  parameters: ReturnType<typeof passParameters>,
  { bias, accumulate }: Variant,
) {
  const { inChannels, outChannels, outHeight, outWidth } = pass;
  const depth = inChannels * pass.kernelHeight * pass.kernelWidth;
  const pixel = inChannels * 4;
  const row = pass.frameWidth * pixel;
  const outPixel = filled(target, outChannels) * 4;
  return compile(target, parameters, ({ x, weights, bias: biasAt, y, scratch, images }, f) => {
    const [panel, out, from, to, line, rowsLeft, tiles, pixels] = f.integers(8);
    const result = i32.add(scratch.get, i32.const(frameBytes(pass)));
    const walk = walkWindow(f, pass);
    const tilesOfRow = (vectors: number): Code =>
      evenly(outWidth, rowsBeside(target, vectors)).map(({ size, count }) =>
        times(tiles, i32.const(count), [
          computeTile(f, target, {
            rows: size,
            columns: { vectors, tail: 0 },
            a: from,
            aRow: pass.strideWidth * pixel,
            aStep: 4,
            b: panel.get,
            bStep: vectors * 16,
            padded: true,
            c: to,
            cRow: outPixel,
            depth: walk,
            accumulate: false,
          }),
          [from.advance(size * pass.strideWidth * pixel), to.advance(size * outPixel)],
        ]),
      );
    const convolve = (vectors: number): Code => [
      line.set(i32.add(scratch.get, i32.const(pass.firstRow * row + pass.firstColumn * pixel))),
      to.set(out.get),
      times(rowsLeft, i32.const(outHeight), [
        from.set(line.get),
        tilesOfRow(vectors),
        line.advance(pass.strideHeight * row),
      ]),
    ];
    return [
      clear(f, scratch.get, frameBytes(pass)),
      times(images, images.get, [
        layFrame(f, pass, inChannels, x, scratch),
        [panel.set(weights.get), out.set(result)],
        eachPanel(
          f,
          panelsOf(target, outChannels),
          [
            { pointer: panel, vectorBytes: depth * 16 },
            { pointer: out, vectorBytes: 16 },
          ],
          convolve,
        ),
        pixels.set(result),
        deinterleave(
          f,
          {
            channels: outChannels,
            height: outHeight,
            width: outWidth,
            pixel: outPixel,
            row: outWidth * outPixel,
          },
          y,
          pixels,
          bias ? biasAt : null,
          accumulate,
        ),
        [x.advance(pass.inImage * 4), y.advance(pass.outImage * 4)],
      ]),
    ];
  });
}
