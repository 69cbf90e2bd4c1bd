// Tables from CSV files: numbers for features, a column of classes or of numbers to learn.
import { CsvError, parse } from "csv-parse/sync";
import { bytesOf, machine } from "../machine/machine";
import { tensor } from "../tensor";
import { requireKnown } from "../tensor/arguments";
import { TableDataset } from "./dataset";

export interface CsvOptions {
  /** The column of classes: labels int32 [N], counted into `classes`. Either this or `target`. */
  label?: string;
  /** The column of numbers to learn: labels float32 [N]. Either this or `label`. */
  target?: string;
  /** The columns to learn from, all of numbers. Default: all but `label` or `target`. */
  features?: readonly string[];
  /**
   * Whether the first row names the columns (default); false names them "0", "1", …; a list names them where the file
   * does not.
   */
  header?: boolean | readonly string[];
  /** The classes in their order; default: those of the file, sorted, numbers by size. For a second file of the same kind. */
  classes?: readonly string[];
  /**
   * What to do about empty fields, NA, N/A, NaN, null, None and ?: "error" (default) names the first, "drop" leaves out
   * its row, a number takes its place among the features.
   */
  missing?: "error" | "drop" | number;
  /** What separates fields. Default ",". */
  delimiter?: string;
  /**
   * How the file's bytes are letters, as TextDecoder names it: "utf-8" (default), "latin1", "gbk", "big5", "shift_jis",
   * "utf-16le", …. A byte order mark wins.
   */
  encoding?: string;
}

const absent = new Set(["", "na", "n/a", "nan", "null", "none", "?"]);

/** One row: its fields in the order of the columns, and the line of the file it ends in. */
interface Row {
  readonly fields: readonly string[];
  readonly line: number;
}

/**
 * A table from a CSV file (UTF-8 unless `encoding` or a byte order mark says otherwise; fields may be quoted), looked for in the notebook's folder; or from
 * `{ text }`. Features [N, columns] float32, labels [N].
 * Throws an Error that names file, line and column: no such file, bytes that are not of the encoding, a number beyond float32, rows of different lengths, a missing value, a feature
 * that is no number, a class that is not in `classes`; and for columns that are not there.
 *
 * @example
 * const iris = data.csv("iris.csv", { label: "species" });
 * const houses = data.csv({ text: "rooms;price\n3;210\n5;340" }, { target: "price", delimiter: ";" });
 */
export function csv(source: string | { readonly text: string }, options: CsvOptions = {}): TableDataset {
  requireKnown("csv", arguments, 2, [
    "label",
    "target",
    "features",
    "header",
    "classes",
    "missing",
    "delimiter",
    "encoding",
  ]);
  const { label, target, classes, missing = "error" } = options;
  const name = label ?? target;
  if (name === undefined || (label !== undefined && target !== undefined)) {
    throw new TypeError(
      `csv: expected either { label: column } for classes or { target: column } for numbers, got ${name === undefined ? "neither" : "both"}`,
    );
  }
  if (typeof missing === "number" && !(Math.abs(missing) <= largestFloat32)) {
    throw new RangeError(
      `csv: expected missing to be a number that float32 holds, up to 3.4e38, got ${missing}`,
    );
  }
  const { file, text } =
    typeof source === "string" ? readText(source, options.encoding) : { file: "the text", ...source };
  if (typeof text !== "string") {
    throw new TypeError(`csv: expected a path or { text }, got ${String(source)}`);
  }
  const { columns, rows } = readRows(file, text, options);
  const places = new Map(columns.map((column, at) => [column, at]));
  const position = (column: string) => {
    const at = places.get(column);
    if (at === undefined) {
      throw new Error(`csv: expected a column "${column}" in ${file}, got ${some(columns)}`);
    }
    return at;
  };
  const labelAt = position(name);
  const features = options.features ?? columns.filter((_, i) => i !== labelAt);
  const featuresAt = features.map(position);

  const needed = [labelAt, ...featuresAt];
  const whole = rows.filter(({ fields, line }) => {
    const gap = needed.find((at) => isAbsent(fields[at]!) && (typeof missing === "string" || at === labelAt));
    if (gap !== undefined && missing !== "drop") {
      throw new Error(
        `csv: expected a value in ${place(file, line, columns[gap]!)}, got ${quote(fields[gap]!)}; ` +
          `{ missing: "drop" } leaves such rows out${gap === labelAt ? "" : ", { missing: 0 } puts a number there"}`,
      );
    }
    return gap === undefined;
  });
  if (whole.length === 0) {
    throw new Error(
      `csv: expected at least one row of values in ${file}, got ${rows.length === 0 ? "none" : "missing values in each"}`,
    );
  }

  const values = new Float32Array(whole.length * features.length);
  for (const [i, { fields, line }] of whole.entries()) {
    for (const [j, at] of featuresAt.entries()) {
      values[i * features.length + j] =
        typeof missing === "number" && isAbsent(fields[at]!)
          ? missing
          : numberOf(file, line, columns[at]!, fields[at]!);
    }
  }
  const table = tensor(values, { shape: [whole.length, features.length] });
  if (target !== undefined) {
    const numbers = whole.map(({ fields, line }) => numberOf(file, line, target, fields[labelAt]!));
    return new TableDataset(table, tensor(numbers), features, []);
  }
  const known = classes ?? sortedClasses(whole.map(({ fields }) => fields[labelAt]!));
  const numbers = new Map(known.map((each, i) => [each, i]));
  const labels = whole.map(({ fields, line }) => {
    const number = numbers.get(fields[labelAt]!);
    if (number === undefined) {
      throw new Error(
        `csv: expected one of the classes ${some(known)} in ${place(file, line, name)}, got ${quote(fields[labelAt]!)}`,
      );
    }
    return number;
  });
  return new TableDataset(table, tensor(Int32Array.from(labels)), features, known);
}

