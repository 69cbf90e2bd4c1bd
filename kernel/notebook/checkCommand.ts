// `bnlab check`: runs notebooks and says where they show something else than they did when they were saved.

import path from "node:path";
import { type CodeCell, type Notebook, NotebookError } from "../document/notebookFile";
import type { CellFlow } from "../protocol";
import { secondsText } from "../words";
import { tellDifferences } from "./checkReport";
import { complain } from "./complaint";
import { ExitCode } from "./exitCodes";
import { readNotebook, runInKernel, runnableCells } from "./kernelRun";
import { StopSignals } from "./stopSignals";

export interface CheckCommandOptions {
  /** Seconds. */
  timeout?: number;
  rtol: number;
  atol: number;
}

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
  } catch (error) {
    complain("check", file, error);
    return ExitCode.unusable;
  }
  const saved = cells.map(({ outputs }) => structuredClone(outputs));
  const counts = cells.map(({ execution_count }) => execution_count);
  const flows = new Map<CodeCell, CellFlow | undefined>();
  const started = performance.now();
  const { begun, fault } = await runInKernel(notebook, path.resolve(path.dirname(file)), {
    file,
    allowErrors: true, // an error that was saved is an output like any other
    timeout,
    signals,
    onEnd: (cell, { reply }) => flows.set(cell, "flow" in reply ? reply.flow : undefined),
  });
  if (fault) complain("check", file, fault);
  if (signals.exitCode) return signals.exitCode;
  if (begun.length === 0) return ExitCode.unusable;

  const ran = cells.map((cell, i) => ({
    ...{ cell, saved: saved[i]!, count: counts[i]!, flow: flows.get(cell) },
  }));
  const took = secondsText(performance.now() - started);
  const isAsSaved = tellDifferences(file, ran, { relative: rtol, absolute: atol }, took);
  return isAsSaved ? ExitCode.ok : ExitCode.failed;
}

function hasRun(cell: Notebook["cells"][number]): boolean {
  return cell.cell_type === "code" && (cell.outputs.length > 0 || cell.execution_count !== null);
}
