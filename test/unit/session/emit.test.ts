// Cells as the functions that they become, run over real boxes: later cells see the names, and nothing else leaks.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Script } from "node:vm";
import { Awaited } from "../../../kernel/session/cells/awaited";
import { Boxes } from "../../../kernel/session/cells/boxes";
import { emitCell } from "../../../kernel/session/converter/emit";
import { jsxIn } from "../../../kernel/session/converter/jsx";
import { namesIn, parseBound } from "../../../kernel/session/converter/scopes";

type Body = (kernel: unknown, ...given: unknown[]) => Promise<void>;

/**
 * Runs cells one after the other. What `result` holds is a cell's value, as tslab names it.
 *
 * @param yields whether loops let messages through, and then in every turn.
 */
function notebook(yields = false) {
  const awaited = new Awaited();
  const boxes = new Boxes();
  const known = new Set<string>();
  const turns: unknown[] = [];
  const run = async (
    module: string,
    more: { endsInExpression?: boolean; result?: string } = { result: "result" },
  ) => {
    const own = namesIn(parseBound(module));
    own.delete("result");
    const vars = new Set(Array.from(module.matchAll(/\bvar (\w+)/g), ([, name]) => name!));
    const scope = { own: new Map([...own].map((name) => [name, { isVar: vars.has(name) }])), known };
    const cell = emitCell(module, { endsInExpression: false, yields, ...scope, ...more });
    const kernel = Object.assign((name: string) => boxes.open(name), {
      var: (name: string) => boxes.openVar(name),
      scope: boxes.scope,
      on: (value?: unknown) => {
        turns.push(value);
        return value;
      },
      due: (mayWait: boolean) => mayWait,
      turn: () => new Promise<void>((resolve) => setImmediate(resolve)),
      call: awaited.call,
      called: awaited.called,
      begin: awaited.begin,
      import: async (specifier: string) => ({ specifier }),
      meta: { url: "cell" },
      result: undefined as unknown,
    });
    const body = new Script(cell.code).runInThisContext() as Body; // an expression
    boxes.begin(cell.declares, cell.assigns);
    let changed: string[] = [];
    try {
      await body(kernel, (name: string) => ({ required: name }));
    } finally {
      changed = boxes.end().changed;
      for (const name of cell.declares) known.add(name);
    }
    return { ...cell, changed, result: kernel.result };
  };
  const value = async (module: string) => (await run(`export const result = ${module};`)).result;
  return { run, value, boxes, turns };
}

describe("what a cell reads and changes", () => {
  it("are other cells' names, in its functions too, and not those of an inner scope", async () => {
    const { run } = notebook();
    await run("const a = 1; let b = 2; const c = 3;");
    const { reads } = await run("const own = a; function f(c) { let own = b; return own + c; }");
    assert.deepEqual(reads.sort(), ["a", "b"]);
  });

  it("have changed when another value is there: not by running a cell again that makes the same", async () => {
    const { run } = notebook();
    const first = "const rate = 0.1; let step = 0; var seen = 'x'; const made = {}; function f() {}";
    assert.deepEqual((await run(first)).changed.sort(), ["f", "made", "rate", "seen", "step"]);
    assert.deepEqual((await run(first)).changed.sort(), ["f", "made"]);
    assert.deepEqual((await run("step = 0;")).changed, []);
    assert.deepEqual((await run("for (let step = 0; step < 3; step++);")).changed, []);
    assert.deepEqual((await run("[step] = [1];")).changed, ["step"]);
    await run("let state = {}; function reset() { step = 7; }");
    assert.deepEqual((await run("state = {};")).changed, ["state"]);
    assert.deepEqual((await run("reset();")).changed, ["step"]);
  });
});

