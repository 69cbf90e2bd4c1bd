// The rounds of a sweep that is halved, in its folder: which runs go on, and what is told of each round.
import type { RecordFile } from "../notebook/runRecord";
import { countText, plural, shortNumber } from "../words";
import { rankedBy, sizesOf, withBudget } from "./halving";
import { valuesText } from "./poolLines";
import { countsText, type Sweep, type SweepRun, stateOf } from "./sweepFolder";

/** As "round 2 of 3, epochs=3"; empty where nothing is halved. */
export function roundText(sweep: Sweep, round = sweep.rounds.length - 1): string {
  const { halving } = sweep.plan;
  if (!halving) return "";
  const { parameter, budgets } = halving;
  return `round ${round + 1} of ${budgets.length}, ${parameter}=${shortNumber(budgets[round]!)}`;
}

/** Whether another round comes after those that have been chosen. */
export const hasNextRound = ({ plan, rounds }: Sweep): boolean =>
  plan.halving !== undefined && rounds.length < plan.halving.budgets.length;

/**
 * Chooses the runs of the next round, and writes them into the plan: from then on nothing changes them, whatever is killed.
 *
 * @returns the same sweep where the last round has not ended, none of its runs can be ranked, or none comes after it.
 */
export async function withNextRound(sweep: Sweep): Promise<Sweep> {
  const { plan, rounds } = sweep;
  const { halving } = plan;
  const last = rounds.at(-1)!;
  if (!halving || !hasNextRound(sweep) || !hasEnded(sweep, last)) return sweep;
  const ranked = rankedRuns(sweep, last);
  const kept = ranked.slice(0, sizesOf(rounds[0]!.length, halving)[rounds.length]!);
  if (kept.length === 0) return sweep;
  console.log(
    `${roundText(sweep)}, has ended: ${countText(kept.length)} of ${plural(last.length, "run")} go on${bestText(sweep, last)}`,
  );
  return sweep.extended(kept.map(({ run }) => withBudget(run.values, halving, rounds.length)));
}

/** A line for each round; none where nothing is halved. */
export function roundLines(sweep: Sweep): string[] {
  const { halving } = sweep.plan;
  if (!halving) return [];
  const sizes = sizesOf(sweep.rounds[0]!.length, halving);
  return sizes.map((size, round) => {
    const runs = sweep.rounds[round];
    if (!runs) return `${roundText(sweep, round)}: ${plural(size, "run")} to come`;
    const records = runs.map((run) => sweep.recordOf(run));
    const without = records.filter(
      (record) => stateOf(record) === "finished" && rankedValue(record, halving.by) === undefined,
    ).length;
    const told = without > 0 ? `, ${countText(without)} without a number ${halving.by}` : "";
    return `${roundText(sweep, round)}: ${countsText(records.map(stateOf))}${told}${bestText(sweep, runs)}`;
  });
}

/** Why the last round, which has ended, has none after it; undefined where nothing is wrong. */
export function rankingTrouble(sweep: Sweep): string | undefined {
  const { halving } = sweep.plan;
  const last = sweep.rounds.at(-1)!;
  if (!halving || !hasEnded(sweep, last) || rankedRuns(sweep, last).length > 0) return undefined;
  const names = new Set(
    last.flatMap((run) =>
      Object.entries(sweep.recordOf(run)?.records ?? {}).flatMap(([name, value]) =>
        typeof value === "number" ? [name] : [],
      ),
    ),
  );
  const there = names.size > 0 ? `numbers are ${[...names].join(", ")}` : "no number was recorded";
  return `no run of round ${sweep.rounds.length} has finished with a number ${halving.by} to be ranked by; ${there}; resume takes another --by`;
}

const hasEnded = (sweep: Sweep, runs: readonly SweepRun[]): boolean =>
  runs.every((run) => ["finished", "failed"].includes(stateOf(sweep.recordOf(run))));

function rankedRuns(sweep: Sweep, runs: readonly SweepRun[]): { run: SweepRun; value: number }[] {
  const { halving } = sweep.plan;
  if (!halving) return [];
  return rankedBy(runs, (run) => rankedValue(sweep.recordOf(run), halving.by), halving);
}

/** A run that failed has none: what it recorded before is of less than its budget. */
function rankedValue(record: RecordFile | undefined, by: string): number | undefined {
  const value = Object.hasOwn(record?.records ?? {}, by) ? record!.records[by] : undefined;
  return stateOf(record) === "finished" && typeof value === "number" ? value : undefined;
}

function bestText(sweep: Sweep, runs: readonly SweepRun[]): string {
  const [best] = rankedRuns(sweep, runs);
  if (!best) return "";
  return `; best ${sweep.plan.halving!.by} ${shortNumber(best.value)}: ${best.run.name}  ${valuesText(best.run.values)}`;
}
