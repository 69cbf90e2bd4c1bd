// Controls in the real kernel: a reader's hand reaches cells that wait, that compute without a pause, and that have ended.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  type AnyPublication,
  type Comm,
  type ControlPanel,
  isMessage,
  type Json,
  Mime,
  type MimeBundle,
} from "../../kernel/protocol";
import { startKernel } from "./startKernel";

const kernel = startKernel();
after(() => kernel.stop());
const { client } = kernel;

type Watcher = (publication: AnyPublication) => void;

/** Runs a cell for somebody who can move its controls, or for nobody. */
async function run(code: string, watch: Watcher = () => {}, controls = true) {
  const publications: AnyPublication[] = [];
  const reply = await client.execute(
    `import { display, ui } from "bnlab";\n${code}`,
    (publication) => {
      publications.push(publication);
      watch(publication);
    },
    { controls },
  );
  const printed = publications.flatMap((each) => (isMessage(each, "stream") ? [each.content.text] : []));
  const errors = publications.flatMap((each) => (isMessage(each, "error") ? [each.content.evalue] : []));
  return { status: reply.content.status, publications, printed: printed.join(""), errors };
}

const bundleOf = (publication: AnyPublication): MimeBundle =>
  "data" in publication.content ? (publication.content.data as MimeBundle) : {};

/** The ids of the controls that an output shows. */
const idsIn = (publication: AnyPublication): string[] => {
  const panel = bundleOf(publication)[Mime.control] as ControlPanel | undefined;
  return panel?.controls.map(({ id }) => id) ?? [];
};

const move = (comm_id: string, state: Record<string, Json>) =>
  client.tell({ type: "comm_msg", content: { comm_id, data: { method: "update", state } } });
const click = (comm_id: string) =>
  client.tell({
    type: "comm_msg",
    content: { comm_id, data: { method: "custom", content: { event: "click" } } },
  });

/** Does something with the controls as soon as they show. */
const whenShown =
  (act: (...ids: string[]) => void): Watcher =>
  (publication) => {
    const ids = idsIn(publication);
    if (ids.length > 0) act(...ids);
  };

/** Resolves with the first publication that fits, which the watcher waits for. */
function waiting(fits: (publication: AnyPublication) => boolean): {
  watch: Watcher;
  seen: Promise<AnyPublication>;
} {
  let watch: Watcher = () => {};
  const seen = new Promise<AnyPublication>((resolve) => {
    watch = (publication) => {
      if (fits(publication)) resolve(publication);
    };
  });
  return { watch: (publication) => watch(publication), seen };
}

test("a loop that lets nothing else run reads what the reader's hand does", async () => {
  const { printed, status } = await run(
    `const rate = ui.slider(0, 100, { label: "rate" });
display(rate);
const seen = [rate.value];
while (rate.value !== 90) if (rate.value !== seen.at(-1)) { seen.push(rate.value); console.log("at", rate.value); }
console.log("end");`,
    (publication) => {
      for (const id of idsIn(publication)) move(id, { value: 10 });
      const text = isMessage(publication, "stream") ? publication.content.text : "";
      if (text.includes("at 10")) move(lastId, { value: 90 });
      for (const id of idsIn(publication)) lastId = id;
    },
  );
  assert.equal(status, "ok");
  assert.match(printed, /^at 10\n(at 90\n)?end\n$/);
});
let lastId = "";

test("what comes while a cell computes waits in no queue: the cell that asks gets the newest", async () => {
  const { printed } = await run(
    `const dial = ui.slider(0, 1000); display(dial);
while (dial.value !== 1000);
const seen = [];
for await (const value of dial) { seen.push(value); if (value === 7) break; }
console.log(seen.join());`,
    whenShown((id) => {
      for (let value = 0; value <= 1000; value += 10) move(id, { value });
      setTimeout(() => move(id, { value: 7 }), 300);
    }),
  );
  assert.equal(printed, "7\n");
});

test("a cell waits for a button, and a later one still counts it", async () => {
  const first = await run(
    `const go = ui.button("Go"); display(go);
console.log("pressed", await go.changed());`,
    whenShown((id) => {
      lastId = id;
      setTimeout(() => click(id), 100);
    }),
  );
  assert.equal(first.printed, "pressed 1\n");
  click(lastId);
  assert.equal((await run(`console.log(go.value);`)).printed, "2\n");
});

