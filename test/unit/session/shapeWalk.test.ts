// Shapes that do not go together, told before a cell runs: what the walk through a cell knows of names and expressions, and where it
// says nothing, for nobody can be certain there.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openedLanguage } from "./languagePage";

const { ask, language } = openedLanguage();
const use = 'import { cat, crossEntropy, nn, Parameter, randn, Tensor, zeros } from "bnlab";';

/** Each mistake of the cells with the text that it is marked at. */
function said(...texts: string[]): string[] {
  const cells = [use, ...texts];
  return cells.flatMap((text, i) =>
    ask("diagnostics", cells, { cell: `c${i}` })
      .filter(({ code }) => code === 9000)
      .map(({ start, length, severity, message }) => {
        assert.equal(severity, "warning");
        return `${text.slice(start, start + length)}: ${message}`;
      }),
  );
}

/** What stands before an expression, the expression, and its number as a mistake shows it: `?` where it is not known. */
type Case = [before: string, expression: string, known: string];

/** Holds each case in a block of its own, all in one cell. */
function holds(cases: Case[]): void {
  const lines = cases.map(([before, value]) => `{ ${before} zeros([${value}, 7]).matmul(zeros([8, 1])); }`);
  const text = lines.join("\n");
  const found = new Map<number, string>();
  for (const { code, start, message } of ask("diagnostics", [use, text], { cell: "c1" })) {
    if (code !== 9000) continue;
    const line = text.slice(0, start).split("\n").length - 1;
    found.set(line, /got \[(.*), 7\] and \[8, 1\]$/.exec(message)?.[1] ?? message);
  }
  assert.deepEqual(
    cases.map(([before, value], i) => [before, value, found.get(i)]),
    cases,
  );
}

const mistake = (a: string, b: string) =>
  `matmul: expected [..., m, k] and [..., k, n] (or vectors [k]), got ${a} and ${b}`;

