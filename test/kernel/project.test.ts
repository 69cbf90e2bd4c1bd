// The project around a notebook: its tsconfig.json, its files in TypeScript, imported and required, its own packages.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { startKernel } from "./startKernel";

type Files = Record<string, string>;

function write(folder: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
}

/** A kernel in `nb/` of a project with these files. */
function inProject(files: Files) {
  const root = mkdtempSync(path.join(os.tmpdir(), "bnlab-project-"));
  write(root, { ...files, "nb/readme": "" });
  const kernel = startKernel({ parent: path.join(root, "nb") });
  after(async () => {
    await kernel.stop();
    rmSync(root, { recursive: true, force: true });
  });
  return { ...kernel, root };
}

const config = (compilerOptions: object, more: object = {}) => JSON.stringify({ compilerOptions, ...more });

describe("tsconfig.json", () => {
  test("paths lead cells and the files they import where they lead TypeScript", async () => {
    const { run } = inProject({
      "tsconfig.json": `{ // as everybody writes it\n"extends": "./base.json", "include": ["src"], }`,
      "base.json": config({ paths: { "@my/*": ["./src/*"], "#exact": ["./src/deep/exact.ts"] } }),
      "src/app.ts": `import { leaf } from "@my/deep/leaf";\nexport const app: number = leaf + 1;`,
      "src/deep/leaf.ts": "export const leaf = 1;",
      "src/deep/exact.ts": "export default 'exact';",
    });
    const ran = await run(
      `import { app } from "@my/app";\nimport exact from "#exact";\nconst { leaf } = await import("@my/deep/leaf");\n[app, exact, leaf]`,
    );
    assert.deepEqual([ran.error, ran.text("stderr"), ran.result], ["", "", "[ 2, 'exact', 1 ]"]);
    assert.match((await run("const text: string = app;")).text("stderr"), /TS2322/);
    assert.match((await run(`import "@my/absent";`)).error, /ImportError: cannot find package "@my\/absent"/);
  });

  test("files above the notebook are no news to it, with or without a tsconfig", async () => {
    const { run } = inProject({ "src/app.ts": "export const app = 5;", "lib.ts": "export const lib = 1;" });
    const ran = await run(
      `import { app } from "../../src/app";\nimport { lib } from "../../lib";\napp + lib`,
    );
    assert.deepEqual([ran.error, ran.text("stderr"), ran.result], ["", "", "6"]);
  });

  test("decorators are those of TypeScript's past where it says so, of methods and of parameters, in cells and files", async () => {
    const decorated = `const seen: string[] = [];
function method(t: object, k: string, d: PropertyDescriptor) { seen.push(k + typeof d.value); }
function parameter(t: object, k: string | symbol | undefined, i: number) { seen.push(String(k) + i); }
class A { @method go(@parameter x: number) { return x; } }`;
    const { run } = inProject({
      "tsconfig.json": config({ experimentalDecorators: true, emitDecoratorMetadata: true }),
      "src/a.ts": `${decorated}\nexport { seen };`,
    });
    const own = await run(`${decorated}\nseen.join()`);
    assert.deepEqual([own.error, own.text("stderr"), own.result], ["", "", "'go0,gofunction'"]);
    const imported = await run(`import { seen as theirs } from "../../src/a";\ntheirs.join()`);
    assert.deepEqual([imported.error, imported.result], ["", "'go0,gofunction'"]);
  });

  test("says how strictly to check, and what it no longer says does not hold", async () => {
    const { run, root } = inProject({ "tsconfig.json": config({ strict: false }) });
    assert.equal(
      (await run("function sum(x, y) { return x + y }\nconst n: number = null;")).text("stderr"),
      "",
    );
    const file = path.join(root, "tsconfig.json");
    writeFileSync(file, config({ strict: true, noUncheckedIndexedAccess: true }));
    utimesSync(file, 1, 1);
    assert.match((await run("function sum2(x, y) { return x + y }")).text("stderr"), /TS7006/);
    assert.match((await run("[1][0].toFixed()")).text("stderr"), /TS2532/);
    assert.match((await run("try { throw 1 } catch (e) { e.message }")).text("stderr"), /TS18046/);
  });

  test("fields are defined or assigned, as it says", async () => {
    const { run } = inProject({ "tsconfig.json": config({ useDefineForClassFields: false }) });
    await run("class Base { set x(v: number) { console.log('set', v) } }");
    assert.equal(
      (await run("class Sub extends Base { y = 1; x = 5 }\nvoid new Sub()")).text("stdout"),
      "set 5\n",
    );
  });

  test("one that cannot be read is told once, in words, and stops nothing", async () => {
    const { run } = inProject({ "tsconfig.json": `{ "compilerOptions": { "strict": "yes", "targett": 1 } ` });
    const first = await run("1 + 1");
    assert.equal(first.result, "2");
    assert.match(first.text("stderr"), /^warning: .*tsconfig\.json, line 1: .+\n$/);
    assert.equal((await run("1 + 2")).text("stderr"), "");
  });

  test("`extends` that leads nowhere is told too", async () => {
    const { run } = inProject({ "tsconfig.json": `{ "extends": "./nowhere.json" }` });
    assert.match((await run("1")).text("stderr"), /^warning: .*nowhere\.json/);
  });
});

