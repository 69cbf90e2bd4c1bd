// Chooses how a convolution is computed, once a shape.

import type { Target } from "../emit/target";
import type { Conv2dShape, Kernels } from "../kernels";
import { type Convolution, createPointwise, isPointwise, type Products } from "./pointwise";
import { createTasks, type Parts } from "./tasks";

export type ConvolutionKernels = Pick<
  Kernels,
  "conv2dScratch" | "conv2dPacked" | "conv2dPack" | "conv2d" | "conv2dBackwardInput" | "conv2dBackwardWeight"
>;

/** As many shapes are remembered: each may hold a dozen modules. */
const most = 256;

/** Convolutions by the identity of their shape, and by its sizes; `parts` are kernels of other families that they use. */
export function createConvolution(
  target: Target,
  parts: Parts & Pick<Kernels, "unary" | "binary"> & { readonly products: Products },
): ConvolutionKernels {
  const bySizes = new Map<string, Convolution>();
  const byObject = new WeakMap<Conv2dShape, Convolution>();
  const of = (shape: Conv2dShape): Convolution => {
    let convolution = byObject.get(shape);
    if (convolution === undefined) {
      const sizes = Object.entries(shape).sort().join();
      convolution =
        bySizes.get(sizes) ??
        (isPointwise(shape) ? createPointwise(shape, parts) : createTasks(target, shape, parts));
      if (bySizes.size >= most) bySizes.clear();
      bySizes.set(sizes, convolution);
      byObject.set(shape, convolution);
    }
    return convolution;
  };
  return {
    conv2dScratch: (shape) => of(shape).scratch,
    conv2dPacked: (shape) => of(shape).packed,
    conv2dPack: (shape, weight, packed) => of(shape).pack(weight, packed),
    conv2d: (shape, x, weight, bias, y, scratch, packed = 0) =>
      of(shape).forward(x, weight, bias, y, scratch, packed),
    conv2dBackwardInput: (shape, ...pointers) => of(shape).backwardInput(...pointers),
    conv2dBackwardWeight: (shape, ...pointers) => of(shape).backwardWeight(...pointers),
  };
}
