// 3×3 convolution at stride 1 by Winograd's F(4×4, 3×3): a quarter of the multiplications, as 36 matrix products over
// tiles of 4×4 outputs, one for each point. The images of a group, or the bands of a large one, are as many as stay cached.

import { type Code, type FunctionBuilder, i32, type Local, scratchStart, times, when } from "./assembler";
import {
  clear,
  deinterleave,
  evenly,
  filled,
  gather,
  interleave,
  panelsOf,
  rowsBeside,
  unit,
} from "./channels";
import { eachPanel, layFrame, type Variant } from "./convDirect";
import type { Pass } from "./convPass";
import { eachLanePanel, eachSum, placeLanes, type WeightLayout } from "./convWeights";
import { computeTile } from "./gemm";
import { compile, type Run, type Target } from "./target";
import {
  gradientTransform,
  gridSink,
  gridSource,
  inputTransform,
  outputTransform,
  storeWide,
  tapTransform,
  transformTile,
  weightTransform,
  workspaceOf,
} from "./winograd";

const points = 36;
/** Bytes of transformed tiles at a time: with the weights a part of a level-2 cache. */
const cached = 256 * 1024;
/** Keeps the 36 planes off each other's sets in the cache. */
const apart = 64;

/** Whether the pass is one of these at all. */
export const isWinograd = (p: Pass): boolean =>
  p.kernelHeight === 3 &&
  p.kernelWidth === 3 &&
  p.strideHeight * p.strideWidth * p.dilationHeight * p.dilationWidth * p.spreadHeight * p.spreadWidth === 1;

interface Plan {
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
  readonly resultBytes: number;
  /** From the tiles of one point to those of the next. */
  readonly inPlane: number;
  readonly outPlane: number;
}

function planOf(target: Target, pass: Pass, batch: number): Plan {
  const [inFilled, outFilled] = [filled(target, pass.inChannels), filled(target, pass.outChannels)];
  const [down, across] = [Math.ceil(pass.outHeight / 4), Math.ceil(pass.outWidth / 4)];
  const rowBytes = across * points * (inFilled + outFilled) * 4;
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
    resultBytes: bands * rows * 4 * across * 4 * outFilled * 4,
    inPlane: tiles * inFilled * 4 + apart,
    outPlane: tiles * outFilled * 4 + apart,
  };
}

/** Bytes of scratch of one task. */
export function winogradScratch(target: Target, pass: Pass, batch: number): number {
  const plan = planOf(target, pass, batch);
  return plan.images * (plan.frameBytes + plan.resultBytes) + points * (plan.inPlane + plan.outPlane);
}

/** Where the areas of a task's scratch start. */
function areas(plan: Plan, scratch: Local) {
  const results = plan.images * plan.frameBytes;
  const inTiles = results + plan.images * plan.resultBytes;
  const at = (offset: number): Code => i32.add(scratch.get, i32.const(offset));
  return {
    frames: scratch.get,
    results: at(results),
    inTiles: at(inTiles),
    outTiles: at(inTiles + points * plan.inPlane),
  };
}

/** Visits the tiles of one band of each image: `pixels` at its first number, `tile` at its place among the tiles. */
function eachTile(
  f: FunctionBuilder,
  target: Target,
  plan: Plan,
  area: {
    readonly channels: number;
    /** The first pixel of the band in the first image; changed. */
    readonly start: Local;
    readonly image: number;
    readonly row: number;
    readonly tiles: Code;
  },
  images: Code,
  body: (pixels: Local, tile: Local) => Code,
): Code {
  const [imagesLeft, rows, columns, units, line, place, pixels, tile] = Array.from({ length: 8 }, () =>
    f.local("i32"),
  ) as [Local, Local, Local, Local, Local, Local, Local, Local];
  const bytes = 16 * unit(target);
  return [
    tile.set(area.tiles),
    times(imagesLeft, images, [
      line.set(area.start.get),
      times(rows, i32.const(plan.rows), [
        place.set(line.get),
        times(columns, i32.const(plan.across), [
          pixels.set(place.get),
          times(units, i32.const((area.channels * 4) / bytes), [
            body(pixels, tile),
            [pixels.advance(bytes), tile.advance(bytes)],
          ]),
          place.advance(4 * area.channels * 4),
        ]),
        line.advance(4 * area.row),
      ]),
      area.start.advance(area.image),
    ]),
  ];
}

