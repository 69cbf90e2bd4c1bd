// The fully connected layer.

import { type Tensor, zeros } from "../tensor";
import { optionsOf, requireKnown } from "../tensor/arguments";
import { startByDefault } from "./defaultStart";
import { linear } from "./functional";
import { Module } from "./module";
import { Parameter } from "./parameter";
import { addForgetful } from "./sweep";

/** What a Linear can be told. */
export interface LinearOptions {
  /** Learn a shift per output. Default true; false in front of a batch normalization, which has its own. */
  bias?: boolean;
}

/** y = x·weightᵀ + bias: [..., inFeatures] → [..., outFeatures]. weight [out, in], bias [out], started as PyTorch does. */
export class Linear extends Module {
  /** [outFeatures, inFeatures]; another layer's parameter in its place is learned by both. */
  weight: Parameter;
  /** [outFeatures] */
  readonly bias: Parameter | null;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    options: LinearOptions | boolean = {},
    ...more: never[]
  ) {
    super();
    const { bias = true } = optionsOf<LinearOptions>(new.target.name, ["bias"], options, more);
    for (const features of [inFeatures, outFeatures]) {
      if (!Number.isInteger(features) || features < 1) {
        throw new RangeError(
          `Linear: expected inFeatures and outFeatures to be whole numbers ≥ 1, got ${features}`,
        );
      }
    }
    this.weight = new Parameter(zeros([outFeatures, inFeatures]));
    this.bias = bias ? new Parameter(zeros([outFeatures])) : null;
    this.resetParameters();
  }

  /** Uniform within ±1/√inFeatures: PyTorch's default. */
  resetParameters(): void {
    requireKnown("resetParameters", arguments, 0);
    startByDefault(this.weight, this.bias);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return linear(input, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `inFeatures=${this.inFeatures}, outFeatures=${this.outFeatures}, bias=${this.bias !== null}`;
  }
}

addForgetful([Linear]);
