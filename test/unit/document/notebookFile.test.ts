// Notebook files as they are written: what was read comes back, texts as lines, a chart's JSON on one line.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  cellChecks,
  formatNotebook,
  isRunnable,
  type Notebook,
  parseNotebook,
} from "../../../kernel/document/notebookFile";
import { Mime } from "../../../kernel/protocol";

const notebook: Notebook = {
  cells: [
    { cell_type: "markdown", id: "title", metadata: {}, source: "# Title\n\nText" },
    {
      cell_type: "code",
      id: "chart",
      metadata: { tags: ["wide"] },
      source: "plot",
      execution_count: 1,
      outputs: [
        {
          output_type: "display_data",
          data: {
            [Mime.plotly]: { data: [{ y: [1, 2.5, null], name: 'a "quoted" $& name\n' }], layout: {} },
            [Mime.json]: ["x", 1],
            [Mime.html]: "<p>\n</p>",
            [Mime.plain]: "Chart",
          },
          metadata: {},
        },
      ],
    },
  ],
  metadata: {
    kernelspec: { name: "bnlab", display_name: "BN Lab (TypeScript)", language: "typescript" },
    language_info: { name: "typescript", file_extension: ".ts", mimetype: "text/typescript" },
  },
  nbformat: 4,
  nbformat_minor: 5,
};

describe("a notebook's file", () => {
  const text = formatNotebook(notebook);

  it("gives back what was written", () => assert.deepEqual(parseNotebook(text), notebook));

  it("is indented by one space a level and ends its last line, as Jupyter's are", () => {
    assert.ok(text.startsWith('{\n "cells": [\n  {\n   "cell_type": "markdown",\n   "id": "title",\n'));
    assert.ok(text.endsWith(' "nbformat": 4,\n "nbformat_minor": 5\n}\n'));
  });

  it("has the JSON of a chart on one line, and texts line by line", () => {
    const lines = text.split("\n").map((line) => line.trim());
    const chart = lines.find((line) => line.startsWith(`"${Mime.plotly}"`));
    assert.match(chart!, /"y":\[1,2\.5,null\].*"layout":\{\}\},$/);
    assert.ok(lines.includes(`"${Mime.json}": ["x",1],`));
    assert.ok(lines.includes('"<p>\\n",'));
    assert.ok(lines.includes('"# Title\\n",'));
  });
});

