// All runs of a sweep as one table: parameters, what was recorded, how each ended.
import path from "node:path";
import { OutputFile } from "../notebook/outputFile";
import type { Json } from "../protocol";
import { csvLine } from "../words";
import type { Values } from "./axes";
import { type RunState, type Sweep, stateOf } from "./sweepFolder";

export interface Gathered {
  run: string;
  state: RunState;
  /** Null where nothing tells. */
  exitCode: number | null;
  error: string | null;
  seconds: number | null;
  parameters: Values;
  records: Values;
}

export function gather(sweep: Sweep): Gathered[] {
  return sweep.runs.map((run) => {
    const record = sweep.recordOf(run);
    return {
      run: run.name,
      state: stateOf(record),
      exitCode: record?.exitCode ?? null,
      error: record?.error ?? null,
      seconds: record?.seconds ?? null,
      parameters: run.values,
      records: record?.records ?? {},
    };
  });
}

/**
 * @returns the names of what was recorded as lists or tables, for which CSV has no column.
 * @throws FileError
 */
export async function writeTable(rows: readonly Gathered[], file: string): Promise<string[]> {
  const isCsv = path.extname(file).toLowerCase() !== ".json";
  const text = isCsv ? csvOf(rows) : `[\n${rows.map((row) => ` ${JSON.stringify(row)}`).join(",\n")}\n]\n`;
  await (await OutputFile.probe(file, text)).write(text);
  return isCsv ? nested(rows) : [];
}

/** RFC 4180. A record of a parameter's name, or of one of the fixed columns, has "record." before it. */
function csvOf(rows: readonly Gathered[]): string {
  const parameters = namesOf(rows.map((row) => row.parameters));
  const records = namesOf(rows.map((row) => singles(row.records)));
  const taken = new Set(["run", "state", ...parameters, "seconds", "error"]);
  const head = [
    "run",
    "state",
    ...parameters,
    ...records.map((name) => (taken.has(name) ? `record.${name}` : name)),
    "seconds",
    "error",
  ];
  const lines = rows.map((row) => [
    row.run,
    row.state,
    ...parameters.map((name) => (Object.hasOwn(row.parameters, name) ? row.parameters[name] : undefined)),
    ...records.map((name) => (Object.hasOwn(row.records, name) ? row.records[name] : undefined)),
    row.seconds,
    row.error,
  ]);
  return [head, ...lines].map((line) => `${csvLine(line.map(cellOf))}\n`).join("");
}

/** What a spreadsheet has no word for stands in its cell as JSON. */
const cellOf = (value: Json | undefined) =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : value;

const namesOf = (all: readonly Values[]) => [...new Set(all.flatMap((each) => Object.keys(each)))];

const isNested = (value: Json) => typeof value === "object" && value !== null;

const singles = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => !isNested(value)));

const nested = (rows: readonly Gathered[]) =>
  namesOf(
    rows.map(({ records }) =>
      Object.fromEntries(Object.entries(records).filter(([, value]) => isNested(value))),
    ),
  );
