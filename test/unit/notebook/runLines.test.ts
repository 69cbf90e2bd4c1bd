// A run's lines on a terminal, where progress bars move, and in a pipe, where they do not.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stripVTControlCharacters } from "node:util";
import type { CodeCell } from "../../../kernel/document/notebookFile";
import type { CellEnd } from "../../../kernel/notebook/notebookRun";
import { RunLines } from "../../../kernel/notebook/runLines";
import { type AnyPublication, type Content, createMessage, Mime } from "../../../kernel/protocol";

process.env.NO_COLOR = "1";

const cell: CodeCell = {
  cell_type: "code",
  id: "c",
  source: "train();",
  metadata: {},
  outputs: [],
  execution_count: null,
};

function start(isTTY: boolean, source = cell.source, place = { number: 1, of: 1 }) {
  let written = "";
  const write = (text: string) => {
    written += text;
  };
  const out = { isTTY, columns: isTTY ? 40 : undefined, write };
  const lines = new RunLines(out as unknown as NodeJS.WriteStream);
  lines.start({ ...cell, source }, place);
  const publish = <T extends "stream" | "error" | "execute_result" | "display_data" | "update_display_data">(
    type: T,
    content: Content[T],
  ) => lines.publication(createMessage("iopub", type, content, { session: "s" }) as AnyPublication);
  const bar = (type: "display_data" | "update_display_data", text: string) =>
    publish(type, {
      data: { [Mime.plain]: text, [Mime.progress]: [] },
      metadata: {},
      transient: { display_id: "bar" },
    });
  const end = (more: Partial<CellEnd> = {}) =>
    lines.end({
      reply: { status: "ok", execution_count: 1, user_expressions: {} },
      milliseconds: 100,
      timedOut: false,
      ...more,
    });
  return { lines, publish, bar, end, written: () => written };
}

