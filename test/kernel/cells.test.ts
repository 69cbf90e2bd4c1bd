// What a reader sees of cells: values, prints, errors, and what one cell leaves for the next.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { AnyPublication } from "../../kernel/protocol";
import { startKernel } from "./startKernel";

const kernel = startKernel();
after(() => kernel.stop());
const { run } = kernel;

test("variables, functions and classes reach later cells", async () => {
  await run(
    `const base = 40;\nfunction add(n: number) { return base + n; }\nclass Point { constructor(public x = 1) {} }`,
  );
  assert.equal((await run("add(2)")).result, "42");
  assert.equal((await run("new Point(3)")).result, "Point { x: 3 }");
  assert.equal((await run("({ base, both: [add, Point].length })")).result, "{ base: 40, both: 2 }");
});

test("a name may be declared again, and earlier functions see the new value", async () => {
  await run("const scale = 2;\nconst scaled = (n: number) => n * scale;");
  assert.equal((await run("const scale = 10;\nscaled(4)")).result, "40");
  assert.equal(
    (await run("function scale() { return 'a function now' }\nscale()")).result,
    "'a function now'",
  );
  assert.equal((await run("let scale: string[] = ['a']; scale.length")).result, "1");
});

test("a name declared again as the same type is known to every later cell", async () => {
  for (const cell of [
    "let rerun = 1;",
    "let rerun = 2;",
    "rerun + 1",
    "const between = 3;",
    "rerun + between",
  ]) {
    assert.equal((await run(cell)).text("stderr"), "", cell);
  }
});

test("assigning from a later cell changes the variable that closures hold", async () => {
  await run("let step = 0;\nfunction next() { return ++step; }\nnext();");
  assert.equal((await run("step = 10;\nnext()")).result, "11");
  assert.equal((await run("step")).result, "11");
});

test("destructuring, defaults, rest, shorthand and shadowing keep to scopes", async () => {
  const ran = await run(`
const { a, b: { c = 5, ...others }, ...rest } = { a: 1, b: { d: 2, e: 3 } as { c?: number; d: number; e: number }, f: 4 };
const [head, , ...tail] = [1, 2, 3, 4];
const shadow = (a: number) => { const c = a * 2; return { a, c }; };
for (const head of ["inner"]) if (head !== "inner") throw new Error("outer seen");
[{ a, c, others, rest, head, tail }, shadow(7)]`);
  assert.equal(ran.error, "");
  assert.equal(
    (await run("JSON.stringify([a, c, others, rest, head, tail, shadow(7)])")).result,
    `'[1,5,{"d":2,"e":3},{"f":4},1,[3,4],{"a":7,"c":14}]'`,
  );
});

test("var, enum, namespace, generics and satisfies are TypeScript as ever", async () => {
  await run(`
for (var i = 0, last = -1; i < 3; i++) last = i;
enum Mode { Train, Eval }
namespace Units { export const px = 16; }
const pair = <T,>(value: T): [T, T] => [value, value];
const options = { eps: 1e-5 } satisfies Record<string, number>;`);
  assert.equal(
    (await run("[i, last, Mode[Mode.Eval], Units.px, pair(1), options.eps]")).result,
    "[ 3, 2, 'Eval', 16, [ 1, 1 ], 0.00001 ]",
  );
});

test("export, using and decorators in a cell", async () => {
  const ran = await run(`
export const shared = 4;
using held = { [Symbol.dispose]() { console.log("let go"); } };
const noted: string[] = [];
const note = (_: unknown, context: ClassMethodDecoratorContext) => void noted.push(String(context.name));
class Marked { @note go() {} }`);
  assert.equal(ran.text("stderr"), "");
  assert.equal(ran.text("stdout"), "let go\n");
  assert.equal((await run("[shared, noted, new Marked()]")).result, "[ 4, [ 'go' ], Marked {} ]");
});

test("a cell with using shows its last expression, and declares no names of TypeScript's own", async () => {
  const ran = await run(
    `await using file = { async [Symbol.asyncDispose]() { console.log("closed"); } };\nconst inside = 7;\ninside + 1`,
  );
  assert.deepEqual([ran.result, ran.text("stdout")], ["8", "closed\n"]);
  assert.equal((await run("inside")).result, "7");
  assert.equal((await run("typeof (globalThis as any).env_1")).text("stderr"), "");
  assert.match((await run("env_1")).error, /ReferenceError: env_1 is not defined/);
});

test("exported and default-exported classes and functions are declarations as others are", async () => {
  assert.equal((await run("export class Open { x = 1 }\nnew Open()")).result, "Open { x: 1 }");
  assert.equal((await run("export default class Main { y = 2 }\nnew Main()")).result, "Main { y: 2 }");
  assert.equal((await run("export default function main() { return new Main().y }\nmain()")).result, "2");
  assert.equal((await run("[new Open().x, main()]")).result, "[ 1, 2 ]");
});

