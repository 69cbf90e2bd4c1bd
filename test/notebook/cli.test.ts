// `bnlab run` as its user meets it: what it prints, how it ends, what it writes.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";

const cli = path.join(import.meta.dirname, "../../dist/kernel/cli.js");
const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => path.join(folder, name);

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function bnlab(
  args: string[],
  onStdout?: (text: string, kill: (signal: NodeJS.Signals) => void) => void,
): Promise<Ended> {
  const child = spawn(process.execPath, [cli, ...args], { cwd: folder });
  const ended: Ended = { code: null, stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    ended.stdout += chunk;
    onStdout?.(ended.stdout, (signal) => child.kill(signal));
  });
  child.stderr.on("data", (chunk: Buffer) => {
    ended.stderr += chunk;
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ ...ended, code })));
}

type Source = string | { markdown: string } | { code: string; tags: string[] };

const tagged = (code: string, ...tags: string[]) => ({ code, tags });

function write(name: string, cells: Source[], extra: object = {}): string {
  const notebook = {
    cells: cells.map((cell) => {
      if (typeof cell === "object" && "markdown" in cell) {
        return { cell_type: "markdown", metadata: {}, source: cell.markdown };
      }
      const { code, tags } = typeof cell === "string" ? tagged(cell, "keep") : cell;
      return {
        cell_type: "code",
        execution_count: 7,
        metadata: { tags },
        outputs: [{ output_type: "stream", name: "stdout", text: ["stale\n"] }],
        source: code.split(/(?<=\n)/),
      };
    }),
    metadata: { language_info: { name: "typescript" }, authors: [{ name: "Ada" }] },
    nbformat: 4,
    nbformat_minor: 4,
    ...extra,
  };
  writeFileSync(at(name), JSON.stringify(notebook));
  return at(name);
}

interface Written {
  nbformat_minor: number;
  metadata: { authors: object[]; kernelspec: object };
  cells: {
    id: string;
    cell_type: string;
    execution_count: number | null;
    metadata: { tags?: string[]; execution?: Record<string, string> };
    outputs: {
      output_type: string;
      text?: string[];
      data?: Record<string, unknown>;
      ename?: string;
      traceback?: string[];
    }[];
  }[];
}
const read = (name: string): Written => JSON.parse(readFileSync(at(name), "utf8"));

