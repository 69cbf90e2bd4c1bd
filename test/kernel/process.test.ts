// The runner as a process: its death is told and survived, a flood is bounded, and outputs leave a busy loop.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startKernel } from "./startKernel";

const kernel = startKernel();
after(() => kernel.stop());
const { run } = kernel;

const deaths: Record<string, [code: string, cause: RegExp]> = {
  "process.exit": ["process.exit(3)", /it exited with code 3/],
  "a shell's word for SIGTRAP": ["process.exit(133)", /it aborted \(SIGTRAP\)/],
  "a shell's word for SIGABRT": ["process.exit(134)", /it aborted \(SIGABRT\)/],
  "process.exit without a code": ["process.exit()", /process\.exit\(\) was called/],
  SIGKILL: [`process.kill(process.pid, "SIGKILL"); await new Promise(() => {})`, /SIGKILL.*want of memory/],
  "process.abort": ["process.abort()", /SIGABRT/],
  "an exhausted heap": [
    "const all: unknown[] = []; while (true) all.push(new Array(1e7).fill(0.5));",
    /SIGABRT.*exhausted heap/,
  ],
  "a segmentation fault": [
    `process.kill(process.pid, "SIGSEGV"); await new Promise(() => {})`,
    /it ended by signal SIGSEGV/,
  ],
  SIGTERM: [
    `process.kill(process.pid, "SIGTERM"); await new Promise(() => {})`,
    /it ended by signal SIGTERM/,
  ],
  "closing the line to its supervisor": [
    `import { closeSync } from "node:fs"; await new Promise((resolve) => setTimeout(resolve, 100)); closeSync(3); await new Promise(() => {})`,
    /it closed the line to its supervisor/,
  ],
  "process.exit in a timer": [
    "setTimeout(() => process.exit(5), 1); await new Promise(() => {})",
    /it exited with code 5/,
  ],
  "process.exit deep in asynchronous code": [
    "await Promise.all([1, 2].map(async (n) => { await null; process.exit(n); }))",
    /it exited with code 1/,
  ],
};
for (const [how, [code, cause]] of Object.entries(deaths)) {
  test(`the runner's death by ${how} is told, and the session goes on`, async () => {
    await run("const lost = 1;");
    const ran = await run(`console.log("before");\n${code}`);
    assert.equal(ran.reply.status, "error");
    assert.equal(ran.text("stdout"), "before\n");
    const said = ran.text("stderr").split("\n").filter(Boolean);
    assert.ok(
      how === "process.abort" || said.every((line) => line.startsWith("FATAL ERROR: ")),
      said.join("\n"),
    );
    assert.match(ran.error, cause);
    assert.match(ran.error, /A fresh one has started: variables are gone/);
    const next = await run("typeof lost");
    assert.match(next.text("stderr"), /Cannot find name 'lost'/);
    assert.equal(next.result, "'undefined'");
  });
}

const survived: Record<string, [code: string, shown: RegExp]> = {
  "infinite recursion": [
    "const deeper = (): number => 1 + deeper();\ndeeper()",
    /RangeError: Maximum call stack size/,
  ],
  "an array that no memory holds": ["new Float64Array(2 ** 40)", /RangeError: Invalid typed array length/],
  "a string that is too long": [`"x".repeat(2 ** 30)`, /RangeError: Invalid string length/],
  "a worker thread that runs out of memory": [
    `import { Worker } from "node:worker_threads";
const greedy = "const all = []; while (true) all.push(new Array(1e4).fill(1))";
await new Promise((_, reject) => new Worker(greedy, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 20 } }).on("error", reject))`,
    /reaching memory limit/,
  ],
  "an error event that nobody listens to": [
    `import { EventEmitter } from "node:events";
setTimeout(() => new EventEmitter().emit("error", new Error("unheard")), 1);
await new Promise((resolve) => setTimeout(resolve, 30))`,
    /Error: unheard/,
  ],
  "an exit that a listener stops": [
    `process.once("exit", () => { throw new Error("not yet"); });\nprocess.exit(4)`,
    /Error: not yet/,
  ],
  "a working folder that is gone": [
    `import fs from "node:fs";
const home = process.cwd();
fs.mkdirSync("gone"); process.chdir("gone"); fs.rmdirSync("../gone");
try { process.cwd(); } finally { process.chdir(home); }`,
    /ENOENT.*uv_cwd/,
  ],
};
for (const [what, [code, shown]] of Object.entries(survived)) {
  test(`${what} is an error like any other: variables are kept`, async () => {
    await run("const treasure = 'kept';");
    assert.match((await run(code)).error, shown);
    assert.equal((await run("treasure")).result, "'kept'");
  });
}

