// Kernels through the life of their notebooks: closed and opened again, renamed, untitled, two at once, killed.
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { Command } from "../../extension/ids";
import {
  activeNotebook,
  closeNotebook,
  isAlive,
  openFile,
  openNotebook,
  run,
  setText,
  start,
  textOf,
  until,
} from "./notebooks";

const interrupt = () => vscode.commands.executeCommand("notebook.cancelExecution");
const isOpen = ({ path: file }: vscode.Uri) =>
  vscode.workspace.notebookDocuments.some(({ uri }) => uri.path === file);

async function closeFully(): Promise<void> {
  const uri = activeNotebook()!.uri;
  await closeNotebook();
  await until("the notebook to be closed", () => !isOpen(uri));
}

describe("life of a kernel", () => {
  afterEach(closeNotebook);

  it("keeps the variables while the notebook is closed", async () => {
    const { uri } = await openNotebook(["const kept = 41;", "kept + 1"]);
    await run(activeNotebook()!, 0, 1);
    await closeFully();
    const again = await openFile(uri);
    await run(again, 1, 2);
    assert.equal(textOf(again, 1), "42");
    assert.equal(again.cellAt(1).executionSummary?.executionOrder, 2);
  });

  it("goes on with a cell whose notebook is closed, and shows it when that is opened again", async () => {
    const loop = [
      'import { existsSync } from "node:fs";\nimport { display } from "bnlab";',
      'let n = 0;\nconst shown = display("at 0");',
      "while (true) {",
      '  if (!existsSync("quiet")) {\n    shown.update("at " + ++n);\n    console.log("step", n);\n  }',
      "  await new Promise((next) => setTimeout(next, 20));\n}",
    ].join("\n");
    const { uri } = await openNotebook([loop, "n > 0"]);
    void start(activeNotebook()!, 0, 1);
    await until("the loop", () => textOf(activeNotebook()!, 0).includes("step 2"));
    // A notebook that changes between its reverting and its closing stays in VS Code's memory, dirty, without an editor.
    const quiet = path.join(path.dirname(uri.fsPath), "quiet");
    writeFileSync(quiet, "");
    await new Promise((resolve) => setTimeout(resolve, 500));
    const seen = Number(textOf(activeNotebook()!, 0).match(/at (\d+)/)?.[1]);
    await closeFully();
    rmSync(quiet);
    const again = await openFile(uri);
    await until("its text and its display", () => {
      const text = textOf(again, 0);
      return /step \d/.test(text) && Number(text.match(/at (\d+)/)?.[1]) > seen;
    });
    await interrupt();
    await until("the interrupt", () => again.cellAt(0).executionSummary?.success === false);
    await run(again, 1, 2);
    assert.equal(textOf(again, 1), "true");
  });

  it("goes along when the notebook is renamed", async () => {
    const { uri } = await openNotebook(["const kept = 1;", "[kept, process.ppid]"]);
    await run(activeNotebook()!);
    const before = textOf(activeNotebook()!, 1);
    await activeNotebook()!.save();
    const renamed = vscode.Uri.file(path.join(path.dirname(uri.fsPath), "renamed.ipynb"));
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(uri, renamed);
    assert.ok(await vscode.workspace.applyEdit(edit));
    const notebook = await until("the new name", () => {
      const open = activeNotebook();
      return open?.uri.path === renamed.path && open;
    });
    // VS Code drops what comes while it moves the editor to the new name.
    const again = setInterval(() => void start(notebook, 1, 2), 2000);
    try {
      await run(notebook, 1, 2);
    } finally {
      clearInterval(again);
    }
    assert.equal(textOf(notebook, 1), before);
  });

  it("goes along when a new notebook is saved", async () => {
    await vscode.commands.executeCommand(Command.newNotebook);
    const untitled = await until("the notebook", activeNotebook);
    await setText(untitled.cellAt(0), "process.ppid");
    await run(untitled);
    const before = textOf(untitled, 0);
    const saved = vscode.commands.executeCommand("workbench.action.files.save");
    const accept = () => vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
    const again = setInterval(accept, 500); // the dialog comes when it has looked at the folder
    await saved;
    clearInterval(again);
    const notebook = await until("the file", () => {
      const open = activeNotebook();
      return open?.uri.scheme === "file" && open;
    });
    await new Promise((resolve) => setTimeout(resolve, 500)); // the old tab goes
    void start(notebook);
    await until("the second run", () => notebook.cellAt(0).executionSummary?.executionOrder === 2);
    await until("its value", () => textOf(notebook, 0) === before);
  });

  it("ends with a notebook that has no file, even in a loop", async () => {
    await vscode.commands.executeCommand(Command.newNotebook);
    const notebook = await until("the notebook", activeNotebook);
    await setText(notebook.cellAt(0), "console.log(process.pid, process.ppid);\nwhile (true) {}");
    void start(notebook);
    const text = await until("the loop", () => /^(\d+) (\d+)/.exec(textOf(notebook, 0)) ?? undefined);
    const pids = text.slice(1).map(Number);
    assert.ok(pids.every(isAlive));
    await closeNotebook();
    await until("the processes to end", () => !pids.some(isAlive));
  });

  it("runs two notebooks at once, each with its own variables and its own interrupt", async () => {
    const loop = 'const own = Symbol();\nconsole.log("on");\nwhile (true) {}';
    const one = await openNotebook([loop, "1 + 1"]);
    const two = await openNotebook([loop, "typeof own"]);
    void start(one, 0, 1);
    void start(two, 0, 1);
    await until("both loops", () => [one, two].every((notebook) => textOf(notebook, 0).includes("on")));
    await vscode.commands.executeCommand(Command.interruptKernel);
    await until("the end of the second", () => two.cellAt(0).executionSummary?.success === false);
    assert.equal(one.cellAt(0).executionSummary?.success, undefined);
    await run(two, 1, 2);
    assert.match(textOf(two, 1), /symbol/);
    await closeNotebook();
    await vscode.commands.executeCommand(Command.interruptKernel);
    await until("the end of the first", () => one.cellAt(0).executionSummary?.success === false);
    await run(one, 1, 2);
    assert.equal(textOf(one, 1), "2");
  });

  it("starts anew with the next cell after its process was killed at rest", async () => {
    const notebook = await openNotebook(["const lost = process.ppid;\nlost", "typeof lost"]);
    await run(notebook, 0, 1);
    const pid = Number(textOf(notebook, 0));
    process.kill(pid, "SIGKILL");
    await until("the end of the process", () => !isAlive(pid));
    await run(notebook, 1, 2);
    assert.match(textOf(notebook, 1), /undefined/);
    assert.equal(notebook.cellAt(1).executionSummary?.executionOrder, 1);
  });

  it("restarts and runs all, in the middle of a loop too", async () => {
    const notebook = await openNotebook([
      'console.log("first");',
      "globalThis.process.exitCode ??= 7;\n1 + 1",
    ]);
    await run(notebook);
    await setText(notebook.cellAt(0), 'console.log("again");\nwhile (!globalThis.stop) {}');
    void start(notebook);
    await until("the loop", () => textOf(notebook, 0).includes("again"));
    await setText(notebook.cellAt(0), 'console.log("after");');
    await vscode.commands.executeCommand(Command.restartAndRunAll);
    await until("the second cell", () => notebook.cellAt(1).executionSummary?.executionOrder === 2);
    assert.equal(textOf(notebook, 0), "after\n");
    await until("the end", () => notebook.cellAt(1).executionSummary?.success);
  });
});
