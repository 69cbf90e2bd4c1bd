// The commands, as the palette calls them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { Command, extensionId, kernelspec, Setting, settingSection } from "../../extension/ids";
import { activeNotebook, closeNotebook, openNotebook, run, setText, textOf, until } from "./notebooks";

const { executeCommand } = vscode.commands;

/** Runs a command that asks with a list, and accepts what the list has chosen. */
async function accepting(command: Command): Promise<void> {
  const done = executeCommand(command);
  // The list fills from disk; accepting an empty list does nothing, so ask until it is accepted.
  const again = setInterval(() => executeCommand("workbench.action.acceptSelectedQuickOpenItem"), 200);
  await done;
  clearInterval(again);
}

interface SavedNotebook {
  cells: { source: string | string[]; outputs?: { data?: Record<string, string[]> }[] }[];
}
const readNotebook = (file: string): SavedNotebook => JSON.parse(readFileSync(file, "utf8"));

function shippedTexts(name: string): string[] {
  const extension = vscode.extensions.getExtension(extensionId);
  assert.ok(extension);
  const { cells } = readNotebook(path.join(extension.extensionPath, "notebooks", name));
  return cells.map(({ source }) => [source].flat().join(""));
}

const textsOf = (notebook: vscode.NotebookDocument) =>
  notebook.getCells().map(({ document }) => document.getText());

