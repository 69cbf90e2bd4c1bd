// Any name may be declared, in any way; a name means in its own and in later cells what it means in a module.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { startKernel } from "./startKernel";

const kernel = startKernel();
after(() => kernel.stop());
const { run } = kernel;

/** Names that TypeScript, JavaScript, Node or the kernel have a use of their own for. */
const names = [
  ...["__", "__x", "___", "__proto__", "$$", "$$$", "$$x", "$", "_"],
  ...["require", "module", "exports", "__filename", "__dirname"],
  ...[
    "on",
    "result",
    "scope",
    "meta",
    "load",
    "tsLastExpr",
    "env_1",
    "constructor",
    "toString",
    "hasOwnProperty",
  ],
  ...[
    "async",
    "of",
    "get",
    "as",
    "type",
    "from",
    "name",
    "process",
    "console",
    "globalThis",
    "ünï",
    "变量",
    "ª",
  ],
];

/** How a name gets a value that shows as 5; `x` is the name, `self` a fresh object's. */
const forms: Record<string, (x: string) => string> = {
  const: (x) => `const ${x} = 5;`,
  let: (x) => `let ${x}: number; ${x} = 5;`,
  var: (x) => `var ${x} = 5;`,
  "a destructured object": (x) => `const { a: ${x} } = { a: 5 };`,
  "a destructured name": (x) => `const { ["${x}"]: ${x} } = { ["${x}"]: 5 };`,
  "a default": (x) => `const [{ a: ${x} = 5 }] = [{} as { a?: number }];`,
  "rest of an array": (x) => `const [, ...rest_${x}] = [1, 5]; const [${x}] = rest_${x};`,
  "var in a loop": (x) => `for (var ${x} = 0; ${x} < 5; ${x}++);`,
  export: (x) => `export const ${x} = 5;`,
  import: (x) => `import { five as ${x} } from "./five.mjs";`,
  "default import": (x) => `import ${x} from "./five.mjs";`,
};

describe("names", () => {
  const hidden = startKernel(); // its `process` and `console` are hidden by what the cells declare
  after(() => hidden.stop());
  writeFileSync(path.join(hidden.folder, "five.mjs"), "export const five = 5; export default 5;");
  for (const [form, declare] of Object.entries(forms)) {
    test(`${form}: every name, in its own cell and in the next`, async () => {
      const values = `[${names}].map(String).join("")`;
      const fives = `'${"5".repeat(names.length)}'`;
      const own = await hidden.run(`${names.map(declare).join("\n")}\n${values}`);
      assert.deepEqual([own.error, own.result], ["", fives]);
      assert.equal((await hidden.run(`(() => ${values})()`)).result, fives);
    });
  }

  test("functions, classes, enums, namespaces, types and shorthand too", async () => {
    for (const x of ["__f", "__proto__", "$$", "require", "arguments_", "变量"]) {
      const declared = await run(`function ${x}() { return 5 }\n[${x}(), ${x}.name]`);
      assert.equal(declared.result, `[ 5, '${x}' ]`);
      assert.equal(
        (await run(`class ${x} { static five = 5 }\n[${x}.five, ${x}.name]`)).result,
        `[ 5, '${x}' ]`,
      );
      assert.equal((await run(`new ${x}() instanceof ${x}`)).result, "true");
      assert.equal((await run(`enum ${x} { five = 5 }`)).error, "");
      assert.equal((await run(`${x}.five`)).result, "5");
      assert.equal((await run(`namespace ${x} { export const five = 5 }`)).error, "");
      assert.equal((await run(`${x}.five`)).result, "5");
      assert.equal((await run(`const ${x} = () => 5;\n[${x}.name, ${x}()]`)).result, `[ '${x}', 5 ]`);
      assert.equal((await run(`Object.entries({ ${x} })[0]![0]`)).result, `'${x}'`);
    }
    await run("interface __Shape { side: number }\ntype __Alias = __Shape;");
    assert.match((await run("const shape: __Alias = { side: 'x' };")).text("stderr"), /TS2322/);
  });

  test("the usual head of a module in place of what a cell finds", async () => {
    const head = `import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";
import { dirname } from "node:path";
const __filename = fileURLToPath(import.meta.url);
const __dirname = dirname(__filename);
const require = createRequire(import.meta.url);
[__dirname === process.cwd(), typeof require("node:fs").readFileSync]`;
    const ran = await run(head);
    assert.deepEqual([ran.error, ran.result], ["", "[ true, 'function' ]"]);
    assert.equal((await run("__filename.startsWith(__dirname)")).result, "true");
  });

  test("an identifier written with escapes is the same", async () => {
    assert.equal((await run("const \\u0061bc = 4;\nabc")).result, "4");
    assert.equal((await run("\\u{61}bc")).result, "4");
  });

  test("what the kernel itself is called means nothing in a cell", async () => {
    await kernel.client.execute("1", () => {});
    for (const name of ["arguments", "$$k", "$$$$", "goOn", "kernel"]) {
      assert.match(
        (await run(name)).error,
        new RegExp(`^ReferenceError: ${name.replaceAll("$", "\\$")} is not defined`),
      );
      assert.equal((await run(`typeof ${name}`)).result, "'undefined'");
    }
    assert.equal((await run("this === undefined")).result, "true");
    assert.equal((await run("(() => this === undefined)()")).result, "true");
    assert.equal((await run("({ five: 5, get() { return this.five } }).get()")).result, "5");
  });

  test("anonymous default exports run and declare nothing", async () => {
    for (const cell of ["export default function () {}", "export default class {}", "export default 5"]) {
      assert.equal((await run(`${cell}\n`)).error, "");
    }
  });
});

