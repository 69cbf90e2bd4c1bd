// Winograd's F(4×4, 3×3) as 36 matrix products, one for each pair of points: how the images are cut into tiles, where those
// lie, and what forward and backward passes do alike. As many tiles are in work at a time as stay cached.

import { type Code, type FunctionBuilder, i32, type Local, times, when } from "../emit/assembler";
import { filled, unit } from "../emit/lanes";
import { inPortions } from "../emit/loops";
import type { Target } from "../emit/target";
import { layFrame } from "./direct";
import type { Pass } from "./pass";
import { gridSink, gridSource, inputTransform, transformTile, workspaceOf } from "./winograd";

/** Products of a tile, one for each pair of points. */
export const points = 36;
/** Bytes of transformed tiles at a time: with the weights a part of a level-2 cache. */
const cached = 256 * 1024;
/** Keeps the 36 planes off each other's sets in the cache. */
const apart = 64;

/** Whether the pass is one of these, with channels enough to pay for the transforms. */
export const isWinograd = (p: Pass): boolean =>
  p.kernelHeight === 3 &&
  p.kernelWidth === 3 &&
  p.strideHeight * p.strideWidth * p.dilationHeight * p.dilationWidth * p.spreadHeight * p.spreadWidth ===
    1 &&
  Math.min(p.inChannels, p.outChannels, p.outHeight, p.outWidth) >= 3;

export interface Plan {
  readonly pass: Pass;
  readonly inFilled: number;
  readonly outFilled: number;
  readonly across: number;
  /** Images at a time, and rows of tiles at a time where an image is cut into bands. */
  readonly images: number;
  readonly rows: number;
  readonly bands: number;
  /** Tiles at a time. */
  readonly tiles: number;
  /** The pass, its frame as large as the tiles reach. */
  readonly frame: Pass;
  readonly frameBytes: number;
  /** What an image's gradients of the output, filled up to whole tiles. */
  readonly gradientBytes: number;
  /** From the tiles of one point to those of the next. */
  readonly inPlane: number;
  readonly outPlane: number;
}

export function planOf(target: Target, pass: Pass, batch: number): Plan {
  const [inFilled, outFilled] = [filled(target, pass.inChannels), filled(target, pass.outChannels)];
  const [down, across] = [Math.ceil(pass.outHeight / 4), Math.ceil(pass.outWidth / 4)];
  // Not of what pairs of vectors fill: the parts of a sum must be the same with them and without.
  const fours = Math.ceil(pass.inChannels / 4) + Math.ceil(pass.outChannels / 4);
  const rowBytes = across * points * fours * 16;
  const bands = Math.min(down, Math.ceil((down * rowBytes) / cached));
  const rows = Math.ceil(down / bands);
  const images = bands > 1 ? 1 : Math.min(batch, Math.max(1, Math.floor(cached / (down * rowBytes))));
  const tiles = images * rows * across;
  const frameHeight = Math.max(pass.frameHeight, pass.firstRow + bands * rows * 4 + 2);
  const frameWidth = Math.max(pass.frameWidth, pass.firstColumn + across * 4 + 2);
  return {
    ...{ pass, inFilled, outFilled, across, images, rows, bands, tiles },
    frame: { ...pass, frameHeight, frameWidth },
    frameBytes: frameHeight * frameWidth * inFilled * 4,
    gradientBytes: bands * rows * 4 * across * 4 * outFilled * 4,
    inPlane: tiles * inFilled * 4 + apart,
    outPlane: tiles * outFilled * 4 + apart,
  };
}

/** Bytes of scratch of one task; the weights' gradients also need room for those of the output. */
export function winogradScratch(target: Target, pass: Pass, batch: number, gradients = false): number {
  const plan = planOf(target, pass, batch);
  const image = plan.frameBytes + (gradients ? plan.gradientBytes : 0);
  return plan.images * image + points * (plan.inPlane + plan.outPlane);
}

/** Where the areas of a task's scratch start. */
export function areas(plan: Plan, scratch: Local) {
  const inTiles = plan.images * plan.frameBytes;
  const outTiles = inTiles + points * plan.inPlane;
  const at = (offset: number): Code => i32.add(scratch.get, i32.const(offset));
  return {
    frames: scratch.get,
    inTiles: at(inTiles),
    outTiles: at(outTiles),
    gradients: at(outTiles + points * plan.outPlane),
  };
}