describe("a cell's names", () => {
  it("are those of later cells, which may declare them anew", async () => {
    const { run, value } = notebook();
    await run("const a = 1; function next() { return a + 1; } class C { x = a; }");
    assert.deepEqual(await value("[a, next(), new C().x, next.name, C.name]"), [1, 2, 1, "next", "C"]);
    await run("let a = 10;");
    assert.deepEqual(await value("next()"), 11);
    await run("a += 5; a++;");
    assert.equal(await value("a"), 16);
  });

  it("are there from where they are declared on: functions before, var undefined, others an error", async () => {
    const { run, value } = notebook();
    await run("const early = [f(), v]; function f() { return 1; } var v = 2;");
    assert.deepEqual(await value("[early, v]"), [[1, undefined], 2]);
    await assert.rejects(run("later; let later = 1;"), /Cannot access 'later' before initialization/);
    await assert.rejects(run("const kept = 1; throw new Error('no');"), /no/);
    assert.equal(await value("kept"), 1);
  });

  it("stand in patterns, with defaults and rests", async () => {
    const { run, value } = notebook();
    await run(
      "const { a, b: { c = 3 }, [`d`]: d, ...rest } = { a: 1, b: {}, d: 4, e: 5 }; const [f, , g = f, ...h] = [6, 7, undefined, 8];",
    );
    assert.deepEqual(await value("[a, c, d, rest, f, g, h]"), [1, 3, 4, { e: 5 }, 6, 6, [8]]);
    await run("const m = 1, n = () => 2; let o;");
    assert.deepEqual(await value("[m, n(), n.name, o]"), [1, 2, "n", undefined]);
    await run("let o; const { p = class {}, q = function () {} } = {};");
    assert.deepEqual(await value("[o, p.name, q.name]"), [undefined, "p", "q"]);
    await run("var __proto__ = 5; const same = { a, __proto__ };");
    assert.deepEqual(
      await value("[same.a, Object.getOwnPropertyDescriptor(same, '__proto__').value]"),
      [1, 5],
    );
  });

  it("are not those of inner scopes, properties or the kernel's own", async () => {
    const { run, value } = notebook();
    await run("const x = 1; const $$ = 2; const o = { x: 3, y(x) { return x; } };");
    assert.deepEqual(await value("[o.x, o.y(4), ((x) => x)(5), $$]"), [3, 4, 5, 2]);
    const { declares } = await run("{ let inner = 1; var outer = inner; } for (let i = 0; i < 1; i++) ;");
    assert.deepEqual(declares, ["outer"]);
    await run("for (var i = 0, j = 5; i < 2; i++) j++; for (var k in { key: 1 }) ; for (var l of [7]) ;");
    assert.deepEqual(await value("[i, j, k, l]"), [2, 7, "key", 7]);
  });

  it("are called without the box as this", async () => {
    const { run, value } = notebook();
    await run("function self() { return this; } const tag = function (texts) { return [this, texts[0]]; };");
    assert.deepEqual(await value("[self(), tag`a`, this]"), [undefined, [undefined, "a"], undefined]);
    assert.deepEqual(await value("[(self)(), ((tag))`b`]"), [undefined, [undefined, "b"]]);
    assert.deepEqual(await value("({ m() { return this.v; }, v: 1 }).m()"), 1);
  });

  it("are found by code that is given to eval", async () => {
    const { run, value, boxes } = notebook();
    await run("const a = 1;");
    assert.equal(await value("eval('a + 1')"), 2);
    await run("const b = eval('a = 5');");
    assert.deepEqual([boxes.value("b"), boxes.value("a")], [5, 5]);
  });
});

describe("loops that let messages through", () => {
  // Each tells what it has seen, and what comes after the call as "then".
  const seen =
    "const seen = []; async function walk(name, turns = 2) { for (let i = 0; i < turns; i++) seen.push(name); }";

  it("wait only where the function that was called asks: not one that was called later, nor twice", () => {
    const awaited = new Awaited();
    const later = async () => {};
    awaited.call(later, true);
    assert.deepEqual([awaited.begin(), awaited.begin()], [true, false]);
    awaited.call(later, true);
    assert.equal(awaited.called(5), 5);
    assert.equal(awaited.begin(), false);
    for (const [callee, mayWait] of [
      [later, false],
      [() => {}, true],
      [undefined, true],
    ] as const) {
      awaited.call(callee, mayWait);
      assert.equal(awaited.begin(), false);
    }
  });

  it("do so in functions that are awaited: what else goes on meanwhile comes in between", async () => {
    for (const awaiting of [
      "await walk('a', 4);",
      "await (async () => { await walk('a', 4); })(); await walk('a', 0);",
      "const by = async () => walk('a', 4); await by();",
      "const by = async () => { return walk('a', 4,); }; await by();",
      "const by = async () => await walk('a', 4); await by();",
      "const o = { async walk() { await walk('a', 4); }, async by() { await this.walk(); } }; await o.by();",
      "const by = async () => { await null; for (const _ of [1, 2, 3, 4]) seen.push('a'); }; await by();",
      "const by = async () => { for await (const _ of [1, 2, 3, 4]) for (const _ of [1]) seen.push('a'); }; await by();",
      "async function* each() { for (const one of [1, 2, 3, 4]) yield one; } for await (const _ of each()) seen.push('a');",
    ]) {
      const { run, value } = notebook(true);
      await run(seen);
      await run(`export const meanwhile = (async () => { for (;;) { await new Promise(setImmediate); seen.push("-"); if (seen.length > 9) break; } })();
        ${awaiting} const text = seen.join(""); await meanwhile;`);
      assert.match((await value("text")) as string, /a-+a/, awaiting);
    }
  });

  it("are done at the call where nobody awaits it", async () => {
    for (const [dropped, expected] of [
      ["const drop = () => { walk('a'); seen.push('then'); }; drop();", "a a then"],
      ["[1, 2].forEach((i) => { walk(i); seen.push('then'); });", "1 1 then 2 2 then"],
      ["const gone = walk('a'); seen.push('then'); await gone;", "a a then"],
      [
        "await Promise.all(['a', 'b'].map(async (name) => { await walk(name); seen.push('then'); }));",
        "a a b b then then",
      ],
      [
        "const outer = async () => { await walk('a'); seen.push('later'); }; const gone = outer(); seen.push('then'); await gone;",
        "a a then later",
      ],
      ["const sync = () => { walk('a'); seen.push('then'); }; await sync();", "a a then"],
      ["const drop = async () => { walk('a'); seen.push('then'); }; await drop();", "a a then"],
      [
        "const last = async () => { try { return walk('a'); } finally { seen.push('then'); } }; await last();",
        "a a then",
      ],
      ["const by = async () => {}; await by(walk('a'), seen.push('then'));", "a a then"],
    ] as const) {
      const { run, value } = notebook(true);
      await run(seen);
      await run(`${dropped} export {};`);
      assert.equal(((await value("seen")) as unknown[]).join(" "), expected, dropped);
    }
  });

  it("leave a function its arguments, its name and its `this`", async () => {
    const { run, value } = notebook(true);
    await run(
      "async function all() { return [arguments.length, this]; } const named = async () => 1, o = { all };",
    );
    await run(
      "export const counts = [(await all())[0], (await all(1, 2))[0], (await o.all(1))[1] === o, named.name, await named()];",
    );
    assert.deepEqual(await value("counts"), [0, 2, true, "named", 1]);
  });
});

