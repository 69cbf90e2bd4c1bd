// What cells show: forms, handles, tables, pictures, progress bars, questions, and tslab's own display.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  type AnyPublication,
  isMessage,
  Mime,
  type MimeBundle,
  type ProgressBar,
  type ProgressBars,
  type TensorSummary,
} from "../../kernel/protocol";
import { type Ran, startKernel } from "./startKernel";

const kernel = startKernel();
after(() => kernel.stop());
const { run } = kernel;

/** The bundles that a cell has shown, each as it was in the end. */
function shown({ publications }: Ran): MimeBundle[] {
  const outputs = new Map<string, MimeBundle>();
  for (const [i, publication] of publications.entries()) {
    if (!("data" in publication.content)) continue;
    const { data, transient } = publication.content as {
      data: MimeBundle;
      transient?: { display_id?: string };
    };
    outputs.set(transient?.display_id ?? String(i), data);
  }
  return [...outputs.values()];
}

const firstMimes = (ran: Ran) => shown(ran).map((bundle) => Object.keys(bundle)[0]);

test("display has a method a form, and its handle the same ones to replace it", async () => {
  const ran = await run(`
const bytes = new Uint8Array([1, 2, 3]);
display.html("<b>b</b>"); display.markdown("*m*"); display.latex("$x$"); display.svg("<svg/>");
display.png(bytes); display.jpeg(bytes); display.gif(bytes);
display.json({ a: [1] }); display.text("t"); display.table([{ a: 1 }]); display.raw({ "text/x-own": "o" });
display("replaced").update.table({ a: [1, 2] });`);
  assert.equal(ran.error + ran.text("stderr"), "");
  assert.deepEqual(firstMimes(ran), [
    Mime.html,
    Mime.markdown,
    Mime.latex,
    Mime.svg,
    Mime.png,
    "image/jpeg",
    "image/gif",
    Mime.json,
    Mime.plain,
    Mime.html,
    "text/x-own",
    Mime.html,
  ]);
  assert.equal(shown(ran)[4]![Mime.png], "AQID");
  assert.equal(shown(ran).at(-1)![Mime.plain], "a\n1\n2");
});

test("a later cell changes what an earlier one has shown", async () => {
  await run("const earlier = display('first');");
  const { publications } = await run("earlier.update.markdown('**second**')");
  const update = publications.find((publication) => isMessage(publication, "update_display_data"))!;
  assert.equal((update.content as { data: MimeBundle }).data[Mime.markdown], "**second**");
});

test("a tensor: its summary, HTML for pages without our renderer, and its text; few numbers are text alone", async () => {
  const ran = await run(`
import { arange, tensor } from "bnlab";
display(arange(60).reshape([3, 4, 5]).mul(0.5));
display(tensor([1, 2]));
display(new Float64Array(40).fill(Number.NaN));`);
  const [cube, few, nans] = shown(ran);
  assert.deepEqual(Object.keys(cube!).sort(), [Mime.tensor, Mime.html, Mime.plain].sort());
  const { text, tiles, ...summary } = cube![Mime.tensor] as unknown as TensorSummary;
  assert.deepEqual(
    { ...summary, histogram: summary.histogram?.counts.length },
    {
      type: "Tensor",
      shape: [3, 4, 5],
      dtype: "float32",
      bytes: 240,
      statistics: { min: 0, max: 29.5, mean: 14.75, std: Math.sqrt(305) / 2, nan: 0, infinite: 0 },
      histogram: 48,
    },
  );
  assert.equal(text, cube![Mime.plain]);
  assert.deepEqual([tiles.rows, tiles.columns, tiles.levels.length], [4, 5, 3]);
  const levels = tiles.levels.map((tile) => [...Buffer.from(tile, "base64")]);
  assert.deepEqual([levels[0]![0], levels[2]![19], levels.flat().length], [1, 255, 60]);
  assert.match(String(cube![Mime.html]), /<b>Tensor \[3, 4, 5\]<\/b> · float32 · 240 B/);
  assert.deepEqual(Object.keys(few!), [Mime.plain]);
  const broken = nans![Mime.tensor] as unknown as TensorSummary;
  assert.deepEqual([broken.histogram, broken.statistics.nan, broken.statistics.mean], [null, 40, null]);
  assert.match(String(nans![Mime.html]), /<th>NaN<\/th>/);
});

test("what a large tensor shows stays small", async () => {
  const ran = await run("import { zeros } from 'bnlab';\ndisplay(zeros([50, 3, 200, 300]));");
  assert.ok(JSON.stringify(shown(ran)[0]).length < 40_000);
});

test("a display as the last expression is shown once", async () => {
  const ran = await run("display('once')");
  assert.deepEqual([shown(ran).length, ran.result], [1, undefined]);
});

