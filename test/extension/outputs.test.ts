// What cells show: streams in order, displays in place, and the file that is saved.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as vscode from "vscode";
import { Mime } from "../../kernel/protocol";
import { closeNotebook, decode, openNotebook, run, start, textOf, until } from "./notebooks";

const mimes = (cell: vscode.NotebookCell) => cell.outputs.map(({ items }) => items.map(({ mime }) => mime));

describe("outputs", () => {
  afterEach(closeNotebook);

  it("streams while the cell runs, even if it never yields", async () => {
    const notebook = await openNotebook(['console.log("first");\nwhile (true) {}']);
    void start(notebook);
    await until("the text", () => textOf(notebook, 0) === "first\n");
    assert.equal(notebook.cellAt(0).executionSummary?.success, undefined);
    await vscode.commands.executeCommand("notebook.cancelExecution");
    await until("the interrupt", () => notebook.cellAt(0).executionSummary?.success === false);
  });

  it("keeps 100,000 lines in order, in one output", async () => {
    const notebook = await openNotebook(["for (let i = 0; i < 100_000; i++) console.log(i);"]);
    await run(notebook);
    assert.equal(notebook.cellAt(0).outputs.length, 1);
    assert.equal(textOf(notebook, 0), Array.from({ length: 100_000 }, (_, i) => `${i}\n`).join(""));
  });

  it("tells the two streams apart", async () => {
    const notebook = await openNotebook(['console.log("a");\nconsole.error("b");\nconsole.log("c");']);
    await run(notebook);
    const { stdout, stderr } = vscode.NotebookCellOutputItem;
    const [out, err] = [stdout("").mime, stderr("").mime];
    assert.deepEqual(mimes(notebook.cellAt(0)), [[out], [err], [out]]);
    assert.equal(textOf(notebook, 0), "a\nb\nc\n");
  });

  it("updates a display in place, from its own cell and from a later one", async () => {
    const notebook = await openNotebook([
      'import { display } from "bnlab";\nconst shown = display("one");\nconsole.log("below");\nshown.update("two");',
      'shown.update("three");',
    ]);
    await run(notebook, 0, 1);
    const first = notebook.cellAt(0).outputs;
    assert.equal(first.length, 2);
    assert.match(decode(first[0]?.items[0]), /two/);
    await run(notebook, 1, 2);
    assert.match(decode(notebook.cellAt(0).outputs[0]?.items[0]), /three/);
    assert.equal(notebook.cellAt(0).outputs.length, 2);
    assert.equal(notebook.cellAt(1).outputs.length, 0);
    await run(notebook, 0, 1);
    assert.equal(notebook.cellAt(0).outputs.length, 2);
  });

  it("shows a chart that a loop draws, in its last state", async () => {
    const notebook = await openNotebook([
      'import { plot } from "bnlab";\nconst chart = plot.live(plot.loss({}, { title: "Loss" }));\n' +
        'for (let i = 0; i < 300; i++) chart.append("net", i, 1 / (i + 1));',
    ]);
    await run(notebook);
    assert.equal(notebook.cellAt(0).outputs.length, 1);
    const figure = notebook.cellAt(0).outputs[0]?.items.find(({ mime }) => mime === Mime.plotly);
    const { data } = JSON.parse(decode(figure)) as { data: { name?: string; x: number[] }[] };
    assert.ok(data.some(({ name, x }) => name?.startsWith("net") && x.at(-1) === 299));
  });

  it("clears a cell's output", async () => {
    const notebook = await openNotebook([
      'import { clearOutput } from "bnlab";\nfor (let i = 0; i < 50; i++) {\n  clearOutput({ wait: true });\n' +
        "  console.log(i);\n  await new Promise((resolve) => setTimeout(resolve, 5));\n}",
    ]);
    await run(notebook);
    assert.equal(textOf(notebook, 0), "49\n");
  });

  it("puts what a timer prints later under the cell that ran last, and leaves the cell's summary", async () => {
    const notebook = await openNotebook(['void setTimeout(() => console.log("late"), 300);']);
    await run(notebook);
    const { executionOrder, timing } = notebook.cellAt(0).executionSummary ?? {};
    await until("the late text", () => textOf(notebook, 0) === "late\n");
    await until("the cell to end again", () => notebook.cellAt(0).executionSummary?.success === true);
    assert.equal(notebook.cellAt(0).executionSummary?.executionOrder, executionOrder);
    assert.deepEqual({ ...notebook.cellAt(0).executionSummary?.timing }, { ...timing });
  });

  it("saves a file that Jupyter would have written", async () => {
    const notebook = await openNotebook([
      'console.log("text");\n[1, 2]',
      'import { plot } from "bnlab";\nplot.loss({ net: [3, 2, 1] })',
      'throw new RangeError("too far");',
    ]);
    void start(notebook);
    await until("the end", () => notebook.cellAt(2).executionSummary?.success === false);
    await notebook.save();
    const file = JSON.parse(readFileSync(notebook.uri.fsPath, "utf8"));
    assert.equal(file.metadata.kernelspec.name, "bnlab");
    const [text, chart, error] = file.cells;
    assert.deepEqual(text.outputs[0], { output_type: "stream", name: "stdout", text: ["text\n"] });
    assert.equal(text.outputs[1].output_type, "execute_result");
    assert.equal(text.outputs[1].execution_count, 1);
    assert.deepEqual(text.outputs[1].metadata, {});
    assert.deepEqual(text.outputs[1].data[Mime.plain], ["[ 1, 2 ]"]);
    assert.equal(text.execution_count, 1);
    assert.equal(chart.outputs.length, 1);
    assert.ok(Array.isArray(chart.outputs[0].data[Mime.plotly].data));
    assert.ok(chart.outputs[0].data[Mime.plain].length > 0);
    const { output_type, ename, evalue, traceback } = error.outputs[0];
    assert.deepEqual([output_type, ename, evalue], ["error", "RangeError", "too far"]);
    assert.match(traceback.join("\n"), /RangeError: too far/);
    const outputs = [text, chart, error].flatMap((cell) => cell.outputs);
    assert.ok(
      outputs.every((output) => !("transient" in output)),
      "nbformat knows no transient in a file",
    );
  });
});
