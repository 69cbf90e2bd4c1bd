// The text that a cell becomes, line for line: what stands for its names, what its loops and waits call, and what is left as it is.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import ts from "typescript";
import { type CellScope, emitCell } from "../../../kernel/session/converter/emit";
import { parseBound, symbolsIn } from "../../../kernel/session/converter/scopes";

const given = "require, module, exports, __filename, __dirname";

/** What a cell becomes that knows an earlier cell's `k`; its names are what it declares, but for `result`. */
function emitted(module: string, more: Partial<CellScope> = {}) {
  const isVar = (declaration: ts.Node | undefined) => {
    const list = ts.findAncestor(declaration, ts.isVariableDeclarationList);
    return list !== undefined && !(list.flags & ts.NodeFlags.BlockScoped);
  };
  const symbols = [...symbolsIn(parseBound(module))].filter(([name]) => name !== "result");
  const own = new Map(
    symbols.map(([name, { valueDeclaration }]) => [name, { isVar: isVar(valueDeclaration) }]),
  );
  return emitCell(module, { own, known: new Set(["k"]), endsInExpression: false, ...more });
}

/** A cell, the head of its function, what its lines become, and how it is emitted. */
const texts: [module: string, head: string, lines: string, more?: Partial<CellScope>][] = [
  [
    `const a = 1, b = k;`,
    `const $$a = $$("a"), $$b = $$("b"), $$k = $$("k");`,
    `($$a.let = 1, $$b.let = $$k.k);`,
  ],
  [`let a;`, `const $$a = $$("a");`, `($$a.let = void 0);`],
  [`var v = 1; v;`, `const $$v = $$.var("v");`, `($$v.v = 1); $$v.v;`],
  [
    `const { a, b: c, ...d } = k, [e = 1, , [f]] = k;`,
    `const $$a = $$("a"), $$c = $$("c"), $$d = $$("d"), $$k = $$("k"), $$e = $$("e"), $$f = $$("f");`,
    `({ a: $$a.let, b: $$c.let, ...$$d.let } = $$k.k, [$$e.let = 1, , [$$f.let]] = $$k.k);`,
  ],
  [
    `const { a = () => 1, [k]: b = function () {} } = k;`,
    `const $$a = $$("a"), $$k = $$("k"), $$b = $$("b");`,
    `({ a: $$a.let = ({ a: () => 1 }).a, [$$k.k]: $$b.let = ({ b: function () {} }).b } = $$k.k);`,
  ],
  [
    `const f = () => 1, g = function () {}, h = class {}, i = function own() {}, j = (() => 1);`,
    `const $$f = $$("f"), $$g = $$("g"), $$h = $$("h"), $$i = $$("i"), $$j = $$("j");`,
    `($$f.let = ({ f: () => 1 }).f, $$g.let = ({ g: function () {} }).g, $$h.let = ({ h: class {} }).h, $$i.let = function own() {}, $$j.let = ({ j: (() => 1) }).j);`,
  ],
  [
    `const __proto__ = () => 1; ({ __proto__ });`,
    `const $$__proto__ = $$("__proto__");`,
    `($$__proto__.let = ({ ["__proto__"]: () => 1 }).__proto__); ({ ["__proto__"]: $$__proto__.__proto__ });`,
  ],
  [
    `function f() { return a; }
const a = f();`,
    `const $$f = $$("f"), $$a = $$("a"); $$f.let = f;`,
    `function f() { return $$a.a; }
($$a.let = (0, $$f.f)());`,
  ],
  [`export function f() {}`, `const $$f = $$("f"); $$f.let = f;`, ` function f() {}`],
  [
    `export default function () { return k; }`,
    `const $$k = $$("k");`,
    `void   function () { return $$k.k; };`,
  ],
  [`export default class {}`, ``, `void   class {};`],
  [
    `class A { x = k; }
new A();`,
    `const $$A = $$("A"), $$k = $$("k");`,
    `$$A.let = class A { x = $$k.k; };
new $$A.A();`,
  ],
  [`export class A {}`, `const $$A = $$("A");`, `$$A.let =  class A {};`],
  [`export default k + 1;`, `const $$k = $$("k");`, `void $$k.k + 1;`],
  [
    `export const a = 1;
export {};`,
    `const $$a = $$("a");`,
    ` ($$a.let = 1);
`,
  ],
  [
    `import a, { b as c, default as d } from "m" with { type: "json" };
import * as n from "n";
import "o";
export * from "p";
a(c, d, n);`,
    `const $$a = $$("a"), $$c = $$("c"), $$d = $$("d"), $$n = $$("n");`,
    `



(0, $$a.a)($$c.c, $$d.d, $$n.n);`,
  ],
  [
    `k(k.k, { k }, k\`x\`);
(0, k)();`,
    `const $$k = $$("k");`,
    `(0, $$k.k)($$k.k.k, { k: $$k.k }, (0, $$k.k)\`x\`);
(0, $$k.k)();`,
  ],
  [
    `(k)(1); ((k))\`x\`; (k).k();`,
    `const $$k = $$("k");`,
    `((0, $$k.k))(1); (((0, $$k.k)))\`x\`; ($$k.k).k();`,
  ],
  [
    `this; function f() { return this; } const g = () => this; class A { x = this; }`,
    `const $$f = $$("f"), $$g = $$("g"), $$A = $$("A"); $$f.let = f;`,
    `(void 0); function f() { return this; } ($$g.let = ({ g: () => (void 0) }).g); $$A.let = class A { x = this; };`,
  ],
  [
    `await k;
for await (const x of k) x;`,
    `const $$k = $$("k");`,
    `(await $$.on(await $$k.k));
for await (const x of $$k.k) { await $$.on(); x;}`,
  ],
  [
    `for (const x of k) x;
while (k) { k; }
do k; while (k);`,
    `const $$k = $$("k");`,
    `for (const x of $$k.k) { $$.on(); x;}
while ($$k.k) { $$.on();  $$k.k; }
do { $$.on(); $$k.k;} while ($$k.k);`,
  ],
  [
    `for (var i = 0; i < 1; i++) {}`,
    `const $$i = $$.var("i");`,
    `for ($$i.i = 0; $$i.i < 1; $$i.i++) { $$.on(); }`,
  ],
  [
    `for (var [i, j] of k) ;`,
    `const $$i = $$.var("i"), $$j = $$.var("j"), $$k = $$("k");`,
    `for ([$$i.i, $$j.j] of $$k.k) { $$.on(); ;}`,
  ],
  [`for (let i = 0; ;) break;`, ``, `for (let i = 0; ;) { $$.on(); break;}`],
  [`import("m"); import.meta.url;`, ``, `$$.import("m"); $$.meta.url;`],
  [
    `require("bnlab"); require("fs"); require(k); require();`,
    `const $$k = $$("k");`,
    `require("bnlab"); require("fs"); require($$k.k); require();`,
  ],
  [
    `k = 1; k++; [k] = []; ({ k } = {}); k += 1;`,
    `const $$k = $$("k");`,
    `$$k.k = 1; $$k.k++; [$$k.k] = []; ({ k: $$k.k } = {}); $$k.k += 1;`,
  ],
  [
    `const q = (k) => k; { let k = 1; k; }`,
    `const $$q = $$("q");`,
    `($$q.let = ({ q: (k) => k }).q); { let k = 1; k; }`,
  ],
  [`$$; k;`, `const $$$k = $$$("k");`, `$$; $$$k.k;`],
  [`export const result = k;`, `const $$k = $$("k");`, `$$.result = ($$k.k);`, { result: "result" }],
  [
    `try { 1; k; } finally {}`,
    `const $$k = $$("k");`,
    `try { 1; $$.result = ($$k.k); } finally {}`,
    { endsInExpression: true },
  ],
  [`try { 1; k; } finally {}`, `const $$k = $$("k");`, `try { 1; $$k.k; } finally {}`],
  [
    `await f(k);
async function f(x) { return g(x); }
const g = async (x) => await f(x, );`,
    `const $$f = $$("f"), $$k = $$("k"), $$g = $$("g"); $$f.let = f;`,
    `(await $$.on(await $$.called((0, $$f.f)($$k.k, ...$$.call($$f.f, true)))));
async function f(x) { let free$$ = $$.begin(); return $$.called((0, $$g.g)(x, ...$$.call($$g.g, free$$))); }
($$g.let = ({ g: async (x) => { let free$$ = $$.begin(); return (await $$.on(await $$.called((0, $$f.f)(x, ...$$.call($$f.f, free$$))), free$$ = true)); } }).g);`,
    { yields: true },
  ],
  [
    `async function f() { for (const a of k) await a; for await (const b of k) ; try { return f(); } catch { return k; } }`,
    `const $$f = $$("f"), $$k = $$("k"); $$f.let = f;`,
    `async function f() { let free$$ = $$.begin(); for (const a of $$k.k) { if ($$.due(free$$)) await $$.turn(); (await $$.on(await a, free$$ = true));} for await (const b of $$k.k) { await $$.on(); free$$ = true; if ($$.due(free$$)) await $$.turn(); ;} try { return (0, $$f.f)(); } catch { return $$k.k; } }`,
    { yields: true },
  ],
  [
    `function f() { while (k) ; }
while (k) ;
const o = { async *g() { for (;;) yield 1; }, async m() { return this.m(1), this.m(); } };`,
    `const $$f = $$("f"), $$k = $$("k"), $$o = $$("o"); $$f.let = f;`,
    `function f() { while ($$k.k) { $$.on(); ;} }
while ($$k.k) { if ($$.due(true)) await $$.turn(); ;}
($$o.let = { async *g() { let free$$ = true; for (;;) { if ($$.due(free$$)) await $$.turn(); yield 1;} }, async m() { let free$$ = $$.begin(); return this.m(1), this.m(); } });`,
    { yields: true },
  ],
  [
    `const h = async () => (await k?.(), await k.a.b(), await k[0](), await (k)(1), await (async () => 1)(), await this.x());`,
    `const $$h = $$("h"), $$k = $$("k");`,
    `($$h.let = ({ h: async () => { let free$$ = $$.begin(); return ((await $$.on(await (0, $$k.k)?.(), free$$ = true)), (await $$.on(await $$.called($$k.k.a.b(...$$.call($$k.k.a.b, free$$))), free$$ = true)), (await $$.on(await $$k.k[0](), free$$ = true)), (await $$.on(await $$.called(((0, $$k.k))(1, ...$$.call($$k.k, free$$))), free$$ = true)), (await $$.on(await $$.called((async () => { let free$$ = $$.begin(); return 1; })(...$$.call(async () => {}, free$$))), free$$ = true)), (await $$.on(await (void 0).x(), free$$ = true))); } }).h);`,
    { yields: true },
  ],
  [
    `for await (const x of k) x;`,
    `const $$k = $$("k");`,
    `for await (const x of $$k.k) { await $$.on(); if ($$.due(true)) await $$.turn(); x;}`,
    { yields: true },
  ],
  [
    `class A { static { for (;;) ; } p = async () => { for (;;) ; }; async q(a = 1) { return k(); } }`,
    `const $$A = $$("A"), $$k = $$("k");`,
    `$$A.let = class A { static { for (;;) { $$.on(); ;} } p = async () => { let free$$ = $$.begin(); for (;;) { if ($$.due(free$$)) await $$.turn(); ;} }; async q(a = 1) { let free$$ = $$.begin(); return $$.called((0, $$k.k)(...$$.call($$k.k, free$$))); } };`,
    { yields: true },
  ],
];

