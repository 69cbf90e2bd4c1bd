// Many runs as cells see them: a table, the verdict by pairs, and charts over what was varied.
import { describe, requireKnown } from "../arguments";
import { Experiment, type Judging, type LoadedRun } from "../experiment";
import {
  type Figure,
  type HeatmapOptions,
  heatmap,
  type LineFigure,
  type LineOptions,
  line,
  type ParallelCoordinatesOptions,
  parallelCoordinates,
} from "../plot";
import { displaySymbol, type MimeBundle } from "../protocol/mime";
import { tableOf } from "../session/display/table";

/** How runs are compared: which parameter makes the arms, which one the pairs. */
export interface CompareOptions extends Judging {
  /** The parameter whose values are the arms; its first value is the one that the others are compared with. */
  arms: string;
  /** The parameter that pairs runs. Default "seed". */
  seeds?: string;
}

/** Which runs share a line. */
export interface CurvesOptions extends LineOptions {
  /** Parameters that make the lines; runs that differ in others are one line, their median over their range. Default all. */
  by?: readonly string[];
}

/** The runs of a sweep that have ended. Leave it at the end of a cell to see it as a table. */
export class SweepRuns {
  /** What `experiment.load` fills. */
  constructor(
    /** In the sweep's order. */
    readonly runs: readonly LoadedRun[],
  ) {
    requireKnown(new.target.name, arguments, 1);
  }

  /** A row for each: its parameters, and what it recorded that is a number, a text, true or false. */
  get rows(): Record<string, unknown>[] {
    return this.runs.map(({ run, parameters, records, error }) => {
      const single = Object.entries(records).filter(
        ([, value]) => typeof value !== "object" || value === null,
      );
      const own = single.map(([name, value]) => [name in parameters ? `record.${name}` : name, value]);
      return { run, ...parameters, ...Object.fromEntries(own), ...(error === null ? {} : { error }) };
    });
  }

  /**
   * Those with these parameters: `runs.where({ lr: 0.1 })`.
   *
   * @throws RangeError where no run has them.
   */
  where(parameters: Readonly<Record<string, unknown>>): SweepRuns {
    requireKnown("where", arguments, 1);
    for (const name of Object.keys(parameters)) this.#requireParameter("where", name);
    const wanted = Object.entries(parameters).map(([name, value]) => [name, textOf(value)] as const);
    const found = this.runs.filter((each) =>
      wanted.every(([name, text]) => textOf(each.parameters[name]) === text),
    );
    if (found.length === 0)
      throw new RangeError(
        `where: expected parameters of one of ${this.runs.length} runs, got ${textOf(parameters)}`,
      );
    return new SweepRuns(found);
  }

  /**
   * Pair by pair, how the arms differ in a number that was recorded.
   *
   * @throws RangeError where runs differ in other parameters too: `where` chooses among them.
   */
  compare(options: CompareOptions): Experiment<Readonly<Record<string, unknown>>> {
    requireKnown("compare", arguments, 1, ["arms", "seeds", "metric", "better"]);
    const { arms, seeds = "seed", ...judging } = options;
    for (const name of [arms, seeds]) this.#requireParameter("compare", name);
    const other = this.#varied().find((name) => name !== arms && name !== seeds);
    if (other !== undefined)
      throw new RangeError(
        `compare: expected runs that differ in ${arms} and ${seeds} alone, got some of several ${other}; choose by where({ ${other}: … })`,
      );
    const named = (run: LoadedRun) => `${arms} ${textOf(run.parameters[arms])}`;
    const made = this.runs.map((run) => ({
      seed: seedOf(run, seeds),
      arm: named(run),
      result: run.error === null ? run.records : null,
      error: run.error,
      seconds: run.seconds,
    }));
    const experiment = new Experiment(
      unique(made.map(({ seed }) => seed)),
      unique(this.runs.map(named)),
      made,
      judging,
    );
    experiment.check();
    return experiment;
  }

