// The tools of assistants, called as VS Code calls them, on a notebook of this window.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { confirmationOf } from "../../extension/assistant/confirmation";
import manifest from "../../package.json" with { type: "json" };
import { closeNotebook, openNotebook, run, textOf, until } from "./notebooks";

async function call(name: string, input: object, token = new vscode.CancellationTokenSource().token) {
  const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined }, token);
  return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : "")).join("\n");
}

describe("tools of assistants", () => {
  afterEach(closeNotebook);

  it("are those of the manifest", () => {
    const known = vscode.lm.tools.map(({ name }) => name);
    for (const { name } of manifest.contributes.languageModelTools) assert.ok(known.includes(name), name);
  });

  it("read cells, variables and tensors of the kernel that the person sees", async () => {
    const notebook = await openNotebook([
      'import { arange } from "bnlab";\nconst grid = arange(6).reshape([2, 3]);\nconst lr = 0.1;\n"shown"',
    ]);
    await assert.rejects(call("bnlab_variables", {}), /nothing has run/);
    await run(notebook);
    const cells = await call("bnlab_read_notebook", {});
    assert.match(cells, /1 cells[\s\S]*cell 1 \(code\)[\s\S]*cell 1 shows\n'shown'[\s\S]*Nothing runs\./);
    const variables = JSON.parse(await call("bnlab_variables", { names: ["lr"] }));
    assert.equal(variables.variables[0].text, "0.1");
    const tensor = JSON.parse(await call("bnlab_tensor", { name: "grid", start: [1, 0] }));
    assert.deepEqual([tensor.values, tensor.statistics.max], [[3, 4, 5], 5]);
    assert.match(await call("bnlab_training", {}), /Nothing has trained.*\n.*Nothing runs/);
    await assert.rejects(
      call("bnlab_read_notebook", { notebook: "no.ipynb" }),
      /expected the path of one notebook/,
    );
  });

  it("have VS Code ask before they run something, and tell what", () => {
    const asked = (...about: Parameters<typeof confirmationOf>) =>
      confirmationOf(...about).confirmationMessages;
    assert.match(String(asked("bnlab_run_cells", { cells: [1, 3] })?.message), /^Cells 1, 3 run/);
    const lint = asked("bnlab_lint", { model: "net", loader: "train" })?.message;
    assert.match((lint as vscode.MarkdownString).value, /probe\.lint\(net, train\)/);
    assert.throws(() => asked("bnlab_probe_report", { watch: "f()" }), /expected a variable's name/);
    assert.equal(asked("bnlab_variables", {}), undefined);
  });

  it("run cells and code, wait for the end, and stop what is given up", async () => {
    const notebook = await openNotebook(["let n = 1;", "n += 1; console.log('n is', n)", "while (true) {}"]);
    assert.match(await call("bnlab_run_cells", { cells: [1, 2] }), /cell 2 shows\nn is 2[\s\S]*Nothing runs/);
    assert.equal(textOf(notebook, 1), "n is 2\n");
    assert.match(await call("bnlab_run_code", { code: "n * 10" }), /the code: done\n20/);
    assert.match(await call("bnlab_lint", { model: "n" }), /the code: failed/);
    await assert.rejects(call("bnlab_lint", { model: "process.exit()" }), /expected a variable's name/);
    assert.match(await call("bnlab_run_cells", { cells: [3], seconds: 1 }), /Cell 3 runs/);
    const giving = new vscode.CancellationTokenSource();
    const waiting = call("bnlab_training", { seconds: 60 }, giving.token).catch(() => "given up");
    giving.cancel();
    await waiting;
    await call("bnlab_interrupt", {});
    await until("the interrupt", () => notebook.cellAt(2).executionSummary?.success === false);
  });
});
