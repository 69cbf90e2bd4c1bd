// 3×3 convolution at stride 1 by Winograd's F(4×4, 3×3), and its gradient by the input, which is one too.

import { type Code, type FunctionBuilder, f32x4, i32, type Local, times, when } from "../emit/assembler";
import { compile } from "../emit/kernel";
import { filled, gather, loadLanes, storeLanes, transposed } from "../emit/lanes";
import { clear } from "../emit/loops";
import { regions } from "../emit/scratch";
import type { Target } from "../emit/target";
import { computeTile } from "../product/tile";
import { eachPanel, type Variant } from "./direct";
import { evenly, panelsOf, rowsBeside } from "./panels";
import type { Pass, passParameters } from "./pass";
import { eachLanePanel, packParameters, type WeightLayout } from "./weights";
import {
  gridSource,
  outputTransform,
  storeWide,
  transformTile,
  type Workspace,
  weightTransform,
  workspaceOf,
} from "./winograd";
import {
  type Area,
  areas,
  eachGroup,
  eachTile,
  inputTiles,
  type Place,
  type Plan,
  planOf,
  points,
} from "./winogradTiles";

/** For weights as `winogradPackKernel` lays them out. */
export function winogradKernel(
  target: Target,
  pass: Pass,
  batch: number,
  parameters: ReturnType<typeof passParameters>,
  { bias, accumulate }: Variant,
) {
  const plan = planOf(target, pass, batch);
  const { inFilled, outFilled, tiles } = plan;
  return compile(target, parameters, ({ x, weights, bias: biasAt, y, scratch, images }, f) => {
    const [now, band, bandsLeft, point, from, to, panel, out, fromPoint, toPoint, left, between, steps] =
      f.integers(13);
    const area = areas(plan, scratch);
    const input = inputTiles(f, target, plan, scratch, between);
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
            depth: (step) => times(steps, i32.const(pass.inChannels), step),
            accumulate: false,
          }),
          [from.advance(size * inFilled * 4), to.advance(size * outFilled * 4)],
        ]),
      ),
    ];
    const products: Code = [
      [fromPoint.set(area.inTiles), toPoint.set(area.outTiles), panel.set(weights.get)],
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
    const writes = outputTiles(f, target, plan, workspace, bias ? biasAt : null, accumulate);
    return [
      between.set(regions.tile),
      clear(f, area.frames, plan.images * plan.frameBytes),
      eachGroup(plan, images, now, [
        input.lay(x, now),
        band.set(i32.const(0)),
        times(bandsLeft, i32.const(plan.bands), [
          input.transform(band, now),
          products,
          writes(y, area.outTiles, band, now),
          band.advance(1),
        ]),
        y.advance(i32.mul(now.get, i32.const(pass.outImage * 4))),
      ]),
    ];
  });
}

