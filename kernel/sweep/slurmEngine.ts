// A cluster by Slurm: all runs are one array job, handed over by `sbatch` from wherever that is to be had. Nothing of ours stays
// behind on the login node, and nothing but `bnlab run` runs on the cluster.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { wordsOf } from "../host/fileTrouble";
import { makeFolder } from "../host/makeFolder";
import { ExitCode } from "../notebook/exitCodes";
import { FileError } from "../notebook/outputFile";
import { plural } from "../words";
import { type Activity, type Engine, environmentFor, thisProgram } from "./engine";
import { mark, type Running, remark, unmark } from "./runningMark";
import type { EngineChoice, Sweep } from "./sweepFolder";

type Job = Extract<Running, { engine: "slurm" }>;

/** Where the cluster does not tell how many tasks an array may have: Slurm's own default. */
const usualArray = 1001;
/** What a task may take beside its runs' own limits, in seconds: starting, saving. */
const spareSeconds = 120;
const answerBytes = 64 * 2 ** 20;

const execute = promisify(execFile);

export function slurmEngine(options: EngineChoice): Engine {
  return {
    isWaitedFor: false,
    about: () => ", by Slurm",
    async start(sweep, runs, stale) {
      const name = `bnlab-${randomBytes(4).toString("hex")}`;
      const submission = await newSubmission(sweep);
      const tasks = Math.min(runs.length, await mostTasks());
      const indices = runs.map(({ index }) => index);
      const job: Job = { engine: "slurm", name, job: null, runs: indices, tasks, submission };
      mark(sweep.folder, job, stale); // by its name it is found, also by whoever comes after a crash at the next line
      try {
        for (const run of runs) await sweep.prepare(run);
        const script = path.join(submission, "job.sh");
        await write(path.join(submission, "runs.txt"), runs.map((run) => `${run.name}\n`).join(""));
        await write(script, scriptOf(sweep, job, options));
        const answer = await call("sbatch", [...sbatchOptions(sweep, job, options), script]);
        job.job = answer.trim().split(";")[0]!;
      } catch (error) {
        if (!(await isQueued(job))) unmark(sweep.folder);
        throw error;
      }
      await remark(sweep.folder, job);
      console.log(
        `Job ${job.job}: ${plural(runs.length, "run")} in ${plural(tasks, "task")}. What next:\n` +
          ["status", "gather", "cancel"]
            .map((word) => `  bnlab sweep ${word} ${quoted(sweep.folder)}`)
            .join("\n"),
      );
      return ExitCode.ok;
    },
  };
}

/** What the cluster has of it; undefined where it has nothing any more. */
export async function slurmActivity({ name, job, runs, tasks }: Job): Promise<Activity | undefined> {
  const lines = (await call("squeue", ["--noheader", "--array", "--name", name, "--format", "%K %T"]))
    .split("\n")
    .filter((line) => line.trim() !== "");
  if (lines.length === 0) return undefined;
  const [running, queued] = [new Set<number>(), new Set<number>()];
  for (const line of lines) {
    const [task, state] = line.trim().split(/\s+/);
    const own = runs.filter((_, i) => i % tasks === Number(task));
    for (const index of own) (state === "PENDING" ? queued : running).add(index);
  }
  return { who: `job ${job ?? name}`, running, queued };
}

/** Resolves when the cluster has nothing of it any more. */
export async function cancelSlurm(job: Job): Promise<void> {
  await call("scancel", ["--name", job.name]);
}

/** Whether a job that was not heard of after its handing over is there all the same. */
async function isQueued(job: Job): Promise<boolean> {
  try {
    return (await slurmActivity(job)) !== undefined;
  } catch {
    return false; // there is no Slurm at all
  }
}

