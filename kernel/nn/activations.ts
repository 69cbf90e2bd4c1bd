// Activation functions as layers: no state, any shape.

import type { Tensor } from "../tensor";
import { Module } from "./module";

/** 1 / (1 + e⁻ˣ). */
export class Sigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return input.sigmoid();
  }
}

export class Tanh extends Module {
  override forward(input: Tensor): Tensor {
    return input.tanh();
  }
}

/** max(x, 0), with gradient 0 at 0. */
export class ReLU extends Module {
  override forward(input: Tensor): Tensor {
    return input.relu();
  }
}
