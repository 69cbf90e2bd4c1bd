// What a client asks about the values in a session: the runner answers, late while a cell computes without a pause.

export interface Variable {
  name: string;
  kind: "tensor" | "module" | "array" | "collection" | "object" | "function" | "class" | "value";
  /** `Tensor`, `Sequential`, `Float32Array`, `Map`, `number`, … */
  type: string;
  /** Tensors and typed arrays have one. */
  shape?: number[];
  dtype?: string;
  /** Elements of an array, entries of a Map or a Set, characters of a text. */
  length?: number;
  /** Memory that its numbers take, where that is known. */
  bytes?: number;
  /** Rows that it has as a table, where it is one. */
  rows?: number;
  /** One line. */
  preview: string;
  statistics?: Statistics;
  /** What a cell would show of it in words; of a string its characters. */
  text?: string;
}

/** More than a hover shows well. */
const most = { lines: 20, characters: 2_000 };

/** What is in a variable, for where it is asked about: what a cell would show of it, or one line where that is too much. */
export function shownValue({ kind, type, text, preview }: Variable): string {
  if (text === undefined || type === "string") return preview;
  const whole = kind === "module" ? `${text}\n${preview}` : text;
  return whole.length > most.characters || whole.split("\n").length > most.lines ? preview : whole;
}

/** Over the finite elements; null where there are none. `std` with Bessel's correction. */
export type Statistics = {
  min: number | null;
  max: number | null;
  mean: number | null;
  std: number | null;
  nan: number;
  infinite: number;
};

/** How many finite elements lie in each of equal bins, from the least element to the greatest. */
export type Histogram = { from: number; to: number; counts: number[] };

/** Under `Mime.tensor`: what an output shows of a tensor, in a few kilobytes however large it is. */
export type TensorSummary = {
  /** `Tensor`, `Parameter`, `Float32Array`. */
  type: string;
  shape: number[];
  dtype: string;
  bytes: number;
  statistics: Statistics;
  /** Null where no element is finite. */
  histogram: Histogram | null;
  /**
   * Its last two dimensions as a picture, for the first few indices of the others: each `rows` × `columns` levels, from 1
   * for the least element to 255 for the greatest, 0 for what is not finite; bytes in base64. Of larger ones every so
   * manyth element.
   */
  tiles: { rows: number; columns: number; levels: string[] };
  /** The numbers in words: the first lines of `text/plain`. */
  text: string;
};

/** All variables, those named, or what one of them consists of. */
export interface VariablesRequest {
  names?: string[];
  /** A variable whose members are asked for: a module's parameters and buffers, a Map's entries, an object's properties. */
  of?: string;
  /** Whether tensors come with their statistics, which takes a look at every element. */
  statistics?: boolean;
  /** Whether each comes with its whole text. */
  text?: boolean;
}

/** A box of a tensor's elements, at most `maxElements` of them: from `start`, `size` along each dimension. */
export interface TensorRequest {
  name: string;
  /** One of its members: `0.weight` of a module. */
  member?: string;
  start?: number[];
  size?: number[];
  /** The reply holds only every so manyth element of the box along each dimension. */
  step?: number[];
  /** Also looks at all elements: their statistics, and how many lie in each of so many bins. */
  bins?: number;
}

export const maxElements = 65_536;

export interface TensorReply {
  shape: number[];
  dtype: string;
  start: number[];
  size: number[];
  step: number[];
  /** In the order of their indices. JSON has no word for the last three. */
  values: (number | "NaN" | "Infinity" | "-Infinity")[];
  statistics?: Statistics;
  histogram?: Histogram;
}

/** A value with `shape` and `dtype` hands out its elements, in order, by a method under this symbol: to look at, not to keep. */
export const numbersSymbol: unique symbol = Symbol.for("bnlab.numbers") as never;
