// What cells may import: Node's modules, packages of both kinds, files beside the notebook, bnlab itself.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { startKernel } from "./startKernel";

const kernel = startKernel();
after(() => kernel.stop());
const { run } = kernel;

function write(name: string, text: string): void {
  const file = path.join(kernel.folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

test("node: modules, with their types", async () => {
  const ran = await run(`import fs, { existsSync } from "node:fs";
import * as os from "os";
const wrong: string = os.cpus();
[typeof fs.readFileSync, existsSync("."), os.EOL]`);
  assert.equal(ran.result, "[ 'function', true, '\\n' ]");
  assert.match(ran.text("stderr"), /line 3: warning TS2322/);
});

test("imports reach later cells, and need not be used where they stand", async () => {
  await run(`import { join as joined } from "node:path";`);
  assert.equal((await run("joined('a', 'b')")).result, `'${path.join("a", "b").replaceAll("\\", "\\\\")}'`);
});

test("bnlab, with its types, wherever the notebook lies", async () => {
  const ran = await run(`import { display as show } from "bnlab";\nshow.markdown(5);`);
  assert.match(
    ran.text("stderr"),
    /TS2345: Argument of type 'number' is not assignable to parameter of type 'string'/,
  );
  assert.equal(ran.reply.status, "ok");
});

test("an ESM-only package, found by its exports map", async () => {
  write(
    "node_modules/esm-only/package.json",
    JSON.stringify({
      name: "esm-only",
      type: "module",
      exports: { ".": { types: "./lib/index.d.ts", import: "./lib/index.js" }, "./deep": "./lib/deep.js" },
    }),
  );
  write(
    "node_modules/esm-only/lib/index.js",
    "await null; export const twice = (n) => n * 2; export default 'whole';",
  );
  write(
    "node_modules/esm-only/lib/index.d.ts",
    "export function twice(n: number): number; declare const whole: string; export default whole;",
  );
  write("node_modules/esm-only/lib/deep.js", "export const depth = 2;");
  const ran = await run(
    `import whole, { twice } from "esm-only";\nimport { depth } from "esm-only/deep";\n[whole, twice(4), depth]`,
  );
  assert.equal(ran.result, "[ 'whole', 8, 2 ]");
  assert.match((await run(`twice("x")`)).text("stderr"), /TS2345/);
});

test("a CommonJS package, by name, whole and default", async () => {
  write("node_modules/old-style/package.json", JSON.stringify({ name: "old-style", main: "main.js" }));
  write(
    "node_modules/old-style/main.js",
    "const api = {}; for (const name of ['half']) api[name] = (n) => n / 2; module.exports = api;",
  );
  const ran = await run(`import old, { half } from "old-style";\n[half(4), old.half(6)]`);
  assert.equal(ran.result, "[ 2, 3 ]");
});

test("files beside the notebook: TypeScript without extension, its own imports, JSON", async () => {
  write(
    "shapes.ts",
    `import { unit } from "./units";\nimport sizes from "./sizes.json";\nexport interface Shape { w: number }\nexport const area = (s: Shape): string => \`\${s.w * sizes.factor}\${unit}\`;`,
  );
  write("units.ts", `export const unit: string = "px";`);
  write("sizes.json", `{ "factor": 3 }`);
  const ran = await run(
    `import { area, type Shape } from "./shapes";\nimport sizes from "./sizes.json";\nconst s: Shape = { w: 2 };\n[area(s), sizes.factor]`,
  );
  assert.equal(ran.error, "");
  assert.equal(ran.result, "[ '6px', 3 ]");
  assert.equal(ran.text("stderr"), "");
});

test("a file that has changed is read anew", async () => {
  write("changing.ts", "export const version = 1;");
  assert.equal((await run(`import { version } from "./changing";\nversion`)).result, "1");
  await new Promise((resolve) => setTimeout(resolve, 20));
  write("changing.ts", "export const version = 2;");
  assert.equal((await run(`import { version } from "./changing";\nversion`)).result, "2");
});

test("a file is read anew when one that it imports has changed", async () => {
  write("deep/leaf.ts", "export const leaf = 1;");
  write("deep/stem.ts", "export { leaf } from './leaf';");
  assert.equal((await run(`import { leaf } from "./deep/stem";\nleaf`)).result, "1");
  await new Promise((resolve) => setTimeout(resolve, 20));
  write("deep/leaf.ts", "export const leaf = 2;");
  assert.equal((await run(`import { leaf } from "./deep/stem";\nleaf`)).result, "2");
});

test("an error in a file names the line that its author wrote, and the cell that called", async () => {
  write(
    "fails.ts",
    "interface Long {\n  a: number;\n}\n\nexport function fails(x: Long): never {\n  throw new Error('no ' + x.a);\n}\n",
  );
  const ran = await run(`import { fails } from "./fails";\n\nfails({ a: 1 });`);
  assert.match(ran.error, /^> 3 \| fails/m);
  const file = path.join(kernel.folder, "fails.ts").replaceAll("\\", "\\\\");
  assert.match(ran.error, new RegExp(`at fails \\(${file}:6:9\\)\n    at Cell \\d+, line 3, column \\d+$`));
});

test("a syntax error in a file names its place", async () => {
  write("broken.ts", "\nexport const a = ;\n");
  const ran = await run(`import { a } from "./broken";`);
  assert.match(ran.error, /^SyntaxError: Expression expected\. \(.*broken\.ts:2:18\)$/m);
});

test("a file that was missing is found once it is there, with its types", async () => {
  assert.match((await run(`import { late } from "./folder/late";`)).error, /ImportError: cannot find/);
  write("folder/other.ts", "export {};");
  write("folder/late.ts", "export const late: number = 1;");
  const ran = await run(`import { late } from "./folder/late";\nconst text: string = late;\ntext`);
  assert.equal(ran.result, "1");
  assert.match(ran.text("stderr"), /^Cell \d+, line 2: warning TS2322/);
});

test("import() in a cell", async () => {
  assert.equal((await run(`const { twice: again } = await import("esm-only");\nagain(21)`)).result, "42");
});

test("a missing package or export is said in words, with the import's line", async () => {
  const missing = await run(`\nimport x from "not-there/sub";`);
  assert.match(missing.error, /> 2 \| import x[\s\S]*at Cell \d+, line 2, column 15$/);
  assert.match(
    missing.error,
    /ImportError: cannot find package "not-there\/sub" from .*; install it there: npm install not-there$/m,
  );
  assert.match(
    (await run(`import { nothing } from "node:os";`)).error,
    /"node:os" has no export named "nothing"; it has /,
  );
  assert.match((await run(`import "./absent";`)).error, /ImportError: cannot find "\.\/absent" from/);
});
