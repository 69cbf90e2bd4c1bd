// What commands say of what they cannot do, and what a page is called.
import assert from "node:assert/strict";
import { test } from "node:test";
import { oneLine } from "../../../kernel/notebook/complaint";
import { titleOf } from "../../../kernel/notebook/title";

test("a complaint is one line that fits the screen, whatever it is about", () => {
  assert.equal(oneLine("\x1b[31ma\x1b[0m\r\n\tb\u2028c\0 "), "a b c");
  assert.equal(oneLine("x".repeat(500)), "x".repeat(500));
  assert.equal(oneLine("x".repeat(501)), `${"x".repeat(499)}…`);
});

test("a page is called as its first heading says, or as its file", () => {
  const title = (...cells: [type: "markdown" | "raw", source: string][]) =>
    titleOf(
      {
        cells: cells.map(([cell_type, source]) => ({ cell_type, id: "", metadata: {}, source })),
        metadata: {},
        nbformat: 4,
        nbformat_minor: 5,
      },
      "folder/name.ipynb",
    );
  assert.equal(
    title(["raw", "# raw"], ["markdown", "## two\n\n# One *x*"], ["markdown", "# Later"]),
    "One *x*",
  );
  assert.equal(title(["markdown", "text"], ["markdown", "#none"]), "name");
});
