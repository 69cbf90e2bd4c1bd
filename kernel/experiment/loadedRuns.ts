// The runs of a sweep, read back: what `bnlab run` has written of each.
import { machine, textOf } from "../machine/machine";

/** One run of a sweep. */
export interface LoadedRun {
  /** The run's folder: "0007". */
  readonly run: string;
  /** What the sweep set. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What its cells recorded, by name. */
  readonly records: Readonly<Record<string, unknown>>;
  /** What failed first; null where nothing did. */
  readonly error: string | null;
  /** How long it took. */
  readonly seconds: number;
}

/**
 * The runs of a sweep that have ended, in its order.
 *
 * @throws Error for a folder that has none.
 */
export function loadedRuns(folder: string): LoadedRun[] {
  const at = machine().resolve(folder, "runs");
  const names = machine().folders(at);
  if (names === null)
    throw new Error(
      `experiment.load: expected the folder of a sweep, with runs in it, got ${folder}; bnlab sweep makes one`,
    );
  const runs = names.flatMap((name) => loadedRun(name, machine().resolve(at, name, "records.json")));
  if (runs.length === 0)
    throw new Error(
      `experiment.load: expected runs that have ended in ${folder}, got none; bnlab sweep status tells how far it is`,
    );
  return runs;
}

/** None where it has not ended, or was cut off. */
function loadedRun(run: string, file: string): LoadedRun[] {
  if (machine().kind(file) !== "file") return [];
  try {
    const { parameters, records, error, seconds } = JSON.parse(textOf(file));
    return [{ run, parameters, records: withNumbers(records) as LoadedRun["records"], error, seconds }];
  } catch {
    return [];
  }
}

const numbers: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/** Numbers that JSON has none for are texts in the file. */
function withNumbers(value: unknown): unknown {
  if (typeof value === "string") return Object.hasOwn(numbers, value) ? numbers[value] : value;
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withNumbers(each)]));
}
