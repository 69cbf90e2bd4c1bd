// The optimizer's step as one kernel call a parameter, outside the graph.

import { sameShape, show } from "../shape";
import type { Tensor } from "../tensor";

export interface SgdOptions {
  readonly lr: number;
  /** Default 0: no buffer needed. */
  readonly momentum?: number;
  readonly dampening?: number;
  readonly weightDecay?: number;
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
  if (!parameter.isContiguous()) {
    throw new Error(`sgdStep: expected a contiguous parameter, got strides ${show(parameter.strides)}`);
  }
  if (buffer !== null && !sameShape(buffer.shape, parameter.shape)) {
    throw new RangeError(`sgdStep: expected a buffer ${show(parameter.shape)}, got ${show(buffer.shape)}`);
  }
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
