// Pooling in plain TypeScript.

import type { Memory } from "../call/memory";
import type { AverageBackwardCall, AverageCall, MaxBackwardCall, MaxCall } from "./pool";
import type { Pool2dShape, PoolDivisor } from "./shape";

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

const inSize = (s: Pool2dShape) => s.planes * s.inHeight * s.inWidth;
const outSize = (s: Pool2dShape) => s.planes * s.outHeight * s.outWidth;

export const max = (memory: Memory) => (shape: Pool2dShape, call: MaxCall) => {
  const x = memory.floats(call.x, inSize(shape));
  const y = memory.floats(call.y, outSize(shape)).fill(Number.NEGATIVE_INFINITY);
  const indices = memory.integers(call.indices, y.length).fill(-1);
  eachPlace(shape, (xAt, yAt, place) => {
    const value = x[xAt]!;
    if (indices[yAt] === -1 || value > y[yAt]! || Number.isNaN(value)) {
      y[yAt] = value;
      indices[yAt] = place;
    }
  });
};

export const maxBackward = (memory: Memory) => (shape: Pool2dShape, call: MaxBackwardCall) => {
  const dy = memory.floats(call.dy, outSize(shape));
  const indices = memory.integers(call.indices, dy.length);
  const inPlane = shape.inHeight * shape.inWidth;
  const outPlane = shape.outHeight * shape.outWidth;
  memory.sum(call.dx, inSize(shape), call.accumulate, (sums) => {
    for (let i = 0; i < dy.length; i++) {
      if (indices[i] !== -1) sums[Math.floor(i / outPlane) * inPlane + indices[i]!]! += dy[i]!;
    }
  });
};

export const average = (memory: Memory) => (shape: Pool2dShape, divisor: PoolDivisor, call: AverageCall) => {
  const x = memory.floats(call.x, inSize(shape));
  const over = divisors(shape, divisor);
  memory.sum(call.y, outSize(shape), false, (sums) => {
    eachPlace(shape, (xAt, yAt) => {
      sums[yAt]! += x[xAt]!;
    });
    for (let i = 0; i < sums.length; i++) sums[i]! /= over[i % over.length]!;
  });
};

export const averageBackward =
  (memory: Memory) => (shape: Pool2dShape, divisor: PoolDivisor, call: AverageBackwardCall) => {
    const dy = memory.floats(call.dy, outSize(shape));
    const over = divisors(shape, divisor);
    memory.sum(call.dx, inSize(shape), call.accumulate, (sums) =>
      eachPlace(shape, (xAt, yAt) => {
        sums[xAt]! += dy[yAt]! / over[yAt % over.length]!;
      }),
    );
  };