describe("a cell's module", () => {
  it("imports before it runs, with names and attributes", async () => {
    const { imports, declares } = emitCell(
      'import d, { e as f, g } from "m"; import * as n from "n" with { type: "json" }; import "s"; export * from "x"; const r = require("bnlab"), fs = require("node:fs");',
      {
        own: new Map(["d", "f", "g", "n", "r", "fs"].map((name) => [name, { isVar: false }])),
        known: new Set(),
        endsInExpression: false,
      },
    );
    const bindings = [
      { local: "d", imported: "default" },
      { local: "f", imported: "e" },
      { local: "g", imported: "g" },
    ];
    assert.deepEqual(imports, [
      { specifier: "m", attributes: {}, bindings },
      { specifier: "n", attributes: { type: "json" }, bindings: [{ local: "n", imported: "*" }] },
      { specifier: "s", attributes: {}, bindings: [] },
      { specifier: "x", attributes: {}, bindings: [] },
      { specifier: "bnlab", attributes: {}, bindings: [] },
    ]);
    assert.deepEqual(declares, ["d", "f", "g", "n", "r", "fs"]);
  });

  it("loads what is imported on the way, and knows its own address", async () => {
    const { value } = notebook();
    assert.deepEqual(await value("[(await import('m')).specifier, import.meta.url, require('m').required]"), [
      "m",
      "cell",
      "m",
    ]);
  });

  it("exports what it declares, and runs what has no name", async () => {
    const { run, value } = notebook();
    await run("export const a = 1; export function f() { return 2; } export class C {} export { a as b };");
    assert.deepEqual(await value("[a, f(), C.name]"), [1, 2, "C"]);
    await run("export default a + 1;");
    await run("export default class { static s = a; }");
    await run("export default function () {}");
  });

  it("has its value where tslab found none: in what `using` made a try", async () => {
    const { run } = notebook();
    const { result } = await run("try { 1; 2; } finally { }", { endsInExpression: true });
    assert.equal(result, 2);
    assert.equal((await run("try { 3; } finally { }", { endsInExpression: false })).result, undefined);
  });

  it("comes by the kernel in every turn and after every await", async () => {
    const { run, turns } = notebook();
    await run("for (let i = 0; i < 2; i++) { } while (true) break; do ; while (false);");
    assert.equal(turns.length, 4);
    await run("await 5; for await (const x of [1, 2]) x;");
    assert.deepEqual(turns.slice(4), [5, undefined, undefined]);
    await run("for (const x of [1]) if (x) { x; }");
    assert.equal(turns.length, 8);
  });

  it("keeps its lines and its map", () => {
    const map = JSON.stringify({ version: 3, mappings: "" });
    const inline = `//# sourceMappingURL=data:application/json;base64,${btoa(map)}`;
    const scope = {
      own: new Map([["a", { isVar: false }]]),
      known: new Set<string>(),
      endsInExpression: false,
    };
    const cell = emitCell(`import {\n b } from "m";\nconst a =\n 1;\n${inline}\n`, scope);
    assert.equal(cell.map, map);
    assert.equal(cell.code.split("\n").length, 6);
    assert.match(cell.code.split("\n")[3]!, /\$\$a\.let =$/);
    assert.equal(emitCell("1;", scope).map, "");
  });
});

describe("markup in a cell", () => {
  it("is found where the cell would be right with it", () => {
    assert.deepEqual(jsxIn("const a = 1;\nconst b = <div>{a}</div>;"), { line: 1, character: 10 });
    assert.deepEqual(jsxIn("f(<br />)"), { line: 0, character: 2 });
    assert.deepEqual(jsxIn("<></>"), { line: 0, character: 0 });
    assert.equal(jsxIn("const a = <div>;"), undefined);
    assert.equal(jsxIn("a < b > c"), undefined);
  });
});