/** Where the numbers of the tiles lie: the strides in bytes, from image to image and from tile to tile. */
export interface Area {
  /** The first number of the first image's band; changed. */
  readonly start: Local;
  readonly image: number;
  readonly row: number;
  readonly column: number;
  /** From one unit of channels to the next. */
  readonly unit: number;
  /** Where the tiles at their points are; unit after unit they follow each other. */
  readonly tiles: Code;
  readonly channels: number;
}

/** A unit of a tile: where its numbers are, where it is among the tiles, and how many there are yet in each direction. */
export interface Place {
  readonly pixels: Local;
  readonly tile: Local;
  readonly rows: Local;
  readonly columns: Local;
  readonly units: Local;
}

/**
 * Visits the units of the tiles of one band of each image: of a row of tiles all units of each in turn, or `byUnit` all
 * tiles for each unit, which leaves few planes open at a time (planes of 32×32 share their sets in the cache).
 */
export function eachTile(
  f: FunctionBuilder,
  target: Target,
  plan: Plan,
  area: Area,
  images: Code,
  body: (place: Place) => Code,
  { byUnit = false, atRow = () => [] }: { byUnit?: boolean; atRow?: (rows: Local) => Code } = {},
): Code {
  const [imagesLeft, rows, columns, units, line, start, pixels, tileRow, tileStart, tile] = f.integers(10);
  const bytes = 16 * unit(target);
  const pixelBytes = area.channels * 4;
  const across = { counter: columns, count: plan.across, step: area.column, tileStep: pixelBytes };
  const through = { counter: units, count: pixelBytes / bytes, step: area.unit, tileStep: bytes };
  const [outer, inner] = byUnit ? [through, across] : [across, through];
  return [
    tileRow.set(area.tiles),
    times(imagesLeft, images, [
      line.set(area.start.get),
      times(rows, i32.const(plan.rows), [
        [start.set(line.get), tileStart.set(tileRow.get), atRow(rows)],
        times(outer.counter, i32.const(outer.count), [
          [pixels.set(start.get), tile.set(tileStart.get)],
          times(inner.counter, i32.const(inner.count), [
            body({ pixels, tile, rows, columns, units }),
            [pixels.advance(inner.step), tile.advance(inner.tileStep)],
          ]),
          [start.advance(outer.step), tileStart.advance(outer.tileStep)],
        ]),
        [line.advance(area.row), tileRow.advance(plan.across * pixelBytes)],
      ]),
      area.start.advance(area.image),
    ]),
  ];
}

/** The area of pixels with so many channels side by side, in rows of so many bytes. */
export const pixelArea = (
  target: Target,
  start: Local,
  image: number,
  row: number,
  channels: number,
  tiles: Code,
): Area => ({
  ...{ start, image, channels, tiles },
  ...{ row: 4 * row, column: 4 * channels * 4, unit: 16 * unit(target) },
});

/** Calls `body` for groups of at most `plan.images` of the images, `now` being how many. */
export function eachGroup(plan: Plan, images: Local, now: Local, body: Code): Code {
  return when(images.get, inPortions(images, now, plan.images, body));
}

/** What both kernels do first with a group: its frames, then band by band the input's tiles at all points. */
export function inputTiles(f: FunctionBuilder, target: Target, plan: Plan, scratch: Local, between: Local) {
  const { frame, inFilled } = plan;
  const row = frame.frameWidth * inFilled * 4;
  const [left, to, start] = [f.local("i32"), f.local("i32"), f.local("i32")];
  const workspace = workspaceOf(target, f, unit(target), between);
  const first = frame.firstRow * row + frame.firstColumn * inFilled * 4;
  return {
    workspace,
    lay: (x: Local, now: Local): Code => [
      to.set(scratch.get),
      times(left, now.get, [
        layFrame(f, frame, inFilled, x, to),
        [x.advance(frame.inImage * 4), to.advance(plan.frameBytes)],
      ]),
    ],
    transform: (band: Local, now: Local): Code => [
      start.set(
        i32.add(i32.add(scratch.get, i32.const(first)), i32.mul(band.get, i32.const(plan.rows * 4 * row))),
      ),
      eachTile(
        f,
        target,
        plan,
        pixelArea(target, start, plan.frameBytes, row, inFilled, areas(plan, scratch).inTiles),
        now.get,
        ({ pixels, tile }) =>
          transformTile(
            workspace,
            inputTransform,
            gridSource(workspace.axis, pixels, row, inFilled * 4),
            gridSink(tile, 6 * plan.inPlane, plan.inPlane),
          ),
      ),
    ],
  };
}
