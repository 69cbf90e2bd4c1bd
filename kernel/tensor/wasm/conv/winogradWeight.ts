// The weights' gradients of a 3×3 convolution at stride 1 by Winograd's F(4×4, 3×3) turned round.

import { type Code, i32, times } from "../emit/assembler";
import { compile } from "../emit/kernel";
import { filled } from "../emit/lanes";
import { clear } from "../emit/loops";
import { regions } from "../emit/scratch";
import type { Target } from "../emit/target";
import { computeTile } from "../product/tile";
import { eachPanel } from "./direct";
import { eachPart } from "./directWeight";
import { evenly, panelsOf, rowsBeside } from "./panels";
import type { Pass, weightParameters } from "./pass";
import { interleave } from "./planes";
import { eachSum, placeLanes, placeParameters, type WeightLayout } from "./weights";
import {
  gradientTransform,
  gridSink,
  gridSource,
  tapTransform,
  transformTile,
  workspaceOf,
} from "./winograd";
import { areas, eachGroup, eachTile, inputTiles, pixelArea, planOf, points } from "./winogradTiles";

/** Bytes of one part's sum of weight gradients: [point][in channel][filled out channels]. */
export const winogradSums = (target: Target, pass: Pass): number =>
  points * pass.inChannels * filled(target, pass.outChannels) * 4;

/** Each of the sums = the weights' gradients at the points, over its images. */
export function winogradWeightKernel(
  target: Target,
  pass: Pass,
  size: number,
  parameters: ReturnType<typeof weightParameters>,
) {
  const plan = planOf(target, pass, size);
  const { inFilled, outFilled } = plan;
  const gradientRow = plan.across * 4 * outFilled * 4;
  return compile(target, parameters, ({ x, dy, sums, scratch, images, parts }, f) => {
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
      ofPart,
    ] = f.integers(15);
    const area = areas(plan, scratch);
    const input = inputTiles(f, target, plan, scratch, between);
    const { workspace } = input;
    const planes = {
      channels: pass.outChannels,
      height: pass.outHeight,
      width: pass.outWidth,
      pixel: outFilled * 4,
      row: gradientRow,
    };
    const layGradients: Code = [
      to.set(area.gradients),
      times(left, now.get, [
        interleave(f, planes, dy, to),
        [dy.advance(pass.outImage * 4), to.advance(plan.gradientBytes)],
      ]),
    ];
    const gradients: Code = [
      start.set(i32.add(area.gradients, i32.mul(band.get, i32.const(plan.rows * 4 * gradientRow)))),
      eachTile(
        f,
        target,
        plan,
        pixelArea(target, start, plan.gradientBytes, gradientRow, outFilled, area.outTiles),
        now.get,
        ({ pixels, tile }) =>
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
      [fromPoint.set(area.inTiles), toPoint.set(area.outTiles), start.set(sums.get)],
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
      between.set(regions.tile),
      clear(f, area.frames, plan.images * plan.frameBytes),
      clear(f, area.gradients, plan.images * plan.gradientBytes),
      eachPart(
        f,
        parts,
        images,
        size,
        ofPart,
        sums,
        winogradSums(target, pass),
        eachGroup(plan, ofPart, now, [
          [input.lay(x, now), layGradients],
          band.set(i32.const(0)),
          times(bandsLeft, i32.const(plan.bands), [
            input.transform(band, now),
            [gradients, products],
            band.advance(1),
          ]),
        ]),
      ),
    ];
  });
}

/** The gradients of the taps from those at the points. */
export function winogradPlaceKernel(target: Target, layout: WeightLayout, accumulate: boolean) {
  const point = layout.channels * filled(target, layout.lanes) * 4;
  return compile(target, placeParameters, ({ sums, dWeight }, f) => {
    const between = f.local("i32");
    const value = f.local("v128");
    const workspace = workspaceOf(target, f, 1, between);
    return [
      between.set(regions.tile),
      eachSum(f, target, layout, sums, dWeight, (lanes, to) =>
        transformTile(workspace, tapTransform, gridSource(workspace.axis, sums, 6 * point, point), {
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
