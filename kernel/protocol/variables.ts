// What a client asks about the values in a session: the runner answers, late while a cell computes without a pause.

export interface Variable {
  name: string;
  kind: "tensor" | "module" | "array" | "collection" | "object" | "function" | "class" | "value";
  /** `Tensor`, `Sequential`, `Float32Array`, `Map`, `number`, … */
  type: string;
  /** Of tensors and typed arrays. */
  shape?: number[];
  dtype?: string;
  /** Elements of an array, entries of a Map or a Set, characters of a text. */
  length?: number;
  /** Memory that its numbers take, where that is known. */
  bytes?: number;
  /** One line. */
  preview: string;
  statistics?: Statistics;
}

/** Over the finite elements; null where there are none. `std` with Bessel's correction. */
export interface Statistics {
  min: number | null;
  max: number | null;
  mean: number | null;
  std: number | null;
  nan: number;
  infinite: number;
}

/** All variables, those named, or what one of them consists of. */
export interface VariablesRequest {
  names?: string[];
  /** A variable whose members are asked for: a module's parameters and buffers, a Map's entries, an object's properties. */
  of?: string;
  /** Whether tensors come with their statistics, which takes a look at every element. */
  statistics?: boolean;
}

/** A box of a tensor's elements, at most `maxElements` of them: from `start`, `size` along each dimension. */
export interface TensorRequest {
  name: string;
  /** One of its members: `0.weight` of a module. */
  member?: string;
  start?: number[];
  size?: number[];
  /** Also counts all its finite elements in so many equal bins from the least to the greatest. */
  bins?: number;
}

export const maxElements = 65_536;

export interface TensorReply {
  shape: number[];
  dtype: string;
  start: number[];
  size: number[];
  /** In the order of their indices. JSON has no word for the last three. */
  values: (number | "NaN" | "Infinity" | "-Infinity")[];
  statistics: Statistics;
  histogram?: { from: number; to: number; counts: number[] };
}

/** A value with `shape` and `dtype` hands out its elements, in order, by a method under this symbol: to look at, not to keep. */
export const numbersSymbol: unique symbol = Symbol.for("bnlab.numbers") as never;
