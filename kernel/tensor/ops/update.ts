// The optimizers' steps, one call a parameter, in place and outside the graph.

import { sameShape, show } from "../shape";
import type { Storage } from "../storage";
import { packed } from "../strided";
import type { Tensor } from "../tensor";
import { steps } from "../wasm/table";

/** What every step can be told. */
export interface Direction {
  /** Climb instead of going down. Default false. */
  readonly maximize?: boolean;
}

/** The gradient in memory of its own, turned around where the parameters are to climb; released after `use`. */
export function withGradient(
  parameter: Tensor,
  maximize: boolean | undefined,
  use: (gradient: Storage) => void,
): void {
  const own = parameter.gradStorage();
  if (own === null) return;
  parameter.storage.changes();
  if (maximize !== true) use(own);
  else {
    const { engine, count, shape } = parameter;
    const turned = engine.allocate(count, shape);
    engine.kernels.scale({ alpha: -1, x: own.pointer, y: turned.pointer, n: count });
    use(turned);
    engine.release(turned);
  }
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
    engine.kernels.of(steps).sgd({
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

export interface RpropOptions extends Direction {
  /** Factors of a step where the sign has changed, and where it has stayed. */
  readonly etas: readonly [number, number];
  /** The smallest and the largest step. */
  readonly stepSizes: readonly [number, number];
}

/** One step of torch.optim.Rprop on a parameter, in place. `before`, zeros at first, and `size`, the rate at first, change too. */
export function rpropStep(
  parameter: Tensor,
  before: Tensor,
  size: Tensor,
  { etas: [less, more], stepSizes: [least, most], maximize }: RpropOptions,
): void {
  check("rpropStep", parameter, [before, size]);
  withGradient(parameter, maximize, (gradient) =>
    parameter.engine.kernels.of(steps).rprop({
      parameter: parameter.pointer,
      gradient: gradient.pointer,
      before: before.pointer,
      size: size.pointer,
      n: parameter.count,
      less,
      more,
      least,
      most,
    }),
  );
}

/** Throws unless the parameter and its buffers, which are about to change, lie as the kernels read them. */
export function check(operation: string, parameter: Tensor, buffers: readonly (Tensor | null)[]): void {
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
    buffer.storage.changes();
  }
}