test("the last expression: arrays, typed arrays, maps, errors, records, pictures", async () => {
  assert.equal((await run("[1, 'a', [2]]")).result, "[ 1, 'a', [ 2 ] ]");
  assert.equal((await run("new Float32Array([1.5, 2])")).result, "Float32Array(2) [ 1.5, 2 ]");
  assert.equal((await run("new Map([['a', new Set([1])]])")).result, "Map(1) { 'a' => Set(1) { 1 } }");
  assert.match((await run("new Array(100_000).fill(7)")).result!, /99900 more items/);
  const error = await run("new RangeError('shown, not thrown')");
  assert.equal(error.reply.status, "ok");
  assert.match(error.result!, /^RangeError: shown, not thrown\n {4}at Cell \d+, line 1, column 1$/);
  const records = await run("[{ layer: 'fc', weights: 200 }, { layer: 'bn', weights: 4 }]");
  assert.deepEqual(firstMimes(records), [Mime.html]);
  assert.match(records.result!, /layer: 'fc', weights: 200/);
  const picture = await run(`Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)`);
  assert.deepEqual(firstMimes(picture), [Mime.png]);
});

test("a formula without delimiters is one as a whole", async () => {
  const ran = await run(
    String.raw`display.latex("\\frac{a}{b}"); display.latex("with $x$"); display.latex("\\begin{cases}1\\end{cases}");`,
  );
  assert.equal(ran.error + ran.text("stderr"), "");
  const formulas = shown(ran).map((bundle) => bundle[Mime.latex]);
  assert.deepEqual(formulas, [
    String.raw`$$\frac{a}{b}$$`,
    "with $x$",
    String.raw`\begin{cases}1\end{cases}`,
  ]);
});