describe("a number", () => {
  it("is known by its literal, through what types need, and through arithmetic", () => {
    holds([
      ["", "3", "3"],
      ["", "(3)", "3"],
      ["", "3 as number", "3"],
      ["", "3 satisfies number", "3"],
      ["", "3!", "3"],
      ["", "-(-3)", "3"],
      ["", "+3", "?"],
      ["", "8 + 2", "10"],
      ["", "8 - 2", "6"],
      ["", "8 * 2", "16"],
      ["", "8 / 2", "4"],
      ["", "2 ** 3", "8"],
      ["", "8 % 3", "?"],
      ["", "8 | 3", "?"],
      ["", "8 + Math.random()", "?"],
      ["", "Math.random() + 8", "?"],
      ["", "Math.random() > 1 ? 3 : 3", "?"],
      ["", "-randn([2])", "?"],
    ]);
  });

  it("is known in lists and sizes, but not where something spreads or may be missing", () => {
    holds([
      ["", "[4, 5][1]", "5"],
      ["", "[4, 5][0]!", "4"],
      ["", "[4, 5][Math.random()]", "?"],
      ["", "[...[4], 5][0]", "?"],
      ["", "randn([2, 6]).shape[1]", "6"],
      ["", "randn([2, 6]).size(1)", "6"],
      ["", "randn([2, 6]).size(-1)", "6"],
      ["", "randn([2, 6]).size(Math.random())", "?"],
      ["", "randn([2, 6]).size()[0]", "2"],
      ["", "randn([2, 6]).T.shape[0]", "6"],
      ["", "randn([2, 6, 3]).T.shape[0]", "?"],
      ["", "randn([2, 6])?.shape[1]", "?"],
      ["", "randn([2, 6])?.size(1)", "?"],
      ["", "randn([2, 6]).data[1]", "?"],
      ["const open = new nn.Linear(1, 6).forward({} as Tensor);", "open.shape[0]", "?"],
      ["const open = new nn.Linear(1, 6).forward({} as Tensor);", "open.size(-1)", "?"],
    ]);
  });

  it("is what a name was given last, where that is sure", () => {
    holds([
      ["const n = 5;", "n", "5"],
      ["let n = 5; n = 6;", "n", "6"],
      ["let n = 5; { n = 6; }", "n", "6"],
      ["let n: number = 5;", "(n = 6)", "6"],
      ["let n = 5, m = (n = 6);", "n", "6"],
      ["let n = 5, m = (n = 6);", "m", "6"],
      ["let n: number; n = 5;", "n", "5"],
      ["let n = 5; -n;", "n", "5"],
      ["let n = 5; n++;", "n", "?"],
      ["let n = 5; ++n;", "n", "?"],
      ["let n = 5; --n;", "n", "?"],
      ["let n = 5; n += 1;", "n", "?"],
      ["let n = 5; n **= 2;", "n", "?"],
      ["let n: number | undefined = 5; n ??= 6;", "n!", "?"],
      ["let n = 5; (n as number) = 6;", "n", "?"],
      ["let n = 5; [n] = [6];", "n", "?"],
      ["let n = 5; ({ n } = { n: 6 });", "n", "?"],
      ["const a = { n: 4 };", "a.n", "?"],
      ["const a = [4];", "a[0]!", "4"],
      ["const a = [4]; a[0] = 5;", "a[0]!", "?"],
      ["const a = [4]; a.push(5);", "a[0]!", "?"],
      ["const a = [4]; a.unshift(5);", "a[0]!", "?"],
      ["const a = [4, 5]; a.sort();", "a[0]!", "?"],
      ["const a = [4, 5]; a.fill(6);", "a[0]!", "?"],
      ["const a = [4, 5]; const f = () => a.reverse();", "a[0]!", "?"],
      ["const a = [4, 5]; a.slice(1); a.map((n) => n);", "a[0]!", "4"],
      ["const x = randn([4, 5]); x.fill(1); x.sort();", "x.shape[0]!", "4"],
      ["let n = 5; const f = () => { n = 6; };", "n", "?"],
      ["let n = 5; const f = () => ({ n } = { n: 6 });", "n", "?"],
      ["let n = 5; if (n) ({ n } = { n: 6 });", "n", "?"],
      ["let n = 5; const f = () => n;", "n", "5"],
      ["const f = (n: number) => n; const n = 4;", "n", "4"],
      ["class A { n = 3; }", "new A().n", "?"],
    ]);
  });

  it("is known of a pattern of a list, but where it has a default or is a rest", () => {
    holds([
      ["const [n] = [4, 5];", "n", "4"],
      ["const [, n] = [4, 5];", "n", "5"],
      ["const [m, n] = [4, 5];", "n", "5"],
      ["const [n = 3] = [4, 5];", "n", "?"],
      ["const [m, ...n] = [4, 5];", "n[0]!", "?"],
      ["const { n } = { n: 4 };", "n", "?"],
      ["const [[n]] = [[4]];", "n", "4"],
      ["const [n] = randn([2, 6]).shape;", "n!", "2"],
    ]);
  });

  it("is not known after what may have happened, or may happen again", () => {
    const maybe = "Math.random() > 1";
    holds([
      [`let n = 5; if (${maybe}) n = 6;`, "n", "?"],
      [`let n = 5; if (${maybe}) { } else n = 6;`, "n", "?"],
      [`let n = 5, m = 5; if (${maybe}) m = 6;`, "n", "5"],
      ["let n = 5; for (const i of [1]) n = i;", "n", "?"],
      ["let n = 5; for (let i = 0; i < 2; i++) n = i;", "n", "?"],
      [`let n = 5; while (${maybe}) n = 6;`, "n", "?"],
      [`let n = 5; do n = 6; while (${maybe});`, "n", "?"],
      ["let n = 5; try { n = 6; } catch {}", "n", "?"],
      ["let n = 5; switch (n as number) { case 5: n = 6; }", "n", "?"],
      [`let n = 5; ${maybe} && (n = 6);`, "n", "6"],
      ["let n = 5; for (const i of [n]) {}", "n", "5"],
    ]);
    assert.deepEqual(
      said("for (const i of [2, 3]) zeros([i, 7]).matmul(zeros([8, 1]));"),
      [`matmul(zeros([8, 1])): ${mistake("[?, 7]", "[8, 1]")}`],
      "what a loop counts",
    );
    assert.deepEqual(
      said("let h = zeros([2, 3]); for (const i of [2, 3]) { h.matmul(zeros([3, 2])); h = h.t(); }"),
      [],
    );
  });
});

