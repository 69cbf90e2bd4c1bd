// Layers in a row that are computed in one sweep over memory. Only the clock tells: the bits are the same, and whoever looks at
// a layer by a hook gets it computed by itself.

import type { Tensor } from "../tensor";
import { type Activation, isFusing } from "../tensor/fusion";
import { ReLU, Sigmoid, Tanh } from "./activations";
import { BatchNorm } from "./batchNorm";
import type { Module } from "./module";

const normForward = BatchNorm.prototype.forward;
const activations = new Map<unknown, Activation>([
  [ReLU.prototype.forward, "relu"],
  [Sigmoid.prototype.forward, "sigmoid"],
  [Tanh.prototype.forward, "tanh"],
]);

/**
 * Applies layers one after the other, a BatchNorm and the activation after it as one. A hook shadows `forward`, as a subclass
 * of the user's overrides it: both show in what `forward` is.
 */
export function forwardInRow(layers: readonly Module[], input: Tensor): Tensor {
  let output = input;
  for (let i = 0; i < layers.length; i++) {
    const layer = layers[i]!;
    const activation = layer.forward === normForward ? activations.get(layers[i + 1]?.forward) : undefined;
    if (activation !== undefined && isFusing() && layer instanceof BatchNorm) {
      output = layer.forwardThen(activation, output);
      i++;
    } else output = layer.forward(output);
  }
  return output;
}
