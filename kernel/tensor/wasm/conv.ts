// Chooses how a convolution is computed, makes its kernels once a shape, and drives them through the groups.

import { directKernel, directScratch, directSums, directWeightKernel, type Variant } from "./convDirect";
import { backwardPass, forwardPass, type Pass } from "./convPass";
import {
  backwardWeights,
  forwardWeights,
  packedWeights,
  packKernel,
  placeKernel,
  type WeightLayout,
} from "./convWeights";
import type { Conv2dShape, Kernels } from "./kernels";
import type { Run, Target } from "./target";
import type { Cut } from "./team";
import { winogradKernel, winogradPackKernel } from "./winogradForward";
import { isWinograd, winogradScratch } from "./winogradTiles";
import { winogradPlaceKernel, winogradSums, winogradWeightKernel } from "./winogradWeight";

export type ConvolutionKernels = Pick<
  Kernels,
  "conv2dScratch" | "conv2d" | "conv2dBackwardInput" | "conv2dBackwardWeight"
>;

/** Kernels of other families that a convolution is put together from. */
export interface Parts {
  readonly gemm: Kernels["gemm"];
  readonly binary: Kernels["binary"];
  readonly axpy: Kernels["axpy"];
  /** Runs a kernel, in parts on several threads if there are any. */
  readonly share: (run: Run, args: readonly number[], cut: Cut) => void;
}

/** A batch is cut into so many tasks at most; weight gradients are summed in that many parts, whoever computes them. */
const tasks = 8;

/** One pass of a shape: how it runs, and what it needs. */
interface Way {
  readonly pass: Pass;
  readonly layout: WeightLayout;
  readonly winograd: boolean;
  /** Images of a task. */
  readonly grain: number;
  /** Bytes of scratch: of one task, and of the packed weights of a group, which come before the tasks'. */
  readonly task: number;
  readonly packed: number;
  readonly pack: () => Run;
  readonly kernel: (variant: Variant) => Run;
}

const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};

const align = (bytes: number) => Math.ceil(bytes / 64) * 64;

function wayOf(target: Target, pass: Pass, layout: WeightLayout, batch: number): Way {
  const winograd = isWinograd(pass);
  const grain = Math.ceil(batch / tasks);
  const made = new Map<number, Run>();
  return {
    ...{ pass, layout, winograd, grain },
    task: align(winograd ? winogradScratch(target, pass, grain) : directScratch(target, pass)),
    packed: align(4 * (winograd ? winogradSums(target, pass) : packedWeights(target, layout))),
    pack: once(() => (winograd ? winogradPackKernel : packKernel)(target, layout)),
    kernel: (variant) => {
      const key = (variant.bias ? 2 : 0) + (variant.accumulate ? 1 : 0);
      let run = made.get(key);
      if (run === undefined) {
        run = winograd ? winogradKernel(target, pass, grain, variant) : directKernel(target, pass, variant);
        made.set(key, run);
      }
      return run;
    },
  };
}

/** The kernels of one shape. */
class Convolution {
  private readonly forward: Way;
  private readonly backward: Way;
  private readonly weightKernel: () => Run;
  private readonly place: () => Run;
  private readonly placeAdding: () => Run;
  /** 1×1 at stride 1: y = weight·x for each image, with no copy of anything. */
  private readonly pointwise: boolean;
  readonly scratch: number;

  constructor(
    target: Target,
    private readonly parts: Parts,
    private readonly shape: Conv2dShape,
  ) {
    const { batch, groups } = shape;
    this.forward = wayOf(target, forwardPass(shape), forwardWeights(shape), batch);
    this.backward = wayOf(target, backwardPass(shape), backwardWeights(shape), batch);
    const { pass, layout, winograd, grain } = this.forward;
    this.pointwise =
      pass.kernelHeight * pass.kernelWidth * pass.strideHeight * pass.strideWidth * groups === 1 &&
      pass.inHeight === pass.outHeight &&
      pass.inWidth === pass.outWidth &&
      shape.paddingTop + shape.paddingLeft === 0;
    this.weightKernel = once(() =>
      winograd ? winogradWeightKernel(target, pass, grain) : directWeightKernel(target, pass),
    );
    const place = winograd ? winogradPlaceKernel : placeKernel;
    this.place = once(() => place(target, layout, false));
    this.placeAdding = once(() => place(target, layout, true));
    this.sums = align(4 * (winograd ? winogradSums(target, pass) : directSums(target, pass)));
    this.weightTask = align(
      winograd ? winogradScratch(target, pass, grain, true) : directScratch(target, pass),
    );
    const count = Math.ceil(batch / grain);
    this.scratch = this.pointwise
      ? 0
      : Math.max(
          this.forward.packed + count * this.forward.task,
          this.backward.packed + count * this.backward.task,
          count * (this.sums + this.weightTask),
        );
  }
  private readonly sums: number;
  private readonly weightTask: number;

