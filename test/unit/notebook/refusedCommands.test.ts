// What `bnlab run`, `check` and `site` refuse before anything runs, and runs that are stopped before they begin.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, type TestContext, test } from "node:test";
import { checkCommand } from "../../../kernel/notebook/checkCommand";
import { type RunCommandOptions, runCommand } from "../../../kernel/notebook/runCommand";
import { siteCommand } from "../../../kernel/notebook/siteCommand";
import { folderForEach } from "./folders";
import { said } from "./said";
import { endListening } from "./signals";

const { at, here } = folderForEach();
const listenNoMore = endListening();

function write(name: string, source: string, more: object = {}): void {
  const cell = { cell_type: "code", metadata: {}, execution_count: null, outputs: [], source, ...more };
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }));
}
beforeEach(() => {
  write("n.ipynb", "let a = 1;", { metadata: { tags: ["parameters"] } });
  writeFileSync(at("file"), "");
});

/** Its exit code and what it says; a command that a signal stops hears it as soon as it listens. */
async function ran(t: TestContext, command: () => Promise<number>, signal?: NodeJS.Signals) {
  const { out, err } = said(t);
  const ended = command();
  if (signal) process.emit(signal, signal);
  const code = await ended;
  t.mock.restoreAll();
  listenNoMore();
  return { code, out, err };
}

describe("bnlab run", () => {
  const run = (t: TestContext, options: RunCommandOptions = {}, name = "n.ipynb", signal?: NodeJS.Signals) =>
    ran(t, () => runCommand(at(name), options), signal);

  test("names the file that is no good, and writes none", async (t) => {
    write("text.ipynb", "# Title", { cell_type: "markdown" });
    writeFileSync(at("list.json"), "[1]");
    const before = readdirSync(here());
    const n = at("n.ipynb");
    const wrong: [options: RunCommandOptions, name: string, file: string, words: string][] = [
      [{}, "none.ipynb", at("none.ipynb"), "there is no such file"],
      [{}, "text.ipynb", at("text.ipynb"), "there is nothing to run in it: it has no code"],
      [{ folder: at("none") }, "n.ipynb", at("none"), "there is no such folder"],
      [
        { paramsFile: at("list.json") },
        ...(["n.ipynb", at("list.json")] as const),
        'expected an object of values by name, as { "lr": 0.1 }',
      ],
      [{ paramsFile: at("none.json") }, "n.ipynb", at("none.json"), "there is no such file"],
      [{ output: here() }, "n.ipynb", here(), "it is a folder, expected a file"],
      [{ records: here() }, "n.ipynb", here(), "it is a folder, expected a file"],
      [{ html: n }, "n.ipynb", n, "it is the notebook itself; name another file for the page"],
      [{ records: n }, "n.ipynb", n, "it is the notebook itself; name another file for the record"],
      [
        { output: at("o.x"), records: at("o.x") },
        ...(["n.ipynb", at("o.x")] as const),
        "the notebook is written there; name another file for the record",
      ],
      [
        { html: at("o.x"), records: at("o.x") },
        ...(["n.ipynb", at("o.x")] as const),
        "the web page is written there; name another file for the record",
      ],
    ];
    for (const [options, name, file, words] of wrong)
      assert.deepEqual(await run(t, options, name), {
        ...{ code: 2, out: [], err: [`bnlab run: ${file}: ${words}`] },
      });
    assert.deepEqual(readdirSync(here()), before);
  });

  test("refuses a notebook that is too deep to be written before it runs", async (t) => {
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    const text = readFileSync(at("n.ipynb"), "utf8").replace('"metadata":{}', `"metadata":{"x":${deep}}`);
    writeFileSync(at("deep.ipynb"), text);
    const { code, err } = await run(t, {}, "deep.ipynb");
    assert.equal(code, 2);
    assert.match(
      err.join("\n"),
      /^bnlab run: \S+deep\.ipynb: it is (nested too deeply to be written|not JSON)/,
    );
  });

  test("that is stopped before its first cell says so, ends by the signal and writes nothing", async (t) => {
    const before = readdirSync(here());
    for (const [signal, word, code] of [
      ["SIGINT", "Ctrl+C", 130],
      ["SIGTERM", "SIGTERM", 143],
      ["SIGHUP", "SIGHUP", 129],
    ] as const) {
      assert.deepEqual(await run(t, {}, "n.ipynb", signal), {
        ...{ code, out: [] },
        err: [`bnlab run: ${at("n.ipynb")}: stopped by ${word}; no cell has run, no file is written`],
      });
      assert.equal((await run(t, {}, "none.ipynb", signal)).code, code);
    }
    assert.deepEqual(readdirSync(here()), before);
  });

  test("warns of parameters that the notebook does not know; those of the command line count", async (t) => {
    writeFileSync(at("p.json"), '{ "a": 1, "b": 2 }');
    const options = { paramsFile: at("p.json"), parameters: [{ name: "c", value: 3 }] };
    const { err } = await run(t, options, "n.ipynb", "SIGTERM");
    assert.deepEqual(
      err.slice(0, -1),
      ["b", "c"].map((name) => `bnlab run: ${at("n.ipynb")}: the cell tagged "parameters" has no ${name}`),
    );
  });
});

