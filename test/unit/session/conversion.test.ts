// Cells in, programs and words about them out: what a cell is told, what later cells know of it, and what they forget.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Converted } from "../../../kernel/session/cells/conversion";
import type { Declarations } from "../../../kernel/session/converter/declarations";
import { openedConverter } from "./pageConverter";

type Checks = "strict" | "loose" | "none";

/** A notebook whose cells are converted one after the other, as if each had run. */
function opened(more: Parameters<typeof openedConverter>[0] = {}) {
  const converter = openedConverter(more);
  const convert = (text: string, checks?: Checks): Extract<Converted<Declarations>, { ok: true }> => {
    const converted = converter.convert(text, checks);
    assert.ok(converted.ok, JSON.stringify(converted));
    converter.accept(converted.declarations);
    return converted;
  };
  /** `2:7 TS2322` of each warning of a cell. */
  const warnings = (text: string, checks?: Checks) =>
    convert(text, checks).warnings.map(({ line, column, code }) => `${line}:${column} ${code}`);
  const refused = (text: string) => {
    const converted = converter.convert(text);
    assert.ok(!converted.ok);
    return converted;
  };
  return { converter, convert, warnings, refused };
}

describe("a cell", () => {
  const { converter, convert, warnings, refused } = opened();

  it("has a program, and a result where it ends in an expression", () => {
    const made = convert("const a = 1;\nlet b = 'x';\na + 1");
    assert.deepEqual(made.cell.declares, ["a", "b"]);
    assert.deepEqual([made.showsResult, made.warnings], [true, []]);
    assert.deepEqual([...made.declarations.values], ["a", "b"]);
    assert.match(made.declarations.types, /declare const a = 1;/);
    const later = convert("b = 'y'; const c = a;");
    assert.deepEqual(later.cell.reads.toSorted(), ["a", "b"]);
    assert.deepEqual([later.showsResult, later.cell.assigns], [false, ["b"]]);
    assert.deepEqual([...later.declarations.values], ["a", "b", "c"]);
    assert.equal(convert("").showsResult, false);
  });

  it("is warned of types at their place, and runs all the same", () => {
    assert.deepEqual(
      converter.convert("1;\nconst s: string = 1;").ok && warnings("1;\nconst s: string = 1;"),
      ["2:7 TS2322"],
    );
    assert.deepEqual(warnings("const n: number = s;\nmissing"), ["1:7 TS2322", "2:1 TS2304"]);
    assert.deepEqual(warnings("const fine = 1;"), []);
    assert.deepEqual(warnings("(x) => x;"), ["1:2 TS7006"]);
    assert.deepEqual(warnings("(x) => x;", "loose"), []);
    assert.deepEqual(warnings("(x) => x; missing;", "none"), []);
    const { line, column, text, file } = convert("const t: string = 1;").warnings[0]!;
    assert.deepEqual(
      [line, column, text, file],
      [1, 7, "Type 'number' is not assignable to type 'string'.", undefined],
    );
  });

  it("of JavaScript is told of tensors alone", () => {
    const tensors = 'import { zeros } from "bnlab";\nconst x = zeros([1]);';
    convert(tensors);
    assert.deepEqual(
      convert("missing;\nvoid (x + x);\nif (x) {}", "none").warnings.map(({ line, text }) => [line, text]),
      [
        [2, "tensors have no +: x.add(x)"],
        [3, "a tensor is true as a condition, whatever is in it: x.item() is the number in it"],
      ],
    );
  });

  it("that is not TypeScript is refused, with each place", () => {
    assert.deepEqual(refused("1;\nconst x = = 1;"), {
      ok: false,
      errors: [{ line: 2, column: 11, code: "TS1109", text: "Expression expected.", file: undefined }],
    });
    const twice = refused("const d = 1;\nconst d = 2;");
    assert.deepEqual(
      twice.errors.map(({ line, column, code }) => [line, column, code]),
      [
        [1, 7, "TS2451"],
        [2, 7, "TS2451"],
      ],
    );
  });

  it("in another kernel's words is told what stands for them", () => {
    assert.deepEqual(refused("const x = 1;\n%html <b>"), {
      ok: false,
      errors: [{ line: 2, column: 1, text: "%html is IPython's: display.html(`…`) shows markup" }],
    });
    const known = convert("let rest = 7, time = 2;\nrest\n%time");
    assert.deepEqual(known.warnings, [], "a remainder, where the name is known");
    const other = openedConverter().convert("let rest = 7;\nrest\n%nobody\nmissing;");
    assert.ok(!other.ok && other.errors[0]?.line === 3, "where it is not, it is meant as a magic");
    const apart = opened().warnings("let rest = 7, nobody = 1;\nrest\n%nobody\nmissing;");
    assert.deepEqual(apart, ["4:1 TS2304"]);
    assert.deepEqual(refused("const b = <b>text</b>;").errors, [
      {
        line: 1,
        column: 11,
        code: "TS17004",
        text: "cells are TypeScript without JSX; display.html(`<b>…</b>`) shows markup",
      },
    ]);
  });

  it("that imports what a page has not is refused at the import, before anything else", () => {
    const { name, errors } = refused('const a = = 1;\nimport fs from "node:fs";');
    assert.equal(name, "ImportError");
    assert.deepEqual(
      errors.map(({ line, column }) => [line, column]),
      [[2, 16]],
    );
    const free = opened({ refusal: undefined as never });
    assert.deepEqual(free.warnings('import x from "npm:lodash";\nx;'), [], "told as it runs");
    assert.deepEqual(free.warnings('import x from "nowhere";\nx;'), ["1:15 TS2307"]);
  });

  it("may hide its result by a semicolon where that is asked for", () => {
    const hiding = opened({ semicolonHides: () => true });
    assert.deepEqual([hiding.convert("1;").showsResult, hiding.convert("1").showsResult], [false, true]);
    assert.equal(convert("1;").showsResult, true);
  });
});

