// 1×1 convolution at stride 1: an image is a matrix [channels, pixels], so each is one product; nothing is copied.

import type { Conv2dShape, Kernels, Pointer } from "../kernels";
import type { GemmShape } from "../product/gemm";

/** `count` matrix products of one shape, by several threads if there are any: from one to the next a, b and c grow by `steps`, in bytes. */
export type Products = (
  shape: GemmShape,
  operands: readonly [a: Pointer, b: Pointer, c: Pointer],
  steps: readonly [a: number, b: number, c: number],
  count: number,
  accumulate: boolean,
) => void;

/** Bytes of a piece of scratch: whole cache lines. */
export const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** The passes of one shape of convolution. */
export interface Convolution {
  /** Bytes. */
  readonly scratch: number;
  /** Bytes of the weights as `pack` lays them out; `forward` does so itself where it is given 0 for them. */
  readonly packed: number;
  pack(weight: Pointer, packed: Pointer): void;
  forward(x: Pointer, weight: Pointer, bias: Pointer, y: Pointer, scratch: Pointer, packed: Pointer): void;
  backwardInput(dy: Pointer, weight: Pointer, dx: Pointer, scratch: Pointer, accumulate: boolean): void;
  backwardWeight(x: Pointer, dy: Pointer, dWeight: Pointer, scratch: Pointer, accumulate: boolean): void;
}

export const isPointwise = (s: Conv2dShape): boolean =>
  s.kernelHeight * s.kernelWidth * s.strideHeight * s.strideWidth * s.groups === 1 &&
  s.paddingTop + s.paddingLeft === 0 &&
  s.inHeight === s.outHeight &&
  s.inWidth === s.outWidth;

/** Sums over the batch are cut into so many, by whole images, whoever computes them. */
const mostSums = 8;

export function createPointwise(
  { batch, inChannels: ins, outChannels: outs, outHeight, outWidth }: Conv2dShape,
  {
    products,
    unary,
    binary,
    axpy,
  }: Pick<Kernels, "unary" | "binary" | "axpy"> & { readonly products: Products },
): Convolution {
  const pixels = outHeight * outWidth;
  const [inImage, outImage, weights] = [ins * pixels * 4, outs * pixels * 4, aligned(outs * ins * 4)];
  const toOutput: GemmShape = { m: outs, n: pixels, k: ins, transA: false, transB: false };
  const toInput: GemmShape = { m: ins, n: pixels, k: outs, transA: true, transB: false };
  const toWeight: GemmShape = { m: outs, n: ins, k: pixels, transA: false, transB: true };
  const images = Math.ceil(batch / mostSums);
  const sums = Math.ceil(batch / images);
  return {
    scratch: sums * weights,
    packed: 0,
    pack() {},
    forward(x, weight, bias, y) {
      products(toOutput, [weight, x, y], [0, inImage, outImage], batch, false);
      if (bias === 0) return;
      for (let to = y; to < y + batch * outImage; to += outImage) {
        binary("add", "columnRight", to, bias, to, outs, pixels);
      }
    },
    backwardInput(dy, weight, dx, _scratch, accumulate) {
      products(toInput, [weight, dy, dx], [0, outImage, inImage], batch, accumulate);
    },
    backwardWeight(x, dy, dWeight, scratch, accumulate) {
      // The i-th image of every sum at a time; the last sum may have fewer.
      for (let i = 0; i < images; i++) {
        const operands = [dy + i * outImage, x + i * inImage, scratch] as const;
        const count = Math.ceil((batch - i) / images);
        products(toWeight, operands, [images * outImage, images * inImage, weights], count, i > 0);
      }
      for (let sum = 1; sum < sums; sum++) axpy(1, scratch + sum * weights, scratch, outs * ins);
      if (accumulate) axpy(1, scratch, dWeight, outs * ins);
      else unary("copy", scratch, dWeight, outs * ins);
    },
  };
}
