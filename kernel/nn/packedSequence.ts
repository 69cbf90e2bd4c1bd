// Sequences of different lengths in one batch: padded to the longest, or packed without padding, as torch.nn.utils.rnn has them.

import { cat, full, type Shape, stack, type Tensor, tensor } from "../tensor";
import {
  describe,
  optionsOf,
  requireInteger,
  requireKnown,
  requireNumber,
  requireTensor,
  requireTensors,
  show,
} from "../tensor/arguments";

/**
 * Sequences without their padding, the longest first: all first steps, then all second steps, …. Made by packPaddedSequence(),
 * taken and given by RNN, LSTM and GRU.
 */
export class PackedSequence {
  constructor(
    /** [Σ lengths, ...]: the steps in order of time. */
    readonly data: Tensor,
    /** How many sequences have a first step, a second, …: int32 [longest]. */
    readonly batchSizes: Tensor,
    /** Which sequence of the batch stands first, second, … here: int32 [batch]; null where they came sorted. */
    readonly sortedIndices: Tensor | null = null,
    /** Where each sequence of the batch stands here: int32 [batch]; null where they came sorted. */
    readonly unsortedIndices: Tensor | null = null,
  ) {
    requireKnown(new.target.name, arguments, 4);
    requireTensor("PackedSequence", data, "data");
    requireTensor("PackedSequence", batchSizes, "batchSizes");
    const sizes = wholeNumbers("PackedSequence", "batchSizes", batchSizes);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const falling = sizes.every((size, i) => size >= 1 && size <= (sizes[i - 1] ?? size));
    if (!falling || total !== data.shape[0]) {
      throw new RangeError(
        `PackedSequence: expected batchSizes that fall and add up to the rows of data ${show(data.shape)}, got ${show(sizes)}`,
      );
    }
    for (const [name, order] of Object.entries({ sortedIndices, unsortedIndices })) {
      if (order === null) continue;
      requireTensor("PackedSequence", order, name);
      const positions = wholeNumbers("PackedSequence", name, order);
      if (positions.length !== sizes[0] || new Set(positions).size !== sizes[0]) {
        throw new RangeError(
          `PackedSequence: expected ${name} of ${sizes[0]} sequences, each once, got ${show(positions)}`,
        );
      }
    }
  }
}

/** What packPaddedSequence() can be told. */
export interface PackPaddedOptions {
  /** The input is [B, T, ...], not [T, B, ...]. Default false. */
  batchFirst?: boolean;
  /** The lengths fall already; false sorts them. Default true. */
  enforceSorted?: boolean;
}

/**
 * A padded batch [T, B, ...] without its padding. `lengths` are B whole numbers from 1 to T, an array or an int32 tensor. Throws a
 * RangeError for other lengths, and for such as do not fall unless enforceSorted is false.
 */
export function packPaddedSequence(
  input: Tensor,
  lengths: Tensor | readonly number[],
  options: PackPaddedOptions | boolean = {},
  ...more: [enforceSorted?: boolean]
): PackedSequence {
  const { batchFirst = false, enforceSorted = true } = optionsOf<PackPaddedOptions>(
    "packPaddedSequence",
    ["batchFirst", "enforceSorted"],
    options,
    more,
  );
  requireTensor("packPaddedSequence", input);
  if (input.shape.length < 2) {
    throw new RangeError(
      `packPaddedSequence: expected input [T, B, ...], or [B, T, ...] with batchFirst, got ${show(input.shape)}`,
    );
  }
  const padded = batchFirst ? input.transpose(0, 1) : input;
  const [steps, batch] = padded.shape as [number, number];
  const given = wholeNumbers("packPaddedSequence", "lengths", lengths);
  if (given.length !== batch || given.some((length) => length < 1 || length > steps)) {
    throw new RangeError(
      `packPaddedSequence: expected ${batch} lengths from 1 to ${steps}, got ${show(given)}`,
    );
  }
  const order = given.map((_, i) => i);
  if (!enforceSorted) order.sort((a, b) => given[b]! - given[a]!);
  const sorted = order.map((i) => given[i]!);
  if (sorted.some((length, i) => length > (sorted[i - 1] ?? length))) {
    throw new RangeError(
      `packPaddedSequence: expected lengths that fall, got ${show(given)}; sort the batch, or pass { enforceSorted: false }`,
    );
  }
  const batchSizes = Array.from(
    { length: sorted[0] ?? 0 },
    (_, t) => sorted.filter((length) => length > t).length,
  );
  const rows = batchSizes.flatMap((size, t) => order.slice(0, size).map((sequence) => t * batch + sequence));
  const data = padded.reshape([steps * batch, ...padded.shape.slice(2)]).indexSelect(0, rows);
  if (enforceSorted) return new PackedSequence(data, int(batchSizes));
  return new PackedSequence(data, int(batchSizes), int(order), int(inverse(order)));
}

/** What padPackedSequence() can be told. */
export interface PadPackedOptions {
  /** Gives [B, T, ...], not [T, B, ...]. Default false. */
  batchFirst?: boolean;
  /** What stands behind the end of a sequence. Default 0. */
  paddingValue?: number;
  /** T, if more than the longest sequence has. */
  totalLength?: number | null;
}

