// Convolution in plain TypeScript.

import type { Memory } from "../call/memory";
import type { BackwardInputCall, BackwardWeightCall, ForwardCall } from "./conv";
import type { Conv2dShape } from "./shape";

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

const inSize = (s: Conv2dShape) => s.batch * s.inChannels * s.inHeight * s.inWidth;
const outSize = (s: Conv2dShape) => s.batch * s.outChannels * s.outHeight * s.outWidth;
const weightSize = (s: Conv2dShape) =>
  s.outChannels * (s.inChannels / s.groups) * s.kernelHeight * s.kernelWidth;

export const forward = (memory: Memory) => (shape: Conv2dShape, call: ForwardCall) => {
  const x = memory.floats(call.x, inSize(shape));
  const weight = memory.floats(call.weight, weightSize(shape));
  const bias = memory.floatsIf(call.bias, shape.outChannels);
  memory.sum(call.y, outSize(shape), false, (sums) => {
    const plane = shape.outHeight * shape.outWidth;
    if (bias !== null) {
      for (let i = 0; i < sums.length; i++) sums[i] = bias[Math.floor(i / plane) % shape.outChannels]!;
    }
    eachProduct(shape, (xAt, wAt, yAt) => {
      sums[yAt]! += x[xAt]! * weight[wAt]!;
    });
  });
};

export const backwardInput = (memory: Memory) => (shape: Conv2dShape, call: BackwardInputCall) => {
  const dy = memory.floats(call.dy, outSize(shape));
  const weight = memory.floats(call.weight, weightSize(shape));
  memory.sum(call.dx, inSize(shape), call.accumulate, (sums) =>
    eachProduct(shape, (xAt, wAt, yAt) => {
      sums[xAt]! += dy[yAt]! * weight[wAt]!;
    }),
  );
};

export const backwardWeight = (memory: Memory) => (shape: Conv2dShape, call: BackwardWeightCall) => {
  const x = memory.floats(call.x, inSize(shape));
  const dy = memory.floats(call.dy, outSize(shape));
  memory.sum(call.dWeight, weightSize(shape), call.accumulate, (sums) =>
    eachProduct(shape, (xAt, wAt, yAt) => {
      sums[wAt]! += dy[yAt]! * x[xAt]!;
    }),
  );
};
