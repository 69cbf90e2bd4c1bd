// The weights' gradients of a direct convolution: a tile keeps weights × out channels in registers while it goes through all
// pixels of an image.

import { type Code, type FunctionBuilder, i32, type Local, times, when } from "../emit/assembler";
import { compile } from "../emit/kernel";
import { filled } from "../emit/lanes";
import { clear } from "../emit/loops";
import type { Target } from "../emit/target";
import { computeTile } from "../product/tile";
import { eachPanel, frameBytes, layFrame } from "./direct";
import { evenly, panelsOf, rowsBeside } from "./panels";
import type { Pass, weightParameters } from "./pass";
import { interleave } from "./planes";

/**
 * The weights' gradients of a batch are summed in parts of `size` images, by whoever and in whatever order, so that the
 * bits never depend on the threads: `sums` goes from part to part while `now` of the images left are in work.
 */
export function eachPart(
  f: FunctionBuilder,
  parts: Local,
  imagesLeft: Local,
  size: number,
  now: Local,
  sums: Local,
  sumBytes: number,
  body: Code,
): Code {
  return times(parts, parts.get, [
    now.set(imagesLeft.get),
    when(i32.less(i32.const(size), imagesLeft.get), now.set(i32.const(size))),
    imagesLeft.set(i32.sub(imagesLeft.get, now.get)),
    clear(f, sums.get, sumBytes),
    body,
    sums.advance(sumBytes),
  ]);
}

/** Bytes of one part's sum of weight gradients, [kernel row][kernel column][in channel][filled out channels]. */
export const directSums = (target: Target, pass: Pass): number =>
  pass.kernelHeight * pass.kernelWidth * pass.inChannels * filled(target, pass.outChannels) * 4;

/** With up to so many weights for an out channel each tile has code of its own. */
const fewWeights = 16;

/**
 * Each of the sums = Σ over its images of windows of x times dy. A tile is a run of weights × channels of dy, and goes through all pixels of an image.
 */
export function directWeightKernel(
  target: Target,
  pass: Pass,
  size: number,
  parameters: ReturnType<typeof weightParameters>,
) {
  const { inChannels, outChannels, outHeight, outWidth, kernelHeight, kernelWidth } = pass;
  const pixel = inChannels * 4;
  const row = pass.frameWidth * pixel;
  const outPixel = filled(target, outChannels) * 4;
  // Neighboring columns of the kernel are neighboring numbers of the frame, unless it is dilated.
  const runs = pass.dilationWidth === 1 ? 1 : kernelWidth;
  const run = (kernelWidth / runs) * inChannels;
  return compile(target, parameters, ({ x, dy, sums, scratch, images, parts }, f) => {
    const [left, now] = [f.local("i32"), f.local("i32")];
    const [line, from, to, rowsLeft, runsLeft, tiles, pixels, panel, sumPanel, h, w] = f.integers(11);
    const gradient = i32.add(scratch.get, i32.const(frameBytes(pass)));
    const overPixels = (step: Code, cursor: Local): Code =>
      times(h, i32.const(outHeight), [
        times(w, i32.const(outWidth), step),
        cursor.advance(pass.strideHeight * row - outWidth * pass.strideWidth * pixel),
      ]);
    const start = i32.add(scratch.get, i32.const(pass.firstRow * row + pass.firstColumn * pixel));
    const tile = (rows: number, vectors: number, aRow: number | readonly number[]): Code => [
      computeTile(f, target, {
        rows,
        columns: { vectors, tail: 0 },
        a: from,
        aRow,
        aStep: pass.strideWidth * pixel,
        b: panel.get,
        bStep: outPixel,
        padded: true,
        c: to,
        cRow: outPixel,
        depth: overPixels,
        accumulate: true,
      }),
      to.advance(rows * outPixel),
    ];
    /** Tiles of a run of weights, in one kernel row after the other. */
    const alongRuns = (vectors: number): Code => [
      [line.set(start), to.set(sumPanel.get)],
      times(rowsLeft, i32.const(kernelHeight), [
        from.set(line.get),
        times(runsLeft, i32.const(runs), [
          evenly(run, rowsBeside(target, vectors)).map(({ size: rows, count }) =>
            times(tiles, i32.const(count), [tile(rows, vectors, 4), from.advance(rows * 4)]),
          ),
          from.advance((pass.dilationWidth - 1) * pixel),
        ]),
        line.advance(pass.dilationHeight * row),
      ]),
    ];
    /** Tiles of any weights, where there are so few that a run would leave the multipliers waiting. */
    const anywhere = (vectors: number): Code => {
      let first = 0;
      return [
        [from.set(start), to.set(sumPanel.get)],
        evenly(weights.length, rowsBeside(target, vectors)).map(({ size: rows, count }) =>
          Array.from({ length: count }, () => {
            first += rows;
            return tile(rows, vectors, weights.slice(first - rows, first));
          }),
        ),
      ];
    };
    const weights = Array.from({ length: kernelHeight * kernelWidth * inChannels }, (_, i) => {
      const [tap, channel] = [Math.floor(i / inChannels), i % inChannels];
      const [tapRow, tapColumn] = [Math.floor(tap / kernelWidth), tap % kernelWidth];
      return tapRow * pass.dilationHeight * row + (tapColumn * pass.dilationWidth * inChannels + channel) * 4;
    });
    const correlate = weights.length <= fewWeights ? anywhere : alongRuns;
    return [
      clear(f, scratch.get, frameBytes(pass)),
      eachPart(
        f,
        parts,
        images,
        size,
        now,
        sums,
        directSums(target, pass),
        times(left, now.get, [
          layFrame(f, pass, inChannels, x, scratch),
          pixels.set(gradient),
          interleave(
            f,
            {
              channels: outChannels,
              height: outHeight,
              width: outWidth,
              pixel: outPixel,
              row: outWidth * outPixel,
            },
            dy,
            pixels,
          ),
          [panel.set(gradient), sumPanel.set(sums.get)],
          eachPanel(
            f,
            panelsOf(target, outChannels),
            [
              { pointer: panel, vectorBytes: 16 },
              { pointer: sumPanel, vectorBytes: 16 },
            ],
            correlate,
          ),
          [x.advance(pass.inImage * 4), dy.advance(pass.outImage * 4)],
        ]),
      ),
    ];
  });
}
