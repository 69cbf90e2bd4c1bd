// Interpolation as layers.

import type { Tensor } from "../tensor";
import { optionsOf, requireKnown } from "../tensor/arguments";
import { type InterpolateOptions, type InterpolationMode, interpolate } from "./interpolate";
import { Module } from "./module";
import { showSizes } from "./sizes";
import { addForgetful } from "./sweep";

type Size = InterpolateOptions["size"];

/** Larger or smaller sizes by interpolation, [N, C, …] → [N, C, …′]: see functional.interpolate. */
export class Upsample extends Module {
  readonly size: NonNullable<Size> | null;
  readonly scaleFactor: NonNullable<Size> | null;
  readonly mode: InterpolationMode;
  readonly alignCorners: boolean | null;
  readonly recomputeScaleFactor: boolean | null;

  constructor(
    options: InterpolateOptions | Size = {},
    ...more: [
      scaleFactor?: Size,
      mode?: InterpolationMode,
      alignCorners?: boolean | null,
      recomputeScaleFactor?: boolean | null,
    ]
  ) {
    super();
    const names = ["size", "scaleFactor", "mode", "alignCorners", "recomputeScaleFactor"] as const;
    const settings = optionsOf<InterpolateOptions>(new.target.name, names, options, more);
    this.size = settings.size ?? null;
    this.scaleFactor = settings.scaleFactor ?? null;
    this.mode = settings.mode ?? "nearest";
    this.alignCorners = settings.alignCorners ?? null;
    this.recomputeScaleFactor = settings.recomputeScaleFactor ?? null;
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = this;
    return interpolate(input, { size, scaleFactor, mode, alignCorners, recomputeScaleFactor });
  }

  override extraRepr(): string {
    const { size, scaleFactor, mode } = this;
    const target = scaleFactor === null ? `size=${showSizes(size)}` : `scaleFactor=${showSizes(scaleFactor)}`;
    return `${target}, mode=${mode}`;
  }
}

/** Upsample of pictures by the nearest pixel. */
export class UpsamplingNearest2d extends Upsample {
  constructor(
    options: Pick<InterpolateOptions, "size" | "scaleFactor"> | Size = {},
    ...more: [scaleFactor?: Size]
  ) {
    super(optionsOf<InterpolateOptions>(new.target.name, ["size", "scaleFactor"], options, more));
  }
}

/** Upsample of pictures, bilinear, the corners aligned. */
export class UpsamplingBilinear2d extends Upsample {
  constructor(
    options: Pick<InterpolateOptions, "size" | "scaleFactor"> | Size = {},
    ...more: [scaleFactor?: Size]
  ) {
    const settings = optionsOf<InterpolateOptions>(new.target.name, ["size", "scaleFactor"], options, more);
    super({ ...settings, mode: "bilinear", alignCorners: true });
  }
}

addForgetful([Upsample, UpsamplingBilinear2d, UpsamplingNearest2d]);