describe("eval", () => {
  test("sees the cell's variables, earlier cells', and those around it", async () => {
    assert.equal((await run(`const inEval = 41;\neval("inEval + 1")`)).result, "42");
    assert.equal((await run(`eval("inEval + 2")`)).result, "43");
    const ran = await run(
      `function local(inEval: number) { const own = 1; return eval("inEval + own"); }\n[local(1), eval("(x => x + inEval)(1)"), eval("typeof nowhere")]`,
    );
    assert.deepEqual([ran.error, ran.result], ["", "[ 2, 42, 'undefined' ]"]);
    assert.equal((await run(`let counted = 1;\neval("counted += 2");\ncounted`)).result, "3");
    assert.equal((await run(`await Promise.resolve(eval("counted"))`)).result, "3");
  });

  test("knows no more than the cell does", async () => {
    assert.match((await run(`eval("nowhere")`)).error, /ReferenceError: nowhere is not defined/);
    assert.match((await run(`eval("soon"); const soon = 1;`)).error, /Cannot access 'soon' before/);
    assert.equal((await run(`typeof (0, eval)("typeof inEval")`)).result, "'string'");
    assert.equal((await run(`const $$ = 5;\n[eval("$$"), eval("inEval")]`)).result, "[ 5, 41 ]");
    assert.equal(
      (await run(`(() => { const eval_ = eval; return eval_("typeof inEval"); })()`)).result,
      "'undefined'",
    );
  });
});

describe("before its declaration ran", () => {
  test("a name is an error to read, to write and to ask for", async () => {
    for (const [x, use] of Object.entries({
      tdz1: "console.log(tdz1);",
      tdz2: "tdz2 = 1;",
      tdz3: "typeof tdz3;",
      tdz4: "(() => tdz4)();",
      tdz5: "tdz5++;",
      tdz6: "({ tdz6 });",
      tdz7: "[...tdz7];",
      tdz8: "[tdz8] = [1];",
    })) {
      const ran = await run(`${use}\nlet ${x} = 5;`);
      assert.match(ran.error, new RegExp(`^ReferenceError: Cannot access '${x}' before initialization`));
      assert.match(ran.error, /^> 1 \|/m);
      assert.match((await run(x)).error, new RegExp(`^ReferenceError: ${x} is not defined`));
    }
    for (const declaration of [
      "class Tdz {}",
      "const { Tdz } = { Tdz: 1 };",
      "enum Tdz { a }",
      "const [Tdz] = [1];",
    ]) {
      const ran = await run(`Tdz;\n${declaration}`);
      assert.match(ran.error, /^ReferenceError: Cannot access 'Tdz' before initialization/, declaration);
    }
  });

  test("functions and `var` have a value from the beginning", async () => {
    const ran = await run(
      "const seen = [hoistedVar, typeof hoisted, inLoop];\nvar hoistedVar = 1;\nfunction hoisted() {}\nfor (var inLoop = 0; inLoop < 2; inLoop++);\nseen",
    );
    assert.equal(ran.result, "[ undefined, 'function', undefined ]");
  });

  test("a function may name what is declared below it", async () => {
    assert.equal((await run("const first = () => second();\nconst second = () => 5;\nfirst()")).result, "5");
  });
});