  /**
   * A number that was recorded over two parameters, as colors: the mean of the runs that differ in others.
   *
   * @example runs.heatmap("lr", "depth", "accuracy")
   */
  heatmap(x: string, y: string, metric: string, options: HeatmapOptions = {}): Figure {
    requireKnown("heatmap", arguments, 4);
    for (const name of [x, y]) this.#requireParameter("heatmap", name);
    const values = this.runs.flatMap((run) => {
      const value = run.records[metric];
      return typeof value === "number"
        ? [{ x: textOf(run.parameters[x]), y: textOf(run.parameters[y]), value }]
        : [];
    });
    if (values.length === 0) throw this.#noRecord("heatmap", "a number", metric);
    const [columns, rows] = [this.#valuesOf(x), this.#valuesOf(y)];
    const cells = rows.map((row) =>
      columns.map((column) =>
        mean(values.filter((each) => each.x === column && each.y === row).map(({ value }) => value)),
      ),
    );
    return heatmap(cells, { x: columns, y: rows, xTitle: x, yTitle: y, zTitle: metric, ...options });
  }

  /**
   * A curve that was recorded, a line for each run, or for each combination of some parameters.
   *
   * @example runs.curves("loss", { by: ["lr"] }) // the seeds of each learning rate: their median over their range
   */
  curves(name: string, options: CurvesOptions = {}): LineFigure {
    requireKnown("curves", arguments, 2);
    const { by = this.#varied(), ...others } = options;
    for (const parameter of by) this.#requireParameter("curves", parameter);
    const lines = new Map<string, number[][]>();
    for (const { run, parameters, records } of this.runs) {
      const curve = records[name];
      if (!Array.isArray(curve) || !curve.every((value) => typeof value === "number")) continue;
      const label = by.map((each) => `${each} ${textOf(parameters[each])}`).join(", ") || run;
      lines.set(label, [...(lines.get(label) ?? []), curve]);
    }
    if (lines.size === 0) throw this.#noRecord("curves", "a list of numbers", name);
    const series = [...lines].map(([label, runs]) => [label, runs.length === 1 ? runs[0]! : runs] as const);
    return line(Object.fromEntries(series), { xTitle: "step", yTitle: name, ...others });
  }

  /**
   * A line for each run through its parameters and what it recorded: which settings go with which outcome.
   *
   * @param names Default: the parameters that have several values, then the numbers that were recorded.
   * @example runs.parallelCoordinates(["lr", "depth", "loss"])
   * @throws RangeError for a name that is neither a parameter nor a record.
   */
  parallelCoordinates(names?: readonly string[], options: ParallelCoordinatesOptions = {}): Figure {
    requireKnown("parallelCoordinates", arguments, 2);
    if (names !== undefined && !Array.isArray(names))
      throw new TypeError(`parallelCoordinates: expected names in an array, got ${describe(names)}`);
    const rows = this.rows;
    const known = unique(rows.flatMap((row) => Object.keys(row)));
    const recorded = known.filter((name) => rows.some((row) => typeof row[name] === "number"));
    const parameters = unique(this.runs.flatMap((run) => Object.keys(run.parameters)));
    const chosen = names ?? [...this.#varied(), ...recorded.filter((name) => !parameters.includes(name))];
    const strange = chosen.find((name) => !known.includes(name));
    if (strange !== undefined)
      throw new RangeError(
        `parallelCoordinates: expected names of the runs' table (${known.join(", ")}), got ${describe(strange)}`,
      );
    const columns = chosen.map((name) => [name, rows.map((row) => axisValue(row[name]))] as const);
    return parallelCoordinates(new Map(columns), options);
  }

  /** What console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return String(tableOf(this.rows)["text/plain"]);
  }

  /** What a notebook shows. */
  [displaySymbol](): MimeBundle {
    return tableOf(this.rows);
  }

  /** Parameters that have several values. */
  #varied(): string[] {
    const names = unique(this.runs.flatMap(({ parameters }) => Object.keys(parameters)));
    return names.filter((name) => this.#valuesOf(name).length > 1);
  }

  /** Numbers ascending, else as they come. */
  #valuesOf(name: string): string[] {
    const values = this.runs.map(({ parameters }) => parameters[name]);
    const areNumbers = values.every((value) => typeof value === "number");
    return unique((areNumbers ? [...values].sort((a, b) => Number(a) - Number(b)) : values).map(textOf));
  }

  #requireParameter(operation: string, name: string): void {
    const names = unique(this.runs.flatMap(({ parameters }) => Object.keys(parameters)));
    if (!names.includes(name))
      throw new RangeError(
        `${operation}: expected a parameter of the sweep (${names.join(", ")}), got ${describe(name)}`,
      );
  }

  #noRecord(operation: string, what: string, name: string): RangeError {
    const names = unique(this.runs.flatMap(({ records }) => Object.keys(records)));
    return new RangeError(
      `${operation}: expected ${what} that was recorded (${names.join(", ") || "nothing was"}), got ${describe(name)}`,
    );
  }
}

function seedOf({ run, parameters }: LoadedRun, seeds: string): number {
  const seed = parameters[seeds];
  if (!Number.isSafeInteger(seed))
    throw new RangeError(
      `compare: expected ${seeds} to be a whole number in each run, got ${describe(seed)} in ${run}`,
    );
  return seed as number;
}

const axisValue = (value: unknown) =>
  typeof value === "number" || value === undefined || value === null ? value : textOf(value);

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "–");

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
