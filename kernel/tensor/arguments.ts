// What is asked of arguments before anything happens with them. Throws in words; computes nothing, knows no operation.

import type { DType } from "./dtype";
import { Generator } from "./math/random";
import { type Shape, sameShape, show } from "./shape";
import type { Tensor } from "./tensor";

/** A value as errors name it. */
export function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === "number") return String(value);
  if (isTensor(value)) return `a tensor ${show(value.shape)} ${value.dtype}`;
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "object") return `${typeof value} ${String(value)}`;
  const kind = value.constructor?.name ?? "Object";
  return kind === "Object" ? "an object" : `a ${kind}`; // a module passed for its parameters, say
}

function isTensor(value: unknown): value is Tensor {
  return typeof value === "object" && value !== null && "storage" in value && "shape" in value;
}

export function requireTensor(operation: string, x: Tensor, name = ""): void {
  if (isTensor(x)) return;
  throw new TypeError(
    `${operation}: expected ${name === "" ? "" : `${name} to be `}a tensor, got ${describe(x)}${ArrayBuffer.isView(x) ? "; pass the tensor itself, not its .data, which is an array of its numbers" : ""}`,
  );
}

/** An optional parameter of one value for each of something: float32 [size], or null for none. */
export function requireVector(
  operation: string,
  name: string,
  x: Tensor | null | undefined,
  size: number,
): void {
  if (x === null || x === undefined) return;
  requireTensor(operation, x, name);
  if (!sameShape(x.shape, [size]) || x.dtype !== "float32") {
    throw new RangeError(`${operation}: expected ${name} [${size}] float32, got ${show(x.shape)} ${x.dtype}`);
  }
}

export function requireTensors(operation: string, list: readonly Tensor[]): void {
  if (!Array.isArray(list)) {
    throw new TypeError(`${operation}: expected an array of tensors, got ${describe(list)}`);
  }
  for (const x of list) requireTensor(operation, x);
}

export function requireRank(operation: string, x: Tensor, rank: number, letters: string): void {
  requireTensor(operation, x);
  if (x.shape.length !== rank) {
    throw new RangeError(`${operation}: expected a tensor [${letters}], got ${show(x.shape)}`);
  }
}

/** Any number, NaN and infinities too. */
export function requireNumber(operation: string, name: string, value: number): void {
  if (typeof value !== "number") {
    throw new TypeError(`${operation}: expected ${name} to be a number, got ${describe(value)}`);
  }
}

/** Each of the named values, of any size. */
export function requireNumbers(operation: string, values: Readonly<Record<string, number>>): void {
  for (const name in values) requireNumber(operation, name, values[name]!);
}

export function requireInteger(
  operation: string,
  name: string,
  value: number | undefined,
  least = Number.MIN_SAFE_INTEGER,
): asserts value is number {
  if (Number.isSafeInteger(value) && value! >= least) return;
  const bound = least === Number.MIN_SAFE_INTEGER ? "" : ` ≥ ${least}`;
  throw new RangeError(`${operation}: expected ${name} to be a whole number${bound}, got ${describe(value)}`);
}

export function requireDType(operation: string, dtype: DType): void {
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") {
    throw new TypeError(`${operation}: expected dtype "float32", "int32" or "bool", got ${describe(dtype)}`);
  }
}

export function requireMask(operation: string, mask: Tensor): void {
  requireTensor(operation, mask);
  if (mask.dtype !== "bool") {
    throw new TypeError(
      `${operation}: expected a bool mask, got ${mask.dtype}; make one by comparing, e.g. x.gt(0)`,
    );
  }
}

/** A probability or share. */
export function requireShare(operation: string, name: string, value: number): void {
  if (typeof value === "number" && value >= 0 && value <= 1) return;
  throw new RangeError(`${operation}: expected ${name} from 0 to 1, got ${describe(value)}`);
}

export function requireGenerator(operation: string, generator: Generator): void {
  if (generator instanceof Generator) return;
  throw new TypeError(`${operation}: expected a Generator, got ${describe(generator)}`);
}

export function requireFunction(operation: string, value: unknown): void {
  if (typeof value !== "function") {
    throw new TypeError(`${operation}: expected a function, got ${describe(value)}`);
  }
}

/** Sizes or dims as an array of whole numbers. */
export function requireIntegers(operation: string, name: string, values: Shape): void {
  if (!Array.isArray(values) || !values.every(Number.isSafeInteger)) {
    const got = Array.isArray(values) ? show(values) : describe(values);
    throw new TypeError(`${operation}: expected ${name} as an array of whole numbers, got ${got}`);
  }
}

/**
 * Refuses what a function would ignore: more arguments than its `most` parameters, and options, which are its last one where
 * it has any, under names that it does not know.
 */
export function requireKnown(
  operation: string,
  given: ArrayLike<unknown>,
  most: number,
  options?: readonly string[],
): void {
  if (
    given.length > most &&
    Array.prototype.some.call(given, (value, i) => i >= most && saysSomething(value))
  ) {
    throw surplus(operation, given, most, options);
  }
  if (options !== undefined && given.length >= most) requireOptions(operation, given[most - 1], options);
}

