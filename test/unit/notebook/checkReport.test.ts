// What `bnlab check` says of a notebook that it has run.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { CellOutput, CodeCell } from "../../../kernel/document/notebookFile";
import { type CheckedCell, tellDifferences } from "../../../kernel/notebook/checkReport";
import { said } from "./said";

const out = (text: string): CellOutput[] => [{ output_type: "stream", name: "stdout", text }];

function checked(saved: string, now: string, more: Partial<CodeCell> = {}): CheckedCell {
  const cell: CodeCell = {
    ...{ cell_type: "code", id: "c", source: "train();", metadata: {}, execution_count: 1 },
    ...{ outputs: out(now), ...more },
  };
  return { cell, saved: out(saved), count: null, flow: undefined };
}

function told(t: TestContext, cells: CheckedCell[], relative = 0) {
  const { out } = said(t);
  const isAsSaved = tellDifferences("n.ipynb", cells, { relative, absolute: 0 }, "1.5 s");
  t.mock.restoreAll();
  return { isAsSaved, lines: out };
}

test("a notebook that shows what was saved is one line", (t) => {
  assert.deepEqual(told(t, [checked("a", "a"), checked("b", "b")]), {
    isAsSaved: true,
    lines: ["✓ n.ipynb: 2 cells as saved, 1.5 s"],
  });
  assert.ok(told(t, [checked("0.5", "0.51")], 0.1).isAsSaved);
  assert.ok(!told(t, [checked("0.5", "0.51")]).isAsSaved);
});

test("each difference is told with its cell, by place and first line", (t) => {
  const source = `\n\n${"x".repeat(61)}\nmore();`;
  const { isAsSaved, lines } = told(t, [
    checked("a", "a"),
    checked("same\nb", "same\nc", { source }),
    checked("d", "e"),
  ]);
  assert.equal(isAsSaved, false);
  assert.deepEqual(lines, [
    "✗ n.ipynb: 2 of 3 cells differ, 1.5 s",
    `\n  In [2] ${"x".repeat(60)}\n  stdout, line 2`,
    "  - b",
    "  + c",
    "\n  In [3] train();\n  stdout",
    "  - d",
    "  + e",
  ]);
  assert.equal(told(t, [checked("a", "b")]).lines[0], "✗ n.ipynb: 1 of 1 cells differ, 1.5 s");
});

test("a cell with nbval's tag may show anything", (t) => {
  const metadata = { tags: ["nbval-ignore-output"] };
  const { isAsSaved, lines } = told(t, [checked("a", "b", { metadata })]);
  assert.deepEqual([isAsSaved, lines.length], [true, 1]);
});

test("an order that cannot have been is a warning, with the cells' places, and no difference", (t) => {
  const flow = (makes: string[], reads: string[]) => ({ makes, reads, changes: makes });
  const { isAsSaved, lines } = told(t, [
    { ...checked("", ""), count: 5, flow: flow(["a"], []) },
    { ...checked("", ""), count: 2, flow: flow([], ["a"]) },
    { ...checked("", ""), count: 6, flow: undefined },
  ]);
  assert.deepEqual(
    [isAsSaved, lines.slice(1)],
    [
      true,
      [
        "  warning: cell 2 ran as [2] and reads `a`, but cell 1, which makes it, ran later, as [5]; save it run from top to bottom: bnlab run n.ipynb -o n.ipynb",
      ],
    ],
  );
});

test("a terminal is told in colors, unless none are wanted; a pipe is not", (t) => {
  const { isTTY } = process.stdout;
  const { NO_COLOR, FORCE_COLOR } = process.env;
  const lines: string[] = [];
  const [red, plain] = ["\x1b[31m", "\x1b[39m"];
  const tell = (isTerminal: boolean) => {
    lines.length = 0;
    process.stdout.isTTY = isTerminal;
    t.mock.method(console, "log", (line: string) => lines.push(line));
    tellDifferences("n.ipynb", [checked("a", "b"), checked("", "")], { relative: 0, absolute: 0 }, "1 s");
    t.mock.restoreAll();
  };
  try {
    delete process.env.NO_COLOR;
    process.env.FORCE_COLOR = "1"; // the test's own output is no terminal
    tell(true);
    assert.deepEqual(lines, [
      `${red}✗${plain} n.ipynb: 1 of 2 cells differ, 1 s`,
      `\n  \x1b[1mIn [1]\x1b[22m train();\n  stdout`,
      `${red}  - a${plain}`,
      `\x1b[32m  + b${plain}`,
    ]);
    tell(false);
    assert.ok(!lines.join("").includes("\x1b"));
    process.env.NO_COLOR = "1";
    tell(true);
    assert.ok(!lines.join("").includes("\x1b"));
  } finally {
    process.stdout.isTTY = isTTY;
    for (const [name, value] of Object.entries({ NO_COLOR, FORCE_COLOR }))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  }
});
