// Pooling as layers.

import {
  type AdaptiveSizes,
  type AvgPoolOptions,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  avgPool1d,
  avgPool2d,
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
  type Sizes,
  type Tensor,
} from "../tensor";
import { optionsOf, requireKnown } from "../tensor/arguments";
import { Module } from "./module";
import { showSizes } from "./sizes";

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

abstract class AdaptiveAvgPool extends Module {
  /** null keeps a size as it is. */
  constructor(readonly outputSize: AdaptiveSizes) {
    super();
    requireKnown(new.target.name, arguments, 1);
  }

  override extraRepr(): string {
    return `outputSize=${showSizes(this.outputSize)}`;
  }
}

/** Means over windows that make the output the given size, 1 for one number a channel: see functional.adaptiveAvgPool2d. */
export class AdaptiveAvgPool2d extends AdaptiveAvgPool {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return adaptiveAvgPool2d(input, this.outputSize);
  }
}

/** Means over windows that make the output the given length: see functional.adaptiveAvgPool1d. */
export class AdaptiveAvgPool1d extends AdaptiveAvgPool {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return adaptiveAvgPool1d(input, this.outputSize);
  }
}
