// Layers in a row that are computed in one sweep over memory, and hand their memory on. Only the clock tells: the bits are the
// same, and whoever looks at a layer by a hook gets it computed by itself.

import type { Tensor } from "../tensor";
import { type Activation, giveUp, isSweeping } from "../tensor/doors/nn";
import type { Module } from "./module";

type ClassOf<M extends Module> = abstract new (...args: never[]) => M;
type ForwardThen<M extends Module> = (layer: M, activation: Activation, input: Tensor) => Tensor;

/** Layers that can be computed together with an activation, and activations that can, by their forward(). */
const fusing = new Map<unknown, ForwardThen<Module>>();
const fused = new Map<unknown, Activation>();

/** Notes down how layers of a class, and of those on top of it, are computed together with the activation after them. */
export function addFusing<M extends Module>(Class: ClassOf<M>, forwardThen: ForwardThen<M>): void {
  fusing.set(Class.prototype.forward, forwardThen as ForwardThen<Module>);
}

/** Notes down that layers of a class are an activation that goes together with the layer before. */
export function addFused(Class: ClassOf<Module>, activation: Activation): void {
  fused.set(Class.prototype.forward, activation);
}

interface Forgetful {
  readonly forward: unknown;
  /** What else is asked whether it forgets. */
  readonly parts: (layer: Module) => readonly Module[];
}

/** Layers of this room, by class, that make one tensor of one, and of whom nobody learns either. */
const forgetful = new Map<unknown, Forgetful>();

/** Notes down that modules of exactly these classes forget what they see, if their parts do. Files of layers say so at their end. */
export function addForgetful<M extends Module>(
  classes: readonly ClassOf<NoInfer<M>>[],
  parts: (layer: M) => readonly Module[] = () => [],
): void {
  for (const Class of classes)
    forgetful.set(Class, { forward: Class.prototype.forward, parts: parts as Forgetful["parts"] });
}

/**
 * Whether nobody but its caller learns what a layer is given and gives back. A hook shadows `forward`, as a subclass of the
 * user's may override it.
 */
export function forgets(layer: Module): boolean {
  const known = forgetful.get(layer.constructor);
  return known !== undefined && known.forward === layer.forward && known.parts(layer).every(forgets);
}

/**
 * Applies layers one after the other, a BatchNorm and the activation after it as one. What passes between two layers that
 * forget it is given up: without a graph it is freed at once, so that the next layer writes where the caches still are, with
 * one as soon as backward() has been by.
 */
export function forwardInRow(layers: readonly Module[], input: Tensor): Tensor {
  const sweeps = isSweeping();
  let output = input;
  let unseen = false; // whether only this function knows `output`
  for (let i = 0; i < layers.length; i++) {
    const layer = layers[i]!;
    const before = output;
    const forwardThen = sweeps ? fusing.get(layer.forward) : undefined;
    const activation = forwardThen && fused.get(layers[i + 1]?.forward);
    if (activation) {
      output = forwardThen(layer, activation, before);
      i++;
    } else output = layer.forward(before);
    if (!sweeps) continue;
    const isForgotten = forgets(layer);
    if (output === before) unseen &&= isForgotten;
    else {
      if (unseen && isForgotten) giveUp(before, output);
      unseen = isForgotten;
    }
  }
  return output;
}
