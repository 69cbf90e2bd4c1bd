// 1×1 convolution at stride 1: an image is a matrix [channels, pixels], so each is one product; nothing is copied.

import type { Device } from "../call/device";
import { binary } from "../map/binary";
import { axpy } from "../map/linear";
import { unary } from "../map/unary";
import type { GemmShape } from "../product/blocks";
import { products } from "../product/gemm";
import type { Convolution } from "./conv";
import type { Conv2dShape } from "./shape";

/** Bytes of a piece of scratch: whole cache lines. */
export const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

export const isPointwise = (s: Conv2dShape): boolean =>
  s.kernelHeight * s.kernelWidth * s.strideHeight * s.strideWidth * s.groups === 1 &&
  s.paddingTop + s.paddingLeft === 0 &&
  s.inHeight === s.outHeight &&
  s.inWidth === s.outWidth;

/** Sums over the batch are cut into so many, by whole images, whoever computes them. */
const mostSums = 8;

export function createPointwise(
  device: Device,
  { batch, inChannels: ins, outChannels: outs, outHeight, outWidth }: Conv2dShape,
): Convolution {
  const multiply = device.once(products);
  const [copy, combine, add] = [device.kernel(unary), device.kernel(binary), device.kernel(axpy)];
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
    forward({ x, weight, bias, y }) {
      multiply(toOutput, { a: weight, b: x, c: y }, { a: 0, b: inImage, c: outImage }, batch, false);
      if (bias === 0) return;
      for (let to = y; to < y + batch * outImage; to += outImage) {
        combine("add", "columnRight", { a: to, b: bias, y: to, rows: outs, columns: pixels });
      }
    },
    backwardInput({ dy, weight, dx, accumulate }) {
      multiply(toInput, { a: weight, b: dy, c: dx }, { a: 0, b: outImage, c: inImage }, batch, accumulate);
    },
    backwardWeight({ x, dy, dWeight, scratch, accumulate }) {
      const steps = { a: images * outImage, b: images * inImage, c: weights };
      // The i-th image of every sum at a time; the last sum may have fewer.
      for (let i = 0; i < images; i++) {
        const operands = { a: dy + i * outImage, b: x + i * inImage, c: scratch };
        multiply(toWeight, operands, steps, Math.ceil((batch - i) / images), i > 0);
      }
      for (let sum = 1; sum < sums; sum++)
        add({ alpha: 1, x: scratch + sum * weights, y: scratch, n: outs * ins });
      if (accumulate) add({ alpha: 1, x: scratch, y: dWeight, n: outs * ins });
      else copy("copy", { x: scratch, y: dWeight, n: outs * ins });
    },
  };
}
