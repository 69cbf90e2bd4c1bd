// Real packages of npm, as they lie in this repository's node_modules, imported in cells: of every kind there is.
import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { startKernel } from "./startKernel";

const kernel = startKernel();
after(() => kernel.stop());
const modules = path.join(import.meta.dirname, "../../node_modules");
symlinkSync(modules, path.join(kernel.folder, "node_modules"), "junction");

/** Package → its kind, a cell, and what it shows. */
const packages: Record<string, [kind: string, cell: string, result: string]> = {
  "csv-parse/sync": [
    "ESM and CommonJS by exports map, a path inside, typed",
    `import { parse } from "csv-parse/sync";\nparse("a,b\\n1,2", { columns: true }).map((row) => row.b)`,
    "[ '2' ]",
  ],
  "fast-check": [
    "ESM with an exports map, a default and names, typed",
    `import fc, { integer } from "fast-check";\nfc.assert(fc.property(integer(), (n) => n + 0 === n)); fc.sample(fc.constant(7), 2)`,
    "[ 7, 7 ]",
  ],
  "d3-interpolate": [
    "ESM only, with dependencies that are ESM only",
    `import { interpolateRgb } from "d3-interpolate";\ninterpolateRgb("#000", "#fff")(0.5)`,
    "'rgb(128, 128, 128)'",
  ],
  "d3-array": [
    "a UMD bundle of CommonJS",
    `import { extent, quantile } from "d3-array";\n[extent([3, 1, 2]), quantile([1, 2, 3], 0.5)]`,
    "[ [ 1, 3 ], 2 ]",
  ],
  commander: [
    "CommonJS with an ESM door, typed",
    `import { Command } from "commander";\nnew Command().option("-n <n>").parse(["-n", "5"], { from: "user" }).opts()`,
    "{ n: '5' }",
  ],
  "markdown-it": [
    "a bundle whose exports map names ESM and CommonJS",
    `import MarkdownIt from "markdown-it";\nnew MarkdownIt().render("*a*")`,
    "'<p><em>a</em></p>\\n'",
  ],
  "highlight.js": [
    "CommonJS, of which one language is loaded by its path",
    `import hljs from "highlight.js/lib/core";\nimport ts from "highlight.js/lib/languages/typescript";\nhljs.registerLanguage("ts", ts); hljs.highlight("let a", { language: "ts" }).value`,
    `'<span class="hljs-keyword">let</span> a'`,
  ],
  "lodash.merge": [
    "CommonJS that exports a function",
    `import merge from "lodash.merge";\nmerge({ a: { b: 1 } }, { a: { c: 2 } })`,
    "{ a: { b: 1, c: 2 } }",
  ],
  "string-width": ["ESM only, a default alone", `import width from "string-width";\nwidth("漢字a")`, "5"],
  "js-yaml": [
    "CommonJS and ESM by exports map",
    `import { load } from "js-yaml";\nload("a: [1, 2]")`,
    "{ a: [ 1, 2 ] }",
  ],
  semver: [
    "CommonJS with names made at run time",
    `import { gt, parse } from "semver";\n[gt("2.0.0", "1.9.9"), parse("1.2.3")!.minor]`,
    "[ true, 2 ]",
  ],
  "gl-matrix": [
    "CommonJS whose names are modules",
    `import { vec3 } from "gl-matrix";\nArray.from(vec3.cross(vec3.create(), [1, 0, 0], [0, 1, 0]))`,
    "[ 0, 0, 1 ]",
  ],
  jszip: [
    "CommonJS made for browsers, asynchronous, typed",
    `import JSZip from "jszip";\nconst zip = new JSZip().file("a.txt", "hello"); const bytes = await zip.generateAsync({ type: "uint8array" });\nawait (await JSZip.loadAsync(bytes)).file("a.txt")!.async("string")`,
    "'hello'",
  ],
  "lru-cache": [
    "by exports map, for import and require, typed",
    `import { LRUCache } from "lru-cache";\nconst cache = new LRUCache<string, number>({ max: 1 }); cache.set("a", 1).set("b", 2); [...cache.keys()]`,
    "[ 'b' ]",
  ],
  ora: [
    "ESM only, with a dozen dependencies, loaded while the cell runs",
    `const { default: ora } = await import("ora");\ntypeof ora().succeed`,
    "'function'",
  ],
};

for (const [name, [kind, cell, result]] of Object.entries(packages)) {
  test(`${name}: ${kind}`, async () => {
    const ran = await kernel.run(cell);
    assert.equal(ran.error, "");
    assert.equal(ran.result, result);
  });
}

test("what a package types is checked in the cells that use it", async () => {
  const ran = await kernel.run(`import { parse } from "csv-parse/sync";\nparse(5, { columnz: true });`);
  assert.match(ran.text("stderr"), /warning TS2769: No overload matches this call/);
});
