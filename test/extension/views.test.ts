// Variables, the viewer of a tensor, and shapes in the code, as the extension's commands and providers give them.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { Command, Setting, settingSection, trainingView, variablesView } from "../../extension/ids";
import { closeNotebook, openNotebook, run, start, textOf, until } from "./notebooks";

/** What a line of the table hands to a command: `owner` is the variable that this is a member of. */
const node = (name: string, owner?: string) => (owner === undefined ? { name } : { name, owner });

async function copied(command: Command, ...args: Parameters<typeof node>): Promise<string> {
  await vscode.commands.executeCommand(command, node(...args));
  return vscode.env.clipboard.readText();
}

const tensorTabs = () =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(
      ({ input }) => input instanceof vscode.TabInputWebview && input.viewType.includes("bnlab.tensor"),
    );

async function hints(cell: vscode.NotebookCell): Promise<string[]> {
  const { uri, lineCount } = cell.document;
  const range = new vscode.Range(0, 0, lineCount, 0);
  const name = "vscode.executeInlayHintProvider";
  const found = await vscode.commands.executeCommand<vscode.InlayHint[]>(name, uri, range);
  return found.map(({ label, position }) => `${position.line}:${position.character} ${label}`);
}

describe("views", () => {
  afterEach(async () => {
    await vscode.window.tabGroups.close(tensorTabs());
    await closeNotebook();
  });

  it("copies a variable's name and its whole value, of members too", async () => {
    const notebook = await openNotebook([
      "import { nn, ones } from 'bnlab';\nconst long = 'x'.repeat(500);\nconst row = ones([3]);\n" +
        "const options = { lr: 0.1 };",
    ]);
    await run(notebook);
    assert.equal(await copied(Command.copyVariableName, "long"), "long");
    assert.equal(await copied(Command.copyVariableName, "lr", "options"), "options.lr");
    assert.equal(await copied(Command.copyVariableValue, "long"), "x".repeat(500));
    assert.equal(await copied(Command.copyVariableValue, "row"), "tensor([1., 1., 1.])");
    assert.equal(await copied(Command.copyVariableValue, "lr", "options"), "0.1");
    assert.equal(await copied(Command.copyVariableValue, "gone"), "0.1", "what is not there is not copied");
  });

  it("opens one viewer a tensor, beside the notebook", async () => {
    const notebook = await openNotebook([
      "import { zeros } from 'bnlab';\nconst a = zeros([3, 4]), b = zeros([2]);",
    ]);
    await run(notebook);
    for (const name of ["a", "b", "a"]) await vscode.commands.executeCommand(Command.openTensor, node(name));
    await vscode.commands.executeCommand(Command.openTensor, "b");
    await until("two viewers", () => tensorTabs().length === 2);
    assert.deepEqual(
      tensorTabs().map(({ label }) => label),
      ["a", "b"],
    );
    const columns = new Set(tensorTabs().map(({ group }) => group.viewColumn));
    assert.deepEqual([...columns], [vscode.ViewColumn.Two]);
  });

  it("picks a tensor from the palette", async () => {
    const notebook = await openNotebook([
      "import { zeros } from 'bnlab';\nconst only = zeros([3, 4]);\nconst n = 1;",
    ]);
    await run(notebook);
    const opened = vscode.commands.executeCommand(Command.openTensor);
    const again = setInterval(
      () => vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem"),
      200,
    );
    await until("the viewer", () => tensorTabs().some(({ label }) => label === "only"));
    clearInterval(again);
    await opened;
  });

  it("shows shapes behind the names that a cell has declared, and none where they are not wanted", async () => {
    const notebook = await openNotebook([
      "import { zeros } from 'bnlab';\nconst images = zeros([5, 3]);\nlet [a, b] = [zeros([2]), 1];\n{ const inner = zeros([9]); }",
      "const later = images.sum(0);",
    ]);
    const [first, second] = notebook.getCells();
    assert.deepEqual(await hints(first!), []);
    await run(notebook, 0, 1);
    await until("the hints", () => first!.executionSummary?.success);
    let found: string[] = [];
    for (const end = Date.now() + 20_000; found.length === 0 && Date.now() < end; )
      found = await hints(first!);
    assert.deepEqual(found, ["1:12 [5, 3]", "2:6 [2]"]);
    assert.deepEqual(await hints(second!), []);
    const settings = vscode.workspace.getConfiguration(settingSection);
    await settings.update(Setting.shapeHints, false, vscode.ConfigurationTarget.Global);
    assert.deepEqual(await hints(first!), []);
    await settings.update(Setting.shapeHints, undefined, vscode.ConfigurationTarget.Global);
  });

  it("answers at once while a cell computes, with what was known", async () => {
    const notebook = await openNotebook(["const known = 'before';", 'console.log("on");\nwhile (true) {}']);
    await run(notebook, 0, 1);
    void start(notebook, 1, 2);
    await until("the loop", () => textOf(notebook, 1) === "on\n");
    await vscode.commands.executeCommand(`${variablesView}.focus`);
    await vscode.commands.executeCommand(`${trainingView}.focus`);
    await vscode.commands.executeCommand(Command.refreshVariables);
    await vscode.commands.executeCommand("notebook.cancelExecution");
    await until("the interrupt", () => notebook.cellAt(1).executionSummary?.success === false);
    assert.equal(await copied(Command.copyVariableValue, "known"), "before");
  });
});