describe("require", () => {
  const kernel = startKernel();
  after(() => kernel.stop());
  const { run, folder } = kernel;
  write(folder, {
    "helper.ts": `import { unit } from "./deep/unit";\nexport const help = (x: number): string => x + unit;`,
    "deep/unit.ts": `import fs = require("node:fs");\nexport const unit: string = typeof fs.readFileSync;`,
    "deep/index.ts": "export default class Deep { five = 5 as const }",
    "whole.ts": "function whole(x: number) { return x * 2; }\nexport = whole;",
    "named.cts": "export const named: number = 3;\nexport function twice(x: number) { return 2 * x; }",
    "object.ts": "const a: number = 1;\nexport = { a, b: 2 };",
    "equals.ts": `import whole = require("./whole");\nimport { named } from "./named.cjs";\nexport const both = whole(2) + named;`,
    "fails.ts":
      "interface Long {\n  a: number;\n}\nexport function fails(x: Long) {\n  throw new Error('no ' + x.a);\n}",
    "broken.ts": "\nconst = 3;",
  });

  test("TypeScript with its extension and without, a folder, `export =`, .cts, and .js that is .ts", async () => {
    for (const [cell, result] of [
      [`require("./helper").help(1)`, "'1function'"],
      [`require("./helper.ts").help(2)`, "'2function'"],
      [`require("./helper.js").help(3)`, "'3function'"],
      [`new (require("./deep").default)().five`, "5"],
      [`require("./whole")(4)`, "8"],
      [`require("./named.cts").twice(4)`, "8"],
      [`require(__dirname + "/object").b`, "2"],
    ] as const) {
      const ran = await run(cell);
      assert.deepEqual([cell, ran.error, ran.result], [cell, "", result]);
    }
  });

  test("import x = require(…), in cells and in files", async () => {
    const ran = await run(
      `import fs = require("fs");\nimport whole = require("./whole");\n[typeof fs.readFileSync, whole(2).toFixed(1)]`,
    );
    assert.deepEqual([ran.error, ran.text("stderr"), ran.result], ["", "", "[ 'function', '4.0' ]"]);
    const later = await run(`const between = 1;`);
    assert.equal(later.error, "");
    assert.match(
      (await run("const n: string = whole(3);\nfs.existsSync('.')")).text("stderr"),
      /^Cell \d+, line 1: warning TS2322.*\n$/,
    );
    const file = await run(`import { both } from "./equals";\nboth`);
    assert.deepEqual([file.error, file.text("stderr"), file.result], ["", "", "7"]);
  });

  test("CommonJS in TypeScript may be imported, too", async () => {
    const ran = await run(
      `import { twice } from "./named.cjs";\nimport object, { a } from "./object";\n[twice(2), object.b, a]`,
    );
    assert.deepEqual([ran.error, ran.result], ["", "[ 4, 2, 1 ]"]);
  });

  test("a file that has changed is read anew", async () => {
    write(folder, { "changing.ts": "export const version: number = 1;" });
    assert.equal((await run(`require("./changing").version`)).result, "1");
    write(folder, { "changing.ts": "export const version: number = 2;" });
    utimesSync(path.join(folder, "changing.ts"), 5, 5);
    assert.equal((await run(`require("./changing").version`)).result, "2");
  });

  test("errors name the author's line, in mistakes of syntax as well", async () => {
    assert.match(
      (await run(`require("./fails").fails({ a: 1 })`)).error,
      /at .*fails \(.*fails\.ts:5:\d+\)\n {4}at Cell/,
    );
    assert.match((await run(`require("./broken")`)).error, /SyntaxError: .*broken\.ts:2:7\)/);
    assert.match((await run(`require("./absent")`)).error, /Cannot find module '.\/absent'/);
  });
});

test("packages of the workspace, written in TypeScript, are found through their links", async () => {
  const { run, root, folder } = inProject({
    "packages/one/package.json": `{ "name": "@work/one", "type": "module", "exports": { ".": "./src/index.ts", "./sub": "./src/sub.ts" } }`,
    "packages/one/src/index.ts": `export { sub } from "./sub";\nexport enum One { a = 1 }`,
    "packages/one/src/sub.ts": "export const sub: string = 'sub';",
    "packages/two/package.json": `{ "name": "two", "main": "src/index" }`,
    "packages/two/src/index.ts": `import { sub } from "@work/one/sub";\nexport const two = (x: number) => x + sub;`,
    "node_modules/@work/readme": "",
  });
  symlinkSync(path.join(root, "packages/one"), path.join(root, "node_modules/@work/one"), "junction");
  symlinkSync(path.join(root, "packages/two"), path.join(root, "node_modules/two"), "junction");
  const ran = await run(
    `import { One, sub } from "@work/one";\nimport { two } from "two";\n[One.a, sub, two(1)]`,
  );
  assert.deepEqual([ran.error, ran.text("stderr"), ran.result], ["", "", "[ 1, 'sub', '1sub' ]"]);
  assert.ok(folder.startsWith(root));
  assert.match((await run("two('x')")).text("stderr"), /TS2345/);
});
