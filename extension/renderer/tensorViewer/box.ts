// What the kernel says about a tensor, checked before it is drawn: a cell may have changed what stands behind it.

import type { Histogram, Statistics } from "../../../kernel/protocol/variables";
import { type Fields, fieldsOf, isCount, isFields, numberOf, textOf } from "../payload";
import type { Box, Element, TensorInfo } from "./messages";

/** 256 × 256 elements are the most that is asked for at once. */
const most = { dimensions: 64, values: 256 * 256, bins: 1024 };

/** Undefined if it is no tensor. */
export function asTensor(value: unknown): TensorInfo | undefined {
  const { name, type, shape, dtype, bytes } = fieldsOf(value);
  if (!isShape(shape)) return undefined;
  return { name: textOf(name), type: textOf(type), shape, dtype: textOf(dtype), bytes: textOf(bytes) };
}

/** Undefined if it is no box. */
export function asBox(value: unknown): Box | undefined {
  const { shape, values, statistics, histogram } = fieldsOf(value);
  if (!isShape(shape) || !Array.isArray(values) || values.length > most.values) return undefined;
  return {
    shape,
    values: values.every(isElement) ? values : [],
    statistics: isFields(statistics) ? statisticsOf(statistics) : undefined,
    histogram: isFields(histogram) ? histogramOf(histogram) : undefined,
  };
}

function statisticsOf({ min, max, mean, std, nan, infinite }: Fields): Statistics {
  return {
    min: numberOf(min, null),
    max: numberOf(max, null),
    mean: numberOf(mean, null),
    std: numberOf(std, null),
    nan: numberOf(nan, 0),
    infinite: numberOf(infinite, 0),
  };
}

function histogramOf({ from, to, counts }: Fields): Histogram | undefined {
  const isCounted = Array.isArray(counts) && counts.length <= most.bins && counts.every(isCount);
  const [low, high] = [numberOf(from, undefined), numberOf(to, undefined)];
  return isCounted && low !== undefined && high !== undefined ? { from: low, to: high, counts } : undefined;
}

const isShape = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length <= most.dimensions && value.every(isCount);

const isElement = (value: unknown): value is Element =>
  typeof value === "number" || value === "NaN" || value === "Infinity" || value === "-Infinity";
