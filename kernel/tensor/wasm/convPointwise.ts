// 1×1 convolution at stride 1: an image is a matrix [channels, pixels], so each is one product; nothing is copied.

import type { Conv2dShape, Kernels, Pointer } from "./kernels";

/** The passes of one shape of convolution. */
export interface Convolution {
  /** Bytes. */
  readonly scratch: number;
  forward(x: Pointer, weight: Pointer, bias: Pointer, y: Pointer, scratch: Pointer): void;
  backwardInput(dy: Pointer, weight: Pointer, dx: Pointer, scratch: Pointer, accumulate: boolean): void;
  backwardWeight(x: Pointer, dy: Pointer, dWeight: Pointer, scratch: Pointer, accumulate: boolean): void;
}

export const isPointwise = (s: Conv2dShape): boolean =>
  s.kernelHeight * s.kernelWidth * s.strideHeight * s.strideWidth * s.groups === 1 &&
  s.paddingTop + s.paddingLeft === 0 &&
  s.inHeight === s.outHeight &&
  s.inWidth === s.outWidth;

export function createPointwise(
  s: Conv2dShape,
  { gemm, binary }: Pick<Kernels, "gemm" | "binary">,
): Convolution {
  const { inChannels: ins, outChannels: outs } = s;
  const pixels = s.outHeight * s.outWidth;
  /** Calls with the input and the output of each image. */
  const eachImage = (x: Pointer, y: Pointer, visit: (x: Pointer, y: Pointer, n: number) => void) => {
    for (let n = 0; n < s.batch; n++) visit(x + n * ins * pixels * 4, y + n * outs * pixels * 4, n);
  };
  return {
    scratch: 0,
    forward(from, weight, bias, to) {
      eachImage(from, to, (x, y) => {
        gemm(weight, x, y, outs, pixels, ins, false, false, false);
        if (bias !== 0) binary("add", "columnRight", y, bias, y, outs, pixels);
      });
    },
    backwardInput(from, weight, to, _scratch, accumulate) {
      eachImage(to, from, (dx, dy) => gemm(weight, dy, dx, ins, pixels, outs, true, false, accumulate));
    },
    backwardWeight(from, by, dWeight, _scratch, accumulate) {
      eachImage(from, by, (x, dy, n) =>
        gemm(dy, x, dWeight, outs, ins, pixels, false, true, accumulate || n > 0),
      );
    },
  };
}