test("namespaces reach later cells with their values and types", async () => {
  await run("namespace Shapes { export const unit = 1; export interface Square { side: number } }");
  await run("const between = 1;");
  const ran = await run("const square: Shapes.Square = { side: Shapes.unit };\nsquare.side");
  assert.deepEqual([ran.result, ran.text("stderr")], ["1", ""]);
  await run("const Shapes = 'anew';");
  assert.match((await run("Shapes.length.toFixed(1)")).result ?? "", /4\.0/);
});

test("decorators of classes, fields and accessors; regular expressions of today", async () => {
  const ran = await run(`
function sealed<T extends new (...args: any[]) => object>(target: T, _: ClassDecoratorContext) {
  return class extends target { sealed = true };
}
const doubled = (_: undefined, __: ClassFieldDecoratorContext) => (x: number) => 2 * x;
@sealed class Decorated { @doubled field = 3; accessor state = 4; static #hidden = 5; static get hidden() { return Decorated.#hidden; } }
const made = new Decorated();
[made.field, made.state, Decorated.hidden, "sealed" in made, /[\\p{L}--[a-z]]/v.test("A")]`);
  assert.deepEqual([ran.result, ran.text("stderr")], ["[ 6, 4, 5, true, true ]", ""]);
});

test("functions and classes keep their names", async () => {
  assert.equal(
    (await run("const square = (x: number) => x * x;\nconst Box = class { v = 1 };\n[square, new Box()]"))
      .result,
    "[ [Function: square], Box { v: 1 } ]",
  );
});

test("top-level await and for await", async () => {
  const ran = await run(`
async function* count() { for (let n = 0; n < 3; n++) { await null; yield n; } }
const seen: number[] = [];
for await (const n of count()) seen.push(n);
seen.push(await Promise.resolve(9));
seen`);
  assert.equal(ran.result, "[ 0, 1, 2, 9 ]");
});

test("the last expression shows its value, with a semicolon or without; undefined and declarations show none", async () => {
  assert.equal((await run("1 + 1")).result, "2");
  assert.equal((await run("1 + 1;")).result, "2");
  assert.equal((await run("let assigned = 1;\nassigned = 3;")).result, "3");
  assert.equal((await run("void 5;")).result, undefined);
  assert.equal((await run("for (const x of [1]) x;")).result, undefined);
  assert.equal((await run("undefined")).result, undefined);
  assert.equal((await run("const hidden = 1")).result, undefined);
  assert.equal((await run("null")).result, "null");
});

test("where it is asked for, a semicolon hides the value", async () => {
  const hiding = startKernel({ env: { BNLAB_SEMICOLON_HIDES: "1" } });
  const [shown, hidden] = [await hiding.run("1 + 1"), await hiding.run("1 + 1;")];
  await hiding.stop();
  assert.deepEqual([shown.result, hidden.result], ["2", undefined]);
});

test("prints, displays and the result come in the order they were made", async () => {
  const { publications } = await run(`
console.log("one");
console.error("two");
display("three");
process.stdout.write("four\\n");
"five"`);
  const shown = publications.flatMap(({ header, content }) => {
    if (header.msg_type === "stream" && "text" in content) return [`${content.name}: ${content.text.trim()}`];
    return "data" in content ? [`${header.msg_type}: ${content.data["text/plain"]}`] : [];
  });
  assert.deepEqual(shown, [
    "stdout: one",
    "stderr: two",
    "display_data: 'three'",
    "stdout: four",
    "execute_result: 'five'",
  ]);
});

test("what is written in bytes is shown in whole characters, and whoever waits for it is called", async () => {
  const ran = await run(`const bytes = Buffer.from("é深"), called: string[] = [];
process.stdout.write(bytes.subarray(0, 1));
const went = process.stdout.write(bytes.subarray(1), () => called.push("first"));
process.stderr.write("err", "utf8", () => called.push("second"));
await new Promise((resolve) => setImmediate(resolve));
[went, ...called]`);
  assert.deepEqual(
    [ran.text("stdout"), ran.text("stderr"), ran.result],
    ["é深", "err", "[ true, 'first', 'second' ]"],
  );
});

test("what child processes write past the kernel is shown as well", async () => {
  const ran = await run(
    `import { execSync } from "node:child_process";\nexecSync("echo from a child", { stdio: "inherit" });`,
  );
  assert.equal(ran.text("stdout"), "from a child\n");
});

