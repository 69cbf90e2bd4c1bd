// The two dimensions of a tensor that a page of rows and columns shows, and where in the others it stands. Runs in a web page.
import type { Histogram, Statistics } from "../../../kernel/protocol/variables";
import { shortNumber } from "../../../kernel/words";
import type { Box, BoxRequest, Element, TensorInfo, ViewerWords } from "./messages";
import type { Source } from "./source";

/** What all views of a tensor draw from. */
export interface Looked {
  tensor: TensorInfo;
  /** An index for each dimension but the last two. */
  at: readonly number[];
  statistics: Statistics;
  histogram: Histogram | undefined;
  source: Source;
  words: ViewerWords;
  /** Says something below the views: the element that is pointed at. */
  say(text: string): void;
}

/** A way to look at the tensor; `show` is called again whenever something of it has changed. */
export interface View {
  readonly element: HTMLElement;
  show(looked: Looked): void;
}

/** A mask's elements are kept as numbers. */
export const shownElement = ({ dtype }: TensorInfo, value: Element): string => {
  if (dtype === "bool") return String(value !== 0);
  return typeof value === "number" ? shortNumber(value, 6) : value;
};

/** Rows and columns; a row of numbers alone stands upright. */
export function extentOf({ shape }: TensorInfo): [rows: number, columns: number] {
  if (shape.length < 2) return [shape[0] ?? 1, 1];
  return [shape.at(-2)!, shape.at(-1)!];
}

/** A box of rows and columns. */
export function sliceOf(
  { tensor: { shape }, at }: Looked,
  [row, column]: readonly [number, number],
  [rows, columns]: readonly [number, number],
  [down, across]: readonly [number, number] = [1, 1],
): BoxRequest {
  if (shape.length === 0) return { start: [], size: [] };
  if (shape.length === 1) return { start: [row], size: [rows], step: [down] };
  const ones = at.map(() => 1);
  return { start: [...at, row, column], size: [...ones, rows, columns], step: [...ones, down, across] };
}

/** `[3, 0, 12]`: the index of an element in the slice. */
export function indexOf({ tensor: { shape }, at }: Looked, row: number, column: number): string {
  if (shape.length === 0) return "[]";
  return `[${[...at, row, ...(shape.length > 1 ? [column] : [])].join(", ")}]`;
}

export const numberOf = (value: Box["values"][number] | undefined): number => Number(value);