describe("a cell's text", () => {
  for (const [module, head, lines, more] of texts) {
    it(`of ${module.replaceAll("\n", " ")}`, () => {
      const { code } = emitted(module, more);
      const kernel = module.includes("$$") ? "$$$" : "$$";
      const start = `(async (${kernel}, ${given}) => { "use strict";${head && " "}${head}\n`;
      assert.equal(code, `${start}${lines}\n})`);
      assert.equal(lines.split("\n").length, module.split("\n").length, "no line moves");
    });
  }

  it("that is given to eval has its names in a scope, and the kernel's out of their way", () => {
    assert.equal(
      emitted('eval("k");\nconst a = 1;').code,
      `(($$, ${given}) => (() => { with ($$.scope) return async ($$) => { "use strict"; const $$a = $$("a");\neval("k");\n($$a.let = 1);\n}; })()($$))`,
    );
    assert.doesNotMatch(emitted("k.eval(1); evaluate(k);").code, /with/);
  });

  it("comes without TypeScript's map, which is told apart", () => {
    const { code, map } = emitted(
      `const x = 1;\n//# sourceMappingURL=data:application/json;base64,${btoa('{"a":1}')}`,
    );
    assert.deepEqual([code.split("\n").slice(1), map], [["($$x.let = 1);", "})"], '{"a":1}']);
    assert.equal(emitted("const x = 1;").map, "");
  });
});

