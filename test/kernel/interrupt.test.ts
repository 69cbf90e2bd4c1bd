// An interrupt stops whatever a cell is doing, and keeps what it and the cells before it made.
import assert from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { startKernel } from "./startKernel";

const kernel = startKernel();
after(() => kernel.stop());
before(() =>
  kernel.run(`
let turns = 0;
const kept = { here: true };
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));`),
);

const endless: Record<string, string> = {
  "a synchronous loop": "while (true) turns++;",
  "a loop reached after an await": "await null;\nwhile (true) turns++;",
  "an endless loop of awaits": "while (true) { await null; turns++; }",
  "a loop that catches everything":
    "while (true) { try { while (true) turns++; } catch {} finally { turns++; } }",
  "a loop of long native calls":
    "while (true) { JSON.stringify(Array.from({ length: 1e5 }, (_, i) => i)); turns++; }",
  "a loop over an endless async iterator":
    "async function* all() { while (true) yield turns++; }\nfor await (const one of all()) void one;",
  "a loop of timers": "while (true) { await sleep(2); turns++; }",
  "a loop of timers that catches everything": "while (true) { try { await sleep(2); turns++; } catch {} }",
  "a loop over node:timers/promises":
    'import { setInterval as every } from "node:timers/promises";\nfor await (const _ of every(2)) turns++;',
  "an interval": "setInterval(() => turns++, 2);\nawait new Promise(() => {});",
  "a promise that never settles": "turns++;\nawait new Promise(() => {});",
  "a recursive microtask":
    "const again = (): unknown => { turns++; return Promise.resolve().then(again); };\nawait again();",
  "a queue of microtasks that feeds itself":
    "const more = () => queueMicrotask(() => { turns++; more(); });\nmore();\nawait new Promise(() => {});",
  "process.nextTick that feeds itself":
    "const tick = () => process.nextTick(() => { turns++; tick(); });\ntick();\nawait new Promise(() => {});",
  "setImmediate that feeds itself":
    "const turn = () => setImmediate(() => { turns++; turn(); });\nturn();\nawait new Promise(() => {});",
  "a regular expression that backtracks without end": 'turns++;\n/^(a+)+$/.test("a".repeat(60) + "b");',
  "a generator without end": "function* all() { while (true) yield turns++; }\n[...all()];",
  "a comparison that never returns":
    "turns++;\nArray.from({ length: 9 }, Math.random).sort(() => { while (true); });",
  "a value that hangs while it is shown":
    'turns++;\n({ [Symbol.for("nodejs.util.inspect.custom")]() { while (true); } })',
  "a value that waits while it is shown":
    'turns++;\n({ async [Symbol.for("Jupyter.display")]() { while (true) await null; } })',
  "a flood of prints": "while (true) { console.log(turns++); }",
  "a flood of updates": "const shown = display(0);\nwhile (true) shown.update(turns++);",
  "a wait on shared memory": "turns++;\nAtomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
  "a wait for a thread that never ends":
    'import { Worker } from "node:worker_threads";\nturns++;\nconst worker = new Worker("setInterval(() => {}, 1000)", { eval: true });\nawait new Promise((resolve) => worker.on("exit", resolve));',
  "a wait for a child process":
    'import { spawn } from "node:child_process";\nturns++;\nconst child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);\nprocess.on("exit", () => child.kill());\nawait new Promise((resolve) => child.on("exit", resolve));',
  "a server that listens":
    'import http from "node:http";\nturns++;\nconst server = http.createServer().listen(0);\nawait new Promise((resolve) => server.on("close", resolve));',
  "a progress bar": 'import { progress } from "bnlab";\nfor (const n of progress(1e12)) turns += n;',
  "a file that is imported and never done":
    'const { writeFileSync } = await import("node:fs");\nwriteFileSync("never.ts", "await new Promise(() => {});");\nturns++;\nawait import("./never");',
  "a file that is imported and loops":
    'const { writeFileSync: write } = await import("node:fs");\nwrite("loops.ts", "while (true) {}");\nturns++;\nawait import("./loops");',
  "a training loop":
    'import { nn, optim, randint, randn } from "bnlab";\nconst model = new nn.Sequential(new nn.Linear(64, 64), new nn.BatchNorm1d(64), new nn.ReLU(), new nn.Linear(64, 10));\nconst sgd = new optim.SGD(model.parameters(), { lr: 0.01 });\nwhile (true) { const loss = nn.functional.crossEntropy(model.forward(randn([256, 64])), randint(0, 10, [256])); sgd.zeroGrad(); loss.backward(); sgd.step(); turns++; }',
  "a product of large matrices":
    'import { randn } from "bnlab";\nconst big = randn([1500, 1500]);\nwhile (true) { big.matmul(big); turns++; }',
};