test("interact draws at once, and again in the same place for the newest value, after its cell's end too", async () => {
  const drawn = (text: string) => (publication: AnyPublication) => bundleOf(publication)[Mime.plain] === text;
  const last = waiting(drawn("'lr 0.9, deep'"));
  let ids: string[] = [];
  const { publications, status } = await run(
    `let draws = 0;
ui.interact({ lr: ui.slider(0, 1), depth: ui.select(["shallow", "deep"]) }, ({ lr, depth }) => {
  draws++;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  return \`lr \${lr}, \${depth}\`;
});`,
    (publication) => {
      if (idsIn(publication).length > 0) ids = idsIn(publication);
      last.watch(publication);
    },
  );
  assert.equal(status, "ok");
  assert.equal(ids.length, 2);
  const first = publications.find(drawn("'lr 0.5, shallow'"))!;
  assert.ok(isMessage(first, "display_data"));
  move(ids[1]!, { index: 1 });
  for (let value = 1; value <= 90; value++) move(ids[0]!, { value: value / 100 });
  const update = await last.seen;
  assert.ok(isMessage(update, "update_display_data"));
  assert.equal(update.content.transient?.display_id, first.content.transient?.display_id);
  const { printed } = await run("console.log(draws);");
  assert.ok(Number(printed) <= 10, `${printed} draws for 91 messages`);
});

