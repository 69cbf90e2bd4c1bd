// Attention of several heads, with the projections that it learns.

import { cat, dropout, type Tensor, zeros } from "../tensor";
import { optionsOf, requireInteger, requireKnown, requireShare } from "../tensor/arguments";
import { linear } from "./functional";
import { xavierNormal_, xavierUniform_, zeros_ } from "./init";
import { Linear } from "./linear";
import { Module, snake } from "./module";
import { Parameter } from "./parameter";
import { addend, asAddend, attentionWeights, causal, requireFloat32 } from "./scaledDotProduct";

/** A module whose children, too, go by PyTorch's spelling: `outProj.weight` is out_proj.weight in its state. */
export abstract class SpelledModule extends Module {
  override namedChildren(): [name: string, child: Module][] {
    requireKnown("namedChildren", arguments, 0);
    return super.namedChildren().map(([name, child]) => [snake(name), child]);
  }
}

/** What a MultiheadAttention can be told. */
export interface MultiheadAttentionOptions {
  /** The probability with which training drops a weight. Default 0. */
  dropout?: number;
  /** Learn shifts of the projections. Default true. */
  bias?: boolean;
  /** Learn one more key and value that every query sees. Default false. */
  addBiasKv?: boolean;
  /** One more key and value of zeros, that every query sees. Default false. */
  addZeroAttn?: boolean;
  /** The width of keys. Default embedDim. */
  kdim?: number | null;
  /** The width of values. Default embedDim. */
  vdim?: number | null;
  /** Batches are [B, T, ...], not [T, B, ...]. Default false. */
  batchFirst?: boolean;
}

/** What a call of a MultiheadAttention can be told. */
export interface AttentionOptions {
  /** [B, S], or [S] without a batch: bool, true where a key is padding that nobody sees, or float32, added to its scores. */
  keyPaddingMask?: Tensor | null;
  /** Gives the weights, too. Default true. */
  needWeights?: boolean;
  /** [L, S] or [B · heads, L, S]: bool, true where a query must not look, or float32, added to the scores. */
  attnMask?: Tensor | null;
  /** The weights' mean over the heads, not one for each. Default true. */
  averageAttnWeights?: boolean;
  /** A query sees the keys up to its own position only, besides what masks say. Default false. */
  isCausal?: boolean;
}

const shown = ({ shape }: Tensor) => `[${shape.join(", ")}]`;

/**
 * Attention of `numHeads` heads (Vaswani et al. 2017): query [L, B, embedDim], key [S, B, kdim], value [S, B, vdim], or [B, L, …] with
 * batchFirst, or without B → the output [L, B, embedDim] and the weights [B, L, S], null unless needed: `const [y, weights] =
 * attention.forward(x, x, x)`. A query that sees no key gives NaN, as in PyTorch. Throws a RangeError for other shapes and masks, a
 * TypeError unless all is float32.
 */
export class MultiheadAttention extends SpelledModule {
  readonly dropout: number;
  readonly batchFirst: boolean;
  readonly addZeroAttn: boolean;
  readonly kdim: number;
  readonly vdim: number;
  /** [3 · embedDim, embedDim]: queries', keys' and values' in one; null where keys or values have another width. */
  readonly inProjWeight: Parameter | null;
  /** [embedDim, embedDim], where keys or values have another width. */
  readonly qProjWeight: Parameter | null;
  /** [embedDim, kdim], where keys or values have another width. */
  readonly kProjWeight: Parameter | null;
  /** [embedDim, vdim], where keys or values have another width. */
  readonly vProjWeight: Parameter | null;
  /** [3 · embedDim] */
  readonly inProjBias: Parameter | null;
  /** [1, 1, embedDim]: a key that every query sees. */
  readonly biasK: Parameter | null;
  /** [1, 1, embedDim]: the value of that key. */
  readonly biasV: Parameter | null;
  readonly outProj: Linear;

