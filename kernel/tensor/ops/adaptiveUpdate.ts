// The steps of optimizers that divide by a mean or a maximum of gradients so far: in place and outside the graph.

import type { Tensor } from "../tensor";
import { steps } from "../wasm/table";
import { check, type Direction, withGradient } from "./update";

export interface AdamOptions extends Direction {
  /** Learning rate. */
  readonly lr: number;
  /** How much of the means of the gradient and of its square stays. */
  readonly betas: readonly [number, number];
  /** Added to the root that divides. */
  readonly eps: number;
  /** L2 penalty: weightDecay·p joins the gradient. */
  readonly weightDecay: number;
  /** Shrink the parameter itself (AdamW) instead of adding to its gradient (Adam). */
  readonly decoupled: boolean;
  /** How many steps there are with this one: 1 at first. */
  readonly step: number;
}

/**
 * One step of torch.optim.Adam or AdamW on a parameter, in place. `maximum` is amsgrad's buffer, null without it. The
 * buffers, zeros at first, change too. A parameter without a gradient is left alone.
 */
export function adamStep(
  parameter: Tensor,
  mean: Tensor,
  square: Tensor,
  maximum: Tensor | null,
  { lr, betas: [beta1, beta2], eps, weightDecay, decoupled, step, maximize }: AdamOptions,
): void {
  check("adamStep", parameter, [mean, square, maximum]);
  withGradient(parameter, maximize, (gradient) =>
    parameter.engine.kernels.of(steps).adam({
      parameter: parameter.pointer,
      gradient: gradient.pointer,
      mean: mean.pointer,
      square: square.pointer,
      maximum: maximum?.pointer ?? 0,
      n: parameter.count,
      step: lr / (1 - beta1 ** step),
      beta1,
      beta2,
      root: Math.sqrt(1 - beta2 ** step),
      eps,
      penalty: decoupled ? 0 : weightDecay,
      shrink: decoupled ? 1 - lr * weightDecay : 1,
    }),
  );
}

export interface RmspropOptions extends Direction {
  /** Learning rate. */
  readonly lr: number;
  /** How much of the mean of squares stays. */
  readonly alpha: number;
  /** Added to the root that divides. */
  readonly eps: number;
  /** L2 penalty: weightDecay·p joins the gradient. */
  readonly weightDecay: number;
  /** Share of the last change that joins the next one. */
  readonly momentum: number;
}

/**
 * One step of torch.optim.RMSprop on a parameter, in place. `mean` is the centered variant's buffer, `velocity` that of
 * momentum, each null without it. The buffers, zeros at first, change too. A parameter without a gradient is left alone.
 */
export function rmspropStep(
  parameter: Tensor,
  square: Tensor,
  mean: Tensor | null,
  velocity: Tensor | null,
  { lr, alpha, eps, weightDecay, momentum, maximize }: RmspropOptions,
): void {
  check("rmspropStep", parameter, [square, mean, velocity]);
  withGradient(parameter, maximize, (gradient) =>
    parameter.engine.kernels.of(steps).rmsprop({
      parameter: parameter.pointer,
      gradient: gradient.pointer,
      square: square.pointer,
      mean: mean?.pointer ?? 0,
      velocity: velocity?.pointer ?? 0,
      n: parameter.count,
      lr,
      alpha,
      eps,
      penalty: weightDecay,
      momentum,
    }),
  );
}

export interface AdagradOptions extends Direction {
  /** The rate of this step, decayed already. */
  readonly lr: number;
  /** Added to the root that divides. */
  readonly eps: number;
  /** L2 penalty: weightDecay·p joins the gradient. */
  readonly weightDecay: number;
}

/**
 * One step of torch.optim.Adagrad on a parameter, in place. `sum`, the squares so far, changes too. A parameter without a
 * gradient is left alone.
 */
export function adagradStep(
  parameter: Tensor,
  sum: Tensor,
  { lr, eps, weightDecay, maximize }: AdagradOptions,
): void {
  check("adagradStep", parameter, [sum]);
  const { kernels } = parameter.engine;
  withGradient(parameter, maximize, (gradient) =>
    kernels.of(steps).adagrad({
      parameter: parameter.pointer,
      gradient: gradient.pointer,
      sum: sum.pointer,
      n: parameter.count,
      lr,
      eps,
      penalty: weightDecay,
    }),
  );
}