for (const [what, code] of Object.entries(endless)) {
  test(what, async () => {
    // The cell says that it has begun; the interrupt comes while it goes on.
    const running = kernel.run(`console.log("begun");\n${code}`, ({ content }) => {
      if ("text" in content && content.text.includes("begun"))
        setTimeout(() => kernel.client.interrupt(), 50);
    });
    const queued = kernel.run("'queued'");
    const ran = await running;
    assert.equal(ran.reply.status, "error");
    assert.equal(ran.reply.status === "error" && ran.reply.ename, "Interrupted");
    assert.match(ran.error, /the cell was stopped; all variables are kept/);
    assert.equal((await queued).reply.status, "aborted");
    const next = await kernel.run(
      "const noted = turns;\nawait sleep(30);\n[kept.here, turns > 0, turns === noted]",
    );
    assert.equal(next.result, "[ true, true, true ]", "kept, had run, runs no longer");
  });
}

test("what the interrupted cell had declared is there", async () => {
  const running = kernel.run(
    "const done = 'before the loop';\nconsole.log('begun');\nwhile (true);",
    ({ content }) => {
      if ("text" in content) void kernel.client.interrupt();
    },
  );
  await running;
  assert.equal((await kernel.run("done")).result, "'before the loop'");
});

test("an interrupt in the middle of noGrad leaves the model trained so far, and recording on", async () => {
  const running = kernel.run(
    `import { isGradEnabled, nn, noGrad, randn } from "bnlab";
const net = new nn.BatchNorm1d(4);
console.log("begun");
noGrad(() => { while (true) net.forward(randn([8, 4])); });`,
    ({ content }) => {
      if ("text" in content) setTimeout(() => kernel.client.interrupt(), 50);
    },
  );
  assert.match((await running).error, /the cell was stopped; all variables are kept/);
  const next = await kernel.run(
    "[net.numBatchesTracked!.item() > 0, isGradEnabled(), net.forward(randn([8, 4])).requiresGrad]",
  );
  assert.equal(next.result, "[ true, true, true ]");
});

test("what feeds itself is stopped for good, time after time: timers of later cells come", async () => {
  for (let round = 0; round < 6; round++) {
    const running = kernel.run(
      "console.log('begun');\nconst feed = () => process.nextTick(() => { turns++; feed(); });\nfeed();\nawait new Promise(() => {});",
      ({ content }) => {
        if ("text" in content) setTimeout(() => kernel.client.interrupt(), 20);
      },
    );
    assert.match((await running).error, /all variables are kept/);
    assert.equal((await kernel.run("await sleep(5);\n'slept'")).result, "'slept'");
  }
});

test("an interrupt between cells harms nothing", async () => {
  await kernel.client.interrupt();
  assert.equal((await kernel.run("kept.here")).result, "true");
});

/** A call that waits in the system, where nothing can stop it, until somebody opens the other end. */
const nativeWait = `import { execFileSync } from "node:child_process";
import { openSync } from "node:fs";
execFileSync("mkfifo", ["gate"]);
console.log("begun");
openSync("gate", "r");`;

function interruptAtBegin(code: string, told: () => void) {
  return kernel.run(code, ({ content }) => {
    if (!("text" in content)) return;
    if (content.text.includes("begun")) void kernel.client.interrupt();
    if (content.text.includes("interrupt again to end the kernel")) told();
  });
}

test("one native call that goes on is waited for, told of, and variables are kept", async () => {
  const ran = await interruptAtBegin(nativeWait, () =>
    closeSync(openSync(path.join(kernel.folder, "gate"), "w")),
  );
  assert.match(ran.text("stderr"), /still in a native call/);
  assert.match(ran.error, /the cell was stopped; all variables are kept/);
  assert.equal((await kernel.run("kept.here")).result, "true");
});

test("the second interrupt, after it has been told, ends the process, and the message says so", async () => {
  const ran = await interruptAtBegin(
    nativeWait.replaceAll("gate", "wall"),
    () => void kernel.client.interrupt(),
  );
  assert.match(ran.error, /killed by the second interrupt.*variables are gone/);
  assert.equal((await kernel.run("1 + 1")).result, "2");
});

test("interrupts in a hurry, before anything was told, end no process", async () => {
  const running = interruptAtBegin(
    "await null;\nconst hurried = 1;\nconsole.log('begun');\nwhile (true);",
    () => {},
  );
  for (let i = 0; i < 5; i++) await kernel.client.interrupt();
  assert.match((await running).error, /Interrupted|Cannot find/);
  assert.equal((await kernel.run("1 + 1")).result, "2");
});
