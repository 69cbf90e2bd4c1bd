// No argument is ignored: surplus ones and unknown options are refused, with the spelling that is meant, and flags that are none.
import { describe, isRecord, requireFlag } from "./values";

/** Options that are true or false, wherever they are offered. */
const flags = new Set(
  `
  accumulate addBiasKv addZeroAttn affine alignCorners allowUnused amsgrad asTuple averageAttnWeights
  batchFirst batchNorm biasedRunningVar bidirectional brief ceilMode centered colorBar countIncludePad
  createGraph cycleMomentum descending disabled dropLast elementwiseAffine enforceSorted equalNan
  errorIfNonfinite full includeSelf isCausal keepdim largest linkAxes linkX linkY log logInput logTarget
  logX logY maximize memoryIsCausal needWeights nesterov normFirst password persistent picture
  recomputeScaleFactor recurse replacement requiresGrad retainGraph returnCounts returnInverse right shareX
  shuffle srcIsCausal standardize strict swap tgtIsCausal threePhase trackRunningStats training unbiased
  useBuffers useInputStats values wait withReplacement
  `
    .trim()
    .split(/\s+/),
);

/** Options that are flags but beside another one: a bias beside a weight is a tensor, train beside test a number. */
const flagsUnless: Readonly<Record<string, string>> = { bias: "weight", train: "test" };

/** Flags that null leaves open, as PyTorch's None. */
const openFlags = new Set(["alignCorners", "recomputeScaleFactor"]);

function isFlag(name: string, names: readonly string[]): boolean {
  const other = Object.hasOwn(flagsUnless, name) ? flagsUnless[name] : undefined;
  return other === undefined ? flags.has(name) : !names.includes(other);
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
    if (options[name] === undefined) continue;
    if (!names.includes(name)) throw unknownOption(operation, name, names);
    if (isFlag(name, names) && !(options[name] === null && openFlags.has(name)))
      requireFlag(operation, name, options[name]);
  }
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
    given.length >= 2 &&
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
  const positional = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  requireOptions(operation, positional, names);
  return { ...positional, ...named } as Options;
}
