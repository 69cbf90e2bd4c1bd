// An interrupt stops whatever a cell is doing, and keeps what it and the cells before it made.
import assert from "node:assert/strict";
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

test("an interrupt between cells harms nothing", async () => {
  await kernel.client.interrupt();
  assert.equal((await kernel.run("kept.here")).result, "true");
});

test("a cell that waits in native code forever costs the process, and the message says so", async () => {
  const running = kernel.run(
    `import { spawnSync } from "node:child_process";
console.log("begun");
spawnSync("sleep", ["60"]);`,
    ({ content }) => {
      if ("text" in content) void kernel.client.interrupt();
    },
  );
  const ran = await running;
  assert.match(ran.error, /did not stop within 3 s of the interrupt and was killed.*variables are gone/);
  assert.equal((await kernel.run("1 + 1")).result, "2");
});