describe("bnlab check", () => {
  const options = { rtol: 0, atol: 0 };
  const check = (t: TestContext, names: string[], signal?: NodeJS.Signals) =>
    ran(t, () => checkCommand(names.map(at), options), signal);

  test("says of each notebook why it cannot be used", async (t) => {
    write("text.ipynb", "# Title", { cell_type: "markdown" });
    assert.deepEqual(await check(t, ["none.ipynb", "text.ipynb", "n.ipynb"]), {
      ...{ code: 2, out: [] },
      err: [
        `bnlab check: ${at("none.ipynb")}: there is no such file`,
        `bnlab check: ${at("text.ipynb")}: there is nothing to run in it: it has no code`,
        `bnlab check: ${at("n.ipynb")}: it has no saved outputs to compare with; bnlab run NOTEBOOK -o NOTEBOOK saves them`,
      ],
    });
    assert.deepEqual(await check(t, []), { code: 0, out: [], err: [] });
  });

  test("that is stopped looks at no other notebook, and ends by the signal", async (t) => {
    write("saved.ipynb", "1;", { execution_count: 1 });
    for (const names of [
      ["none.ipynb", "none2.ipynb"],
      ["saved.ipynb", "none.ipynb"],
    ]) {
      const { code, out, err } = await check(t, names, "SIGTERM");
      assert.deepEqual([code, out], [143, []]);
      assert.deepEqual(
        err,
        names[0] === "none.ipynb"
          ? [`bnlab check: ${at("none.ipynb")}: there is no such file`, "bnlab check: stopped by SIGTERM"]
          : ["bnlab check: stopped by SIGTERM"],
      );
    }
  });
});

describe("bnlab site", () => {
  test("refuses what makes no site, and names what is in the way", async (t) => {
    write("one/a.ipynb", "1");
    write("deep/one/a.ipynb", "1");
    write("two/a.ipynb", "1");
    write("assets/a.ipynb", "1");
    mkdirSync(at("empty"));
    writeFileSync(at("empty/a.txt"), "");
    mkdirSync(at("broken"));
    writeFileSync(at("broken/a.ipynb"), "[]");
    const wrong: [names: string[], about: string, words: string][] = [
      [["one", "none"], at("none"), "there is no such file"],
      [["empty"], at("empty"), "expected notebooks (.ipynb) in it, got none"],
      [["broken"], at("broken/a.ipynb"), "expected a notebook, a JSON object with cells"],
      [["one", "two", "deep/one"], "one", "two folders have this name; name one differently"],
      [["one", "assets", "two"], "assets", "what the pages share has this name; name the folder differently"],
    ];
    for (const [names, about, words] of wrong)
      assert.deepEqual(await ran(t, () => siteCommand(names.map(at), { output: at("out") })), {
        ...{ code: 2, out: [], err: [`bnlab site: ${about}: ${words}`] },
      });
    assert.ok(!existsSync(at("out")));
  });
});
