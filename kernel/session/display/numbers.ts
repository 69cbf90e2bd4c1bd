// The numbers of a tensor or typed array, looked at: a box of them, statistics, a histogram.
import {
  type Histogram,
  maxElements,
  numbersSymbol,
  type Statistics,
  type TensorReply,
  type TensorRequest,
} from "../../protocol";

/** Elements in the order of their indices. */
export interface Numbers {
  shape: readonly number[];
  dtype: string;
  /** Throws where the tensor has been freed. */
  read(): ArrayLike<number>;
}

const dtypes: Record<string, string> = {
  Float32Array: "float32",
  Float64Array: "float64",
  Int8Array: "int8",
  Int16Array: "int16",
  Int32Array: "int32",
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
  Uint16Array: "uint16",
  Uint32Array: "uint32",
  Buffer: "uint8",
};

export function numbersOf(value: unknown): Numbers | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (ArrayBuffer.isView(value)) {
    const dtype = dtypes[value.constructor.name];
    const array = value as unknown as ArrayLike<number>;
    return dtype === undefined ? undefined : { shape: [array.length], dtype, read: () => array };
  }
  const tensor = value as { shape: number[]; dtype: string; [numbersSymbol]?(): ArrayLike<number> };
  if (typeof tensor[numbersSymbol] !== "function") return undefined;
  return {
    shape: Array.from(tensor.shape, Number),
    dtype: String(tensor.dtype),
    read: () => tensor[numbersSymbol]!(),
  };
}

/** The runtime keeps four bytes an element, bool too. */
export function bytesOf({ dtype }: Numbers, values: ArrayLike<number>): number {
  return (values.length * Number(/\d+$/.exec(dtype)?.[0] ?? 32)) / 8;
}

export function statisticsOf(values: ArrayLike<number>): Statistics {
  let [min, max, sum, finite, nan] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) {
      if (Number.isNaN(value)) nan++;
      continue;
    }
    finite++;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const mean = sum / finite;
  let squares = 0; // of differences from the mean: a sum of squares alone would lose the digits of a small spread
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) squares += (values[i]! - mean) ** 2;
  }
  const infinite = values.length - finite - nan;
  if (finite === 0) return { min: null, max: null, mean: null, std: null, nan, infinite };
  return { min, max, mean, std: finite > 1 ? Math.sqrt(squares / (finite - 1)) : null, nan, infinite };
}

/** @throws RangeError where the box is none, or larger than a message may be. */
export function tensorReply(numbers: Numbers, { start, size, step, bins }: TensorRequest): TensorReply {
  const { shape, dtype } = numbers;
  const values = numbers.read();
  const from = shape.map((_, dim) => start?.[dim] ?? 0);
  const extent = shape.map((length, dim) => size?.[dim] ?? length - from[dim]!);
  const isInside = shape.every(
    (length, dim) => from[dim]! >= 0 && extent[dim]! >= 0 && from[dim]! + extent[dim]! <= length,
  );
  const stride = shape.map((_, dim) => Math.max(1, step?.[dim] ?? 1));
  const taken = extent.map((length, dim) => Math.ceil(length / stride[dim]!));
  const count = taken.reduce((product, length) => product * length, 1);
  if (!isInside || count > maxElements) {
    const expected = isInside ? `at most ${maxElements} elements` : `a box within [${shape.join(", ")}]`;
    throw new RangeError(
      `tensor_request: expected ${expected}, got [${taken.join(", ")}] from [${from.join(", ")}]`,
    );
  }
  const box = { shape: [...shape], dtype, start: from, size: extent, step: stride };
  const elements = boxOf(values, shape, from, taken, stride).map(toJson);
  if (bins === undefined) return { ...box, values: elements };
  const statistics = statisticsOf(values);
  return { ...box, values: elements, statistics, histogram: histogramOf(values, statistics, bins) };
}

/** Elements of a box, `taken` along each dimension, `stride` from one to the next. */
export function boxOf(
  values: ArrayLike<number>,
  shape: readonly number[],
  from: readonly number[],
  taken: readonly number[],
  stride: readonly number[],
): number[] {
  const box: number[] = [];
  const walk = (dim: number, offset: number): void => {
    if (dim === shape.length) {
      box.push(values[offset]!);
      return;
    }
    for (let i = 0; i < taken[dim]!; i++) {
      walk(dim + 1, offset * shape[dim]! + from[dim]! + i * stride[dim]!);
    }
  };
  walk(0, 0);
  return box;
}

/** Counts the finite elements; undefined where there are none. */
export function histogramOf(
  values: ArrayLike<number>,
  { min, max }: Statistics,
  bins: number,
): Histogram | undefined {
  if (min === null || max === null) return undefined;
  const counts = Array.from({ length: bins }, () => 0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    const bin = max > min ? Math.floor(((value - min) / (max - min)) * bins) : 0;
    counts[Math.min(bin, bins - 1)]!++; // the greatest belongs to the last
  }
  return { from: min, to: max, counts };
}

function toJson(value: number): TensorReply["values"][number] {
  if (Number.isFinite(value)) return value;
  return String(value) as "NaN" | "Infinity" | "-Infinity";
}
