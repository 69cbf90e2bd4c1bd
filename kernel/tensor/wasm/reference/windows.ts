// Convolution and pooling in plain TypeScript: part of the reference kernels.

import type { Conv2dShape, Kernels, Pointer, Pool2dShape, PoolDivisor } from "../kernels";

type WindowKernels = Pick<
  Kernels,
  | "conv2dScratch"
  | "conv2dPacked"
  | "conv2dPack"
  | "conv2d"
  | "conv2dBackwardInput"
  | "conv2dBackwardWeight"
  | "maxPool2d"
  | "maxPool2dBackward"
  | "avgPool2d"
  | "avgPool2dBackward"
>;

/**
 * Calls visit(index in x, index in weight, index in y) for every product of the convolution: y is the sum of x·weight,
 * so each gradient is the sum of dy times the other factor. Those of one element of y come together.
 */
function eachProduct(s: Conv2dShape, visit: (x: number, weight: number, y: number) => void): void {
  const groupIn = s.inChannels / s.groups;
  const groupOut = s.outChannels / s.groups;
  for (let n = 0; n < s.batch; n++) {
    for (let o = 0; o < s.outChannels; o++) {
      const firstIn = Math.floor(o / groupOut) * groupIn;
      for (let i = 0; i < s.outHeight; i++) {
        for (let j = 0; j < s.outWidth; j++) {
          const y = ((n * s.outChannels + o) * s.outHeight + i) * s.outWidth + j;
          for (let c = 0; c < groupIn; c++) {
            const plane = (n * s.inChannels + firstIn + c) * s.inHeight;
            for (let p = 0; p < s.kernelHeight; p++) {
              const row = i * s.strideHeight - s.paddingTop + p * s.dilationHeight;
              if (row < 0 || row >= s.inHeight) continue;
              for (let q = 0; q < s.kernelWidth; q++) {
                const column = j * s.strideWidth - s.paddingLeft + q * s.dilationWidth;
                if (column < 0 || column >= s.inWidth) continue;
                const weight = ((o * groupIn + c) * s.kernelHeight + p) * s.kernelWidth + q;
                visit((plane + row) * s.inWidth + column, weight, y);
              }
            }
          }
        }
      }
    }
  }
}

/** Calls visit(index in x, index in y, index in the plane of x) for every place of every window that lies in the input. */
function eachPlace(s: Pool2dShape, visit: (x: number, y: number, place: number) => void): void {
  const inPlane = s.inHeight * s.inWidth;
  for (let plane = 0; plane < s.planes; plane++) {
    for (let i = 0; i < s.outHeight; i++) {
      for (let j = 0; j < s.outWidth; j++) {
        const y = (plane * s.outHeight + i) * s.outWidth + j;
        for (let p = 0; p < s.kernelHeight; p++) {
          const row = i * s.strideHeight - s.paddingHeight + p * s.dilationHeight;
          if (row < 0 || row >= s.inHeight) continue;
          for (let q = 0; q < s.kernelWidth; q++) {
            const column = j * s.strideWidth - s.paddingWidth + q * s.dilationWidth;
            if (column < 0 || column >= s.inWidth) continue;
            const place = row * s.inWidth + column;
            visit(plane * inPlane + place, y, place);
          }
        }
      }
    }
  }
}

/** How much of a window that starts at `start` lies between `low` and `high`. */
function overlap(start: number, length: number, low: number, high: number): number {
  return Math.max(0, Math.min(start + length, high) - Math.max(start, low));
}

/** The divisor of the window at row i, column j of the output. */
function divisorAt(s: Pool2dShape, divisor: PoolDivisor, i: number, j: number): number {
  if (typeof divisor === "number") return divisor;
  const [padHeight, padWidth] = divisor === "padded" ? [s.paddingHeight, s.paddingWidth] : [0, 0];
  const top = i * s.strideHeight - s.paddingHeight;
  const left = j * s.strideWidth - s.paddingWidth;
  return (
    overlap(top, s.kernelHeight, -padHeight, s.inHeight + padHeight) *
    overlap(left, s.kernelWidth, -padWidth, s.inWidth + padWidth)
  );
}

/** The divisor of every element of one plane of the output. */
function divisors(s: Pool2dShape, divisor: PoolDivisor): Float64Array {
  return Float64Array.from({ length: s.outHeight * s.outWidth }, (_, at) =>
    divisorAt(s, divisor, Math.floor(at / s.outWidth), at % s.outWidth),
  );
}