/** Whether something is lost where this is ignored: not by undefined, nor by options of which none is given. */
function saysSomething(value: unknown): boolean {
  if (value === undefined) return false;
  return !isRecord(value) || Object.values(value).some((each) => each !== undefined);
}

/** Options by name, or undefined. */
export function requireOptions(operation: string, options: unknown, names: readonly string[]): void {
  if (options === undefined) return;
  if (!isRecord(options)) {
    throw new TypeError(
      `${operation}: expected options { ${names.join(", ")} }, got ${describe(options)}; write { ${names[0]}: … }`,
    );
  }
  for (const name of Object.keys(options)) {
    if (!names.includes(name) && options[name] !== undefined) throw unknownOption(operation, name, names);
  }
}

/** Says that there are no gradients of gradients. */
export function refuseCreateGraph(operation: string, createGraph: unknown): void {
  if (createGraph === undefined || createGraph === false) return;
  throw new Error(
    `${operation}: expected createGraph false, got ${describe(createGraph)}: gradients carry no graph here; take differences of gradients at two points for second derivatives`,
  );
}

/** An object of properties: no list, tensor, function, or instance of a class without own properties. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || isTensor(value)) return false;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of any realm, or settings kept in a class of the user's.
  return prototype === null || Object.getPrototypeOf(prototype) === null || Object.keys(value).length > 0;
}

function unknownOption(operation: string, name: string, names: readonly string[]): TypeError {
  const meant = nearest(name, names);
  const list = names.length === 1 ? `only the option ${names[0]}` : `only the options ${names.join(", ")}`;
  return new TypeError(
    `${operation}: expected ${list}, got ${name}${meant === undefined ? "" : `; did you mean ${meant}?`}`,
  );
}

function surplus(
  operation: string,
  given: ArrayLike<unknown>,
  most: number,
  options?: readonly string[],
): TypeError {
  const count = most === 0 ? "no arguments" : most === 1 ? "at most 1 argument" : `at most ${most} arguments`;
  const mapped =
    given.length >= 3 &&
    Array.isArray(given[given.length - 1]) &&
    typeof given[given.length - 2] === "number";
  const remedy = mapped
    ? `; in map(), write (x) => ${operation}(x)`
    : options === undefined
      ? ""
      : `; give options by name: { ${options.join(", ")} }`;
  return new TypeError(`${operation}: expected ${count}, got ${given.length}${remedy}`);
}

/** Other names by which people know an option. */
const synonyms: Readonly<Record<string, string>> = {
  learningrate: "lr",
  axis: "dim",
  keepdims: "keepdim",
  unbiased: "correction",
  ddof: "correction",
  inplace: "",
  seed: "generator",
};

/** The known name that another one most likely stands for: PyTorch's spelling of it, or one typing error away. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const plain = (each: string) => each.replaceAll("_", "").toLowerCase();
  const given = plain(name);
  const same = names.find((each) => plain(each) === given || each === synonyms[given]);
  if (same !== undefined) return same;
  const ranked = names
    .map((each) => ({ each, distance: editDistance(given, plain(each)) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const limit = Math.max(1, Math.floor(given.length / 3));
  return ranked !== undefined && ranked.distance <= limit ? ranked.each : undefined;
}

/** How many letters have to be changed, put in, left out, or exchanged with their neighbor (Damerau 1964). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = rows[i - 1]![j - 1]! + Number(a[i - 1] !== b[j - 1]);
      const exchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const exchange = exchanged ? rows[i - 2]![j - 2]! + 1 : change;
      row.push(Math.min(change, exchange, rows[i - 1]![j]! + 1, row[j - 1]! + 1));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/**
 * Options given by name, or by position in PyTorch's order as `first` and `more`, the last of which may name the rest. Throws
 * for unknown names, and for more values than there are options.
 */
export function optionsOf<Options extends object>(
  operation: string,
  names: readonly (keyof Options & string)[],
  first: unknown,
  more: readonly unknown[],
): Options {
  const given = more.findLastIndex((value) => value !== undefined) + 1;
  if (first === undefined && given === 0) return {} as Options;
  if (isRecord(first) && given === 0) {
    requireOptions(operation, first, names);
    return first as Options;
  }
  const values = [first, ...more.slice(0, given)];
  const last = values.at(-1);
  const named =
    isRecord(last) && Object.keys(last).length > 0 ? (values.pop() as Readonly<Record<string, unknown>>) : {};
  requireOptions(operation, named, names);
  if (values.length > names.length) {
    throw new TypeError(
      `${operation}: expected at most ${names.length} option${names.length === 1 ? "" : "s"} by position (${names.join(", ")}), got ${values.length}`,
    );
  }
  const entries = values.map((value, i) => [names[i]!, value] as const);
  return { ...Object.fromEntries(entries.filter(([, value]) => value !== undefined)), ...named } as Options;
}