  constructor(
    readonly embedDim: number,
    readonly numHeads: number,
    options: MultiheadAttentionOptions | number = {},
    ...more: [
      bias?: boolean,
      addBiasKv?: boolean,
      addZeroAttn?: boolean,
      kdim?: number | null,
      vdim?: number | null,
      batchFirst?: boolean,
    ]
  ) {
    super();
    const { name } = new.target;
    const {
      dropout = 0,
      bias = true,
      addBiasKv = false,
      addZeroAttn = false,
      kdim = null,
      vdim = null,
      batchFirst = false,
    } = optionsOf<MultiheadAttentionOptions>(
      name,
      ["dropout", "bias", "addBiasKv", "addZeroAttn", "kdim", "vdim", "batchFirst"],
      options,
      more,
    );
    requireInteger(name, "embedDim", embedDim, 1);
    requireInteger(name, "numHeads", numHeads, 1);
    if (embedDim % numHeads !== 0) {
      throw new RangeError(
        `${name}: expected embedDim to be a multiple of numHeads, got ${embedDim} and ${numHeads}`,
      );
    }
    requireShare(name, "dropout", dropout);
    this.kdim = kdim ?? embedDim;
    this.vdim = vdim ?? embedDim;
    requireInteger(name, "kdim", this.kdim, 1);
    requireInteger(name, "vdim", this.vdim, 1);
    this.dropout = dropout;
    this.batchFirst = batchFirst;
    this.addZeroAttn = addZeroAttn;
    const same = this.kdim === embedDim && this.vdim === embedDim;
    const weight = (there: boolean, ...shape: number[]) => (there ? new Parameter(zeros(shape)) : null);
    this.inProjWeight = weight(same, 3 * embedDim, embedDim);
    this.qProjWeight = weight(!same, embedDim, embedDim);
    this.kProjWeight = weight(!same, embedDim, this.kdim);
    this.vProjWeight = weight(!same, embedDim, this.vdim);
    this.inProjBias = weight(bias, 3 * embedDim);
    this.biasK = weight(addBiasKv, 1, 1, embedDim);
    this.biasV = weight(addBiasKv, 1, 1, embedDim);
    this.outProj = new Linear(embedDim, embedDim, { bias });
    this.resetParameters();
  }