describe("what is told of a cell", () => {
  const told = (module: string, more?: Partial<CellScope>) => {
    const { declares, reads, assigns } = emitted(module, more);
    return { declares, reads, assigns };
  };

  it("is what it declares, reads of others, and may give another value", () => {
    assert.deepEqual(told("const a = 1, b = k;"), { declares: ["a", "b"], reads: ["k"], assigns: [] });
    assert.deepEqual(told("var v = 1; let w = 2; w = 3;"), {
      declares: ["v", "w"],
      reads: [],
      assigns: ["v", "w"],
    });
    assert.deepEqual(told("k = 1; k++; [k] = []; ({ k } = {});"), {
      declares: [],
      reads: ["k"],
      assigns: ["k"],
    });
    assert.deepEqual(told("{ let k = 1; k = 2; }"), { declares: [], reads: [], assigns: [] });
    assert.deepEqual(told("for (var i = 0; i < 1; i++) {}"), { declares: ["i"], reads: [], assigns: ["i"] });
    assert.deepEqual(told("function f() { k = 1; }"), { declares: ["f"], reads: ["k"], assigns: ["k"] });
    assert.deepEqual(told("export const result = k;", { result: "result" }), {
      declares: [],
      reads: ["k"],
      assigns: [],
    });
  });

  it("is what it imports, in which names, and modules that require hands out", () => {
    const { imports } = emitted(
      'import a, { b as c, default as d } from "m" with { type: "json" };\nimport * as n from "n";\nimport "o";\nexport * from "p";\nrequire("bnlab"); require("fs"); require(k); require(); f("tslab");',
    );
    assert.deepEqual(imports, [
      {
        specifier: "m",
        attributes: { type: "json" },
        bindings: [
          { local: "a", imported: "default" },
          { local: "c", imported: "b" },
          { local: "d", imported: "default" },
        ],
      },
      { specifier: "n", attributes: {}, bindings: [{ local: "n", imported: "*" }] },
      ...["o", "p", "bnlab"].map((specifier) => ({ specifier, attributes: {}, bindings: [] })),
    ]);
    assert.deepEqual(emitted('const require = (id) => id;\nrequire("bnlab");').imports, []);
  });
});
