// Whoever dies, and whenever: nothing of the kernel is left behind, and none of the processes that its cells have started.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { hanging, TestVariable } from "../environment";
import { startKernel, type TestKernel } from "../kernel/startKernel";

const dist = path.join(import.meta.dirname, "../../dist/kernel");
/** Processes are known by a variable that they inherit; only Linux shows it. */
const skip = process.platform !== "linux" && "only Linux shows what processes inherit";
const variable = TestVariable.mark;

let marks = 0;
const newMark = () => `${process.pid}-${++marks}-end`;

function marked(mark: string): number[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      return readFileSync(`/proc/${name}/environ`, "latin1").includes(`${variable}=${mark}`)
        ? [Number(name)]
        : [];
    } catch {
      return []; // no process, or it has ended meanwhile
    }
  });
}

/** Waits; that it ends is what the test is about. */
async function untilNoneIsLeft(mark: string): Promise<void> {
  while (marked(mark).length > 0) await sleep(20);
}

async function untilOneIsThere(mark: string): Promise<void> {
  while (marked(mark).length === 0) await sleep(5);
}

const host = `const { fork } = require("node:child_process");
fork(${JSON.stringify(path.join(dist, "main.js"))}, { execArgv: [], stdio: ["ignore", "ignore", "ignore", "ipc"] });
setTimeout(() => process.kill(process.pid, process.argv[1]), Number(process.argv[2]));`;

/** As VS Code's: its kernel outlives it, for a second and a half; it begins a cell that never ends, or none. */
const keepingHost = `const { fork } = require("node:child_process");
const [signal, milliseconds, folder, code] = process.argv.slice(1);
const child = fork(${JSON.stringify(path.join(dist, "main.js"))}, {
  execArgv: [], detached: true, stdio: ["ignore", "ignore", "pipe", "ipc"],
});
child.send({ note: "keep", keeping: { folder, notebook: "file:///a.ipynb", workspace: "", minutes: 0.025 } });
const header = { msg_id: "1", msg_type: "execute_request", session: "", username: "", date: "", version: "5.4" };
const request = { channel: "shell", header, parent_header: {}, metadata: { cellIndex: 0 }, content: { code } };
if (code) child.send(request);
const die = () => process.kill(process.pid, signal);
if (milliseconds !== "begun") setTimeout(die, Number(milliseconds));
child.on("message", ({ header }) => { if (milliseconds === "begun" && header.msg_type === "stream") die(); });`;

const ended = (child: ChildProcess) => new Promise((resolve) => child.once("exit", resolve));

for (const [signal, milliseconds] of [
  ...[0, 20, 50, 100, 200, 300, 400, 500, 600, 800, 1000].map((ms) => ["SIGKILL", ms] as const),
  ...[0, 100, 600].map((ms) => ["SIGTERM", ms] as const),
]) {
  test(`a host that dies by ${signal} after ${milliseconds} ms takes its kernel along`, {
    skip,
    timeout: hanging,
  }, async () => {
    const mark = newMark();
    const env = { ...process.env, [variable]: mark };
    await ended(
      spawn(process.execPath, ["-e", host, signal, String(milliseconds)], { env, stdio: "ignore" }),
    );
    await untilNoneIsLeft(mark);
  });
}

for (const [signal, when, code] of [
  ["SIGKILL", "0", ""],
  ["SIGKILL", "200", ""],
  ["SIGKILL", "600", ""],
  ["SIGTERM", "300", ""],
  ["SIGKILL", "begun", "console.log('begun'); while (true);"],
] as const) {
  const what = code ? "while a cell loops" : `after ${when} ms`;
  test(`a kernel that outlives its window, which dies by ${signal} ${what}, ends by its lease`, {
    skip,
    timeout: hanging,
  }, async () => {
    const mark = newMark();
    const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-death-"));
    const env = { ...process.env, [variable]: mark };
    const host = [keepingHost, signal, when, folder, code];
    await ended(spawn(process.execPath, ["-e", ...host], { env, stdio: "ignore" }));
    if (code) assert.ok(marked(mark).length > 0); // it goes on
    await untilNoneIsLeft(mark);
    assert.deepEqual(readdirSync(folder), []);
    rmSync(folder, { recursive: true });
  });
}

