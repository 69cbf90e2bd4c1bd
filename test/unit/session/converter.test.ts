// What a converter is made of: edits that know what they moved, hints on other kernels' idioms, names and scopes.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import ts from "typescript";
import type { CompletionItem } from "../../../kernel/protocol";
import { toPoints, toUnits } from "../../../kernel/session/codePoints";
import {
  completeTypes,
  forgotten,
  withNarrowed,
  withoutMissed,
} from "../../../kernel/session/converter/declarations";
import { exportsAsImports } from "../../../kernel/session/converter/exportFrom";
import { idiomIn, importHint } from "../../../kernel/session/converter/idioms";
import { namesToldOf } from "../../../kernel/session/converter/narrowing";
import {
  hasOwnThis,
  isReference,
  isShadowed,
  namesIn,
  parseBound,
} from "../../../kernel/session/converter/scopes";
import { applyEdits } from "../../../kernel/session/converter/textEdits";
import { completeReply, inspectBundle } from "../../../kernel/session/languageReplies";

describe("edits", () => {
  it("are applied in the order of their places, and tell what they moved", () => {
    const edits = [
      { start: 6, end: 7, text: "LONG" },
      { start: 0, end: 1, text: "" },
      { start: 2, end: 2, text: "x\ny" },
      { start: 2, end: 2, text: "z" },
      { start: 4, end: 5, text: "F" },
    ];
    assert.deepEqual(applyEdits("a\nb\nc\nd", edits), {
      code: "\nx\nyzb\nF\nLONG",
      shifts: [
        [0, 0, -1],
        [2, 1, 3],
        [2, 2, 1],
        [4, 4, 3],
      ],
    });
    assert.deepEqual(applyEdits("ab", []), { code: "ab", shifts: [] });
  });
});

