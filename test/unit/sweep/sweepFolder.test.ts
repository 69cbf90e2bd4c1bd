// A sweep's folder: what it takes, what it refuses, who holds it, and the table of all its runs.
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { formatNotebook, parseNotebook } from "../../../kernel/document/notebookFile";
import { staleMark } from "../../../kernel/sweep/activity";
import { gather, writeTable } from "../../../kernel/sweep/gather";
import type { Halving } from "../../../kernel/sweep/halving";
import { rankingTrouble, roundLines, withNextRound } from "../../../kernel/sweep/rounds";
import { mark, type Running, runningIn, thisPool, unmark } from "../../../kernel/sweep/runningMark";
import { type Plan, Sweep, stateOf } from "../../../kernel/sweep/sweepFolder";

const root = mkdtempSync(path.join(os.tmpdir(), "bnlab-sweep-"));
after(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
function place(): string {
  const folder = path.join(root, String(++count));
  mkdirSync(folder);
  return folder;
}

const notebookOf = (code: string) =>
  parseNotebook(
    JSON.stringify({ cells: [{ cell_type: "code", source: code, metadata: {} }], metadata: {}, nbformat: 4 }),
  );
const planOf = (...runs: Plan["runs"][number][]): Plan => ({
  notebook: "/n.ipynb",
  folder: "/",
  limits: {},
  engine: { name: "local" },
  runs,
});
const create = (folder: string, plan = planOf({ lr: 1 }, { lr: 2 }), code = "let lr = 0") =>
  Sweep.create(folder, plan, notebookOf(code), formatNotebook(notebookOf(code)));

async function end(sweep: Sweep, index: number, record: object | string): Promise<void> {
  const run = sweep.runs[index]!;
  await sweep.prepare(run);
  writeFileSync(sweep.recordFile(run), typeof record === "string" ? record : JSON.stringify(record));
}

describe("a sweep's folder", () => {
  it("is opened again as it was written", async () => {
    const folder = place();
    const runs = [
      { lr: 1, 名: "a\nb" },
      { lr: [1, { x: null }], 名: "" },
    ];
    const made = await create(folder, planOf(...runs));
    const opened = await Sweep.open(folder);
    assert.deepEqual(opened.plan, made.plan);
    assert.deepEqual(
      opened.runs.map(({ name, values }) => [name, values]),
      [
        ["0000", runs[0]],
        ["0001", runs[1]],
      ],
    );
    assert.match(readFileSync(opened.notebook, "utf8"), /let lr = 0/);
  });

  it("takes the same sweep again, and no other", async () => {
    const folder = place();
    await create(folder);
    await create(folder);
    await assert.rejects(
      create(folder, planOf({ lr: 1 }, { lr: 3 })),
      /a sweep of 2 runs with other parameters/,
    );
    await assert.rejects(
      create(folder, undefined, "let lr = 5"),
      /the notebook has changed since its sweep began/,
    );
    const other = place();
    writeFileSync(path.join(other, "thesis.tex"), "");
    await assert.rejects(create(other), /it holds thesis\.tex, which is no sweep's/);
    assert.ok(!existsSync(path.join(other, "sweep.json")));
  });

  it("that is none, or broken, is refused in one line", async () => {
    await assert.rejects(Sweep.open(place()), /no sweep\.json/);
    await assert.rejects(Sweep.open(path.join(root, "nowhere")), /no sweep\.json/);
    for (const text of [
      "",
      "{",
      "[]",
      "null",
      '{"runs":[]}',
      '{"notebook":"a","folder":1,"limits":{},"runs":[]}',
    ]) {
      const folder = place();
      writeFileSync(path.join(folder, "sweep.json"), text);
      await assert.rejects(Sweep.open(folder), (error: Error) => !error.message.includes("\n"), text);
    }
  });

  it("tells how runs ended by their records alone", async () => {
    const folder = place();
    const sweep = await create(folder, planOf(...Array.from({ length: 8 }, (_, lr) => ({ lr }))));
    for (const [i, exitCode] of [0, 1, 2, 129, 130, 143, 137].entries()) await end(sweep, i, { exitCode });
    const states = () => sweep.runs.map((run) => stateOf(sweep.recordOf(run)));
    assert.deepEqual(states(), [
      ...["finished", "failed", "failed", "stopped", "stopped", "stopped", "failed", "waiting"],
    ]);
    for (const cutOff of ["", "{", "null", "[]", '{"exitCode":"0"}']) {
      await end(sweep, 7, cutOff);
      assert.equal(states()[7], "waiting", cutOff);
    }
    await sweep.prepare(sweep.runs[1]!);
    assert.equal(states()[1], "waiting", "a run that begins anew has not ended");
  });

  it("names its places from itself: moved with them, it finds them", async () => {
    const old = place();
    const folder = path.join(old, "n.sweep");
    mkdirSync(folder);
    const plan = {
      ...planOf({ lr: 1 }),
      notebook: path.join(old, "n.ipynb"),
      folder: path.join(old, "data"),
    };
    await create(folder, plan);
    const text = readFileSync(path.join(folder, "sweep.json"), "utf8");
    assert.ok(!text.includes(root), text);
    const moved = path.join(root, "moved 到");
    renameSync(old, moved);
    const opened = await Sweep.open(path.join(moved, "n.sweep"));
    assert.deepEqual(opened.plan, {
      ...plan,
      ...{ notebook: path.join(moved, "n.ipynb"), folder: path.join(moved, "data") },
    });
    // One that was written with places from the root.
    writeFileSync(path.join(opened.folder, "sweep.json"), JSON.stringify(plan));
    assert.deepEqual((await Sweep.open(opened.folder)).plan, plan);
  });

  it("that takes no files is told of by name", {
    skip: process.getuid?.() === 0 && "root writes anywhere",
  }, async () => {
    const folder = place();
    chmodSync(folder, 0o500);
    await assert.rejects(create(folder), /permission denied/);
  });
});

describe("a sweep that is halved", () => {
  const halving: Halving = { parameter: "epochs", budgets: [1, 2, 4], by: "loss", better: "lower" };
  const halved = (count: number, more: Partial<Halving> = {}): Plan => ({
    ...planOf(...Array.from({ length: count }, (_, lr) => ({ lr, epochs: 1 }))),
    halving: { ...halving, ...more },
  });
  const endAll = async (sweep: Sweep, losses: readonly unknown[]) => {
    for (const [i, run] of sweep.rounds.at(-1)!.entries())
      await end(sweep, run.index, {
        exitCode: losses[i] === "failed" ? 1 : 0,
        error: null,
        records: { seen: 0, loss: losses[i] === "failed" ? -9 : losses[i] },
      });
  };
  const last = (sweep: Sweep) => sweep.rounds.at(-1)!.map(({ name, values }) => [name, values]);

  it("lets the best go on with the next budget, of equals the earlier, and keeps to that", async () => {
    const folder = place();
    let sweep = await create(folder, halved(6));
    assert.equal(await withNextRound(sweep), sweep, "a round that has not ended is not over");
    await endAll(sweep, [3, 1, "NaN", 1, "failed", 2]);
    sweep = await withNextRound(sweep);
    assert.deepEqual(last(sweep), [
      ["0006", { lr: 1, epochs: 2 }],
      ["0007", { lr: 3, epochs: 2 }],
      ["0008", { lr: 5, epochs: 2 }],
    ]);
    assert.deepEqual(roundLines(sweep), [
      "round 1 of 3, epochs=1: 5 of 6 runs finished, 1 failed, 1 without a number loss; best loss 1: 0001  lr=1 epochs=1",
      "round 2 of 3, epochs=2: 0 of 3 runs finished",
      "round 3 of 3, epochs=4: 1 run to come",
    ]);
    // What is run again later changes no choice, and the same command finds the same sweep.
    await end(sweep, 4, { exitCode: 0, records: { loss: 0 } });
    assert.deepEqual(last(await create(folder, halved(6))), last(sweep));
    await assert.rejects(create(folder, halved(7)), /a sweep of 9 runs with other parameters/);
    await assert.rejects(create(folder, planOf({ lr: 0, epochs: 1 })), /with other parameters/);

    await endAll(sweep, [2, 2, 1]);
    const higher = await (await Sweep.open(folder)).changed({}, undefined, { better: "higher" });
    sweep = await withNextRound(higher);
    assert.deepEqual(last(sweep), [["0009", { lr: 1, epochs: 4 }]]);
    await endAll(sweep, [1]);
    assert.equal(await withNextRound(sweep), sweep);
    assert.deepEqual(
      gather(await Sweep.open(folder)).map(({ run, parameters }) => [run, parameters.epochs]),
      [1, 1, 1, 1, 1, 1, 2, 2, 2, 4].map((epochs, i) => [`000${i}`, epochs]),
    );
  });

  it("takes no run that cannot be ranked, and says which numbers there are where none can", async () => {
    let sweep = await create(place(), halved(6));
    await endAll(sweep, ["failed", 5, "x", null, [1], "failed"]);
    sweep = await withNextRound(sweep);
    assert.deepEqual(last(sweep), [["0006", { lr: 1, epochs: 2 }]]);
    const other = await create(place(), halved(6, { by: "accuracy" }));
    await endAll(other, [1, 2, 3, 4, 5, "failed"]);
    assert.equal(await withNextRound(other), other);
    assert.match(rankingTrouble(other)!, /no run of round 1 .* a number accuracy .* numbers are seen, loss;/);
  });

  it("gives its runs names as wide as the last one's of all rounds", async () => {
    const sweep = await create(place(), halved(9000));
    assert.equal(sweep.runs[0]!.name, "00000");
  });
});

describe("who runs a sweep", () => {
  it("is one at a time", async () => {
    const folder = place();
    const sweep = await create(folder);
    mark(folder, thisPool());
    assert.throws(() => mark(folder, thisPool()), /another sweep has begun in it/);
    await assert.rejects(staleMark(sweep), new RegExp(`process ${process.pid} is running it`));
    unmark(folder);
    assert.equal(await staleMark(sweep), undefined);
  });

  it("has gone when its process has, or another has its number", async () => {
    const folder = place();
    const sweep = await create(folder);
    const gone: Running[] = [{ engine: "local", host: os.hostname(), process: 2 ** 22 + 1, began: null }];
    if (process.platform === "linux")
      gone.push({ engine: "local", host: os.hostname(), process: process.pid, began: "1" });
    for (const running of gone) {
      mark(folder, running);
      const stale = await staleMark(sweep);
      assert.deepEqual(stale, running);
      mark(folder, thisPool(), stale);
      assert.throws(
        () => mark(folder, thisPool(), stale),
        /another sweep has begun/,
        "who was slower gives way",
      );
      assert.equal((runningIn(folder) as { process: number }).process, process.pid);
      unmark(folder);
    }
  });

  it("may be on another machine, which is told", async () => {
    const folder = place();
    const sweep = await create(folder);
    mark(folder, { engine: "local", host: "elsewhere", process: 1, began: null });
    await assert.rejects(
      staleMark(sweep),
      /process 1 on elsewhere, which cannot be seen from here .* delete .*running\.json/,
    );
  });
});

describe("the table of all runs", () => {
  it("has parameters, single records, how each ended, and CSV's own quoting", async () => {
    const folder = place();
    const sweep = await create(
      folder,
      planOf({ lr: 1, name: 'a,"b"\n' }, { lr: "Infinity" }, { lr: 3, sizes: [1, 2] }),
    );
    await end(sweep, 0, {
      exitCode: 0,
      seconds: 2.5,
      error: null,
      records: { lr: 9, 准确率: "NaN", curve: [1, 2] },
    });
    await end(sweep, 1, { exitCode: 1, seconds: 1, error: "In [2]: Error: x", records: {} });
    const file = path.join(folder, "table.csv");
    assert.deepEqual(await writeTable(gather(sweep), file), ["curve"]);
    assert.equal(
      readFileSync(file, "utf8"),
      "run,state,lr,name,sizes,record.lr,准确率,seconds,error\n" +
        '0000,finished,1,"a,""b""\n",,9,NaN,2.5,\n' +
        "0001,failed,Infinity,,,,,1,In [2]: Error: x\n" +
        '0002,waiting,3,,"[1,2]",,,,\n',
    );
    const json = path.join(folder, "table.json");
    assert.deepEqual(await writeTable(gather(sweep), json), []);
    const rows = JSON.parse(readFileSync(json, "utf8"));
    assert.deepEqual(rows[0].records, { lr: 9, 准确率: "NaN", curve: [1, 2] });
    assert.deepEqual([rows[2].state, rows[2].exitCode], ["waiting", null]);
    await assert.rejects(writeTable([], path.join(file, "below.csv")), /a part of its path is a file/);
  });
});
