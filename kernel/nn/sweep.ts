// Layers in a row that are computed in one sweep over memory, and hand their memory on. Only the clock tells: the bits are the
// same, and whoever looks at a layer by a hook gets it computed by itself.

import type { Tensor } from "../tensor";
import { type Activation, giveUp, isSweeping } from "../tensor/doors/nn";
import * as activations from "./activations";
import * as adaptivePooling from "./adaptivePooling";
import * as batchNorms from "./batchNorm";
import * as convolutions from "./conv";
import * as transposed from "./convTranspose";
import * as dropouts from "./dropout";
import * as hardActivations from "./hardActivations";
import * as instanceNorms from "./instanceNorm";
import { Linear } from "./linear";
import { Module } from "./module";
import * as norms from "./normalization";
import * as paddings from "./padding";
import * as poolings from "./pooling";
import * as upsamplings from "./upsampling";

const { BatchNorm } = batchNorms;
const normForward = BatchNorm.prototype.forward;
const fusedActivations = new Map<unknown, Activation>([
  [activations.ReLU.prototype.forward, "relu"],
  [activations.Sigmoid.prototype.forward, "sigmoid"],
  [activations.Tanh.prototype.forward, "tanh"],
]);

interface Forgetful {
  readonly forward: unknown;
  /** What else is asked whether it forgets. */
  readonly parts: (layer: Module) => readonly Module[];
}

/** Layers of this room, by class, that make one tensor of one, and of whom nobody learns either. */
const forgetful = new Map<unknown, Forgetful>();

/** Notes down that modules of exactly this class forget what they see, if their parts do. */
export function addForgetful<M extends Module>(
  Class: abstract new (...args: never[]) => M,
  parts: (layer: M) => readonly Module[] = () => [],
): void {
  forgetful.set(Class, { forward: Class.prototype.forward, parts: parts as Forgetful["parts"] });
}

for (const file of [
  ...[activations, adaptivePooling, batchNorms, convolutions, transposed, dropouts, hardActivations],
  ...[instanceNorms, { Linear }, norms, paddings, poolings, upsamplings],
]) {
  for (const value of Object.values<unknown>(file)) if (isModuleClass(value)) addForgetful(value);
}

function isModuleClass(value: unknown): value is abstract new (...args: never[]) => Module {
  return typeof value === "function" && value.prototype instanceof Module;
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
    const activation =
      sweeps && layer.forward === normForward ? fusedActivations.get(layers[i + 1]?.forward) : undefined;
    if (activation !== undefined && layer instanceof BatchNorm) {
      output = layer.forwardThen(activation, before);
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