describe("a notebook of somebody else's", () => {
  const parsed = (cells: object[], more: object = {}) =>
    parseNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells, ...more }));
  const outputsOf = (...outputs: unknown[]) => {
    const [cell] = parsed([{ cell_type: "code", source: "", outputs }]).cells;
    assert.ok(cell?.cell_type === "code");
    return cell.outputs;
  };

  it("has an id for each cell, no two alike, those that are right as they were", () => {
    const ids = ["a", "a", undefined, "b c", "", "x".repeat(65), 7, "d", "__proto__"];
    const found = parsed(ids.map((id) => ({ cell_type: "markdown", source: "", id }))).cells.map(
      ({ id }) => id,
    );
    assert.deepEqual([found[0], found[7], found[8]], ["a", "d", "__proto__"]);
    assert.equal(new Set(found).size, ids.length);
    for (const id of found) assert.match(id, /^[\w-]{1,64}$/);
  });

  it("has outputs that can be shown, whatever stood there", () => {
    const unknown = (type: string) => ({
      output_type: "display_data",
      data: { "text/plain": `[an output of the unknown type ${type}]` },
      metadata: {},
    });
    assert.deepEqual(outputsOf(null, 5, { output_type: "pyout" }, {}), [
      unknown("null"),
      unknown("5"),
      unknown('"pyout"'),
      unknown("none"),
    ]);
    assert.deepEqual(outputsOf({ output_type: "pyout", text: "1" }), [
      { output_type: "display_data", data: { "text/plain": "1" }, metadata: {} },
    ]);
    assert.deepEqual(
      outputsOf(
        { output_type: "error", ename: "E", evalue: "v" },
        { output_type: "error", ename: "E", evalue: "v", traceback: "one\ntwo" },
        { output_type: "error", traceback: [1, ["a", "b"]] },
        { output_type: "stream", text: [1, "a"] },
        { output_type: "display_data" },
        { output_type: "execute_result", data: "text", metadata: [], execution_count: "1" },
        {
          output_type: "display_data",
          data: { "text/html": ["<b>", "</b>"], "text/plain": { a: 1 }, "application/json": ["a"] },
        },
      ),
      [
        { output_type: "error", ename: "E", evalue: "v", traceback: ["E: v"] },
        { output_type: "error", ename: "E", evalue: "v", traceback: ["one", "two"] },
        { output_type: "error", ename: "Error", evalue: "", traceback: ["1", "ab"] },
        { output_type: "stream", name: "stdout", text: "1a" },
        { output_type: "display_data", data: {}, metadata: {} },
        {
          output_type: "execute_result",
          data: { "text/plain": "text" },
          metadata: {},
          execution_count: null,
        },
        {
          output_type: "display_data",
          data: { "text/html": "<b></b>", "text/plain": '{"a":1}', "application/json": ["a"] },
          metadata: {},
        },
      ],
    );
  });

  it("is refused in one line where it cannot be read, with what helps", () => {
    const refused = (json: object, message: RegExp | string) =>
      assert.throws(
        () => parseNotebook(JSON.stringify({ nbformat: 4, metadata: {}, cells: [], ...json })),
        typeof message === "string" ? { name: "NotebookError", message } : message,
      );
    refused({ nbformat: 3 }, /got nbformat 3; `jupyter nbconvert --to notebook --nbformat 4` converts it$/);
    refused({ nbformat: 5 }, /got nbformat 5, which is newer than this BN Lab; save it as nbformat 4, or/);
    refused({ nbformat: "4" }, 'expected a notebook of nbformat 4, got nbformat "4"');
    refused({ nbformat: undefined }, "expected a notebook of nbformat 4, got no nbformat");
    refused({ cells: {} }, "expected a list of cells, got an object");
    refused({ cells: null }, "expected a list of cells, got null");
    refused({ cells: [[]] }, "cell 1: expected an object, got a list");
    refused(
      {
        cells: [
          { cell_type: "raw", source: "" },
          { cell_type: "raw", source: ["a", 5] },
        ],
      },
      "cell 2: source: expected a text or a list of lines, got a list",
    );
    refused({ cells: [{ cell_type: "raw", metadata: 5 }] }, "cell 1: metadata: expected an object, got 5");
    const long = (characters: number) => ({ metadata: { language_info: { name: "x".repeat(characters) } } });
    refused(long(60), `its cells are ${"x".repeat(60)}; BN Lab runs notebooks in TypeScript`);
    refused(long(61), `its cells are ${"x".repeat(59)}…; BN Lab runs notebooks in TypeScript`);
  });

  it("keeps ids of 64 characters, and a minor number above ours", () => {
    const { cells, nbformat_minor } = parsed([{ cell_type: "raw", id: "x".repeat(64) }], {
      nbformat_minor: 7,
    });
    assert.deepEqual([cells[0]!.id, cells[0]!.source, nbformat_minor], ["x".repeat(64), "", 7]);
  });

  it("runs its TypeScript and JavaScript alone, checked as its kernel checks", () => {
    const cell = (source: string, languageId?: string) => ({
      cell_type: "code",
      source,
      metadata: languageId === undefined ? {} : { vscode: { languageId } },
    });
    const book = (metadata: object) =>
      parsed(
        [
          cell("a"),
          cell("a", "javascript"),
          cell("a", "python"),
          cell(" \n"),
          { ...cell("a"), cell_type: "raw" },
        ],
        {
          metadata,
        },
      );
    const { cells } = book({});
    assert.deepEqual(cells.map(isRunnable), [true, true, false, false, false]);
    const checks = (metadata: object) => {
      const own = book(metadata);
      return own.cells.slice(0, 2).map((each) => cellChecks(each, own));
    };
    assert.deepEqual(checks({}), ["strict", "none"]);
    assert.deepEqual(checks({ kernelspec: { name: "tslab" } }), ["loose", "none"]);
    assert.deepEqual(checks({ language_info: { name: "JavaScript" } }), ["none", "none"]);
    assert.deepEqual(
      checks({ kernelspec: { language: "typescript" }, language_info: { name: "javascript" } }),
      ["strict", "none"],
    );
  });

  it("gets our kernel where it names none, and keeps its own", () => {
    const written = (metadata: object) => JSON.parse(formatNotebook(parsed([], { metadata }))).metadata;
    assert.deepEqual(Object.keys(written({ title: "t" })).sort(), ["kernelspec", "language_info", "title"]);
    assert.deepEqual(written({ kernelspec: null }).kernelspec.name, "bnlab");
    assert.deepEqual(written({ kernelspec: { name: "tslab" } }).kernelspec, { name: "tslab" });
    assert.deepEqual(written({ language_info: { name: "javascript" } }), {
      language_info: { name: "javascript" },
    });
  });

  it("has its texts as lines, its pictures as they are", () => {
    const data = { "image/svg+xml": "<svg>\n</svg>", "image/png": "AA\nBB", "text/x": "a" };
    const [cell] = JSON.parse(
      formatNotebook(
        parsed([{ cell_type: "code", source: "a\n\nb\n", outputs: [{ output_type: "display_data", data }] }]),
      ),
    ).cells;
    assert.deepEqual(cell.source, ["a\n", "\n", "b\n"]);
    assert.deepEqual(cell.outputs[0].data, {
      ...data,
      "image/svg+xml": ["<svg>\n", "</svg>"],
      "text/x": ["a"],
    });
  });

  it("can be written and read again", () => {
    const cells = [
      {
        cell_type: "code",
        source: ["a\n", "b"],
        outputs: [{ output_type: "error" }, { output_type: "stream" }],
      },
    ];
    const book = parsed(cells, { nbformat_minor: 1.5, metadata: null });
    assert.deepEqual(parseNotebook(formatNotebook(book)).cells, book.cells);
    assert.equal(book.nbformat_minor, 5);
  });
});
