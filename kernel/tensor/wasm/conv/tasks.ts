// A convolution by frames: which kernels it takes, how the batch is cut into tasks for them, and where in the scratch each
// task works. What a task computes does not depend on who runs it, nor on how many tasks there are at a time.

import type { Cut } from "../call/team";
import type { Run, Target } from "../emit/target";
import type { Conv2dShape, Kernels, Pointer } from "../kernels";
import { directKernel, directScratch, type Variant } from "./direct";
import { directSums, directWeightKernel } from "./directWeight";
import { backwardPass, forwardPass, type Pass } from "./pass";
import { aligned, type Convolution } from "./pointwise";
import {
  backwardWeights,
  forwardWeights,
  packedWeights,
  packKernel,
  placeKernel,
  type WeightLayout,
} from "./weights";
import { winogradKernel, winogradPackKernel } from "./winogradForward";
import { isWinograd, winogradScratch } from "./winogradTiles";
import { winogradPlaceKernel, winogradSums, winogradWeightKernel } from "./winogradWeight";

export interface Parts {
  readonly axpy: Kernels["axpy"];
  /** Runs a kernel, in parts on several threads if there are any. */
  readonly share: (run: Run, args: readonly number[], cut: Cut) => void;
}

/** A batch is cut into so many tasks at most: fewer where images are large, since each task has a scratch of its own. */
const mostTasks = 8;
const mostBytes = 2 ** 26;

const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};

export function createTasks(target: Target, s: Conv2dShape, { axpy, share }: Parts): Convolution {
  const image = 4 * (s.inChannels * s.inHeight * s.inWidth + s.outChannels * s.outHeight * s.outWidth);
  const grain = Math.ceil(s.batch / Math.max(2, Math.min(mostTasks, Math.floor(mostBytes / image))));
  const tasks = Math.ceil(s.batch / grain);
  /** Bytes of scratch an image, so that a task's is a whole multiple. */
  const perImage = (bytes: number) => aligned(bytes / grain);

  /** y from x, or dx from dy. */
  const convolution = (pass: Pass, layout: WeightLayout) => {
    const winograd = isWinograd(pass);
    const packed = aligned(winograd ? winogradSums(target, pass) : packedWeights(target, layout));
    const image = perImage(winograd ? winogradScratch(target, pass, grain) : directScratch(target, pass));
    const pack = once(() => (winograd ? winogradPackKernel : packKernel)(target, layout));
    const kernel = (variant: Variant) =>
      once(() =>
        winograd ? winogradKernel(target, pass, grain, variant) : directKernel(target, pass, variant),
      );
    const [plain, biased, adding] = [
      kernel({ bias: false, accumulate: false }),
      kernel({ bias: true, accumulate: false }),
      kernel({ bias: false, accumulate: true }),
    ];
    const advance = [pass.inImage * 4, 0, 0, pass.outImage * 4, image, 0];
    const packGroup = (weight: Pointer, g: number, to: Pointer) =>
      pack()(weight + g * layout.lanes * layout.channels * layout.taps * 4, to);
    return {
      scratch: packed + tasks * grain * image,
      packed: s.groups * packed,
      pack(weight: Pointer, to: Pointer) {
        for (let g = 0; g < s.groups; g++) packGroup(weight, g, to + g * packed);
      },
      run(
        from: Pointer,
        weight: Pointer,
        bias: Pointer,
        to: Pointer,
        scratch: Pointer,
        accumulate: boolean,
        kept: Pointer,
      ) {
        const run = (bias !== 0 ? biased : accumulate ? adding : plain)();
        for (let g = 0; g < s.groups; g++) {
          if (kept === 0) packGroup(weight, g, scratch);
          const weights = kept === 0 ? scratch : kept + g * packed;
          const x = from + g * pass.inChannels * pass.inHeight * pass.inWidth * 4;
          const y = to + g * pass.outChannels * pass.outHeight * pass.outWidth * 4;
          const b = bias === 0 ? 0 : bias + g * pass.outChannels * 4;
          share(run, [x, weights, b, y, scratch + packed, s.batch], { count: 5, advance, grain });
        }
      },
    };
  };

  const weightGradient = (pass: Pass, layout: WeightLayout) => {
    const winograd = isWinograd(pass);
    const sums = winograd ? winogradSums(target, pass) : directSums(target, pass);
    const task = aligned(winograd ? winogradScratch(target, pass, grain, true) : directScratch(target, pass));
    const kernel = once(() => (winograd ? winogradWeightKernel : directWeightKernel)(target, pass, grain));
    const place = winograd ? winogradPlaceKernel : placeKernel;
    const [overwriting, adding] = [
      once(() => place(target, layout, false)),
      once(() => place(target, layout, true)),
    ];
    // A task counts the images that are left down to its own.
    const advance = [grain * pass.inImage * 4, grain * pass.outImage * 4, sums, task, -grain, 0];
    return {
      scratch: aligned(tasks * sums) + tasks * task,
      run(from: Pointer, by: Pointer, dWeight: Pointer, scratch: Pointer, accumulate: boolean) {
        const area = scratch + aligned(tasks * sums);
        for (let g = 0; g < s.groups; g++) {
          const x = from + g * pass.inChannels * pass.inHeight * pass.inWidth * 4;
          const dy = by + g * pass.outChannels * pass.outHeight * pass.outWidth * 4;
          share(kernel(), [x, dy, scratch, area, s.batch, tasks], { count: 5, advance, grain: 1 });
          for (let part = 1; part < tasks; part++) axpy(1, scratch + part * sums, scratch, sums / 4);
          const to = dWeight + g * layout.lanes * layout.channels * layout.taps * 4;
          (accumulate ? adding : overwriting)()(scratch, to);
        }
      },
    };
  };

  const forward = convolution(forwardPass(s), forwardWeights(s));
  const backward = convolution(backwardPass(s), backwardWeights(s));
  const weights = weightGradient(forwardPass(s), forwardWeights(s));
  return {
    scratch: Math.max(forward.scratch, backward.scratch, weights.scratch),
    packed: forward.packed,
    pack: forward.pack,
    forward: (x, weight, bias, y, scratch, packed) => forward.run(x, weight, bias, y, scratch, false, packed),
    backwardInput: (dy, weight, dx, scratch, accumulate) =>
      backward.run(dy, weight, 0, dx, scratch, accumulate, 0),
    backwardWeight: (x, dy, dWeight, scratch, accumulate) => weights.run(x, dy, dWeight, scratch, accumulate),
  };
}
