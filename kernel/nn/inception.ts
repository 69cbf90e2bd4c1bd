// Small Inception networks: the blocks of Szegedy et al. with an eighth of the channels, with and without batch norm.

import { requireKnown } from "../tensor/arguments";
import { ReLU } from "./activations";
import { AdaptiveAvgPool2d } from "./adaptivePooling";
import { BatchNorm2d } from "./batchNorm";
import { Branches, Flatten, Sequential } from "./containers";
import { Conv2d } from "./conv";
import { Linear } from "./linear";
import type { Module } from "./module";
import { AvgPool2d, MaxPool2d } from "./pooling";

/** Channels that come out of each convolution of an InceptionV1. */
export interface InceptionV1Widths {
  /** Channels of the 1×1 branch. Default 8. */
  conv1: number;
  /** Channels of the 1×1 in front of the 3×3. Default 12. */
  reduce3: number;
  /** Channels of the 3×3. Default 16. */
  conv3: number;
  /** Channels of the 1×1 in front of the 5×5. Default 2. */
  reduce5: number;
  /** Channels of the 5×5. Default 4. */
  conv5: number;
  /** Channels of the 1×1 after the pool. Default 4. */
  pool: number;
}

/** Channels that come out of each convolution of an InceptionV2. */
export interface InceptionV2Widths {
  /** Channels of the 1×1 branch. Default 8. */
  conv1: number;
  /** Channels of the 1×1 in front of the 3×3. Default 8. */
  reduce3: number;
  /** Channels of the 3×3. Default 8. */
  conv3: number;
  /** Channels of the 1×1 in front of the two 3×3. Default 8. */
  reduceDouble3: number;
  /** Channels of each of the two 3×3. Default 12. */
  double3: number;
  /** Channels of the 1×1 after the pool. Default 4. */
  pool: number;
}

/** Channels that come out of each convolution of an InceptionReduction. */
export interface InceptionReductionWidths {
  /** Channels of the 1×1 in front of the 3×3. Default 16. */
  reduce3: number;
  /** Channels of the 3×3. Default 20. */
  conv3: number;
  /** Channels of the 1×1 in front of the two 3×3. Default 8. */
  reduceDouble3: number;
  /** Channels of each of the two 3×3. Default 12. */
  double3: number;
}

/** What the blocks can be told. */
export interface InceptionOptions<Widths> {
  /** Channels by convolution; what is left out is the default. */
  widths?: Partial<Widths>;
  /** After each convolution: batch normalization, no bias, then ReLU; or else a bias, then ReLU. */
  batchNorm?: boolean;
}

/**
 * 1×1 ∥ 1×1, 3×3 ∥ 1×1, 5×5 ∥ 3×3 max pool, 1×1, each convolution followed by ReLU: [N, C, H, W] → [N, outChannels, H, W].
 * The block of GoogLeNet (Szegedy et al. 2015); widths are those of its 3a divided by 8, 32 channels in all. Without batch norm
 * unless asked for.
 */
export class InceptionV1 extends Branches {
  /** Channels that come out. */
  readonly outChannels: number;

  constructor(
    readonly inChannels: number,
    { widths = {}, batchNorm = false }: InceptionOptions<InceptionV1Widths> = {},
  ) {
    const { conv1 = 8, reduce3 = 12, conv3 = 16, reduce5 = 2, conv5 = 4, pool = 4 } = widths;
    const unit = units(batchNorm);
    super(
      new Sequential(...unit(inChannels, conv1, 1)),
      new Sequential(...unit(inChannels, reduce3, 1), ...unit(reduce3, conv3, 3)),
      new Sequential(...unit(inChannels, reduce5, 1), ...unit(reduce5, conv5, 5)),
      new Sequential(new MaxPool2d(3, { stride: 1, padding: 1 }), ...unit(inChannels, pool, 1)),
    );
    requireKnown(new.target.name, arguments, 2, ["widths", "batchNorm"]);
    this.outChannels = conv1 + conv3 + conv5 + pool;
  }
}

/**
 * 1×1 ∥ 1×1, 3×3 ∥ 1×1, 3×3, 3×3 ∥ 3×3 average pool, 1×1, each convolution followed by batch norm and ReLU:
 * [N, C, H, W] → [N, outChannels, H, W]. The block of Ioffe & Szegedy 2015; widths are those of its 3a divided by 8, 32 channels
 * in all. `batchNorm: false` gives biases instead.
 */
export class InceptionV2 extends Branches {
  /** Channels that come out. */
  readonly outChannels: number;

