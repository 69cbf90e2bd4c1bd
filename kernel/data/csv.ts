// Tables from CSV files: numbers for features, a column of classes or of numbers to learn.
import { CsvError, parse } from "csv-parse/sync";
import { machine, textOf } from "../machine/machine";
import { tensor } from "../tensor";
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
}

const absent = new Set(["", "na", "n/a", "nan", "null", "none", "?"]);

/** One row: its fields in the order of the columns, and the line of the file it ends in. */
interface Row {
  readonly fields: readonly string[];
  readonly line: number;
}

/**
 * A table from a CSV file (UTF-8, with or without BOM; fields may be quoted), looked for in the notebook's folder; or from
 * `{ text }`. Features [N, columns] float32, labels [N].
 * Throws an Error that names file, line and column: no such file, rows of different lengths, a missing value, a feature
 * that is no number, a class that is not in `classes`; and for columns that are not there.
 *
 * @example
 * const iris = data.csv("iris.csv", { label: "species" });
 * const houses = data.csv({ text: "rooms;price\n3;210\n5;340" }, { target: "price", delimiter: ";" });
 */
export function csv(source: string | { readonly text: string }, options: CsvOptions = {}): TableDataset {
  const { label, target, classes, missing = "error" } = options;
  const name = label ?? target;
  if (name === undefined || (label !== undefined && target !== undefined)) {
    throw new TypeError(
      `csv: expected either { label: column } for classes or { target: column } for numbers, got ${name === undefined ? "neither" : "both"}`,
    );
  }
  const { file, text } = typeof source === "string" ? readText(source) : { file: "the text", ...source };
  if (typeof text !== "string") {
    throw new TypeError(`csv: expected a path or { text }, got ${String(source)}`);
  }
  const { columns, rows } = readRows(file, text, options);
  const position = (column: string) => {
    const at = columns.indexOf(column);
    if (at < 0) {
      throw new Error(`csv: expected a column "${column}" in ${file}, got ${columns.join(", ")}`);
    }
    return at;
  };
  const labelAt = position(name);
  const features = options.features ?? columns.filter((_, i) => i !== labelAt);
  const featuresAt = features.map(position);

  const whole = rows.filter(({ fields, line }) => {
    const gap = [labelAt, ...featuresAt].find(
      (at) => isAbsent(fields[at]!) && (typeof missing === "string" || at === labelAt),
    );
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
        `csv: expected one of the classes ${known.join(", ")} in ${place(file, line, name)}, got ${quote(fields[labelAt]!)}`,
      );
    }
    return number;
  });
  return new TableDataset(table, tensor(Int32Array.from(labels)), features, known);
}

function readText(given: string): { file: string; text: string } {
  const file = machine().resolve(given);
  if (machine().kind(file) === null) {
    throw new Error(`csv: expected a file, got ${file}, which does not exist`);
  }
  return { file, text: textOf(file) };
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
      `csv: expected ${first.length} different column names for ${file}, got ${columns.join(", ")}; give them in { header: [...] }`,
    );
  }
  return { columns, rows: header === true ? rows.slice(1) : rows };
}

function isAbsent(field: string): boolean {
  return absent.has(field.toLowerCase());
}

function numberOf(file: string, line: number, column: string, field: string): number {
  const value = Number(field);
  if (!Number.isFinite(value) || field === "") {
    throw new Error(
      `csv: expected a number in ${place(file, line, column)}, got ${quote(field)}; name the columns of numbers in { features: [...] }`,
    );
  }
  return value;
}

/** Each class once: by size where all are numbers, else by code point, as scikit-learn's LabelEncoder. */
function sortedClasses(fields: readonly string[]): string[] {
  const each = [...new Set(fields)];
  return each.every((field) => Number.isFinite(Number(field)))
    ? each.sort((a, b) => Number(a) - Number(b))
    : each.sort();
}

function place(file: string, line: number, column: string): string {
  return `line ${line}, column "${column}" of ${file}`;
}

function quote(field: string): string {
  return JSON.stringify(field);
}