test("a value that shows itself gives its bundle, at once or later", async () => {
  const now = await run(
    `({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>now</b>", "text/plain": "now" }) })`,
  );
  assert.equal(now.result, "now");
  const later = await run(`({ [Symbol.for("Jupyter.display")]: async () => ({ "text/plain": "later" }) })`);
  assert.equal(later.result, "later");
});

test("a type error warns and the cell runs", async () => {
  const ran = await run("const fine = 1;\nconst wrong: string = fine;\nwrong");
  assert.match(ran.text("stderr"), /^Cell \d+, line 2: warning TS2322: Type 'number' is not assignable/);
  assert.equal(ran.result, "1");
  assert.equal(ran.reply.status, "ok");
});

test("types reach later cells", async () => {
  await run("interface Sample { label: number }\nconst sample: Sample = { label: 3 };");
  assert.match((await run("const other: Sample = { label: 'x' };")).text("stderr"), /TS2322/);
  assert.match(
    (await run("sample.lable")).text("stderr"),
    /TS2551: Property 'lable' does not exist on type 'Sample'/,
  );
  assert.equal((await run("sample.label.toFixed(1)")).text("stderr"), "");
});

test("a syntax error names the line, and nothing of the cell runs", async () => {
  const ran = await run("console.log('ran');\n\nconst x = = 3;");
  assert.equal(ran.reply.status, "error");
  assert.equal(ran.text("stdout"), "");
  assert.match(ran.error, /SyntaxError: Expression expected/);
  assert.match(ran.error, /> 3 \| const x = = 3;/);
});

test("what JavaScript refuses is refused before the cell runs", async () => {
  assert.match(
    (await run("const once = 1; const once = 2;")).error,
    /SyntaxError: Cannot redeclare block-scoped variable 'once'/,
  );
  assert.match(
    (await run("const fixed = 1;\nfixed = 2;")).error,
    /because it is a constant[\s\S]*line 2, column 1/,
  );
});

test("JSX is refused by its name, with its place", async () => {
  const ran = await run("const one = 1;\nconst box = <div>hi</div>;");
  assert.match(
    ran.error,
    /^SyntaxError: cells are TypeScript without JSX.*\(TS17004\)\n\n[\s\S]*line 2, column 13$/,
  );
  assert.equal((await run("const assured = <number>1;\nassured < 2")).result, "true");
});

test("require, __dirname and import.meta are those of the notebook's folder", async () => {
  const ran = await run(`const { join } = require("node:path");
import { fileURLToPath } from "node:url";
[join("a", "b").length, __dirname === process.cwd(), import.meta.dirname === __dirname, fileURLToPath(new URL(".", import.meta.url)).startsWith(__dirname)]`);
  assert.deepEqual([ran.result, ran.text("stderr")], ["[ 3, true, true, true ]", ""]);
  assert.match((await run(`require("./absent")`)).error, /Cannot find module '.\/absent'[\s\S]*line 1/);
});

test("a thrown error shows the cell's own lines, whatever types stand above, and keeps what was declared", async () => {
  const ran = await run(`interface Long {
  a: number;
  b: string;
}
type Alias =
  | "one"
  | "two";
const keptBefore = "kept";
function boom(
  value: Long,
  alias: Alias,
): never {
  throw new RangeError(\`no \${value.b}\`);
}
const result = [1].map((n) =>
  boom({ a: n, b: "luck" }, "one"),
);
const never = 1;`);
  assert.equal(ran.reply.status, "error");
  assert.match(ran.error, /^RangeError: no luck$/m);
  assert.match(ran.error, /^> 13 \| {3}throw new RangeError/m);
  assert.match(ran.error, /at boom \(Cell \d+, line 13, column 9\)/);
  assert.match(ran.error, /Cell \d+, line 16/);
  assert.match(ran.error, /Cell \d+, line 15/);
  assert.doesNotMatch(ran.error, /runner|node:|chunk-/);
  assert.equal((await run("keptBefore")).result, "'kept'");
});

test("an error after an await names its line, and that of the function that awaited", async () => {
  const ran = await run(`type T = number;
async function late() {
  await new Promise((resolve) => setTimeout(resolve, 1));
  throw new Error("late");
}
await late();`);
  assert.match(ran.error, /at late \(Cell \d+, line 4, column 9\)/);
  assert.match(ran.error, /Cell \d+, line 6/);
});

test("an error keeps its cause, and anything may be thrown", async () => {
  assert.match(
    (await run(`throw new Error("outer", { cause: new TypeError("inner") })`)).error,
    /\[cause\]: TypeError: inner/,
  );
  assert.match((await run(`throw { code: 7 }`)).error, /Thrown: \{ code: 7 \}/);
  assert.match(
    (await run("const list: any = undefined;\nlist.length")).error,
    /Cannot read properties of undefined/,
  );
  assert.match((await run("const five: any = 5;\nfive(1)")).error, /TypeError: five is not a function/);
});