for (const [signal, milliseconds] of [
  ["SIGKILL", 0],
  ["SIGKILL", 100],
  ["SIGKILL", 500],
  ["SIGTERM", 0],
  ["SIGTERM", 100],
  ["SIGHUP", 100],
] as const) {
  test(`bnlab run that dies by ${signal} ${milliseconds} ms after it has begun leaves nothing`, {
    skip,
    timeout: hanging,
  }, async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-death-"));
    const cell = {
      cell_type: "code",
      id: "a",
      source: "while (true);",
      metadata: {},
      outputs: [],
      execution_count: null,
    };
    writeFileSync(
      path.join(folder, "busy.ipynb"),
      JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }),
    );
    const mark = newMark();
    const run = spawn(process.execPath, [path.join(dist, "cli.js"), "run", "busy.ipynb"], {
      cwd: folder,
      env: { ...process.env, [variable]: mark },
      stdio: "ignore",
    });
    const gone = ended(run);
    while (marked(mark).length < 2) await sleep(2); // itself, and the kernel
    await sleep(milliseconds);
    run.kill(signal);
    await gone;
    await untilNoneIsLeft(mark);
    rmSync(folder, { recursive: true });
  });
}

/** Children of several kinds, which would go on for long. */
const startChildren = (mark: string) => `import { exec, execFile, spawn } from "node:child_process";
const env = { ...process.env, ${variable}: ${JSON.stringify(mark)} };
execFile("sleep", ["1000"], { env }, () => {});
exec("sleep 1000 & sleep 1000", { env }, () => {});
spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { env });
console.log("started");`;

type Death = (kernel: TestKernel) => unknown;
const inCell =
  (code: string): Death =>
  (kernel) =>
    kernel.run(code);

const deaths: Record<string, Death> = {
  "the supervisor is killed": (kernel) => kernel.process.kill("SIGKILL"),
  "the supervisor is asked to end": (kernel) => kernel.process.kill("SIGTERM"),
  "the supervisor is killed while a cell loops": async (kernel) => {
    void kernel
      .run("console.log('begun'); while (true);", () => kernel.process.kill("SIGKILL"))
      .catch(() => {});
  },
  "the client goes": (kernel) => kernel.process.disconnect(),
  "the client goes while a cell loops": async (kernel) => {
    void kernel.run("while (true);").catch(() => {});
    kernel.process.disconnect();
  },
  "the client shuts the kernel down": (kernel) => kernel.client.shutdown(),
  "the client restarts the kernel": (kernel) => kernel.client.shutdown(true),
  "a cell calls process.exit": inCell("process.exit(3)"),
  "a cell aborts": inCell("process.abort()"),
  "a cell kills its process": inCell('process.kill(process.pid, "SIGKILL"); await new Promise(() => {});'),
  "a cell crashes its process": inCell('process.kill(process.pid, "SIGSEGV"); await new Promise(() => {});'),
  "a cell fills the heap": inCell(
    "const all: unknown[] = []; while (true) all.push(new Array(1e5).fill(0.5));",
  ),
  "a cell closes the line": inCell(
    'import { closeSync } from "node:fs"; closeSync(3); await new Promise(() => {});',
  ),
};

for (const [what, die] of Object.entries(deaths)) {
  test(`the processes of cells end when ${what}`, { skip, timeout: hanging }, async () => {
    const kernel = startKernel({ env: { NODE_OPTIONS: "--max-old-space-size=500" } }); // which is soon full
    const gone = ended(kernel.process);
    const mark = newMark();
    await kernel.run(startChildren(mark));
    await untilOneIsThere(mark);
    await die(kernel);
    await untilNoneIsLeft(mark);
    if (kernel.process.connected) await kernel.stop().catch(() => {}); // it may be about to end by itself
    await gone;
    rmSync(kernel.folder, { recursive: true, force: true });
  });
}

test("an interrupt ends the processes of its cell, and those alone", { skip, timeout: hanging }, async () => {
  const kernel = startKernel();
  const [earlier, interrupted] = [newMark(), newMark()];
  await kernel.run(startChildren(earlier));
  await kernel.run(`${startChildren(interrupted)}\nawait new Promise(() => {});`, ({ content }) => {
    if ("text" in content && content.text.includes("started")) void kernel.client.interrupt();
  });
  await untilNoneIsLeft(interrupted);
  assert.ok(marked(earlier).length > 0);
  await kernel.stop();
  await untilNoneIsLeft(earlier);
});

test("a process that was started detached is left alone: it was meant to go on", {
  skip,
  timeout: hanging,
}, async () => {
  const kernel = startKernel();
  const mark = newMark();
  const { result } = await kernel.run(`import { spawn } from "node:child_process";
const env = { ...process.env, ${variable}: ${JSON.stringify(mark)} };
spawn("sleep", ["1000"], { env, detached: true, stdio: "ignore" }).pid`);
  await kernel.stop();
  assert.deepEqual(marked(mark), [Number(result)]);
  process.kill(Number(result));
  await untilNoneIsLeft(mark);
});
