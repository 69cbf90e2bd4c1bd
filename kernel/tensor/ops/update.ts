// The optimizers' steps, one call a parameter, in place and outside the graph.

import { sameShape, show } from "../shape";
import type { Storage } from "../storage";
import { packed } from "../strided";
import type { Tensor } from "../tensor";

/** What every step can be told. */
interface Direction {
  /** Climb instead of going down. Default false. */
  readonly maximize?: boolean;
}

/** The gradient in memory of its own, turned around where the parameters are to climb; released after `use`. */
function withGradient(
  parameter: Tensor,
  maximize: boolean | undefined,
  use: (gradient: Storage) => void,
): void {
  const own = parameter.gradStorage();
  if (own === null) return;
  if (maximize !== true) use(own);
  else {
    const { engine, count, shape } = parameter;
    const turned = engine.allocate(count, shape);
    engine.kernels.scale({ alpha: -1, x: own.pointer, y: turned.pointer, n: count });
    use(turned);
    engine.release(turned);
  }
  parameter.storage.version++;
}

/** The gradient as a tensor, without showing it to anybody: what a step written in tensors reads. */
export function gradientOf(parameter: Tensor): Tensor | null {
  const { engine, shape } = parameter;
  const own = parameter.gradStorage();
  return own === null ? null : engine.view(own, 0, shape, packed(own, shape).strides, "float32");
}

export interface SgdOptions extends Direction {
  /** Learning rate. */
  readonly lr: number;
  /** Default 0: no buffer needed. */
  readonly momentum?: number;
  /** Share of each new gradient that momentum leaves out. Default 0. */
  readonly dampening?: number;
  /** L2 penalty: weightDecay·p joins the gradient. */
  readonly weightDecay?: number;
  /** Looks ahead by the momentum. Default false. */
  readonly nesterov?: boolean;
}

/**
 * One step of torch.optim.SGD on a parameter, in place: g ← grad + weightDecay·p; buffer ← momentum·buffer +
 * (1−dampening)·g (g itself on the first step); p ← p − lr·(nesterov ? g + momentum·buffer : buffer).
 * Pass the buffer that the last call returned, null at first. A parameter without a gradient is left alone.
 */
export function sgdStep(parameter: Tensor, buffer: Tensor | null, options: SgdOptions): Tensor | null {
  const { lr, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false, maximize } = options;
  if (parameter.gradStorage() === null) return buffer;
  check("sgdStep", parameter, [buffer]);
  const { engine } = parameter;
  let velocity = buffer;
  if (momentum !== 0 && velocity === null) {
    velocity = engine.emptyLike(parameter, "float32");
    velocity.storage.pinned = true; // it outlives a tidy() around the step
  }
  withGradient(parameter, maximize, (gradient) =>
    engine.kernels.sgd({
      parameter: parameter.pointer,
      gradient: gradient.pointer,
      buffer: momentum === 0 ? 0 : velocity!.pointer,
      n: parameter.count,
      lr,
      momentum,
      dampening,
      weightDecay,
      nesterov,
      firstStep: buffer === null,
    }),
  );
  return velocity;
}

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
    parameter.engine.kernels.adam({
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
    parameter.engine.kernels.rmsprop({
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
    kernels.adagrad({
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

function check(operation: string, parameter: Tensor, buffers: readonly (Tensor | null)[]): void {
  if (!parameter.isContiguous()) {
    throw new Error(`${operation}: expected a contiguous parameter, got strides ${show(parameter.strides)}`);
  }
  for (const buffer of buffers) {
    if (buffer === null) continue;
    if (!sameShape(buffer.shape, parameter.shape)) {
      throw new RangeError(
        `${operation}: expected a buffer ${show(parameter.shape)}, got ${show(buffer.shape)}`,
      );
    }
    if (!buffer.isContiguous() || buffer.dtype !== "float32") {
      throw new Error(
        `${operation}: expected a contiguous float32 buffer, got ${buffer.dtype} of strides ${show(buffer.strides)}`,
      );
    }
  }
}
