// What is asked of single values, in one voice for every room. Throws in words; computes nothing, knows no operation.

/** Whether this is a tensor of the runtime's, told by its looks. */
export function isTensorLike(value: unknown): value is { shape: readonly number[]; dtype: string } {
  return typeof value === "object" && value !== null && "storage" in value && "shape" in value;
}

/** "[2, 3]", as errors write sizes and ranges. */
export function show(numbers: readonly number[]): string {
  return `[${numbers.join(", ")}]`;
}

/** A value as errors name it. */
export function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === "number") return String(value);
  if (isTensorLike(value)) return `a tensor ${show(value.shape)} ${value.dtype}`;
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "object") return `${typeof value} ${String(value)}`;
  const kind = value.constructor?.name ?? "Object";
  return kind === "Object" ? "an object" : `a ${kind}`; // a module passed for its parameters, say
}

/** An object of properties: no list, tensor, function, or instance of a class without own properties. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || isTensorLike(value)) return false;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of any realm, or settings kept in a class of the user's.
  return prototype === null || Object.getPrototypeOf(prototype) === null || Object.keys(value).length > 0;
}

/** Whether a value is an object of properties and of no class, of whatever realm. */
export function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
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

/** A whole number, not below `least` and not above `most` where they are given. */
export function requireInteger(
  operation: string,
  name: string,
  value: number | undefined,
  least = Number.MIN_SAFE_INTEGER,
  most = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  if (Number.isSafeInteger(value) && value! >= least && value! <= most) return;
  const lower = least === Number.MIN_SAFE_INTEGER ? "" : ` ≥ ${least}`;
  const bound = most === Number.MAX_SAFE_INTEGER ? lower : ` from ${least} to ${most}`;
  throw new RangeError(`${operation}: expected ${name} to be a whole number${bound}, got ${describe(value)}`);
}

/** Each of the named settings a finite number ≥ 0. */
export function requireNonNegative<Name extends string>(
  operation: string,
  settings: Readonly<Record<Name, number>>,
  names: readonly Name[],
): void {
  for (const name of names) {
    const value = settings[name];
    if (Number.isFinite(value) && value >= 0) continue;
    throw new RangeError(`${operation}: expected ${name} to be a number ≥ 0, got ${value}`);
  }
}

/** True or false; what only counts as one of them is more likely meant for another argument. */
export function requireFlag(operation: string, name: string, value: unknown): asserts value is boolean {
  if (typeof value === "boolean") return;
  const shown = typeof value === "string" ? JSON.stringify(value) : describe(value);
  throw new TypeError(`${operation}: expected ${name} to be true or false, got ${shown}`);
}

/** A probability or share. */
export function requireShare(operation: string, name: string, value: number): void {
  if (typeof value === "number" && value >= 0 && value <= 1) return;
  throw new RangeError(`${operation}: expected ${name} from 0 to 1, got ${describe(value)}`);
}

/** Two numbers, the first below the second, a finite way apart. */
export function requireRange(operation: string, name: string, range: readonly [number, number]): void {
  if (!Array.isArray(range) || range.length !== 2) {
    throw new TypeError(
      `${operation}: expected ${name} to be two numbers [low, high], got ${describe(range)}`,
    );
  }
  if (!(range[0] < range[1])) {
    throw new RangeError(`${operation}: expected ${name} to be ascending, got ${show(range)}`);
  }
  if (!Number.isFinite(range[1] - range[0])) {
    throw new RangeError(
      `${operation}: expected ${name} to be two numbers with a finite distance, got ${show(range)}`,
    );
  }
}

export function requireFunction(operation: string, value: unknown): void {
  if (typeof value !== "function") {
    throw new TypeError(`${operation}: expected a function, got ${describe(value)}`);
  }
}

/** Sizes or dims as an array of whole numbers. */
export function requireIntegers(operation: string, name: string, values: readonly number[]): void {
  if (!Array.isArray(values) || !values.every(Number.isSafeInteger)) {
    const got = Array.isArray(values) ? show(values) : describe(values);
    throw new TypeError(`${operation}: expected ${name} as an array of whole numbers, got ${got}`);
  }
}
