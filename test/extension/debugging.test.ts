// VS Code's own JavaScript debugger stops in cells, in functions of other cells and in files that they import.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { Command } from "../../extension/ids";
import { closeNotebook, decode, openNotebook, run, textOf, until } from "./notebooks";

interface Frame {
  id: number;
  name: string;
  line: number;
  source?: { path?: string; name?: string };
}
interface Variable {
  name: string;
  value: string;
  variablesReference: number;
}

describe("debugging", () => {
  const stops: { session: vscode.DebugSession; threadId: number; reason: string }[] = [];
  const printed: string[] = [];
  const sessions = new Set<string>();
  let watching: vscode.Disposable;

  before(() => {
    watching = vscode.Disposable.from(
      vscode.debug.registerDebugAdapterTrackerFactory("*", {
        createDebugAdapterTracker: (session) => ({
          onDidSendMessage({ event, body }) {
            if (event === "output") printed.push(body.output);
            if (event === "stopped") stops.push({ session, threadId: body.threadId, reason: body.reason });
          },
        }),
      }),
      vscode.debug.onDidStartDebugSession(({ id }) => sessions.add(id)),
      vscode.debug.onDidTerminateDebugSession(({ id }) => sessions.delete(id)),
    );
  });
  after(() => watching.dispose());
  afterEach(async () => {
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await vscode.debug.stopDebugging();
    await until("the debugger to go", () => sessions.size === 0);
    stops.length = printed.length = 0;
    await closeNotebook();
  });

  /** The next stop, and what is asked of it. */
  async function stopped() {
    const { session, threadId, reason } = await until("a stop", () => stops.shift());
    const ask = (command: string, args: object) => session.customRequest(command, { threadId, ...args });
    const { stackFrames: frames } = (await ask("stackTrace", { levels: 20 })) as { stackFrames: Frame[] };
    const frame = frames[0]!;
    const variables = async (variablesReference: number) => {
      const { variables: all } = (await ask("variables", { variablesReference })) as {
        variables: Variable[];
      };
      return new Map(all.map((each) => [each.name, each]));
    };
    return {
      reason,
      frames,
      /** `cell 1:4`, from 0 and 1; or the name of a file. */
      places: frames.map(({ source, line }) => `${placeOf(source?.path ?? "")}:${line}`),
      variables,
      async scope(name: string) {
        const { scopes } = (await ask("scopes", { frameId: frame.id })) as { scopes: Variable[] };
        const scope = scopes.find((each) => each.name.startsWith(name));
        assert.ok(scope, `no ${name} among ${scopes.map((each) => each.name)}`);
        return { reference: scope.variablesReference, all: await variables(scope.variablesReference) };
      },
      evaluate: async (expression: string, context = "watch") =>
        ((await ask("evaluate", { expression, frameId: frame.id, context })) as { result: string }).result,
      ask,
    };
  }

  function placeOf(address: string): string {
    const uri = vscode.Uri.parse(address);
    if (uri.scheme !== "vscode-notebook-cell") return path.basename(address);
    const cells = vscode.workspace.notebookDocuments.flatMap((notebook) => notebook.getCells());
    return `cell ${cells.find(({ document }) => document.uri.toString() === uri.toString())?.index}`;
  }

  function breakAt(uri: vscode.Uri, line: number, condition?: string, log?: string): void {
    const location = new vscode.Location(uri, new vscode.Position(line - 1, 0));
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(location, true, condition, undefined, log)]);
  }

  it("stops in a cell, in another cell's function and in an imported file, and the cell ends", async () => {
    const notebook = await openNotebook([
      'import { tensor } from "bnlab";\nlet lr = 0.5;\nfunction step(x: number): number {\n  const loss = x * lr;\n  return loss;\n}',
      'import { twice } from "./twice";\nconst weights = tensor([[1, 2], [3, 4]]);\nlet total = 0;\nfor (let i = 0; i < 3; i++) {\n  total += step(i);\n}\ntotal = twice(total);\ntotal',
    ]);
    const file = path.join(path.dirname(notebook.uri.fsPath), "twice.ts");
    writeFileSync(
      file,
      "interface Nothing {\n  here: number;\n}\n\nexport function twice(x: number): number {\n  return 2 * x;\n}\n",
    );
    await run(notebook, 0, 1); // without the debugger
    const [definitions, use] = notebook.getCells().map(({ document }) => document.uri);
    breakAt(definitions!, 4, "x === 2 && lr === 0.5");
    breakAt(definitions!, 5, undefined, "loss {loss} at {lr}");
    breakAt(use!, 3);
    breakAt(vscode.Uri.file(file), 6);
    void vscode.commands.executeCommand(Command.debugCell, notebook.cellAt(1));

    const first = await stopped();
    assert.deepEqual(first.places, ["cell 1:3"]);
    assert.equal(first.frames[0]!.name, "Cell 2");
    assert.equal(first.frames[0]!.source?.name, "test.ipynb, cell 2");
    const cells = await first.scope("Notebook");
    assert.equal(cells.all.get("lr")?.value, "0.5");
    const weights = cells.all.get("weights")!;
    assert.match(weights.value, /^Tensor \[2, 2\] float32 · mean 2\.5 · .*\[1, 2, 3, 4\]/);
    const opened = await first.variables(weights.variablesReference);
    assert.equal(opened.get("max")?.value, "4");
    assert.ok(opened.has("values"));
    assert.equal(await first.evaluate("lr * 2"), "1");
    assert.equal(await first.evaluate("lr", "hover"), "0.5");
    await first.ask("next", {});
    const next = await stopped();
    assert.deepEqual([next.places, next.reason], [["cell 1:4"], "step"]);
    await next.ask("continue", {});

    const inStep = await stopped();
    assert.deepEqual(inStep.places, ["cell 0:4", "cell 1:5"]);
    assert.deepEqual(
      inStep.frames.map(({ name }) => name),
      ["step", "Cell 2"],
    );
    assert.equal((await inStep.scope("Local")).all.get("x")?.value, "2");
    const notebookScope = await inStep.scope("Notebook");
    await inStep.ask("setVariable", { variablesReference: notebookScope.reference, name: "lr", value: "10" });
    assert.equal(await inStep.evaluate("lr"), "10");
    await inStep.ask("continue", {});

    const inFile = await stopped();
    assert.deepEqual(inFile.places, ["twice.ts:6", "cell 1:7"]);
    await inFile.ask("continue", {});
    await until("the debugger to go", () => sessions.size === 0);
    await until("the cell to end", () => notebook.cellAt(1).executionSummary?.success);
    const logged = ["loss 0 at 0.5", "loss 0.5 at 0.5", "loss 20 at 10"];
    assert.equal(textOf(notebook, 1), [...logged, "41"].join("\n")); // 2 * (0 + 0.5 + 20)
    const inConsole = printed.map((text) => text.trim()).filter((text) => text.startsWith("loss"));
    assert.deepEqual(inConsole, logged);
  });

  it("goes line by line, keeps variables over an interrupt, and lets the cell end when it is stopped", async () => {
    const notebook = await openNotebook([
      "let turns = 1;\nturns++; turns++;\nwhile (true) {\n  turns++;\n}",
      "turns > 3",
    ]);
    void vscode.commands.executeCommand(Command.runByLine, notebook.cellAt(0));
    const lines: string[] = [];
    for (let i = 0; i < 3; i++) {
      const line = await stopped();
      lines.push(...line.places);
      await line.ask("next", {});
    }
    assert.deepEqual(lines, ["cell 0:1", "cell 0:2", "cell 0:4"]);
    await stopped();
    await vscode.commands.executeCommand("notebook.cancelExecution");
    await until("the cell to end", () => notebook.cellAt(0).executionSummary?.success === false);
    await until("the debugger to go", () => sessions.size === 0);
    const error = decode(notebook.cellAt(0).outputs.at(-1)?.items[0]);
    assert.equal((JSON.parse(error) as { name: string }).name, "Interrupted");
    await run(notebook, 1, 2);
    assert.equal(textOf(notebook, 1), "true");
  });
});