describe("what later cells know", () => {
  it("is each name as it was declared last, types and namespaces too", () => {
    const { warnings } = opened();
    assert.deepEqual(
      warnings(
        "interface Shape { side: number }\nnamespace Units { export const px = 16 }\nclass A { a = 1 }",
      ),
      [],
    );
    assert.deepEqual(warnings("enum Mode { On }\ntype Alias = Shape;"), []);
    assert.deepEqual(warnings("const shape: Alias = { side: Units.px };\n[Mode.On, new A().a];"), []);
    assert.deepEqual(warnings("const Units = 'text';"), []);
    assert.deepEqual(warnings("Units.toUpperCase();\nUnits.px;"), ["2:7 TS2339"]);
  });

  it("is what an assertion told of a constant", () => {
    const { warnings } = opened();
    const told =
      "function assertIsText(value: unknown): asserts value is string {}\nconst input = [1 as unknown][0];\nlet other = input;";
    assert.deepEqual(warnings(told), []);
    assert.deepEqual(warnings("input.length;"), ["1:1 TS18046"]);
    assert.deepEqual(warnings("assertIsText(input);\nassertIsText(other);"), []);
    assert.deepEqual(warnings("input.length;\nother.length;"), ["2:1 TS18046"]);
    assert.deepEqual(warnings("const o: { a: number } | undefined = [{ a: 1 }].at(0);"), []);
    assert.deepEqual(warnings('if (!o) throw new Error("none");'), []);
    assert.deepEqual(warnings("o.a;"), []);
  });

  it("is not what a cell never came to, nor anything once the process has gone", () => {
    const { converter, convert, warnings } = opened();
    convert("const a = 1;");
    convert("const a = 'text', b = 2;");
    converter.retract(["a", "b"]);
    assert.deepEqual(warnings("const n: number = a;\nb;"), ["2:1 TS2304"]);
    converter.reset();
    assert.deepEqual(warnings("a;"), ["1:1 TS2304"]);
    assert.deepEqual(warnings("display(1);"), [], "what every cell finds");
  });

  it("may be of any type, also one without a name", () => {
    const { warnings } = opened();
    assert.deepEqual(
      warnings("const s = (() => { class Own { #x = 1; y = this.#x } return new Own(); })();"),
      [],
    );
    assert.deepEqual(warnings("s.y;"), []);
  });
});

describe("what is wrong with the project", () => {
  it("is told once, and again when it is another thing", () => {
    let mistake: string | undefined = "tsconfig.json, line 2: odd";
    const options = {};
    const { convert } = opened({
      project: () => (mistake === undefined ? { options } : { options, mistake }),
    });
    const told = () => convert("1").warnings;
    assert.deepEqual(told(), [
      { line: 1, column: 1, text: "tsconfig.json, line 2: odd (what else it says holds)" },
    ]);
    assert.deepEqual(told(), []);
    mistake = "another";
    assert.equal(told().length, 1);
    mistake = undefined;
    assert.deepEqual(told(), []);
    mistake = "another";
    assert.equal(told().length, 1);
  });
});

describe("a text in a console", () => {
  it("is run, waits for more, or is wrong", () => {
    const { converter } = opened();
    const status = (text: string) => converter.isComplete(text);
    for (const text of ["", "1", "const a = 1;", "if (a) {\n\n", "f(\n  \n"])
      assert.deepEqual(status(text), { status: "complete" }, text);
    for (const text of ["if (a) {", "f(", "`text"]) assert.equal(status(text).status, "incomplete", text);
    assert.equal((status("if (a) {") as { indent: string }).indent, "  ");
    for (const text of ["'text", "const = 1;", "a b c"])
      assert.deepEqual(status(text), { status: "invalid" }, text);
  });
});