  run(x: number, weight: number, bias: number, y: number, scratch: number): void {
    const { batch, groups, inChannels, outChannels, outHeight, outWidth } = this.shape;
    if (this.pointwise) {
      const pixels = outHeight * outWidth;
      for (let n = 0; n < batch; n++) {
        const to = y + n * outChannels * pixels * 4;
        this.parts.gemm(
          weight,
          x + n * inChannels * pixels * 4,
          to,
          outChannels,
          pixels,
          inChannels,
          false,
          false,
          false,
        );
        if (bias !== 0) this.parts.binary("add", "columnRight", to, bias, to, outChannels, pixels);
      }
      return;
    }
    this.drive(this.forward, groups, x, weight, bias, y, scratch, false);
  }

  backwardInput(dy: number, weight: number, dx: number, scratch: number, accumulate: boolean): void {
    const { batch, groups, inChannels, outChannels, outHeight, outWidth } = this.shape;
    if (this.pointwise) {
      const pixels = outHeight * outWidth;
      for (let n = 0; n < batch; n++) {
        const [from, to] = [dy + n * outChannels * pixels * 4, dx + n * inChannels * pixels * 4];
        this.parts.gemm(weight, from, to, inChannels, pixels, outChannels, true, false, accumulate);
      }
      return;
    }
    this.drive(this.backward, groups, dy, weight, 0, dx, scratch, accumulate);
  }

  backwardWeight(x: number, dy: number, dWeight: number, scratch: number, accumulate: boolean): void {
    const { batch, groups, inChannels, outChannels, outHeight, outWidth } = this.shape;
    if (this.pointwise) {
      const pixels = outHeight * outWidth;
      for (let n = 0; n < batch; n++) {
        const [from, by] = [x + n * inChannels * pixels * 4, dy + n * outChannels * pixels * 4];
        this.parts.gemm(by, from, dWeight, outChannels, inChannels, pixels, false, true, accumulate || n > 0);
      }
      return;
    }
    const { pass, grain, layout } = this.forward;
    const count = Math.ceil(batch / grain);
    const area = scratch + count * this.sums;
    const run = this.weightKernel();
    for (let g = 0; g < groups; g++) {
      const from = x + g * pass.inChannels * pass.inHeight * pass.inWidth * 4;
      const by = dy + g * pass.outChannels * pass.outHeight * pass.outWidth * 4;
      // One part after the other; `images` counts down so that each part knows what is left for it.
      for (let part = 0; part < count; part++) {
        const images = Math.min(grain, batch - part * grain);
        run(
          from + part * grain * pass.inImage * 4,
          by + part * grain * pass.outImage * 4,
          scratch + part * this.sums,
          area,
          images,
        );
      }
      for (let part = 1; part < count; part++)
        this.parts.axpy(1, scratch + part * this.sums, scratch, this.sums / 4);
      const to = dWeight + g * layout.lanes * layout.channels * layout.taps * 4;
      (accumulate ? this.placeAdding : this.place)()(scratch, to);
    }
  }

  private drive(
    way: Way,
    groups: number,
    x: number,
    weight: number,
    bias: number,
    y: number,
    scratch: number,
    accumulate: boolean,
  ): void {
    const { pass, layout, grain, task, packed } = way;
    const run = way.kernel({ bias: bias !== 0, accumulate });
    const cut: Cut = {
      count: 5,
      advance: [pass.inImage * 4, 0, 0, pass.outImage * 4, task / grain, 0],
      grain,
    };
    for (let g = 0; g < groups; g++) {
      way.pack()(weight + g * layout.lanes * layout.channels * layout.taps * 4, scratch);
      const from = x + g * pass.inChannels * pass.inHeight * pass.inWidth * 4;
      const to = y + g * pass.outChannels * pass.outHeight * pass.outWidth * 4;
      const biasAt = bias === 0 ? 0 : bias + g * pass.outChannels * 4;
      this.parts.share(run, [from, scratch, biasAt, to, scratch + packed, this.shape.batch], cut);
    }
  }
}

/** Convolutions by shape: by identity of the object, and by its numbers, as many as are in use. */
export function createConvolution(target: Target, parts: Parts): ConvolutionKernels {
  const bySizes = new Map<string, Convolution>();
  const byObject = new WeakMap<Conv2dShape, Convolution>();
  const of = (shape: Conv2dShape): Convolution => {
    let convolution = byObject.get(shape);
    if (convolution === undefined) {
      const key = Object.values(shape).join();
      convolution = bySizes.get(key);
      if (convolution === undefined) {
        if (bySizes.size >= 256) bySizes.clear();
        convolution = new Convolution(target, parts, shape);
        bySizes.set(key, convolution);
      }
      byObject.set(shape, convolution);
    }
    return convolution;
  };
  return {
    conv2dScratch: (shape) => of(shape).scratch,
    conv2d(shape, x, weight, bias, y, scratch) {
      of(shape).run(x, weight, bias, y, scratch);
    },
    conv2dBackwardInput(shape, dy, weight, dx, scratch, accumulate) {
      of(shape).backwardInput(dy, weight, dx, scratch, accumulate);
    },
    conv2dBackwardWeight(shape, x, dy, dWeight, scratch, accumulate) {
      of(shape).backwardWeight(x, dy, dWeight, scratch, accumulate);
    },
  };
}
