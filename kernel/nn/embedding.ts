// The table of vectors that whole numbers stand for.

import { type Tensor, zeros } from "../tensor";
import { optionsOf, requireKnown } from "../tensor/arguments";
import { embedding } from "./functional";
import { normal_ } from "./init";
import { Module } from "./module";
import { Parameter } from "./parameter";

/** What an Embedding can be told. */
export interface EmbeddingOptions {
  /** The row that stands for padding: from 0 on, or counted from the end if negative. It starts at 0 and learns nothing. */
  paddingIdx?: number | null;
}

/**
 * Row i of `weight` [numEmbeddings, embeddingDim] for each number i: int32 of any shape [...] → [..., embeddingDim]. Rows start
 * from a standard normal distribution, as torch.nn.Embedding's. Throws a RangeError for sizes below 1, a paddingIdx that is no
 * row, and a number that is no row; a TypeError unless the input is int32.
 */
export class Embedding extends Module {
  /** Counted from the start. */
  readonly paddingIdx: number | null;
  /** [numEmbeddings, embeddingDim] */
  readonly weight: Parameter;

  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
    options: EmbeddingOptions | number = {},
    ...more: never[]
  ) {
    super();
    const { paddingIdx = null } = optionsOf<EmbeddingOptions>(new.target.name, ["paddingIdx"], options, more);
    for (const size of [numEmbeddings, embeddingDim]) {
      if (!Number.isInteger(size) || size < 1) {
        throw new RangeError(
          `Embedding: expected numEmbeddings and embeddingDim to be whole numbers ≥ 1, got ${size}`,
        );
      }
    }
    if (
      paddingIdx !== null &&
      !(Number.isInteger(paddingIdx) && paddingIdx >= -numEmbeddings && paddingIdx < numEmbeddings)
    ) {
      throw new RangeError(
        `Embedding: expected paddingIdx to be one of its ${numEmbeddings} rows, got ${paddingIdx}`,
      );
    }
    this.paddingIdx = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
    this.weight = new Parameter(zeros([numEmbeddings, embeddingDim]));
    this.resetParameters();
  }

  /** Rows from a standard normal distribution, the padding row 0. */
  resetParameters(): void {
    requireKnown("resetParameters", arguments, 0);
    normal_(this.weight);
    if (this.paddingIdx !== null) this.weight.detach().select(0, this.paddingIdx).zero_();
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return embedding(input, this.weight, { paddingIdx: this.paddingIdx });
  }

  override extraRepr(): string {
    const padding = this.paddingIdx === null ? "" : `, paddingIdx=${this.paddingIdx}`;
    return `${this.numEmbeddings}, ${this.embeddingDim}${padding}`;
  }
}
