// What an editor knows of cells: completions, hovers, squiggles, names across cells; and that VS Code's own TypeScript is quiet.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { extensionId } from "../../extension/ids";
import { closeNotebook, openNotebook, run, setText, start, textOf, until } from "./notebooks";

type Place = [uri: vscode.Uri, position: vscode.Position];

/** The place in a cell before the first occurrence of a text, or so many characters further. */
function place(notebook: vscode.NotebookDocument, index: number, text: string, further = 0): Place {
  const { document } = notebook.cellAt(index);
  const offset = document.getText().indexOf(text);
  assert.ok(offset >= 0);
  return [document.uri, document.positionAt(offset + further)];
}

const command = <T>(name: string, ...args: unknown[]) =>
  Promise.resolve(vscode.commands.executeCommand<T>(name, ...args));

async function hover(...at: Place): Promise<string> {
  const hovers = await command<vscode.Hover[]>("vscode.executeHoverProvider", ...at);
  const texts = hovers.flatMap(({ contents }) => contents as vscode.MarkdownString[]);
  return texts.map(({ value }) => value).join("\n");
}

async function completions(at: Place, resolved = 0): Promise<vscode.CompletionItem[]> {
  const name = "vscode.executeCompletionItemProvider";
  const { items } = await command<vscode.CompletionList>(name, ...at, undefined, resolved);
  return items;
}

const labelOf = ({ label }: vscode.CompletionItem) => (typeof label === "string" ? label : label.label);

const complaints = (cell: vscode.NotebookCell) =>
  vscode.languages
    .getDiagnostics(cell.document.uri)
    .filter(({ severity }) => severity <= vscode.DiagnosticSeverity.Warning)
    .map(({ source, code, message }) => `${source} ${code}: ${message}`);

/** Cells are checked in order: when the last one, which is wrong, has its squiggle the others have theirs. */
async function checked(notebook: vscode.NotebookDocument): Promise<string[][]> {
  const cells = notebook.getCells().filter(({ kind }) => kind === vscode.NotebookCellKind.Code);
  const last = cells.at(-1)!;
  await until("the last cell's squiggle", () => complaints(last).some((text) => text.includes("TS2322")));
  return cells.slice(0, -1).map(complaints);
}

const wrong = "const surelyWrong: string = 1;";

