// Remembers the curves that cells have shown since the window opened: a cell that runs again would lose them.
import * as vscode from "vscode";
import { Mime } from "../../kernel/protocol";
import { type Run, withCurves } from "./comparison";
import { nameOf } from "./name";

export interface PastRun extends Run {
  /** Tells the runs of this window apart. */
  id: string;
}

const maxRuns = 30;

export class RunHistory implements vscode.Disposable {
  readonly #runs: PastRun[] = [];
  readonly #listening = vscode.workspace.onDidChangeNotebookDocument(({ cellChanges }) => {
    for (const { cell, executionSummary } of cellChanges)
      if (executionSummary) this.#keep(cell, executionSummary);
  });

  /** The latest first. */
  get runs(): readonly PastRun[] {
    return this.#runs;
  }

  dispose(): void {
    this.#listening.dispose();
  }

  #keep(cell: vscode.NotebookCell, summary: vscode.NotebookCellExecutionSummary): void {
    const { timing, executionOrder, success } = summary;
    if (success === undefined || !timing) return;
    const items = cell.outputs.flatMap((output) => output.items.filter(({ mime }) => mime === Mime.plotly));
    const figures = items.flatMap(({ data }) => withCurves(JSON.parse(new TextDecoder().decode(data))) ?? []);
    if (figures.length === 0) return;
    const id = `${cell.document.uri} ${timing.startTime}`;
    const known = this.#runs.findIndex((run) => run.id === id);
    if (known >= 0) this.#runs.splice(known, 1); // a late output has ended the same run once more
    const time = new Date(timing.endTime).toLocaleTimeString(vscode.env.language);
    const name = `[${executionOrder ?? ""}] ${time}`;
    this.#runs.unshift({ id, notebook: nameOf(cell.notebook.uri), name, figures });
    this.#runs.length = Math.min(this.#runs.length, maxRuns);
  }
}
