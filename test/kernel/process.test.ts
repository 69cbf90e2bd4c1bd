// The runner as a process: its death is told and survived, a flood is bounded, and outputs leave a busy loop.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startKernel } from "./startKernel";

const kernel = startKernel();
after(() => kernel.stop());
const { run } = kernel;

const deaths: Record<string, [code: string, cause: RegExp]> = {
  "process.exit": ["process.exit(3)", /it exited with code 3/],
  "process.exit without a code": ["process.exit()", /process\.exit\(\) was called/],
  SIGKILL: [`process.kill(process.pid, "SIGKILL"); await new Promise(() => {})`, /SIGKILL.*want of memory/],
  "process.abort": ["process.abort()", /SIGABRT/],
  "an exhausted heap": [
    `const v8 = await import("node:v8"); v8.setFlagsFromString("--max-old-space-size=40");
const all: unknown[] = []; while (true) all.push(new Array(1000).fill({}));`,
    /SIGABRT.*exhausted heap/,
  ],
};
for (const [how, [code, cause]] of Object.entries(deaths)) {
  test(`the runner's death by ${how} is told, and the session goes on`, async () => {
    await run("const lost = 1;");
    const ran = await run(`console.log("before");\n${code}`);
    assert.equal(ran.reply.status, "error");
    assert.equal(ran.text("stdout"), "before\n");
    assert.match(ran.error, cause);
    assert.match(ran.error, /A fresh one has started: variables are gone/);
    const next = await run("typeof lost");
    assert.match(next.text("stderr"), /Cannot find name 'lost'/);
    assert.equal(next.result, "'undefined'");
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