describe("language features in cells", () => {
  afterEach(closeNotebook);

  it("completes names of earlier cells, once, with their documentation", async () => {
    const notebook = await openNotebook([
      "/** How fast. */\nconst learningRate = 0.1;\nimport { nn } from 'bnlab';",
      "const twice = 2 * learning",
    ]);
    const found = await completions(place(notebook, 1, "learning", 8), 1000);
    const [item, ...others] = found.filter((one) => labelOf(one) === "learningRate");
    assert.ok(item);
    assert.deepEqual(others, []);
    assert.equal(item.kind, vscode.CompletionItemKind.Constant);
    assert.equal(item.detail, "const learningRate: 0.1");
    assert.equal((item.documentation as vscode.MarkdownString).value, "How fast.");
  });

  it("completes what bnlab exports, with the import", async () => {
    const notebook = await openNotebook(["manualSee"]);
    const found = await completions(place(notebook, 0, "manualSee", 9), 1000);
    const item = found.find((one) => labelOf(one) === "manualSeed");
    assert.deepEqual(
      item?.additionalTextEdits?.map(({ newText }) => newText),
      ['import { manualSeed } from "bnlab";\n'],
    );
  });

  it("hovers with one answer: type and documentation of another cell, and what is in the variable now", async () => {
    const notebook = await openNotebook([
      "import { tensor } from 'bnlab';\n/** What it learns from. */\nconst samples = tensor([[1, 2], [3, 6]]);",
      "samples.sum()",
    ]);
    const before = await hover(...place(notebook, 1, "samples"));
    assert.match(before, /const samples: Tensor/);
    assert.match(before, /What it learns from\./);
    assert.equal(before.match(/samples/g)?.length, 1);
    assert.doesNotMatch(before, /min/);
    await run(notebook);
    const after = await hover(...place(notebook, 1, "samples"));
    assert.match(after, /\*\*Tensor \[2, 2\]\*\* · float32 · 16 B/);
    assert.match(after, /min 1 · max 6 · mean 3 · std 2\.16/);
    assert.match(after, /tensor\(\[\[1\., 2\.\],\s+\[3\., 6\.\]\]/);
    assert.match(after, /\[Open in Tensor Viewer\]\(command:bnlab\.openTensor\?/);
  });

  it("helps with a call's parameters", async () => {
    const notebook = await openNotebook([
      "function join(a: string, b: number) { return a + b; }",
      "join('x', ",
    ]);
    const at = place(notebook, 1, "'x', ", 5);
    const help = await command<vscode.SignatureHelp>("vscode.executeSignatureHelpProvider", ...at);
    assert.equal(help.signatures.length, 1);
    assert.equal(help.signatures[0]?.label, "join(a: string, b: number): string");
    assert.equal(help.activeParameter, 1);
  });

  it("fixes: an import for a name, all of a cell, and VS Code's own formatter over it", async () => {
    const notebook = await openNotebook(["manualSeed( 1 )"]);
    const { document } = notebook.cellAt(0);
    await until("the squiggle", () => complaints(notebook.cellAt(0)).length > 0);
    const actions = (kind: vscode.CodeActionKind) =>
      command<vscode.CodeAction[]>(
        ...([
          "vscode.executeCodeActionProvider",
          document.uri,
          new vscode.Range(0, 0, 0, 15),
          kind.value,
        ] as const),
      );
    const [fix] = await actions(vscode.CodeActionKind.QuickFix);
    assert.equal(fix?.title, 'Add import from "bnlab"');
    const [all] = await actions(vscode.CodeActionKind.SourceFixAll);
    assert.ok(all?.edit && (await vscode.workspace.applyEdit(all.edit)));
    assert.equal(document.getText(), 'import { manualSeed } from "bnlab";\nmanualSeed( 1 )');
    const options = { tabSize: 2, insertSpaces: true };
    const format = "vscode.executeFormatDocumentProvider";
    const edits = await command<vscode.TextEdit[]>(format, document.uri, options);
    const edit = new vscode.WorkspaceEdit();
    edit.set(document.uri, edits);
    await vscode.workspace.applyEdit(edit);
    assert.match(document.getText(), /^manualSeed\(1\)$/m);
  });

  it("leads to the definition in another cell, and renames in all", async () => {
    const notebook = await openNotebook(["let rate = 1;", "rate = 2;\nconst options = { rate };", "rate"]);
    const [definition] = await command<vscode.Location[]>(
      "vscode.executeDefinitionProvider",
      ...place(notebook, 2, "rate"),
    );
    assert.equal(definition?.uri.toString(), notebook.cellAt(0).document.uri.toString());
    const at = place(notebook, 2, "rate");
    const edit = await command<vscode.WorkspaceEdit>("vscode.executeDocumentRenameProvider", ...at, "speed");
    await vscode.workspace.applyEdit(edit);
    assert.deepEqual(
      notebook.getCells().map(({ document }) => document.getText()),
      ["let speed = 1;", "speed = 2;\nconst options = { rate: speed };", "speed"],
    );
  });

  it("marks what is wrong, and nothing else, as one writes", async () => {
    const notebook = await openNotebook([
      "import { nn } from 'bnlab';\nconst x = 1;",
      "const x = 'declared anew';\nawait Promise.resolve();\nconst net = new nn.ReLU();",
      "x.toUpperCase();\nnet.forward;",
      wrong,
    ]);
    assert.deepEqual(await checked(notebook), [[], [], []]);
    assert.equal(complaints(notebook.cellAt(3)).length, 1);
    await setText(notebook.cellAt(1), "const x = 5;\nconst net = 1;");
    await until("the squiggle", () => complaints(notebook.cellAt(2)).length === 2);
    assert.match(complaints(notebook.cellAt(2))[0]!, /^BN Lab TS2339: Property 'toUpperCase' does not exist/);
    await setText(notebook.cellAt(3), "const = 1;");
    await until("the error", () => complaints(notebook.cellAt(3))[0]?.includes("TS1134"));
    assert.ok(complaints(notebook.cellAt(3)).every((text) => text.startsWith("BN Lab ")));
  });

  it("is alone: VS Code's own TypeScript grays nothing in a notebook that has just been opened", async () => {
    const unused = "import { nn } from 'bnlab';\nconst alone = 1;";
    const notebook = await openNotebook([unused, "const second = 2;"]);
    // TypeScript judges files in the order in which they are opened: once it has grayed this one it has judged the cells.
    const file = vscode.Uri.joinPath(notebook.uri, "../beside.ts");
    writeFileSync(file.fsPath, "export {};\nconst unused = 1;\n");
    await vscode.window.showTextDocument(file, { viewColumn: vscode.ViewColumn.Beside });
    const grayed = (uri: vscode.Uri) =>
      vscode.languages.getDiagnostics(uri).filter(({ code }) => code === 6133);
    await until("the gray name in the file", () => grayed(file).length > 0);
    assert.deepEqual(
      notebook.getCells().flatMap(({ document }) => grayed(document.uri)),
      [],
    );
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
  });

  it("answers while a cell is running", async () => {
    const notebook = await openNotebook(['console.log("on");\nwhile (true) {}', "const early = 1;\nearl"]);
    void start(notebook, 0, 1);
    await until("the loop", () => textOf(notebook, 0).includes("on"));
    const found = await completions(place(notebook, 1, "\nearl", 5));
    assert.ok(found.some((item) => labelOf(item) === "early"));
    await vscode.commands.executeCommand("notebook.cancelExecution");
    await until("the interrupt", () => notebook.cellAt(0).executionSummary?.success === false);
  });

  const shipped = path.join(vscode.extensions.getExtension(extensionId)!.extensionPath, "notebooks/en");
  // VS Code's own TypeScript is quiet in these; that there is nothing to say of all, test/kernel/language.test.ts sees to.
  for (const file of ["00-start.ipynb", "08-ics-debate.ipynb", "14-practice.ipynb"]) {
    it(`sees nothing wrong in ${file}`, async () => {
      const { cells } = JSON.parse(readFileSync(path.join(shipped, file), "utf8")) as {
        cells: { cell_type: string; source: string | string[] }[];
      };
      const code = cells.filter(({ cell_type }) => cell_type === "code");
      const notebook = await openNotebook([...code.map(({ source }) => [source].flat().join("")), wrong]);
      assert.deepEqual((await checked(notebook)).flat(), []);
    });
  }
});
