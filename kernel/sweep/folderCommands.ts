// `bnlab sweep status`, `gather` and `cancel`: what is asked of a sweep's folder.
import { existsSync } from "node:fs";
import path from "node:path";
import { complain } from "../notebook/complaint";
import { ExitCode } from "../notebook/exitCodes";
import { FileError } from "../notebook/outputFile";
import { countText, plural } from "../words";
import { activityOf, cancel, lostIn } from "./activity";
import { gather, writeTable } from "./gather";
import { valuesText } from "./poolLines";
import { hasNextRound, rankingTrouble, roundLines } from "./rounds";
import { countsText, Sweep, stateOf } from "./sweepFolder";

/** Failed runs that are told one by one. */
const mostTold = 20;

/** @returns the exit code; see `bnlab sweep --help`. */
export function statusCommand(folder: string): Promise<number> {
  return inWords(folder, async () => {
    const sweep = await Sweep.open(folder);
    return tellStatus(sweep);
  });
}

/** Tells of all runs, and of each that failed why. */
export async function tellStatus(sweep: Sweep): Promise<number> {
  const activity = await activityOf(sweep); // first: what ends meanwhile is then no run that was lost
  const records = sweep.runs.map((run) => sweep.recordOf(run));
  const states = records.map(stateOf);
  const place = sweep.folder;
  console.log(`${place}: ${countsText(states)}`);
  for (const line of roundLines(sweep)) console.log(line);
  if (!existsSync(sweep.plan.notebook)) console.log(lostNotebook(sweep));
  if (activity) {
    const queued = activity.queued.size > 0 ? `, ${countText(activity.queued.size)} in the queue` : "";
    console.log(`${activity.who}: ${countText(activity.running.size)} under way${queued}`);
  }
  const lost = lostIn(sweep, activity).filter((index) => states[index] === "waiting").length;
  if (lost > 0) {
    const when = activity ? ", when the others of its job have ended" : "";
    console.log(
      `${plural(lost, "run")} ended before the first cell: the task has gone; resume runs them again${when}`,
    );
  }
  const failed = sweep.runs.filter((_, i) => states[i] === "failed");
  for (const run of failed.slice(0, mostTold)) {
    const { exitCode, error } = records[run.index]!;
    console.log(`✗ ${run.name}  ${valuesText(run.values)}  exit code ${exitCode}: ${oneLineOf(error)}`);
    console.log(`         ${path.relative(process.cwd(), sweep.logFile(run))}`);
  }
  if (failed.length > mostTold) console.log(`… ${countText(failed.length - mostTold)} more failed`);
  const trouble = rankingTrouble(sweep);
  if (trouble) console.log(trouble);
  // What failed in a round before has been passed over.
  const isWhole =
    !hasNextRound(sweep) &&
    !trouble &&
    sweep.rounds.at(-1)!.every(({ index }) => states[index] === "finished");
  if (!isWhole && !activity) console.log(`bnlab sweep resume ${place}   runs what has not finished`);
  return isWhole ? ExitCode.ok : ExitCode.failed;
}

function lostNotebook({ plan: { notebook, folder } }: Sweep): string {
  const start = folder === null ? "" : `; cells start in ${folder}, resume --folder says otherwise`;
  return `${notebook}, of which it has a copy, is no longer there${start}`;
}

/** @returns the exit code; see `bnlab sweep --help`. */
export function gatherCommand(folder: string, { output }: { output?: string }): Promise<number> {
  return inWords(folder, async () => {
    const rows = gather(await Sweep.open(folder));
    const file = output ?? path.join(folder, "results.csv");
    const left = await writeTable(rows, file);
    console.log(`${file}: ${countsText(rows.map(({ state }) => state))}`);
    if (left.length > 0)
      console.log(`without ${left.join(", ")}, which no column takes; --output FILE.json has all`);
    return ExitCode.ok;
  });
}

/** @returns the exit code; see `bnlab sweep --help`. */
export function cancelCommand(folder: string): Promise<number> {
  return inWords(folder, async () => {
    const sweep = await Sweep.open(folder);
    const who = await cancel(sweep);
    console.log(who ? `${who} has ended` : "nothing is running it");
    console.log(countsText(sweep.runs.map((run) => stateOf(sweep.recordOf(run)))));
    return ExitCode.ok;
  });
}

/** What cannot be done is said in one line. */
export async function inWords(about: string, act: () => Promise<number>): Promise<number> {
  try {
    return await act();
  } catch (error) {
    complain("sweep", error instanceof FileError ? error.file : about, error);
    return ExitCode.unusable;
  }
}

const oneLineOf = (text: string | null) => (text ?? "").replace(/\s+/g, " ");
