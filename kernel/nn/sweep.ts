// Layers in a row that are computed in one sweep over memory, and hand their memory on where no gradient needs it. Only the
// clock tells: the bits are the same, and whoever looks at a layer by a hook gets it computed by itself.

import { isGradEnabled, type Tensor } from "../tensor";
import { type Activation, discard, isSweeping } from "../tensor/doors/nn";
import { ReLU, Sigmoid, Tanh } from "./activations";
import { AdaptiveAvgPool2d } from "./adaptivePooling";
import { BatchNorm } from "./batchNorm";
import { Conv1d, Conv2d } from "./conv";
import { ConvTranspose1d, ConvTranspose2d } from "./convTranspose";
import { Linear } from "./linear";
import type { Module } from "./module";
import { AvgPool2d, MaxPool2d } from "./pooling";

const normForward = BatchNorm.prototype.forward;
const activations = new Map<unknown, Activation>([
  [ReLU.prototype.forward, "relu"],
  [Sigmoid.prototype.forward, "sigmoid"],
  [Tanh.prototype.forward, "tanh"],
]);

/** Layers that make a new tensor, and keep neither it nor what they made it of. */
const forgetful = new Set<unknown>([
  normForward,
  ...activations.keys(),
  ...[
    ...[Linear, Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d],
    ...[MaxPool2d, AvgPool2d, AdaptiveAvgPool2d],
  ].map(({ prototype }) => prototype.forward),
]);

/**
 * Applies layers one after the other, a BatchNorm and the activation after it as one. A hook shadows `forward`, as a subclass
 * of the user's overrides it: both show in what `forward` is. Under noGrad() what passed between two such layers is freed at
 * once: the next layer writes where the caches still are.
 */
export function forwardInRow(layers: readonly Module[], input: Tensor): Tensor {
  const frees = isSweeping() && !isGradEnabled();
  let output = input;
  let unseen = false; // whether only this function knows `output`
  for (let i = 0; i < layers.length; i++) {
    const layer = layers[i]!;
    const before = output;
    const activation = layer.forward === normForward ? activations.get(layers[i + 1]?.forward) : undefined;
    if (activation !== undefined && isSweeping() && layer instanceof BatchNorm) {
      output = layer.forwardThen(activation, before);
      i++;
    } else output = layer.forward(before);
    const forgets = forgetful.has(layer.forward);
    if (frees && unseen && forgets) discard(before, output);
    unseen = forgets;
  }
  return output;
}