test("an error in an earlier cell's function names that cell", async () => {
  const defined = await run("\n\nconst fails = () => {\n  throw new Error('from before');\n};");
  const count = "execution_count" in defined.reply ? defined.reply.execution_count : 0;
  assert.match((await run("fails()")).error, new RegExp(`at fails \\(Cell ${count}, line 4, column 9\\)`));
});

test("errors that no cell can catch are shown and end nothing", async () => {
  const ran = await run(`
setTimeout(() => { throw new Error("in a timer"); }, 1);
Promise.reject(new Error("nobody awaits"));
await new Promise((resolve) => setTimeout(resolve, 30));
"still here"`);
  assert.match(ran.error, /in a timer/);
  assert.match(ran.error, /nobody awaits/);
  assert.equal(ran.result, "'still here'");
});

test("what a timer or a promise does after its cell has ended is shown with that cell", async () => {
  const errors: string[] = [];
  const prints: string[] = [];
  const note = (cell: string) => (p: AnyPublication) => {
    if (p.header.msg_type === "error" && "evalue" in p.content) errors.push(`${cell}: ${p.content.evalue}`);
    if (p.header.msg_type === "stream" && "text" in p.content)
      prints.push(`${cell}: ${p.content.text.trim()}`);
  };
  await run(
    `setTimeout(() => { console.log("by a timer"); setTimeout(() => { throw new Error("in a timer's timer"); }, 30); }, 100);
const lateFailure = async () => { await new Promise((resolve) => setTimeout(resolve, 100)); console.log("after"); throw new Error("unawaited"); };`,
    note("one"),
  );
  await run("void lateFailure();", note("two"));
  await run("await new Promise((resolve) => setTimeout(resolve, 400));\nconsole.log('own');", note("three"));
  assert.deepEqual(prints.sort(), ["one: by a timer", "three: own", "two: after"]);
  assert.deepEqual(errors.sort(), ["one: in a timer's timer", "two: unawaited"]);
});

test("silent requests show nothing and are not counted", async () => {
  const before = await run("1");
  const publications: string[] = [];
  await kernel.client.execute("console.log('x'); 5", (p) => publications.push(p.header.msg_type), {
    silent: true,
  });
  assert.deepEqual(publications, ["status", "status"]);
  const next = await run("1");
  assert.equal(
    next.reply.status === "ok" && next.reply.execution_count,
    1 + (before.reply.status === "ok" ? before.reply.execution_count : NaN),
  );
});

test("an error aborts the cells queued behind it, unless asked not to", async () => {
  const [, queued] = await Promise.all([run("throw new Error('first')"), run("'second'")]);
  assert.equal(queued.reply.status, "aborted");
  const [, kept] = await Promise.all([
    kernel.client.execute("throw new Error('first')", () => {}, { stop_on_error: false }),
    run("'second'"),
  ]);
  assert.equal(kept.result, "'second'");
});

test("completion and inspection know the cells before", async () => {
  await run("/** How fast. */\nconst learningRate = 0.1;");
  const completed = await kernel.client.request("complete_request", { code: "learningR", cursor_pos: 9 });
  assert.deepEqual(completed.content.status === "ok" && completed.content.matches, ["learningRate"]);
  const inspected = await kernel.client.request("inspect_request", {
    code: "learningRate",
    cursor_pos: 3,
    detail_level: 0,
  });
  assert.match(
    inspected.content.status === "ok" ? String(inspected.content.data["text/plain"]) : "",
    /const learningRate: 0\.1/,
  );
});

/** Code as a console has it when its user presses Enter → what to do. */
const typed: Record<string, string[]> = {
  complete: ["1 + 1", "", "// note", "const a = 1", "function f() {}", "import { a } from 'b'", "f(\n\n"],
  incomplete: [
    "function f() {",
    "1 +",
    "f(",
    "[1,",
    "if (x)",
    "`text",
    "/* note",
    "a.",
    "try {}",
    "class A {\n  m() {}",
  ],
  invalid: ["const a = = 3", "'text", "}", "const a = = f("],
};

test("is_complete tells what can be run, what goes on, and what is wrong", async () => {
  for (const [status, codes] of Object.entries(typed)) {
    for (const code of codes) {
      const { content } = await kernel.client.request("is_complete_request", { code });
      assert.equal(content.status, status, code);
    }
  }
  const open = await kernel.client.request("is_complete_request", { code: "function f() {" });
  assert.deepEqual(open.content, { status: "incomplete", indent: "  " });
});
