// What `bnlab run` writes of what cells recorded, and of how a run ended.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { assertOneLine, Place } from "../attack/commandLine";
import { writeNotebook } from "./sweeps";

const cells = [
  "let lr = 1;\nlet name = 'none';",
  'import { record, tensor } from "bnlab";\nfor (const step of [3, 2, 1]) record("loss", lr * step);\nrecord("curve", tensor([1, NaN]));',
  'import { clearOutput } from "bnlab";\nrecord("名 字", name);\nclearOutput();\nif (name === "bad") throw new RangeError("it fails");',
] as const;

test("records stand in a file beside the output, whatever became of the outputs", async () => {
  const place = new Place();
  writeNotebook(place.at("n.ipynb"), ...cells);
  writeFileSync(place.at("parameters.json"), '{ "lr": 0.25, "name": "Ada" }');
  const args = ["run", "n.ipynb", "--params-file", "parameters.json", "-p", "lr=0.5", "-o", "out/n.ipynb"];
  const { code, stdout, stderr } = await place.bnlab(args).ended;
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /Record {4}out\/n\.records\.json\n/);
  const { started, seconds, machine, ...file } = JSON.parse(
    readFileSync(place.at("out/n.records.json"), "utf8"),
  );
  assert.deepEqual(file, {
    notebook: "n.ipynb",
    parameters: { name: "Ada", lr: 0.5 },
    records: { loss: 0.5, curve: [1, "NaN"], "名 字": "Ada" },
    exitCode: 0,
    error: null,
  });
  assert.ok(!Number.isNaN(Date.parse(started)) && seconds > 0 && machine.node === process.version);
  place.assertTidy();
});

test("a run that fails tells where, and one that records nothing writes no file unless it is named", async () => {
  const place = new Place();
  writeNotebook(place.at("n.ipynb"), ...cells);
  writeNotebook(place.at("plain.ipynb"), "let a = 1", "a");
  const failed = await place.bnlab(["run", "n.ipynb", "-p", "name=bad", "--records", "bad.json"]).ended;
  assert.equal(failed.code, 1);
  const { error, exitCode, records } = JSON.parse(readFileSync(place.at("bad.json"), "utf8"));
  assert.deepEqual([error, exitCode, records.loss], ["In [4]: RangeError: it fails", 1, 1]);
  assert.ok(!existsSync(place.at("n.executed.records.json")));
  assert.equal((await place.bnlab(["run", "plain.ipynb"]).ended).code, 0);
  assert.ok(!existsSync(place.at("plain.executed.records.json")));
  await place.bnlab(["run", "plain.ipynb", "--records", "plain.json"]).ended;
  assert.deepEqual(JSON.parse(readFileSync(place.at("plain.json"), "utf8")).records, {});
});

test("--time stops the run, which saves what there is and says so", async () => {
  const place = new Place();
  writeNotebook(place.at("n.ipynb"), "let a = 1", "while (true) {}");
  const { code, stderr } = await place.bnlab(["run", "n.ipynb", "--time", "6", "--records", "r.json"]).ended;
  assert.equal(code === 1 || code === 2, true, "2 where not even the first cell was begun");
  assert.match(stderr, /stopped by its time limit/);
  if (code === 1)
    assert.match(
      JSON.parse(readFileSync(place.at("r.json"), "utf8")).error,
      /^stopped by its time limit, 6 s$/,
    );
});

test("what cannot be read or written is refused in one line before anything runs", async () => {
  const place = new Place();
  writeNotebook(place.at("n.ipynb"), ...cells);
  mkdirSync(place.at("folder"));
  for (const [name, text] of Object.entries({
    list: "[1]",
    name: '{"../x":1}',
    word: '{"class":1}',
    cut: "{",
  }))
    writeFileSync(place.at(`${name}.json`), text);
  const wrong: [args: string[], words: RegExp][] = [
    [["--params-file", "missing.json"], /missing\.json: there is no such file/],
    [["--params-file", "list.json"], /list\.json: expected an object of values by name/],
    [["--params-file", "name.json"], /expected a variable's name, got "\.\.\/x"/],
    [["--params-file", "word.json"], /class is a word of the language/],
    [["--params-file", "cut.json"], /cut\.json: /],
    [["--records", "folder"], /folder: it is a folder, expected a file/],
    [["--records", "folder/"], /folder/],
    [["--records", "list.json/x"], /a part of its path is a file/],
  ];
  for (const [args, words] of wrong) {
    const ended = await place.bnlab(["run", "n.ipynb", ...args]).ended;
    assert.equal(ended.code, 2, args.join(" "));
    assert.match(ended.stderr, words);
    assertOneLine(ended);
    assert.ok(!existsSync(place.at("n.executed.ipynb")));
  }
});