interface AdaptiveOptions extends Direction {
  /** Learning rate. */
  readonly lr: number;
  /** Added where something divides. */
  readonly eps: number;
  /** L2 penalty: weightDecay·p joins the gradient. */
  readonly weightDecay: number;
}

interface MomentOptions extends AdaptiveOptions {
  /** How much of the means of the gradient and of its square stays. */
  readonly betas: readonly [number, number];
  /** How many steps there are with this one: 1 at first. */
  readonly step: number;
}

export interface NadamOptions extends MomentOptions {
  /** The momentum of this step and of the next, and the product of all with this one. */
  readonly momenta: readonly [mu: number, next: number, product: number];
}

/** One step of torch.optim.NAdam on a parameter, in place. The buffers, zeros at first, change too. */
export function nadamStep(
  parameter: Tensor,
  mean: Tensor,
  square: Tensor,
  { lr, betas: [beta1, beta2], eps, weightDecay, step, momenta: [mu, next, product], maximize }: NadamOptions,
): void {
  check("nadamStep", parameter, [mean, square]);
  withGradient(parameter, maximize, (gradient) =>
    parameter.engine.kernels.of(steps).nadam({
      parameter: parameter.pointer,
      gradient: gradient.pointer,
      mean: mean.pointer,
      square: square.pointer,
      n: parameter.count,
      fresh: (lr * (1 - mu)) / (1 - product),
      step: (lr * next) / (1 - product * mu * next),
      beta1,
      beta2,
      root: Math.sqrt(1 - beta2 ** step),
      eps,
      penalty: weightDecay,
    }),
  );
}

/** One step of torch.optim.RAdam on a parameter, in place: Adam's kernel, which divides by 1 until the mean is trusted. */
export function radamStep(
  parameter: Tensor,
  mean: Tensor,
  square: Tensor,
  { lr, betas: [beta1, beta2], eps, weightDecay, step, maximize }: MomentOptions,
): void {
  check("radamStep", parameter, [mean, square]);
  const rate = lr / (1 - beta1 ** step);
  const most = 2 / (1 - beta2) - 1;
  const left = 1 - beta2 ** step;
  const length = most - (2 * step * beta2 ** step) / left;
  const trust = ((length - 4) * (length - 2) * most) / ((most - 4) * (most - 2) * length);
  const trusted = length > 5;
  withGradient(parameter, maximize, (gradient) =>
    parameter.engine.kernels.of(steps).adam({
      parameter: parameter.pointer,
      gradient: gradient.pointer,
      mean: mean.pointer,
      square: square.pointer,
      maximum: 0,
      n: parameter.count,
      step: trusted ? rate * Math.sqrt(left * trust) : rate,
      beta1,
      beta2,
      root: trusted ? 1 : Number.POSITIVE_INFINITY,
      eps: trusted ? eps : 1,
      penalty: weightDecay,
      shrink: 1,
    }),
  );
}

/** One step of torch.optim.Adamax on a parameter, in place. The buffers, zeros at first, change too. */
export function adamaxStep(
  parameter: Tensor,
  mean: Tensor,
  largest: Tensor,
  { lr, betas: [beta1, beta2], eps, weightDecay, step, maximize }: MomentOptions,
): void {
  check("adamaxStep", parameter, [mean, largest]);
  withGradient(parameter, maximize, (gradient) =>
    parameter.engine.kernels.of(steps).adamax({
      parameter: parameter.pointer,
      gradient: gradient.pointer,
      mean: mean.pointer,
      largest: largest.pointer,
      n: parameter.count,
      step: lr / (1 - beta1 ** step),
      beta1,
      beta2,
      eps,
      penalty: weightDecay,
    }),
  );
}

export interface AdadeltaOptions extends AdaptiveOptions {
  /** How much of the means stays. */
  readonly rho: number;
}

/** One step of torch.optim.Adadelta on a parameter, in place. The buffers, zeros at first, change too. */
export function adadeltaStep(
  parameter: Tensor,
  square: Tensor,
  changes: Tensor,
  { lr, rho, eps, weightDecay, maximize }: AdadeltaOptions,
): void {
  check("adadeltaStep", parameter, [square, changes]);
  withGradient(parameter, maximize, (gradient) =>
    parameter.engine.kernels.of(steps).adadelta({
      parameter: parameter.pointer,
      gradient: gradient.pointer,
      square: square.pointer,
      changes: changes.pointer,
      n: parameter.count,
      lr,
      rho,
      eps,
      penalty: weightDecay,
    }),
  );
}