/** Calls `body` for groups of at most `plan.images` of the images, `now` being how many. */
function eachGroup(plan: Plan, images: Local, now: Local, body: Code): Code {
  const round: Code = [
    now.set(images.get),
    when(i32.less(i32.const(plan.images), images.get), now.set(i32.const(plan.images))),
    images.set(i32.sub(images.get, now.get)),
    body,
  ];
  return when(images.get, [0x03, 0x40, round, images.get, 0x0d, 0, 0x0b]);
}

/** What both kernels do first with a group: its frames, then band by band the input's tiles at all points. */
function inputTiles(f: FunctionBuilder, target: Target, plan: Plan, scratch: Local, between: Local) {
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
        { channels: inFilled, start, image: plan.frameBytes, row, tiles: areas(plan, scratch).inTiles },
        now.get,
        (pixels, tile) =>
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

/** run(x, weights, bias, y, scratch, images); weights as `winogradPackKernel` packs them. */
export function winogradKernel(
  target: Target,
  pass: Pass,
  batch: number,
  { bias, accumulate }: Variant,
): Run {
  const plan = planOf(target, pass, batch);
  const { inFilled, outFilled, tiles } = plan;
  const resultRow = plan.across * 4 * outFilled * 4;
  return compile(target, new Array(6).fill("i32"), (f, x, weights, biasAt, y, scratch, images) => {
    const [
      now,
      band,
      bandsLeft,
      point,
      from,
      to,
      panel,
      out,
      fromPoint,
      toPoint,
      left,
      start,
      between,
      result,
    ] = Array.from({ length: 14 }, () => f.local("i32")) as Local[] as [
      ...[Local, Local, Local, Local, Local, Local, Local],
      ...[Local, Local, Local, Local, Local, Local, Local],
    ];
    const area = areas(plan, scratch!);
    const input = inputTiles(f, target, plan, scratch!, between);
    const { workspace } = input;
    const multiply = (vectors: number): Code => [
      [from.set(fromPoint.get), to.set(out.get)],
      evenly(tiles, rowsBeside(target, vectors)).map(({ size, count }) =>
        times(left, i32.const(count), [
          computeTile(f, target, {
            rows: size,
            columns: { vectors, tail: 0 },
            a: from,
            aRow: inFilled * 4,
            aStep: 4,
            b: panel.get,
            bStep: vectors * 16,
            padded: true,
            c: to,
            cRow: outFilled * 4,
            depth: depthOf(f, pass.inChannels),
            accumulate: false,
          }),
          [from.advance(size * inFilled * 4), to.advance(size * outFilled * 4)],
        ]),
      ),
    ];
    const products: Code = [
      [fromPoint.set(area.inTiles), toPoint.set(area.outTiles), panel.set(weights!.get)],
      times(point, i32.const(points), [
        out.set(toPoint.get),
        eachPanel(
          f,
          panelsOf(target, pass.outChannels),
          [
            { pointer: panel, vectorBytes: pass.inChannels * 16 },
            { pointer: out, vectorBytes: 16 },
          ],
          multiply,
        ),
        [fromPoint.advance(plan.inPlane), toPoint.advance(plan.outPlane)],
      ]),
    ];
    const outputs: Code = [
      start.set(i32.add(area.results, i32.mul(band.get, i32.const(plan.rows * 4 * resultRow)))),
      eachTile(
        f,
        target,
        plan,
        { channels: outFilled, start, image: plan.resultBytes, row: resultRow, tiles: area.outTiles },
        now.get,
        (pixels, tile) =>
          transformTile(
            workspace,
            outputTransform,
            gridSource(workspace.axis, tile, 6 * plan.outPlane, plan.outPlane),
            gridSink(pixels, resultRow, outFilled * 4),
          ),
      ),
    ];
    const planes = {
      channels: pass.outChannels,
      height: pass.outHeight,
      width: pass.outWidth,
      pixel: outFilled * 4,
      row: resultRow,
    };
    return [
      between.set(scratchStart),
      clear(f, area.frames, plan.images * plan.frameBytes),
      eachGroup(plan, images!, now, [
        input.lay(x!, now),
        band.set(i32.const(0)),
        times(bandsLeft, i32.const(plan.bands), [
          input.transform(band, now),
          products,
          outputs,
          band.advance(1),
        ]),
        result.set(area.results),
        times(left, now.get, [
          deinterleave(f, planes, y!, result, bias ? biasAt! : null, accumulate),
          [y!.advance(pass.outImage * 4), result.advance(plan.resultBytes)],
        ]),
      ]),
    ];
  });
}

/** A walk of a fixed number of steps. */
function depthOf(f: FunctionBuilder, steps: number) {
  const p = f.local("i32");
  return (step: Code): Code => times(p, i32.const(steps), step);
}

/** Floats of one task's sum of weight gradients: [point][in channel][filled out channels]. */
export const winogradSums = (target: Target, pass: Pass): number =>
  points * pass.inChannels * filled(target, pass.outChannels);

/** run(x, dy, sums, scratch, images): sums = the weights' gradients at the points, over the images. */
export function winogradWeightKernel(target: Target, pass: Pass, batch: number): Run {
  const plan = planOf(target, pass, batch);
  const { inFilled, outFilled } = plan;
  const gradientRow = plan.across * 4 * outFilled * 4;
  return compile(target, new Array(5).fill("i32"), (f, x, dy, sums, scratch, images) => {
    const [
      now,
      band,
      bandsLeft,
      point,
      from,
      to,
      panel,
      out,
      fromPoint,
      toPoint,
      left,
      start,
      between,
      tiles,
    ] = Array.from({ length: 14 }, () => f.local("i32")) as Local[] as [
      ...[Local, Local, Local, Local, Local, Local, Local],
      ...[Local, Local, Local, Local, Local, Local, Local],
    ];
    const area = areas(plan, scratch!);
    const input = inputTiles(f, target, plan, scratch!, between);
    const { workspace } = input;
    const planes = {
      channels: pass.outChannels,
      height: pass.outHeight,
      width: pass.outWidth,
      pixel: outFilled * 4,
      row: gradientRow,
    };
    const layGradients: Code = [
      to.set(area.results),
      times(left, now.get, [
        interleave(f, planes, dy!, to),
        [dy!.advance(pass.outImage * 4), to.advance(plan.resultBytes)],
      ]),
    ];
    const gradients: Code = [
      start.set(i32.add(area.results, i32.mul(band.get, i32.const(plan.rows * 4 * gradientRow)))),
      eachTile(
        f,
        target,
        plan,
        { channels: outFilled, start, image: plan.resultBytes, row: gradientRow, tiles: area.outTiles },
        now.get,
        (pixels, tile) =>
          transformTile(
            workspace,
            gradientTransform,
            gridSource(workspace.axis, pixels, gradientRow, outFilled * 4),
            gridSink(tile, 6 * plan.outPlane, plan.outPlane),
          ),
      ),
    ];
    const correlate = (vectors: number): Code => [
      [from.set(fromPoint.get), to.set(out.get)],
      evenly(pass.inChannels, rowsBeside(target, vectors)).map(({ size, count }) =>
        times(left, i32.const(count), [
          computeTile(f, target, {
            rows: size,
            columns: { vectors, tail: 0 },
            a: from,
            aRow: 4,
            aStep: inFilled * 4,
            b: panel.get,
            bStep: outFilled * 4,
            padded: true,
            c: to,
            cRow: outFilled * 4,
            depth: tiles,
            accumulate: true,
          }),
          [from.advance(size * 4), to.advance(size * outFilled * 4)],
        ]),
      ),
    ];
    const products: Code = [
      tiles.set(i32.mul(now.get, i32.const(plan.rows * plan.across))),
      [fromPoint.set(area.inTiles), toPoint.set(area.outTiles), start.set(sums!.get)],
      times(point, i32.const(points), [
        [panel.set(toPoint.get), out.set(start.get)],
        eachPanel(
          f,
          panelsOf(target, pass.outChannels),
          [
            { pointer: panel, vectorBytes: 16 },
            { pointer: out, vectorBytes: 16 },
          ],
          correlate,
        ),
        [fromPoint.advance(plan.inPlane), toPoint.advance(plan.outPlane)],
        start.advance(pass.inChannels * outFilled * 4),
      ]),
    ];
    return [
      between.set(scratchStart),
      clear(f, area.frames, plan.images * (plan.frameBytes + plan.resultBytes)),
      clear(f, sums!.get, winogradSums(target, pass) * 4),
      eachGroup(plan, images!, now, [
        [input.lay(x!, now), layGradients],
        band.set(i32.const(0)),
        times(bandsLeft, i32.const(plan.bands), [
          input.transform(band, now),
          [gradients, products],
          band.advance(1),
        ]),
      ]),
    ];
  });
}

/** run(weight, packed): for each point, panel after panel, in each [channel][lane]. */
export function winogradPackKernel(target: Target, layout: WeightLayout): Run {
  return compile(target, ["i32", "i32"], (f, weight, packed) => {
    const [from, channels, between] = [0, 1, 2].map(() => f.local("i32")) as [Local, Local, Local];
    const workspace = workspaceOf(target, f, 1, between);
    const point = layout.channels * filled(target, layout.lanes) * 4;
    const [first, turn] = layout.flipped ? [8 * 4, -1] : [0, 1];
    return [
      between.set(scratchStart),
      eachLanePanel(f, target, layout, weight!, (lanes) => [
        from.set(weight!.get),
        times(channels, i32.const(layout.channels), [
          lanes.map((count, v) =>
            transformTile(
              workspace,
              weightTransform,
              {
                ...{ pointer: from, step: 4 * turn },
                get: (cursor, i) => [
                  gather(cursor, count, layout.lane, 4 * v * layout.lane + first + 12 * turn * i),
                ],
              },
              {
                ...{ pointer: packed!, step: 6 * point },
                put: (cursor, j, value) => storeWide(cursor, value, j * point + v * 16),
              },
            ),
          ),
          [from.advance(layout.channel), packed!.advance(lanes.length * 16)],
        ]),
      ]),
    ];
  });
}

/** run(sums, dWeight): the gradients of the taps from those at the points. */
export function winogradPlaceKernel(target: Target, layout: WeightLayout, accumulate: boolean): Run {
  const point = layout.channels * filled(target, layout.lanes) * 4;
  return compile(target, ["i32", "i32"], (f, sums, dWeight) => {
    const between = f.local("i32");
    const value = f.local("v128");
    const workspace = workspaceOf(target, f, 1, between);
    return [
      between.set(scratchStart),
      eachSum(f, target, layout, sums!, dWeight!, (lanes, to) =>
        transformTile(workspace, tapTransform, gridSource(workspace.axis, sums!, 6 * point, point), {
          ...{ pointer: to, step: 12 },
          put: (cursor, j, [gradient]) => [
            value.set(gradient!),
            placeLanes(value, cursor, lanes, layout.lane, j * 4, accumulate),
          ],
        }),
      ),
    ];
  });
}
