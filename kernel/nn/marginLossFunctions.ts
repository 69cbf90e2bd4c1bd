// Losses that ask for a margin: between scores, distances, or classes.

import { pairwiseDistance, softplus, type Tensor, tensor, where } from "../tensor";
import { requireKnown, requireNumber, requireTensor, show } from "../tensor/arguments";
import { type LossOptions, reduce, requireEqualShapes } from "./lossFunctions";

/** What a loss with a margin can be told. */
export interface MarginLossOptions extends LossOptions {
  /** How far apart is far enough. Default 1 for hinge and triplet losses, 0 for rankings and cosines. */
  margin?: number;
}

const least0 = (x: Tensor) => x.clamp({ min: 0 });

/**
 * x where the target is 1, max(0, margin − x) where it is −1: of distances x, equal shapes → [], or that shape with
 * reduction "none". As torch.nn.functional.hinge_embedding_loss. Throws a RangeError for unequal shapes.
 */
export function hingeEmbeddingLoss(
  input: Tensor,
  target: Tensor,
  { margin = 1, reduction }: MarginLossOptions = {},
): Tensor {
  requireKnown("hingeEmbeddingLoss", arguments, 3, ["margin", "reduction"]);
  requireEqualShapes("hingeEmbeddingLoss", input, target);
  requireNumber("hingeEmbeddingLoss", "margin", margin);
  const apart = where(target.ne(1), least0(input.neg().add(margin)), 0);
  return reduce("hingeEmbeddingLoss", apart.add(where(target.ne(-1), input, 0)), reduction);
}

/**
 * max(0, −target·(input1 − input2) + margin): target 1 wants the first score larger, −1 the second; broadcast → [], or the
 * common shape with reduction "none". As torch.nn.functional.margin_ranking_loss.
 */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  { margin = 0, reduction }: MarginLossOptions = {},
): Tensor {
  requireKnown("marginRankingLoss", arguments, 4, ["margin", "reduction"]);
  requireTensor("marginRankingLoss", input1);
  requireTensor("marginRankingLoss", input2);
  requireTensor("marginRankingLoss", target, "target");
  requireNumber("marginRankingLoss", "margin", margin);
  const losses = least0(input1.sub(input2).mul(target).neg().add(margin));
  return reduce("marginRankingLoss", losses, reduction);
}

/** PyTorch's addition to squared lengths: the cosine of two zero vectors is 0. */
const leastSquare = 1e-12;

/**
 * 1 − cos(a, b) where the target is 1, max(0, cos(a, b) − margin) where it is −1: [N, D] twice and targets [N], or [D] twice
 * and [] → [], or the targets' shape with reduction "none". As torch.nn.functional.cosine_embedding_loss. Throws a
 * RangeError for other shapes.
 */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  { margin = 0, reduction }: MarginLossOptions = {},
): Tensor {
  requireKnown("cosineEmbeddingLoss", arguments, 4, ["margin", "reduction"]);
  requireEqualShapes("cosineEmbeddingLoss", input1, input2);
  requireTensor("cosineEmbeddingLoss", target, "target");
  requireNumber("cosineEmbeddingLoss", "margin", margin);
  const { shape } = input1;
  if ((shape.length !== 1 && shape.length !== 2) || target.shape.join() !== shape.slice(0, -1).join()) {
    throw new RangeError(
      `cosineEmbeddingLoss: expected inputs [N, D] and target [N], or [D] and [], got ${show(shape)} and ${show(target.shape)}`,
    );
  }
  const square = (x: Tensor) => x.square().sum(-1).add(leastSquare);
  const cosine = input1
    .mul(input2)
    .sum(-1)
    .div(square(input1).mul(square(input2)).sqrt());
  const near = where(target.eq(1), cosine.neg().add(1), 0);
  const apart = where(target.eq(-1), least0(cosine.sub(margin)), 0);
  return reduce("cosineEmbeddingLoss", near.add(apart), reduction);
}

