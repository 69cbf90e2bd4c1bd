// What is looked at before a kernel runs a notebook, and a kernel that does not come to be.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { type CodeCell, type Notebook, parseNotebook } from "../../../kernel/document/notebookFile";
import {
  checkFolder,
  isScript,
  readNotebook,
  runInKernel,
  runnableCells,
} from "../../../kernel/notebook/kernelRun";
import { FileError } from "../../../kernel/notebook/outputFile";
import { StopSignals } from "../../../kernel/notebook/stopSignals";
import { endListening } from "./signals";

const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-run-"));
after(() => rmSync(folder, { recursive: true, force: true }));
endListening();
const at = (name: string) => path.join(folder, name);

type Cell = [type: "code" | "markdown", source: string, languageId?: string];
const textOf = (...cells: Cell[]) =>
  JSON.stringify({
    cells: cells.map(([cell_type, source, languageId = "typescript"]) => ({
      ...{ cell_type, source, metadata: { vscode: { languageId } } },
      ...(cell_type === "code" && { outputs: [], execution_count: 9 }),
    })),
    ...{ metadata: {}, nbformat: 4, nbformat_minor: 5 },
  });
const notebookOf = (...cells: Cell[]): Notebook => parseNotebook(textOf(...cells));

describe("a notebook", () => {
  test("is a script of cells by its file's name", async () => {
    for (const name of ["a.ts", "a.js", "a.mts", "a.cjs", "a.TS"]) assert.ok(isScript(name), name);
    for (const name of ["a.ipynb", "ts", "a.tsx", "a.ts.ipynb", "a.xts"]) assert.ok(!isScript(name), name);
    writeFileSync(at("a.ts"), "// %%\n1;\n\n// %%\n2;\n");
    writeFileSync(at("a.ipynb"), textOf(["code", "3;"]));
    const sources = async (name: string) => (await readNotebook(at(name))).cells.map(({ source }) => source);
    assert.deepEqual(await sources("a.ts"), ["1;", "2;"]);
    assert.deepEqual(await sources("a.ipynb"), ["3;"]);
    await assert.rejects(readNotebook(at("none.ipynb")), { message: "there is no such file" });
  });

  test("has something to run, or it is said why not", () => {
    const sources = (...cells: Cell[]) => runnableCells(notebookOf(...cells)).map(({ source }) => source);
    assert.deepEqual(sources(["markdown", "text"], ["code", "a"], ["code", " "], ["code", "b"]), ["a", "b"]);
    const none = (...cells: Cell[]) => {
      try {
        return sources(...cells);
      } catch (error) {
        return (error as Error).message;
      }
    };
    const noCode = "there is nothing to run in it: it has no code";
    assert.equal(none(), noCode);
    assert.equal(none(["markdown", "text"]), noCode);
    assert.equal(none(["markdown", "text"], ["code", " \n"]), noCode);
    assert.equal(
      none(["code", " \n"], ["code", "print()", "python"]),
      "there is nothing to run in it: no code cell is in TypeScript or JavaScript",
    );
  });

  test("has a folder for its cells to start from", async () => {
    await checkFolder(folder);
    writeFileSync(at("file"), "");
    for (const [name, message] of [
      ["none", "there is no such folder"],
      ["file", "it is no folder; cells start from one"],
      ["file/x", "a part of its path is a file, not a folder"],
    ] as const)
      await assert.rejects(checkFolder(at(name)), (error) => {
        assert.ok(error instanceof FileError);
        assert.deepEqual([error.file, error.message], [at(name), message]);
        return true;
      });
  });
});

describe("a run", () => {
  test("that was stopped before begins no cell and starts no kernel", async () => {
    const signals = new StopSignals();
    signals.interrupt();
    const notebook = notebookOf(["code", "a"]);
    const ran = await runInKernel(notebook, at("none"), { file: at("n.ipynb"), signals });
    assert.deepEqual(ran, { begun: [], failed: new Set(), late: new Set() });
    assert.equal((notebook.cells[0] as CodeCell).execution_count, 9);
  });

  test("whose kernel cannot be started says why, in the cell that was to run too", async () => {
    const signals = new StopSignals();
    const notebook = notebookOf(["code", "a"], ["code", "b"]);
    const [cell] = notebook.cells as [CodeCell];
    const heard = process.listenerCount("uncaughtException");
    const ran = await runInKernel(notebook, at("none"), { file: at("n.ipynb"), signals });
    assert.equal(ran.fault?.message, "the kernel could not be started: there is no such file");
    assert.deepEqual([ran.begun, ran.failed.size, ran.late.size], [[cell], 0, 0]);
    assert.deepEqual(
      cell.outputs.map((output) => output.output_type === "error" && output.evalue),
      [ran.fault?.message],
    );
    assert.equal(process.listenerCount("uncaughtException"), heard);
  });

  test("that was stopped has no fault where its kernel went", async () => {
    const signals = new StopSignals();
    const notebook = notebookOf(["code", "a"]);
    const ran = await runInKernel(notebook, at("none"), {
      ...{ file: at("n.ipynb"), signals },
      onStart: () => signals.interrupt(),
    });
    assert.deepEqual([ran.begun.length, ran.fault], [1, undefined]);
  });

  test("that a fault of the program's own ends is told as that, whatever else happens", async () => {
    const signals = new StopSignals();
    const fault = new TypeError("ours");
    const ran = await runInKernel(notebookOf(["code", "a"]), at("none"), {
      ...{ file: at("n.ipynb"), signals },
      onStart() {
        signals.interrupt();
        throw fault;
      },
    });
    assert.equal(ran.fault, fault);
  });

  test("hears of a fault outside its own steps", async () => {
    const signals = new StopSignals();
    const fault = new TypeError("ours");
    const ran = await runInKernel(notebookOf(["code", "a"]), at("none"), {
      ...{ file: at("n.ipynb"), signals },
      onStart: () => void process.listeners("uncaughtException").at(-1)!(fault, "uncaughtException"),
    });
    assert.equal(ran.fault, fault);
  });
});