export function createWindowKernels(memory: WebAssembly.Memory): WindowKernels {
  const floats = (start: Pointer, length: number) => new Float32Array(memory.buffer, start, length);
  const inSize = (s: Conv2dShape) => s.batch * s.inChannels * s.inHeight * s.inWidth;
  const outSize = (s: Conv2dShape) => s.batch * s.outChannels * s.outHeight * s.outWidth;
  const weightSize = (s: Conv2dShape) =>
    s.outChannels * (s.inChannels / s.groups) * s.kernelHeight * s.kernelWidth;
  const planes = (s: Pool2dShape) => s.planes * s.inHeight * s.inWidth;
  const pooled = (s: Pool2dShape) => s.planes * s.outHeight * s.outWidth;

  /** Sums in float64 what `add` gives, on top of what is at `to` if asked, and rounds once. */
  function summed(to: Pointer, length: number, accumulate: boolean, add: (sums: Float64Array) => void): void {
    const result = floats(to, length);
    const sums = accumulate ? Float64Array.from(result) : new Float64Array(length);
    add(sums);
    result.set(sums);
  }

  return {
    conv2dScratch: () => 0,
    conv2dPacked: () => 0,
    conv2dPack() {},

    conv2d(shape, x, weight, bias, y, _scratch) {
      const from = floats(x, inSize(shape));
      const w = floats(weight, weightSize(shape));
      summed(y, outSize(shape), false, (sums) => {
        if (bias !== 0) {
          const b = floats(bias, shape.outChannels);
          const plane = shape.outHeight * shape.outWidth;
          for (let i = 0; i < sums.length; i++) sums[i] = b[Math.floor(i / plane) % shape.outChannels]!;
        }
        eachProduct(shape, (xAt, wAt, yAt) => {
          sums[yAt]! += from[xAt]! * w[wAt]!;
        });
      });
    },

    conv2dBackwardInput(shape, dy, weight, dx, _scratch, accumulate) {
      const gradient = floats(dy, outSize(shape));
      const w = floats(weight, weightSize(shape));
      summed(dx, inSize(shape), accumulate, (sums) =>
        eachProduct(shape, (xAt, wAt, yAt) => {
          sums[xAt]! += gradient[yAt]! * w[wAt]!;
        }),
      );
    },

    conv2dBackwardWeight(shape, x, dy, dWeight, _scratch, accumulate) {
      const from = floats(x, inSize(shape));
      const gradient = floats(dy, outSize(shape));
      summed(dWeight, weightSize(shape), accumulate, (sums) =>
        eachProduct(shape, (xAt, wAt, yAt) => {
          sums[wAt]! += gradient[yAt]! * from[xAt]!;
        }),
      );
    },

    maxPool2d(shape, x, y, indices) {
      const from = floats(x, planes(shape));
      const greatest = floats(y, pooled(shape)).fill(Number.NEGATIVE_INFINITY);
      const places = new Int32Array(memory.buffer, indices, greatest.length).fill(-1);
      eachPlace(shape, (xAt, yAt, place) => {
        const value = from[xAt]!;
        if (places[yAt] === -1 || value > greatest[yAt]! || Number.isNaN(value)) {
          greatest[yAt] = value;
          places[yAt] = place;
        }
      });
    },

    maxPool2dBackward(shape, dy, indices, dx, accumulate) {
      const gradient = floats(dy, pooled(shape));
      const places = new Int32Array(memory.buffer, indices, gradient.length);
      const inPlane = shape.inHeight * shape.inWidth;
      const outPlane = shape.outHeight * shape.outWidth;
      summed(dx, planes(shape), accumulate, (sums) => {
        for (let i = 0; i < gradient.length; i++) {
          if (places[i] !== -1) sums[Math.floor(i / outPlane) * inPlane + places[i]!]! += gradient[i]!;
        }
      });
    },

    avgPool2d(shape, divisor, x, y) {
      const from = floats(x, planes(shape));
      const over = divisors(shape, divisor);
      summed(y, pooled(shape), false, (sums) => {
        eachPlace(shape, (xAt, yAt) => {
          sums[yAt]! += from[xAt]!;
        });
        for (let i = 0; i < sums.length; i++) sums[i]! /= over[i % over.length]!;
      });
    },

    avgPool2dBackward(shape, divisor, dy, dx, accumulate) {
      const gradient = floats(dy, pooled(shape));
      const over = divisors(shape, divisor);
      summed(dx, planes(shape), accumulate, (sums) =>
        eachPlace(shape, (xAt, yAt) => {
          sums[xAt]! += gradient[yAt]! / over[yAt % over.length]!;
        }),
      );
    },
  };
}
