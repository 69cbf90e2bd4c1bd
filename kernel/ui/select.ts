// One of several values, by their names.
import { describe, isRecord, requireKnown } from "../arguments";
import { type ControlKind, type Json, stateIn } from "../protocol";
import { Control, type ControlOptions, controlOptions } from "./control";

export interface SelectOptions<T> extends ControlOptions {
  /** Which one is chosen at first; by default the first. */
  value?: T;
}

const options: readonly (keyof SelectOptions<unknown>)[] = ["value", ...controlOptions];
const mostChoices = 1_000;
const mostCharacters = 200;

/** A choice; `ui.select` makes it. */
export class Select<T> extends Control<T> {
  readonly #choices: ReadonlyMap<string, T>;

  /** @internal */
  constructor(choices: ReadonlyMap<string, T>, value: T, rest: ControlOptions) {
    super("select", value, rest);
    this.#choices = choices;
  }

  protected override kind(value: T): ControlKind {
    return {
      kind: "select",
      index: [...this.#choices.values()].indexOf(value),
      options: [...this.#choices.keys()],
    };
  }

  protected override check(operation: string, value: unknown): T {
    return chosen(operation, this.#choices, value);
  }

  protected override written(value: T): Record<string, Json> {
    return { index: [...this.#choices.values()].indexOf(value) };
  }

  protected override read(data: Record<string, Json>): unknown[] {
    const index = stateIn(data)?.index;
    if (typeof index !== "number") return [];
    const values = [...this.#choices.values()];
    return index in values ? [values[index]] : [index]; // which is refused
  }
}

/**
 * A choice of one of several values: of a list, each under its text, or of an object, each under its key.
 *
 * @example
 * const activation = ui.select({ ReLU: () => new nn.ReLU(), Tanh: () => new nn.Tanh() }, { label: "activation" });
 * const net = new nn.Sequential(new nn.Linear(784, 100), activation.value(), new nn.Linear(100, 10));
 * @throws TypeError unless there is a value to choose; RangeError for two of the same text, or a first one that is not among them.
 */
export function select<T>(
  choices: readonly T[] | Readonly<Record<string, T>>,
  settings: SelectOptions<T> = {},
): Select<T> {
  requireKnown("select", arguments, 2, options);
  const named = namedChoices(choices);
  const { label, name, disabled } = settings;
  const [first] = named.values() as Iterable<T>;
  const value = settings.value === undefined ? (first as T) : chosen("select", named, settings.value);
  return new Select(named, value, { label, name, disabled });
}

function namedChoices<T>(choices: readonly T[] | Readonly<Record<string, T>>): Map<string, T> {
  const isList = Array.isArray(choices);
  if (!isList && !isRecord(choices)) {
    throw new TypeError(
      `select: expected a list of values or an object { name: value }, got ${describe(choices)}`,
    );
  }
  const entries = isList
    ? (choices as readonly T[]).map((value) => [nameOf(value), value] as const)
    : Object.entries(choices as Readonly<Record<string, T>>);
  if (entries.length === 0) throw new TypeError("select: expected a value to choose, got none");
  if (entries.length > mostChoices) {
    throw new RangeError(`select: expected at most ${mostChoices} values, got ${entries.length}`);
  }
  const named = new Map(entries);
  if (named.size < entries.length) {
    const twice = entries.find(([name], i) => entries.findIndex(([other]) => other === name) < i)![0];
    throw new RangeError(`select: expected each name once, got ${JSON.stringify(twice)} twice`);
  }
  const long = entries.find(([name]) => name.length > mostCharacters);
  if (long) {
    throw new RangeError(
      `select: expected names of at most ${mostCharacters} characters, got one of ${long[0].length}`,
    );
  }
  return named;
}

/** What a reader sees of a value in a list. */
function nameOf(value: unknown): string {
  if (["string", "number", "boolean", "bigint"].includes(typeof value)) return String(value);
  throw new TypeError(
    `select: expected a list of texts, numbers or flags, got ${describe(value)}; name other values: { name: value }`,
  );
}

function chosen<T>(operation: string, choices: ReadonlyMap<string, T>, value: unknown): T {
  for (const choice of choices.values()) if (Object.is(choice, value)) return choice;
  const names = [...choices.keys()];
  const shown = names.length > 10 ? [...names.slice(0, 10), "…"] : names;
  throw new RangeError(
    `${operation}: expected one of the values ${shown.join(", ")}, got ${describe(value)}`,
  );
}
