// What an experiment found: values by arm and seed, how the arms differ pair by pair, and what that says of the claim.
import { requireKnown } from "../arguments";
import { escapeHtml, htmlTable, localized, proseNumber, textTable } from "../words";

export interface Run<Result> {
  /** What manualSeed() was given for it. */
  readonly seed: number;
  /** The arm's name. */
  readonly arm: string;
  /** What it gave; null if it failed. */
  readonly result: Result | null;
  /** `RangeError: …`; null if it did not fail. */
  readonly error: string | null;
  /** How long it took. */
  readonly seconds: number;
}

export interface Judging {
  /** The number to judge by, where `run` gives an object: its name there. Default: the first number in it. */
  metric?: string;
  /** What the other arms are expected to be, against the first. Default: whichever most pairs are. */
  better?: "higher" | "lower";
}

/**
 * "all agree": every pair has the sign that is counted; "none agrees": no pair has it; "mixed": some have. "incomplete": so
 * far, or for the runs that did not fail, there are fewer pairs than seeds. It is about signs alone: what they say of a
 * sentence is said elsewhere.
 */
export type Verdict = "all agree" | "mixed" | "none agrees" | "incomplete";

export interface ArmSummary {
  /** The arm's name. */
  readonly arm: string;
  /** Over the runs that gave a value. */
  readonly median: number;
  /** Smallest and largest value. */
  readonly range: readonly [number, number];
  /** Runs that gave a value. */
  readonly runs: number;
  /** Against the first arm; null for the first arm itself. */
  readonly comparison: Comparison | null;
}

export interface Comparison {
  /** The median of the differences, seed by seed: this arm less the first. */
  readonly effect: number;
  /** Seeds with a value in both arms. */
  readonly pairs: number;
  /** Those of them whose difference has the sign that is counted. */
  readonly agreeing: number;
  /** The sign counted: the expected one, or that of most pairs. */
  readonly sign: "higher" | "lower";
  /** What the signs say together. */
  readonly verdict: Verdict;
}

export const judgingNames: readonly (keyof Judging)[] = ["metric", "better"];

/** The runs of an experiment, judged by one of their numbers. Leave it at the end of a cell to see it as a table. */
export class Experiment<Result> {
  readonly #judging: Judging;

  /** What `experiment` fills. */
  constructor(
    readonly seeds: readonly number[],
    readonly arms: readonly string[],
    /** In the order they were made. */
    readonly runs: readonly Run<Result>[],
    judging: Judging = {},
  ) {
    requireKnown(new.target.name, arguments, 4, judgingNames);
    this.#judging = judging;
  }

  /** The same runs, judged by another of their numbers. */
  by(metric: string, judging: Omit<Judging, "metric"> = {}): Experiment<Result> {
    requireKnown("by", arguments, 2, ["better"]);
    const other = new Experiment(this.seeds, this.arms, this.runs, { ...judging, metric });
    other.check();
    return other;
  }

  /** The name of the number judged by; "" where runs give plain numbers. */
  get metric(): string {
    const first = this.runs.find(({ error }) => error === null)?.result;
    if (typeof first !== "object" || first === null) return this.#judging.metric ?? "";
    const numbers = Object.entries(first).filter(([, value]) => typeof value === "number");
    return this.#judging.metric ?? numbers[0]?.[0] ?? "";
  }

