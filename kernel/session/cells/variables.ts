// The session's variables, described: what each is, how large, and one line of what is in it. A value that cannot be read is
// said to be so, and harms no other.
import { machine } from "../../machine/machine";
import type { Variable, VariablesRequest } from "../../protocol";
import { plural, shortNumber } from "../../words";
import { bytesOf, type Numbers, numbersOf, statisticsOf } from "../display/numbers";
import { attempt, isError, plainText, shortened } from "../display/plainText";
import { rowCount } from "./tables";

const { apply } = Reflect;
const sourceOf = Function.prototype.toString;

const previewCharacters = 120;
const previewElements = 6;
const mostMembers = 500;
const nameCharacters = 200;
const messageCharacters = 1_000;
const textCharacters = 1_000_000;

/** What a module of layers is to a view: PyTorch's words for its tensors. */
interface ModuleLike {
  stateDict(): Map<string, unknown> | Record<string, unknown>;
  parameters(): Iterable<{ numel(): number }>;
}

export function describeVariable(
  name: string,
  value: unknown,
  { statistics, text }: VariablesRequest = {},
): Variable {
  const unreadable = (reason: string): Variable => ({
    name: shortened(name, nameCharacters),
    type: typeof value,
    kind: "object",
    preview: `cannot be read: it threw ${reason}`,
  });
  const described = attempt<Variable>(
    () => ({
      name: shortened(name, nameCharacters),
      type: shortened(typeOf(value), nameCharacters),
      ...describe(value, statistics),
    }),
    unreadable,
  );
  if (!text) return described;
  const whole = typeof value === "string" ? shortened(value, textCharacters) : plainText(value);
  return { ...described, text: whole };
}

function describe(value: unknown, statistics?: boolean): Omit<Variable, "name" | "type"> {
  const numbers = numbersOf(value);
  if (numbers) return { ...describeNumbers(numbers, statistics), rows: rowCount(value) };
  if (isModule(value)) return { kind: "module", ...describeModule(value) };
  return { kind: kindOf(value), length: lengthOf(value), rows: rowCount(value), preview: preview(value) };
}

/** What a variable consists of, the first few hundred. */
export function membersOf(value: unknown): [name: string, value: unknown][] {
  const members = (): Iterable<[unknown, unknown]> => {
    if (isModule(value)) return entriesOf(value.stateDict());
    if (value instanceof Map) return value.entries();
    if (value instanceof Set) return [...value].entries();
    if (typeof value !== "object" || value === null || numbersOf(value)) return [];
    // Getters are the cells' code: they stay unread.
    return Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(
      ([name, { enumerable, value: member }]) =>
        enumerable && member !== undefined ? [[name, member] as [string, unknown]] : [],
    );
  };
  const found: [string, unknown][] = [];
  for (const [name, member] of members()) {
    if (found.length === mostMembers) break;
    found.push([typeof name === "string" ? name : plainText(name, { depth: 1 }, nameCharacters), member]);
  }
  return found;
}

function describeNumbers(numbers: Numbers, statistics = false): Omit<Variable, "name" | "type"> {
  const { shape, dtype } = numbers;
  const described = { kind: "tensor" as const, shape: [...shape], dtype };
  try {
    const values = numbers.read();
    const first = Array.from({ length: Math.min(values.length, previewElements) }, (_, i) =>
      elementText(values[i]!, dtype),
    );
    const shown = first.join(", ") + (values.length > previewElements ? ", …" : "");
    return {
      ...described,
      bytes: bytesOf(numbers, values),
      preview: shape.length === 0 ? shown : `[${shown}]`,
      statistics: statistics ? statisticsOf(values) : undefined,
    };
  } catch (error) {
    return { ...described, preview: messageOf(error) }; // a freed tensor says who freed it
  }
}

/** The runtime keeps masks as numbers. */
const elementText = (value: number, dtype: string) =>
  dtype === "bool" ? String(value !== 0) : shortNumber(value);

function describeModule(module: ModuleLike): Pick<Variable, "preview" | "bytes"> {
  try {
    let count = 0;
    for (const parameter of module.parameters()) count += parameter.numel();
    return { preview: plural(count, "parameter"), bytes: count * 4 };
  } catch (error) {
    return { preview: messageOf(error) }; // a class of the cells' own that only looks like one
  }
}

function isModule(value: unknown): value is ModuleLike {
  if (typeof value !== "object" || value === null || machine().isProxy(value)) return false;
  const { stateDict, parameters } = value as Partial<ModuleLike>;
  return typeof stateDict === "function" && typeof parameters === "function";
}

function entriesOf<T>(entries: Map<string, T> | Record<string, T>): Iterable<[string, T]> {
  return entries instanceof Map ? entries : Object.entries(entries);
}

function kindOf(value: unknown): Variable["kind"] {
  if (typeof value === "function") return isClass(value) ? "class" : "function";
  if (typeof value !== "object" || value === null) return "value";
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return "array";
  return value instanceof Map || value instanceof Set ? "collection" : "object";
}

function isClass(value: object): boolean {
  return apply(sourceOf, value, []).startsWith("class");
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "function") return isClass(value) ? "class" : "function";
  if (typeof value !== "object") return typeof value;
  const made = Object.getPrototypeOf(value)?.constructor as unknown;
  return typeof made === "function" && typeof made.name === "string" && made.name ? made.name : "Object";
}

function lengthOf(value: unknown): number | undefined {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  return value instanceof Map || value instanceof Set ? Number(value.size) : undefined;
}

function preview(value: unknown): string {
  // `compact: true` would put a function's or a date's text between the braces of its properties.
  const options = { depth: 1, breakLength: Number.POSITIVE_INFINITY, compact: false, maxArrayLength: 10 };
  const text = plainText(value, { ...options, maxStringLength: previewCharacters }).replace(/\s*\n\s*/g, " ");
  return text.length > previewCharacters ? `${text.slice(0, previewCharacters)}…` : text;
}

function messageOf(error: unknown): string {
  const message = attempt(
    () => (isError(error) ? String(error.message) : plainText(error)),
    (reason) => reason,
  );
  return shortened(message, messageCharacters);
}
