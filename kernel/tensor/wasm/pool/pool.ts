// Chooses how a pooling is computed, and keeps its kernels by shape.

import { define, grainOf } from "../call/device";
import type { Kernel, Pointer } from "../emit/kernel";
import { fill } from "../map/linear";
import { halves, maxPoolHalvesBackwardKernel, maxPoolHalvesKernel } from "./halves";
import * as exact from "./reference";
import type { Pool2dShape, PoolDivisor } from "./shape";
import {
  avgPoolBackwardKernel,
  avgPoolKernel,
  canPool,
  maxPoolBackwardKernel,
  maxPoolKernel,
} from "./windows";

export interface MaxCall {
  readonly x: Pointer;
  readonly y: Pointer;
  /** i32. */
  readonly indices: Pointer;
}
export interface MaxBackwardCall {
  readonly dy: Pointer;
  readonly indices: Pointer;
  readonly dx: Pointer;
  readonly accumulate: boolean;
}
export interface AverageCall {
  readonly x: Pointer;
  readonly y: Pointer;
}
export interface AverageBackwardCall {
  readonly dy: Pointer;
  readonly dx: Pointer;
  readonly accumulate: boolean;
}

/** The gradient of averages at stride 1 that all divide by the same number is itself such an average of dy. */
function turned(s: Pool2dShape, divisor: PoolDivisor): { shape: Pool2dShape; divisor: number } | null {
  const [height, width] = [s.kernelHeight - 1 - s.paddingHeight, s.kernelWidth - 1 - s.paddingWidth];
  const whole =
    s.outHeight === s.inHeight + 1 - s.kernelHeight + 2 * s.paddingHeight &&
    s.outWidth === s.inWidth + 1 - s.kernelWidth + 2 * s.paddingWidth;
  if (s.strideHeight * s.strideWidth !== 1 || height < 0 || width < 0 || !whole) return null;
  if (divisor === "inside" && s.paddingHeight + s.paddingWidth > 0) return null;
  return {
    shape: {
      ...s,
      ...{ inHeight: s.outHeight, inWidth: s.outWidth, outHeight: s.inHeight, outWidth: s.inWidth },
      ...{ paddingHeight: height, paddingWidth: width },
    },
    divisor: typeof divisor === "number" ? divisor : s.kernelHeight * s.kernelWidth,
  };
}

/** Planes in a part for a thread: some microseconds of work. */
const partOf = (s: Pool2dShape): number => grainOf(s.inHeight * s.inWidth);

/** Pooling by shape and what it divides by, as many as are in use. */
const cache = () => new ShapeKernels();

// Windows that are too odd to be emitted are left to the reference.

/**
 * y = greatest of each window, indices (i32) = where it lies in its plane, row·inWidth + column: the first of equals, or
 * the last NaN, which beats every number. A window wholly in the padding gives −∞ and −1.
 */
export const maxPool2d = define<(shape: Pool2dShape, call: MaxCall) => void>({
  emit(device) {
    const kernels = device.once(cache);
    const reference = exact.max(device.memory);
    return (s, call) => {
      if (!canPool(s)) return reference(s, call);
      const make = halves(s) ? maxPoolHalvesKernel : maxPoolKernel;
      const kernel = kernels.of(s, "max", () => make(device.target, s));
      const { x, y, indices } = call;
      device.run(kernel, { x, y, ahead: indices - y, planes: s.planes }, partOf(s));
    };
  },
  reference: exact.max,
});

/** dx = dy scattered to `indices`, those of windows that overlap added (+ dx if accumulate); −1 goes nowhere. */
export const maxPool2dBackward = define<(shape: Pool2dShape, call: MaxBackwardCall) => void>({
  emit(device) {
    const kernels = device.once(cache);
    const filling = device.kernel(fill);
    return (s, { dy, indices, dx, accumulate }) => {
      const whole = !accumulate && halves(s);
      if (!accumulate && !whole) filling({ y: dx, value: 0, n: s.planes * s.inHeight * s.inWidth });
      const kernel = whole
        ? kernels.of(s, "max backward whole", () => maxPoolHalvesBackwardKernel(device.target, s))
        : kernels.of(s, "max backward", () => maxPoolBackwardKernel(device.target, s));
      device.run(kernel, { dy, ahead: indices - dy, dx, planes: s.planes }, partOf(s));
    };
  },
  reference: exact.maxBackward,
});

/** y = sum of each window, padding counting as 0, over the divisor. */
export const avgPool2d = define<(shape: Pool2dShape, divisor: PoolDivisor, call: AverageCall) => void>({
  emit(device) {
    const kernels = device.once(cache);
    const reference = exact.average(device.memory);
    return (s, divisor, call) => {
      if (!canPool(s)) return reference(s, divisor, call);
      const kernel = kernels.of(s, `average ${divisor}`, () =>
        avgPoolKernel(device.target, s, divisor, false),
      );
      device.run(kernel, { x: call.x, y: call.y, planes: s.planes }, partOf(s));
    };
  },
  reference: exact.average,
});

/** dx = gradient of Σ y·dy by x (+ dx if accumulate). */
export const avgPool2dBackward = define<
  (shape: Pool2dShape, divisor: PoolDivisor, call: AverageBackwardCall) => void
>({
  emit(device) {
    const kernels = device.once(cache);
    const filling = device.kernel(fill);
    const reference = exact.averageBackward(device.memory);
    return (s, divisor, call) => {
      const { dy, dx, accumulate } = call;
      const turn = turned(s, divisor);
      if (turn !== null && canPool(turn.shape)) {
        const kernel = kernels.of(s, `average turned ${divisor} ${accumulate}`, () =>
          avgPoolKernel(device.target, turn.shape, turn.divisor, accumulate),
        );
        device.run(kernel, { x: dy, y: dx, planes: s.planes }, partOf(s));
        return;
      }
      if (!canPool(s)) return reference(s, divisor, call);
      if (!accumulate) filling({ y: dx, value: 0, n: s.planes * s.inHeight * s.inWidth });
      const kernel = kernels.of(s, `average backward ${divisor}`, () =>
        avgPoolBackwardKernel(device.target, s, divisor),
      );
      device.run(kernel, { dy, dx, planes: s.planes }, partOf(s));
    };
  },
  reference: exact.averageBackward,
});

/** Kernels by the identity of their shape, and by its sizes; the number of planes does not matter. */
class ShapeKernels {
  readonly #byObject = new WeakMap<Pool2dShape, Map<string, Kernel>>();
  readonly #bySizes = new Map<string, Map<string, Kernel>>();

  of<N extends string>(shape: Pool2dShape, kind: string, make: () => Kernel<N>): Kernel<N> {
    let runs = this.#byObject.get(shape);
    if (runs === undefined) {
      const sizes = Object.values({ ...shape, planes: 0 }).join();
      runs = this.#bySizes.get(sizes) ?? new Map<string, Kernel>();
      if (this.#bySizes.size >= 256) this.#bySizes.clear();
      this.#bySizes.set(sizes, runs);
      this.#byObject.set(shape, runs);
    }
    let run = runs.get(kind);
    if (run === undefined) {
      run = make();
      runs.set(kind, run);
    }
    return run as Kernel<N>;
  }
}
