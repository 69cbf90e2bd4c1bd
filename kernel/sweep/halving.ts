// Successive halving: every combination with a first budget, the best of them with the next one, and so on. What is said of it
// on the command line, and what follows from that; nothing here reads a folder.
import { countText } from "../words";
import { parseAxis, type Values } from "./axes";

export interface Budgets {
  /** The parameter that is the budget. */
  readonly parameter: string;
  /** Ascending; a round for each. */
  readonly budgets: readonly number[];
}

export interface Ranking {
  /** The name of the record that ranks runs. */
  readonly by: string;
  readonly better: "higher" | "lower";
}

export type Halving = Budgets & Ranking;

const mostRounds = 20;

/**
 * `epochs=1,3,9`, or whatever list or steps an axis may have.
 *
 * @throws Error in one line.
 */
export function parseBudgets(text: string): Budgets {
  const axis = parseAxis(text);
  const [parameter = ""] = axis.names;
  const wanted = `${parameter}: expected 2 to ${mostRounds} budgets, each more than the one before, as epochs=1,3,9`;
  if (axis.size === Number.POSITIVE_INFINITY) throw new Error(`${wanted}, got a range without steps`);
  if (axis.size < 2 || axis.size > mostRounds) throw new Error(`${wanted}, got ${countText(axis.size)}`);
  const budgets = Array.from({ length: axis.size }, (_, round) => axis.at(round)[parameter]!);
  if (!areBudgets(budgets))
    throw new Error(`${wanted}, got ${budgets.map((each) => JSON.stringify(each)).join(", ")}`);
  return { parameter, budgets };
}

/** @throws Error where not all is said that runs are ranked by, or there is nothing to rank. */
export function halvingOf(
  budgets: Budgets | undefined,
  { by, better }: Partial<Ranking>,
  runs: readonly Values[],
): Halving | undefined {
  if (!budgets) {
    if (by !== undefined || better !== undefined)
      throw new Error(
        `--${by === undefined ? "better" : "by"} ranks runs of a sweep by --halve, and this is none`,
      );
    return undefined;
  }
  if (by === undefined || better === undefined)
    throw new Error(
      "--halve keeps the best runs: expected --by with the name of a record, and --better higher or lower",
    );
  if (runs.some((values) => Object.hasOwn(values, budgets.parameter)))
    throw new Error(`${budgets.parameter} is varied, and the budget of --halve; it can be one of them`);
  if (runs.length < 2)
    throw new Error(`--halve keeps the best of several runs, got ${runs.length}; vary more, or leave it out`);
  return { ...budgets, by, better };
}

/** How many runs each round has, at most: fewer by as much as the budget is more, so that rounds cost alike. */
export function sizesOf(first: number, { budgets }: Budgets): number[] {
  const sizes = [first];
  for (let round = 1; round < budgets.length; round++) {
    const share = budgets[round - 1]! / budgets[round]!;
    sizes.push(Math.max(1, Math.floor(sizes[round - 1]! * share + 1e-9))); // .1 / .3 × 30 is 10
  }
  return sizes;
}

/** Entry by entry, for a parameter may be called `__proto__`. */
export const withBudget = (values: Values, { parameter, budgets }: Budgets, round: number): Values =>
  Object.fromEntries([...Object.entries(values), [parameter, budgets[round]!]]);

/** Those that have a number to be ranked by, the best first; of equals the earlier one. */
export function rankedBy<Run>(
  runs: readonly Run[],
  rankOf: (run: Run) => number | undefined,
  { better }: Ranking,
): { run: Run; value: number }[] {
  const sign = better === "higher" ? -1 : 1;
  return runs
    .flatMap((run) => {
      const value = rankOf(run);
      return value === undefined ? [] : [{ run, value }];
    })
    .sort((a, b) => sign * (a.value - b.value));
}

export function isHalving(value: unknown): value is Halving {
  const { parameter, budgets, by, better } = (value ?? {}) as Partial<Halving>;
  return (
    typeof parameter === "string" &&
    Array.isArray(budgets) &&
    areBudgets(budgets) &&
    typeof by === "string" &&
    (better === "higher" || better === "lower")
  );
}

const areBudgets = (values: readonly unknown[]): values is readonly number[] =>
  values.every((value, i) => typeof value === "number" && value > (i === 0 ? 0 : (values[i - 1] as number)));
