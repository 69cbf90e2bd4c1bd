// Data sets: samples by number. Tensors whose first dimension counts samples, and choices of the samples of others.

import { Tensor } from "../tensor";
import { describe, requireKnown, requireRank, show } from "../tensor/arguments";
import { countText } from "../words";
import { type Collated, collate } from "./collate";
import { type Rows, rows, rowsOf } from "./rows";
import { applyTransform, requireTransform, type Transform } from "./transforms/transform";

/**
 * What a loader and a split need: samples by number. Write your own with these two members, as torch.utils.data.Dataset:
 *
 * @example
 * class Squares implements data.Dataset<[x: Float32Array, y: number]> {
 *   readonly length = 100;
 *   get(i: number): [Float32Array, number] {
 *     return [Float32Array.of(i, i * i), i % 2];
 *   }
 * }
 */
export interface Dataset<Sample = unknown, Batch = Collated<Sample>> {
  /** Number of samples. */
  readonly length: number;
  /** Sample `index`, from 0 to length − 1: an array of fields, an object of named fields, or one field (see collate). */
  get(index: number): Sample;
  /** The samples of these numbers as one batch; a loader calls it instead of get() where it is there, and faster. */
  batch?(indices: Int32Array): Batch;
}

/** Tensors of equal length: sample i is the i-th row of each. As torch.utils.data.TensorDataset. */
export class TensorDataset<Fields extends readonly Tensor[] = readonly Tensor[]>
  implements Dataset<Fields, Fields>
{
  /** The fields, all samples of each. */
  readonly tensors: Fields;
  readonly length: number;

  /** Throws unless there is at least one tensor, and all have the same first dimension. */
  constructor(...tensors: Fields) {
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

  /** Row `index` of each tensor, views. */
  get(index: number): Fields {
    requireKnown("get", arguments, 1);
    return this.tensors.map((each) => each.select(0, index)) as readonly Tensor[] as Fields;
  }

  /** The rows of these numbers, one tensor a field: [indices.length, …]. */
  batch(indices: Int32Array): Fields {
    requireKnown("batch", arguments, 1);
    return this.rows(indices);
  }

  /** A data set of the samples of these numbers, copied, in this order. */
  select(indices: ArrayLike<number>): TensorDataset<Fields> {
    requireKnown("select", arguments, 1);
    return new TensorDataset(...this.rows(indices));
  }

  protected rows(indices: ArrayLike<number>): Fields {
    return this.tensors.map((each) => each.indexSelect(0, indices)) as readonly Tensor[] as Fields;
  }

  /** What is in it, as toString() shows it: "[100, 2] float32, [100] int32". */
  protected extraRepr(): string {
    return this.tensors.map(shapeAndType).join(", ");
  }

  /** Kind, length and fields in a line. */
  toString(): string {
    return `${this.constructor.name} of ${countText(this.length)}: ${this.extraRepr()}`;
  }

  /** What console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString() };
  }
}

const shapeAndType = ({ shape, dtype }: Tensor) => `${show(shape)} ${dtype}`;

function requireNames(operation: string, what: string, names: unknown): void {
  if (Array.isArray(names) && names.every((name) => typeof name === "string")) return;
  throw new TypeError(`${operation}: expected ${what} as an array of their names, got ${describe(names)}`);
}

/** "classes setosa, versicolor, virginica"; of many the first ones and how many there are. */
function listed(noun: string, names: readonly string[]): string {
  if (names.length > 12) return `${names.length} ${noun} ${names.slice(0, 10).join(", ")}, …`;
  return `${noun} ${names.join(", ")}`;
}

export interface ImageDatasetOptions {
  /** What get() and batch() do to the images, anew each time; `images` keeps them as they are. Default: nothing. */
  transform?: Transform;
}

/** Labeled pictures: `images` [N, C, height, width] float32, `labels` [N] int32, counted into `classes`. */
export class ImageDataset extends TensorDataset<readonly [images: Tensor, labels: Tensor]> {
  readonly transform: Transform | undefined;

  constructor(
    /** All images, untransformed. */
    readonly images: Tensor,
    readonly labels: Tensor,
    /** classes[label] is what the label means. */
    readonly classes: readonly string[],
    { transform }: ImageDatasetOptions = {},
  ) {
    super(images, labels);
    const name = new.target.name;
    requireKnown(name, arguments, 4, ["transform"]);
    requireRank(name, images, 4, "N, C, height, width");
    if (labels.shape.length !== 1 || labels.dtype !== "int32") {
      throw new RangeError(
        `${name}: expected labels [${images.shape[0]}] int32, which count into classes, got ${shapeAndType(labels)}`,
      );
    }
    requireNames(name, "classes", classes);
    requireLabels(name, labels, classes.length);
    if (transform !== undefined) requireTransform(name, transform);
    this.transform = transform;
  }

  /** Image [C, height, width], transformed, and its label []. */
  override get(index: number): readonly [images: Tensor, labels: Tensor] {
    requireKnown("get", arguments, 1);
    return this.#transformed(super.get(index));
  }

  /** Images [indices.length, C, height, width], transformed, and their labels. */
  override batch(indices: Int32Array): readonly [images: Tensor, labels: Tensor] {
    requireKnown("batch", arguments, 1);
    return this.#transformed(this.rows(indices));
  }

  override select(indices: ArrayLike<number>): ImageDataset {
    requireKnown("select", arguments, 1);
    const { classes, transform } = this;
    return new ImageDataset(...this.rows(indices), classes, { transform });
  }

  /**
   * The same pictures, sharing memory, with another transform: after a split, the training half alone gets its random
   * crops and flips. `undefined` takes the transform away.
   */
  withTransform(transform: Transform | undefined): ImageDataset {
    requireKnown("withTransform", arguments, 1);
    return new ImageDataset(this.images, this.labels, this.classes, { transform });
  }

  /** The labels, for a view of tables. @internal */
  [rows](): Rows {
    return rowsOf([], undefined, this.labels, this.classes);
  }

  protected override extraRepr(): string {
    return `images ${shapeAndType(this.images)}, ${listed("classes", this.classes)}`;
  }

  #transformed([images, labels]: readonly [Tensor, Tensor]): readonly [Tensor, Tensor] {
    return [this.transform === undefined ? images : applyTransform(this.transform, images), labels];
  }
}

/**
 * Labeled rows of numbers: `features` [N, columns] float32 and `labels` [N], int32 and counted into `classes`; or, where
 * the numbers themselves are to be learned, float32, and `classes` is empty.
 */
export class TableDataset extends TensorDataset<readonly [features: Tensor, labels: Tensor]> {
  constructor(
    readonly features: Tensor,
    readonly labels: Tensor,
    /** columns[i] names feature i. */
    readonly columns: readonly string[],
    /** classes[label] is what the label means. */
    readonly classes: readonly string[],
  ) {
    super(features, labels);
    requireKnown(new.target.name, arguments, 4);
    requireNames("TableDataset", "columns", columns);
    requireNames("TableDataset", "classes", classes);
    if (classes.length > 0) requireLabels("TableDataset", labels, classes.length);
    if (features.shape.length !== 2 || features.shape[1] !== columns.length) {
      throw new RangeError(
        `TableDataset: expected features [N, ${columns.length}], one a column name, got ${show(features.shape)}`,
      );
    }
  }

  override select(indices: ArrayLike<number>): TableDataset {
    requireKnown("select", arguments, 1);
    return new TableDataset(...this.rows(indices), this.columns, this.classes);
  }

  /** Features and label of each, for a view of tables. @internal */
  [rows](): Rows {
    return rowsOf(this.columns, this.features, this.labels, this.classes);
  }

  protected override extraRepr(): string {
    const { columns, classes, labels } = this;
    const learned = classes.length > 0 ? listed("classes", classes) : `labels ${shapeAndType(labels)}`;
    return `${listed("columns", columns)}; ${learned}`;
  }
}

/** Labels that count into classes. */
function requireLabels(name: string, labels: Tensor, classes: number): void {
  if (labels.numel() === 0) return;
  const wrong = [labels.min().item(), labels.max().item()].find((label) => label < 0 || label >= classes);
  if (wrong === undefined) return;
  throw new RangeError(
    `${name}: expected labels from 0 to ${classes - 1}, which count into ${classes} classes, got ${wrong}`,
  );
}

/** Some samples of a data set, in an order of their own; it asks the data set for each. As torch.utils.data.Subset. */
export class Subset<Sample, Batch = Collated<Sample>> implements Dataset<Sample, Batch> {
  readonly indices: Int32Array;

  /** Throws a RangeError for an index that `dataset` does not have. */
  constructor(
    readonly dataset: Dataset<Sample, Batch>,
    indices: ArrayLike<number>,
  ) {
    requireKnown(new.target.name, arguments, 2);
    if (typeof indices?.length !== "number") {
      throw new TypeError(`Subset: expected indices as an array of whole numbers, got ${describe(indices)}`);
    }
    const wrong = Array.from(indices).find((i) => !(Number.isInteger(i) && i >= 0 && i < dataset.length));
    if (wrong !== undefined) {
      throw new RangeError(`Subset: expected indices from 0 to ${dataset.length - 1}, got ${wrong}`);
    }
    this.indices = Int32Array.from(indices);
  }

  get length(): number {
    return this.indices.length;
  }

  get(index: number): Sample {
    requireKnown("get", arguments, 1);
    const own = this.indices[index];
    if (own === undefined) {
      throw new RangeError(`Subset: expected a sample from 0 to ${this.length - 1}, got ${index}`);
    }
    return this.dataset.get(own);
  }

  /** The chosen rows of a data set that has some, for a view of tables. @internal */
  get [rows](): (() => Rows) | undefined {
    const all = (this.dataset as { [rows]?: () => Rows })[rows]?.();
    if (!all) return undefined;
    const cell = (row: number, column: number) => all.cell(this.indices[row]!, column);
    return () => ({ columns: all.columns, length: this.length, cell });
  }

  batch(indices: Int32Array): Batch {
    requireKnown("batch", arguments, 1);
    return batchOf(
      this.dataset,
      indices.map((i) => this.indices[i]!),
    );
  }
}

/** Data sets one after the other: the samples of the first, then those of the second, … As torch.utils.data.ConcatDataset. */
export class ConcatDataset<Sample> implements Dataset<Sample> {
  readonly length: number;
  readonly #starts: readonly number[];

  /** Throws unless there is at least one data set. */
  constructor(
    /** The parts, in order. */
    readonly datasets: readonly Dataset<Sample, unknown>[],
  ) {
    requireKnown(new.target.name, arguments, 1);
    if (!Array.isArray(datasets) || datasets.length === 0) {
      throw new TypeError(`ConcatDataset: expected data sets in an array, got ${describe(datasets)}`);
    }
    let length = 0;
    this.#starts = datasets.map((part: unknown, i) => {
      const start = length;
      if (!isDataset(part)) {
        throw new TypeError(
          `ConcatDataset: expected data sets with a length and get(index), got ${describe(part)} at ${i}`,
        );
      }
      length += part.length;
      return start;
    });
    this.length = length;
  }

  get(index: number): Sample {
    requireKnown("get", arguments, 1);
    if (!(Number.isInteger(index) && index >= 0 && index < this.length)) {
      throw new RangeError(`ConcatDataset: expected a sample from 0 to ${this.length - 1}, got ${index}`);
    }
    const part = this.#starts.findLastIndex((start) => start <= index);
    return this.datasets[part]!.get(index - this.#starts[part]!);
  }
}

/** Whether it has what a loader asks for. */
export function isDataset(value: unknown): value is Dataset {
  const { get, length } = (value ?? {}) as Partial<Dataset>;
  return typeof get === "function" && Number.isInteger(length) && length! >= 0;
}

/** The samples of these numbers as one batch: gathered by the data set if it can, else got one by one. */
export function batchOf<Sample, Batch>(dataset: Dataset<Sample, Batch>, indices: Int32Array): Batch {
  if (dataset.batch !== undefined) return dataset.batch(indices);
  return collate(samplesOf(dataset, indices)) as Batch;
}

/** The samples of these numbers, one by one. */
export function samplesOf<Sample>(dataset: Dataset<Sample, unknown>, indices: Int32Array): Sample[] {
  return Array.from(indices, (i) => dataset.get(i));
}
