// What is under way in a sweep's folder, whichever engine runs it.
import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { plural } from "../words";
import type { Activity } from "./engine";
import { isThere, type Running, runningIn } from "./runningMark";
import { cancelSlurm, slurmActivity } from "./slurmEngine";
import type { Sweep } from "./sweepFolder";

/** How long it is waited for what was stopped, and how often it is looked for, in milliseconds. */
const patienceMs = 60_000;
const lookMs = 200;

/**
 * Undefined where nothing runs.
 *
 * @throws Error when the cluster does not answer.
 */
export async function activityOf(sweep: Sweep): Promise<Activity | undefined> {
  const running = runningIn(sweep.folder);
  if (!running) return undefined;
  if (running.engine === "slurm") return slurmActivity(running);
  const there = isThere(running);
  if (there === false) return undefined;
  const begun = sweep.runs.filter(
    (run) => existsSync(path.join(run.folder, "parameters.json")) && !sweep.recordOf(run),
  );
  const place = there === undefined ? ` on ${running.host}, which cannot be seen from here` : "";
  return {
    who: `process ${running.process}${place}`,
    running: new Set(begun.map(({ index }) => index)),
    queued: new Set(),
  };
}

/** Indices of runs that a cluster's job was to make and has let go of: with a node that went down, or its own task, perhaps before any cell. */
export function lostIn(sweep: Sweep, activity: Activity | undefined): readonly number[] {
  const running = runningIn(sweep.folder);
  if (running?.engine !== "slurm") return [];
  return running.runs.filter((index) => !activity?.running.has(index) && !activity?.queued.has(index));
}

/**
 * The mark of somebody who has gone, where there is one.
 *
 * @throws Error when the folder is somebody's now.
 */
export async function staleMark(sweep: Sweep): Promise<Running | undefined> {
  const activity = await activityOf(sweep);
  if (activity)
    throw new Error(
      `${activity.who} is running it; wait, or end that by \`bnlab sweep cancel\`` +
        `${/cannot be seen/.test(activity.who) ? ` there; if it has gone, delete ${path.join(sweep.folder, "running.json")}` : ""}`,
    );
  return runningIn(sweep.folder);
}

/**
 * Stops what runs, and waits until it has saved what there is.
 *
 * @returns who was stopped; undefined where nothing ran.
 * @throws Error when that cannot be done from here, or does not end.
 */
export async function cancel(sweep: Sweep): Promise<string | undefined> {
  const running = runningIn(sweep.folder);
  const activity = await activityOf(sweep);
  if (!running || !activity) return undefined;
  if (running.engine === "slurm") await cancelSlurm(running);
  else if (isThere(running)) process.kill(running.process, "SIGINT");
  else throw new Error(`${activity.who}; call bnlab sweep cancel there`);
  for (const until = performance.now() + patienceMs; await activityOf(sweep); await setTimeout(lookMs)) {
    if (performance.now() > until)
      throw new Error(
        `${activity.who} was told to end, and has not in ${plural(patienceMs / 1000, "second")}`,
      );
  }
  return activity.who;
}
