// Chooses how a convolution is computed, once a shape.

import { type Device, define } from "../call/device";
import type { Pointer } from "../emit/kernel";
import { createPointwise, isPointwise } from "./pointwise";
import * as exact from "./reference";
import type { Conv2dShape } from "./shape";
import { createTasks } from "./tasks";

export interface ForwardCall {
  readonly x: Pointer;
  readonly weight: Pointer;
  /** 0: none. */
  readonly bias: Pointer;
  readonly y: Pointer;
  readonly scratch: Pointer;
  /** Where conv2dPack has laid out the weights; 0 or left out: nowhere. */
  readonly packed?: Pointer;
}

export interface BackwardInputCall {
  readonly dy: Pointer;
  readonly weight: Pointer;
  readonly dx: Pointer;
  readonly scratch: Pointer;
  readonly accumulate: boolean;
}

export interface BackwardWeightCall {
  readonly x: Pointer;
  readonly dy: Pointer;
  readonly dWeight: Pointer;
  readonly scratch: Pointer;
  readonly accumulate: boolean;
}

export interface PackCall {
  readonly weight: Pointer;
  readonly packed: Pointer;
}

/** The passes of one shape of convolution. */
export interface Convolution {
  /** Bytes. */
  readonly scratch: number;
  /** Bytes of the weights as `pack` lays them out; `forward` does so itself where it is given 0 for them. */
  readonly packed: number;
  pack(weight: Pointer, packed: Pointer): void;
  forward(call: ForwardCall): void;
  backwardInput(call: BackwardInputCall): void;
  backwardWeight(call: BackwardWeightCall): void;
}

/** As many shapes are remembered: each may hold a dozen modules. */
const most = 256;

/** Convolutions by the identity of their shape, and by its sizes. */
function convolutions(device: Device): (shape: Conv2dShape) => Convolution {
  const bySizes = new Map<string, Convolution>();
  const byObject = new WeakMap<Conv2dShape, Convolution>();
  return (shape) => {
    let convolution = byObject.get(shape);
    if (convolution === undefined) {
      const sizes = Object.entries(shape).sort().join();
      convolution =
        bySizes.get(sizes) ??
        (isPointwise(shape) ? createPointwise(device, shape) : createTasks(device, shape));
      if (bySizes.size >= most) bySizes.clear();
      bySizes.set(sizes, convolution);
      byObject.set(shape, convolution);
    }
    return convolution;
  };
}

/** Bytes of scratch, 16-byte aligned, that the three convolutions need for this shape; 0 for none. */
export const conv2dScratch = define<(shape: Conv2dShape) => number>({
  emit(device) {
    const of = device.once(convolutions);
    return (shape) => of(shape).scratch;
  },
  reference: () => () => 0,
});

/** Bytes of the weights as conv2d lays them out for itself, 16-byte aligned; 0 where it reads them as they are. */
export const conv2dPacked = define<(shape: Conv2dShape) => number>({
  emit(device) {
    const of = device.once(convolutions);
    return (shape) => of(shape).packed;
  },
  reference: () => () => 0,
});

/** Lays the weights out, for calls of conv2d of this shape. */
export const conv2dPack = define<(shape: Conv2dShape, call: PackCall) => void>({
  emit(device) {
    const of = device.once(convolutions);
    return (shape, { weight, packed }) => of(shape).pack(weight, packed);
  },
  reference: () => () => {},
});

/**
 * y = cross-correlation of x with weight, + bias[outChannels] (0: none). 3×3 kernels at stride 1 may go by Winograd's
 * algorithm, the gradients too: tiles of 4×4 outputs share their rounding errors, and a NaN or ∞ reaches its whole tile.
 */
export const conv2d = define<(shape: Conv2dShape, call: ForwardCall) => void>({
  emit(device) {
    const of = device.once(convolutions);
    return (shape, call) => of(shape).forward(call);
  },
  reference: exact.forward,
});

/** dx = gradient of Σ y·dy by x (+ dx if accumulate). */
export const conv2dBackwardInput = define<(shape: Conv2dShape, call: BackwardInputCall) => void>({
  emit(device) {
    const of = device.once(convolutions);
    return (shape, call) => of(shape).backwardInput(call);
  },
  reference: exact.backwardInput,
});

/** dWeight = gradient of Σ y·dy by weight (+ dWeight if accumulate). */
export const conv2dBackwardWeight = define<(shape: Conv2dShape, call: BackwardWeightCall) => void>({
  emit(device) {
    const of = device.once(convolutions);
    return (shape, call) => of(shape).backwardWeight(call);
  },
  reference: exact.backwardWeight,
});
