// Layers that normalize each sample over its features: the same in training and evaluation.

import { groupNorm, layerNorm, ones, rmsNorm, type Shape, type Tensor, zeros } from "../tensor";
import { optionsOf, requireKnown, requireNumber, requireTensor, show } from "../tensor/arguments";
import { Module } from "./module";
import { Parameter } from "./parameter";
import { addForgetful } from "./sweep";

/** What a LayerNorm can be told. */
export interface LayerNormOptions {
  /** Added to the variance under the root. Default 1e-5. */
  eps?: number;
  /** Learn a scale γ (`weight`) and a shift β (`bias`) per element of the normalized shape. Default true. */
  elementwiseAffine?: boolean;
  /** Without it no β is learned. Default true. */
  bias?: boolean;
}

/** γ·(x − μ)/√(σ² + ε) + β over the last dimensions, which are `normalizedShape`: see functional.layerNorm. */
export class LayerNorm extends Module {
  readonly normalizedShape: Shape;
  readonly eps: number;
  /** γ, from 1. */
  readonly weight: Parameter | null;
  /** β, from 0. */
  readonly bias: Parameter | null;

  constructor(
    normalizedShape: number | Shape,
    options: LayerNormOptions | number = {},
    ...more: [elementwiseAffine?: boolean, bias?: boolean]
  ) {
    super();
    const {
      eps = 1e-5,
      elementwiseAffine = true,
      bias = true,
    } = optionsOf<LayerNormOptions>(new.target.name, ["eps", "elementwiseAffine", "bias"], options, more);
    this.normalizedShape = sizes("LayerNorm", normalizedShape);
    requireNumber(new.target.name, "eps", eps);
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape)) : null;
    this.bias = elementwiseAffine && bias ? new Parameter(zeros(this.normalizedShape)) : null;
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    const { weight, bias, eps } = this;
    return layerNorm(input, this.normalizedShape, { weight, bias, eps });
  }

  override extraRepr(): string {
    return `${show(this.normalizedShape)}, eps=${this.eps}, elementwiseAffine=${this.weight !== null}`;
  }
}

/** What an RMSNorm can be told. */
export interface RMSNormOptions {
  /** Added to the mean of squares. Default null: float32's epsilon, 2⁻²³. */
  eps?: number | null;
  /** Learn a scale γ (`weight`) per element of the normalized shape. Default true. */
  elementwiseAffine?: boolean;
}

/** γ·x/√(mean(x²) + ε) over the last dimensions, which are `normalizedShape`: see functional.rmsNorm. */
export class RMSNorm extends Module {
  readonly normalizedShape: Shape;
  /** null: float32's epsilon, 2⁻²³. */
  readonly eps: number | null;
  /** γ, from 1. */
  readonly weight: Parameter | null;

  constructor(
    normalizedShape: number | Shape,
    options: RMSNormOptions | number = {},
    ...more: [elementwiseAffine?: boolean]
  ) {
    super();
    const { eps = null, elementwiseAffine = true } = optionsOf<RMSNormOptions>(
      new.target.name,
      ["eps", "elementwiseAffine"],
      options,
      more,
    );
    this.normalizedShape = sizes("RMSNorm", normalizedShape);
    if (eps !== null) requireNumber(new.target.name, "eps", eps);
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape)) : null;
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return rmsNorm(input, this.normalizedShape, { weight: this.weight, eps: this.eps });
  }

  override extraRepr(): string {
    return `${show(this.normalizedShape)}, eps=${this.eps}, elementwiseAffine=${this.weight !== null}`;
  }
}

/** What a GroupNorm can be told. */
export interface GroupNormOptions {
  /** Added to the variance under the root. Default 1e-5. */
  eps?: number;
  /** Learn a scale γ (`weight`) and a shift β (`bias`) per channel. Default true. */
  affine?: boolean;
}

/** γ·(x − μ)/√(σ² + ε) + β over each group of channels of each sample: see functional.groupNorm. */
export class GroupNorm extends Module {
  readonly eps: number;
  /** γ [C], from 1. */
  readonly weight: Parameter | null;
  /** β [C], from 0. */
  readonly bias: Parameter | null;

  constructor(
    readonly numGroups: number,
    readonly numChannels: number,
    options: GroupNormOptions | number = {},
    ...more: [affine?: boolean]
  ) {
    super();
    const { eps = 1e-5, affine = true } = optionsOf<GroupNormOptions>(
      new.target.name,
      ["eps", "affine"],
      options,
      more,
    );
    sizes("GroupNorm", [numGroups, numChannels]);
    if (numChannels % numGroups !== 0) {
      throw new RangeError(
        `GroupNorm: expected numChannels to be a multiple of numGroups, got ${numChannels} and ${numGroups}`,
      );
    }
    requireNumber(new.target.name, "eps", eps);
    this.eps = eps;
    this.weight = affine ? new Parameter(ones([numChannels])) : null;
    this.bias = affine ? new Parameter(zeros([numChannels])) : null;
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    requireTensor("GroupNorm", input);
    const { numGroups, numChannels, weight, bias, eps } = this;
    if (input.shape[1] !== numChannels) {
      throw new RangeError(`GroupNorm: expected input [N, ${numChannels}, ...], got ${show(input.shape)}`);
    }
    return groupNorm(input, numGroups, { weight, bias, eps });
  }

  override extraRepr(): string {
    return `${this.numGroups}, ${this.numChannels}, eps=${this.eps}, affine=${this.weight !== null}`;
  }
}

function sizes(layer: string, given: number | Shape): Shape {
  const shape = Array.isArray(given) ? [...given] : [given as number];
  if (shape.length === 0 || shape.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new RangeError(`${layer}: expected sizes that are whole numbers ≥ 1, got ${show(shape)}`);
  }
  return shape;
}

addForgetful([GroupNorm, LayerNorm, RMSNorm]);
