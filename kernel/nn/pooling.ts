// Pooling of windows as layers.

import {
  type AvgPoolOptions,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type Sizes,
  type Tensor,
} from "../tensor";
import { optionsOf, requireKnown } from "../tensor/arguments";
import { Module } from "./module";
import { type LPPoolOptions, lpPool1d, lpPool2d } from "./poolFunctions";
import { showSizes } from "./sizes";
import { addForgetful } from "./sweep";

abstract class MaxPool extends Module implements MaxPoolOptions {
  readonly stride: Sizes;
  readonly padding: Sizes;
  readonly dilation: Sizes;
  readonly ceilMode: boolean;

  constructor(
    readonly kernelSize: Sizes,
    options: MaxPoolOptions | Sizes = {},
    ...more: [padding?: Sizes, dilation?: Sizes]
  ) {
    super();
    const { stride, padding, dilation, ceilMode } = optionsOf<MaxPoolOptions>(
      new.target.name,
      ["stride", "padding", "dilation", "ceilMode"],
      options,
      more,
    );
    this.stride = stride ?? kernelSize;
    this.padding = padding ?? 0;
    this.dilation = dilation ?? 1;
    this.ceilMode = ceilMode ?? false;
  }

  protected get options(): MaxPoolOptions {
    const { stride, padding, dilation, ceilMode } = this;
    return { stride, padding, dilation, ceilMode };
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    return `kernelSize=${showSizes(kernelSize)}, stride=${showSizes(stride)}, padding=${showSizes(padding)}, dilation=${showSizes(dilation)}, ceilMode=${ceilMode}`;
  }
}

/** The greatest of each window, [N, C, H, W] → [N, C, H′, W′]: see functional.maxPool2d. */
export class MaxPool2d extends MaxPool {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return maxPool2d(input, this.kernelSize, this.options);
  }
}

/** The greatest of each window, [N, C, L] → [N, C, L′]: see functional.maxPool1d. */
export class MaxPool1d extends MaxPool {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return maxPool1d(input, this.kernelSize, this.options);
  }
}

/** The greatest of each window, [N, C, D, H, W] → [N, C, D′, H′, W′]: see functional.maxPool3d. */
export class MaxPool3d extends MaxPool {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return maxPool3d(input, this.kernelSize, this.options);
  }
}

abstract class AvgPool extends Module implements AvgPoolOptions {
  readonly stride: Sizes;
  readonly padding: Sizes;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;

  constructor(
    readonly kernelSize: Sizes,
    options: AvgPoolOptions | Sizes = {},
    ...more: [padding?: Sizes, ceilMode?: boolean, countIncludePad?: boolean, divisorOverride?: number]
  ) {
    super();
    const {
      stride,
      padding = 0,
      ceilMode = false,
      countIncludePad = true,
      divisorOverride = null,
    } = optionsOf<AvgPoolOptions>(
      new.target.name,
      ["stride", "padding", "ceilMode", "countIncludePad", "divisorOverride"],
      options,
      more,
    );
    this.stride = stride ?? kernelSize;
    this.padding = padding;
    this.ceilMode = ceilMode;
    this.countIncludePad = countIncludePad;
    this.divisorOverride = divisorOverride;
  }

  protected get options(): AvgPoolOptions {
    const { stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    return { stride, padding, ceilMode, countIncludePad, divisorOverride };
  }

  override extraRepr(): string {
    return `kernelSize=${showSizes(this.kernelSize)}, stride=${showSizes(this.stride)}, padding=${showSizes(this.padding)}`;
  }
}

/** The mean of each window, [N, C, H, W] → [N, C, H′, W′]: see functional.avgPool2d. */
export class AvgPool2d extends AvgPool {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return avgPool2d(input, this.kernelSize, this.options);
  }
}

/** The mean of each window, [N, C, L] → [N, C, L′]: see functional.avgPool1d. */
export class AvgPool1d extends AvgPool {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return avgPool1d(input, this.kernelSize, this.options);
  }
}

/** The mean of each window, [N, C, D, H, W] → [N, C, D′, H′, W′]: see functional.avgPool3d. */
export class AvgPool3d extends AvgPool {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return avgPool3d(input, this.kernelSize, this.options);
  }
}

abstract class LPPool extends Module implements LPPoolOptions {
  readonly stride: Sizes;
  readonly ceilMode: boolean;

  constructor(
    readonly normType: number,
    readonly kernelSize: Sizes,
    options: LPPoolOptions | Sizes = {},
    ...more: [ceilMode?: boolean]
  ) {
    super();
    const names = ["stride", "ceilMode"] as const;
    const { stride, ceilMode = false } = optionsOf<LPPoolOptions>(new.target.name, names, options, more);
    this.stride = stride ?? kernelSize;
    this.ceilMode = ceilMode;
  }

  override extraRepr(): string {
    const { normType, kernelSize, stride, ceilMode } = this;
    return `normType=${normType}, kernelSize=${showSizes(kernelSize)}, stride=${showSizes(stride)}, ceilMode=${ceilMode}`;
  }
}

/** The power mean of each window, unscaled, [N, C, H, W] → [N, C, H′, W′]: see functional.lpPool2d. */
export class LPPool2d extends LPPool {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    const { normType, kernelSize, stride, ceilMode } = this;
    return lpPool2d(input, normType, kernelSize, { stride, ceilMode });
  }
}

/** The power mean of each window, unscaled, [N, C, L] → [N, C, L′]: see functional.lpPool1d. */
export class LPPool1d extends LPPool {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    const { normType, kernelSize, stride, ceilMode } = this;
    return lpPool1d(input, normType, kernelSize, { stride, ceilMode });
  }
}

addForgetful([AvgPool1d, AvgPool2d, AvgPool3d, LPPool1d, LPPool2d, MaxPool1d, MaxPool2d, MaxPool3d]);