/** The products back to 4×4 outputs, which go straight to their planes; nothing is written over their edges. */
function outputTiles(
  f: FunctionBuilder,
  target: Target,
  plan: Plan,
  workspace: Workspace,
  bias: Local | null,
  accumulate: boolean,
) {
  const { pass, outFilled, outPlane } = plan;
  const { width } = workspace.axis;
  const { outChannels, outHeight, outWidth } = pass;
  const plane = outHeight * outWidth * 4;
  const units = outFilled / (4 * width);
  const start = f.local("i32");
  const height = f.local("i32");
  const shiftAt = f.local("i32");
  const pixels = Array.from({ length: 4 }, () => f.vectors(width));
  const [shift, value] = [f.vectors(width), f.local("v128")];
  const turned = shift.map((_, v) =>
    transposed(
      f,
      pixels.map((pixel) => pixel[v]!),
    ),
  );
  const lanesOf = (channels: number, v: number) => Math.max(0, Math.min(4, channels - 4 * v));

  /** A row of a tile: `lanes` pixels of `channels` channels. */
  const storeRow = (cursor: Local, channels: number, lanes: number): Code =>
    turned.map(({ code, columns }, v) => [
      code,
      columns.slice(0, lanesOf(channels, v)).map((column, c) => {
        const at = (4 * v + c) * plane;
        const old = loadLanes(cursor, lanes, at);
        return [
          value.set(accumulate ? f32x4.add(column, old) : column),
          storeLanes(cursor, value.get, lanes, at),
        ];
      }),
    ]);
  const write = (to: Local, tile: Local, channels: number, lanes: number): Code => [
    bias ? shift.map((vector, v) => vector.set(loadLanes(shiftAt, lanesOf(channels, v), v * 16))) : [],
    transformTile(
      workspace,
      outputTransform,
      gridSource(workspace.axis, tile, 6 * outPlane, outPlane),
      {
        ...{ pointer: to, step: outWidth * 4 },
        put: (cursor, j, values) => [
          values.map((vector, v) => pixels[j]![v]!.set(bias ? f32x4.add(vector, shift[v]!.get) : vector)),
          j === 3 ? storeRow(cursor, channels, lanes) : [],
        ],
      },
      height.get,
    ),
  ];
  /** The last unit may have fewer channels, the last tile of a row fewer columns. */
  const lastUnit = outChannels - (units - 1) * 4 * width;
  const edge = outWidth & 3;
  const either = (last: Code, atLast: Code, otherwise: Code | null): Code =>
    otherwise === null ? atLast : when(last, atLast, otherwise);
  const one = i32.const(1);
  const body = ({ pixels: to, tile, columns, units: left }: Place): Code => {
    const unitsOf = (lanes: number): Code =>
      lastUnit === 4 * width
        ? write(to, tile, lastUnit, lanes)
        : either(
            i32.equal(left.get, one),
            write(to, tile, lastUnit, lanes),
            units > 1 ? write(to, tile, 4 * width, lanes) : null,
          );
    return [
      bias
        ? shiftAt.set(
            i32.sub(
              i32.add(bias.get, i32.const(units * width * 16)),
              i32.mul(left.get, i32.const(width * 16)),
            ),
          )
        : [],
      edge === 0
        ? unitsOf(4)
        : either(i32.equal(columns.get, one), unitsOf(edge), plan.across > 1 ? unitsOf(4) : null),
    ];
  };
  return (y: Local, tiles: Code, band: Local, now: Local): Code => {
    const bandRows = i32.mul(band.get, i32.const(plan.rows * 4));
    const area: Area = {
      ...{ start, image: pass.outImage * 4, row: 4 * outWidth * 4, column: 16, unit: 4 * width * plane },
      ...{ tiles, channels: outFilled },
    };
    return [
      start.set(i32.add(y.get, i32.mul(bandRows, i32.const(outWidth * 4)))),
      eachTile(f, target, plan, area, now.get, body, {
        byUnit: true,
        atRow: (rows) => [
          // Rows of the plane from here on; below it none, which as unsigned is many.
          height.set(
            i32.sub(
              i32.const(outHeight),
              i32.add(bandRows, i32.mul(i32.sub(i32.const(plan.rows), rows.get), i32.const(4))),
            ),
          ),
          when(i32.less(i32.const(outHeight), height.get), height.set(i32.const(0))),
          when(i32.less(i32.const(4), height.get), height.set(i32.const(4))),
        ],
      }),
    ];
  };
}

/** Lays the weights out for each point, panel after panel, in each [channel][lane]. */
export function winogradPackKernel(target: Target, layout: WeightLayout) {
  return compile(target, packParameters, ({ weight, packed }, f) => {
    const [from, channels, between] = f.integers(3);
    const workspace = workspaceOf(target, f, 1, between);
    const point = layout.channels * filled(target, layout.lanes) * 4;
    const [first, turn] = layout.flipped ? [8 * 4, -1] : [0, 1];
    return [
      between.set(regions.tile),
      eachLanePanel(f, target, layout, weight, (lanes) => [
        from.set(weight.get),
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
                ...{ pointer: packed, step: 6 * point },
                put: (cursor, j, value) => storeWide(cursor, value, j * point + v * 16),
              },
            ),
          ),
          [from.advance(layout.channel), packed.advance(lanes.length * 16)],
        ]),
      ]),
    ];
  });
}
