// The optimizers' steps, one call a parameter, in place and outside the graph.

import { sameShape, show } from "../shape";
import type { Tensor } from "../tensor";

export interface SgdOptions {
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
  const { lr, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false } = options;
  const gradient = parameter.gradStorage();
  if (gradient === null) return buffer;
  check("sgdStep", parameter, [buffer]);
  const { engine } = parameter;
  let velocity = buffer;
  if (momentum !== 0 && velocity === null) {
    velocity = engine.emptyLike(parameter, "float32");
    velocity.storage.pinned = true; // it outlives a tidy() around the step
  }
  engine.kernels.sgd(
    parameter.pointer,
    gradient.pointer,
    momentum === 0 ? 0 : velocity!.pointer,
    parameter.count,
    lr,
    momentum,
    dampening,
    weightDecay,
    nesterov,
    buffer === null,
  );
  parameter.storage.version++;
  return velocity;
}

export interface AdamOptions {
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
  { lr, betas: [beta1, beta2], eps, weightDecay, decoupled, step }: AdamOptions,
): void {
  const lanes = open("adamStep", parameter, [mean, square, maximum]);
  if (lanes === null) return;
  const [p, g, [m, v, max]] = [lanes.parameter, lanes.gradient, lanes.buffers as [Lane, Lane, Lane | null]];
  const stepSize = lr / (1 - beta1 ** step);
  const root = Math.sqrt(1 - beta2 ** step);
  const shrink = decoupled ? 1 - lr * weightDecay : 1;
  const penalty = decoupled ? 0 : weightDecay;
  for (let i = 0; i < p.length; i++) {
    const gradient = g[i]! + penalty * p[i]!;
    m[i] = beta1 * m[i]! + (1 - beta1) * gradient;
    v[i] = beta2 * v[i]! + (1 - beta2) * gradient * gradient;
    if (max !== null) max[i] = Math.max(max[i]!, v[i]!);
    const denominator = Math.sqrt(max === null ? v[i]! : max[i]!) / root + eps;
    p[i] = shrink * p[i]! - (stepSize * m[i]!) / denominator;
  }
  parameter.storage.version++;
}

export interface RmspropOptions {
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
  { lr, alpha, eps, weightDecay, momentum }: RmspropOptions,
): void {
  const lanes = open("rmspropStep", parameter, [square, mean, velocity]);
  if (lanes === null) return;
  const [p, g] = [lanes.parameter, lanes.gradient];
  const [s, a, b] = lanes.buffers as [Lane, Lane | null, Lane | null];
  for (let i = 0; i < p.length; i++) {
    const gradient = g[i]! + weightDecay * p[i]!;
    s[i] = alpha * s[i]! + (1 - alpha) * gradient * gradient;
    let variance = s[i]!;
    if (a !== null) {
      a[i] = alpha * a[i]! + (1 - alpha) * gradient;
      variance = Math.max(0, variance - a[i]! * a[i]!); // rounded to float32, s may lie below a²
    }
    let change = gradient / (Math.sqrt(variance) + eps);
    if (b !== null) {
      b[i] = momentum * b[i]! + change;
      change = b[i]!;
    }
    p[i] = p[i]! - lr * change;
  }
  parameter.storage.version++;
}

export interface AdagradOptions {
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
export function adagradStep(parameter: Tensor, sum: Tensor, { lr, eps, weightDecay }: AdagradOptions): void {
  const lanes = open("adagradStep", parameter, [sum]);
  if (lanes === null) return;
  const [p, g, [s]] = [lanes.parameter, lanes.gradient, lanes.buffers as [Lane]];
  for (let i = 0; i < p.length; i++) {
    const gradient = g[i]! + weightDecay * p[i]!;
    s[i] = s[i]! + gradient * gradient;
    p[i] = p[i]! - (lr * gradient) / (Math.sqrt(s[i]!) + eps);
  }
  parameter.storage.version++;
}

/** The elements of one contiguous tensor: a window on the engine's memory, which never grows. */
type Lane = Float32Array;

/** A parameter, its gradient and its buffers as windows on the memory, null where there is no gradient. */
function open(operation: string, parameter: Tensor, buffers: readonly (Tensor | null)[]) {
  const gradient = parameter.gradStorage();
  if (gradient === null) return null;
  check(operation, parameter, buffers);
  const { engine, count } = parameter;
  const lane = (pointer: number): Lane => engine.f32.subarray(pointer >>> 2, (pointer >>> 2) + count);
  return {
    parameter: lane(parameter.pointer),
    gradient: lane(gradient.pointer),
    buffers: buffers.map((buffer) => (buffer === null ? null : lane(buffer.pointer))),
  };
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