describe("commands", () => {
  afterEach(closeNotebook);

  it("New Notebook opens an empty TypeScript notebook that runs", async () => {
    await executeCommand(Command.newNotebook);
    const notebook = await until("the notebook", activeNotebook);
    assert.ok(notebook.isUntitled);
    assert.deepEqual(notebook.metadata.metadata.kernelspec, kernelspec);
    assert.equal(notebook.cellAt(0).document.languageId, "typescript");
    await setText(notebook.cellAt(0), "1 + 2");
    await run(notebook);
    assert.equal(textOf(notebook, 0), "3");
  });

  it("Open Tutorial opens a copy of one's own, without outputs, first in the language of the settings", async () => {
    await accepting(Command.openTutorial);
    const notebook = await until("the notebook", activeNotebook);
    assert.match(notebook.uri.path, /\/tutorials\/en\/00-start\.ipynb$/);
    assert.deepEqual(textsOf(notebook), shippedTexts("en/00-start.ipynb"));
    assert.ok(notebook.getCells().every(({ outputs }) => outputs.length === 0));
    await closeNotebook();
    const settings = vscode.workspace.getConfiguration(settingSection);
    await settings.update(Setting.tutorialLanguage, "zh-cn", vscode.ConfigurationTarget.Global);
    await accepting(Command.openTutorial);
    await settings.update(Setting.tutorialLanguage, undefined, vscode.ConfigurationTarget.Global);
    assert.deepEqual(
      textsOf(await until("the notebook", activeNotebook)),
      shippedTexts("zh-cn/00-start.ipynb"),
    );
  });

  it("Run All, Clear Outputs", async () => {
    const notebook = await openNotebook(["const a = 1;", "a + 1"]);
    await executeCommand(Command.runAll);
    await until("the last cell", () => textOf(notebook, 1) === "2");
    await until("its end", () => notebook.cellAt(1).executionSummary?.success);
    await executeCommand(Command.clearOutputs);
    await until("empty cells", () => notebook.getCells().every(({ outputs }) => outputs.length === 0));
  });

  it("Export to HTML writes what the notebook shows now, saved or not", async () => {
    const notebook = await openNotebook(["6 * 7", "1 < 2"]);
    await run(notebook);
    await setText(notebook.cellAt(0), "6 * 7 // unsaved");
    const target = vscode.Uri.joinPath(notebook.uri, "../page.html");
    await executeCommand(Command.exportHtml, undefined, target);
    const page = readFileSync(target.fsPath, "utf8");
    assert.match(page, /^<!doctype html>/);
    assert.match(page, /\b42\b/);
    assert.match(page, /unsaved/);
  });

  it("Export Live Page writes a page that has the engine and the code as it stands", async () => {
    const notebook = await openNotebook(["6 * 7"]);
    await run(notebook);
    const target = vscode.Uri.joinPath(notebook.uri, "../page.live.html");
    await executeCommand(Command.exportLive, undefined, target);
    const page = readFileSync(target.fsPath, "utf8");
    assert.match(page, /^<!doctype html>/);
    assert.match(page, /\b42\b/);
    assert.match(page, /id="bnlab-notebook"/);
    assert.match(page, /id="bnlab-engine/);
  });

  it("Export Executed Copy runs in a kernel of its own, beside the notebook's files", async () => {
    const notebook = await openNotebook([
      'import path from "node:path";\nconst here = path.basename(process.cwd());',
      "[here, process.ppid]",
    ]);
    await run(notebook);
    const shown = textOf(notebook, 1);
    const target = vscode.Uri.joinPath(notebook.uri, "../copy.ipynb");
    await executeCommand(Command.exportExecuted, undefined, target);
    const [, cell] = readNotebook(target.fsPath).cells;
    const [value] = cell?.outputs?.map(({ data }) => data?.["text/plain"]?.join("")) ?? [];
    assert.equal(value?.split(",")[0], shown.split(",")[0]);
    assert.notEqual(value, shown);
    assert.equal(textOf(notebook, 1), shown);
  });

  it("Export to Script writes cells that Open Script as Notebook reads; tags go along", async () => {
    const notebook = await openNotebook(["const a = 1;", "a"]);
    await executeCommand(Command.editCellTags, notebook.cellAt(0), ["parameters", "parameters", ""]);
    const target = vscode.Uri.joinPath(notebook.uri, "../script.ts");
    await executeCommand(Command.exportScript, undefined, target);
    assert.equal(
      readFileSync(target.fsPath, "utf8"),
      '// %% tags=["parameters"]\nconst a = 1;\n\n// %%\na\n',
    );
    await closeNotebook();
    await executeCommand(Command.openScript, target);
    const opened = vscode.window.activeNotebookEditor?.notebook;
    assert.deepEqual(
      opened?.getCells().map(({ document }) => document.getText()),
      ["const a = 1;", "a"],
    );
    assert.deepEqual(opened?.cellAt(0).metadata.metadata, { tags: ["parameters"] });
  });

  it("Compare Runs opens the page of the runs", async () => {
    const cell = 'import { plot } from "bnlab";\nplot.loss({ net: [3, 2, 1] }, { title: "Loss" })';
    await run(await openNotebook([cell, cell]));
    await executeCommand(Command.compareRuns);
    const tab = await until("the chart", () => {
      const { activeTab } = vscode.window.tabGroups.activeTabGroup;
      return activeTab?.input instanceof vscode.TabInputWebview && activeTab;
    });
    assert.equal(tab.label, "Runs");
    await vscode.window.tabGroups.close(tab);
  });

  it("Show Variables and Open Walkthrough open what they say", async () => {
    await executeCommand(Command.showVariables);
    await executeCommand(Command.openWalkthrough);
    const tab = await until("VS Code's page of walkthroughs", () => {
      const { activeTab } = vscode.window.tabGroups.activeTabGroup;
      return activeTab?.label === "Welcome" && activeTab;
    });
    await vscode.window.tabGroups.close(tab);
  });

  it("Install Jupyter Kernel leaves a kernel that starts by itself", async () => {
    const data = mkdtempSync(path.join(os.tmpdir(), "bnlab-jupyter-"));
    process.env.JUPYTER_DATA_DIR = data;
    await executeCommand(Command.installJupyterKernel);
    delete process.env.JUPYTER_DATA_DIR;
    const spec = JSON.parse(readFileSync(path.join(data, "kernels/bnlab/kernel.json"), "utf8"));
    assert.equal(spec.language, "typescript");
    const [node, cli] = spec.argv as [string, string];
    assert.ok(!cli.startsWith(vscode.extensions.getExtension(extensionId)!.extensionPath));
    assert.match(execFileSync(node, [cli, "--version"], { encoding: "utf8" }), /^\d+\.\d+/);
    const load = `import("zeromq").then(() => console.log("loaded"))`;
    const loaded = execFileSync(node, ["--input-type=module", "-e", load], {
      cwd: path.dirname(cli),
      encoding: "utf8",
    });
    assert.equal(loaded, "loaded\n");
  });

  it("there is one for every name in the manifest", async () => {
    const known = await vscode.commands.getCommands(true);
    for (const name of Object.values(Command)) assert.ok(known.includes(name), name);
  });
});