test("an asynchronous drawing never runs twice at a time, and ends with the newest value", async () => {
  const last = waiting((each) => bundleOf(each)[Mime.plain] === "9");
  let id = "";
  await run(
    `let inside = 0, most = 0; const drawn: number[] = [];
ui.interact({ x: ui.slider(0, 9) }, async ({ x }) => {
  most = Math.max(most, ++inside);
  await new Promise((resolve) => setTimeout(resolve, 80));
  inside--; drawn.push(x);
  return x;
});`,
    (publication) => {
      for (const each of idsIn(publication)) id = each;
      last.watch(publication);
    },
  );
  for (let value = 0; value <= 9; value++) {
    move(id, { value });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await last.seen;
  const { printed } = await run("console.log(most, drawn.length < 10, drawn.at(-1));");
  assert.equal(printed, "1 true 9\n");
});

test("an error stands in the drawing's place until the next drawing; the first one is the cell's", async () => {
  const failed = waiting((each) => String(bundleOf(each)[Mime.html]).includes("RangeError: too far"));
  const mended = waiting((each) => bundleOf(each)[Mime.plain] === "3");
  let id = "";
  const watch: Watcher = (publication) => {
    for (const each of idsIn(publication)) id = each;
    failed.watch(publication);
    mended.watch(publication);
  };
  const cell = (first: number) =>
    `ui.interact({ x: ui.slider(0, 9, { value: ${first} }) }, ({ x }) => { if (x > 5) throw new RangeError("too far"); return x; });`;
  const { status, publications } = await run(cell(1), watch);
  assert.equal(status, "ok");
  move(id, { value: 8 });
  const shown = await failed.seen;
  assert.match(String(bundleOf(shown)[Mime.plain]), /RangeError: too far[\s\S]*> \d+ \| ui\.interact/);
  assert.ok(isMessage(shown, "update_display_data"), "in its place");
  assert.ok(!publications.some((each) => isMessage(each, "error")));
  move(id, { value: 3 });
  await mended.seen;
  const refused = await run(cell(9));
  assert.deepEqual([refused.status, refused.errors], ["error", ["too far"]]);
});

test("what a callback prints and throws after its cell's end is under its own cell", async () => {
  const printed = waiting((each) => isMessage(each, "stream") && each.content.text.includes("now 4"));
  const failed = waiting((each) => isMessage(each, "error") && each.content.evalue === "four");
  let id = "";
  await run(
    `const own = ui.slider(0, 9); display(own);
own.onChange(async (value) => { console.log("now", value); await null; throw new Error("four"); });`,
    (publication) => {
      for (const each of idsIn(publication)) id = each;
      printed.watch(publication);
      failed.watch(publication);
    },
  );
  await run("1;");
  move(id, { value: 4 });
  await printed.seen;
  await failed.seen;
});

test("an interrupt ends a wait, and what controls draw goes on", async () => {
  let id = "";
  const drawn = waiting((each) => bundleOf(each)[Mime.plain] === "'at 2'");
  await run(
    `const kept = ui.slider(0, 9);
ui.interact({ kept }, ({ kept }) => { if (kept === 1) while (true); return \`at \${kept}\`; });`,
    (publication) => {
      for (const each of idsIn(publication)) id = each;
      drawn.watch(publication);
    },
  );
  const waits = await run("await kept.changed();", (publication) => {
    if (isMessage(publication, "execute_input")) setTimeout(() => void client.interrupt(), 200);
  });
  assert.equal(waits.status, "error");
  // One that never ends, while a cell waits.
  const stuck = await run("await new Promise((resolve) => setTimeout(resolve, 60_000));", (publication) => {
    if (!isMessage(publication, "execute_input")) return;
    setTimeout(() => move(id, { value: 1 }), 100);
    setTimeout(() => void client.interrupt(), 400);
  });
  assert.equal(stuck.status, "error");
  move(id, { value: 2 });
  await drawn.seen;
});

test("code moves a control: its pages hear of the last state, and one that is wrong hears how it stands", async () => {
  const heard: Comm["content"]["data"][] = [];
  const { status } = await run(
    `const gauge = ui.slider(0, 100_000, { value: 0 }); display(gauge);
for (let i = 1; i <= 100_000; i++) gauge.value = i;`,
    (publication) => {
      if (isMessage(publication, "comm_msg")) heard.push(publication.content.data);
    },
  );
  assert.equal(status, "ok");
  assert.deepEqual(heard.at(-1)?.state, { step: 1, value: 100_000 });
  assert.ok(heard.length < 50_000, `${heard.length} messages`);
});

test("for nobody: what is there runs through, and interact draws once", async () => {
  const { printed, status, publications } = await run(
    `const rate = ui.slider(0, 1); display(rate);
console.log(rate.value, await rate.changed());
for await (const value of rate) console.log("moved", value);
ui.interact({ x: ui.checkbox({ value: true }) }, ({ x }) => x);`,
    undefined,
    false,
  );
  assert.equal(status, "ok");
  assert.equal(printed, "0.5 0.5\n");
  assert.equal(publications.filter((each) => bundleOf(each)[Mime.plain] === "true").length, 1);
});

test("a control without a page that shows it says so", async () => {
  const { errors } = await run(`await ui.slider(0, 1, { label: "rate" }).changed();`);
  assert.match(errors[0]!, /changed: "rate" is not shown, so that nobody can move it; display\(it\) first/);
});

test("when the cells' process has died, controls are closed for all", async () => {
  const closed: string[] = [];
  const { publications } = await run(
    `display(ui.slider(0, 1)); setTimeout(() => process.exit(3), 100); await new Promise(() => {});`,
    (publication) => {
      if (isMessage(publication, "comm_close")) closed.push(publication.content.comm_id);
    },
  );
  const id = publications.flatMap(idsIn)[0]!;
  assert.ok(closed.includes(id));
  const info = await client.request("comm_info_request", {});
  assert.deepEqual((info.content as { comms: object }).comms, {});
});

test("what a reader expects is kept, compared with what comes out, and compared anew when it is changed after that", async () => {
  const texts = (publications: readonly AnyPublication[]) =>
    publications.map((each) => String(bundleOf(each)[Mime.plain] ?? ""));
  const later = waiting((each) => texts([each])[0]!.startsWith("✓"));
  let id = "";
  const show = whenShown((shown) => {
    id = shown;
    move(id, { index: 1 });
  });
  const { status } = await run(
    `import { lesson } from "bnlab";\nlesson.expect("00-plateau");\nawait new Promise((resolve) => setTimeout(resolve, 200));`,
    (publication) => {
      show(publication);
      later.watch(publication);
    },
  );
  assert.equal(status, "ok");
  const { publications } = await run(`lesson.outcome("00-plateau", "guessing");`);
  assert.ok(
    texts(publications).some((text) => text.startsWith("≠")),
    texts(publications).join(),
  );
  move(id, { index: 3 });
  assert.equal((await later.seen).header.msg_type, "update_display_data");
});
