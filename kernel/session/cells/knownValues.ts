// What the language service is told of a cell's values once it has run: sizes of tensors, layers and what they were made of, numbers.
import { machine } from "../../machine/machine";
import { numbersSymbol } from "../../protocol";
import { attempt } from "../display/plainText";
import type { Layer, Value } from "../shapes";

const mostNames = 300;
const mostLayers = 500;

/** Layers by the names of their classes, which may be the cells' own. */
export function knownValues(
  variables: Iterable<readonly [name: string, value: unknown]>,
): Record<string, Value> {
  const known: Record<string, Value> = {};
  let layers = 0;
  const describe = (value: unknown): Value => {
    if (typeof value === "number") return value;
    if (typeof value !== "object" || value === null || machine().isProxy(value)) return undefined;
    const { shape, forward } = value as { shape?: number[]; forward?: unknown };
    if (numbersSymbol in value) return { tensor: { sizes: Array.from(shape!, Number) } };
    const made: unknown = Object.getPrototypeOf(value)?.constructor;
    if (typeof forward !== "function" || typeof made !== "function" || ++layers > mostLayers)
      return undefined;
    return { layer: String(made.name), ...membersOf(value) };
  };
  const membersOf = (value: object): Pick<Layer, "fields" | "layers"> => {
    const own = Object.entries(Object.getOwnPropertyDescriptors(value));
    const fields = own.flatMap(([name, { value: member }]) =>
      isPlain(member) ? [[name, member] as const] : [],
    );
    const { value: row } = Object.getOwnPropertyDescriptor(value, "layers") ?? {};
    return { fields: Object.fromEntries(fields), layers: Array.isArray(row) ? row.map(describe) : undefined };
  };
  for (const [name, value] of variables) {
    if (Object.keys(known).length === mostNames || layers > mostLayers) break;
    const told = attempt<Value>(
      () => describe(value),
      () => undefined,
    );
    if (told !== undefined) known[name] = told;
  }
  return known;
}

function isPlain(value: unknown): value is Value {
  if (value === null || ["number", "string", "boolean"].includes(typeof value)) return true;
  return Array.isArray(value) && value.length < 10 && value.every((each) => typeof each === "number");
}
