// Learning rates chosen by a score, for each arm its own: what was tried, what is best, and whether the grid ends there.
import { describe, isRecord, requireFunction, requireKnown } from "../arguments";
import { machine } from "../machine/machine";
import type { MimeBundle } from "../protocol/mime";
import { htmlTable, proseNumber, textTable } from "../words";

export interface BestRatesOptions {
  /** Which scores are good. Default "higher". */
  better?: "higher" | "lower";
}

/**
 * The best of some learning rates for each arm, by scores on digits that judge nothing else. Of equal scores the smaller rate
 * counts; NaN is no score.
 *
 * @example lesson.bestRates([0.1, 1, 3], { "without BN": [80, 85, 10], "with BN": [85, 90, 92] }).of("with BN") // 3, at the edge
 * @throws RangeError where an arm has not one score for each rate, or none that is a number.
 */
export function bestRates(
  rates: readonly number[],
  scores: Readonly<Record<string, readonly number[]>>,
  options: BestRatesOptions = {},
): BestRates {
  requireKnown("lesson.bestRates", arguments, 3, ["better"]);
  const better = betterOf("lesson.bestRates", rates, options);
  if (!isRecord(scores) || Object.keys(scores).length === 0) {
    throw new RangeError(
      `lesson.bestRates: expected scores by arm, { "with BN": [90, …] }, got ${describe(scores)}`,
    );
  }
  for (const [arm, each] of Object.entries(scores)) {
    if (!Array.isArray(each) || each.length !== rates.length || each.every(Number.isNaN)) {
      throw new RangeError(
        `lesson.bestRates: expected for "${arm}" a score at each of ${rates.length} rates, got ${describe(each)}`,
      );
    }
  }
  return new BestRates([...rates], scores, better);
}

/** Which scores are good, once rates and options are what they should be. */
function betterOf(
  operation: string,
  rates: readonly number[],
  { better = "higher" }: BestRatesOptions,
): "higher" | "lower" {
  if (better !== "higher" && better !== "lower") {
    throw new RangeError(`${operation}: expected better "higher" or "lower", got ${describe(better)}`);
  }
  if (!Array.isArray(rates) || rates.length === 0 || !rates.every((rate) => rate > 0 && rate < Infinity)) {
    throw new RangeError(`${operation}: expected learning rates above 0, got ${describe(rates)}`);
  }
  return better;
}

/**
 * The best of some learning rates for each arm, by scores that are made here, one after the other: `score` trains, with the
 * arm's settings and a rate, and may be asynchronous. What bestRates() says of scores holds.
 *
 * @example await lesson.chooseRates([0.1, 1, 3], { "without BN": false, "with BN": true }, async (batchNorm, lr) => train(batchNorm, lr))
 * @throws what bestRates() and `score` throw; TypeError where `score` is no function.
 */
export function chooseRates<Settings = string>(
  rates: readonly number[],
  arms: readonly Settings[] | Readonly<Record<string, Settings>>,
  score: (settings: Settings, rate: number) => number | Promise<number>,
  options: BestRatesOptions = {},
): Promise<BestRates> {
  requireKnown("lesson.chooseRates", arguments, 4, ["better"]);
  betterOf("lesson.chooseRates", rates, options); // before anything trains
  requireFunction("lesson.chooseRates", score);
  const isList = Array.isArray(arms);
  if (!isList && !isRecord(arms)) {
    throw new TypeError(
      `lesson.chooseRates: expected arms as names, or settings by name, got ${describe(arms)}`,
    );
  }
  const entries = isList
    ? (arms as readonly Settings[]).map((arm): [string, Settings] => [String(arm), arm])
    : Object.entries(arms as Readonly<Record<string, Settings>>);
  return scored(rates, entries, score).then((scores) => bestRates(rates, scores, options));
}

async function scored<Settings>(
  rates: readonly number[],
  arms: readonly (readonly [name: string, Settings])[],
  score: (settings: Settings, rate: number) => number | Promise<number>,
): Promise<Record<string, number[]>> {
  const scores: Record<string, number[]> = {};
  for (const [arm, settings] of arms) {
    scores[arm] = [];
    for (const rate of rates) {
      await machine().turn(); // charts draw, an interrupt arrives
      machine().awaits(score);
      scores[arm].push(await score(settings, rate));
    }
  }
  return scores;
}

/** What was tried, and the best for each arm; lesson.bestRates() and lesson.chooseRates() make it. */
export class BestRates {
  /** @internal */
  constructor(
    /** Those tried. */
    readonly rates: readonly number[],
    /** For each arm a score at each rate. */
    readonly scores: Readonly<Record<string, readonly number[]>>,
    /** Which scores are good. */
    readonly better: "higher" | "lower",
  ) {}

  /**
   * The best rate of an arm.
   *
   * @throws RangeError for an arm that has no scores.
   */
  of(arm: string): number {
    requireKnown("of", arguments, 1);
    if (!Object.hasOwn(this.scores, arm)) {
      throw new RangeError(
        `of: expected one of ${Object.keys(this.scores).join(", ")}, got ${describe(arm)}`,
      );
    }
    const sign = this.better === "higher" ? 1 : -1;
    const scores = this.scores[arm]!.map((score) => (Number.isNaN(score) ? -Infinity : sign * score));
    return this.rates[scores.indexOf(Math.max(...scores))]!;
  }

  /** The arms whose best rate stands at an end of those tried, so that a better one may lie beyond. */
  get atEdge(): string[] {
    const ends = [Math.min(...this.rates), Math.max(...this.rates)];
    return Object.keys(this.scores).filter((arm) => ends.includes(this.of(arm)));
  }

  /** What console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** The scores at each rate, and the best rate of each arm. */
  toString(): string {
    return textTable(...this.#table());
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): MimeBundle {
    return { "text/html": htmlTable(...this.#table()), "text/plain": this.toString() };
  }

  #table(): Parameters<typeof textTable> {
    const { rates, scores, atEdge } = this;
    const rows = Object.entries(scores).map(([arm, each]) => [
      arm,
      `${this.of(arm)}${atEdge.includes(arm) ? " †" : ""}`,
      ...each.map((score) => (Number.isFinite(score) ? proseNumber(score, 3, 1e-3) : "–")),
    ]);
    const foot = atEdge.length > 0 ? "† at the end of the grid: a better one may lie beyond" : "";
    return [
      ["arm", "best rate", ...rates.map((rate) => `lr ${rate}`)],
      rows,
      [foot, "", ...rates.map(() => "")],
    ];
  }
}