  /** PyTorch's start: projections by xavierUniform_, shifts 0, biasK and biasV by xavierNormal_. */
  resetParameters(): void {
    requireKnown("resetParameters", arguments, 0);
    for (const weight of [this.inProjWeight, this.qProjWeight, this.kProjWeight, this.vProjWeight]) {
      if (weight !== null) xavierUniform_(weight);
    }
    for (const bias of [this.inProjBias, this.outProj.bias]) if (bias !== null) zeros_(bias);
    for (const extra of [this.biasK, this.biasV]) if (extra !== null) xavierNormal_(extra);
  }

  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options: AttentionOptions | Tensor | null = {},
    ...more: [
      needWeights?: boolean,
      attnMask?: Tensor | null,
      averageAttnWeights?: boolean,
      isCausal?: boolean,
    ]
  ): [output: Tensor, weights: Tensor | null] {
    const { name } = this.constructor;
    const {
      keyPaddingMask = null,
      needWeights = true,
      attnMask = null,
      averageAttnWeights = true,
      isCausal = false,
    } = optionsOf<AttentionOptions>(
      name,
      ["keyPaddingMask", "needWeights", "attnMask", "averageAttnWeights", "isCausal"],
      options,
      more,
    );
    this.requireShapes(query, key, value);
    const single = query.shape.length === 2;
    const batched = (x: Tensor) => (single ? x.unsqueeze(0) : this.batchFirst ? x : x.transpose(0, 1));
    const [projected, keys, values] = this.projections(query, key, value).map(batched) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const [batch, length] = projected.shape as [number, number];
    const sources = keys.shape[1]!;
    const heads = (x: Tensor) => x.unflatten(2, [this.numHeads, -1]).transpose(1, 2); // [B, heads, T, D]
    const q = heads(projected);
    const k = heads(this.extended(keys, this.biasK));
    const v = heads(this.extended(values, this.biasV));
    const mask = this.maskOf({ keyPaddingMask, attnMask, isCausal }, batch, length, sources, single);
    const always = k.shape[2]! - sources; // keys that no mask knows
    const whole = mask === null || always === 0 ? mask : withSeen(mask, always);
    const scale = 1 / Math.sqrt(this.embedDim / this.numHeads);
    const all = attentionWeights(q, k, scale, whole);
    const weights = dropout(all, { p: this.dropout, training: this.training });
    const joined = weights.matmul(v).transpose(1, 2).flatten(2); // [B, L, embedDim]
    const output = this.outProj.forward(joined);
    const shownWeights = !needWeights ? null : averageAttnWeights ? weights.mean(1) : weights;
    if (single) return [output.squeeze(0), shownWeights?.squeeze(0) ?? null];
    return [this.batchFirst ? output : output.transpose(0, 1), shownWeights];
  }

  protected requireShapes(query: Tensor, key: Tensor, value: Tensor): void {
    const { name } = this.constructor;
    for (const [what, x] of Object.entries({ query, key, value })) requireFloat32(name, x, what);
    const rank = query.shape.length;
    const widths = [this.embedDim, this.kdim, this.vdim];
    const fits = [query, key, value].every((x, i) => x.shape.length === rank && x.shape.at(-1) === widths[i]);
    const batchDim = this.batchFirst ? 0 : 1;
    const sameKeys = key.shape.slice(0, -1).join() === value.shape.slice(0, -1).join();
    const sameBatch = rank === 2 || query.shape[batchDim] === key.shape[batchDim];
    if ((rank === 2 || rank === 3) && fits && sameKeys && sameBatch) return;
    const [l, s] = this.batchFirst ? ["B, L", "B, S"] : ["L, B", "S, B"];
    throw new RangeError(
      `${name}: expected query [${l}, ${widths[0]}], key [${s}, ${widths[1]}] and value [${s}, ${widths[2]}], or all without B, got ${shown(query)}, ${shown(key)} and ${shown(value)}`,
    );
  }

  /** Queries, keys and values, each embedDim wide; in one product where they are of one tensor. */
  protected projections(query: Tensor, key: Tensor, value: Tensor): [Tensor, Tensor, Tensor] {
    const { embedDim, inProjWeight, inProjBias } = this;
    if (inProjWeight !== null && query === key && key === value) {
      return linear(query, inProjWeight, inProjBias).chunk(3, -1) as [Tensor, Tensor, Tensor];
    }
    const weights = inProjWeight?.chunk(3) ?? [this.qProjWeight!, this.kProjWeight!, this.vProjWeight!];
    const biases = inProjBias?.split(embedDim);
    return [query, key, value].map((x, i) => linear(x, weights[i]!, biases?.[i])) as [Tensor, Tensor, Tensor];
  }

  /** Keys or values [B, S, E], and behind them those that every query sees. */
  protected extended(x: Tensor, extra: Tensor | null): Tensor {
    const [batch] = x.shape as [number];
    const parts = [x];
    if (extra !== null) parts.push(extra.expand(batch, 1, this.embedDim));
    if (this.addZeroAttn) parts.push(zeros([batch, 1, this.embedDim]));
    return parts.length === 1 ? x : cat(parts, 1);
  }

  /** What masks add to the scores [B, heads, L, S], or null. */
  protected maskOf(
    {
      keyPaddingMask,
      attnMask,
      isCausal,
    }: Pick<AttentionOptions, "keyPaddingMask" | "attnMask" | "isCausal">,
    batch: number,
    length: number,
    sources: number,
    single: boolean,
  ): Tensor | null {
    const { name } = this.constructor;
    const unseen = (mask: Tensor) => mask.logicalNot();
    const parts: Tensor[] = [];
    if (attnMask !== null && attnMask !== undefined) {
      const added = asAddend(name, "attnMask", attnMask, unseen);
      const all = [batch * this.numHeads, length, sources];
      const rank = added.shape.length;
      if ((rank !== 2 && rank !== 3) || added.shape.join() !== all.slice(3 - rank).join()) {
        throw new RangeError(
          `${name}: expected attnMask [${length}, ${sources}] or [${all.join(", ")}], got ${shown(attnMask)}`,
        );
      }
      parts.push(rank === 2 ? added : added.reshape(batch, this.numHeads, length, sources));
    }
    if (isCausal === true) parts.push(addend(causal(length, sources)));
    if (keyPaddingMask !== null && keyPaddingMask !== undefined) {
      const added = asAddend(name, "keyPaddingMask", keyPaddingMask, unseen);
      const wanted = single ? [sources] : [batch, sources];
      if (added.shape.join() !== wanted.join()) {
        throw new RangeError(
          `${name}: expected keyPaddingMask [${wanted.join(", ")}], got ${shown(keyPaddingMask)}`,
        );
      }
      parts.push(added.reshape(batch, 1, 1, sources));
    }
    return parts.length === 0 ? null : parts.reduce((sum, part) => sum.add(part));
  }

  override extraRepr(): string {
    const { embedDim, numHeads, dropout, batchFirst } = this;
    const words = [`${embedDim}, ${numHeads}`];
    if (dropout !== 0) words.push(`dropout=${dropout}`);
    if (batchFirst) words.push("batchFirst=true");
    return words.join(", ");
  }
}

/** A mask for so many more keys behind those it knows, which are seen. */
function withSeen(mask: Tensor, more: number): Tensor {
  return cat([mask, zeros([...mask.shape.slice(0, -1), more])], -1);
}
