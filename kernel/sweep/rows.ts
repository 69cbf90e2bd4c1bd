// Rows of a file as what a sweep varies.
import { parse } from "csv-parse/sync";
import { readTextFile } from "../host/textFile";
import { FileError } from "../notebook/outputFile";
import { parametersOf, parseValue, requireName } from "../notebook/parameters";
import { countText } from "../words";
import { type Axis, textOf, type Values } from "./axes";

/**
 * The rows of a file: CSV with names in its first line, a JSON list of objects, or JSON Lines.
 *
 * @throws FileError
 */
export async function rowsAxis(file: string): Promise<Axis> {
  try {
    const text = await readTextFile(file);
    const rows = /\.csv$/i.test(file) ? csvRows(text) : jsonRows(text, /\.(jsonl|ndjson)$/i.test(file));
    if (rows.length === 0) throw new Error("there are no rows in it");
    refuseSameRows(rows);
    return {
      names: [...new Set(rows.flatMap((row) => Object.keys(row)))],
      size: rows.length,
      text: file,
      at: (index) => rows[index]!,
      draw: (stream) => rows[stream.integer(rows.length)]!,
    };
  } catch (error) {
    throw error instanceof FileError ? error : new FileError(file, error);
  }
}

/** A cell that is empty leaves the notebook's own value. */
function csvRows(text: string): Values[] {
  const [names = [], ...rows] = parse(text, { bom: true, skip_empty_lines: true, trim: true }) as string[][];
  for (const name of names) requireName(name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`two columns are called ${twice}`);
  return rows.map((row) =>
    Object.fromEntries(
      names.flatMap((name, i) => (row[i] === "" ? [] : [[name, parseValue(name, row[i]!)]])),
    ),
  );
}

function jsonRows(text: string, areLines: boolean): Values[] {
  const json: unknown = areLines
    ? text
        .split("\n")
        .filter((line) => line.trim() !== "")
        .map((line) => JSON.parse(line))
    : JSON.parse(text);
  const isRow = (row: unknown) => typeof row === "object" && row !== null && !Array.isArray(row);
  if (!Array.isArray(json) || !json.every(isRow))
    throw new Error('expected a list of objects, as [{ "lr": 0.1 }, { "lr": 0.3 }]');
  for (const row of json) parametersOf(row as Values);
  return json as Values[];
}

function refuseSameRows(rows: readonly Values[]): void {
  const seen = new Map<string, number>();
  for (const [i, row] of rows.entries()) {
    const text = textOf(row);
    const before = seen.get(text);
    if (before !== undefined)
      throw new Error(`rows ${countText(before + 1)} and ${countText(i + 1)} are the same run`);
    seen.set(text, i);
  }
}