describe("a cell that fails", () => {
  test("declares what it came to, and not what it did not", async () => {
    await run(
      `const came = 1;\nthrow new Error("m");\nconst neverCame = 2;\nclass Never {}\nimport "node:fs";`,
    );
    assert.equal((await run("came")).result, "1");
    for (const name of ["neverCame", "Never"]) {
      assert.match((await run(name)).error, new RegExp(`^ReferenceError: ${name} is not defined`));
      assert.equal((await run(`typeof ${name}`)).result, "'undefined'");
      assert.match((await run(`const t: string = ${name};`)).text("stderr"), /TS2304/);
    }
  });

  test("hides no global and nothing of the kernel's", async () => {
    await run(`const { display, Math, structuredClone } = JSON.parse("{}").missing;`);
    const ran = await run(`display("x");\n[Math.max(1, 2), structuredClone(3)]`);
    assert.deepEqual([ran.error, ran.text("stderr"), ran.result], ["", "", "[ 2, 3 ]"]);
    assert.ok(ran.publications.some(({ header }) => header.msg_type === "display_data"));
  });

  test("nor does an import that failed", async () => {
    await run(`import { URL, display } from "./nowhere";`);
    assert.equal((await run(`display;\nnew URL("http://a/b").pathname`)).result, "'/b'");
    assert.equal((await run(`new URL("http://a/b").pathname`)).text("stderr"), "");
  });

  test("leaves an earlier value, with its type", async () => {
    await run(
      `const kept = 1;\nlet open = "a";\nfunction make() { return 1 }\nimport { join as joins } from "node:path";`,
    );
    await run(`throw new Error("m");\nconst kept = "s", open = 5, make = 3, joins = 4;`);
    const ran = await run(
      `open = "b";\n[kept.toFixed(1), open.length, make().toFixed(), joins("a", "b").length]`,
    );
    assert.deepEqual([ran.text("stderr"), ran.result], ["", "[ '1.0', 1, '1', 3 ]"]);
    assert.match((await run("kept = 2;")).error, /because it is a constant/);
  });

  test("an interrupted one too", async () => {
    const running = run(
      "const begun = 1;\nconsole.log('on');\nwhile (true) {}\nconst unbegun = 2;",
      ({ header }) => {
        if (header.msg_type === "stream") void kernel.client.interrupt();
      },
    );
    assert.match((await running).error, /Interrupted/);
    assert.equal((await run("[begun, typeof unbegun]")).result, "[ 1, 'undefined' ]");
  });

  test("what it left running sees globals, and its own names as not there", async () => {
    await run(
      `const ask = () => [typeof display, (() => { try { return missing } catch (e) { return String(e) } })()];\nthrow 1;\nconst missing = 2, display = 3;`,
    );
    assert.equal((await run("ask()")).result, "[ 'function', 'ReferenceError: missing is not defined' ]");
  });
});

describe("where a cell stands", () => {
  test("import.meta and what a CommonJS module finds", async () => {
    const ran = await run(
      `[import.meta.resolve("./a.ts") === new URL("a.ts", import.meta.url).href, import.meta.resolve("node:fs"), module.exports === exports, __filename === import.meta.filename]`,
    );
    // The head of a module above has declared `__filename`.
    assert.deepEqual([ran.error, ran.result], ["", "[ true, 'node:fs', true, true ]"]);
    assert.match((await run(`import.meta.resolve("bnlab")`)).result ?? "", /bnlab\.js'$/);
    const at = path.join(kernel.folder, "lesson ü.ipynb");
    for (const env of [{ BNLAB_NOTEBOOK: at }, { JPY_SESSION_NAME: at }]) {
      const named = startKernel({ env });
      const own = await named.run(
        "[import.meta.filename === __filename, import.meta.filename, import.meta.url, __dirname].join()",
      );
      await named.stop();
      assert.equal(own.result, `'${["true", at, pathToFileURL(at).href, kernel.folder].join()}'`);
    }
    assert.match((await run(`import.meta.resolve("not-there")`)).error, /Cannot find package 'not-there'/);
  });
});
