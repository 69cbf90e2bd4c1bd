// The language service over the cells of a notebook, in a page's memory: what is wrong in a cell, what could stand there, what stands
// there, and where else it does.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CodeDiagnostic, LanguageCell, TextEdit } from "../../../kernel/protocol";
import { serveLanguage } from "../../../kernel/session/language/languageServer";
import type { FromLanguage } from "../../../kernel/session/language/wire";
import { pageCodeHost } from "../../../kernel/session/page/codeHost";
import { marked, openedLanguage, pageFiles } from "./languagePage";

const { ask, answer } = openedLanguage();

/** What is wrong in the last cell, with the text that it is marked at. */
function wrong(...texts: string[]): string[] {
  const text = texts.at(-1)!;
  const found = ask("diagnostics", texts, { cell: `c${texts.length - 1}` });
  return found
    .filter(({ severity }) => severity !== "hint")
    .map(
      ({ start, length, severity, code, message }) =>
        `${text.slice(start, start + length)} ${severity} ${code} ${message}`,
    );
}

const edited = (text: string, edits: TextEdit[]) =>
  edits
    .toSorted((a, b) => b.start - a.start)
    .reduce(
      (done, { start, length, text: put }) => done.slice(0, start) + put + done.slice(start + length),
      text,
    );

const tensors = `import { Parameter, Tensor, zeros } from "bnlab";
const a = zeros([2]), b = zeros([2]), p = {} as Parameter, n = 2, s = "s";
let c = a;`;

