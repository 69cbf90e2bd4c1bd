// A notebook's parameters, papermill's way.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import { type Notebook, parseNotebook } from "../../../kernel/document/notebookFile";
import { FileError } from "../../../kernel/notebook/outputFile";
import {
  addParameter,
  injectParameters,
  parseParameter,
  readParameters,
  withParameters,
} from "../../../kernel/notebook/parameters";

const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-parameters-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const notebook = (...cells: [source: string, ...tags: string[]][]): Notebook =>
  parseNotebook(
    JSON.stringify({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: cells.map(([source, ...tags]) => ({
        cell_type: "code",
        source,
        metadata: { tags },
        outputs: [],
      })),
    }),
  );
const sources = ({ cells }: Notebook) => cells.map(({ source }) => source);

describe("parameters", () => {
  it("are JSON where they can be read as such, else texts", () => {
    const values = {
      "a=1e-3": 0.001,
      "a=[1,2]": [1, 2],
      "a=true": true,
      'a="1"': "1",
      "a=Ada": "Ada",
      "a=": "",
      "a=x=y": "x=y",
      // Numbers as people type them, and what only looks like one.
      "a=.5": 0.5,
      "a=5.": 5,
      "a=+5": 5,
      "a=-.5e-3": -0.0005,
      "a= 7 ": 7,
      "a= .5 ": 0.5,
      " a =1": 1,
      "a=007": "007",
      "a=1_000": "1_000",
      "a=0x1F": "0x1F",
      "a=1.2.3": "1.2.3",
      "a=NaN": "NaN",
      "a=.": ".",
      "a=-0": -0,
      "a=9007199254740992": 9007199254740992,
      "a=1e22": 1e22,
      'a="12345678901234567890"': "12345678901234567890",
      'a=["\\"12345678901234567890", 1]': ['"12345678901234567890', 1],
    };
    for (const [text, value] of Object.entries(values)) {
      assert.deepEqual(parseParameter(text), { name: "a", value }, text);
    }
    assert.deepEqual(parseParameter("größe=2"), { name: "größe", value: 2 });
    for (const text of ["a", "=1", "1a=2", "a b=1"])
      assert.throws(() => parseParameter(text), /expected NAME=VALUE/, text);
  });

  it("have names that a variable may have", () => {
    const words = [
      "class",
      "let",
      "await",
      "yield",
      "static",
      "enum",
      "implements",
      "eval",
      "arguments",
      "null",
      "this",
    ];
    for (const word of [...words, "undefined", "NaN", "Infinity", "globalThis", "true", "package"]) {
      assert.throws(() => parseParameter(`${word}=1`), {
        message: `${word} is a word of the language, expected a variable's name`,
      });
    }
    for (const name of [
      "of",
      "async",
      "get",
      "type",
      "any",
      "string",
      "$",
      "_",
      "__proto__",
      "constructor",
      "𠮷",
    ]) {
      assert.equal(parseParameter(`${name}=1`).name, name);
    }
  });

  it("are no numbers that JavaScript would change", () => {
    for (const text of [
      "12345678901234567890",
      "9007199254740993",
      "-9007199254740993",
      "[1, 12345678901234567890]",
      " 12345678901234567890 ",
      "+12345678901234567890",
    ]) {
      assert.throws(
        () => parseParameter(`seed=${text}`),
        /^Error: seed: [-+]?\d+ would become -?\d+; a text keeps it/,
        text,
      );
    }
    assert.throws(() => parseParameter("x=1e400"), /x: 1e400 is larger than a number can be/);
    assert.throws(() => parseParameter('x={"a":[-1e999]}'), /x: -1e999 is larger than a number can be/);
  });

  it("are set once", () => {
    const one = addParameter([], "a=1");
    assert.deepEqual(addParameter(one, "b=2").length, 2);
    assert.throws(() => addParameter(one, "a=1"), /a is set twice/);
  });

  it("reach the cell as they are: own members whatever their name, signs of zero", () => {
    const values = [
      'x={"__proto__":{"a":1},"b":[{"__proto__":null}]}',
      "x=-0",
      "x=[-0,1]",
      "x=0",
      "x=-1",
      "x=\u2028'`\\",
    ];
    for (const text of values) {
      const book = notebook(["1"]);
      const parameter = parseParameter(text);
      injectParameters(book, [parameter]);
      assert.deepEqual(
        runInNewContext(`${book.cells[0]!.source}; JSON.stringify([x, Object.is(x, -0)])`),
        JSON.stringify([parameter.value, Object.is(parameter.value, -0)]),
        text,
      );
    }
  });

  it("stand in a cell of their own behind the one tagged `parameters`, and take the place of an earlier run's", () => {
    const book = notebook(["import 'x'"], ["let lr = 1; let name = ''", "parameters"], ["lr"]);
    assert.deepEqual(injectParameters(book, [parseParameter("lr=0.5"), parseParameter('name=A"da')]), []);
    const injected = '// Parameters\nlet lr = 0.5;\nlet name = "A\\"da";';
    assert.deepEqual(sources(book), ["import 'x'", "let lr = 1; let name = ''", injected, "lr"]);
    assert.deepEqual(book.cells[2]!.metadata.tags, ["injected-parameters"]);
    injectParameters(book, [parseParameter("lr=2")]);
    assert.deepEqual(sources(book).slice(2), ["// Parameters\nlet lr = 2;", "lr"]);
    assert.match(book.cells[2]!.id, /^[0-9a-f]{8}$/);
    const plain = notebook(["lr"]);
    for (const value of [1, 2]) injectParameters(plain, [{ name: "lr", value }]);
    assert.deepEqual(sources(plain), ["// Parameters\nlet lr = 2;", "lr"]);
  });

  it("come from a file, an object of values by name", async () => {
    const file = path.join(folder, "p.json");
    const read = (text: string) => {
      writeFileSync(file, text);
      return readParameters(file);
    };
    assert.deepEqual(await read('{ "lr": 0.1, "sizes": [1, 2], "none": null }'), [
      { name: "lr", value: 0.1 },
      { name: "sizes", value: [1, 2] },
      { name: "none", value: null },
    ]);
    assert.deepEqual(await read("{}"), []);
    const refused = async (text: string, message: RegExp) =>
      assert.rejects(read(text), (error) => {
        assert.ok(error instanceof FileError);
        assert.equal(error.file, file);
        assert.match(error.message, message);
        return true;
      });
    for (const text of ["null", "5", '"x"', "[1]"])
      await refused(text, /^expected an object of values by name/);
    await refused('{ "1x": 1 }', /^expected a variable's name, got "1x"$/);
    await refused('{ "class": 1 }', /^class is a word of the language/);
    await refused("{", /JSON/);
  });

  it("that stand in both are the later ones'", () => {
    const [a, b] = [1, 2].map((value) => ({ name: "a", value }));
    const [x, y] = ["x", "y"].map((name) => ({ name, value: 0 }));
    assert.deepEqual(withParameters([a!, x!], [y!, b!]), [x, y, b]);
    assert.deepEqual(withParameters([a!], []), [a]);
  });

  it("that the notebook does not know are warned of", () => {
    const book = notebook(["let lr = 1", "parameters"]);
    assert.deepEqual(injectParameters(book, [parseParameter("l=2")]), [
      'the cell tagged "parameters" has no l',
    ]);
    const plain = notebook(["lr"]);
    assert.match(injectParameters(plain, [parseParameter("lr=2")]).join(), /no cell is tagged "parameters"/);
    assert.deepEqual(sources(plain), ["// Parameters\nlet lr = 2;", "lr"]);
    assert.deepEqual(injectParameters(plain, []), []);
  });
});
