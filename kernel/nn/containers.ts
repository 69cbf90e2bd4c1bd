// Modules that arrange others, or nothing at all.

import type { Tensor } from "../tensor";
import { Module } from "./module";

/** Applies layers one after the other. */
export class Sequential extends Module implements Iterable<Module> {
  readonly layers: readonly Module[];

  constructor(...layers: Module[]) {
    super();
    for (const [i, layer] of layers.entries()) {
      if (!(layer instanceof Module)) {
        throw new TypeError(
          `Sequential: expected modules, got ${typeof layer} at ${i}; layers are made with new`,
        );
      }
    }
    this.layers = layers;
  }

  get length(): number {
    return this.layers.length;
  }

  [Symbol.iterator](): Iterator<Module> {
    return this.layers[Symbol.iterator]();
  }

  /** The i-th layer; −1 is the last. */
  at(index: number): Module {
    const layer = this.layers.at(index);
    if (layer === undefined)
      throw new RangeError(`Sequential: expected one of its ${this.length} layers, got ${index}`);
    return layer;
  }

  override forward(input: Tensor): Tensor {
    let output = input;
    for (const layer of this.layers) output = layer.forward(output);
    return output;
  }

  /** Named "0", "1", … as in PyTorch. */
  override namedChildren(): [name: string, child: Module][] {
    return this.layers.map((layer, i) => [String(i), layer]);
  }
}

/** Gives back what it gets. */
export class Identity extends Module {
  override forward(input: Tensor): Tensor {
    return input;
  }
}

/** [N, d1, d2, …] → [N, d1·d2·…], or another range of dimensions. */
export class Flatten extends Module {
  constructor(
    readonly startDim = 1,
    readonly endDim = -1,
  ) {
    super();
  }

  override forward(input: Tensor): Tensor {
    return input.flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `startDim=${this.startDim}, endDim=${this.endDim}`;
  }
}
