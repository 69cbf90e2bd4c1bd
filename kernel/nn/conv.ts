// Convolutions as layers.

import {
  conv1d,
  conv2d,
  conv3d,
  type ConvOptions as FunctionOptions,
  type PaddingMode,
  pad,
  type Sizes,
  type Tensor,
  zeros,
} from "../tensor";
import { optionsOf, requireKnown } from "../tensor/arguments";
import { startByDefault } from "./defaultStart";
import { Module } from "./module";
import { Parameter } from "./parameter";
import { perDimension, showSizes } from "./sizes";
import { addForgetful } from "./sweep";

export interface ConvOptions extends FunctionOptions {
  /** Learn a shift per output channel. Default true; false in front of a batch normalization, which has its own. */
  bias?: boolean;
  /** What the padding consists of. Default "zeros". */
  paddingMode?: "zeros" | Exclude<PaddingMode, "constant">;
}

abstract class Conv extends Module {
  readonly kernelSize: readonly number[];
  readonly stride: Sizes;
  readonly padding: Sizes | "same" | "valid";
  readonly dilation: Sizes;
  readonly groups: number;
  readonly paddingMode: NonNullable<ConvOptions["paddingMode"]>;
  /** [out, in/groups, …kernelSize] */
  readonly weight: Parameter;
  /** [out] */
  readonly bias: Parameter | null;

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Sizes,
    options: ConvOptions | Sizes = {},
    ...more: [
      padding?: Sizes | "same" | "valid",
      dilation?: Sizes,
      groups?: number,
      bias?: boolean,
      paddingMode?: NonNullable<ConvOptions["paddingMode"]>,
    ]
  ) {
    super();
    const {
      stride = 1,
      padding = 0,
      dilation = 1,
      groups = 1,
      bias = true,
      paddingMode = "zeros",
    } = optionsOf<ConvOptions>(
      new.target.name,
      ["stride", "padding", "dilation", "groups", "bias", "paddingMode"],
      options,
      more,
    );
    const rank = this.rank();
    const name = this.constructor.name;
    this.kernelSize = perDimension(kernelSize, rank);
    const counts = [inChannels, outChannels, groups, ...this.kernelSize];
    const whole = counts.every((count) => Number.isInteger(count) && count >= 1);
    if (!whole || this.kernelSize.length !== rank) {
      const window =
        rank === 1 ? "one" : `one or ${rank === 2 ? "[height, width]" : "[depth, height, width]"}`;
      throw new RangeError(
        `${name}: expected inChannels, outChannels, groups and kernelSize (${window}) to be whole numbers ≥ 1, got ${inChannels}, ${outChannels}, ${groups} and ${showSizes(kernelSize)}`,
      );
    }
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new RangeError(
        `${name}: expected groups to divide inChannels and outChannels, got ${groups} for ${inChannels} and ${outChannels}`,
      );
    }
    if (padding === "same" && perDimension(stride, rank).some((step) => step !== 1)) {
      throw new RangeError(`${name}: expected stride 1 with padding "same", got ${showSizes(stride)}`);
    }
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.groups = groups;
    this.paddingMode = paddingMode;
    this.weight = new Parameter(zeros([outChannels, inChannels / groups, ...this.kernelSize]));
    this.bias = bias ? new Parameter(zeros([outChannels])) : null;
    this.resetParameters();
  }

  /** Number of spatial dimensions. */
  protected abstract rank(): number;

  protected abstract convolve(...parameters: Parameters<typeof conv2d>): Tensor;

  /** Uniform within ±1/√fanIn, fanIn = inChannels/groups · kernel elements: PyTorch's default. */
  resetParameters(): void {
    requireKnown("resetParameters", arguments, 0);
    startByDefault(this.weight, this.bias);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    const { weight, bias, stride, padding, dilation, groups, paddingMode } = this;
    if (paddingMode === "zeros") {
      return this.convolve(input, weight, bias, { stride, padding, dilation, groups });
    }
    const padded = pad(input, this.around(), { mode: paddingMode });
    return this.convolve(padded, weight, bias, { stride, dilation, groups });
  }

  /** The padding as pad() takes it: [before, after] of the last dimension first. */
  protected around(): number[] {
    const { padding, kernelSize } = this;
    const rank = this.rank();
    const dilation = perDimension(this.dilation, rank);
    const each = kernelSize.map((size, i) => {
      if (padding !== "same") {
        const amount = padding === "valid" ? 0 : perDimension(padding, rank)[i]!;
        return [amount, amount];
      }
      const total = dilation[i]! * (size - 1);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
    return each.reverse().flat();
  }

  override extraRepr(): string {
    const { inChannels, outChannels, kernelSize, stride, padding, dilation, groups, paddingMode } = this;
    const parts = [
      `${inChannels}, ${outChannels}, kernelSize=${showSizes(kernelSize)}, stride=${showSizes(stride)}`,
    ];
    if (padding !== 0) parts.push(`padding=${typeof padding === "string" ? padding : showSizes(padding)}`);
    if (dilation !== 1) parts.push(`dilation=${showSizes(dilation)}`);
    if (groups !== 1) parts.push(`groups=${groups}`);
    if (this.bias === null) parts.push("bias=false");
    if (paddingMode !== "zeros") parts.push(`paddingMode=${paddingMode}`);
    return parts.join(", ");
  }
}

/**
 * Convolution of pictures, [N, C, H, W] → [N, O, H′, W′]: see functional.conv2d. weight [O, C/groups, height, width] and
 * bias [O] start as PyTorch's do. Throws a RangeError for sizes that are not whole numbers ≥ 1, groups that do not divide
 * the channels, and padding "same" with a stride.
 */
export class Conv2d extends Conv {
  protected rank(): number {
    return 2;
  }

  protected convolve(...parameters: Parameters<typeof conv2d>): Tensor {
    return conv2d(...parameters);
  }
}

/** Convolution of sequences, [N, C, L] → [N, O, L′]: see functional.conv1d and Conv2d. */
export class Conv1d extends Conv {
  protected rank(): number {
    return 1;
  }

  protected convolve(...parameters: Parameters<typeof conv2d>): Tensor {
    return conv1d(...parameters);
  }
}

/** Convolution of volumes, [N, C, D, H, W] → [N, O, D′, H′, W′]: see functional.conv3d and Conv2d. */
export class Conv3d extends Conv {
  protected rank(): number {
    return 3;
  }

  protected convolve(...parameters: Parameters<typeof conv2d>): Tensor {
    return conv3d(...parameters);
  }
}

addForgetful([Conv1d, Conv2d, Conv3d]);
