// Whatever of a sweep is killed, and whenever: what has finished stays as it is, the rest is run again, and nothing is left behind.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { TestVariable } from "../environment";
import { finishedRuns, writeNotebook } from "../notebook/sweeps";
import { Place, type Started } from "./commandLine";

/** Processes are known by a variable that they inherit; only Linux shows it. */
const skip = process.platform !== "linux" && "only Linux shows what processes inherit";
/** The gate has few; `BNLAB_TEST_RUNS=200 npx tsx --test test/attack/sweeps.test.ts` takes its time. */
const runs = Number(process.env[TestVariable.runs] ?? 10);

interface Process {
  pid: number;
  command: string;
}

function marked(mark: string): Process[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      if (!readFileSync(`/proc/${name}/environ`, "latin1").includes(`${TestVariable.mark}=${mark}`))
        return [];
      return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, "latin1") }];
    } catch {
      return []; // no process, or it has ended meanwhile
    }
  });
}

/** Whom of a sweep's processes a kill takes. */
const victims: [name: string, isVictim: (command: string) => boolean][] = [
  ["the pool", (command) => command.includes("cli.js\0sweep")],
  ["a bnlab run", (command) => command.includes("cli.js\0run")],
  ["a kernel", (command) => command.includes("main.js")],
  ["cells", (command) => command.includes("runner.js")],
];

test("a sweep whose processes are killed again and again ends complete, each run finished once", {
  skip,
  timeout: 90_000 * runs,
}, async () => {
  const place = new Place();
  const mark = `${process.pid}-sweep`;
  const env = { [TestVariable.mark]: mark };
  writeNotebook(
    place.at("n.ipynb"),
    "let seed = 0;",
    'import { record } from "bnlab";\nrecord("seed", seed);',
    'import { appendFileSync } from "node:fs";\nappendFileSync("cells.txt", String(seed));',
  );
  // The same command again goes on: it may have been killed before there was a plan to resume.
  const start = () => place.bnlab(["sweep", "n.ipynb", "--param", `seed=0..${runs - 1}`], { env });
  let pool = start();
  const sweep = place.at("n.sweep");
  const first = new Map<string, unknown>();
  const killed: string[] = [];
  for (let round = 0; finishedSoFar() < runs; round++) {
    const [name, isVictim] = victims[round % victims.length]!;
    const next = async (): Promise<Process | undefined> => {
      for (;;) {
        const victim = marked(mark).find(({ command }) => isVictim(command));
        if (victim !== undefined || hasEnded(pool)) return victim;
        await sleep(20);
      }
    };
    await next();
    // Every other time at once, so that hardly anything runs between; else when one more run has come through.
    const before = finishedSoFar();
    while (round % 2 === 1 && finishedSoFar() === before && !hasEnded(pool)) await sleep(50);
    await sleep((round * 397) % 1500); // somewhere in the time that a run takes
    const victim = await next();
    note();
    if (victim) {
      try {
        process.kill(victim.pid, "SIGKILL");
        killed.push(name);
      } catch {
        // it has ended by itself
      }
    }
    if (name === "the pool" || hasEnded(pool)) {
      await pool.ended;
      note();
      if (finishedSoFar() === runs) break;
      pool = start();
    }
  }
  if (!hasEnded(pool)) await pool.ended;
  note();
  const kills = [...new Set(killed)].map(
    (name) => `${name} ${killed.filter((each) => each === name).length}`,
  );
  console.log(`${runs} runs, ${killed.length} kills: ${kills.join(", ")}`);
  assert.ok(new Set(killed).size >= 3, `several kinds of processes were killed, got ${killed.join(", ")}`);
  const all = finishedRuns(sweep);
  assert.deepEqual(
    [...all.values()].map(({ records }) => records.seed),
    Array.from({ length: runs }, (_, seed) => seed),
  );
  for (const [name, record] of first) assert.deepEqual(all.get(name), record, `${name} was run once more`);
  const status = await place.bnlab(["sweep", "status", sweep]).ended;
  assert.deepEqual([status.code, status.stdout], [0, `${sweep}: ${runs} of ${runs} runs finished\n`]);
  while (marked(mark).length > 0) await sleep(20); // that it ends is what the test is about

  function finishedSoFar(): number {
    try {
      return finishedRuns(sweep).size;
    } catch {
      return 0; // the folder is not there yet
    }
  }

  /** Remembers how each looked when it was first seen to have finished. */
  function note(): void {
    if (finishedSoFar() > 0)
      for (const [name, record] of finishedRuns(sweep)) if (!first.has(name)) first.set(name, record);
  }
});

const hasEnded = ({ process: { exitCode, signalCode } }: Started) => exitCode !== null || signalCode !== null;
