// What is read of the project around a notebook: the nearest tsconfig.json, what it extends, and where it is mistaken.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import ts from "typescript";
import { hasConfig, projectOf } from "../../../kernel/session/node/project";

const root = realpathSync(mkdtempSync(path.join(os.tmpdir(), "bnlab-project-")));
after(() => rmSync(root, { recursive: true, force: true }));
let folder = root;
let count = 0;
let time = 1e9;
beforeEach(() => {
  folder = path.join(root, String(++count));
  mkdirSync(path.join(folder, "notebooks"), { recursive: true });
});

/** Writes a file of the project, which is newer than all before it. */
function write(name: string, text: string): void {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  time += 10;
  utimesSync(file, time, time);
}
const project = (name = "notebooks") => projectOf(ts, path.join(folder, name));

describe("the project around a notebook", () => {
  test("is none where no folder above has a tsconfig.json", () => {
    assert.deepEqual(project(), { options: {} });
    assert.equal(hasConfig(path.join(folder, "notebooks")), false);
  });

  test("is the nearest one's, with what it extends; what the kernel decides itself stays out", () => {
    write(
      "base.json",
      '{ "compilerOptions": { "strict": false, "noImplicitReturns": true, "outDir": "out" } }',
    );
    write(
      "tsconfig.json",
      '{ "extends": "./base.json", "compilerOptions": { "strict": true, "target": "es5" } }',
    );
    assert.deepEqual(project(), { options: { strict: true, noImplicitReturns: true }, mistake: undefined });
    assert.equal(hasConfig(path.join(folder, "notebooks")), true);
    write("notebooks/tsconfig.json", '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }');
    const { options } = project();
    assert.deepEqual(Object.keys(options).sort(), ["paths", "pathsBasePath"]);
    assert.deepEqual(project(".").options, { strict: true, noImplicitReturns: true });
  });

  test("is read again when one of its files has changed or gone, and only then", () => {
    write("base.json", '{ "compilerOptions": { "strict": false } }');
    write("tsconfig.json", '{ "extends": "./base.json" }');
    const before = project();
    assert.equal(project(), before);
    write("base.json", '{ "compilerOptions": { "strict": true } }');
    const changed = project();
    assert.deepEqual([before.options, changed.options], [{ strict: false }, { strict: true }]);
    assert.equal(project(), changed);
    rmSync(path.join(folder, "base.json"));
    assert.match(project().mistake ?? "", /^\.\.\/tsconfig\.json: Cannot read file .*base\.json/);
  });

  test("tells its first mistake, with its place; having no files is none", () => {
    write(
      "tsconfig.json",
      '{\n  "compilerOptions": {\n    "strict": "yes",\n    "noImplicitAny": true\n  }\n}',
    );
    const { mistake, options } = project();
    assert.match(mistake ?? "", /^\.\.\/tsconfig\.json, line 3: .*'strict'/);
    assert.equal(options.noImplicitAny, true);
    write("tsconfig.json", '{ "files": [], "compilerOptions": { "strict": true } }');
    assert.equal(projectOf(ts, folder).options.strict, true);
    write("tsconfig.json", '{ "compilerOptions": {\n "strict": true,, } }');
    assert.match(projectOf(ts, folder).mistake ?? "", /^tsconfig\.json, line 2: /);
  });
});
