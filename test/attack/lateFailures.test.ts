// What a cell leaves behind and nobody awaits: its failure is shown below that cell, and no run that had one ends well.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { startKernel } from "../kernel/startKernel";

const kernel = startKernel();
after(() => kernel.stop());

const atOnce: Record<string, string> = {
  "an async function that nobody awaits": "async function main() { throw new Error('late'); }\nmain();",
  "a rejected promise": "void Promise.reject(new Error('late'));",
  "a microtask": "queueMicrotask(() => { throw new Error('late'); });",
  "a tick": "process.nextTick(() => { throw new Error('late'); });",
  "a chain of promises": "void Promise.resolve().then(() => null).then(() => { throw new Error('late'); });",
  "a tick in a microtask": "queueMicrotask(() => process.nextTick(() => { throw new Error('late'); }));",
  "a timer that comes while the cell waits":
    "setTimeout(() => { throw new Error('late'); }, 1);\nawait new Promise((resolve) => setTimeout(resolve, 20));",
};
for (const [what, code] of Object.entries(atOnce)) {
  test(`the failure of ${what} fails its cell, and is shown once`, async () => {
    const ran = await kernel.run(code);
    assert.equal(ran.reply.status, "error");
    assert.equal(ran.reply.status === "error" && ran.reply.evalue, "late");
    assert.equal(ran.publications.filter(({ header }) => header.msg_type === "error").length, 1);
  });
}

test("a failure that comes while a later cell runs is shown below the cell that left it", async () => {
  const early: string[] = [];
  await kernel.run(
    "let release = () => {};\nconst gate = new Promise<void>((resolve) => { release = resolve; });\n(async () => { await gate; throw new Error('from the first'); })();",
    ({ content }) => {
      if ("evalue" in content) early.push(content.evalue);
    },
  );
  const second = await kernel.run(
    "release();\nawait new Promise((resolve) => setTimeout(resolve, 5));\n'second'",
  );
  assert.equal(second.reply.status, "ok");
  assert.equal(second.error, "");
  assert.deepEqual(early, ["from the first"]);
});

async function bnlabRun(...cells: string[]) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-late-"));
  const file = path.join(folder, "late.ipynb");
  writeFileSync(
    file,
    JSON.stringify({
      cells: cells.map((source, i) => ({
        ...{ cell_type: "code", id: `c${i}`, source, metadata: {} },
        ...{ outputs: [], execution_count: null },
      })),
      ...{ metadata: {}, nbformat: 4, nbformat_minor: 5 },
    }),
  );
  const cli = path.join(import.meta.dirname, "../../dist/kernel/cli.js");
  const { code, stderr } = await promisify(execFile)(process.execPath, [cli, "run", file]).then(
    ({ stderr }) => ({ code: 0, stderr }),
    (error: { code: number; stderr: string }) => error,
  );
  const ran = JSON.parse(readFileSync(path.join(folder, "late.executed.ipynb"), "utf8")) as {
    cells: { outputs: { output_type: string; evalue?: string; text?: string | string[] }[] }[];
  };
  rmSync(folder, { recursive: true });
  return { code, stderr, outputs: ran.cells.map(({ outputs }) => outputs) };
}

const inLastCell: Record<string, string> = {
  "an async function": "async function main() { throw new Error('late'); }\nmain();",
  "a timer": "setTimeout(() => { throw new Error('late'); }, 300);",
  "an async function that waits":
    "import { setTimeout as sleep } from 'node:timers/promises';\nconst main = async () => { await sleep(200); throw new Error('late'); };\nmain();",
  "a process's end":
    "import { execFile } from 'node:child_process';\nexecFile(process.execPath, ['-e', ''], () => { throw new Error('late'); });",
};
for (const [what, code] of Object.entries(inLastCell)) {
  test(`the failure of ${what} in the last cell is below it, and the run fails`, async () => {
    const { code: exit, outputs } = await bnlabRun("1;", code);
    assert.equal(exit, 1);
    assert.equal(outputs[1]!.find(({ output_type }) => output_type === "error")?.evalue, "late");
  });
}

test("what a cell prints after the last one's end is in the notebook", async () => {
  const { code, outputs } = await bnlabRun("setTimeout(() => console.log('printed late'), 200);", "2;");
  assert.equal(code, 0);
  assert.match(JSON.stringify(outputs[0]), /printed late/);
});

test("a run does not wait for a server without end, and says so", async () => {
  const { code, stderr } = await bnlabRun(
    "import http from 'node:http';\nconst server = http.createServer().listen(0);\nserver.listening",
  );
  assert.equal(code, 0);
  assert.match(stderr, /has not waited for what cells left under way: a server/);
});