  /** The number judged by, for each arm in the order of the seeds; NaN where a run failed or is not there yet. */
  get values(): Record<string, number[]> {
    const valueAt = (arm: string, seed: number) => {
      const run = this.runs.find((each) => each.arm === arm && each.seed === seed);
      return run === undefined ? Number.NaN : (this.#valueOf(run) ?? Number.NaN);
    };
    return Object.fromEntries(this.arms.map((arm) => [arm, this.seeds.map((seed) => valueAt(arm, seed))]));
  }

  /** Results that `run` gave, for each arm in the order of the seeds, without those of failed runs. */
  get results(): Record<string, Result[]> {
    const of = (arm: string) =>
      this.seeds.flatMap((seed) => {
        const run = this.runs.find((each) => each.arm === arm && each.seed === seed);
        return run === undefined || run.error !== null ? [] : [run.result as Result];
      });
    return Object.fromEntries(this.arms.map((arm) => [arm, of(arm)]));
  }

  /** A line for each arm. */
  get summary(): ArmSummary[] {
    const { values } = this;
    const base = values[this.arms[0]!]!;
    return this.arms.map((arm, i) => {
      const own = sorted(values[arm]!);
      return {
        arm,
        median: median(own),
        range: [own[0] ?? Number.NaN, own.at(-1) ?? Number.NaN],
        runs: own.length,
        comparison: i === 0 ? null : this.#compare(values[arm]!, base),
      };
    });
  }

  /** What all comparisons say together: what each of them says, else "mixed". */
  get verdict(): Verdict {
    const verdicts = [...new Set(this.summary.flatMap(({ comparison }) => comparison?.verdict ?? []))];
    if (verdicts.length === 0 || verdicts.includes("incomplete")) return "incomplete";
    return verdicts.length === 1 ? verdicts[0]! : "mixed";
  }

  /** The runs that failed, or gave NaN. */
  get failures(): Run<Result>[] {
    return this.runs.filter((run) => this.#valueOf(run) === null);
  }

  /** Throws a TypeError if a run that did not fail has no number to judge by. @internal */
  check(): void {
    for (const run of this.runs) this.#valueOf(run);
  }

  #valueOf({ result, error }: Run<Result>): number | null {
    if (error !== null) return null;
    const { metric } = this;
    const value: unknown = metric === "" ? result : (result as Readonly<Record<string, unknown>>)?.[metric];
    if (typeof value === "number") return Number.isNaN(value) ? null : value;
    const wanted =
      metric === "" ? "a number, or an object with numbers in it" : `an object with a number "${metric}"`;
    throw new TypeError(
      `experiment: expected run() to give ${wanted}, got ${JSON.stringify(result)?.slice(0, 100)}`,
    );
  }

  #compare(values: readonly number[], base: readonly number[]): Comparison {
    const differences = values.flatMap((value, i) => {
      if (Number.isNaN(value) || Number.isNaN(base[i]!)) return [];
      return value === base[i] ? 0 : value - base[i]!; // equal infinities differ by 0
    });
    const higher = differences.filter((difference) => difference > 0).length;
    const lower = differences.filter((difference) => difference < 0).length;
    const sign = this.#judging.better ?? (higher >= lower ? "higher" : "lower");
    const agreeing = sign === "higher" ? higher : lower;
    const pairs = differences.length;
    const effect = median(sorted(differences));
    return { effect, pairs, agreeing, sign, verdict: this.#judge(agreeing, pairs) };
  }

  #judge(agreeing: number, pairs: number): Verdict {
    if (pairs < this.seeds.length) return "incomplete";
    if (agreeing === pairs) return "all agree";
    return agreeing === 0 ? "none agrees" : "mixed";
  }

  /** The table as text, and the runs that failed. */
  toString(): string {
    return [textTable(...this.#table()), ...this.#failureLines()].join("\n");
  }

  /** What console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const failures = this.#failureLines().map((line) => `<p>${escapeHtml(line)}</p>`);
    return {
      "text/plain": this.toString(),
      "text/html": [htmlTable(...this.#table()), ...failures].join(""),
    };
  }

  #table(): Parameters<typeof textTable> {
    const { metric, seeds, arms, runs } = this;
    const rows = this.summary.map(({ arm, median, range, comparison }) => [
      arm,
      comparison === null ? "" : pairsText(comparison),
      shown(median),
      `${shown(range[0])} to ${shown(range[1])}`,
      comparison === null ? "" : signed(comparison.effect),
    ]);
    const all = seeds.length * arms.length;
    const count = runs.length < all ? `${runs.length} of ${all} runs` : `${seeds.length} seeds`;
    return [
      ["arm", `against ${arms[0]}`, `median${metric && ` ${metric}`}`, "range", "difference"],
      rows,
      [count, "●: in all pairs", "", "", ""],
    ];
  }

  #failureLines(): string[] {
    return this.failures.map(
      ({ arm, seed, error }) => `${localized(`seed ${seed}, ${arm}`)}: ${error ?? localized("gave NaN")}`,
    );
  }
}

/** "5 of 5 higher ●"; the mark where all pairs agree. */
const pairsText = ({ agreeing, pairs, sign, verdict }: Comparison) =>
  `${agreeing} of ${pairs} ${sign}${verdict === "all agree" ? " ●" : ""}`;

/** Ascending, without NaN. */
const sorted = (values: readonly number[]) =>
  values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);

/** The middle of ascending values; NaN of none. */
function median(ascending: readonly number[]): number {
  const middle = (ascending.length - 1) / 2;
  const [low, high] = [
    ascending[Math.floor(middle)] ?? Number.NaN,
    ascending[Math.ceil(middle)] ?? Number.NaN,
  ];
  return low === high ? low : (low + high) / 2;
}

/** Accuracies and losses differ by little: small numbers stay decimal. */
const shown = (value: number) => proseNumber(value, 4, 1e-6);

const signed = (value: number) => (value > 0 ? `+${shown(value)}` : shown(value));