test("a notebook runs: progress, the executed file, the page", async () => {
  write("good.ipynb", [
    {
      markdown:
        "# Eins <und> zwei\n\nText with `code` and **bold**.\n\n一行没有写完\n就换行。\n\n```ts\nconst a = 1;\n```",
    },
    "const half: number = 21;\nconsole.log('printing');\nconsole.error('<b>warned</b>');",
    "const shown = display('first state');\nhalf * 2",
    "shown.update('last state');",
    `display.raw({ "application/vnd.plotly.v1+json": { data: [{ y: [1, 2], name: "</script>" }], layout: {} }, "text/plain": "a chart" })`,
    `display.html("<i>html</i>"); display.svg("<svg width='9'></svg>"); display.png(Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64")); display.markdown("*md*");`,
  ]);
  const { code, stdout, stderr } = await bnlab([
    "run",
    "good.ipynb",
    "-o",
    "out/good.ipynb",
    "--html",
    "out/good.html",
  ]);
  assert.equal(stderr, "");
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^\[1\/5\] In \[1\] const half: number = 21;\n {6}printing\n {6}<b>warned<\/b>\n {6}✓ \d+\.\d s$/m,
  );
  assert.match(stdout, /^\[3\/5\] In \[3\] shown\.update/m);
  assert.match(
    stdout,
    /out\/good\.ipynb\nWeb page {2}out\/good\.html\n\nIn VS Code.* code out\/good\.ipynb\nFrom a clone.* npm run vscode -- out\/good\.ipynb\n$/,
  );

  const written = read("out/good.ipynb");
  assert.equal(written.nbformat_minor, 5);
  assert.deepEqual(written.metadata.authors, [{ name: "Ada" }]);
  assert.deepEqual(written.metadata.kernelspec, {
    name: "bnlab",
    display_name: "BN Lab (TypeScript)",
    language: "typescript",
  });
  assert.equal(new Set(written.cells.map((cell) => cell.id)).size, 6);
  const [, prints, result, update] = written.cells;
  assert.deepEqual(prints!.outputs, [
    { output_type: "stream", name: "stdout", text: ["printing\n"] },
    { output_type: "stream", name: "stderr", text: ["<b>warned</b>\n"] },
  ]);
  assert.deepEqual([prints!.execution_count, result!.execution_count], [1, 2]);
  assert.deepEqual(prints!.metadata.tags, ["keep"]);
  assert.ok(!("execution" in prints!.metadata), "the same text after each run");
  assert.deepEqual(
    result!.outputs.map(({ data }) => data!["text/plain"]),
    [["'last state'"], ["42"]],
    "updated in its place",
  );
  assert.deepEqual(update!.outputs, []);

  const page = readFileSync(at("out/good.html"), "utf8");
  assert.match(page, /<title>Eins &lt;und&gt; zwei<\/title>/);
  assert.match(page, /<strong>bold<\/strong>/);
  assert.match(page, /一行没有写完就换行。/);
  assert.match(page, /<span class="hljs-keyword">const<\/span>/);
  assert.match(page, /<pre class="stream stderr">&lt;b&gt;warned&lt;\/b&gt;<\/pre>/);
  assert.match(
    page,
    /<i>html<\/i>[\s\S]*<img[^>]*src="data:image\/svg\+xml;base64,[\s\S]*data:image\/png;base64,iVBOR[\s\S]*<em>md<\/em>/,
  );
  assert.match(page, /"name":"\\u003c\/script>"/);
  assert.match(page, /bnlabPlotly\.draw/);
  assert.doesNotMatch(
    page.replace(/<script>[\s\S]*?<\/script>/g, ""),
    /(src|href)="https?:/,
    "needs nothing from the web",
  );
});

test("a failing cell stops the run; what came before it is in the files", async () => {
  write("failing.ipynb", [
    "console.log('before');",
    "const x = 1;\nthrow new Error('on purpose');",
    "console.log('never');",
  ]);
  const { code, stdout, stderr } = await bnlab([
    "run",
    "failing.ipynb",
    "-o",
    "failed.ipynb",
    "--html",
    "failed.html",
  ]);
  assert.deepEqual([code, stderr], [1, ""], "its error is in the run");
  assert.match(stdout, /^ {6}Error: on purpose$/m);
  assert.match(stdout, /^ {6}> 2 \| throw new Error\('on purpose'\);$/m);
  assert.match(stdout, /at Cell 2, line 2, column 7/);
  assert.doesNotMatch(stdout, /never/);
  const { cells } = read("failed.ipynb");
  assert.deepEqual(
    cells.map((cell) => cell.execution_count),
    [1, 2, null],
  );
  assert.deepEqual(
    cells.map((cell) => cell.outputs.map((output) => output.output_type)),
    [["stream"], ["error"], []],
  );
  assert.match(readFileSync(at("failed.html"), "utf8"), /<pre class="error" role="alert">Error: on purpose/);
});

test("--allow-errors goes on, --timing keeps when cells began and ended", async () => {
  write("allowed.ipynb", ["throw new Error('first');", "'second'"]);
  const options = ["--allow-errors", "--timing"];
  const { code } = await bnlab(["run", "allowed.ipynb", "-o", "allowed.out.ipynb", ...options]);
  assert.equal(code, 0);
  const { execution } = read("allowed.out.ipynb").cells[1]!.metadata;
  assert.ok(Date.parse(execution!["iopub.status.idle"]!) >= Date.parse(execution!["iopub.execute_input"]!));
  assert.deepEqual(read("allowed.out.ipynb").cells[1]!.outputs[0]!.data, { "text/plain": ["'second'"] });
});

test("a cell tagged raises-exception may fail", async () => {
  write("may-fail.ipynb", [tagged("throw new Error('expected');", "raises-exception"), "'after'"]);
  const { code } = await bnlab(["run", "may-fail.ipynb", "-o", "may-fail.out.ipynb"]);
  assert.equal(code, 0);
  const [first, second] = read("may-fail.out.ipynb").cells;
  assert.deepEqual([first!.outputs[0]!.ename, second!.execution_count], ["Error", 2]);
});

