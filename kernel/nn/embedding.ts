// The table of vectors that whole numbers stand for.

import { type Tensor, zeros } from "../tensor";
import { optionsOf, requireKnown, requireNumber, requireTensor } from "../tensor/arguments";
import { embedding } from "./functional";
import { normal_ } from "./init";
import { Module } from "./module";
import { Parameter } from "./parameter";

/** What an Embedding can be told. */
export interface EmbeddingOptions {
  /** The row that stands for padding: from 0 on, or counted from the end if negative. It starts at 0 and learns nothing. */
  paddingIdx?: number | null;
  /** Rows that are looked up are first shortened, in place, to this norm. Default null: they are not. */
  maxNorm?: number | null;
  /** The p of that norm. Default 2. */
  normType?: number;
}

/** What fromPretrained() can be told. */
export interface PretrainedOptions extends EmbeddingOptions {
  /** The rows learn nothing. Default true. */
  freeze?: boolean;
}

/**
 * Row i of `weight` [numEmbeddings, embeddingDim] for each number i: int32 of any shape [...] → [..., embeddingDim]. Rows start
 * from a standard normal distribution, as torch.nn.Embedding's. Throws a RangeError for sizes below 1, a paddingIdx that is no
 * row, and a number that is no row; a TypeError unless the input is int32.
 */
export class Embedding extends Module {
  /** Counted from the start. */
  readonly paddingIdx: number | null;
  readonly maxNorm: number | null;
  readonly normType: number;
  /** [numEmbeddings, embeddingDim]; another layer's parameter in its place is learned by both. */
  weight: Parameter;

  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
    options: EmbeddingOptions | number = {},
    ...more: [maxNorm?: number | null, normType?: number]
  ) {
    super();
    const {
      paddingIdx = null,
      maxNorm = null,
      normType = 2,
    } = optionsOf<EmbeddingOptions>(new.target.name, ["paddingIdx", "maxNorm", "normType"], options, more);
    if (maxNorm !== null) requireNumber(new.target.name, "maxNorm", maxNorm);
    requireNumber(new.target.name, "normType", normType);
    this.maxNorm = maxNorm;
    this.normType = normType;
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

  /** A layer whose rows are a tensor's [numEmbeddings, embeddingDim], in its memory. Throws a RangeError for another shape. */
  static fromPretrained(
    embeddings: Tensor,
    options: PretrainedOptions | boolean = {},
    ...more: [paddingIdx?: number | null, maxNorm?: number | null, normType?: number]
  ): Embedding {
    const { freeze = true, ...others } = optionsOf<PretrainedOptions>(
      "fromPretrained",
      ["freeze", "paddingIdx", "maxNorm", "normType"],
      options,
      more,
    );
    requireTensor("fromPretrained", embeddings);
    const [rows, width] = embeddings.shape;
    if (rows === undefined || width === undefined || embeddings.shape.length > 2) {
      throw new RangeError(
        `fromPretrained: expected embeddings [numEmbeddings, embeddingDim], got [${embeddings.shape.join(", ")}]`,
      );
    }
    const layer = new Embedding(rows, width, others);
    layer.weight = new Parameter(embeddings, { requiresGrad: !freeze });
    return layer;
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    const { paddingIdx, maxNorm, normType } = this;
    return embedding(input, this.weight, { paddingIdx, maxNorm, normType });
  }

  override extraRepr(): string {
    const padding = this.paddingIdx === null ? "" : `, paddingIdx=${this.paddingIdx}`;
    const norm = this.maxNorm === null ? "" : `, maxNorm=${this.maxNorm}`;
    return `${this.numEmbeddings}, ${this.embeddingDim}${padding}${norm}`;
  }
}
