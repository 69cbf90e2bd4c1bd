// Pooling to a given size, and back from pooling, as layers.

import {
  type AdaptiveSizes,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  type Sizes,
  type Tensor,
} from "../tensor";
import { optionsOf, requireKnown } from "../tensor/arguments";
import { Module } from "./module";
import { type MaxUnpoolOptions, maxUnpool1d, maxUnpool2d } from "./poolFunctions";
import { showSizes } from "./sizes";
import { addForgetful } from "./sweep";

abstract class AdaptivePool extends Module {
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
export class AdaptiveAvgPool2d extends AdaptivePool {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return adaptiveAvgPool2d(input, this.outputSize);
  }
}

/** Means over windows that make the output the given length: see functional.adaptiveAvgPool1d. */
export class AdaptiveAvgPool1d extends AdaptivePool {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return adaptiveAvgPool1d(input, this.outputSize);
  }
}

/** Means over windows that make the output the given size: see functional.adaptiveAvgPool3d. */
export class AdaptiveAvgPool3d extends AdaptivePool {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return adaptiveAvgPool3d(input, this.outputSize);
  }
}

/** Maxima over windows that make the output the given length: see functional.adaptiveMaxPool1d. */
export class AdaptiveMaxPool1d extends AdaptivePool {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return adaptiveMaxPool1d(input, this.outputSize);
  }
}

/** Maxima over windows that make the output the given size: see functional.adaptiveMaxPool2d. */
export class AdaptiveMaxPool2d extends AdaptivePool {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return adaptiveMaxPool2d(input, this.outputSize);
  }
}

/** Maxima over windows that make the output the given size: see functional.adaptiveMaxPool3d. */
export class AdaptiveMaxPool3d extends AdaptivePool {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return adaptiveMaxPool3d(input, this.outputSize);
  }
}

abstract class MaxUnpool extends Module {
  readonly stride: Sizes;
  readonly padding: Sizes;

  constructor(
    readonly kernelSize: Sizes,
    options: Omit<MaxUnpoolOptions, "outputSize"> | Sizes = {},
    ...more: [padding?: Sizes]
  ) {
    super();
    const names = ["stride", "padding"] as const;
    const { stride, padding = 0 } = optionsOf<MaxUnpoolOptions>(new.target.name, names, options, more);
    this.stride = stride ?? kernelSize;
    this.padding = padding;
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding } = this;
    return `kernelSize=${showSizes(kernelSize)}, stride=${showSizes(stride)}, padding=${showSizes(padding)}`;
  }
}

/** Values back where maxPool2dWithIndices found them, [N, C, H′, W′] → [N, C, H, W]: see functional.maxUnpool2d. */
export class MaxUnpool2d extends MaxUnpool {
  override forward(input: Tensor, indices: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    const { kernelSize, stride, padding } = this;
    return maxUnpool2d(input, indices, kernelSize, { stride, padding });
  }
}

/** Values back where maxPool1dWithIndices found them, [N, C, L′] → [N, C, L]: see functional.maxUnpool1d. */
export class MaxUnpool1d extends MaxUnpool {
  override forward(input: Tensor, indices: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    const { kernelSize, stride, padding } = this;
    return maxUnpool1d(input, indices, kernelSize, { stride, padding });
  }
}

addForgetful([
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
  MaxUnpool1d,
  MaxUnpool2d,
]);
