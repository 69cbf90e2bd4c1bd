// Transposed convolutions as layers.

import {
  convTranspose1d,
  convTranspose2d,
  type ConvTransposeOptions as FunctionOptions,
  type Shape,
  type Sizes,
  type Tensor,
  zeros,
} from "../tensor";
import { optionsOf, requireIntegers, requireKnown, requireTensor } from "../tensor/arguments";
import { startByDefault } from "./defaultStart";
import { Module } from "./module";
import { Parameter } from "./parameter";
import { perDimension, showSizes } from "./sizes";
import { addForgetful } from "./sweep";

export interface ConvTransposeOptions extends FunctionOptions {
  /** Learn a shift per output channel. Default true; false in front of a batch normalization, which has its own. */
  bias?: boolean;
  /** "zeros", the only one there is. */
  paddingMode?: "zeros";
}

abstract class ConvTranspose extends Module {
  readonly kernelSize: readonly number[];
  readonly stride: Sizes;
  readonly padding: Sizes;
  readonly outputPadding: Sizes;
  readonly dilation: Sizes;
  readonly groups: number;
  /** [in, out/groups, …kernelSize] */
  readonly weight: Parameter;
  /** [out] */
  readonly bias: Parameter | null;

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Sizes,
    options: ConvTransposeOptions | Sizes = {},
    ...more: [
      padding?: Sizes,
      outputPadding?: Sizes,
      groups?: number,
      bias?: boolean,
      dilation?: Sizes,
      paddingMode?: "zeros",
    ]
  ) {
    super();
    const { stride, padding, outputPadding, groups, bias, dilation, paddingMode } =
      optionsOf<ConvTransposeOptions>(
        new.target.name,
        ["stride", "padding", "outputPadding", "groups", "bias", "dilation", "paddingMode"],
        options,
        more,
      );
    const rank = this.rank();
    const { name } = this.constructor;
    this.kernelSize = perDimension(kernelSize, rank);
    this.stride = stride ?? 1;
    this.padding = padding ?? 0;
    this.outputPadding = outputPadding ?? 0;
    this.dilation = dilation ?? 1;
    this.groups = groups ?? 1;
    const counts = [inChannels, outChannels, this.groups, ...this.kernelSize];
    const whole = counts.every((count) => Number.isInteger(count) && count >= 1);
    if (!whole || this.kernelSize.length !== rank) {
      const window = rank === 1 ? "one" : "one or [height, width]";
      throw new RangeError(
        `${name}: expected inChannels, outChannels, groups and kernelSize (${window}) to be whole numbers ≥ 1, got ${inChannels}, ${outChannels}, ${this.groups} and ${showSizes(kernelSize)}`,
      );
    }
    if (inChannels % this.groups !== 0 || outChannels % this.groups !== 0) {
      throw new RangeError(
        `${name}: expected groups to divide inChannels and outChannels, got ${this.groups} for ${inChannels} and ${outChannels}`,
      );
    }
    if (paddingMode !== undefined && paddingMode !== "zeros") {
      throw new RangeError(`${name}: expected paddingMode "zeros", got ${String(paddingMode)}`);
    }
    this.weight = new Parameter(zeros([inChannels, outChannels / this.groups, ...this.kernelSize]));
    this.bias = (bias ?? true) ? new Parameter(zeros([outChannels])) : null;
    this.resetParameters();
  }

  /** Number of spatial dimensions. */
  protected abstract rank(): 1 | 2;

  protected abstract convolve(...parameters: Parameters<typeof convTranspose2d>): Tensor;

  /** Uniform within ±1/√fanIn, fanIn = outChannels/groups · kernel elements: PyTorch's default. */
  resetParameters(): void {
    requireKnown("resetParameters", arguments, 0);
    startByDefault(this.weight, this.bias);
  }

  /**
   * `outputSize`, the spatial sizes to get, takes outputPadding's place; each is less than a stride above the least there is.
   * Throws a RangeError for others, a TypeError for a tensor.
   */
  override forward(input: Tensor, outputSize?: Shape | Tensor): Tensor {
    const { name } = this.constructor;
    requireKnown(name, arguments, 2);
    const { weight, bias, stride, padding, groups, dilation } = this;
    const outputPadding = outputSize === undefined ? this.outputPadding : this.upTo(input, outputSize);
    return this.convolve(input, weight, bias, { stride, padding, outputPadding, groups, dilation });
  }

  /** The output padding that leads to a size. */
  protected upTo(input: Tensor, outputSize: Shape | Tensor): Shape {
    const { name } = this.constructor;
    const rank = this.rank();
    requireTensor(name, input);
    requireIntegers(name, "outputSize", outputSize as Shape);
    const sizes = outputSize as Shape;
    const [stride, padding, dilation] = [this.stride, this.padding, this.dilation].map((each) =>
      perDimension(each, rank),
    ) as [Shape, Shape, Shape];
    const least = input.shape
      .slice(-rank)
      .map(
        (size, i) => (size - 1) * stride[i]! - 2 * padding[i]! + dilation[i]! * (this.kernelSize[i]! - 1) + 1,
      );
    const more = sizes.slice(-rank).map((size, i) => size - least[i]!);
    const fits = sizes.length === rank || sizes.length === input.shape.length;
    if (!fits || more.some((size, i) => size < 0 || size >= stride[i]!)) {
      const most = least.map((size, i) => size + stride[i]! - 1);
      throw new RangeError(
        `${name}: expected an outputSize from ${showSizes(least)} to ${showSizes(most)}, got ${showSizes(sizes)}`,
      );
    }
    return more;
  }

  override extraRepr(): string {
    const { inChannels, outChannels, kernelSize, stride, padding, dilation, outputPadding, groups } = this;
    const parts = [
      `${inChannels}, ${outChannels}, kernelSize=${showSizes(kernelSize)}, stride=${showSizes(stride)}`,
    ];
    if (padding !== 0) parts.push(`padding=${showSizes(padding)}`);
    if (dilation !== 1) parts.push(`dilation=${showSizes(dilation)}`);
    if (outputPadding !== 0) parts.push(`outputPadding=${showSizes(outputPadding)}`);
    if (groups !== 1) parts.push(`groups=${groups}`);
    if (this.bias === null) parts.push("bias=false");
    return parts.join(", ");
  }
}

/**
 * Transposed convolution of pictures, [N, C, H, W] → [N, O, H′, W′]: see functional.convTranspose2d. weight
 * [C, O/groups, height, width] and bias [O] start as PyTorch's do. Throws a RangeError for sizes that are not whole numbers
 * ≥ 1, and groups that do not divide the channels.
 */
export class ConvTranspose2d extends ConvTranspose {
  protected rank() {
    return 2 as const;
  }

  protected convolve(...parameters: Parameters<typeof convTranspose2d>): Tensor {
    return convTranspose2d(...parameters);
  }
}

/** Transposed convolution of sequences, [N, C, L] → [N, O, L′]: see functional.convTranspose1d and ConvTranspose2d. */
export class ConvTranspose1d extends ConvTranspose {
  protected rank() {
    return 1 as const;
  }

  protected convolve(...parameters: Parameters<typeof convTranspose2d>): Tensor {
    return convTranspose1d(...parameters);
  }
}

addForgetful([ConvTranspose1d, ConvTranspose2d]);