test("a death between cells is shown below the cell that left it behind", async () => {
  let told: (text: string) => void;
  const shown = new Promise<string>((resolve) => {
    told = resolve;
  });
  await run("setTimeout(() => process.exit(9), 20);", ({ content }) => {
    if ("traceback" in content) told(content.traceback.join("\n"));
  });
  assert.match(await shown, /it exited with code 9/);
  assert.equal((await run("2 + 2")).result, "4");
});

test("a million lines are bounded: the beginning, a note, and the end", async () => {
  const ran = await run(`for (let i = 0; i < 1_000_000; i++) console.log("line", i);\n'done'`);
  assert.equal(ran.result, "'done'");
  const printed = ran.text("stdout");
  assert.ok(printed.length < 1.1 * 2 ** 20, `${printed.length} characters`);
  assert.ok(printed.startsWith("line 0\nline 1\n"));
  assert.ok(printed.endsWith("line 999999\n"));
  assert.match(ran.text("stderr"), /[\d,]{9,} characters left out/);
  assert.ok(ran.publications.length < 1000, `${ran.publications.length} messages`);
});

/** What a cell does far too often, how many messages that may be, and what is said of the rest. */
const floods: Record<string, [code: string, messages: number, note: RegExp]> = {
  displays: [
    "for (let i = 0; i < 50_000; i++) display(i);",
    1_010,
    /49,000 outputs left out: a cell may show 1,000/,
  ],
  "large displays": [
    `const wide = "y".repeat(2 ** 21); for (let i = 0; i < 100; i++) display.text(wide);`,
    50,
    /[67]\d outputs left out: a cell may show 1,000, of 67,108,864 characters/,
  ],
  "errors in timers": [
    `for (let i = 0; i < 3_000; i++) setTimeout(() => { throw new Error(String(i)); });
await new Promise((resolve) => setTimeout(resolve, 300));`,
    1_010,
    /2,000 outputs left out/,
  ],
  "one print without end": [
    `process.stdout.write("x".repeat(50_000_000));`,
    20,
    /48,9\d\d,\d{3} characters left out/,
  ],
  "a child process's prints": [
    `import { spawnSync } from "node:child_process";
spawnSync(process.execPath, ["-e", "for (let i = 0; i < 1e6; i++) console.log('from a child', i)"], { stdio: "inherit" });`,
    2_000,
    /[\d,]{9,} characters left out/,
  ],
  "pictures that replace each other": [
    "for (let i = 0; i < 20_000; i++) { clearOutput({ wait: true }); display(i); }",
    5_000,
    /^$/,
  ],
  "prints that are cleared": [
    "for (let i = 0; i < 20_000; i++) { clearOutput(); console.log(i); }",
    5_000,
    /^$/,
  ],
};
for (const [what, [code, messages, note]] of Object.entries(floods)) {
  test(`a flood of ${what} is bounded, and what is left out is told`, async () => {
    const ran = await run(code);
    assert.equal(ran.reply.status, what.startsWith("errors") ? "error" : "ok");
    assert.ok(ran.publications.length < messages, `${ran.publications.length} messages`);
    assert.match(ran.text("stderr"), note);
  });
}

