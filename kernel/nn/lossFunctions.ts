// Losses of an input and a target of equal shapes, element by element: torch.nn.functional's names.

import { softplus, type Tensor, where } from "../tensor";
import { requireKnown, requireNumber, requireTensor, show } from "../tensor/arguments";
import { binaryCrossEntropies } from "../tensor/doors/nn";

/** How a loss brings its rows together: their mean (default), their sum, or each by itself. */
export interface LossOptions {
  /** Default "mean". */
  reduction?: "mean" | "sum" | "none";
}

/** (input − target)², of equal shapes → [], or that shape with reduction "none". Throws a RangeError for unequal ones. */
export function mseLoss(input: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor {
  requireKnown("mseLoss", arguments, 3, ["reduction"]);
  requireEqualShapes("mseLoss", input, target);
  return reduce("mseLoss", input.sub(target).square(), reduction);
}

/** |input − target|, of equal shapes → [], or that shape with reduction "none". Throws a RangeError for unequal ones. */
export function l1Loss(input: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor {
  requireKnown("l1Loss", arguments, 3, ["reduction"]);
  requireEqualShapes("l1Loss", input, target);
  return reduce("l1Loss", input.sub(target).abs(), reduction);
}

/** What smoothL1Loss() can be told. */
export interface SmoothL1LossOptions extends LossOptions {
  /** Where the square gives way to the absolute value, ≥ 0. Default 1; 0 is l1Loss. */
  beta?: number;
}

/**
 * d²/(2·beta) where d = |input − target| < beta, else d − beta/2; equal shapes → [], or that shape with reduction "none".
 * Girshick 2015. Throws a RangeError for unequal shapes and for beta < 0.
 */
export function smoothL1Loss(
  input: Tensor,
  target: Tensor,
  { beta = 1, reduction }: SmoothL1LossOptions = {},
): Tensor {
  requireKnown("smoothL1Loss", arguments, 3, ["beta", "reduction"]);
  requireEqualShapes("smoothL1Loss", input, target);
  if (!(beta >= 0)) throw new RangeError(`smoothL1Loss: expected beta ≥ 0, got ${beta}`);
  const distance = input.sub(target).abs();
  if (beta === 0) return reduce("smoothL1Loss", distance, reduction);
  const near = distance.clamp({ max: beta });
  return reduce(
    "smoothL1Loss",
    near
      .square()
      .div(2 * beta)
      .add(distance.sub(near)),
    reduction,
  );
}

/** What binaryCrossEntropyWithLogits() can be told. */
export interface BCEWithLogitsOptions extends LossOptions {
  /** A factor for each loss; broadcasts to the input. */
  weight?: Tensor | null;
  /** A factor for the loss of positive targets, one a class; broadcasts to the input. */
  posWeight?: Tensor | null;
}

/**
 * −(p·y·log σ(x) + (1−y)·log(1−σ(x))) of logits x and targets y in 0…1, of equal shapes, p = posWeight → [], or that shape
 * with reduction "none". As torch.nn.functional.binary_cross_entropy_with_logits, in a form that no x overflows:
 * (1−y)·x + (1 + (p−1)·y)·log(1 + e⁻ˣ). Throws a RangeError for unequal shapes.
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  { weight = null, posWeight = null, reduction }: BCEWithLogitsOptions = {},
): Tensor {
  requireKnown("binaryCrossEntropyWithLogits", arguments, 3, ["weight", "posWeight", "reduction"]);
  const name = "binaryCrossEntropyWithLogits";
  requireEqualShapes(name, input, target);
  if (weight !== null) requireTensor(name, weight, "weight");
  if (posWeight !== null) requireTensor(name, posWeight, "posWeight");
  const positive = softplus(input.neg(), { threshold: Number.POSITIVE_INFINITY });
  const factored = posWeight === null ? positive : positive.mul(posWeight.sub(1).mul(target).add(1));
  const losses = target.neg().add(1).mul(input).add(factored);
  return reduce(name, weight === null ? losses : losses.mul(weight), reduction);
}

/** What huberLoss() can be told. */
export interface HuberLossOptions extends LossOptions {
  /** Where the square gives way to the absolute value, > 0. Default 1. */
  delta?: number;
}

/**
 * d²/2 where d = |input − target| < delta, else delta·(d − delta/2); equal shapes → [], or that shape with reduction "none".
 * Huber 1964. Throws a RangeError for unequal shapes and for delta ≤ 0.
 */
export function huberLoss(
  input: Tensor,
  target: Tensor,
  { delta = 1, reduction }: HuberLossOptions = {},
): Tensor {
  requireKnown("huberLoss", arguments, 3, ["delta", "reduction"]);
  requireEqualShapes("huberLoss", input, target);
  if (!(delta > 0)) throw new RangeError(`huberLoss: expected delta > 0, got ${delta}`);
  const distance = input.sub(target).abs();
  const near = distance.clamp({ max: delta });
  return reduce("huberLoss", near.square().mul(0.5).add(distance.sub(near).mul(delta)), reduction);
}

/** What binaryCrossEntropy() can be told. */
export interface BCEOptions extends LossOptions {
  /** A factor for each loss; broadcasts to the input. */
  weight?: Tensor | null;
}

/**
 * −(y·log p + (1−y)·log(1−p)) of probabilities p and targets y in 0…1, of equal shapes → [], or that shape with reduction
 * "none". As torch.nn.functional.binary_cross_entropy: a logarithm counts as −100 at least, and the gradient stays finite.
 * Throws a RangeError for unequal shapes and for a p outside 0 … 1; for logits, binaryCrossEntropyWithLogits is exact.
 */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  { weight = null, reduction }: BCEOptions = {},
): Tensor {
  requireKnown("binaryCrossEntropy", arguments, 3, ["weight", "reduction"]);
  requireEqualShapes("binaryCrossEntropy", input, target);
  if (weight !== null) requireTensor("binaryCrossEntropy", weight, "weight");
  const losses = binaryCrossEntropies("binaryCrossEntropy", input, target);
  return reduce("binaryCrossEntropy", weight === null ? losses : losses.mul(weight), reduction);
}

/** What klDiv() can be told. */
export interface KLDivOptions {
  /** "mean" over all elements (default), "batchmean" over the first dimension, which is the divergence; "sum"; or "none". */
  reduction?: LossOptions["reduction"] | "batchmean";
  /** The target is log probabilities, too. Default false. */
  logTarget?: boolean;
}

/**
 * t·(log t − input) of log probabilities and probabilities t, or log probabilities with `logTarget`, of equal shapes → [], or
 * that shape with reduction "none": Kullback & Leibler 1951. A target of probability 0 counts 0, its gradient too. As
 * torch.nn.functional.kl_div. Throws a RangeError for unequal shapes.
 */
export function klDiv(
  input: Tensor,
  target: Tensor,
  { reduction, logTarget = false }: KLDivOptions = {},
): Tensor {
  requireKnown("klDiv", arguments, 3, ["reduction", "logTarget"]);
  requireEqualShapes("klDiv", input, target);
  const impossible = target.eq(logTarget ? Number.NEGATIVE_INFINITY : 0);
  // What is left out is replaced before the formula sees it: 0·∞ would spoil the gradient.
  const [x, t] = [where(impossible, 0, input), where(impossible, logTarget ? 0 : 1, target)];
  const terms = logTarget ? t.exp().mul(t.sub(x)) : t.mul(t.log().sub(x));
  const losses = where(impossible, 0, terms);
  if (reduction !== "batchmean") return reduce("klDiv", losses, reduction);
  return losses.sum().div(input.shape[0] ?? 1);
}

/** What poissonNllLoss() can be told. */
export interface PoissonNLLOptions extends LossOptions {
  /** The input is the rate's logarithm (default true), else the rate. */
  logInput?: boolean;
  /** Add Stirling's approximation of log t! for targets above 1. Default false. */
  full?: boolean;
  /** Joins the rate under its logarithm, without logInput. Default 1e-8. */
  eps?: number;
}

/**
 * exp(x) − t·x of the logarithms of rates x and counts t, or x − t·log(x + eps) of the rates themselves, of equal shapes → [],
 * or that shape with reduction "none". As torch.nn.functional.poisson_nll_loss. Throws a RangeError for unequal shapes.
 */
export function poissonNllLoss(
  input: Tensor,
  target: Tensor,
  { logInput = true, full = false, eps = 1e-8, reduction }: PoissonNLLOptions = {},
): Tensor {
  requireKnown("poissonNllLoss", arguments, 3, ["logInput", "full", "eps", "reduction"]);
  requireEqualShapes("poissonNllLoss", input, target);
  requireNumber("poissonNllLoss", "eps", eps);
  const losses = logInput ? input.exp().sub(target.mul(input)) : input.sub(target.mul(input.add(eps).log()));
  if (!full) return reduce("poissonNllLoss", losses, reduction);
  const several = target.gt(1);
  const t = where(several, target, 1);
  const stirling = t
    .mul(t.log())
    .sub(t)
    .add(
      t
        .mul(2 * Math.PI)
        .log()
        .mul(0.5),
    );
  return reduce("poissonNllLoss", losses.add(where(several, stirling, 0)), reduction);
}

/** What gaussianNllLoss() can be told. */
export interface GaussianNLLOptions extends LossOptions {
  /** Add the constant ½·log 2π. Default false. */
  full?: boolean;
  /** The least variance, > 0. Default 1e-6. */
  eps?: number;
}

/**
 * ½·(log v + (input − target)²/v), v = max(variance, eps), of equal shapes → [], or that shape with reduction "none"; the
 * variance may lack the last dimension, or have it as 1. Nix & Weigend 1994. As torch.nn.functional.gaussian_nll_loss: the
 * gradient passes the bound. Throws a RangeError for other shapes and for a variance below 0.
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  { full = false, eps = 1e-6, reduction }: GaussianNLLOptions = {},
): Tensor {
  requireKnown("gaussianNllLoss", arguments, 4, ["full", "eps", "reduction"]);
  requireEqualShapes("gaussianNllLoss", input, target);
  requireTensor("gaussianNllLoss", variance, "variance");
  if (!(eps > 0)) throw new RangeError(`gaussianNllLoss: expected eps > 0, got ${eps}`);
  const { shape } = input;
  const wanted = [shape, shape.with(-1, 1), shape.slice(0, -1)].slice(0, shape.length === 0 ? 1 : 3);
  if (!wanted.some((each) => each.join() === variance.shape.join())) {
    throw new RangeError(
      `gaussianNllLoss: expected variance ${show(shape)}, or without its last dimension, got ${show(variance.shape)}`,
    );
  }
  if (variance.lt(0).any().item()) {
    throw new RangeError(`gaussianNllLoss: expected variances ≥ 0, got ${variance.min().item()}`);
  }
  const given = variance.shape.length < shape.length ? variance.unsqueeze(-1) : variance;
  const v = given.add(given.clamp({ min: eps }).sub(given).detach());
  const losses = v.log().add(input.sub(target).square().div(v)).mul(0.5);
  return reduce("gaussianNllLoss", full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses, reduction);
}

/**
 * log(1 + exp(−target·input)), targets 1 and −1, of equal shapes → [], or that shape with reduction "none". As
 * torch.nn.functional.soft_margin_loss, in a form that no input overflows. Throws a RangeError for unequal shapes.
 */
export function softMarginLoss(input: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor {
  requireKnown("softMarginLoss", arguments, 3, ["reduction"]);
  requireEqualShapes("softMarginLoss", input, target);
  const losses = softplus(input.mul(target).neg(), { threshold: Number.POSITIVE_INFINITY });
  return reduce("softMarginLoss", losses, reduction);
}

/** Throws a RangeError unless input and target have one shape. */
export function requireEqualShapes(loss: string, input: Tensor, target: Tensor): void {
  requireTensor(loss, input);
  requireTensor(loss, target, "target");
  if (input.shape.join() !== target.shape.join()) {
    throw new RangeError(
      `${loss}: expected input and target of equal shape, got ${show(input.shape)} and ${show(target.shape)}`,
    );
  }
}

/** Losses as their reduction has them: [] or their own shape. */
export function reduce(loss: string, losses: Tensor, reduction: LossOptions["reduction"] = "mean"): Tensor {
  if (reduction === "none") return losses;
  if (reduction === "mean") return losses.mean();
  if (reduction === "sum") return losses.sum();
  throw new RangeError(`${loss}: expected reduction "mean", "sum" or "none", got ${String(reduction)}`);
}
