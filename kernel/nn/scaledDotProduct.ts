// Attention as a function of queries, keys and values.

import { dropout, ones, type Tensor, zeros } from "../tensor";
import { describe, optionsOf, requireNumber, requireTensor } from "../tensor/arguments";

/** What scaledDotProductAttention() can be told. */
export interface ScaledDotProductOptions {
  /** [L, S], or what broadcasts to the scores [..., L, S]: bool, false where a query must not look, or float32, added to the scores. */
  attnMask?: Tensor | null;
  /** The probability with which a weight becomes 0, whatever the mode. Default 0. */
  dropoutP?: number;
  /** A query sees the keys up to its own position only. Default false; not beside an attnMask. */
  isCausal?: boolean;
  /** The factor of the scores. Default 1/√E. */
  scale?: number | null;
}

const shown = ({ shape }: Tensor) => `[${shape.join(", ")}]`;

/** Refuses what is no float32: whole numbers here are token numbers that were not looked up. */
export function requireFloat32(operation: string, x: Tensor, name: string): void {
  requireTensor(operation, x, name);
  if (x.dtype === "float32") return;
  throw new TypeError(
    `${operation}: expected ${name} as float32 numbers, got ${x.dtype} ${shown(x)}; convert them with float(), or look them up in an Embedding`,
  );
}

/** What is added to scores [..., L, S]: 0 where `seen` is true, else −∞. */
export const addend = (seen: Tensor): Tensor =>
  zeros(seen.shape).maskedFill(seen.logicalNot(), Number.NEGATIVE_INFINITY);

/** Which of S keys each of L queries sees: those up to its own position. bool [L, S]. */
export const causal = (queries: number, keys: number): Tensor => ones([queries, keys]).tril().bool();

/** softmax(q·kᵀ·scale + mask) of the keys [..., S, E] for each query [..., L, E]: [..., L, S]. */
export function attentionWeights(query: Tensor, key: Tensor, scale: number, mask: Tensor | null): Tensor {
  const scores = query.mul(scale).matmul(key.transpose(-2, -1));
  return (mask === null ? scores : scores.add(mask)).softmax(-1);
}

/**
 * softmax(q·kᵀ·scale + mask)·v: queries [..., L, E], keys [..., S, E] and values [..., S, V] → [..., L, V], as
 * torch.nn.functional.scaled_dot_product_attention. A query that sees no key gives NaN, as there. Throws a RangeError for other
 * shapes and for a mask beside isCausal, a TypeError unless all three are float32.
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: ScaledDotProductOptions | Tensor | null = {},
  ...more: [dropoutP?: number, isCausal?: boolean, scale?: number | null]
): Tensor {
  const name = "scaledDotProductAttention";
  const {
    attnMask = null,
    dropoutP = 0,
    isCausal = false,
    scale = null,
  } = optionsOf<ScaledDotProductOptions>(name, ["attnMask", "dropoutP", "isCausal", "scale"], options, more);
  for (const [what, x] of Object.entries({ query, key, value })) requireFloat32(name, x, what);
  const [length, width] = [query.shape.at(-2), query.shape.at(-1)];
  const keys = key.shape.at(-2);
  const ranks = [query, key, value].map(({ shape }) => shape.length);
  if (Math.min(...ranks) < 2 || key.shape.at(-1) !== width || value.shape.at(-2) !== keys) {
    throw new RangeError(
      `${name}: expected query [..., L, E], key [..., S, E] and value [..., S, V], got ${shown(query)}, ${shown(key)} and ${shown(value)}`,
    );
  }
  if (scale !== null) requireNumber(name, "scale", scale);
  const mask = isCausal ? causal(length!, keys!) : attnMask;
  if (isCausal && attnMask !== null) {
    throw new RangeError(
      `${name}: expected either attnMask or isCausal, got both; put the mask into attnMask`,
    );
  }
  const added = mask === null ? null : asAddend(name, "attnMask", mask, (seen) => seen);
  const weights = attentionWeights(query, key, scale ?? 1 / Math.sqrt(width!), added);
  return dropout(weights, { p: dropoutP }).matmul(value);
}

/** A mask as it is added to scores: a float32 one as it is, a bool one where `seen` tells which of it is seen. */
export function asAddend(
  operation: string,
  name: string,
  mask: Tensor,
  seen: (mask: Tensor) => Tensor,
): Tensor {
  requireTensor(operation, mask, name);
  if (mask.dtype === "bool") return addend(seen(mask));
  if (mask.dtype === "float32") return mask;
  throw new TypeError(`${operation}: expected ${name} as a bool or float32 mask, got ${describe(mask)}`);
}