describe("RunLines", () => {
  it("is green where a cell has ended well and red where not, on terminals alone, and where colors are wanted", () => {
    const failed: Content["execute_reply"] = {
      ...{ status: "error", execution_count: 1, ename: "E", evalue: "", traceback: [] },
    };
    const said = (isTTY: boolean, more: Partial<CellEnd>) => {
      const { end, written } = start(isTTY);
      end(more);
      return written();
    };
    const green = "\x1b[32m";
    const red = "\x1b[31m";
    try {
      delete process.env.NO_COLOR;
      process.env.FORCE_COLOR = "1"; // the test's own output is no terminal
      assert.ok(said(true, {}).includes(`${green}✓`));
      assert.ok(said(true, { reply: failed }).includes(`${red}✗`));
      assert.ok(
        said(true, { reply: failed, timedOut: true }).includes(`${red}✗ stopped after its time limit`),
      );
      assert.ok(!said(false, {}).includes(green));
    } finally {
      process.env.NO_COLOR = "1";
      delete process.env.FORCE_COLOR;
    }
    assert.ok(!said(true, { reply: failed }).includes(red));
  });

  it("has what warns in yellow, errors in red, and the cell's own line apart from what it prints", () => {
    try {
      delete process.env.NO_COLOR;
      process.env.FORCE_COLOR = "1";
      const { publish, written } = start(true);
      publish("stream", { name: "stdout", text: "out\n" });
      publish("stream", { name: "stderr", text: "warned\n" });
      publish("error", { ename: "E", evalue: "v", traceback: ["E: v"] });
      assert.equal(
        written(),
        "[1/1] \x1b[1mIn [1]\x1b[22m \x1b[2mtrain();\x1b[22m\n      out\n" +
          "\x1b[33m      warned\n\x1b[39m\x1b[31m      E: v\n\x1b[39m",
      );
    } finally {
      process.env.NO_COLOR = "1";
      delete process.env.FORCE_COLOR;
    }
  });

  it("begins anew with each cell, whatever the one before has left open", () => {
    const { lines, publish, end, written } = start(false);
    const chart = { [Mime.plain]: "a chart", [Mime.plotly]: {} };
    publish("display_data", { data: chart, metadata: {}, transient: { display_id: "a" } });
    publish("stream", { name: "stdout", text: "half" });
    end();
    for (const number of [2, 3]) {
      lines.start({ ...cell, source: "more();" }, { number, of: 3 });
      if (number === 2) publish("stream", { name: "stdout", text: "" });
      else publish("stream", { name: "stdout", text: "whole\n" });
      end();
    }
    assert.equal(
      written(),
      "[1/1] In [1] train();\n      half      a chart\n      ✓ 0.1 s\n".replace("half      ", "half") +
        "[2/3] In [2] more();  ✓ 0.1 s\n[3/3] In [3] more();\n      whole\n      ✓ 0.1 s\n",
    );
    const kept = start(false);
    kept.publish("stream", { name: "stdout", text: "half" });
    kept.lines.endLine();
    kept.lines.start(cell, { number: 2, of: 2 });
    kept.publish("stream", { name: "stdout", text: "more\n" });
    assert.equal(kept.written(), "[1/1] In [1] train();\n      half\n[2/2] In [2] train();\n      more\n");
  });

  it("writes no line of its own before the first cell", () => {
    let written = "";
    const out = { isTTY: true, write: (text: string) => (written += text) };
    const lines = new RunLines(out as unknown as NodeJS.WriteStream);
    lines.endLine();
    lines.line("told");
    assert.equal(written, "told\n");
  });

  it("writes bars over on a terminal, below what the cell prints, and leaves the last state", () => {
    const { publish, bar, end, written } = start(true);
    bar("display_data", "0/2");
    bar("update_display_data", "1/2\ninner");
    publish("stream", { name: "stdout", text: "printed\n" });
    bar("update_display_data", "2/2");
    end();
    assert.equal(
      written(),
      "[1/1] In [1] train();\n      0/2\n" +
        "\x1b[1F\x1b[J      1/2\n      inner\n" +
        "\x1b[2F\x1b[J      printed\n      2/2\n" +
        "\x1b[1F\x1b[J      2/2\n      ✓ 0.1 s\n",
    );
  });

  it("cuts bars to the terminal's width, for a line that wraps could not be written over", () => {
    const { bar, written } = start(true);
    bar("display_data", "█".repeat(100));
    const line = stripVTControlCharacters(written()).split("\n").at(-2)!;
    assert.equal(line.length, 39);
    let wide = "";
    const out = { isTTY: true, columns: 0, write: (text: string) => (wide += text) };
    const lines = new RunLines(out as unknown as NodeJS.WriteStream);
    lines.start(cell, { number: 1, of: 1 });
    const data = { [Mime.plain]: "█".repeat(100), [Mime.progress]: [] };
    const content = { data, metadata: {}, transient: { display_id: "bar" } };
    lines.publication(createMessage("iopub", "display_data", content, { session: "s" }) as AnyPublication);
    assert.equal(wide.split("\n").at(-2)!.length, 79, "of a terminal that does not tell, eighty");
  });

  it("prints the last state alone in a pipe", () => {
    const { bar, end, written } = start(false);
    for (const text of ["0/2", "1/2", "2/2"])
      bar(text === "0/2" ? "display_data" : "update_display_data", text);
    end();
    assert.equal(written(), "[1/1] In [1] train();\n      2/2\n      ✓ 0.1 s\n");
  });

  it("has a cell's first line that is no import, cut to sixty characters", () => {
    const titled = (source: string) => start(false, source).written();
    assert.equal(titled('\nimport a from "a";\n\n  train();\nmore();'), "[1/1] In [1]   train();");
    for (const source of ['import a from "a";', '\n\nimport a from "a";  \n'])
      assert.equal(titled(source), '[1/1] In [1] import a from "a";');
    assert.equal(titled('import a from "a";\n  \ntrain();'), "[1/1] In [1] train();");
    assert.equal(titled("x".repeat(60)), `[1/1] In [1] ${"x".repeat(60)}`);
    assert.equal(titled("x".repeat(61)), `[1/1] In [1] ${"x".repeat(59)}…`);
    assert.equal(start(false, "a", { number: 2, of: 10 }).written(), "[ 2/10] In [2] a");
  });

  it("says how the cell ended, beside its line or beneath what it printed", () => {
    const quiet = start(false);
    quiet.end();
    assert.equal(quiet.written(), "[1/1] In [1] train();  ✓ 0.1 s\n");
    const reply: CellEnd["reply"] = {
      status: "error",
      execution_count: 1,
      ename: "E",
      evalue: "",
      traceback: [],
    };
    const failing = start(false);
    failing.publish("error", { ename: "E", evalue: "v", traceback: ["E: v", "\x1b[31mat\x1b[0m"] });
    failing.end({ reply });
    assert.equal(failing.written(), "[1/1] In [1] train();\n      E: v\n      at\n      ✗ 0.1 s\n");
    const late = start(false);
    late.end({ reply, timedOut: true });
    assert.equal(late.written(), "[1/1] In [1] train();  ✗ stopped after its time limit, 0.1 s\n");
  });

  it("puts together lines that come in pieces, and closes the last", () => {
    const { publish, end, written } = start(false);
    for (const text of ["a", "b\n\nc", "", "d"]) publish("stream", { name: "stdout", text });
    end();
    assert.equal(written(), "[1/1] In [1] train();\n      ab\n\n      cd\n      ✓ 0.1 s\n");
  });

  it("shows results and displays by their text, or by what they are", () => {
    const { publish, end, written } = start(false);
    publish("execute_result", { data: { [Mime.plain]: "7" }, metadata: {}, execution_count: 1 });
    publish("display_data", { data: { [Mime.html]: "<b>" }, metadata: {} });
    publish("display_data", { data: {}, metadata: {} });
    const display = (text: string, id: string, mime: string) => ({
      data: { [Mime.plain]: text, [mime]: {} },
      metadata: {},
      transient: { display_id: id },
    });
    publish("display_data", display("early chart", "a", Mime.plotly));
    publish("display_data", display("named", "b", Mime.html));
    publish("update_display_data", display("late chart", "a", Mime.plotly));
    publish("update_display_data", display("updated", "b", Mime.html));
    end();
    const shown = ["7", "[text/html]", "[nothing]", "named", "late chart", "updated", "✓ 0.1 s"];
    assert.equal(written(), `[1/1] In [1] train();\n${shown.map((line) => `      ${line}\n`).join("")}`);
  });

  it("begins a line for a question, and for what is told after the cells", () => {
    const quiet = start(true);
    quiet.lines.question();
    assert.equal(quiet.written(), "[1/1] In [1] train();\n");
    quiet.publish("stream", { name: "stdout", text: "half" });
    quiet.lines.question();
    quiet.lines.question();
    assert.equal(quiet.written(), "[1/1] In [1] train();\n      half\n");
    const open = start(true);
    open.lines.line("end");
    open.lines.line("more");
    assert.equal(open.written(), "[1/1] In [1] train();\nend\nmore\n");
    const printed = start(true);
    printed.publish("stream", { name: "stdout", text: "half" });
    printed.lines.line("end");
    assert.equal(printed.written(), "[1/1] In [1] train();\n      half\nend\n");
    const ended = start(true);
    ended.end();
    ended.lines.line("end");
    assert.equal(ended.written(), "[1/1] In [1] train();  ✓ 0.1 s\nend\n");
  });

  it("moves bars of several displays, below half a line too", () => {
    const { publish, written } = start(true);
    publish("stream", { name: "stdout", text: "half" });
    for (const id of ["a", "b"]) {
      publish("display_data", {
        data: { [Mime.plain]: `bar ${id}`, [Mime.progress]: [] },
        metadata: {},
        transient: { display_id: id },
      });
    }
    assert.equal(
      written(),
      "[1/1] In [1] train();\n      half\n      bar a\n\x1b[1F\x1b[J      bar a\n      bar b\n",
    );
  });
});
