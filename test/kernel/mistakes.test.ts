// What a cell is told when it is not as it should be, in its own terms: tensors under operators, other kernels' idioms, types.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { askLanguage } from "../../kernel/protocol";
import { startKernel } from "./startKernel";

const kernel = startKernel();
after(() => kernel.stop());
const { run, client } = kernel;

/** What VS Code would underline, and what it says there. */
async function underlined(
  text: string,
  language: "typescript" | "javascript" = "typescript",
): Promise<string[]> {
  const found = await askLanguage(client, "diagnostics", [{ id: "c", text, language }], { cell: "c" });
  return found
    .filter(({ severity }) => severity !== "hint")
    .map(({ start, length, message }) => `${text.slice(start, start + length)} → ${message}`);
}

const tensors = `import { nn, tensor, type Tensor } from "bnlab";\nconst a = tensor([1, 2]), b = tensor([3, 4]), p = new nn.Parameter(a);\nlet c = a;`;

/** A cell, what stands under the line, and what is said. */
const operators: [cell: string, at: string, said: string][] = [
  ["void (a + b);", "a + b", "tensors have no +: a.add(b)"],
  ["void (a - 1);", "a - 1", "tensors have no -: a.sub(1)"],
  ["void (2 * a);", "2 * a", "tensors have no *: a.mul(2)"],
  ["void (2 / a);", "2 / a", "tensors have no /: tensor(2).div(a)"],
  ["void (a ** 2);", "a ** 2", "tensors have no **: a.pow(2)"],
  ["void (a % 2);", "a % 2", "tensors have no %: a.remainder(2)"],
  ["void (a.sum() + b);", "a.sum() + b", "tensors have no +: x.add(b)"],
  ["void (p + 1);", "p + 1", "tensors have no +: p.add(1)"],
  ["c += b;", "c += b", "tensors have no +=: c = c.add(b)"],
  ["c *= 2;", "c *= 2", "tensors have no *=: c = c.mul(2)"],
  ["void -a;", "-a", "tensors have no -: a.neg()"],
  ["c++;", "c++", "tensors have no ++: c = c.add(1)"],
  ["void (a < b);", "a < b", "tensors have no <: a.lt(b)"],
  ["void (0 >= a);", "0 >= a", "tensors have no >=: a.le(0)"],
  ["void (a == b);", "a == b", "== compares no tensors: a.eq(b) gives a mask, a.equal(b) true or false"],
  ["void (a === 3);", "a === 3", "=== compares no tensors: a.eq(3) gives a mask"],
  ["void (() => a.data.mul_(2));", "mul_", ".data is an array of the numbers: a.detach().mul_"],
  ["void (() => p.data.copy_(a));", "copy_", ".data is an array of the numbers: p.detach().copy_"],
  ["void a[0];", "a[0]", "tensors have no [0]: a.at(0) or a.select(0, 0)"],
  [
    "if (a.any()) c = b;",
    "a.any()",
    "a tensor is true as a condition, whatever is in it: x.item() is the number in it",
  ],
  [
    "while (!a) break;",
    "a",
    "a tensor is true as a condition, whatever is in it: a.item() is the number in it",
  ],
  [
    "void (a ? 1 : 2);",
    "a",
    "a tensor is true as a condition, whatever is in it: a.item() is the number in it",
  ],
  ["void (a && 1);", "a", "a tensor is true as a condition, whatever is in it: a.item() is the number in it"],
];

