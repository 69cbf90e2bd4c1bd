// Each setting does what it says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as vscode from "vscode";
import { Setting, settingSection } from "../../extension/ids";
import { TestVariable } from "../environment";
import { closeNotebook, decode, openNotebook, run, start, textOf, until } from "./notebooks";

async function withSetting(name: string, value: unknown, body: () => Promise<void>): Promise<void> {
  const settings = () => vscode.workspace.getConfiguration(settingSection);
  await settings().update(name, value, vscode.ConfigurationTarget.Global);
  try {
    await body();
  } finally {
    await settings().update(name, undefined, vscode.ConfigurationTarget.Global);
  }
}

describe("settings", () => {
  afterEach(closeNotebook);

  it("threads, runs at once and memory limit reach the kernel", async () => {
    await withSetting(Setting.parallelRuns, 5, () =>
      withSetting(Setting.threads, 3, () =>
        withSetting(Setting.memoryLimit, 256, async () => {
          const notebook = await openNotebook([
            "[process.env.BNLAB_THREADS, process.env.BNLAB_PARALLEL, process.env.BNLAB_MEMORY]",
            'import { zeros } from "bnlab";\nzeros([100_000_000]);',
            "const all: number[][] = [];\nwhile (true) all.push(new Array(10_000).fill(0.5));",
          ]);
          await run(notebook, 0, 1);
          assert.equal(textOf(notebook, 0), "[ '3', '5', '256' ]");
          void start(notebook, 1, 2);
          await until("the refusal", () => notebook.cellAt(1).executionSummary?.success === false);
          assert.match(errorOf(notebook.cellAt(1)), /out of tensor memory: asked for .* of 256/);
          void start(notebook, 2, 3);
          await until("the end", () => notebook.cellAt(2).executionSummary?.success === false);
          assert.match(errorOf(notebook.cellAt(2)), /exhausted heap/);
        }),
      ),
    );
  });

  it("the Node that is named runs the kernel, and one that cannot be started is told", async () => {
    await withSetting(Setting.nodePath, "/nowhere/node", async () => {
      const notebook = await openNotebook(["1"]);
      void start(notebook);
      await until("the failure", () => notebook.cellAt(0).executionSummary?.success === false);
      assert.match(errorOf(notebook.cellAt(0)), /bnlab\.nodePath.*nowhere\/node.*ENOENT/);
      assert.doesNotMatch(errorOf(notebook.cellAt(0)), /variables are lost/);
    });
    await withSetting(Setting.nodePath, "/bin/true", async () => {
      const notebook = await openNotebook(["1"]);
      void start(notebook);
      await until("the failure", () => notebook.cellAt(0).executionSummary?.success === false);
      assert.match(errorOf(notebook.cellAt(0)), /bnlab\.nodePath.*\/bin\/true/);
    });
    const named = process.env[TestVariable.node]!;
    assert.notEqual(named, process.execPath);
    await withSetting(Setting.nodePath, named, async () => {
      const notebook = await openNotebook(["process.execPath"]);
      await run(notebook);
      assert.ok(textOf(notebook, 0).includes(named));
    });
  });

  it("notebooks save themselves after a run, if asked to", async () => {
    const outputs = (notebook: vscode.NotebookDocument) =>
      JSON.parse(readFileSync(notebook.uri.fsPath, "utf8")).cells[0].outputs as unknown[];
    const unasked = await openNotebook(["6 * 7"]);
    await run(unasked);
    assert.deepEqual(outputs(unasked), []);
    await withSetting(Setting.autosaveOutputs, true, async () => {
      const notebook = await openNotebook(["6 * 7"]);
      await run(notebook);
      await until("the file", () => outputs(notebook).length === 1);
      await until("the end of the saving", () => !notebook.isDirty);
    });
  });
});

const errorOf = (cell: vscode.NotebookCell) => decode(cell.outputs.at(-1)?.items[0]);