test("tslab's display, unchanged", async () => {
  const cells = [
    `import * as tslab from "tslab";\nimport { Buffer } from "node:buffer";`,
    `tslab.display.html("<i>html</i>"); tslab.display.markdown("*md*"); tslab.display.latex("$y$"); tslab.display.text("plain");`,
    `tslab.display.svg("<svg/>"); tslab.display.javascript("1"); tslab.display.png(Buffer.from([9])); tslab.display.raw("image/jpeg", Buffer.from([8]));`,
    `const place = tslab.newDisplay(); place.text("first"); place.html("<b>last</b>"); tslab.display.text("below");`,
  ];
  const rans: Ran[] = [];
  for (const cell of cells) rans.push(await run(cell));
  assert.equal(rans.map((ran) => ran.error + ran.text("stderr")).join(""), "", "typed as tslab's own");
  assert.deepEqual(firstMimes(rans[1]!), [Mime.html, Mime.markdown, Mime.latex, Mime.plain]);
  assert.deepEqual(shown(rans[2]!), [
    { [Mime.svg]: "<svg/>" },
    { "text/javascript": "1" },
    { [Mime.png]: "CQ==" },
    { "image/jpeg": "CA==" },
  ]);
  assert.deepEqual(shown(rans[3]!), [{ [Mime.html]: "<b>last</b>" }, { [Mime.plain]: "below" }]);
  assert.equal((await run(`const lab = require("tslab");\nlab.display === tslab.display`)).result, "true");
  assert.match((await run("tslab.display.html(5)")).text("stderr"), /TS2345/);
  assert.match((await run("tslab.versions")).result!, /node: 'v\d+/);
});

test("what tslab's introduction does: classes, top-level await, an unawaited promise", async () => {
  await run(`interface Greeting { text(): string }
class Greeter implements Greeting { constructor(private name: string) {} text(): string { return \`Hello, \${this.name}!\`; } }
const greet = (g: Greeting) => console.log(g.text());
let sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));`);
  assert.equal((await run("greet(new Greeter('tslab'))")).text("stdout"), "Hello, tslab!\n");
  assert.equal(
    (await run("let slept = false;\nsetTimeout(() => { slept = true; });\nawait sleep(20);\nslept")).result,
    "true",
  );
  assert.equal((await run("sleep(5)")).result, "Promise { <pending> }");
  assert.equal((await run("{\n  const n = 3;\n  console.log(n);\n}")).text("stdout"), "3\n");
});

/** The bars of a cell's only progress output, in each state that was sent. */
function bars({ publications }: Ran): ProgressBar[][] {
  return publications.flatMap(({ content }) =>
    "data" in content && Mime.progress in content.data
      ? [(content.data[Mime.progress] as ProgressBars).bars]
      : [],
  );
}

test("progress over a list, a count, an asynchronous source; the end is always shown", async () => {
  await run(`import { data, progress, randn } from "bnlab";`);
  const list = bars(
    await run(`let sum = 0; for (const n of progress([1, 2, 3], { label: "sum" })) sum += n;`),
  );
  assert.deepEqual(
    list.at(-1)!.map(({ label, done, total, ended }) => [label, done, total, ended]),
    [["sum", 3, 3, true]],
  );
  assert.equal((await run("[sum, [...progress(3)]]")).result, "[ 6, [ 0, 1, 2 ] ]");
  const source = "async function* source() { yield 1; await null; yield 2; }";
  const stream = bars(await run(`${source}\nfor await (const n of progress(source())) sum += n;`));
  assert.deepEqual(
    stream.at(-1)!.map(({ done, total }) => [done, total]),
    [[2, null]],
  );
  const loader = bars(
    await run(`const set = new data.TensorDataset(randn([10, 2]), randn([10, 1]));
for await (const [x] of progress(new data.DataLoader(set, { batchSize: 4 }))) x.shape;`),
  );
  assert.deepEqual(
    loader.at(-1)!.map(({ done, total }) => [done, total]),
    [[3, 3]],
  );
});

test("loops inside a loop share one output: the inner bar takes the place of the one before it", async () => {
  const ran = await run(`for (const epoch of progress(3, { label: "epochs" })) {
  const bar = progress(4, { label: \`epoch \${epoch}\` });
  for (const step of bar) bar.note = "loss " + step;
}`);
  assert.equal(shown(ran).length, 1);
  assert.ok(bars(ran).every((state) => state.length <= 2));
  assert.deepEqual(
    bars(ran)
      .at(-1)!
      .map(({ label, done, note }) => [label, done, note]),
    [
      ["epochs", 3, ""],
      ["epoch 2", 4, "loss 3"],
    ],
  );
});

test("a bar that is left early says how far it came, and the next one is an output of its own", async () => {
  const left = await run("for (const n of progress(10)) if (n === 4) break;\nfor (const n of progress(2));");
  assert.deepEqual(
    shown(left).map((bundle) =>
      (bundle[Mime.progress] as ProgressBars).bars.map(({ done, ended }) => [done, ended]),
    ),
    [[[4, true]], [[2, true]]],
  );
  const thrown = await run("for (const n of progress(10)) if (n === 2) throw new Error('in the loop');");
  assert.deepEqual(
    bars(thrown)
      .at(-1)!
      .map(({ done, ended }) => [done, ended]),
    [[2, true]],
  );
});

test("an interrupt ends the bars that it stops", async () => {
  let interrupted = false;
  const stopped = await run("for (const n of progress(1e12, { label: 'endless' }));", ({ content }) => {
    if (interrupted || !("data" in content)) return;
    interrupted = true;
    void kernel.client.interrupt();
  });
  assert.match(stopped.error, /Interrupted/);
  assert.equal(bars(stopped).at(-1)![0]!.ended, true);
  assert.equal(shown(await run("for (const n of progress(2));")).length, 1);
});

test("progress says what it cannot go through", async () => {
  const source = "async function* source() { yield 1; }";
  const ran = await run(`${source}\nfor (const n of progress(source()));`);
  assert.match(
    ran.error,
    /TypeError: progress: expected something for `for … of`; this is for `for await … of`/,
  );
});

test("input asks through the client, one question after another", async () => {
  const asked: object[] = [];
  const publications: AnyPublication[] = [];
  await kernel.client.execute(
    `import { input } from "bnlab";
console.log("before");
const answers = await Promise.all([input("One? "), input("Two? ", { password: true })]);
answers.join(" and ")`,
    (publication) => publications.push(publication),
    {
      onInput: async (question) => {
        asked.push(question);
        return `answer ${asked.length}`;
      },
    },
  );
  assert.deepEqual(asked, [
    { prompt: "One? ", password: false },
    { prompt: "Two? ", password: true },
  ]);
  const result = publications.find((publication) => isMessage(publication, "execute_result"));
  assert.deepEqual((result!.content as { data: MimeBundle }).data, {
    [Mime.plain]: "'answer 1 and answer 2'",
  });
});

test("input says where nobody can be asked, with the cell's line", async () => {
  const ran = await run(`import { input } from "bnlab";\nawait input("Name? ");`);
  assert.match(ran.error, /^InputError: input: this client cannot ask its user[\s\S]*Cell \d+, line 2/);
  const late = await kernel.client.execute(
    "setTimeout(() => input('Late? ').catch((error) => console.log(error.message)), 1_000);",
    ({ content }) => {
      if ("text" in content) heard(content.text);
    },
    { onInput: async () => "never" },
  );
  assert.equal(late.content.status, "ok");
  assert.equal(await told, "input: the cell that asks has ended\n");
});

let heard: (text: string) => void;
const told = new Promise<string>((resolve) => {
  heard = resolve;
});
