// Chooses how a pooling is computed, and keeps its kernels by shape.

import type { Cut } from "../call/team";
import type { Run, Target } from "../emit/target";
import type { Kernels, Pool2dShape, PoolDivisor } from "../kernels";
import { halves, maxPoolHalvesBackwardKernel, maxPoolHalvesKernel } from "./halves";
import {
  avgPoolBackwardKernel,
  avgPoolKernel,
  canPool,
  maxPoolBackwardKernel,
  maxPoolKernel,
} from "./windows";

export type PoolingKernels = Pick<
  Kernels,
  "maxPool2d" | "maxPool2dBackward" | "avgPool2d" | "avgPool2dBackward"
>;

/** Kernels of other families that pooling is put together from; `reference` takes what is too odd to be emitted. */
export interface PoolParts {
  readonly fill: Kernels["fill"];
  readonly reference: PoolingKernels;
  /** Runs a kernel, in parts on several threads if there are any. */
  readonly share: (run: Run, args: readonly number[], cut: Cut) => void;
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

/** Pooling by shape and what it divides by, as many as are in use. */
export function createPooling(target: Target, { fill, reference, share }: PoolParts): PoolingKernels {
  const kernels = new ShapeRuns();
  const cutOf = (s: Pool2dShape, advance: readonly number[]): Cut => ({
    count: advance.length - 1,
    advance,
    grain: Math.ceil(partNumbers / (s.inHeight * s.inWidth)),
  });
  const inPlane = (s: Pool2dShape) => s.inHeight * s.inWidth * 4;
  const outPlane = (s: Pool2dShape) => s.outHeight * s.outWidth * 4;
  return {
    maxPool2d(s, x, y, indices) {
      if (!canPool(s)) return reference.maxPool2d(s, x, y, indices);
      const run = kernels.of(s, "max", () => (halves(s) ? maxPoolHalvesKernel : maxPoolKernel)(target, s));
      share(run, [x, y, indices - y, s.planes], cutOf(s, [inPlane(s), outPlane(s), 0, 0]));
    },
    maxPool2dBackward(s, dy, indices, dx, accumulate) {
      const whole = !accumulate && halves(s);
      if (!accumulate && !whole) fill(dx, 0, s.planes * s.inHeight * s.inWidth);
      const run = whole
        ? kernels.of(s, "max backward whole", () => maxPoolHalvesBackwardKernel(target, s))
        : kernels.of(s, "max backward", () => maxPoolBackwardKernel(target, s));
      share(run, [dy, indices - dy, dx, s.planes], cutOf(s, [outPlane(s), 0, inPlane(s), 0]));
    },
    avgPool2d(s, divisor, x, y) {
      if (!canPool(s)) return reference.avgPool2d(s, divisor, x, y);
      const run = kernels.of(s, `average ${divisor}`, () => avgPoolKernel(target, s, divisor, false));
      share(run, [x, y, s.planes], cutOf(s, [inPlane(s), outPlane(s), 0]));
    },
    avgPool2dBackward(s, divisor, dy, dx, accumulate) {
      const turn = turned(s, divisor);
      if (turn !== null && canPool(turn.shape)) {
        const run = kernels.of(s, `average turned ${divisor} ${accumulate}`, () =>
          avgPoolKernel(target, turn.shape, turn.divisor, accumulate),
        );
        share(run, [dy, dx, s.planes], cutOf(s, [outPlane(s), inPlane(s), 0]));
        return;
      }
      if (!canPool(s)) return reference.avgPool2dBackward(s, divisor, dy, dx, accumulate);
      if (!accumulate) fill(dx, 0, s.planes * s.inHeight * s.inWidth);
      const run = kernels.of(s, `average backward ${divisor}`, () =>
        avgPoolBackwardKernel(target, s, divisor),
      );
      share(run, [dx, dy, s.planes], cutOf(s, [inPlane(s), outPlane(s), 0]));
    },
  };
}

/** Numbers of x in a part for a thread: some microseconds. */
const partNumbers = 16384;

/** Kernels by the identity of their shape, and by its sizes; the number of planes does not matter. */
class ShapeRuns {
  private readonly byObject = new WeakMap<Pool2dShape, Map<string, Run>>();
  private readonly bySizes = new Map<string, Map<string, Run>>();

  of(shape: Pool2dShape, kind: string, make: () => Run): Run {
    let runs = this.byObject.get(shape);
    if (runs === undefined) {
      const sizes = Object.values({ ...shape, planes: 0 }).join();
      runs = this.bySizes.get(sizes) ?? new Map<string, Run>();
      if (this.bySizes.size >= 256) this.bySizes.clear();
      this.bySizes.set(sizes, runs);
      this.byObject.set(shape, runs);
    }
    let run = runs.get(kind);
    if (run === undefined) {
      run = make();
      runs.set(kind, run);
    }
    return run;
  }
}