test("an animation by clearing ends with its last picture", async () => {
  const ran = await run("for (let i = 0; i <= 3_000; i++) { clearOutput({ wait: true }); display(i); }");
  const last = ran.publications.findLast(({ header }) => header.msg_type === "display_data");
  assert.equal((last!.content as { data: Record<string, unknown> }).data["text/plain"], "3000");
});

test("many small prints travel together, and none is lost", async () => {
  const ran = await run("for (let i = 0; i < 20_000; i++) process.stdout.write('.');");
  assert.equal(ran.text("stdout").length, 20_000);
  assert.ok(ran.publications.length < 500, `${ran.publications.length} messages`);
});

test("a display is updated while a synchronous loop runs, and ends in its last state", async () => {
  // The loop goes on until a file appears that is written when an update has arrived: the cell ends only if one does.
  const { writeFileSync } = await import("node:fs");
  const updates: unknown[] = [];
  const ran = await run(
    `import { existsSync } from "node:fs";
const chart = display({ step: 0 });
let steps = 0;
while (!existsSync("update-has-arrived")) chart.update({ step: ++steps });
console.log("left the loop");
for (let i = 0; i < 5000; i++) chart.update({ step: ++steps });
chart.update("last");`,
    ({ header, content }) => {
      if (header.msg_type !== "update_display_data" || !("data" in content)) return;
      updates.push(content.data["text/plain"]);
      if (updates.length === 2) writeFileSync(`${kernel.folder}/update-has-arrived`, "");
    },
  );
  assert.equal(ran.text("stdout"), "left the loop\n");
  assert.equal(updates.at(-1), "'last'");
  const ids = ran.publications.flatMap(({ content }) =>
    "transient" in content ? [content.transient?.display_id] : [],
  );
  assert.equal(new Set(ids).size, 1);
  assert.ok(
    updates.length < 2500,
    `${updates.length} updates of many thousands: the stale ones are not sent`,
  );
});

test("prints leave a busy loop one by one", async () => {
  const { writeFileSync } = await import("node:fs");
  const ran = await run(
    `import { existsSync } from "node:fs";
console.log("waiting");
while (!existsSync("print-has-arrived"));`,
    ({ content }) => {
      if ("text" in content && content.text === "waiting\n")
        writeFileSync(`${kernel.folder}/print-has-arrived`, "");
    },
  );
  assert.equal(ran.reply.status, "ok");
});

test("a live figure is drawn whole at the cell's end, before the reply", async () => {
  const ran = await run(`import { plot } from "bnlab";
const live = plot.live(plot.loss());
for (let step = 0; step < 3; step++) live.append("run", step, 4 - step);
"result"`);
  const shown = ran.publications.flatMap(({ content }) =>
    "data" in content ? [content.data["text/plain"]] : [],
  );
  assert.match(String(shown[0]), /^Empty chart/);
  assert.equal(shown.at(-2), "'result'");
  assert.match(String(shown.at(-1)), /run: 3 points, x 0 to 2, y 2 to 4, last 2$/);
});

test("output that comes after its cell's end belongs to that cell", async () => {
  let told: (text: string) => void;
  const late = new Promise<string>((resolve) => {
    told = resolve;
  });
  await run("setTimeout(() => console.log('late'), 20);", ({ content }) => {
    if ("text" in content) told(content.text);
  });
  assert.equal(await late, "late\n");
});

test("clearOutput and display's forms", async () => {
  const ran = await run(`
display.markdown("**m**"); clearOutput({ wait: true }); display.html("<i>h</i>"); display.json({ a: [1] });`);
  const kinds = ran.publications.map(({ header, content }) =>
    "data" in content ? Object.keys(content.data)[0] : header.msg_type,
  );
  // What is cleared at once may not have been sent at all.
  assert.deepEqual(
    kinds.filter((kind) => kind !== "status" && kind !== "execute_input" && kind !== "text/markdown"),
    ["clear_output", "text/html", "application/json"],
  );
});