describe("other kernels' idioms", () => {
  it("get the words for what stands for them", () => {
    const hints: [line: string, hint: RegExp][] = [
      ["%time x", /^%time is IPython's: console\.time/],
      ["%%html", /^%%html is IPython's: display\.html/],
      ["%%bash", /^%%bash is IPython's: execSync\("…", /],
      ["%sx ls -l", /execSync\("ls -l", /],
      ["%pip install a b", /npm install a b$/],
      ["%conda list", /execSync\("conda list", /],
      ["%nobody", /cells here are TypeScript alone$/],
      ["!npm i a", /^!… is IPython's: packages are installed in a terminal.*: npm install a$/],
      ["! pip3 install a ", /npm install a$/],
      ["!ls", /execSync\("ls", /],
      ['#r "nuget:A"', /^#r is another kernel's/],
      ["#!bash", /^#! is another kernel's/],
    ];
    for (const [line, hint] of hints) {
      assert.match(idiomIn(`a\n${line}`)?.hint ?? "", hint);
      assert.equal(idiomIn(`a\n${line}`)?.line, 2);
    }
    for (const source of ["a % b", "!(a);", " %time", "#private", "a\nb"])
      assert.equal(idiomIn(source), undefined, source);
  });

  it("for imports name the package to install", () => {
    assert.equal(importHint("npm:a@1/b"), 'Deno\'s name; here: npm install a@1/b, and import "a/b"');
    assert.equal(importHint("jsr:@a/b@1"), 'a package of JSR; here: npx jsr add @a/b@1, and import "@a/b"');
    assert.match(
      importHint("https://esm.sh/@a/b@1.2/c?x#y")!,
      /npm install @a\/b\/c, and import "@a\/b\/c"$/,
    );
    assert.match(importHint("https://unpkg.com/a")!, /npm install a,/);
    assert.match(importHint("https://a.example/x.ts")!, /save it beside the notebook/);
    assert.equal(importHint("a"), undefined);
    assert.equal(importHint("node:fs"), undefined);
  });
});

describe("declarations of earlier cells", () => {
  const known = (types: string, ...values: string[]) => ({ types, values: new Set(values) });

  it("are what they were where a cell never came to declare them anew", () => {
    const before = known("declare const a: number;\ninterface I {}\n", "a");
    const after = known(
      "declare const a: string, b: string;\ndeclare function f(): void;\ninterface I {}\n",
      "a",
      "b",
      "f",
    );
    const { types, values } = withoutMissed(after, before, ["a", "f"]);
    assert.deepEqual(types.trimEnd().split("\n"), [
      "declare const b: string;",
      "interface I {}",
      "declare const a: number;",
    ]);
    assert.deepEqual([...values], ["a", "b"]);
  });

  it("stay where tslab forgets them, unless a cell declares them anew", () => {
    const types =
      'declare namespace N {}\nimport x = require("x");\ndeclare const a: 1;\ndeclare namespace M {}\n';
    assert.equal(forgotten(types, new Map([["M", 1]])), 'declare namespace N {}\nimport x = require("x");\n');
  });

  it("have the types that a cell told of constants alone", () => {
    const types =
      'declare const a: unknown, b: unknown;\ndeclare let c: unknown;\nimport d, { e as f } from "d";\n';
    const told = withNarrowed(
      types,
      new Map([
        ["a", "string"],
        ["c", "string"],
        ["d", "string"],
      ]),
    );
    assert.deepEqual(told.trimEnd().split("\n"), [
      "declare const a: string;",
      "declare const b: unknown;",
      "declare let c: unknown;",
      'import d from "d";',
      'import { e as f } from "d";',
    ]);
    assert.equal(withNarrowed(types, new Map()), types);
  });

  it("are any where TypeScript writes none", () => {
    assert.equal(completeTypes("undefinedx;", ["a", "b"]), "x;declare let a: any;\ndeclare let b: any;\n");
    assert.equal(completeTypes("x;", ["a"]), "x;");
  });
});

describe("names", () => {
  it("that are exported from elsewhere are imported", () => {
    const same = (text: string) => assert.equal(exportsAsImports(text), text);
    assert.equal(exportsAsImports('export { a, b as c } from "m";'), 'import { a, b as c } from "m";');
    assert.equal(exportsAsImports('x;\nexport * as n from "m"'), 'x;\nimport * as n from "m"');
    same('export * from "m";');
    same('export { default } from "m";');
    same('const a = 1; export { a } from "m";');
    same("export { a };");
    assert.equal(
      exportsAsImports('export { a } from "m"; export { a } from "n";'),
      'import { a } from "m"; export { a } from "n";',
    );
  });

  it("that a cell exports under their own names are what it declares anyway", () => {
    const text = "const a = 1, c = 2; type T = 5;\nexport { a,\n  type T };\nexport type { T };\na";
    assert.equal(
      exportsAsImports(text),
      `const a = 1, c = 2; type T = 5;\n${" ".repeat(11)}\n${" ".repeat(11)}\n${" ".repeat(18)}\na`,
    );
    for (const kept of [
      "const a = 1; export { a as b };",
      "const a = 1; export { a, b };",
      "export { a };",
      "const a = 1; export default a;",
      "export default function f() {}",
      "exported; // export const a = 1;",
    ])
      assert.equal(exportsAsImports(kept), kept);
    for (const declared of [
      "const a = 1;",
      "let { a, b } = c;",
      "async function f() {}",
      "abstract class A {}",
      "interface I { a: 1 }",
      "type T = 1;",
      "declare const a: 1;",
      "const enum E { a }",
      "namespace N { export const a = 1; }",
      "import a = N.a;",
    ])
      assert.equal(exportsAsImports(`1;\nexport ${declared}`), `1;\n       ${declared}`);
    assert.equal(exportsAsImports("@d export class A {}"), "@d        class A {}");
    assert.equal(
      exportsAsImports('const a = 1; export * as n from "m"; export { a };'),
      `const a = 1; import * as n from "m"; ${" ".repeat(13)}`,
    );
  });

  it("that a statement may tell more of are in calls, and in conditions of what is thrown", () => {
    assert.deepEqual(namesToldOf("assert(a, b.c, () => d); e; f = g(h);"), ["a", "b", "c"]);
    assert.deepEqual(
      namesToldOf("if (a) throw b; if (c) { d(); throw e; } if (f) throw g; else h; if (i) j;"),
      ["a", "c"],
    );
  });

  it("are references, or names of other things; and may be shadowed", () => {
    const text = `x; o.x; x.y; ({ x: 1 }); ({ x }); const { x: q } = o; x: for (;;) break x;
      class C { x = 1; m() { this; return x; } static { this; } }
      function f(x) { x; } { let x; x; } (function x() { x; }); () => this; type T = N.x; enum E { x }`;
    const file = parseBound(text);
    const [references, shadowed, own]: [number[], number[], boolean[]] = [[], [], []];
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) && node.text === "x" && isReference(node)) {
        references.push(node.getStart());
        if (isShadowed(node)) shadowed.push(node.getStart());
      }
      if (node.kind === ts.SyntaxKind.ThisKeyword) own.push(hasOwnThis(node));
      ts.forEachChild(node, visit);
    };
    visit(file);
    assert.equal(references.includes(0), true);
    for (const name of ["o.x", "N.x"]) assert.equal(references.includes(text.indexOf(name) + 2), false, name);
    for (const label of ["x: for", "x = 1", "x: 1", "x: q"])
      assert.equal(references.includes(text.indexOf(label)), false, label);
    for (const use of ["x; } {", "x; } (", "x; });"]) assert.ok(shadowed.includes(text.indexOf(use)), use);
    for (const use of ["x.y", "x }); const", "x; } static"]) {
      assert.ok(references.includes(text.indexOf(use)), use);
      assert.ok(!shadowed.includes(text.indexOf(use)), use);
    }
    assert.deepEqual(own, [true, true, false]);
    assert.deepEqual(
      namesIn(parseBound("let __a; function b() { let c; } type D = 1;")),
      new Set(["__a", "b", "D"]),
    );
  });
});

describe("Jupyter's questions", () => {
  const item = (label: string, more: Partial<CompletionItem> = {}) =>
    ({ label, kind: "const", sortText: "11", ...more }) as CompletionItem;

  it("count in code points", () => {
    assert.deepEqual(
      [0, 1, 2, 3, 9].map((points) => toUnits("a😀b", points)),
      [0, 1, 3, 4, 4],
    );
    assert.deepEqual(
      [0, 1, 3, 4].map((units) => toPoints("a😀b", units)),
      [0, 1, 2, 3],
    );
    for (const [last, units] of [
      ["\u{ffff}", 1],
      ["\u{10000}", 2],
      ["\u{10ffff}", 2],
    ] as const)
      assert.deepEqual([toUnits(`${last}b`, 1), toPoints(`${last}b`, units)], [units, 1]);
  });

  it("are completed by names like the one at the cursor, the likest first", () => {
    const items = ["xFoo", "Food", "foo", "bar", "food"].map((label) => item(label));
    const reply = completeReply("😀 foo1", 5, [
      ...items,
      item("foobar", { importedFrom: "m" }),
      item("foot", { insertText: "?" }),
    ]);
    assert.deepEqual(reply.matches, ["foo", "food", "Food", "xFoo"]);
    assert.deepEqual([reply.cursor_start, reply.cursor_end], [2, 6]);
    const sorted = completeReply("a.", 2, [item("b"), item("c", { sortText: "10" }), item("a")]);
    assert.deepEqual(sorted.matches, ["c", "a", "b"]);
  });

  it("show a signature, what is said of it, and the value", () => {
    const info = { signature: "f(): void", documentation: "Does it." } as Parameters<typeof inspectBundle>[0];
    assert.deepEqual(inspectBundle(info, null, "5"), {
      "text/plain": "f(): void\n\nDoes it.\n\n5",
      "text/markdown": "```typescript\nf(): void\n```\n\nDoes it.\n\n```typescript\n5\n```",
    });
    assert.equal(inspectBundle(null, null), undefined);
    const help = { activeSignature: 1, signatures: [{ label: "a" }, { label: "b", documentation: "B." }] };
    assert.equal(inspectBundle(null, help as Parameters<typeof inspectBundle>[1])?.["text/plain"], "b\n\nB.");
  });
});