describe("a mistake", () => {
  const wrong = "zeros([2]).add(zeros([3]))";
  const told =
    "add(zeros([3])): add: expected shapes that broadcast, got [2] and [3]: sizes 2 and 3 at dim -1";

  /** How often the mistake is told of each text, all of them in blocks of one cell. */
  const counts = (texts: string[]) => {
    const text = texts.map((each) => `{ ${each} }`).join("\n");
    const lines = ask("diagnostics", [use, text], { cell: "c1" })
      .filter(({ code, message }) => code === 9000 && told.endsWith(message))
      .map(({ start }) => text.slice(0, start).split("\n").length - 1);
    return texts.map((each, i) => [each, lines.filter((line) => line === i).length]);
  };

  it("is told wherever an expression runs for sure, once", () => {
    const texts = [
      `${wrong};`,
      `const x = ${wrong};`,
      `${wrong}.add(zeros([4]));`,
      `(${wrong});`,
      `[${wrong}];`,
      `[...[${wrong}]];`,
      `print(${wrong});`,
      `print(...[${wrong}]);`,
      `${wrong}.shape[0];`,
      `[1][${wrong}.item()];`,
      `new Map([[1, ${wrong}]]);`,
      `new (${wrong}, Map)();`,
      `${wrong} as Tensor;`,
      `const o = { a: ${wrong} };`,
      `const o = { [1]: ${wrong} };`,
      `const o = { ...{ b: ${wrong} } };`,
      `const o = { f() { ${wrong}; } };`,
      `\`\${${wrong}}\`;`,
      `-${wrong};`,
      `typeof ${wrong};`,
      `await ${wrong};`,
      `1 + ${wrong}.item();`,
      `${wrong}.item() + 1;`,
      `const o = { a: zeros([2]) }; o.a = ${wrong};`,
      `${wrong} && 1;`,
      `if (${wrong}) {}`,
      `const c = ${wrong} ? 1 : 2;`,
      `{ ${wrong}; }`,
      `const f = () => ${wrong};`,
      `function f(a = 1) { return ${wrong}; }`,
      `class A { x = ${wrong}; }`,
      `class A { [String(${wrong})] = 1; }`,
      `class A { y() { ${wrong}; } }`,
      `for (const a of [1]) ${wrong};`,
      `const [a] = [${wrong}];`,
    ];
    assert.deepEqual(
      counts(texts),
      texts.map((text) => [text, 1]),
    );
    assert.deepEqual(said(`export const a = ${wrong};`), [told]);
  });

  it("is not told where nobody knows whether the place is come to", () => {
    const texts = [
      `if (Math.random() > 1) ${wrong};`,
      `if (Math.random() > 1) {} else ${wrong};`,
      `Math.random() > 1 ? ${wrong} : 0;`,
      `Math.random() > 1 ? 0 : ${wrong};`,
      `Math.random() > 1 && ${wrong};`,
      `Math.random() > 1 || ${wrong};`,
      `(null as unknown) ?? ${wrong};`,
      `try { ${wrong}; } catch {}`,
      `switch (Number(1)) { case 1: ${wrong}; }`,
      `const [a = ${wrong}] = [zeros([1])];`,
    ];
    assert.deepEqual(
      counts(texts),
      texts.map((text) => [text, 0]),
    );
    assert.deepEqual(said("const x = = zeros([2]).add(zeros([3]));"), []);
    assert.deepEqual(said(`if (Math.random() > 1) 1;\n${wrong};`), [told], "afterwards it is");
    assert.deepEqual(said(`Math.random() > 1 && 1; ${wrong};`), [told]);
  });

  it("is not told of what is not bnlab's, and is under another name of bnlab's", () => {
    const x = "([2, 3]).matmul(zeros([4, 1]));";
    const both = `matmul(zeros([4, 1])): ${mistake("[2, 3]", "[4, 1]")}`;
    assert.deepEqual(said(`import * as lib from "bnlab"; lib.zeros${x}`), [both]);
    assert.deepEqual(said(`import { zeros as z } from "bnlab"; z${x}`), [both]);
    assert.deepEqual(said(`{ const zeros = (s: number[]) => ({}) as Tensor; zeros${x} }`), []);
    assert.deepEqual(said(`const make = (s: number[]) => ({}) as Tensor; make${x}`), []);
    assert.deepEqual(said("randn(2, 3).matmul(zeros([4, 1]));"), [], "sizes one by one are PyTorch's");
    assert.deepEqual(said("zeros(...[[2, 3]]).matmul(zeros([4, 1]));"), []);
    assert.deepEqual(
      said("class Linear { forward(x: Tensor) { return x; } }\nnew Linear().forward(zeros([1]));"),
      [],
    );
  });

  it("is marked at the method and its arguments, or at the whole call of a function", () => {
    assert.deepEqual(said("const w = zeros([3, 4]);\nw.matmul(zeros([5, 2])).relu();"), [
      `matmul(zeros([5, 2])): ${mistake("[3, 4]", "[5, 2]")}`,
    ]);
    assert.deepEqual(said("const n = 8 * 2;\ncrossEntropy(randn([n, 10]), zeros([15]));"), [
      "crossEntropy(randn([n, 10]), zeros([15])): crossEntropy: expected logits [N, C] and targets [N] or [N, C], got [16, 10] and [15]",
    ]);
    assert.deepEqual(said("cat([zeros([2, 3]), zeros([2, 4])]);"), [
      "cat([zeros([2, 3]), zeros([2, 4])]): cat: expected shapes equal except at dim 0, got [2, 3], [2, 4]",
    ]);
    assert.deepEqual(said("cat([zeros([2, 3]), zeros([2, 4])], 1).matmul(zeros([7, 1]));"), []);
  });
});

