// Jupyter's own clients against the installed kernelspec: jupyter-client, nbclient, nbconvert and the console.
import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { TestVariable } from "../environment";
import { cli } from "./jupyterClient";

const root = path.join(import.meta.dirname, "../..");
const tutorial = path.join(root, "notebooks/en/00-start.ipynb");
const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-python-"));
const env = {
  ...process.env,
  JUPYTER_DATA_DIR: path.join(folder, "data"),
  [TestVariable.tutorial]: tutorial,
  PYDEVD_DISABLE_FILE_VALIDATION: "1",
};

const modules = "jupyter_client, nbclient, nbconvert, jupyter_console";
const debian =
  "apt-get install python3-jupyter-client python3-nbclient python3-nbconvert python3-jupyter-console";
const python = ["python3", "/usr/bin/python3", "python"].find(
  (command) => spawnSync(command, ["-c", `import ${modules}`]).status === 0,
);
const absent = `SKIPPED: no Python with ${modules}; on Debian: ${debian}`;
if (!python && process.env.CI) throw new Error(absent);
if (!python) console.error(`\n${absent}\n`);
const skip = python ? false : absent;

before(() => promisify(execFile)(process.execPath, [cli, "jupyter", "install"], { env }));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  output: string;
}

/** Runs a Python module or script, with text for its standard input. */
function runPython(args: string[], input = ""): Promise<Ended> {
  const child = spawn(python!, args, { env, cwd: folder });
  const ended: Ended = { code: null, output: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      ended.output += chunk;
    });
  }
  child.stdin.end(input);
  return new Promise((resolve) => child.on("close", (code) => resolve({ ...ended, code })));
}

test("what Jupyter asks of a kernel", { skip }, async (t) => {
  const { code, output } = await runPython([path.join(import.meta.dirname, "conformance.py")]);
  const results = [...output.matchAll(/^(test_\w+) \(.*?\) \.\.\. ([\w ]+)$/gm)];
  for (const [, name, result] of results) {
    await t.test(name!.replaceAll("_", " "), () =>
      assert.equal(result, "ok", output.slice(output.indexOf("====="))),
    );
  }
  assert.ok(results.length >= 25, output);
  assert.equal(code, 0);
});

test("nbconvert runs the tutorial and writes a page of it", { skip }, async () => {
  const args = ["-m", "nbconvert", "--to", "html", "--execute", tutorial, "--output-dir", folder];
  const { code, output } = await runPython([...args, "--ExecutePreprocessor.timeout=600"]);
  assert.equal(code, 0, output);
  const page = readFileSync(path.join(folder, "00-start.html"), "utf8");
  // Of a figure nbconvert's page shows the text: what it draws in words.
  assert.match(page, /with BN: \d+ points/);
  assert.doesNotMatch(page, /Traceback|KernelDied/);
});

test("the console: values, a question, an error", { skip }, async () => {
  const typed = [
    "const a = 20",
    "a + 1",
    'await (await import("bnlab")).input("Name? ")',
    "Ada",
    'throw new Error("on purpose")',
  ];
  const args = ["-m", "jupyter_console", "--kernel=bnlab", "--simple-prompt"];
  const { output } = await runPython(args, typed.map((line) => `${line}\n`).join(""));
  assert.match(output, /BN Lab \d/);
  assert.match(output, /Out\[\d+\]: 21$/m);
  assert.match(output, /Name\? Out\[\d+\]: 'Ada'$/m);
  assert.match(output, /Error: on purpose[\s\S]*> 1 \| throw new Error/);
});

test("bnlab jupyter: installed, listed, told when broken, uninstalled; another's kernel is left alone", async () => {
  const data = mkdtempSync(path.join(folder, "specs-"));
  const jupyter = (...args: string[]) =>
    spawnSync(process.execPath, [cli, "jupyter", ...args], {
      env: { ...env, JUPYTER_DATA_DIR: data },
      encoding: "utf8",
    });
  const at = (...parts: string[]) => path.join(data, "kernels", ...parts);

  assert.match(jupyter("list").stdout, /^None in .*; install one: bnlab jupyter install\n$/);
  const installed = jupyter("install", "--name", "mine", "--display-name", "My TypeScript");
  assert.equal(installed.status, 0, installed.stderr);
  const spec = JSON.parse(readFileSync(at("mine", "kernel.json"), "utf8"));
  assert.deepEqual(spec.argv, [process.execPath, cli, "jupyter", "start", "{connection_file}"]);
  assert.deepEqual(
    [spec.display_name, spec.language, spec.interrupt_mode],
    ["My TypeScript", "typescript", "message"],
  );
  for (const logo of ["logo-32x32.png", "logo-64x64.png", "logo-svg.svg"])
    assert.ok(existsSync(at("mine", logo)), logo);
  assert.match(jupyter("list").stdout, /^mine {2}My TypeScript {2}/);

  const gone = path.join(folder, "gone.js");
  writeFileSync(at("mine", "kernel.json"), JSON.stringify({ ...spec, argv: [process.execPath, gone] }));
  assert.match(
    jupyter("list").stdout,
    /broken: .*gone\.js is not there any more; bnlab jupyter install --name mine/,
  );
  mkdirSync(at("theirs"));
  writeFileSync(at("theirs", "kernel.json"), JSON.stringify({ argv: ["x"], display_name: "Theirs" }));
  for (const command of ["install", "uninstall"]) {
    const refused = jupyter(command, "--name", "theirs");
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /^bnlab jupyter: .*theirs holds another kernel \(Theirs\); .*\n$/);
  }
  assert.equal(jupyter("uninstall", "--name", "mine").status, 0);
  assert.ok(!existsSync(at("mine")));
  const [missing, odd, start] = [
    jupyter("uninstall", "--name", "mine"),
    jupyter("install", "--name", "../x"),
    jupyter("start", path.join(folder, "absent.json")),
  ];
  assert.match(missing.stderr, /^bnlab jupyter: no kernel "mine" is installed in /);
  assert.match(odd.stderr, /^bnlab jupyter: expected a name of letters/);
  assert.match(start.stderr, /^bnlab jupyter: connection file .*absent\.json: there is no such file\n$/);
  assert.deepEqual([missing.status, odd.status, start.status], [2, 2, 2]);
});

test("without zeromq the command line says what is missing, and notebooks run all the same", async () => {
  const alone = path.join(folder, "alone");
  cpSync(path.dirname(cli), path.join(alone, "kernel"), { recursive: true });
  cpSync(path.join(root, "dist/types"), path.join(alone, "types"), { recursive: true });
  const bnlab = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(alone, "kernel/cli.js"), ...args], {
      cwd: alone,
      env,
      encoding: "utf8",
    });
  const install = bnlab("jupyter", "install");
  assert.equal(install.status, 2);
  assert.match(install.stderr, /^bnlab jupyter: Jupyter needs the package "zeromq".*npm install zeromq\n$/);
  const cells = [{ cell_type: "code", source: "console.log(6 * 7)", metadata: {}, outputs: [] }];
  writeFileSync(
    path.join(alone, "a.ipynb"),
    JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }),
  );
  const ran = bnlab("run", "a.ipynb");
  assert.equal(ran.status, 0, ran.stderr);
  assert.match(ran.stdout, /42/);
});