function sbatchOptions(
  sweep: Sweep,
  { name, submission, runs, tasks }: Job,
  { partition, sbatch = [] }: EngineChoice,
): string[] {
  const { jobs, cpus = 1, time, memory, retries = 0 } = sweep.plan.limits;
  const runsEach = Math.ceil(runs.length / tasks);
  const seconds = time === undefined ? undefined : (time + spareSeconds) * runsEach * (retries + 1);
  return [
    ...["--parsable", "--job-name", name],
    ...["--array", `0-${tasks - 1}${jobs === undefined ? "" : `%${jobs}`}`],
    ...["--chdir", sweep.folder, "--output", `${submission.replaceAll("%", "%%")}/%a.txt`],
    ...["--ntasks=1", `--cpus-per-task=${cpus}`],
    ...(seconds === undefined ? [] : [`--time=${Math.ceil(seconds / 60)}`]),
    ...(memory === undefined ? [] : [`--mem=${memory}M`]),
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...sbatch,
  ];
}

/** A task takes every so many'th run, for an array may have fewer tasks than a sweep has runs. */
function scriptOf(sweep: Sweep, { submission, tasks }: Job, { module = [], command }: EngineChoice): string {
  const { limits } = sweep.plan;
  const program = command ?? thisProgram.map(quoted).join(" ");
  const settings = Object.entries(environmentFor(limits));
  // The arguments of a run whose name only the shell knows.
  const stand = randomBytes(8).toString("hex");
  const own = { index: 0, name: stand, values: {}, folder: path.join(sweep.folder, "runs", stand) };
  const inShell = (text: string) =>
    text.includes(stand) ? inQuotes(text).replace(stand, `'"$run"'`) : quoted(text);
  return [
    "#!/bin/bash",
    "# Handed to sbatch by `bnlab sweep`; a task runs those lines of runs.txt that are its own.",
    ...settings.map(([name, value]) => `export ${name}=${quoted(value)}`),
    ...module.map((name) => `module load ${quoted(name)} || exit 2`),
    "trap 'exit 143' TERM # the run that runs has had it too, and saves what there is",
    "at=0 failed=0",
    "while IFS= read -r run <&3; do",
    `  if (( at++ % ${tasks} != SLURM_ARRAY_TASK_ID )); then continue; fi`,
    `  for (( try = 0; try <= ${limits.retries ?? 0}; try++ )); do`,
    `    ${program} ${sweep.argumentsOf(own).map(inShell).join(" ")} \\`,
    `      </dev/null >${inShell(sweep.logFile(own))} 2>&1 3<&- && continue 2`,
    "  done",
    "  failed=1",
    `done 3<${quoted(path.join(submission, "runs.txt"))}`,
    "exit $failed",
    "",
  ].join("\n");
}

/** A folder for the script and the words of one handing over; earlier ones stay. */
async function newSubmission(sweep: Sweep): Promise<string> {
  for (let number = 1; ; number++) {
    const folder = path.join(sweep.folder, "slurm", String(number));
    if (existsSync(folder)) continue;
    try {
      makeFolder(folder);
      return folder;
    } catch (error) {
      throw new FileError(folder, error);
    }
  }
}

async function mostTasks(): Promise<number> {
  const config = await call("scontrol", ["show", "config"]);
  const size = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(config)?.[1] ?? usualArray);
  return Math.max(1, size - 1);
}

/** @throws Error that says in one line what the cluster's own program said. */
async function call(program: string, options: readonly string[]): Promise<string> {
  try {
    const { stdout } = await execute(program, options, { maxBuffer: answerBytes });
    return stdout;
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === "ENOENT")
      throw new Error(
        `expected Slurm's ${program} on the PATH; call it on a login node of the cluster, or leave --engine slurm out to use this machine`,
      );
    throw new Error(`${program}: ${stderr?.trim() || wordsOf(error)}`);
  }
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new FileError(file, error);
  }
}

/** As one word of a shell's. */
const quoted = (text: string) => (/^[\w./:=@%+,-]+$/.test(text) ? text : inQuotes(text));

const inQuotes = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
