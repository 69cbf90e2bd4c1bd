// Pictures, sequences and volumes in other sizes.

import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d, type Tensor } from "../tensor";
import { describe, requireKnown, requireTensor, show } from "../tensor/arguments";
import { resample, type Tap } from "../tensor/doors/nn";

/** How values between those that are there are found. */
export type InterpolationMode =
  | "nearest"
  | "nearest-exact"
  | "linear"
  | "bilinear"
  | "trilinear"
  | "bicubic"
  | "area";

/** What interpolate() can be told: one of size and scaleFactor. */
export interface InterpolateOptions {
  /** The sizes to get: one for all spatial dimensions, or one each. */
  size?: number | readonly number[] | null;
  /** How many times as large: one for all spatial dimensions, or one each; sizes are rounded down. */
  scaleFactor?: number | readonly number[] | null;
  /**
   * "nearest" (default, as OpenCV's) and "nearest-exact" (as Pillow's) for any number of dimensions, "linear" for
   * [N, C, L], "bilinear" and "bicubic" for [N, C, H, W], "trilinear" for [N, C, D, H, W]; "area" is adaptive average pooling.
   */
  mode?: InterpolationMode;
  /** Whether the centers of the corners stay where they are, in the linear modes and bicubic, not their outer edges. */
  alignCorners?: boolean | null;
  /** Go by the sizes that come out, as if they had been given, instead of by scaleFactor. Default false. */
  recomputeScaleFactor?: boolean | null;
}

/** The number of spatial dimensions that a mode is for; undefined: any. */
const ranks: Readonly<Record<InterpolationMode, number | undefined>> = {
  nearest: undefined,
  "nearest-exact": undefined,
  linear: 1,
  bilinear: 2,
  trilinear: 3,
  bicubic: 2,
  area: undefined,
};

/**
 * The input in another size: [N, C, L] → [N, C, L′], [N, C, H, W] → [N, C, H′, W′], or [N, C, D, H, W] likewise. As
 * torch.nn.functional.interpolate, without antialiasing. Throws a RangeError for another number of dimensions, unless just
 * one of size and scaleFactor is given, for sizes below 1, for a mode that is for other inputs, and for alignCorners with a
 * mode that has none.
 */
export function interpolate(input: Tensor, options: InterpolateOptions = {}): Tensor {
  requireKnown("interpolate", arguments, 2, [
    ...["size", "scaleFactor", "mode", "alignCorners", "recomputeScaleFactor"],
  ]);
  requireTensor("interpolate", input);
  const { mode = "nearest", alignCorners = null } = options;
  const x = input.float();
  const rank = x.shape.length - 2;
  if (rank < 1 || rank > 3 || x.shape.slice(2).includes(0)) {
    throw new RangeError(
      `interpolate: expected input [N, C, L], [N, C, H, W] or [N, C, D, H, W] of sizes ≥ 1, got ${show(x.shape)}`,
    );
  }
  if (!Object.hasOwn(ranks, mode)) {
    const known = Object.keys(ranks).map((each) => `"${each}"`);
    throw new RangeError(`interpolate: expected mode ${known.join(", ")}, got ${describe(mode)}`);
  }
  if (ranks[mode] !== undefined && ranks[mode] !== rank) {
    const one = ["", "[N, C, L]", "[N, C, H, W]", "[N, C, D, H, W]"][ranks[mode]];
    throw new RangeError(`interpolate: expected input ${one} for mode "${mode}", got ${show(x.shape)}`);
  }
  if (alignCorners !== null && ranks[mode] === undefined) {
    throw new RangeError(
      `interpolate: expected alignCorners with linear, bilinear, trilinear and bicubic only, got it with "${mode}"`,
    );
  }
  const { sizes, steps } = targetOf(x, rank, options);
  if (mode === "area") {
    return [adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d][rank - 1]!(x, sizes);
  }
  // The last dimension first: it is the one whose rows lie in order.
  let y = x;
  for (let dim = rank + 1; dim >= 2; dim--) {
    const axis = { from: x.shape[dim]!, to: sizes[dim - 2]!, step: steps[dim - 2]! };
    y = resample(y, dim, tapsOf(mode, axis, alignCorners === true));
  }
  return y;
}

