// `record`: what a run is to be known by afterwards, beside its outputs: a number, a curve, a small table, under a name.
import { describe, isPlain, isTensorLike, requireKnown } from "../../arguments";
import { machine } from "../../machine/machine";
import { type Json, Mime, type MimeBundle, type Recorded } from "../../protocol";
import { escapeHtml, localized, shortNumber } from "../../words";
import { type DisplayHandle, display, onCellEnd } from "./display";
import { attempt, plainText } from "./plainText";
import { tableOf } from "./table";

/** What can be recorded: plain values and lists, records of them, tensors and typed arrays. */
export type Recordable =
  | null
  | boolean
  | number
  | string
  | { toJSON(): unknown }
  | ArrayLike<unknown>
  | Readonly<Record<string, unknown>>;

const nameCharacters = 100;
/** What is larger belongs into a file of its own, by `save` say. */
const mostValues = 100_000;
const mostDepth = 8;
/** Rows of a recorded table that are shown. */
const shownRows = 10;

/** Where the cell that runs shows each name: recorded again, it changes there. */
const shown = new Map<string, DisplayHandle>();

/**
 * Notes a number, a curve, a small table or a text under a name: it is shown, and `bnlab run` writes all of them into a JSON
 * file beside the notebook, from which `bnlab sweep gather` makes one table of many runs. Under the same name the last one
 * counts.
 *
 * @example
 * record("accuracy", 0.97);
 * record("loss", losses); // a list of numbers, a tensor
 * record("layers", [{ layer: "fc1", norm: 1.2 }, { layer: "fc2", norm: 0.7 }]);
 */
export function record(name: string, value: Recordable): void {
  requireKnown("record", arguments, 2);
  if (typeof name !== "string" || name.trim() === "" || name.length > nameCharacters || /\p{Cc}/u.test(name))
    throw new TypeError(
      `record: expected a name of 1 to ${nameCharacters} characters on one line, got ${
        typeof name === "string" ? JSON.stringify(name.slice(0, nameCharacters)) : describe(name)
      }`,
    );
  const recorded: Recorded = { name, value: new Copy(name).of(value, 0) };
  const bundle: MimeBundle = { ...shownAs(recorded), [Mime.record]: { ...recorded } };
  const before = shown.get(name);
  if (before) before.update.raw(bundle);
  else {
    onCellEnd(() => shown.clear());
    shown.set(name, display.raw(bundle));
  }
}

/** A value as JSON has it; refuses what JSON would lose. Infinities and NaN, which it has not, are their names. */
class Copy {
  #count = 0;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  of(value: unknown, depth: number): Json {
    if (++this.#count > mostValues)
      throw this.#refusal(`at most ${mostValues} values, got more; save() takes them in a file of its own`);
    if (depth > mostDepth)
      throw this.#refusal(`lists and objects at most ${mostDepth} deep, got deeper ones`);
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
    if (isTensorLike(value) && typeof (value as { toJSON?: unknown }).toJSON === "function")
      return this.of((value as unknown as { toJSON(): unknown }).toJSON(), depth);
    if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView)))
      return Array.from(value as ArrayLike<unknown>, (each) => this.of(each, depth + 1));
    if (typeof value === "object" && !machine().isProxy(value) && isPlain(value))
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, each]) => each !== undefined)
          .map(([key, each]) => [key, this.of(each, depth + 1)]),
      );
    const got = attempt(
      () => describe(value),
      () => typeof value,
    );
    throw this.#refusal(`numbers, texts, lists, tensors, or plain objects of them, got ${got}`, true);
  }

  #refusal(expected: string, isKind = false): Error {
    const words = `record: ${JSON.stringify(this.#name)}: expected ${expected}`;
    return isKind ? new TypeError(words) : new RangeError(words);
  }
}

function shownAs({ name, value }: Recorded): MimeBundle {
  const rows = rowsOf(value);
  if (!rows) return { [Mime.plain]: `${name}: ${valueText(value)}` };
  const { [Mime.html]: html, [Mime.plain]: text } = tableOf(rows, { limit: shownRows });
  return { [Mime.html]: `<p>${escapeHtml(name)}</p>\n${html}`, [Mime.plain]: `${name}:\n${text}` };
}

function valueText(value: Json): string {
  if (typeof value === "number") return shortNumber(value, 6, 1e-6);
  if (Array.isArray(value) && value.length > 8 && value.every((each) => typeof each === "number"))
    return `${localized(`${value.length} values`)}, ${valueText(value[0]!)} … ${valueText(value.at(-1)!)}`;
  return typeof value === "string" ? value : plainText(value);
}

/** A table's rows: a list of objects, or columns of equal length by name. */
function rowsOf(value: Json): Parameters<typeof tableOf>[0] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    const isTable = value.length > 0 && value.every((row) => isObject(row));
    return isTable ? (value as Record<string, Json>[]) : undefined;
  }
  const columns = Object.values(value);
  const isColumns =
    columns.length > 0 &&
    columns.every((column) => Array.isArray(column) && column.length === (columns[0] as Json[]).length);
  return isColumns ? (value as Record<string, Json[]>) : undefined;
}

const isObject = (value: Json): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);
