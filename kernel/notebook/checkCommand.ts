// `bnlab check`: runs notebooks and says where they show something else than they did when they were saved.

import path from "node:path";
import { styleText } from "node:util";
import { type CodeCell, hasTag, type Notebook, NotebookError } from "../document/notebookFile";
import type { CellFlow } from "../protocol";
import { secondsText } from "../words";
import { compareOutputs, type Difference, type Tolerance } from "./compareOutputs";
import { complain } from "./complaint";
import { ExitCode } from "./exitCodes";
import { checkFolder, readNotebook, runInKernel, runnableCells } from "./kernelRun";
import { impossibleIn } from "./savedOrder";
import { StopSignals } from "./stopSignals";

export interface CheckCommandOptions {
  /** Seconds. */
  timeout?: number;
  rtol: number;
  atol: number;
}

/** nbval's tag for a cell whose outputs are never the same. */
const ignoredTag = "nbval-ignore-output";

/** @returns the exit code; see `bnlab check --help`. */
export async function checkCommand(files: string[], options: CheckCommandOptions): Promise<number> {
  const signals = new StopSignals();
  let worst: number = ExitCode.ok;
  for (const file of files) {
    if (signals.exitCode) break;
    worst = Math.max(worst, await checkNotebook(file, options, signals));
  }
  if (signals.word) console.error(`bnlab check: stopped by ${signals.word}`);
  return signals.exitCode ?? worst;
}

async function checkNotebook(
  file: string,
  { timeout, rtol, atol }: CheckCommandOptions,
  signals: StopSignals,
): Promise<number> {
  const folder = path.resolve(path.dirname(file));
  let notebook: Notebook;
  let cells: CodeCell[];
  try {
    notebook = await readNotebook(file);
    cells = runnableCells(notebook);
    if (!notebook.cells.some(hasRun)) {
      throw new NotebookError(
        "it has no saved outputs to compare with; bnlab run NOTEBOOK -o NOTEBOOK saves them",
      );
    }
    await checkFolder(folder);
  } catch (error) {
    complain("check", file, error);
    return ExitCode.unusable;
  }
  const saved = cells.map(({ outputs }) => structuredClone(outputs));
  const counts = cells.map(({ execution_count }) => execution_count);
  const flows = new Map<CodeCell, CellFlow | undefined>();
  const started = performance.now();
  const { begun, fault } = await runInKernel(notebook, folder, {
    file,
    allowErrors: true, // an error that was saved is an output like any other
    timeout,
    signals,
    onEnd: (cell, { reply }) => flows.set(cell, "flow" in reply ? reply.flow : undefined),
  });
  if (fault) complain("check", file, fault);
  if (signals.exitCode) return signals.exitCode;
  if (begun.length === 0) return ExitCode.unusable;

  const tolerance: Tolerance = { relative: rtol, absolute: atol };
  const found = cells.map((cell, i) =>
    hasTag(cell, ignoredTag) ? [] : compareOutputs(saved[i]!, cell.outputs, tolerance),
  );
  const seconds = secondsText(performance.now() - started);
  const differing = found.filter((differences) => differences.length > 0).length;
  const result =
    differing === 0 ? `${cells.length} cells as saved` : `${differing} of ${cells.length} cells differ`;
  console.log(`${differing === 0 ? paint("green", "✓") : paint("red", "✗")} ${file}: ${result}, ${seconds}`);
  const ordered = cells.map((cell, i) => ({ number: i + 1, count: counts[i]!, flow: flows.get(cell) }));
  for (const line of impossibleIn(ordered)) {
    console.log(
      `  ${paint("yellow", "warning")}: ${line}; save it run from top to bottom: bnlab run ${file} -o ${file}`,
    );
  }
  for (const [i, differences] of found.entries()) {
    for (const difference of differences) tell(i + 1, cells[i]!, difference);
  }
  return differing === 0 ? ExitCode.ok : ExitCode.failed;
}

function hasRun(cell: Notebook["cells"][number]): boolean {
  return cell.cell_type === "code" && (cell.outputs.length > 0 || cell.execution_count !== null);
}

function tell(number: number, cell: CodeCell, { what, saved, now }: Difference): void {
  const title = cell.source.trim().split("\n")[0]!.slice(0, 60);
  console.log(`\n  ${paint("bold", `In [${number}]`)} ${title}\n  ${what}`);
  for (const line of saved) console.log(paint("red", `  - ${line}`));
  for (const line of now) console.log(paint("green", `  + ${line}`));
}

function paint(style: "bold" | "green" | "red" | "yellow", text: string): string {
  return process.stdout.isTTY && !process.env.NO_COLOR ? styleText(style, text) : text;
}