describe("tensors", () => {
  for (const [cell, at, said] of operators) {
    test(cell, async () => {
      const found = await underlined(`${tensors}\n${cell}`);
      assert.deepEqual(found, [`${at} → ${said}`]);
      await run(tensors);
      const warnings = (await run(cell)).text("stderr").trim().split("\n");
      assert.equal(warnings.length, 1, warnings.join("\n"));
      assert.ok(warnings[0]!.endsWith(`: ${said}`), warnings[0]);
    });
  }

  test("what is meant is let be: identity, texts, what may be missing, numbers", async () => {
    const fine = `${tensors}\nlet maybe: Tensor | undefined = Math.random() < 2 ? a : undefined;
void [a === b, a === null, undefined != a, "x" + a, \`\${a}\`, maybe === undefined, maybe && 1, maybe ? 1 : 2, !maybe, a.at(0).item() + 1, 1 < 2, a.shape[0]! * 2, a.size(0)];
if (maybe) c = maybe;`;
    assert.deepEqual(await underlined(fine), []);
    assert.equal((await run(fine)).text("stderr"), "");
  });

  test("a JavaScript cell is told, too, and of nothing else", async () => {
    await run(tensors);
    const warnings: string[] = [];
    await client.execute(
      "function sum(x, y) { return x + y }\nsum(1).nope;\nvoid (a + b);",
      (publication) => {
        if ("text" in publication.content) warnings.push(publication.content.text);
      },
      { checks: "none" },
    );
    assert.match(warnings.join(""), /^Cell \d+, line 3: warning TS2365: tensors have no \+: a\.add\(b\)\n$/);
  });

  test("no message names a path of the machine", async () => {
    for (const cell of ["a.nope;", "const text: string = a;", "nn.relu(1, 2, 3);", "new nn.Linear({});"]) {
      const said = [
        (await run(`${tensors}\n${cell}`)).text("stderr"),
        ...(await underlined(`${tensors}\n${cell}`)),
      ];
      assert.match(said.join(), /warning/);
      assert.doesNotMatch(said.join(), /import\(|node_modules|dist\/|\.d\.ts/);
    }
  });
});

describe("modules", () => {
  test("forward may give several values, or an object, and take what it may not get", async () => {
    const cell = `${tensors}
class Pair extends nn.Module { forward(x: Tensor, targets?: Tensor): [Tensor, Tensor | undefined] { return [x, targets]; } }
class Named extends nn.Module { forward(x: Tensor) { return { x, two: 2 }; } }
class Field extends nn.Module { forward = (x: Tensor) => x.add(1); }
class One extends nn.Module { override forward(x: Tensor): Tensor { return new Field().forward(x); } }
const [first] = new Pair().forward(a);
const layers: nn.Module[] = [new One()];
let h = first;
for (const layer of layers) h = layer.forward(h);
new Named().forward(h).two + h.sum().item();`;
    assert.deepEqual(await underlined(cell), []);
    const ran = await run(cell);
    assert.deepEqual([ran.text("stderr"), ran.result], ["", "7"]);
  });

  test("what was caught may be asked for its message", async () => {
    const cell = "try { throw new Error('m'); } catch (e) { console.log(e.message); }";
    assert.deepEqual(await underlined(cell), []);
    assert.equal((await run(cell)).text("stderr"), "");
  });
});

describe("how strictly", () => {
  const loose = "function sum(x, y) { return x + y }\nconst n: number = null;\nlet u: string; u?.length;";
  const warnings = async (checks: "strict" | "loose" | "none") => {
    const texts: string[] = [];
    await client.execute(loose, ({ content }) => void ("text" in content && texts.push(content.text)), {
      checks,
    });
    return texts.join("");
  };

  test("a cell is checked as its notebook's kernel did", async () => {
    assert.match(await warnings("strict"), /TS7006[\s\S]*TS2322/);
    assert.equal(await warnings("loose"), "");
    assert.equal(await warnings("none"), "");
    assert.match(await warnings("strict"), /TS7006/);
  });
});

/** A cell → what is said of its line. */
const idioms: Record<string, RegExp> = {
  "%%html\n<b>hi</b>": /^SyntaxError: %%html is IPython's: display\.html\(`…`\) shows markup$/m,
  "%%markdown\n# Title": /%%markdown is IPython's: display\.markdown/,
  "%matplotlib inline\n1 + 1": /%matplotlib is IPython's: .*leave the line out/,
  "const t = 1;\n%time t": /%time is IPython's: console\.time/,
  "%%bash\nls": /%%bash is IPython's: execSync\(/,
  "%pip install numpy": /npm install numpy/,
  "%unheard of": /%unheard is IPython's: cells here are TypeScript alone/,
  "!ls": /execSync\("ls", \{ stdio: "inherit" \}\) of "node:child_process"/,
  "!ls -la /tmp": /execSync\("ls -la \/tmp"/,
  "!npm install lodash@4": /npm install lodash@4$/m,
  "!pip install torch": /npm install torch$/m,
  '#r "nuget:X"': /#r is another kernel's/,
};

describe("other kernels' idioms", () => {
  for (const [cell, said] of Object.entries(idioms)) {
    test(cell.replace("\n", "⏎"), async () => {
      const ran = await run(cell);
      assert.match(ran.error, said);
      assert.equal(ran.error.match(/^SyntaxError/gm)?.length, 1);
      const [only, ...more] = await underlined(cell);
      assert.match(only ?? "", said.source.startsWith("^") ? /IPython/ : said);
      assert.deepEqual(more, []);
    });
  }

  test("what looks like one and is TypeScript runs", async () => {
    assert.equal((await run("const flag = false;\n!flag")).result, "true");
    assert.equal((await run("const ten = 10\n% 4\nten")).result, "2");
    assert.equal((await run("`\n%%html\n!ls`.length")).result, "11");
  });

  test("imports by address say the package to install", async () => {
    for (const [specifier, said] of [
      ["npm:lodash@4", `npm install lodash@4, and import "lodash"`],
      ["npm:@std/fs@1/walk", `import "@std/fs/walk"`],
      ["jsr:@std/assert@1", `npx jsr add @std/assert@1, and import "@std/assert"`],
      ["https://esm.sh/lodash@4.17.21", `npm install lodash, and import "lodash"`],
      ["https://example.org/x.js", "save it beside the notebook"],
    ] as const) {
      for (const cell of [`import x from "${specifier}";`, `await import("${specifier}");`]) {
        const ran = await run(cell);
        assert.equal(ran.text("stderr"), "");
        assert.match(ran.error, /^ImportError: /);
        assert.ok(ran.error.includes(said), ran.error);
        assert.ok((await underlined(cell)).join().includes(said));
      }
    }
  });
});

describe("what later cells know", () => {
  test("names that a cell exports from elsewhere", async () => {
    const cell = `export { join } from "node:path";\nexport { sep as separator, type ParsedPath } from "node:path";\nexport * as os from "node:os";`;
    assert.equal((await run(cell)).error, "");
    const ran = await run(
      `const parsed: ParsedPath | undefined = undefined;\n[join("a", "b").length, separator, typeof os.EOL]`,
    );
    assert.deepEqual(
      [ran.error, ran.text("stderr"), ran.result],
      ["", "", "[ 3, '/', 'string' ]".replace("/", separator())],
    );
  });

  test("names that a cell declares and exports, as files do", async () => {
    const cell =
      "const halfOf = (x: number) => x / 2;\ninterface Sized { size: number }\nexport { halfOf, type Sized };\nexport interface WithName { name: string }";
    const ran = await run(cell);
    assert.deepEqual([ran.error, ran.text("stderr")], ["", ""]);
    assert.deepEqual(await underlined(cell), []);
    const used = await run("const both: Sized & WithName = { size: halfOf(6), name: 'a' };\nboth.size");
    assert.deepEqual([used.error, used.text("stderr"), used.result], ["", "", "3"]);
  });

  test("what is exported anew stands for what was there under its name", async () => {
    await run(
      "export interface Size { a: number }\nexport type Unit = 1;\nexport class Box { a = 1 }\nexport enum Side { a }",
    );
    await run(
      "export interface Size { b: string }\nexport type Unit = 2;\nexport class Box { b = 2 }\nexport enum Side { b }",
    );
    const ran = await run(
      "const size: Size = { b: '' }, unit: Unit = 2;\n[size.b, unit, new Box().b, Side.b]",
    );
    assert.deepEqual([ran.error, ran.text("stderr"), ran.result], ["", "", "[ '', 2, 2, 0 ]"]);
    assert.match((await run("const old: Size = { a: 1 };")).text("stderr"), /TS2353/);
  });

  test("what an assertion, or an `if` that throws, has found out", async () => {
    await run(`import assert from "node:assert";
const told: unknown = JSON.parse('"abc"'), maybe = [{ a: 1 }].find(({ a }) => a > 0), either: string | number = JSON.parse("3");
function assertIsString(value: unknown): asserts value is string { if (typeof value !== "string") throw new TypeError("no"); }`);
    await run(
      "assertIsString(told);\nassert(maybe);\nif (typeof either !== 'number') throw new Error('no');",
    );
    const ran = await run("[told.length, maybe.a, either.toFixed(1)]");
    assert.deepEqual([ran.text("stderr"), ran.result], ["", "[ 3, 1, '3.0' ]"]);
    assert.equal((await run("told.toUpperCase()")).text("stderr"), "");
    await run("let open: string | number = 1;\nconsole.log(open);");
    assert.equal((await run("open = 'a';")).text("stderr"), "");
  });

  test("what this engine has, and what it has not", async () => {
    for (const [cell, has] of [
      ["[1, 2].values().map((x) => x * 2).toArray()", "Iterator" in globalThis],
      ["Object.groupBy([1, 2], (x) => String(x))", "groupBy" in Object],
      ["new Set([1]).union(new Set([2]))", "union" in Set.prototype],
      ["Promise.withResolvers()", "withResolvers" in Promise],
      ["[1, 2].toSorted()", true],
    ] as const) {
      const ran = await run(cell);
      assert.deepEqual([cell, ran.error === "", ran.text("stderr") === ""], [cell, has, has]);
    }
  });
});

function separator(): string {
  return process.platform === "win32" ? "\\\\" : "/";
}