function readText(given: string, encoding: string | undefined): { file: string; text: string } {
  const file = machine().resolve(given);
  if (machine().kind(file) === null) {
    throw new Error(`csv: expected a file, got ${file}, which does not exist${machine().onMissing}`);
  }
  return { file, text: decoded(file, bytesOf(file), encoding) };
}

/**
 * The text of a file: UTF-8 or as a byte order mark says, else in the encoding that is named. Bytes that are not of it are
 * an error, where reading on would turn names into question marks.
 */
function decoded(file: string, bytes: Uint8Array, named: string | undefined): string {
  const marked =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? "utf-16le"
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? "utf-16be"
        : undefined;
  const encoding = marked ?? named ?? "utf-8";
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new RangeError(
      `csv: expected an encoding such as "utf-8", "latin1", "gbk", "big5", "shift_jis" or "utf-16le", got ${quote(encoding)}`,
    );
  }
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Error(
      `csv: expected text in ${encoding} in ${file}, got bytes that are none; name its encoding: { encoding: "gbk" } for ` +
        `Chinese, { encoding: "latin1" } for Western European, { encoding: "utf-16le" } for Windows' "Unicode"`,
    );
  }
}

function readRows(
  file: string,
  text: string,
  { header = true, delimiter = "," }: CsvOptions,
): { columns: readonly string[]; rows: Row[] } {
  let rows: Row[];
  try {
    const parsed = parse(text, { bom: true, delimiter, info: true, skip_empty_lines: true, trim: true });
    rows = (parsed as unknown as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
      fields: record,
      line: info.lines,
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new Error(
      `csv: expected rows of equally many fields in ${file}, got an error reading it: ${error.message}`,
    );
  }
  const first = rows[0]?.fields;
  if (first === undefined) throw new Error(`csv: expected rows in ${file}, got an empty table`);
  const columns = header === true ? first : header === false ? first.map((_, i) => String(i)) : header;
  if (columns.length !== first.length || new Set(columns).size !== columns.length) {
    throw new Error(
      `csv: expected ${first.length} different column names for ${file}, got ${some(columns)}; give them in { header: [...] }`,
    );
  }
  return { columns, rows: header === true ? rows.slice(1) : rows };
}

function isAbsent(field: string): boolean {
  return absent.has(field.toLowerCase());
}

function numberOf(file: string, line: number, column: string, field: string): number {
  const value = numeric(field);
  if (Math.abs(value) > largestFloat32) {
    throw new Error(
      `csv: expected a number that float32 holds, up to 3.4e38, in ${place(file, line, column)}, got ${quote(field)}; ` +
        `leave the column out of { features: [...] }, or give it in a larger unit`,
    );
  }
  if (Number.isNaN(value)) {
    throw new Error(
      `csv: expected a number in ${place(file, line, column)}, got ${quote(field)}; name the columns of numbers in { features: [...] }`,
    );
  }
  return value;
}

/** What a person writes as a number: digits, a point, an exponent; NaN of others. "0x10" is the name of something. */
function numeric(field: string): number {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(field.trim()) ? Number(field) : Number.NaN;
}

/** The last double that rounds to a float32: from 2¹²⁸ − 2¹⁰³ on they round to infinity. */
const largestFloat32 = 2 ** 128 - 2 ** 103 - 2 ** 75;

/** The first names of many. */
function some(names: readonly string[]): string {
  return names.length <= 20
    ? names.join(", ")
    : `${names.slice(0, 20).join(", ")} and ${names.length - 20} more`;
}

/** Each class once: by size where all are numbers, else by code point, as scikit-learn's LabelEncoder. */
function sortedClasses(fields: readonly string[]): string[] {
  const each = [...new Set(fields)];
  return each.every((field) => Number.isFinite(numeric(field)))
    ? each.sort((a, b) => Number(a) - Number(b))
    : each.sort();
}

function place(file: string, line: number, column: string): string {
  return `line ${line}, column "${column}" of ${file}`;
}

function quote(field: string): string {
  return JSON.stringify(field);
}