/** The padded batch [T, B, ...] of a packed one, in the order it had, and the lengths, int32 [B]. */
export function padPackedSequence(
  sequence: PackedSequence,
  options: PadPackedOptions | boolean = {},
  ...more: [paddingValue?: number, totalLength?: number | null]
): [padded: Tensor, lengths: Tensor] {
  const {
    batchFirst = false,
    paddingValue = 0,
    totalLength = null,
  } = optionsOf<PadPackedOptions>(
    "padPackedSequence",
    ["batchFirst", "paddingValue", "totalLength"],
    options,
    more,
  );
  if (!(sequence instanceof PackedSequence)) {
    throw new TypeError(`padPackedSequence: expected a PackedSequence, got ${describe(sequence)}`);
  }
  requireNumber("padPackedSequence", "paddingValue", paddingValue);
  const { data } = sequence;
  const sizes = stepSizes(sequence);
  const batch = sizes[0] ?? 0;
  if (totalLength !== null) {
    requireInteger("padPackedSequence", "totalLength", totalLength, sizes.length, 2 ** 24);
  }
  const steps = totalLength ?? sizes.length;
  const place = orderOf(sequence.unsortedIndices, batch);
  const padding = data.shape[0]!; // the row behind the last
  const rows = new Array<number>(steps * batch).fill(padding);
  let start = 0;
  for (const [t, size] of sizes.entries()) {
    for (let b = 0; b < batch; b++) if (place[b]! < size) rows[t * batch + b] = start + place[b]!;
    start += size;
  }
  const rest = data.shape.slice(1);
  const value = full([1, ...rest], paddingValue, { dtype: data.dtype });
  const padded = cat([data, value])
    .indexSelect(0, rows)
    .reshape([steps, batch, ...rest]);
  const lengths = place.map((at) => sizes.filter((size) => size > at).length);
  return [batchFirst ? padded.transpose(0, 1) : padded, int(lengths)];
}

/** What padSequence() can be told. */
export interface PadSequenceOptions {
  /** Gives [B, T, ...], not [T, B, ...]. Default false. */
  batchFirst?: boolean;
  /** What stands behind the end of a sequence. Default 0. */
  paddingValue?: number;
}

/** Sequences [Tᵢ, ...] as one batch [T, B, ...], each padded to the longest. Throws a RangeError where the other sizes differ. */
export function padSequence(
  sequences: readonly Tensor[],
  options: PadSequenceOptions | boolean = {},
  ...more: [paddingValue?: number]
): Tensor {
  const { batchFirst = false, paddingValue = 0 } = optionsOf<PadSequenceOptions>(
    "padSequence",
    ["batchFirst", "paddingValue"],
    options,
    more,
  );
  requireNumber("padSequence", "paddingValue", paddingValue);
  const rest = restOf("padSequence", sequences);
  const longest = Math.max(...sequences.map((each) => each.shape[0]!));
  const padded = sequences.map((each) => {
    const missing = longest - each.shape[0]!;
    return missing === 0 ? each : cat([each, full([missing, ...rest], paddingValue, { dtype: each.dtype })]);
  });
  return stack(padded, batchFirst ? 0 : 1);
}

/** Sequences [Tᵢ, ...] packed: as packPaddedSequence() of padSequence(). */
export function packSequence(
  sequences: readonly Tensor[],
  options: { enforceSorted?: boolean } | boolean = {},
  ...more: never[]
): PackedSequence {
  const { enforceSorted = true } = optionsOf<{ enforceSorted?: boolean }>(
    "packSequence",
    ["enforceSorted"],
    options,
    more,
  );
  restOf("packSequence", sequences);
  return packPaddedSequence(
    padSequence(sequences),
    sequences.map((each) => each.shape[0]!),
    { enforceSorted },
  );
}

/** The sizes that all sequences have in common: all but the first. */
function restOf(operation: string, sequences: readonly Tensor[]): Shape {
  requireTensors(operation, sequences);
  const [first] = sequences;
  if (first === undefined || first.shape.length === 0) {
    throw new RangeError(
      `${operation}: expected sequences [T, ...], got ${first === undefined ? "none" : "[]"}`,
    );
  }
  const rest = first.shape.slice(1);
  const odd = sequences.find(
    (each) => each.shape.slice(1).join() !== rest.join() || each.shape.length !== first.shape.length,
  );
  if (odd !== undefined) {
    throw new RangeError(
      `${operation}: expected sequences [T, ${rest.join(", ")}], got one of ${show(odd.shape)}`,
    );
  }
  return rest;
}

/** How many sequences have a first step, a second, …. */
export function stepSizes({ batchSizes }: PackedSequence): number[] {
  return [...batchSizes.contiguous().data];
}

/** An order as numbers; as they stand without one. */
export function orderOf(indices: Tensor | null, batch: number): number[] {
  return indices === null ? Array.from({ length: batch }, (_, i) => i) : [...indices.contiguous().data];
}

function inverse(order: readonly number[]): number[] {
  const back = new Array<number>(order.length);
  for (const [to, from] of order.entries()) back[from] = to;
  return back;
}

const int = (values: readonly number[]): Tensor => tensor(Int32Array.from(values));

/** An int32 vector, or an array of whole numbers, as numbers. */
function wholeNumbers(operation: string, name: string, values: Tensor | readonly number[]): number[] {
  if (Array.isArray(values) && values.every((value) => Number.isSafeInteger(value))) return [...values];
  if (typeof values === "object" && values !== null && "dtype" in values) {
    if (values.dtype === "int32" && values.shape.length === 1) return [...values.contiguous().data];
  }
  throw new TypeError(
    `${operation}: expected ${name} as whole numbers in an array or an int32 tensor [n], got ${Array.isArray(values) ? `[${values.map(String).join(", ")}]` : describe(values)}`,
  );
}
