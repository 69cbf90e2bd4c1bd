// The fully connected layer.

import { type Tensor, zeros } from "../tensor";
import { linear } from "./functional";
import { fans, kaimingUniform_, uniform_ } from "./init";
import { Module } from "./module";
import { Parameter } from "./parameter";

/** y = x·weightᵀ + bias: [..., inFeatures] → [..., outFeatures]. weight [out, in], bias [out], started as PyTorch does. */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    { bias = true }: { bias?: boolean } = {},
  ) {
    super();
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

  /** Uniform within ±1/√inFeatures: what kaimingUniform_ with a = √5 comes to, and PyTorch's default. */
  resetParameters(): void {
    kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    if (this.bias !== null) {
      const bound = 1 / Math.sqrt(fans(this.weight).fanIn);
      uniform_(this.bias, -bound, bound);
    }
  }

  override forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `inFeatures=${this.inFeatures}, outFeatures=${this.outFeatures}, bias=${this.bias !== null}`;
  }
}
