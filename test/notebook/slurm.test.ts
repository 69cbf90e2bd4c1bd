// `bnlab sweep --engine slurm` against a real Slurm on this machine.
import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertOneLine, Place } from "../attack/commandLine";
import { type Slurm, startSlurm, whyNoSlurm } from "./startSlurm";
import { endedRuns, finishedRuns, writeNotebook } from "./sweeps";

const absent = whyNoSlurm();
// The gate has it; a machine of GitHub's, whose user is not root, has not.
if (absent && process.env.CI && process.getuid?.() === 0) throw new Error(absent);
if (absent) console.error(`\n${absent}\n`);
const skip = absent ?? false;

const mostTasks = 4;
let slurm: Slurm | undefined;
before(async () => {
  if (!absent) slurm = await startSlurm(mostTasks);
});
after(() => slurm?.stop());

const cells = [
  "let seed = 0;\nlet failing = -1;\nlet epochs = 0;",
  'import { record } from "bnlab";\nimport { existsSync } from "node:fs";\nrecord("begun", seed);',
  'while (seed === 5 && !existsSync("go")) await new Promise((resolve) => setTimeout(resolve, 50));',
  'if (seed === failing) throw new RangeError("it fails");\nrecord("done", seed);\nrecord("cpus", process.env.BNLAB_THREADS ?? "");',
] as const;

test("an array job runs all runs, more than an array has tasks, whatever the folder's name", {
  skip,
}, async () => {
  const place = new Place();
  writeNotebook(place.at("n.ipynb"), ...cells);
  writeFileSync(place.at("go"), "");
  writeFileSync(place.at("call.sh"), `#!/bin/sh\necho called >>${place.at("calls.txt")}\nexec "$@"\n`);
  chmodSync(place.at("call.sh"), 0o755);
  const sweep = place.at('它\'s 100% "mine" $HOME');
  const { env } = slurm!;
  const bnlab = (...args: string[]) => place.bnlab(["sweep", ...args], { env }).ended;
  const cli = path.join(import.meta.dirname, "../../dist/kernel/cli.js");
  const command = `${place.at("call.sh")} '${process.execPath}' '${cli}'`;
  const started = await bnlab(
    ...["n.ipynb", "--param", "seed=0..5", "--param", "failing=3", "--output", sweep, "--engine", "slurm"],
    ...["--command", command, "--time", "600", "--memory", "1000", "--retries", "1", "--partition", "main"],
    "--sbatch=--comment=thesis",
  );
  assert.deepEqual([started.code, started.stderr], [0, ""]);
  assert.match(started.stdout, /Job \d+: 6 runs in 4 tasks\./);

  const second = await bnlab("resume", sweep);
  if (second.code !== 1) {
    // While the job has it, nobody else does; on a quick machine it may have ended.
    assert.equal(second.code, 2);
    assert.match(second.stderr, /job \d+ is running it/);
    assertOneLine(second);
  }
  while (/under way|in the queue/.test((await bnlab("status", sweep)).stdout)) await sleep(500);
  const status = await bnlab("status", sweep);
  assert.equal(status.code, 1);
  assert.match(
    status.stdout,
    /5 of 6 runs finished, 1 failed\n✗ 0003 .*exit code 1: In \[5\]: RangeError: it fails/,
  );
  assert.deepEqual(
    [...finishedRuns(sweep).values()].map(({ records }) => records),
    [0, 1, 2, 4, 5].map((seed) => ({ begun: seed, done: seed, cpus: "1" })),
  );
  const calls = readFileSync(place.at("calls.txt"), "utf8").trim().split("\n");
  assert.equal(calls.length, 7, "six runs, of which one was tried twice");
});

test("cancel ends the job with what ran saved, and resume hands over what is left, then the next round", {
  skip,
}, async () => {
  const place = new Place();
  writeNotebook(place.at("n.ipynb"), ...cells);
  const { env } = slurm!;
  const bnlab = (...args: string[]) => place.bnlab(["sweep", ...args], { env }).ended;
  const sweep = place.at("n.sweep");
  const ranking = ["--by", "done", "--better", "higher"];
  await bnlab("n.ipynb", "--param", "seed=4,5", "--halve", "epochs=1,2", ...ranking, "--engine", "slurm");
  const log = place.at("n.sweep/runs/0001/log.txt");
  const waits = () => {
    try {
      return /begun: 5[\s\S]*In \[4\]/.test(readFileSync(log, "utf8"));
    } catch {
      return false; // it has not begun
    }
  };
  while (!waits() || finishedRuns(sweep).size < 1) await sleep(100);
  const kept = finishedRuns(sweep);
  const canceled = await bnlab("cancel", sweep);
  assert.deepEqual([canceled.code, canceled.stderr], [0, ""]);
  assert.match(canceled.stdout, /job \d+ has ended\n1 of 2 runs finished, 1 stopped/);
  assert.deepEqual(endedRuns(sweep).get("0001")!.records, { begun: 5 }, "what ran is saved");

  writeFileSync(place.at("go"), "");
  const resumed = await bnlab("resume", sweep);
  assert.match(resumed.stdout, /1 run, 1 of 2 are finished and stay, by Slurm\nJob \d+: 1 run in 1 task/);
  while (/under way|in the queue/.test((await bnlab("status", sweep)).stdout)) await sleep(500);
  assert.equal((await bnlab("status", sweep)).code, 1, "a round is to come");
  const next = await bnlab("resume", sweep);
  assert.match(
    next.stdout,
    /1 of 2 runs go on; best done 5: 0001 .*\n.*round 2 of 2, epochs=2: 1 run, by Slurm\n/,
  );
  while (/under way|in the queue/.test((await bnlab("status", sweep)).stdout)) await sleep(500);
  assert.equal((await bnlab("status", sweep)).code, 0);
  assert.deepEqual(finishedRuns(sweep).get("0000"), kept.get("0000"));
  assert.deepEqual(finishedRuns(sweep).get("0002")!.parameters, { seed: 5, epochs: 2 });
});

test("what Slurm refuses is told in one line, and the folder is free again", { skip }, async () => {
  const place = new Place();
  writeNotebook(place.at("n.ipynb"), ...cells);
  const { env } = slurm!;
  const args = ["sweep", "n.ipynb", "--param", "seed=0,1", "--engine", "slurm", "--partition", "nowhere"];
  const refused = await place.bnlab(args, { env }).ended;
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /sbatch: error: .*invalid partition/);
  assertOneLine(refused);
  const status = await place.bnlab(["sweep", "status", "n.sweep"], { env }).ended;
  assert.match(status.stdout, /0 of 2 runs finished\nbnlab sweep resume/);
});

test("runs whose task dies before its first cell are told of, and are run again", { skip }, async () => {
  const place = new Place();
  writeNotebook(place.at("n.ipynb"), ...cells);
  const { env } = slurm!;
  const bnlab = (...args: string[]) => place.bnlab(["sweep", ...args], { env }).ended;
  await bnlab("n.ipynb", "--param", "seed=0,1", "--engine", "slurm", "--command", "false");
  while (/under way|in the queue/.test((await bnlab("status", "n.sweep")).stdout)) await sleep(500);
  const { code, stdout } = await bnlab("status", "n.sweep");
  assert.equal(code, 1);
  assert.match(
    stdout,
    /2 runs ended before the first cell: the task has gone; resume runs them again\nbnlab sweep resume/,
  );
});