/** What tripletMarginLoss() can be told. */
export interface TripletMarginOptions extends MarginLossOptions {
  /** The norm of the distances. Default 2. */
  p?: number;
  /** Joins each difference. Default 1e-6. */
  eps?: number;
  /** Take the positive's distance to the negative where that is smaller than the anchor's (Balntas et al. 2016). */
  swap?: boolean;
}

/**
 * max(0, d(anchor, positive) − d(anchor, negative) + margin): [N, D] each, or [D] → [], or [N] with reduction "none".
 * Schroff et al. 2015. As torch.nn.functional.triplet_margin_loss. Throws a RangeError for shapes of other than one or two
 * dimensions or that do not broadcast.
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  { margin = 1, p = 2, eps = 1e-6, swap = false, reduction }: TripletMarginOptions = {},
): Tensor {
  requireKnown("tripletMarginLoss", arguments, 4, ["margin", "p", "eps", "swap", "reduction"]);
  requireNumber("tripletMarginLoss", "margin", margin);
  for (const [name, x] of Object.entries({ anchor, positive, negative })) {
    requireTensor("tripletMarginLoss", x, name);
    if (x.shape.length < 1 || x.shape.length > 2 || x.shape.length !== anchor.shape.length) {
      throw new RangeError(
        `tripletMarginLoss: expected anchor, positive and negative [N, D] or [D], got ${show(x.shape)} for the ${name}`,
      );
    }
  }
  const distance = (a: Tensor, b: Tensor) => pairwiseDistance(a, b, { p, eps });
  const far = distance(anchor, negative);
  const apart = swap ? far.minimum(distance(positive, negative)) : far;
  return reduce("tripletMarginLoss", least0(distance(anchor, positive).sub(apart).add(margin)), reduction);
}

/** What multiMarginLoss() can be told. */
export interface MultiMarginOptions extends MarginLossOptions {
  /** 1 (default), or 2 for squares. */
  p?: 1 | 2;
  /** A factor for the losses of each class [C]. */
  weight?: Tensor | null;
}

/**
 * Σ over classes c ≠ target of max(0, margin − x[target] + x[c])ᵖ/C: scores [N, C], int32 targets [N], or [C] and [] → [], or
 * the targets' shape with reduction "none". As torch.nn.functional.multi_margin_loss. Throws a RangeError for other shapes,
 * another p and targets outside 0 … C − 1, a TypeError for targets that are not int32.
 */
export function multiMarginLoss(
  input: Tensor,
  target: Tensor,
  { p = 1, margin = 1, weight = null, reduction }: MultiMarginOptions = {},
): Tensor {
  requireKnown("multiMarginLoss", arguments, 3, ["p", "margin", "weight", "reduction"]);
  const classes = requireRows("multiMarginLoss", input, target, (shape) => shape.slice(0, -1), "[N]");
  requireNumber("multiMarginLoss", "margin", margin);
  if (p !== 1 && p !== 2) throw new RangeError(`multiMarginLoss: expected p 1 or 2, got ${p}`);
  if (weight !== null) {
    requireTensor("multiMarginLoss", weight, "weight");
    if (weight.shape.join() !== `${classes}`) {
      throw new RangeError(`multiMarginLoss: expected weight [${classes}], got ${show(weight.shape)}`);
    }
  }
  const outside = target.data.find((label) => label < 0 || label >= classes);
  if (outside !== undefined) {
    throw new RangeError(`multiMarginLoss: expected targets from 0 to ${classes - 1}, got ${outside}`);
  }
  const labels = target.unsqueeze(-1);
  const own = input.gather(-1, labels);
  const short = least0(input.sub(own).add(margin));
  const powers = p === 2 ? short.square() : short;
  const weighted =
    weight === null ? powers : powers.mul(weight.indexSelect(0, target.reshape(-1)).reshape(labels.shape));
  const others = weighted.maskedFill(classNumbers(classes).eq(labels), 0);
  return reduce("multiMarginLoss", others.sum(-1).div(classes), reduction);
}

