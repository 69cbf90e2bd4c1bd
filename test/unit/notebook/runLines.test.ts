// A run's lines on a terminal, where progress bars move, and in a pipe, where they do not.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stripVTControlCharacters } from "node:util";
import type { CodeCell } from "../../../kernel/document/notebookFile";
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

function start(isTTY: boolean) {
  let written = "";
  const write = (text: string) => {
    written += text;
  };
  const out = { isTTY, columns: 40, write };
  const lines = new RunLines(out as unknown as NodeJS.WriteStream);
  lines.start(cell, { number: 1, of: 1 });
  const publish = <T extends "stream" | "display_data" | "update_display_data">(
    type: T,
    content: Content[T],
  ) => lines.publication(createMessage("iopub", type, content, { session: "s" }) as AnyPublication);
  const bar = (type: "display_data" | "update_display_data", text: string) =>
    publish(type, {
      data: { [Mime.plain]: text, [Mime.progress]: [] },
      metadata: {},
      transient: { display_id: "bar" },
    });
  const end = () =>
    lines.end({
      reply: { status: "ok", execution_count: 1, user_expressions: {} },
      milliseconds: 100,
      timedOut: false,
    });
  return { publish, bar, end, written: () => written };
}

describe("RunLines", () => {
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
  });

  it("prints the last state alone in a pipe", () => {
    const { bar, end, written } = start(false);
    for (const text of ["0/2", "1/2", "2/2"])
      bar(text === "0/2" ? "display_data" : "update_display_data", text);
    end();
    assert.equal(written(), "[1/1] In [1] train();\n      2/2\n      ✓ 0.1 s\n");
  });
});
