// What a sweep varies: lists and ranges from the command line. A parameter of several values is an axis, and so are rows of a file.
import { parseValue, requireName } from "../notebook/parameters";
import type { Json } from "../protocol";
import type { Generator } from "../tensor/math/random";

/** One run's values, by name. */
export type Values = Readonly<Record<string, Json>>;

export interface Axis {
  readonly names: readonly string[];
  /** How many values it has; infinite between two bounds. */
  readonly size: number;
  /** As it was given, for errors. */
  readonly text: string;
  at(index: number): Values;
  /** Any of them. */
  draw(stream: Generator): Values;
}

/** One value or many: what stands between two commas. */
interface Piece {
  size: number;
  at(index: number): Json;
  /** Only of a piece that is infinite. */
  draw?(stream: Generator): Json;
}

/** As far as a list is looked through for values that stand twice. */
const mostCompared = 100_000;
const number = String.raw`[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?`;
const range = new RegExp(`^(log:)?(${number})\\.\\.(${number})(?:\\.\\.(${number}))?$`, "i");
/** Digits of what is drawn, so that a table of them can be read, and is the same on every machine. */
const drawnDigits = 6;
/** Digits up to which steps are exact: 3 × 0.1 is 0.3. */
const stepDigits = 12;

/**
 * `lr=.03,.1,.3`, `seed=0..9`, `width=16..128..16`, `lr=log:1e-4..1e-1`: values as `bnlab run -p` reads them.
 *
 * @throws Error in one line.
 */
export function parseAxis(text: string): Axis {
  const at = text.indexOf("=");
  const name = text.slice(0, Math.max(0, at)).trim();
  if (at < 0) throw new Error(`expected NAME=VALUES, as lr=.03,.1,.3 or seed=0..9, got ${text}`);
  requireName(name);
  const parts = splitAtCommas(text.slice(at + 1));
  if (parts.length > 1 && parts.some((part) => part.trim() === ""))
    throw new Error(`${name}: a value is missing beside a comma; an empty text is written ""`);
  const pieces = parts.map((part) => parsePiece(name, part));
  const open = pieces.find(({ draw }) => draw);
  if (open && pieces.length > 1)
    throw new Error(`${name}: a range without steps stands alone, not in a list`);
  const size = pieces.reduce((sum, piece) => sum + piece.size, 0);
  const axis: Axis = {
    names: [name],
    size,
    text,
    at(index) {
      let left = index;
      for (const piece of pieces) {
        if (left < piece.size) return { [name]: piece.at(left) };
        left -= piece.size;
      }
      throw new RangeError(`${name}: expected an index below ${size}, got ${index}`);
    },
    draw: (stream) => (open?.draw ? { [name]: open.draw(stream) } : axis.at(anyBelow(size, stream))),
  };
  refuseTwice(axis);
  return axis;
}

/** A list in brackets or a text in quotes has commas of its own. */
function splitAtCommas(text: string): string[] {
  const parts: string[] = [];
  let [part, depth, quoted] = ["", 0, false];
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]!;
    if (quoted && letter === "\\") part += letter + (text[++i] ?? "");
    else if (letter === "," && depth === 0 && !quoted) {
      parts.push(part);
      part = "";
    } else {
      if (letter === '"') quoted = !quoted;
      else if (!quoted && "[{".includes(letter)) depth++;
      else if (!quoted && "]}".includes(letter)) depth--;
      part += letter;
    }
  }
  return quoted || depth !== 0 ? text.split(",") : [...parts, part];
}

function parsePiece(name: string, text: string): Piece {
  const found = range.exec(text.trim());
  if (!found) {
    if (/^\s*log:/.test(text)) throw new Error(`${name}: expected log:FROM..TO, got ${text}`);
    const value = parseValue(name, text);
    return { size: 1, at: () => value };
  }
  const [, log, ...bounds] = found;
  const [from, to, step] = bounds.map((each) =>
    each === undefined ? undefined : parseValue(name, each),
  ) as [number, number, number | undefined];
  if (!(from < to)) throw new Error(`${name}: expected a range from less to more, got ${text}`);
  if (log) {
    if (step !== undefined || from <= 0)
      throw new Error(`${name}: expected log:FROM..TO with both above 0 and no step, got ${text}`);
    return between(from, to, (share) => from * (to / from) ** share);
  }
  if (step !== undefined && !(step > 0)) throw new Error(`${name}: expected a step above 0, got ${text}`);
  if (step === undefined && !(Number.isInteger(from) && Number.isInteger(to)))
    return between(from, to, (share) => from + (to - from) * share);
  return steps(from, to, step ?? 1);
}

/** A stream's whole numbers end at 2^32. */
const anyBelow = (size: number, stream: Generator) =>
  size <= 2 ** 32 ? stream.integer(size) : Math.floor(stream.uniform() * size);

function steps(from: number, to: number, step: number): Piece {
  const size = Math.floor((to - from) / step + 1e-9) + 1;
  return { size, at: (index) => Number((from + index * step).toPrecision(stepDigits)) };
}

function between(from: number, to: number, at: (share: number) => number): Piece {
  const value = (share: number) => Math.min(to, Math.max(from, Number(at(share).toPrecision(drawnDigits))));
  return { size: Number.POSITIVE_INFINITY, at: () => value(0), draw: (stream) => value(stream.uniform()) };
}

function refuseTwice(axis: Axis): void {
  if (axis.size > mostCompared) return;
  const seen = new Set<string>();
  for (let i = 0; i < axis.size; i++) {
    const text = JSON.stringify(axis.at(i));
    if (seen.has(text))
      throw new Error(`${axis.names[0]}: ${text.slice(text.indexOf(":") + 1, -1)} stands twice`);
    seen.add(text);
  }
}

/** By which runs are told apart: the order of the names does not matter. */
export function textOf(values: Values): string {
  return JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}