test("-p sets parameters in a cell behind the one with the defaults", async () => {
  write("parameters.ipynb", [
    tagged("let rate = 0.1;\nlet name = 'none';", "parameters"),
    "[rate * 2, name]",
  ]);
  const args = ["-p", "rate=0.25", "--parameter", "name=Ada L", "-p", "other=[1]"];
  const { code, stderr } = await bnlab(["run", "parameters.ipynb", "-o", "parameters.out.ipynb", ...args]);
  assert.equal(code, 0);
  assert.equal(stderr, 'bnlab run: parameters.ipynb: the cell tagged "parameters" has no other\n');
  const { cells } = read("parameters.out.ipynb");
  assert.deepEqual(cells[1]!.metadata.tags, ["injected-parameters"]);
  assert.deepEqual(cells[2]!.outputs[0]!.data, { "text/plain": ["[ 0.5, 'Ada L' ]"] });
  const wrong: [args: string[], message: RegExp][] = [
    [["-p", "1x=2"], /expected NAME=VALUE/],
    [["-p", "class=1"], /class is a word of the language, expected a variable's name/],
    [["-p", "a=1", "-p", "a=2"], /a is set twice/],
    [["-p", "seed=12345678901234567890"], /seed: 12345678901234567890 would become \d+; a text keeps it/],
  ];
  for (const [more, message] of wrong) {
    const ended = await bnlab(["run", "parameters.ipynb", ...more]);
    assert.match(ended.stderr, /^error: [^\n]+\n$/);
    assert.match(ended.stderr, message);
    assert.equal(ended.code, 2);
  }
});

test("a failure that a cell leaves behind fails the run, while a later one runs too", async () => {
  const late = `async function main() { throw new Error("main failed"); }\nmain();`;
  write("earlier.ipynb", [
    "let resolve: () => void; const ended = new Promise<void>((r) => { resolve = r; });",
    "void ended.then(() => { throw new Error('left behind'); });",
    "resolve!(); await new Promise((r) => setTimeout(r, 300)); 'went on'",
    "'never'",
  ]);
  const { code } = await bnlab(["run", "earlier.ipynb", "-o", "earlier.out.ipynb"]);
  assert.equal(code, 1);
  const { cells } = read("earlier.out.ipynb");
  assert.deepEqual(
    cells.flatMap(({ outputs }) => outputs.flatMap(({ ename }) => ename ?? [])),
    ["Error"],
  );
  assert.deepEqual(cells[3]!.outputs, [], "the run ends after the cell that ran");
  write("allowed-late.ipynb", [tagged(late, "raises-exception"), "2"]);
  assert.equal((await bnlab(["run", "allowed-late.ipynb", "-o", "allowed-late.out.ipynb"])).code, 0);
});

test("a cell that waits for its controls goes on with what they are: nobody can move them", async () => {
  write("controls.ipynb", [
    `import { display, ui } from "bnlab";
const rate = ui.slider(0, 1, { value: 0.5, step: 0.25 }), moved: number[] = [];
display(rate);
for await (const value of rate) moved.push(value);
[moved, await rate.changed()]`,
  ]);
  const { code } = await bnlab(["run", "controls.ipynb", "-o", "controls.out.ipynb", "--timeout", "60"]);
  assert.equal(code, 0);
  assert.deepEqual(read("controls.out.ipynb").cells[0]!.outputs.at(-1)!.data, {
    "text/plain": ["[ [], 0.5 ]"],
  });
});

test("an error that comes after its cell's end is that cell's, and told beside the run; what goes on is not waited for", async () => {
  write("late.ipynb", [
    "console.log('first');",
    tagged("setTimeout(() => { throw new Error('may be late'); }, 50);", "raises-exception"),
    "setInterval(() => {}, 1000); setTimeout(() => { throw new Error('too late'); }, 200); 3",
  ]);
  const args = ["run", "late.ipynb", "-o", "late.out.ipynb", "--records", "late.json", "--timeout", "4"];
  const { code, stderr } = await bnlab(args);
  assert.equal(code, 1);
  assert.deepEqual(stderr.trimEnd().split("\n"), [
    "bnlab run: late.ipynb: the run has not waited for what cells left under way: a timer",
    "bnlab run: late.ipynb: In [3] left an error behind, which came after its end",
  ]);
  assert.deepEqual(
    read("late.out.ipynb").cells.map(({ outputs }) => outputs.flatMap(({ ename }) => ename ?? [])),
    [[], ["Error"], ["Error"]],
  );
  const { error, exitCode } = JSON.parse(readFileSync(at("late.json"), "utf8"));
  assert.deepEqual([error, exitCode], ["In [3]: Error: too late", 1]);
});

test("a kernel that a cell ends takes no output along; the cells after it are left, and cleared", async () => {
  write("gone.ipynb", [
    "console.log('before'); await new Promise((r) => setTimeout(r, 100)); process.exit(3);",
    "2",
  ]);
  const { code, stdout } = await bnlab(["run", "gone.ipynb", "-o", "gone.out.ipynb"]);
  assert.equal(code, 1);
  assert.match(stdout, /before\n {6}KernelDied: .*it exited with code 3/);
  const [first, second] = read("gone.out.ipynb").cells;
  assert.deepEqual(
    first!.outputs.map(({ output_type, ename }) => ename ?? output_type),
    ["stream", "KernelDied"],
  );
  assert.deepEqual([second!.outputs, second!.execution_count], [[], null]);
});

test("input is refused where there is no terminal", async () => {
  write("asks.ipynb", [`import { input } from "bnlab";\nawait input("Name? ");`]);
  const { code, stdout } = await bnlab(["run", "asks.ipynb", "-o", "asks.out.ipynb"]);
  assert.equal(code, 1);
  assert.match(stdout, /InputError: input: this client cannot ask its user/);
});

test("a reader who leaves early costs nothing: the files are written", async () => {
  write("piped.ipynb", ["for (let i = 0; i < 50_000; i++) console.log(i);", "'end'"]);
  const child = spawn(process.execPath, [cli, "run", "piped.ipynb", "-o", "piped.out.ipynb"], {
    cwd: folder,
  });
  child.stdout.once("data", () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.equal(code, 0);
  assert.equal(read("piped.out.ipynb").cells[1]!.execution_count, 2);
});

test("a progress bar is printed once in a pipe", async () => {
  write("bar.ipynb", [
    `import { progress } from "bnlab";\nfor (const n of progress(3, { label: "steps" })) await new Promise((r) => setTimeout(r, 120));`,
  ]);
  const { stdout } = await bnlab(["run", "bar.ipynb", "-o", "bar.out.ipynb"]);
  assert.equal(stdout.match(/steps/g)?.length, 2, "in the bar, and in the bar's own line");
  assert.match(stdout, /steps 100% \|█{20}\| 3\/3/);
});

test("a copy keeps the notebook's own kernel and language", async () => {
  const kernelspec = { name: "jslab", display_name: "JavaScript", language: "javascript" };
  const language_info = { name: "javascript", file_extension: ".js", mimetype: "text/javascript" };
  write("javascript.ipynb", ["let a = 1;\na = 'text';\na"], { metadata: { kernelspec, language_info } });
  write("tslab.ipynb", ["1"], {
    metadata: {
      kernelspec: { name: "tslab", language: "typescript" },
      language_info: { name: "typescript" },
    },
  });
  for (const name of ["javascript", "tslab"]) {
    const { code, stderr } = await bnlab(["run", `${name}.ipynb`, "-o", `${name}.done.ipynb`]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(
      read(`${name}.done.ipynb`).metadata,
      JSON.parse(readFileSync(at(`${name}.ipynb`), "utf8")).metadata,
    );
  }
});

test("check: a notebook that shows what was saved, and one that does not", async () => {
  const long = "console.log('step', 1, 'loss', 0.123456); display.json({ curve: [0.5, 0.25] }); 'result'";
  write("checked.ipynb", [
    long,
    "throw new RangeError('as ever');",
    tagged("Math.random()", "nbval-ignore-output"),
  ]);
  await bnlab(["run", "checked.ipynb", "-o", "checked.ipynb", "--allow-errors"]);
  const same = await bnlab(["check", "checked.ipynb"]);
  assert.equal(same.stderr, "");
  assert.match(same.stdout, /^✓ checked\.ipynb: 3 cells as saved, \d+\.\d s\n$/);
  assert.equal(same.code, 0);

  const text = readFileSync(at("checked.ipynb"), "utf8");
  const changed = text
    .replace("step 1 loss 0.123456", "step 2 loss 0.1235")
    .replace("       0.25\n", "       0.26\n")
    .replace('"evalue": "as ever"', '"evalue": "as never"');
  writeFileSync(at("changed.ipynb"), changed);
  const differs = await bnlab(["check", "changed.ipynb", "checked.ipynb"]);
  assert.equal(differs.code, 1);
  assert.match(differs.stdout, /^✗ changed\.ipynb: 2 of 3 cells differ/);
  assert.ok(differs.stdout.includes(`In [1] ${long.slice(0, 60)}\n`), differs.stdout);
  assert.match(differs.stdout, / {2}stdout\n {2}- step 2 loss 0\.1235\n {2}\+ step 1 loss 0\.123456\n/);
  assert.match(differs.stdout, / {2}- RangeError: as never\n {2}\+ RangeError: as ever\n/);
  assert.match(differs.stdout, /^✓ checked\.ipynb/m);

  writeFileSync(at("near.ipynb"), text.replace("loss 0.123456", "loss 0.1235"));
  assert.equal((await bnlab(["check", "near.ipynb"])).code, 1);
  assert.equal((await bnlab(["check", "near.ipynb", "--rtol", "1e-2"])).code, 0);
});

test("check warns of a saved order in which a cell could not have found what it reads", async () => {
  write("ordered.ipynb", ["const a = 1;", "function twice() { return 2 * a; }", "twice()"]);
  await bnlab(["run", "ordered.ipynb", "-o", "ordered.ipynb"]);
  const run = await bnlab(["check", "ordered.ipynb"]);
  assert.match(run.stdout, /^✓ ordered\.ipynb: 3 cells as saved, \d+\.\d s\n$/);
  const notebook = JSON.parse(readFileSync(at("ordered.ipynb"), "utf8"));
  notebook.cells[0].execution_count = 9;
  writeFileSync(at("ordered.ipynb"), JSON.stringify(notebook));
  const { code, stdout } = await bnlab(["check", "ordered.ipynb"]);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /warning: cell 2 ran as \[2\] and reads `a`, but cell 1, which makes it, ran later, as \[9\]; save it run/,
  );
  assert.equal(stdout.match(/warning/g)?.length, 1);
});

test("check: cells that ran and showed nothing were saved, too; text is no cell that did not run", async () => {
  write("silent.ipynb", ["const a = 1;"]);
  const silent = JSON.parse(readFileSync(at("silent.ipynb"), "utf8"));
  silent.cells.unshift({ cell_type: "markdown", id: "words", metadata: {}, source: "# Words" });
  writeFileSync(at("silent.ipynb"), JSON.stringify(silent));
  await bnlab(["run", "silent.ipynb", "-o", "silent.ipynb"]);
  const { code, stdout } = await bnlab(["check", "silent.ipynb"]);
  assert.match(stdout, /^✓ silent\.ipynb: 1 cells as saved/);
  assert.equal(code, 0);
});

test("check says what it cannot use", async () => {
  write("fresh.ipynb", ["1"]);
  const fresh = JSON.parse(readFileSync(at("fresh.ipynb"), "utf8"));
  Object.assign(fresh.cells[0], { outputs: [], execution_count: null });
  writeFileSync(at("fresh.ipynb"), JSON.stringify(fresh));
  const { code, stderr } = await bnlab(["check", "fresh.ipynb", "missing.ipynb"]);
  assert.equal(code, 2);
  assert.match(stderr, /^bnlab check: fresh\.ipynb: it has no saved outputs to compare with; bnlab run /);
  assert.match(stderr, /^bnlab check: missing\.ipynb: there is no such file$/m);
});

test("--timeout stops a cell that does not end", async () => {
  write("slow.ipynb", ["const here = 1;", "while (true);"]);
  const { code, stdout } = await bnlab(["run", "slow.ipynb", "-o", "slow.out.ipynb", "--timeout", "2"]);
  assert.equal(code, 1);
  assert.match(stdout, /✗ stopped after its time limit/);
  assert.equal(read("slow.out.ipynb").cells[1]!.outputs[0]!.ename, "Interrupted");
});

test("--timeout takes any time that there is, and no limit; nothing else", async () => {
  write("quick.ipynb", ["1 + 1"]);
  const [long, none] = await Promise.all(
    ["3000000", "Infinity"].map((limit, i) =>
      bnlab(["run", "quick.ipynb", "-o", `quick${i}.ipynb`, "--timeout", limit]),
    ),
  );
  for (const { code, stdout, stderr } of [long!, none!]) {
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /✓/);
  }
  for (const limit of ["NaN", "-1", "0", "", "-Infinity", "5s"]) {
    for (const command of ["run", "check"]) {
      const { code, stderr } = await bnlab([command, "quick.ipynb", `--timeout=${limit}`]);
      assert.match(stderr, /^error: .*expected a number of seconds above 0\.\n$/, limit);
      assert.equal(code, 2);
    }
  }
  for (const tolerance of ["Infinity", "NaN", "-1", ""]) {
    assert.equal((await bnlab(["check", "quick.ipynb", `--rtol=${tolerance}`])).code, 2, tolerance);
  }
});

test("Ctrl+C stops the cell and writes what there is", { skip: process.platform === "win32" }, async () => {
  write("endless.ipynb", ["console.log('running');\nwhile (true);", "'after'"]);
  let sent = false;
  const { code } = await bnlab(
    ["run", "endless.ipynb", "-o", "endless.out.ipynb", "--allow-errors", "--records", "endless.json"],
    (stdout, kill) => {
      if (!sent && stdout.includes("running\n")) {
        sent = true;
        kill("SIGINT");
      }
    },
  );
  assert.equal(code, 130);
  const [first, second] = read("endless.out.ipynb").cells;
  assert.deepEqual(
    first!.outputs.map((output) => output.output_type),
    ["stream", "error"],
  );
  assert.deepEqual(second!.outputs, []);
  assert.equal(JSON.parse(readFileSync(at("endless.json"), "utf8")).exitCode, 130);
});

test("check that is stopped tells no differences, and looks at no other notebook", {
  skip: process.platform === "win32",
}, async () => {
  const stop = `import { execSync } from "node:child_process";\nexecSync(\`kill -INT $(ps -o ppid= -p \${process.ppid})\`);`;
  write("stopped.ipynb", [`${stop}\nwhile (true);`]);
  const { code, stdout, stderr } = await bnlab(["check", "stopped.ipynb", "missing.ipynb"]);
  assert.deepEqual([code, stdout, stderr], [130, "", "bnlab check: stopped by Ctrl+C\n"]);
});

test("a kernel that dies is told, by run and by check", { skip: process.platform === "win32" }, async () => {
  write("dies.ipynb", ["1", "process.kill(process.ppid, 'SIGKILL'); await new Promise(() => {});", "3"]);
  const [run, check] = await Promise.all([
    bnlab(["run", "dies.ipynb", "-o", "dies.out.ipynb", "--records", "dies.json", "--allow-errors"]),
    bnlab(["check", "dies.ipynb"]),
  ]);
  const gone = "the kernel's process has ended";
  assert.deepEqual([run.code, run.stderr], [1, `bnlab run: dies.ipynb: ${gone}\n`]);
  assert.deepEqual([check.code, check.stderr], [1, `bnlab check: dies.ipynb: ${gone}\n`]);
  assert.match(check.stdout, /^✗ dies\.ipynb: 3 of 3 cells differ/);
  const { error, exitCode } = JSON.parse(readFileSync(at("dies.json"), "utf8"));
  assert.deepEqual([error, exitCode], [gone, 1]);
  assert.deepEqual(
    read("dies.out.ipynb").cells.map(({ outputs }) => outputs.length),
    [1, 1, 0],
  );
});

test("what cannot be written after the run is saved elsewhere; a place that takes no record costs no run", async () => {
  const make = (folder: string) =>
    `import { mkdirSync } from "node:fs"; import { record } from "bnlab";\nrecord("loss", 1); mkdirSync("${folder}");`;
  write("lost.ipynb", [make("lost.out.ipynb")]);
  write("full.ipynb", [make("full.out.records.json")]);
  const [lost, full] = await Promise.all([
    bnlab(["run", "lost.ipynb", "-o", "lost.out.ipynb", "--records", "lost.json"]),
    bnlab(["run", "full.ipynb", "-o", "full.out.ipynb"]),
  ]);
  const saved = /^bnlab run: lost\.out\.ipynb: it is a folder; saved as (.*)\n$/.exec(lost.stderr)![1]!;
  assert.equal(JSON.parse(readFileSync(saved, "utf8")).cells[0].execution_count, 1);
  rmSync(saved);
  const { error, exitCode } = JSON.parse(readFileSync(at("lost.json"), "utf8"));
  assert.deepEqual([lost.code, exitCode, error], [2, 2, `lost.out.ipynb: it is a folder; saved as ${saved}`]);
  assert.deepEqual(
    [full.code, full.stderr],
    [0, "bnlab run: full.out.records.json: it is a folder, expected a file\n"],
  );
  assert.equal(read("full.out.ipynb").cells[0]!.execution_count, 1);
});

test("the default name of the executed notebook stands beside the notebook", async () => {
  write("plain.ipynb", ["1"]);
  assert.equal((await bnlab(["run", "plain.ipynb"])).code, 0);
  assert.ok(existsSync(at("plain.executed.ipynb")));
});

test("what cannot be run is said in one line, with exit code 2", async () => {
  writeFileSync(at("broken.ipynb"), '{"cells": [');
  writeFileSync(at("old.ipynb"), '{"nbformat": 3, "worksheets": []}');
  writeFileSync(at("list.ipynb"), "[]");
  write("python.ipynb", ["1"], { metadata: { kernelspec: { name: "python3", language: "python" } } });
  write("cells.ipynb", [], { cells: [{ cell_type: "chart" }] });
  const expected: Record<string, RegExp> = {
    "missing.ipynb": /^bnlab run: missing\.ipynb: there is no such file\n$/,
    ".": /^bnlab run: \.: it is a folder, expected a file\n$/,
    "broken.ipynb": /^bnlab run: broken\.ipynb: it is not JSON: .+\n$/,
    "old.ipynb": /^bnlab run: old\.ipynb: expected a notebook of nbformat 4, got nbformat 3; .+\n$/,
    "list.ipynb": /^bnlab run: list\.ipynb: expected a notebook, a JSON object with cells\n$/,
    "python.ipynb": /^bnlab run: python\.ipynb: its cells are python; BN Lab runs notebooks in TypeScript\n$/,
    "cells.ipynb":
      /^bnlab run: cells\.ipynb: cell 1: expected cell_type code, markdown or raw, got "chart"\n$/,
  };
  for (const [file, message] of Object.entries(expected)) {
    const { code, stdout, stderr } = await bnlab(["run", file]);
    assert.match(stderr, message);
    assert.deepEqual([code, stdout], [2, ""], file);
  }
});

test("--help, --version, and a wrong command line", async () => {
  const help = await bnlab(["run", "--help"]);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /Exit codes:\n {2}0 /);
  for (const command of ["check", "jupyter", "sweep"]) {
    assert.match((await bnlab([command, "--help"])).stdout, /Exit codes:\n {2}0 /, command);
  }
  assert.match((await bnlab(["--version"])).stdout, /^\d+\.\d+\.\d+\n$/);
  for (const args of [["run"], ["walk"], ["run", "plain.ipynb", "--timeout", "soon"]]) {
    const { code, stderr } = await bnlab(args);
    assert.equal(code, 2);
    assert.match(stderr, /^error: .+\n$/, args.join(" "));
  }
});
