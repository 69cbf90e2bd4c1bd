// `bnlab sweep` as its user meets it, on this machine's cores: what it prints, how it ends, what lies in its folder.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { assertOneLine, Place } from "../attack/commandLine";
import { endedRuns, finishedRuns, writeNotebook } from "./sweeps";

const training = [
  "let lr = 1;\nlet seed = 0;\nlet failing = -1;",
  'import { record } from "bnlab";',
  'if (seed === failing) throw new RangeError("seed " + seed + " fails");\nrecord("loss", lr * (seed + 1));\nrecord("curve", [lr, seed]);',
] as const;

/** A user who may write nowhere. */
const nobody = 65534;

describe("bnlab sweep", () => {
  it("runs a grid, each run in a folder of its own, and gathers what cells recorded", async () => {
    const place = new Place();
    writeNotebook(place.at("学习 率.ipynb"), ...training);
    const args = ["sweep", "学习 率.ipynb", "--param", "lr=.5,2", "--param", "seed=0..1"];
    const first = await place.bnlab(args).ended;
    assert.deepEqual([first.code, first.stderr], [0, ""]);
    assert.match(first.stdout, /\[4\/4\] ✓ 000\d {2}lr=/);
    assert.match(first.stdout, /4 of 4 runs finished\n$/);
    const sweep = place.at("学习 率.sweep");
    const runs = endedRuns(sweep);
    assert.deepEqual(
      [...runs].map(([name, { parameters, records, exitCode }]) => [name, parameters, records, exitCode]),
      [
        ["0000", { lr: 0.5, seed: 0 }, { loss: 0.5, curve: [0.5, 0] }, 0],
        ["0001", { lr: 0.5, seed: 1 }, { loss: 1, curve: [0.5, 1] }, 0],
        ["0002", { lr: 2, seed: 0 }, { loss: 2, curve: [2, 0] }, 0],
        ["0003", { lr: 2, seed: 1 }, { loss: 4, curve: [2, 1] }, 0],
      ],
    );
    assert.match(
      place.read("学习 率.sweep/runs/0003/notebook.ipynb").cells[1]!.outputs.length.toString(),
      /0/,
    );
    assert.match(readFileSync(place.at("学习 率.sweep/runs/0003/log.txt"), "utf8"), /loss: 4/);

    const again = await place.bnlab(args).ended;
    assert.equal(again.code, 0);
    assert.deepEqual(endedRuns(sweep), runs, "what has finished is not run again");

    const gathered = await place.bnlab(["sweep", "gather", sweep]).ended;
    assert.equal(gathered.code, 0);
    assert.match(gathered.stdout, /without curve, which no column takes/);
    const table = readFileSync(place.at("学习 率.sweep/results.csv"), "utf8").trim().split("\n");
    assert.equal(table[0], "run,state,lr,seed,loss,seconds,error");
    assert.match(table[4]!, /^0003,finished,2,1,4,\d+(\.\d+)?,$/);
    place.assertTidy();
  });

  it("tells of runs that fail and why, tries them as often as it was told, and keeps the others", async () => {
    const place = new Place();
    writeNotebook(place.at("n.ipynb"), ...training);
    const args = [
      "sweep",
      "n.ipynb",
      "--param",
      "seed=0..1",
      "--param",
      "failing=1",
      "--retries",
      "1",
      "--jobs",
      "1",
    ];
    const { code, stdout } = await place.bnlab(args).ended;
    assert.equal(code, 1);
    assert.equal(stdout.match(/✗ 0001 .* exit code 1: In \[4\]: RangeError: seed 1 fails/g)?.length, 3);
    assert.match(stdout, /\(it is tried again\)/);
    assert.match(stdout, /1 of 2 runs finished, 1 failed\n/);
    const status = await place.bnlab(["sweep", "status", "n.sweep"]).ended;
    assert.equal(status.code, 1);
    assert.match(status.stdout, /✗ 0001 .*seed 1 fails\n +n\.sweep.runs.0001.log\.txt\nbnlab sweep resume /);
  });

  it("stops runs that take too long or too much, and says so", async () => {
    const place = new Place();
    writeNotebook(
      place.at("n.ipynb"),
      'let kind = "";',
      'const hold: Buffer[] = [];\nwhile (kind === "hog") { hold.push(Buffer.alloc(2 ** 26, 1)); await new Promise((resolve) => setTimeout(resolve, 20)); }',
      "while (true) {}",
    );
    const time = await place.bnlab(["sweep", "n.ipynb", "--param", "kind=slow", "--time", "4"]).ended;
    assert.equal(time.code, 1);
    assert.match(time.stdout, /exit code 1: stopped by its time limit, 4 s/);
    if (process.platform !== "linux") return; // only there a pool sees what its runs hold
    const args = ["sweep", "n.ipynb", "--param", "kind=hog", "--memory", "1200", "-o", "hog"];
    const memory = await place.bnlab(args).ended;
    assert.equal(memory.code, 1);
    assert.match(memory.stdout, /it took more than 1200 MiB/);
    assert.deepEqual([endedRuns(place.at("hog")).get("0000")!.exitCode], [137]);
  });

  it("stops with Ctrl+C and by cancel, and goes on with what is left", {
    skip: process.platform === "win32" && "no signal stops a program there, it only ends it",
  }, async () => {
    const place = new Place();
    writeNotebook(
      place.at("n.ipynb"),
      "let seed = 0;",
      'import { record } from "bnlab";\nimport { existsSync } from "node:fs";\nrecord("begun", seed);',
      'while (seed > 0 && !existsSync("go")) await new Promise((resolve) => setTimeout(resolve, 50));\nrecord("done", seed);',
    );
    const pool = place.bnlab(["sweep", "n.ipynb", "--param", "seed=0..3", "--jobs", "2"]);
    await pool.printed(/✓ 0000/);
    const second = await place.bnlab(["sweep", "resume", "n.sweep"]).ended;
    assert.equal(second.code, 2);
    assertOneLine(second);
    assert.match(second.stderr, /process \d+ is running it/);
    pool.process.kill("SIGINT");
    const stopped = await pool.ended;
    assert.equal(stopped.code, 130);
    assert.match(stopped.stdout, /stopped by Ctrl\+C; what ran is saved/);
    const kept = finishedRuns(place.at("n.sweep"));
    assert.deepEqual([...kept.keys()], ["0000"]);

    const resumed = place.bnlab(["sweep", "resume", "n.sweep"]);
    await resumed.printed(/3 runs, 1 of 4 are finished and stay/);
    const canceled = await place.bnlab(["sweep", "cancel", "n.sweep"]).ended;
    assert.equal(canceled.code, 0);
    assert.match(canceled.stdout, /process \d+ has ended\n1 of 4 runs finished/);
    assert.equal((await resumed.ended).code, 130);

    writeFileSync(place.at("go"), "");
    const last = await place.bnlab(["sweep", "resume", "n.sweep"]).ended;
    assert.equal(last.code, 0);
    const all = finishedRuns(place.at("n.sweep"));
    assert.equal(all.size, 4);
    assert.deepEqual(all.get("0000"), kept.get("0000"));
    assert.ok(!existsSync(place.at("n.sweep/running.json")));
    place.assertTidy();
  });

  it("halves: the best runs go on with the next budget, also after a kill, and where the folder was moved", async () => {
    const place = new Place();
    writeNotebook(
      place.at("n.ipynb"),
      "let lr = 1;\nlet epochs = 0;",
      'import { record } from "bnlab";\nimport { existsSync } from "node:fs";\nif (lr === 3) throw new RangeError("diverged");',
      'while (epochs > 1 && !existsSync("go")) await new Promise((resolve) => setTimeout(resolve, 50));\nrecord("accuracy", Math.min(lr, 2) * epochs);',
    );
    const args = ["sweep", "n.ipynb", "--param", "lr=1,2,3,4", "--jobs", "2", "--halve", "epochs=1,2"];
    const pool = place.bnlab([...args, "--by", "accuracy", "--better", "higher"]);
    await pool.printed(/n\.sweep: round 2 of 2, epochs=2: 2 runs, 2 at the same time/);
    pool.process.kill("SIGKILL");
    await pool.ended;
    const kept = finishedRuns(place.at("n.sweep"));
    assert.deepEqual([...kept.keys()], ["0000", "0001", "0003"]);

    mkdirSync(place.at("moved"));
    renameSync(place.at("n.sweep"), place.at("moved/n.sweep"));
    renameSync(place.at("n.ipynb"), place.at("other.ipynb"));
    const status = await place.bnlab(["sweep", "status", "moved/n.sweep"]).ended;
    assert.equal(status.code, 1);
    assert.match(
      status.stdout,
      /round 1 of 2, epochs=1: 3 of 4 runs finished, 1 failed; best accuracy 2: 0001 {2}lr=2 epochs=1\nround 2 of 2, epochs=2: 0 of 2 runs finished\n/,
    );
    assert.match(
      status.stdout,
      /moved.n\.ipynb, of which it has a copy, is no longer there; cells start in /,
    );

    writeFileSync(place.at("moved/go"), "");
    const resumed = await place.bnlab(["sweep", "resume", "moved/n.sweep"]).ended;
    assert.deepEqual([resumed.code, resumed.stderr], [0, ""]);
    assert.doesNotMatch(resumed.stdout, /bnlab sweep resume/);
    const all = finishedRuns(place.at("moved/n.sweep"));
    assert.deepEqual(
      [...all].slice(-2).map(([name, { parameters, records }]) => [name, parameters, records]),
      [
        ["0004", { lr: 2, epochs: 2 }, { accuracy: 4 }],
        ["0005", { lr: 4, epochs: 2 }, { accuracy: 4 }],
      ],
    );
    for (const [name, before] of kept) assert.deepEqual(all.get(name), before, `${name} was run once more`);
    assert.equal((await place.bnlab(["sweep", "gather", "moved/n.sweep"]).ended).code, 0);
    const table = readFileSync(place.at("moved/n.sweep/results.csv"), "utf8").trim().split("\n");
    assert.equal(table[0], "run,state,lr,epochs,accuracy,seconds,error");
    assert.equal(table.length, 7);
    assert.match(table[3]!, /^0002,failed,3,1,,.*diverged$/);
    place.assertTidy();
  });

  it("tells of a folder that takes no files", {
    skip: process.getuid?.() !== 0 && "only root can run it as somebody else",
  }, async () => {
    const place = new Place();
    writeNotebook(place.at("n.ipynb"), ...training);
    mkdirSync(place.at("locked"), { mode: 0o555 });
    const args = ["sweep", "n.ipynb", "--param", "lr=1", "-o", "locked/s"];
    const ended = await place.bnlab(args, { uid: nobody }).ended;
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /locked\/s: permission denied/);
    assertOneLine(ended);
  });

  it("refuses in one line what cannot be run, before anything is there", async () => {
    const place = new Place();
    writeNotebook(place.at("n.ipynb"), ...training);
    place.write("untagged.ipynb", ["let lr = 1"]);
    place.write("empty.ipynb", []);
    writeFileSync(place.at("file"), "");
    const wrong: [args: string[], words: RegExp][] = [
      [["n.ipynb"], /nothing is varied/],
      [["n.ipynb", "--param", "rate=1,2"], /the cell tagged "parameters" has no rate/],
      [["untagged.ipynb", "--param", "lr=1"], /no cell is tagged "parameters"/],
      [["empty.ipynb", "--param", "lr=1"], /there is nothing to run in it/],
      [["missing.ipynb", "--param", "lr=1"], /no such file/],
      [["n.ipynb", "--param", "lr=1", "--folder", "nowhere"], /no such folder/],
      [["n.ipynb", "--param", "lr=1", "-o", "file"], /file/],
      [["n.ipynb", "--param", "seed=0..999999"], /a grid of 1,000,000 runs, expected at most 100,000/],
      [["n.ipynb", "--param", "lr=1", "--partition", "short"], /--partition is for --engine slurm/],
      [["n.ipynb", "--param", "lr=1", "--by", "loss"], /--by ranks runs of a sweep by --halve/],
      [
        ["n.ipynb", "--param", "lr=1,2", "--halve", "epochs=1,3", "--by", "loss", "--better", "lower"],
        /the cell tagged "parameters" has no epochs/,
      ],
      [["n.ipynb", "--param", "lr=1", "--memory", "100"], /at least \d+ MiB/],
      [["n.ipynb", "--params-file", "missing.csv"], /missing\.csv: there is no such file/],
      [["status", "."], /no sweep\.json/],
      [["resume", "nowhere"], /no sweep\.json/],
    ];
    for (const [args, words] of wrong) {
      const ended = await place.bnlab(["sweep", ...args]).ended;
      assert.equal(ended.code, 2, args.join(" "));
      assert.match(ended.stderr, words);
      assertOneLine(ended);
      assert.ok(!existsSync(place.at("n.sweep")), args.join(" "));
    }
    for (const args of [
      ["n.ipynb", "--param", "lr"],
      ["n.ipynb", "--param", "../x=1"],
      ["n.ipynb", "--halve", "epochs=3,1"],
      ["n.ipynb", "--jobs", "0"],
      ["n.ipynb", "--engine", "pbs"],
      ["gather"],
    ]) {
      const { code, stderr } = await place.bnlab(["sweep", ...args]).ended;
      assert.equal(code, 2);
      assert.match(stderr, /^error: [^\n]+\n$/);
    }
  });
});