describe("what is wrong in a cell", () => {
  it("is an error where it keeps the cell from running, else a warning", () => {
    assert.deepEqual(wrong("const a: string = 1;"), [
      "a warning 2322 Type 'number' is not assignable to type 'string'.",
    ]);
    assert.deepEqual(wrong("const a = = 1;"), ["= error 1109 Expression expected."]);
    assert.deepEqual(wrong("const a = 1;\nconst a = 2;"), [
      "a error 2451 Cannot redeclare block-scoped variable 'a'.",
      "a error 2451 Cannot redeclare block-scoped variable 'a'.",
    ]);
    assert.deepEqual(wrong("const a = 1;", "a = 2;"), [
      "a error 2588 Cannot assign to 'a' because it is a constant.",
    ]);
    assert.deepEqual(wrong("const text = 1;", "text.toUpper();"), [
      "toUpper warning 2339 Property 'toUpper' does not exist on type '1'.",
    ]);
    assert.deepEqual(wrong("const losses = [];\nlosses.push(1);"), [], "a later cell may fill it");
  });

  it("is in its own text, whatever the line before it imports", () => {
    const texts = ["const first = 1;", "let second = first;", "second = 'x';\nmissing;"];
    assert.deepEqual(wrong(...texts), [
      "second warning 2322 Type 'string' is not assignable to type 'number'.",
      "missing warning 2304 Cannot find name 'missing'.",
    ]);
  });

  it("besides warnings may be a hint: what nobody uses, what is old", () => {
    const hints = (text: string) =>
      ask("diagnostics", [text]).map(({ start, length, severity, unused, deprecated }: CodeDiagnostic) => [
        text.slice(start, start + length),
        severity,
        unused,
        deprecated,
      ]);
    assert.deepEqual(hints('import { formerly } from "bnlab";\nformerly();'), [
      ["formerly", "hint", undefined, true],
      ["formerly", "hint", undefined, true],
    ]);
    assert.deepEqual(hints("(() => { const nobody = 1; })();"), [["nobody", "hint", true, undefined]]);
    assert.deepEqual(
      hints("(() => { const nobody = 1; })(); const x = ;").map(([, severity]) => severity),
      ["error"],
    );
  });

  it("that is another kernel's is told in the words for it, and nothing else then", () => {
    const magic = "%html is IPython's: display.html(`…`) shows markup";
    assert.deepEqual(wrong("%html <b>"), [`%html <b> error 1109 ${magic}`]);
    assert.deepEqual(wrong("const a = 1;\n%html <b>\na.b"), [`%html <b> error 1109 ${magic}`]);
    assert.deepEqual(wrong("const rest = 7, x = 1;\nrest\n%x\nmissing;"), [
      "missing warning 2304 Cannot find name 'missing'.",
    ]);
    const [only] = wrong("let left = 5;\nleft\n%time");
    assert.equal(only?.startsWith("%time error 1109 %time"), true, only);
  });

  it("in an import names what stands for it here", () => {
    assert.deepEqual(wrong('import x from "npm:lodash@4";'), [
      '"npm:lodash@4" warning 2307 "npm:lodash@4" is Deno\'s name; here: npm install lodash@4, and import "lodash"',
    ]);
    assert.match(
      wrong('import x from "nowhere";')[0]!,
      /^"nowhere" warning 2307 Cannot find module 'nowhere'/,
    );
  });

  it("about tensors under operators is told in words of tensors, and once", () => {
    const cases: [cell: string, at: string, said: string][] = [
      ["void (a + b);", "a + b", "tensors have no +: a.add(b)"],
      ["void (a - 1);", "a - 1", "tensors have no -: a.sub(1)"],
      ["void (2 * a);", "2 * a", "tensors have no *: a.mul(2)"],
      ["void (2 / a);", "2 / a", "tensors have no /: tensor(2).div(a)"],
      ["void (2 - a);", "2 - a", "tensors have no -: tensor(2).sub(a)"],
      ["void (a ** 2);", "a ** 2", "tensors have no **: a.pow(2)"],
      ["void (a % 2);", "a % 2", "tensors have no %: a.remainder(2)"],
      ["void (a.sum() + b);", "a.sum() + b", "tensors have no +: x.add(b)"],
      ["void (a + b.sum());", "a + b.sum()", "tensors have no +: a.add(y)"],
      ["void (p + 1);", "p + 1", "tensors have no +: p.add(1)"],
      ["c += b;", "c += b", "tensors have no +=: c = c.add(b)"],
      ["c -= b;", "c -= b", "tensors have no -=: c = c.sub(b)"],
      ["c *= 2;", "c *= 2", "tensors have no *=: c = c.mul(2)"],
      ["c /= 2;", "c /= 2", "tensors have no /=: c = c.div(2)"],
      ["c %= 2;", "c %= 2", "tensors have no %=: c = c.remainder(2)"],
      ["c **= 2;", "c **= 2", "tensors have no **=: c = c.pow(2)"],
      ["void -a;", "-a", "tensors have no -: a.neg()"],
      ["void ~a;", "~a", "tensors have no ~"],
      ["c++;", "c++", "tensors have no ++: c = c.add(1)"],
      ["--c;", "--c", "tensors have no --: c = c.sub(1)"],
      ["void (a < b);", "a < b", "tensors have no <: a.lt(b)"],
      ["void (0 < a);", "0 < a", "tensors have no <: a.gt(0)"],
      ["void (0 > a);", "0 > a", "tensors have no >: a.lt(0)"],
      ["void (0 <= a);", "0 <= a", "tensors have no <=: a.ge(0)"],
      ["void (0 >= a);", "0 >= a", "tensors have no >=: a.le(0)"],
      ["void (a == b);", "a == b", "== compares no tensors: a.eq(b) gives a mask, a.equal(b) true or false"],
      ["void (a != b);", "a != b", "!= compares no tensors: a.ne(b) gives a mask, a.equal(b) true or false"],
      ["void (a === 3);", "a === 3", "=== compares no tensors: a.eq(3) gives a mask"],
      ["void (3 !== a);", "3 !== a", "!== compares no tensors: a.ne(3) gives a mask"],
      ["void a[0];", "a[0]", "tensors have no [0]: a.at(0) or a.select(0, 0)"],
      ["void a.sum()[n + 1];", "a.sum()[n + 1]", "tensors have no [i]: x.at(i) or x.select(0, i)"],
      ["void (() => a.data.relu());", "relu", ".data is an array of the numbers: a.detach().relu"],
      ["void (() => a.sum().data.relu());", "relu", ".data is an array of the numbers: x.detach().relu"],
      ["void ((a + b) * 2);", "a + b", "tensors have no +: a.add(b)"],
      [
        "void (abcdefghijklmnopqrst + 1);",
        "abcdefghijklmnopqrst + 1",
        "tensors have no +: abcdefghijklmnopqrst.add(1)",
      ],
      ["void (abcdefghijklmnopqrstu + 1);", "abcdefghijklmnopqrstu + 1", "tensors have no +: x.add(1)"],
    ];
    const long = "const abcdefghijklmnopqrst = a, abcdefghijklmnopqrstu = a;";
    const text = `${tensors}\n${long}\n${cases.map(([cell]) => cell).join("\n")}`;
    assert.deepEqual(
      wrong(text),
      cases.map(
        ([, at, said]) =>
          `${at} warning ${said.startsWith(".data") ? 2339 : said.includes("[") ? 7053 : 2365} ${said}`,
      ),
    );
  });

  it("about a tensor as a condition is told wherever there is one", () => {
    const said = "a tensor is true as a condition, whatever is in it: a.item() is the number in it";
    const conditions = [
      "if (a) c = b;",
      "while (a) break;",
      "do break; while (a);",
      "for (; a; ) break;",
      "void (a ? 1 : 2);",
      "void (a && 1);",
      "void (a || 1);",
      "void !a;",
    ];
    assert.deepEqual(
      wrong(`${tensors}\n${conditions.join("\n")}\nfor (;;) break;`),
      conditions.map(() => `a warning 2774 ${said}`),
    );
    assert.deepEqual(wrong(`${tensors}\nif (a.sum()) c = b;`), [
      "a.sum() warning 2774 a tensor is true as a condition, whatever is in it: x.item() is the number in it",
    ]);
  });

  it("is nothing where tensors are meant: identity, texts, what may be missing, numbers", () => {
    assert.deepEqual(
      wrong(
        `${tensors}\nconst maybe = Math.random() < 2 ? a : undefined;\nclass Own extends Tensor {}\n` +
          'void [a === b, a !== b, a === null, undefined != a, s + a, a + "x", maybe === undefined, maybe && 1, maybe ? 1 : 2, !maybe];\n' +
          "void [a.item() + 1, 1 < 2, a.size(0) == 3, a.shape[0]! * 2, a.size(0), a.data.length, a.data[0]];\nif (maybe) c = maybe;",
      ),
      [],
    );
    assert.deepEqual(wrong(`${tensors}\nclass Own extends Tensor {}\nvoid (new Own() + 1);`), [
      "new Own() + 1 warning 2365 tensors have no +: x.add(1)",
    ]);
    assert.deepEqual(wrong("class Tensor {}\nconst own = new Tensor();\nif (own) {}\nvoid -own;"), []);
  });

  it("is said without addresses of the machine", () => {
    for (const text of wrong(`${tensors}\nconst text: string = a;`))
      assert.doesNotMatch(text, /import\(|\/types/);
    assert.match(wrong("process.exit();")[0]!, /It is Node's: this browser has none\.$/);
  });

  it("in JavaScript is syntax, and what is said of tensors; a loose notebook is checked less", () => {
    const cell = (text: string, more: Partial<LanguageCell>): LanguageCell[] => [
      { id: "a", text, language: "typescript", ...more },
    ];
    const codes = (cells: LanguageCell[]) =>
      answer("diagnostics", cells, { cell: "a" }).map(({ code }) => code);
    assert.deepEqual(
      codes(cell("function twice(x) { return x * 2 }\ntwice(1);", { language: "javascript" })),
      [],
    );
    assert.deepEqual(codes(cell("function twice(x) { return x * 2 }\ntwice(1);", {})), [7006]);
    assert.deepEqual(codes(cell("function twice(x) { return x * 2 }\ntwice(1);", { checks: "loose" })), []);
    const strict = openedLanguage({ strict: true });
    assert.deepEqual(
      strict
        .answer("diagnostics", cell("function f(x) { return x }\nf(1);", { checks: "loose" }), { cell: "a" })
        .map(({ code }) => code),
      [7006],
      "the project says how strict",
    );
  });

  it("of a cell that there is not is nobody's", () => {
    assert.throws(
      () => ask("diagnostics", ["1"], { cell: "c9" }),
      /^RangeError: diagnostics: expected one of the cells, got the id c9$/,
    );
  });
});

describe("what could stand there", () => {
  const labels = (texts: string[], more = {}) => ask("completions", texts, more).map(({ label }) => label);

  it("are names of cells above as what they are, those below not", () => {
    const texts = [
      "const learnRate = 1;\nlet learnMore = 1;\nfunction learn() {}\nclass Learner {}",
      "lea‸",
      "const learnLater = 1;",
    ];
    const found = ask("completions", texts).filter(({ label }) => /^learn/i.test(label));
    assert.deepEqual(found.map(({ label, kind }) => `${label} ${kind}`).sort(), [
      "Learner class",
      "learn function",
      "learnMore let",
      "learnRate const",
    ]);
    assert.ok(found.every(({ importedFrom, data }) => importedFrom === undefined && data === undefined));
  });

  it("are members of what stands there, with what is replaced, and what is old", () => {
    const found = ask("completions", [
      'import { zeros } from "bnlab";\nconst x = zeros([1]);',
      "1;\nx.rel‸u",
    ]);
    const relu = found.find(({ label }) => label === "relu");
    assert.deepEqual(
      [relu?.kind, relu?.replaced, relu?.importedFrom],
      ["method", { start: 5, length: 4 }, undefined],
    );
    const old = ask("completions", ["former‸"]).find(({ label }) => label === "formerly");
    assert.equal(old?.deprecated, true);
    assert.equal(relu?.deprecated, undefined);
  });

  it("are what bnlab exports, with its import; nothing from behind its front door", () => {
    const texts = ["const a = 1;", "a;\nmanualSee‸"];
    const seed = ask("completions", texts).filter(({ label }) => label === "manualSeed");
    assert.deepEqual(
      seed.map(({ importedFrom, sortText }) => [importedFrom, sortText.endsWith("!")]),
      [["bnlab", true]],
    );
    const details = ask("completionDetails", texts, { label: "manualSeed", data: seed[0]!.data! });
    assert.deepEqual(details, {
      signature: "function manualSeed(seed: number): void",
      documentation: "Begins chance anew.",
      edits: [{ start: 0, length: 0, text: 'import { manualSeed } from "bnlab";\n' }],
    });
    const beside = ['import { zeros } from "bnlab";\nmanualSee‸'];
    const other = ask("completions", beside).find(({ label }) => label === "manualSeed")!;
    const extended = ask("completionDetails", beside, { label: "manualSeed", data: other.data! });
    assert.equal(
      edited(beside[0]!.replace("‸", ""), extended!.edits),
      'import { manualSeed, zeros } from "bnlab";\nmanualSee',
    );
    const inner = ask("completions", ["LinearOpt‸"]).filter(({ label }) => label === "LinearOptions");
    assert.deepEqual(inner, []);
    assert.equal(ask("completionDetails", ["a‸"], { label: "nothingOfThatName" }), null);
  });

  it("between the braces of an import are what one uses first, then values, then types", () => {
    const found = ask("completions", ['import { ‸ } from "bnlab";'], { trigger: " " });
    const order = found.toSorted((a, b) => (a.sortText < b.sortText ? -1 : 1));
    assert.deepEqual(order[0]?.label, "nn");
    const kinds = new Map(found.map(({ label, kind }) => [label, kind]));
    assert.deepEqual(
      ["nn", "zeros", "Tensor", "Sizes"].map((name) => kinds.get(name)),
      ["module", "function", "class", "type"],
    );
    assert.deepEqual(order.at(-1)?.label, "Sizes");
  });

  it("are left out where a key and nobody asked, but for members", () => {
    const call = ['import { nn } from "bnlab";', "new nn.Linear(1, 2, {‸"];
    assert.ok(labels(call, { trigger: "{" }).includes("start"));
    assert.deepEqual(labels(["const a = 1;", "if (a) {‸"], { trigger: "{" }), []);
    assert.deepEqual(labels(["const a = 1;", "a ‸"], { trigger: " " }), []);
    assert.ok(labels(["const a = 1;", "‸"]).includes("a"), "somebody asked");
    assert.ok(labels(["const __a = 1, b_ = 1;", "‸"]).includes("b_"));
    assert.ok(!labels(["const __a = 1;", "‸"]).includes("__a"));
  });
});

describe("what can be done", () => {
  const fixed = (...texts: string[]) => {
    const [found] = ask("diagnostics", texts, { cell: `c${texts.length - 1}` });
    const { start, length, code } = found!;
    return ask("fixes", texts, { cell: `c${texts.length - 1}`, start, length, codes: [code] } as never).map(
      ({ title, cells }) =>
        `${title}: ${cells.map(({ cell, edits }) => `${cell} ${edited(texts[Number(cell.slice(1))]!, edits)}`)}`,
    );
  };

  it("about a name is its import, or the name that is meant", () => {
    assert.equal(
      fixed("const a = 1;", "manualSeed(a);")[0],
      'Add import from "bnlab": c1 import { manualSeed } from "bnlab";\nmanualSeed(a);',
    );
    assert.ok(
      fixed('import { zeros } from "bnlab";\nconst x = zeros([1]);', "x.matmull(x);").includes(
        "Change spelling to 'matmul': c1 x.matmul(x);",
      ),
    );
  });

  it("at once is all that is sure", () => {
    const text = "manualSeed(1);\nzeros([1]).matmull(zeros([1]));";
    const all = edited(text, ask("fixAll", [text]));
    assert.match(all, /^import \{ manualSeed, zeros \} from "bnlab";\n/);
    assert.deepEqual(ask("fixAll", ["const a = 1;"]), []);
    const spelled = ['import { zeros } from "bnlab";\nconst x = zeros([1]);', "x.matmull(x);\nx.reluu();"];
    assert.equal(edited(spelled[1]!, ask("fixAll", spelled, { cell: "c1" })), "x.matmul(x);\nx.relu();");
  });

  it("with imports is to put them in order", () => {
    const text = 'import { zeros } from "bnlab";\nimport { nn } from "bnlab";\n1';
    assert.equal(edited(text, ask("organizeImports", [text])), 'import { nn, zeros } from "bnlab";\n1');
  });
});

describe("what stands there", () => {
  const docs =
    "/** Moves on.\n * @param by how far\n */\nfunction move(by: number) {}\n/** Steps so far. */\nlet step = 0;";

  it("is told with its type and what is written about it, in whichever cell that stands", () => {
    const move = ask("quickInfo", [docs, "mo‸ve(1)"]);
    assert.deepEqual(move, {
      span: { start: 0, length: 4 },
      signature: "function move(by: number): void",
      documentation: "Moves on.\n\n*@param* `by` — how far",
      variable: "move",
    });
    const step = ask("quickInfo", [docs, "step = 3;\nst‸ep"]);
    assert.deepEqual(
      [step?.signature, step?.documentation, step?.variable, step?.span],
      ["let step: number", "Steps so far.", "step", { start: 10, length: 4 }],
    );
    assert.equal(ask("quickInfo", [docs, "step ‸ "]), null);
    assert.equal(ask("quickInfo", [docs, "step‸ + 1"])?.variable, "step", "a cursor behind it means it, too");
  });

  it("is a variable of the notebook only where it is not one of an inner scope, or a member", () => {
    const variable = (...texts: string[]) => ask("quickInfo", texts)?.variable;
    assert.equal(variable(docs, "((step: string) => st‸ep)('')"), undefined);
    assert.equal(variable(docs, "({ step: 1 }).st‸ep"), undefined);
    assert.equal(variable("const o‸wn = 1;"), "own");
    assert.equal(variable("const own = 1;\no‸wn;"), "own");
    assert.equal(variable("(() => { const inner = 1; return in‸ner; })()"), undefined);
    assert.equal(variable("type Own = 1;", "let x: O‸wn;"), "Own");
  });

  it("as a call has its signatures, with what is said of options, and of the class", () => {
    const help = ask("signatureHelp", [
      "/** Joins.\n * @param a first\n */\nfunction join(a: string, b?: number): string { return a + b; }",
      "join('x', ‸",
    ]);
    assert.deepEqual(help, {
      signatures: [
        {
          label: "join(a: string, b?: number): string",
          documentation: "Joins.",
          parameters: [
            { label: "a: string", documentation: "first" },
            { label: "b?: number", documentation: "" },
          ],
        },
      ],
      activeSignature: 0,
      activeParameter: 1,
    });
    const made = ask("signatureHelp", ['import { nn } from "bnlab";', "new nn.Linear(1, 2, ‸"]);
    assert.equal(made?.signatures[0]?.documentation, "A layer of sums.");
    assert.deepEqual(made?.signatures[0]?.parameters.at(-1), {
      label: "options?: nn.LinearOptions | boolean",
      documentation: "- `bias`: Whether there is one. Default true.\n- `start`: Where it begins.",
    });
    assert.deepEqual([made?.activeParameter, made?.activeSignature], [2, 0]);
    assert.equal(ask("signatureHelp", ["1 + ‸"]), null);
    const pattern = ask("signatureHelp", ["function f({ a, b }: { a?: number; b?: number }) {}\nf(‸"]);
    assert.match(pattern!.signatures[0]!.label, /^f\(options: \{ a\?: number/);
    assert.equal(pattern!.signatures[0]!.parameters[0]!.documentation, "- `a`\n- `b`");
    const many = Array.from({ length: 17 }, (_, i) => `o${i}?: number`).join("; ");
    const [long] = ask("signatureHelp", [`function g(o: { ${many} }) {}\ng(‸`])!.signatures[0]!.parameters;
    assert.deepEqual(long!.documentation.split("\n").slice(-2), ["- `o15`", "- …"]);
    const sixteen = many.replace("; o16?: number", "");
    const [whole] = ask("signatureHelp", [`function h(o: { ${sixteen} }) {}\nh(‸`])!.signatures[0]!
      .parameters;
    assert.deepEqual(whole!.documentation.split("\n").slice(-1), ["- `o15`"]);
    const inner = ask("signatureHelp", ["function k(o: { needed: number }) { return o; }\nprint(k(‸"]);
    assert.deepEqual(inner!.signatures[0]!.parameters, [
      { label: "o: { needed: number; }", documentation: "" },
    ]);
  });

  it("has a color by what it is", () => {
    const text = "const total = 1;\nfunction move(by: number) { return by + total; }";
    const tokens = ask("semanticTokens", ["const before = 1;", text], { cell: "c1" });
    assert.deepEqual(
      tokens.map(({ start, length, type, modifiers }) => [
        text.slice(start, start + length),
        type,
        modifiers.join(),
      ]),
      [
        ["total", "variable", "declaration,readonly"],
        ["move", "function", "declaration"],
        ["by", "parameter", "declaration"],
        ["by", "parameter", ""],
        ["total", "variable", "readonly"],
      ],
    );
  });
});

describe("where else it stands", () => {
  const texts = ["let rate = 1;\nrate += 1;", "const twice = rate * 2;", "const rate = 3;", "rate;"];
  const at = (cell: string, position: number, length = 4) => ({ cell, start: position, length });

  it("is where it was declared, also in another cell, or in a file", () => {
    const defined = (...cells: string[]) => ask("definitions", cells);
    assert.deepEqual(defined(texts[0]!, "const twice = ra‸te * 2;"), [at("c0", 4)]);
    assert.deepEqual(defined(...texts.slice(0, 3), "ra‸te;"), [at("c2", 6)]);
    const [file] = defined('import { zeros } from "bnlab";\nze‸ros([1]);') as {
      file: string;
      line: number;
    }[];
    assert.equal(file?.file, "/types/bnlab/cell/bnlab.d.ts");
    assert.equal(file?.line, 5);
    assert.deepEqual(defined("1 + ‸1;"), []);
  });

  it("are all places in all cells of the same variable, those that write it marked", () => {
    const marks = [...texts.slice(0, 1), "const twice = ra‸te * 2;", ...texts.slice(2)];
    assert.deepEqual(
      ask("references", marks).map(({ cell, start, isWrite }) => [cell, start, isWrite]),
      [
        ["c0", 4, true],
        ["c0", 14, true],
        ["c1", 14, false],
      ],
    );
    assert.deepEqual(
      ask("references", [...texts.slice(0, 3), "ra‸te;"]).map(({ cell, start }) => [cell, start]),
      [
        ["c2", 6],
        ["c3", 0],
      ],
    );
  });

  it("changes with the name, and what it stands for elsewhere stays", () => {
    const renamed = (...cells: string[]) => {
      const { cells: all } = marked(...cells);
      const found = ask("rename", cells);
      if (!found) return null;
      return all.map(({ id, text }) =>
        edited(
          text,
          found.places
            .filter(({ cell }) => cell === id)
            .map(({ start, length, before = "", after = "" }) => ({
              start,
              length,
              text: `${before}speed${after}`,
            })),
        ),
      );
    };
    assert.deepEqual(renamed(texts[0]!, "const twice = ra‸te * 2, o = { rate };", ...texts.slice(2)), [
      "let speed = 1;\nspeed += 1;",
      "const twice = speed * 2, o = { rate: speed };",
      "const rate = 3;",
      "rate;",
    ]);
    assert.deepEqual(ask("rename", ["const ra‸te = 1;"])?.span, { start: 6, length: 4 });
    assert.equal(renamed("1 + 1‸2;"), null);
    assert.equal(
      renamed('import { zeros } from "bnlab";\nzeros([1]).re‸lu();'),
      null,
      "it is not the notebook's",
    );
  });
});

describe("the service's end of the line", () => {
  it("hears of runs and answers questions, with an error where there is no answer", () => {
    const said: FromLanguage[] = [];
    const hear = serveLanguage(pageCodeHost({ files: pageFiles }), (message) => said.push(message));
    const { cells, about } = marked("fromRun; notYet;");
    const codes = () => {
      hear({ type: "ask", id: 1, request: { question: "diagnostics", cells, about } });
      const message = said.pop()!;
      return "answer" in message
        ? (message.answer as CodeDiagnostic[]).map(({ code }) => code)
        : message.error;
    };
    assert.deepEqual(codes(), [2304, 2304]);
    hear({ type: "ran", text: "const fromRun = 1, notYet = 2;" });
    assert.deepEqual(codes(), []);
    hear({ type: "missed", names: ["notYet"] });
    assert.deepEqual(codes(), [2304]);
    hear({ type: "known", values: {} });
    hear({ type: "forget" });
    assert.deepEqual(codes(), [2304, 2304]);
    hear({ type: "ask", id: 7, request: { question: "diagnostics", cells, about: { cell: "none" } } });
    const [message] = said as [FromLanguage & { error: string }];
    assert.equal(message.id, 7);
    assert.match(message.error, /expected one of the cells, got the id none/);
  });
});