/** The sizes that come out, and how far apart these lie in the input, where that is not by the sizes. */
function targetOf(
  x: Tensor,
  rank: number,
  { size = null, scaleFactor = null, recomputeScaleFactor = null }: InterpolateOptions,
): { sizes: readonly number[]; steps: readonly (number | null)[] } {
  const own = x.shape.slice(2);
  if ((size === null) === (scaleFactor === null)) {
    throw new RangeError(
      `interpolate: expected one of size and scaleFactor, got ${size === null ? "neither" : "both"}`,
    );
  }
  if (size !== null && recomputeScaleFactor === true) {
    throw new RangeError("interpolate: expected recomputeScaleFactor with scaleFactor only, got size");
  }
  const each = (value: number | readonly number[]) =>
    Array.isArray(value) ? (value as readonly number[]) : own.map(() => value as number);
  const given = each(size ?? scaleFactor!);
  const valid = given.every((value) => Number.isFinite(value) && value > 0);
  const sizes = size === null ? given.map((factor, i) => Math.floor(own[i]! * factor)) : given;
  if (
    given.length !== rank ||
    !valid ||
    !sizes.every((to) => Number.isInteger(to) && to >= 1 && to < 2 ** 31)
  ) {
    const what = size === null ? "a scaleFactor that leaves sizes ≥ 1" : "size as whole numbers ≥ 1";
    throw new RangeError(
      `interpolate: expected ${what}, one for all or ${rank} for input ${show(x.shape)}, got ${Array.isArray(size ?? scaleFactor) ? `${show(given)}` : describe(size ?? scaleFactor)}`,
    );
  }
  const byFactor = size === null && recomputeScaleFactor !== true;
  return { sizes, steps: given.map((factor) => (byFactor ? 1 / factor : null)) };
}

interface Axis {
  readonly from: number;
  readonly to: number;
  readonly step: number | null;
}

function tapsOf(mode: InterpolationMode, { from, to, step }: Axis, alignCorners: boolean): Tap[] {
  const bySize = from / to;
  const scale = alignCorners ? (to > 1 ? (from - 1) / (to - 1) : 0) : (step ?? bySize);
  const center = (i: number) => (alignCorners ? i * scale : (i + 0.5) * scale - 0.5);
  /** One tap: at `place` of each output, held within the input, weighted. */
  const tap = (place: (i: number) => number, weight: (i: number) => number): Tap => ({
    index: Int32Array.from({ length: to }, (_, i) => Math.min(Math.max(place(i), 0), from - 1)),
    weight: Float32Array.from({ length: to }, (_, i) => weight(i)),
  });
  if (mode === "nearest" || mode === "nearest-exact") {
    // PyTorch multiplies in float32, which decides ties.
    const shift = mode === "nearest" ? 0 : 0.5;
    const factor = Math.fround(scale);
    return [
      tap(
        (i) => Math.floor(Math.fround(Math.fround(i + shift) * factor)),
        () => 1,
      ),
    ];
  }
  if (mode === "bicubic") {
    const share = (i: number) => center(i) - Math.floor(center(i));
    return [-1, 0, 1, 2].map((offset) =>
      tap(
        (i) => Math.floor(center(i)) + offset,
        (i) => cubic(Math.abs(share(i) - offset)),
      ),
    );
  }
  const place = (i: number) => Math.max(0, center(i));
  const share = (i: number) => Math.min(place(i) - Math.min(Math.floor(place(i)), from - 1), 1);
  return [
    tap(
      (i) => Math.floor(place(i)),
      (i) => 1 - share(i),
    ),
    tap((i) => Math.floor(place(i)) + 1, share),
  ];
}

/** Keys' cubic kernel with a = −0.75, PyTorch's and OpenCV's. */
function cubic(distance: number): number {
  const a = -0.75;
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return distance < 2 ? ((distance - 5) * distance + 8) * distance * a - 4 * a : 0;
}