  constructor(
    readonly inChannels: number,
    { widths = {}, batchNorm = true }: InceptionOptions<InceptionV2Widths> = {},
  ) {
    const { conv1 = 8, reduce3 = 8, conv3 = 8, reduceDouble3 = 8, double3 = 12, pool = 4 } = widths;
    const unit = units(batchNorm);
    super(
      new Sequential(...unit(inChannels, conv1, 1)),
      new Sequential(...unit(inChannels, reduce3, 1), ...unit(reduce3, conv3, 3)),
      new Sequential(
        ...unit(inChannels, reduceDouble3, 1),
        ...unit(reduceDouble3, double3, 3),
        ...unit(double3, double3, 3),
      ),
      new Sequential(new AvgPool2d(3, { stride: 1, padding: 1 }), ...unit(inChannels, pool, 1)),
    );
    requireKnown(new.target.name, arguments, 2, ["widths", "batchNorm"]);
    this.outChannels = conv1 + conv3 + double3 + pool;
  }
}

/**
 * 1×1, 3×3 of stride 2 ∥ 1×1, 3×3, 3×3 of stride 2 ∥ 3×3 max pool of stride 2: [N, C, H, W] → [N, outChannels, ⌈H/2⌉, ⌈W/2⌉],
 * where the pooled input goes through as it is. Ioffe & Szegedy 2015, their 3c, widths divided by 8. With batch norm unless
 * `batchNorm: false`.
 */
export class InceptionReduction extends Branches {
  /** Channels that come out. */
  readonly outChannels: number;

  constructor(
    readonly inChannels: number,
    { widths = {}, batchNorm = true }: InceptionOptions<InceptionReductionWidths> = {},
  ) {
    const { reduce3 = 16, conv3 = 20, reduceDouble3 = 8, double3 = 12 } = widths;
    const unit = units(batchNorm);
    super(
      new Sequential(...unit(inChannels, reduce3, 1), ...unit(reduce3, conv3, 3, 2)),
      new Sequential(
        ...unit(inChannels, reduceDouble3, 1),
        ...unit(reduceDouble3, double3, 3),
        ...unit(double3, double3, 3, 2),
      ),
      new MaxPool2d(3, { stride: 2, padding: 1 }),
    );
    requireKnown(new.target.name, arguments, 2, ["widths", "batchNorm"]);
    this.outChannels = conv3 + double3 + inChannels;
  }
}

/** What a SmallInception can be told. */
export interface SmallInceptionOptions {
  /** Which blocks it is made of. Default "v2". */
  version?: "v1" | "v2";
  /** Batch norm after each convolution. Default: for v2 only. */
  batchNorm?: boolean;
  /** Default 1, gray pictures. */
  inChannels?: number;
  /** Default 10. */
  classes?: number;
}

/**
 * A classifier of small pictures: 3×3 convolution to 16 channels, pool, block, pool, block, global average pool, linear:
 * [N, 1, 28, 28] → logits [N, 10]; any height and width do. On 28×28 pictures v2 takes 0.92 million multiply-adds a picture, v1 0.71.
 */
export class SmallInception extends Sequential {
  constructor({
    version = "v2",
    batchNorm = version === "v2",
    inChannels = 1,
    classes = 10,
  }: SmallInceptionOptions = {}) {
    if (version !== "v1" && version !== "v2") {
      throw new RangeError(`SmallInception: expected version "v1" or "v2", got ${String(version)}`);
    }
    const Block = version === "v1" ? InceptionV1 : InceptionV2;
    const first = new Block(16, { batchNorm });
    const second = new Block(first.outChannels, { batchNorm });
    super(
      ...units(batchNorm)(inChannels, 16, 3),
      new MaxPool2d(3, { stride: 2, padding: 1 }),
      first,
      new MaxPool2d(3, { stride: 2, padding: 1 }),
      second,
      new AdaptiveAvgPool2d(1),
      new Flatten(),
      new Linear(second.outChannels, classes),
    );
    requireKnown(new.target.name, arguments, 1, ["version", "batchNorm", "inChannels", "classes"]);
  }
}

/** Makes a convolution that keeps the size but for its stride, with what follows it. */
function units(batchNorm: boolean) {
  return (inChannels: number, outChannels: number, kernelSize: number, stride = 1): Module[] => {
    const padding = (kernelSize - 1) / 2;
    const conv = new Conv2d(inChannels, outChannels, kernelSize, { stride, padding, bias: !batchNorm });
    return batchNorm ? [conv, new BatchNorm2d(outChannels), new ReLU()] : [conv, new ReLU()];
  };
}
