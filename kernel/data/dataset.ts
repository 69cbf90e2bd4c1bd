// Data sets: tensors whose first dimension counts samples, and choices of their rows.

import { Tensor } from "../tensor";

/** What a loader and a split need: samples by number, gathered many at a time. */
export interface Dataset<Batch extends readonly Tensor[] = readonly Tensor[]> {
  /** Number of samples. */
  readonly length: number;
  /** The samples of these numbers, stacked: one tensor a field, [indices.length, …]. */
  batch(indices: Int32Array): Batch;
}

/** Tensors of equal length: sample i is the i-th row of each. */
export class TensorDataset<Batch extends readonly Tensor[] = readonly Tensor[]> implements Dataset<Batch> {
  /** The fields, all samples of each. */
  readonly tensors: Batch;
  readonly length: number;

  constructor(...tensors: Batch) {
    for (const [i, each] of tensors.entries()) {
      if (!(each instanceof Tensor) || each.shape.length === 0) {
        const got = each instanceof Tensor ? "a single number []" : String(each);
        throw new TypeError(
          `TensorDataset: expected tensors whose first dimension counts samples, got ${got} at ${i}`,
        );
      }
    }
    const lengths = tensors.map((each) => each.shape[0]!);
    if (new Set(lengths).size !== 1) {
      const got = lengths.length === 0 ? "no tensor" : `first dimensions ${lengths.join(", ")}`;
      throw new RangeError(`TensorDataset: expected at least one tensor, all of one length, got ${got}`);
    }
    this.tensors = tensors;
    this.length = lengths[0]!;
  }

  batch(indices: Int32Array): Batch {
    return this.tensors.map((each) => each.indexSelect(0, indices)) as readonly Tensor[] as Batch;
  }

  /** A data set of the samples of these numbers, copied, in this order. */
  select(indices: ArrayLike<number>): TensorDataset<Batch> {
    return new TensorDataset(...this.batch(Int32Array.from(indices)));
  }
}

/** Labelled grey pictures: `images` [N, 1, height, width] float32 in 0…1, `labels` [N] int32, counted into `classes`. */
export class ImageDataset extends TensorDataset<readonly [images: Tensor, labels: Tensor]> {
  constructor(
    readonly images: Tensor,
    readonly labels: Tensor,
    /** classes[label] is what the label means. */
    readonly classes: readonly string[],
  ) {
    super(images, labels);
  }

  override select(indices: ArrayLike<number>): ImageDataset {
    return new ImageDataset(...this.batch(Int32Array.from(indices)), this.classes);
  }
}
