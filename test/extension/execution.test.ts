// Cells run: in order, with failures, interrupts, restarts and deaths of the kernel.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { Command } from "../../extension/ids";
import { Mime } from "../../kernel/protocol";
import {
  closeNotebook,
  decode,
  isAlive,
  openNotebook,
  run,
  setText,
  start,
  textOf,
  until,
} from "./notebooks";

const interrupt = () => vscode.commands.executeCommand("notebook.cancelExecution");
const summaries = (notebook: vscode.NotebookDocument) =>
  notebook.getCells().map(({ executionSummary }) => executionSummary?.success);
const errorOf = (cell: vscode.NotebookCell): { name: string; message: string; stack: string } => {
  const items = cell.outputs.at(-1)?.items ?? [];
  const types = items.map(({ mime }) => mime);
  assert.deepEqual(types, [Mime.error, vscode.NotebookCellOutputItem.error(new Error()).mime]);
  return JSON.parse(decode(items[0]));
};

describe(`execution in ${vscode.env.appName} ${vscode.version}`, () => {
  afterEach(closeNotebook);

  it("runs a TypeScript notebook without asking for a kernel", async () => {
    const notebook = await openNotebook([
      "const a: number = 20;",
      "const b = await Promise.resolve(a + 1);\nb",
      "a * 2",
    ]);
    await run(notebook);
    assert.deepEqual(summaries(notebook), [true, true, true]);
    assert.deepEqual(
      [0, 1, 2].map((i) => textOf(notebook, i)),
      ["", "21", "40"],
    );
    const { executionOrder, timing } = notebook.cellAt(2).executionSummary ?? {};
    assert.equal(executionOrder, 3);
    assert.ok(timing && timing.endTime >= timing.startTime && timing.startTime > 0);
  });

  it("takes a notebook that names only the language", async () => {
    const notebook = await openNotebook(["6 * 7"], { language_info: { name: "typescript" } });
    await run(notebook);
    assert.equal(textOf(notebook, 0), "42");
  });

  it("runs cells where the notebook lies", async () => {
    const notebook = await openNotebook(['import path from "node:path";\npath.basename(process.cwd())']);
    await run(notebook);
    assert.match(textOf(notebook, 0), /notebook-\w+/);
    assert.ok(notebook.uri.path.includes(textOf(notebook, 0).replaceAll("'", "")));
  });

  it("shows an error with its line and cancels the cells behind it", async () => {
    const notebook = await openNotebook([
      "const kept = 5;",
      'const early = 1;\nthrow new TypeError("boom");',
      '"not run"',
    ]);
    void start(notebook);
    await until("the failure", () => notebook.cellAt(1).executionSummary?.success === false);
    const error = errorOf(notebook.cellAt(1));
    assert.equal(error.name, "TypeError");
    assert.equal(error.message, "boom");
    assert.match(error.stack, /TypeError: boom/);
    assert.match(error.stack, /\b2\b/);
    assert.deepEqual(summaries(notebook), [true, false, undefined]);
    assert.equal(notebook.cellAt(2).outputs.length, 0);
    await setText(notebook.cellAt(2), "kept + early");
    await run(notebook, 2, 3);
    assert.equal(textOf(notebook, 2), "6");
  });

  it("interrupts an endless loop, keeps the variables and forgets the queue", async () => {
    const notebook = await openNotebook([
      "let n = 7;",
      'console.log("looping");\nwhile (true) n++;',
      '"not run"',
      "n > 7",
    ]);
    void start(notebook, 0, 3);
    await until("the loop", () => textOf(notebook, 1).includes("looping"));
    await interrupt();
    await until("the interrupt", () => notebook.cellAt(1).executionSummary?.success === false);
    assert.deepEqual(summaries(notebook), [true, false, undefined, undefined]);
    await run(notebook, 3, 4);
    assert.equal(textOf(notebook, 3), "true");
  });

  it("interrupts what merely waits", async () => {
    const notebook = await openNotebook(['console.log("waiting");\nawait new Promise(() => {});', "1 + 1"]);
    void start(notebook, 0, 1);
    await until("the cell", () => textOf(notebook, 0).includes("waiting"));
    await interrupt();
    await until("the interrupt", () => notebook.cellAt(0).executionSummary?.success === false);
    await run(notebook, 1, 2);
    assert.equal(textOf(notebook, 1), "2");
  });

  it("restarts with no variables, in the middle of a loop too", async () => {
    const notebook = await openNotebook([
      "const v = 1;",
      'console.log("looping");\nwhile (true) {}',
      "typeof v",
      "process.ppid",
    ]);
    await run(notebook, 3, 4);
    const pid = Number(textOf(notebook, 3));
    void start(notebook, 0, 2);
    await until("the loop", () => textOf(notebook, 1).includes("looping"));
    await vscode.commands.executeCommand(Command.restartKernel);
    await until("the end of the loop", () => notebook.cellAt(1).executionSummary?.success === false);
    assert.match(errorOf(notebook.cellAt(1)).message, /restarted/);
    await run(notebook, 2, 3);
    assert.match(textOf(notebook, 2), /undefined/);
    assert.equal(notebook.cellAt(2).executionSummary?.executionOrder, 1);
    await until("the end of the old process", () => !isAlive(pid));
  });

  it("shows what a cell has left behind: as it ends, later, and while another cell runs", async () => {
    const count = 15;
    const left = Array.from(
      { length: count },
      (_, i) => `Promise.reject(new Error("left ${i}")); "value ${i}"`,
    );
    const notebook = await openNotebook([
      ...left,
      'for (const ms of [0, 1, 5, 20, 60, 100, 300]) setTimeout(() => { throw new Error("after " + ms); }, ms);\n"timers"',
      'await new Promise((resolve) => setTimeout(resolve, 500));\n"another"',
    ]);
    // One by one, as a cell whose failure is seen in time would stop those behind it.
    for (let i = 0; i < notebook.cellCount; i++) {
      await start(notebook, i, i + 1);
      await until(`the end of cell ${i}`, () => notebook.cellAt(i).executionSummary?.success !== undefined);
    }
    const errors = (index: number) =>
      notebook
        .cellAt(index)
        .outputs.flatMap(({ items }) => items)
        .filter(({ mime }) => mime === vscode.NotebookCellOutputItem.error(new Error()).mime)
        .map((item) => (JSON.parse(decode(item)) as Error).message);
    for (let i = 0; i < count; i++) {
      await until(`the error of cell ${i}`, () => errors(i).length > 0);
      assert.deepEqual(errors(i), [`left ${i}`]);
      assert.ok(textOf(notebook, i).includes(`value ${i}`));
    }
    await until("the errors of the timers", () => errors(count).length === 7);
    assert.deepEqual(errors(count + 1), []);
    assert.match(textOf(notebook, count + 1), /another/);
  });

  it("says that the kernel died, and starts a new one", async () => {
    const notebook = await openNotebook([
      'process.kill(process.ppid, "SIGKILL");\nawait new Promise(() => {});',
      "2 + 2",
    ]);
    void start(notebook);
    await until("the death", () => notebook.cellAt(0).executionSummary?.success === false);
    assert.match(errorOf(notebook.cellAt(0)).message, /kernel process ended.*variables are lost/);
    assert.deepEqual(summaries(notebook), [false, undefined]);
    await run(notebook, 1, 2);
    assert.equal(textOf(notebook, 1), "4");
  });

  it("survives a cell that ends its process", async () => {
    const notebook = await openNotebook(["process.exit(3);", "2 + 3"]);
    void start(notebook, 0, 1);
    await until("the end", () => notebook.cellAt(0).executionSummary?.success === false);
    await run(notebook, 1, 2);
    assert.equal(textOf(notebook, 1), "5");
  });

  it("runs what is stale, and what hangs on it: edited, made of what has changed, run before a restart", async () => {
    const notebook = await openNotebook([
      "const base = 1;",
      "const sum = base + 1;",
      "console.log('sum', sum)",
      "const other = 1;\nconsole.log('other', other)",
    ]);
    const counts = () => notebook.getCells().map(({ executionSummary }) => executionSummary?.executionOrder);
    const runStale = async (expected: (number | undefined)[]) => {
      await vscode.commands.executeCommand(Command.runStale);
      await until(`the counts ${expected}, not ${counts()}`, () => String(counts()) === String(expected));
    };
    await run(notebook);
    await runStale([1, 2, 3, 4]);
    await setText(notebook.cellAt(0), "const base = 10;");
    await runStale([5, 6, 7, 4]); // the last hangs on none of them
    assert.equal(textOf(notebook, 2), "sum 11\n");
    await vscode.commands.executeCommand(Command.restartKernel);
    await runStale([1, 2, 3, 4]);
  });
});
