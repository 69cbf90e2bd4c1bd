// A notebook's parameters, papermill's way.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Notebook, parseNotebook } from "../../../kernel/notebook/notebookFile";
import { injectParameters, parseParameter } from "../../../kernel/notebook/parameters";

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
    };
    for (const [text, value] of Object.entries(values)) {
      assert.deepEqual(parseParameter(text), { name: "a", value }, text);
    }
    assert.deepEqual(parseParameter("größe=2"), { name: "größe", value: 2 });
    for (const text of ["a", "=1", "1a=2", "a b=1"])
      assert.throws(() => parseParameter(text), /expected NAME=VALUE/, text);
  });

  it("stand in a cell of their own behind the one tagged `parameters`, and take the place of an earlier run's", () => {
    const book = notebook(["import 'x'"], ["let lr = 1; let name = ''", "parameters"], ["lr"]);
    assert.deepEqual(injectParameters(book, [parseParameter("lr=0.5"), parseParameter('name=A"da')]), []);
    const injected = '// Parameters\nlet lr = 0.5;\nlet name = "A\\"da";';
    assert.deepEqual(sources(book), ["import 'x'", "let lr = 1; let name = ''", injected, "lr"]);
    assert.deepEqual(book.cells[2]!.metadata.tags, ["injected-parameters"]);
    injectParameters(book, [parseParameter("lr=2")]);
    assert.deepEqual(sources(book).slice(2), ["// Parameters\nlet lr = 2;", "lr"]);
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
