// A convolution by frames: which kernels it takes, how the batch is cut into tasks for them, and where in the scratch each
// task works. What a task computes does not depend on who runs it, nor on how many tasks there are at a time.

import type { Device } from "../call/device";
import { once } from "../call/variants";
import type { Pointer } from "../emit/kernel";
import { axpy } from "../map/linear";
import type { BackwardWeightCall, Convolution, ForwardCall } from "./conv";
import { directKernel, directScratch, type Variant } from "./direct";
import { directSums, directWeightKernel } from "./directWeight";
import { backwardPass, forwardPass, type Pass, passParameters, weightParameters } from "./pass";
import { aligned } from "./pointwise";
import type { Conv2dShape } from "./shape";
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

/** A batch is cut into so many tasks at most: fewer where images are large, since each task has a scratch of its own. */
const mostTasks = 8;
const mostBytes = 2 ** 26;

type PassCall = Omit<ForwardCall, "packed">;

export function createTasks(device: Device, s: Conv2dShape): Convolution {
  const { target } = device;
  const add = device.kernel(axpy);
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
    const parameters = passParameters(pass, image);
    const kernel = (variant: Variant) =>
      once(() =>
        winograd
          ? winogradKernel(target, pass, grain, parameters, variant)
          : directKernel(target, pass, parameters, variant),
      );
    const [plain, biased, adding] = [
      kernel({ bias: false, accumulate: false }),
      kernel({ bias: true, accumulate: false }),
      kernel({ bias: false, accumulate: true }),
    ];
    const packGroup = (weight: Pointer, g: number, to: Pointer) =>
      device.run(pack(), {
        weight: weight + g * layout.lanes * layout.channels * layout.taps * 4,
        packed: to,
      });
    return {
      scratch: packed + tasks * grain * image,
      packed: s.groups * packed,
      pack(weight: Pointer, to: Pointer) {
        for (let g = 0; g < s.groups; g++) packGroup(weight, g, to + g * packed);
      },
      run(
        { x, weight, bias, y, scratch }: PassCall,
        { accumulate = false, packed: kept = 0 }: { accumulate?: boolean; packed?: Pointer },
      ) {
        const kernel = (bias !== 0 ? biased : accumulate ? adding : plain)();
        for (let g = 0; g < s.groups; g++) {
          if (kept === 0) packGroup(weight, g, scratch);
          const values = {
            x: x + g * pass.inChannels * pass.inHeight * pass.inWidth * 4,
            weights: kept === 0 ? scratch : kept + g * packed,
            bias: bias === 0 ? 0 : bias + g * pass.outChannels * 4,
            y: y + g * pass.outChannels * pass.outHeight * pass.outWidth * 4,
            scratch: scratch + packed,
            images: s.batch,
          };
          device.run(kernel, values, grain);
        }
      },
    };
  };

  const weightGradient = (pass: Pass, layout: WeightLayout) => {
    const winograd = isWinograd(pass);
    const sums = winograd ? winogradSums(target, pass) : directSums(target, pass);
    const task = aligned(winograd ? winogradScratch(target, pass, grain, true) : directScratch(target, pass));
    const parameters = weightParameters(pass, grain, sums, task);
    const kernel = once(() =>
      (winograd ? winogradWeightKernel : directWeightKernel)(target, pass, grain, parameters),
    );
    const place = winograd ? winogradPlaceKernel : placeKernel;
    const [overwriting, adding] = [
      once(() => place(target, layout, false)),
      once(() => place(target, layout, true)),
    ];
    return {
      scratch: aligned(tasks * sums) + tasks * task,
      run({ x, dy, dWeight, scratch, accumulate }: BackwardWeightCall) {
        const area = scratch + aligned(tasks * sums);
        for (let g = 0; g < s.groups; g++) {
          const values = {
            x: x + g * pass.inChannels * pass.inHeight * pass.inWidth * 4,
            dy: dy + g * pass.outChannels * pass.outHeight * pass.outWidth * 4,
            sums: scratch,
            scratch: area,
            images: s.batch,
            parts: tasks,
          };
          device.run(kernel(), values, 1);
          for (let part = 1; part < tasks; part++)
            add({ alpha: 1, x: scratch + part * sums, y: scratch, n: sums / 4 });
          const to = dWeight + g * layout.lanes * layout.channels * layout.taps * 4;
          device.run((accumulate ? adding : overwriting)(), { sums: scratch, dWeight: to });
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
    forward: (call) => forward.run(call, { packed: call.packed }),
    backwardInput: ({ dy, weight, dx, scratch, accumulate }) =>
      backward.run({ x: dy, weight, bias: 0, y: dx, scratch }, { accumulate }),
    backwardWeight: weights.run,
  };
}