/**
 * Σ over labels t and classes c that are none of max(0, 1 − x[t] + x[c])/C: scores [N, C] and int32 targets [N, C], the
 * labels of each row up to the first −1, or [C] twice → [], or [N] with reduction "none". As
 * torch.nn.functional.multilabel_margin_loss. Throws a RangeError for other shapes and labels outside −1 … C − 1, a
 * TypeError for targets that are not int32.
 */
export function multilabelMarginLoss(input: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor {
  requireKnown("multilabelMarginLoss", arguments, 3, ["reduction"]);
  const classes = requireRows("multilabelMarginLoss", input, target, (shape) => shape, "[N, C]");
  const labels = Int32Array.from(target.contiguous().data);
  const outside = labels.find((label) => label < -1 || label >= classes);
  if (outside !== undefined) {
    throw new RangeError(`multilabelMarginLoss: expected labels from −1 to ${classes - 1}, got ${outside}`);
  }
  const [wanted, others] = [new Float32Array(labels.length), new Float32Array(labels.length).fill(1)];
  for (let first = 0; first < labels.length; first += classes) {
    for (let at = first; at < first + classes && labels[at] !== -1; at++) {
      wanted[at] = 1;
      others[first + labels[at]!] = 0;
    }
  }
  const mask = (values: Float32Array) => tensor(values, { shape: input.shape });
  const scores = input.gather(-1, target.clamp({ min: 0 }));
  const short = least0(input.unsqueeze(-1).sub(scores.unsqueeze(-2)).add(1)); // [..., class, label]
  const counted = mask(others).unsqueeze(-1).mul(mask(wanted).unsqueeze(-2));
  const losses = where(counted.ne(0), short, 0).sum([-2, -1]).div(classes);
  return reduce("multilabelMarginLoss", losses, reduction);
}

/** What multilabelSoftMarginLoss() can be told. */
export interface MultilabelSoftMarginOptions extends LossOptions {
  /** A factor for each class [C]. */
  weight?: Tensor | null;
}

/**
 * The mean over classes of −(y·log σ(x) + (1 − y)·log σ(−x)): scores and targets in 0 … 1, [..., C] → [], or [...] with
 * reduction "none". As torch.nn.functional.multilabel_soft_margin_loss. Throws a RangeError for unequal shapes and [].
 */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  { weight = null, reduction }: MultilabelSoftMarginOptions = {},
): Tensor {
  requireKnown("multilabelSoftMarginLoss", arguments, 3, ["weight", "reduction"]);
  requireEqualShapes("multilabelSoftMarginLoss", input, target);
  if (weight !== null) requireTensor("multilabelSoftMarginLoss", weight, "weight");
  if (input.shape.length === 0) {
    throw new RangeError("multilabelSoftMarginLoss: expected input [..., C], got []");
  }
  const exact = { threshold: Number.POSITIVE_INFINITY };
  const losses = target
    .mul(softplus(input.neg(), exact))
    .add(target.neg().add(1).mul(softplus(input, exact)));
  const weighted = weight === null ? losses : losses.mul(weight);
  return reduce("multilabelSoftMarginLoss", weighted.sum(-1).div(input.shape.at(-1)!), reduction);
}

/** The number of classes of scores [N, C] or [C]; throws for other shapes and targets. */
function requireRows(
  loss: string,
  input: Tensor,
  target: Tensor,
  targetShape: (shape: readonly number[]) => readonly number[],
  letters: string,
): number {
  requireTensor(loss, input);
  requireTensor(loss, target, "target");
  const { shape } = input;
  const fits = shape.length === 1 || shape.length === 2;
  if (!fits || shape.at(-1) === 0 || target.shape.join() !== targetShape(shape).join()) {
    throw new RangeError(
      `${loss}: expected input [N, C] and target ${letters}, or the same without N, got ${show(shape)} and ${show(target.shape)}`,
    );
  }
  if (target.dtype !== "int32") {
    throw new TypeError(
      `${loss}: expected int32 targets (class numbers), got ${target.dtype}; convert them with target.to("int32")`,
    );
  }
  return shape.at(-1)!;
}

function classNumbers(count: number): Tensor {
  return tensor(Int32Array.from({ length: count }, (_, i) => i));
}