describe("layers", () => {
  const row = (text: string) => said(`${text}\nnet.forward(zeros([1, 9]));`);

  it("refuse at the call of forward, and in a row at their own place", () => {
    assert.deepEqual(row("const net = new nn.Linear(2, 3);"), [
      "forward(zeros([1, 9])): Linear: expected input [..., 2], got [1, 9]",
    ]);
    assert.deepEqual(row("const net = new nn.Sequential(new nn.Linear(2, 3));"), [
      "forward(zeros([1, 9])): (0) Linear: expected input [..., 2], got [1, 9]",
    ]);
    const broken = "new nn.Linear(4, 5): Linear: expected input [..., 4], got […, 3]";
    for (const text of [
      "const net = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(4, 5));",
      "const net = new nn.Sequential([new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(4, 5)]);",
    ])
      assert.deepEqual(row(text), [broken], "and its own forward is not looked at");
    assert.deepEqual(
      row("const net = new nn.Sequential(new nn.Sequential(new nn.Linear(2, 3)), new nn.Linear(4, 5));"),
      [broken],
    );
    assert.deepEqual(
      said("const row = [new nn.Linear(2, 3), new nn.Linear(4, 5)];\nnew nn.Sequential(...row);"),
      [],
    );
    assert.deepEqual(
      said(
        "const row = [new nn.Linear(2, 3), new nn.Linear(4, 5)];\nnew nn.Sequential(row).forward(zeros([1, 2]));",
      ),
      ["forward(zeros([1, 2])): (1) Linear: expected input [..., 4], got [1, 3]"],
      "each of a list that stands elsewhere has no place here",
    );
  });

  it("are nobody's guess once their row has changed", () => {
    for (const change of ["net.append(new nn.ReLU());", "const f = () => net.append(new nn.ReLU());"])
      assert.deepEqual(row(`const net = new nn.Sequential(new nn.Linear(2, 3)); ${change}`), [], change);
    assert.deepEqual(
      said(
        "const o = { net: new nn.Sequential(new nn.Linear(2, 3)) };\no.net.append(new nn.ReLU());\no.net.forward(zeros([1, 9]));",
      ),
      [],
    );
  });

  it("take their options as they are known", () => {
    const out = (options: string, before = "") =>
      said(
        `${before}const net = new nn.Conv2d(1, 2, 3, ${options});\nnet.forward(zeros([1, 1, 9, 9])).matmul(zeros([1, 1]));`,
      ).map((text) => /got \[1, 2, (.*?), /.exec(text)?.[1]);
    assert.deepEqual(out("{ padding: 1 }"), ["9"]);
    assert.deepEqual(out('{ "padding": 1 }'), ["9"]);
    assert.deepEqual(out("{ padding }", "const padding = 2;\n"), ["11"]);
    assert.deepEqual(out("{ padding: 'same' }"), ["9"]);
    assert.deepEqual(out("{ padding: 1, bias: false }"), ["9"]);
    assert.deepEqual(out("o", "const o = { padding: 1 };\n"), ["9"]);
    assert.deepEqual(out("{ ...o }", "const o = { padding: 1 };\n"), [], "what spreads may be anything");
    assert.deepEqual(out('{ ["padding"]: 1 }'), []);
  });

  it("of a class's own fields are known in its methods, as long as one place alone gives them", () => {
    const bad = (place: string) => `matmul(zeros([4, 1])): ${mistake("[2, 3]", "[4, 1]")}${place}`;
    const of = (members: string) =>
      said(`class A { ${members} y() { return this.x!.matmul(zeros([4, 1])); } }`);
    assert.deepEqual(of("x = zeros([2, 3]);"), [bad("")]);
    assert.deepEqual(of("#x = zeros([2, 3]); get x() { return this.#x; }"), []);
    assert.deepEqual(of("x; constructor() { this.x = zeros([2, 3]); }"), [bad("")]);
    assert.deepEqual(of("x; constructor() { this.x = zeros([2, 3]); } z() { this.x = zeros([1, 1]); }"), []);
    assert.deepEqual(of("x?: Tensor; constructor() { if (Math.random() > 1) this.x = zeros([2, 3]); }"), []);
    assert.deepEqual(
      said(
        `class Net extends nn.Module {
           fc1 = new nn.Linear(784, 100);
           fc2;
           constructor() { super(); this.fc2 = new nn.Linear(50, 10); }
           override forward(x: Tensor) { x = this.fc1.forward(x).relu(); return this.fc2.forward(x); }
         }`,
      ),
      ["forward(x): Linear: expected input [..., 50], got […, 100]"],
    );
  });
});

describe("names of other cells", () => {
  it("are known by the cell that declares them, the nearest above", () => {
    const both = [`matmul(zeros([4, 1])): ${mistake("[5, 6]", "[4, 1]")}`];
    assert.deepEqual(said("const x = zeros([5, 6]);", "x.matmul(zeros([4, 1]));"), both);
    assert.deepEqual(
      said("const x = zeros([2, 3]);", "const x = zeros([5, 6]);", "x.matmul(zeros([4, 1]));"),
      both,
    );
    assert.deepEqual(said("x.matmul(zeros([4, 1]));", "const x = zeros([5, 6]);"), []);
    assert.deepEqual(said("const x = = zeros([5, 6]);", "x.matmul(zeros([4, 1]));"), []);
  });

  it("are nobody's guess where a cell gives them another value, or changes the row", () => {
    assert.deepEqual(said("let x = zeros([2, 3]);", "x = zeros([4, 4]);", "x.matmul(zeros([5, 1]));"), []);
    assert.deepEqual(
      said("const sizes = [2, 3];", "sizes.push(4);", "zeros(sizes).matmul(zeros([4, 1]));"),
      [],
    );
    assert.deepEqual(
      said("const sizes = [2, 3];", "sizes.map((n) => n);", "zeros(sizes).matmul(zeros([4, 1]));"),
      [`matmul(zeros([4, 1])): ${mistake("[2, 3]", "[4, 1]")}`],
    );
    const net = "const net = new nn.Sequential(new nn.Linear(3, 4));";
    const asked = "net.forward(zeros([1, 2]));";
    const told = ["forward(zeros([1, 2])): (0) Linear: expected input [..., 3], got [1, 2]"];
    assert.deepEqual(said(net, asked), told);
    assert.deepEqual(said(net, "net.append(new nn.ReLU());", asked), []);
    assert.deepEqual(said(net, "net.forward(zeros([1, 3]));", asked), told, "another method changes nothing");
    assert.deepEqual(said(net, "const text = 'net.append(';", asked), told, "a text mentions no name");
  });

  it("are what the last run left, as long as their cell is as it ran", () => {
    const loaded = "const loaded = [randn([6, 1])].at(0)!;\nconst flat = [new nn.Linear(9, 2)].at(0)!;";
    const layer = { layer: "Linear", fields: { inFeatures: 9, outFeatures: 2 } };
    language.addRun(use);
    language.addRun(loaded);
    language.know({ loaded: { tensor: { sizes: [6, 16] } }, flat: layer });
    const told = ["forward(loaded): Linear: expected input [..., 9], got [6, 16]"];
    assert.deepEqual(said(loaded, "flat.forward(loaded);"), told);
    assert.deepEqual(said(loaded.replace("9, 2", "16, 2"), "flat.forward(loaded);"), []);
    assert.deepEqual(
      said(
        "class Linear extends nn.Module { forward(x: Tensor) { return x; } }",
        loaded,
        "flat.forward(loaded);",
      ),
      [],
      "a layer of a class that a cell declares is not bnlab's",
    );
    language.know({ loaded: { tensor: { sizes: [6, 9] } }, flat: layer });
    assert.deepEqual(said(loaded, "flat.forward(loaded);"), [], "known anew");
    const rows = { layer: "Sequential", fields: {}, layers: [layer] };
    language.know({ loaded: { tensor: { sizes: [6, 16] } }, flat: rows });
    const nested = loaded.replace("new nn.Linear(9, 2)", "new nn.Sequential(new nn.Linear(9, 2))");
    language.addRun(nested);
    assert.deepEqual(said(nested, "flat.forward(loaded);"), [
      "forward(loaded): (0) Linear: expected input [..., 9], got [6, 16]",
    ]);
    language.forgetRuns();
    assert.deepEqual(said(loaded, "flat.forward(loaded);"), [], "forgotten with the process");
  });
});
