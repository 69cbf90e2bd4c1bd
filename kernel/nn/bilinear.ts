// The layer that multiplies two inputs with each other.

import { type Tensor, zeros } from "../tensor";
import { optionsOf, requireInteger, requireKnown } from "../tensor/arguments";
import { bilinear } from "./functional";
import { uniform_ } from "./init";
import { Module } from "./module";
import { Parameter } from "./parameter";

/** What a Bilinear can be told. */
export interface BilinearOptions {
  /** Learn a shift per output. Default true. */
  bias?: boolean;
}

/**
 * y_k = x1ᵀ·weight_k·x2 + bias_k: [..., in1Features] and [..., in2Features] → [..., outFeatures]. weight [out, in1, in2], bias
 * [out], started as PyTorch does.
 */
export class Bilinear extends Module {
  /** [outFeatures, in1Features, in2Features] */
  readonly weight: Parameter;
  /** [outFeatures] */
  readonly bias: Parameter | null;

  constructor(
    readonly in1Features: number,
    readonly in2Features: number,
    readonly outFeatures: number,
    options: BilinearOptions | boolean = {},
    ...more: never[]
  ) {
    super();
    const { bias = true } = optionsOf<BilinearOptions>(new.target.name, ["bias"], options, more);
    for (const [name, features] of Object.entries({ in1Features, in2Features, outFeatures })) {
      requireInteger("Bilinear", name, features, 1);
    }
    this.weight = new Parameter(zeros([outFeatures, in1Features, in2Features]));
    this.bias = bias ? new Parameter(zeros([outFeatures])) : null;
    this.resetParameters();
  }

  /** Uniform within ±1/√in1Features: PyTorch's default. */
  resetParameters(): void {
    requireKnown("resetParameters", arguments, 0);
    const bound = 1 / Math.sqrt(this.in1Features);
    uniform_(this.weight, -bound, bound);
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  override forward(input1: Tensor, input2: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    return bilinear(input1, input2, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `in1Features=${this.in1Features}, in2Features=${this.in2Features}, outFeatures=${this.outFeatures}, bias=${this.bias !== null}`;
  }
}
