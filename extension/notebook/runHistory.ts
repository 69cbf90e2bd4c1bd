// Remembers the curves that cells have shown since the window opened, and the code that made them: a cell that runs again would lose them.
import * as vscode from "vscode";
import { Mime } from "../../kernel/protocol";
import { metricsOf, type Run, withCurves } from "./comparison";
import type { KernelController } from "./kernelController";
import { nameOf } from "./name";

export interface PastRun extends Run {
  /** Tells the runs of this window apart. */
  id: string;
  /** The cell that ran: runs of one are compared by what differed. */
  cell: string;
  /** What the notebook's kernel had run by then, the cell's own code last. */
  code: string;
  /** When it ended. */
  time: number;
  seconds: number;
  metrics: ReadonlyMap<string, number>;
}

const maxRuns = 100;

export class RunHistory implements vscode.Disposable {
  #runs: PastRun[] = [];
  #counted = 0;
  /** What has run of each cell. */
  readonly #codes = new WeakMap<vscode.NotebookCell, string>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[];

  readonly onDidChange = this.#changed.event;

  constructor(controller: KernelController) {
    this.#disposables = [
      this.#changed,
      controller.onDidPublish(({ cell, publication }) => {
        if (publication.header.msg_type === "execute_input")
          this.#codes.set(cell, (publication.content as { code: string }).code);
      }),
      controller.onDidChangeState((notebook) => {
        const state = controller.state(notebook);
        if (state === "idle" || state === "busy") return;
        for (const cell of notebook.getCells()) this.#codes.delete(cell);
      }),
      vscode.workspace.onDidChangeNotebookDocument(({ cellChanges }) => {
        for (const { cell, executionSummary } of cellChanges)
          if (executionSummary) this.#keep(cell, executionSummary);
      }),
    ];
  }

  /** The latest first. */
  get runs(): readonly PastRun[] {
    return this.#runs;
  }

  rename(id: string, name: string): void {
    const run = this.#runs.find((each) => each.id === id);
    if (!run || name.trim() === "") return;
    run.name = name.trim();
    this.#changed.fire();
  }

  remove(ids: readonly string[]): void {
    this.#runs = this.#runs.filter(({ id }) => !ids.includes(id));
    this.#changed.fire();
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #keep(cell: vscode.NotebookCell, summary: vscode.NotebookCellExecutionSummary): void {
    const { timing, success } = summary;
    if (success === undefined || !timing) return;
    const found = (mime: string) =>
      cell.outputs.flatMap(({ items }) =>
        items.flatMap((item): unknown[] =>
          item.mime === mime ? [JSON.parse(new TextDecoder().decode(item.data))] : [],
        ),
      );
    const figures = found(Mime.plotly).flatMap((figure) => withCurves(figure) ?? []);
    if (figures.length === 0) return;
    const id = `${cell.document.uri} ${timing.startTime}`;
    const before = this.#runs.find((run) => run.id === id); // a late output has ended the same run once more
    const others = cell.notebook.getCells().filter((each) => each !== cell);
    const run: PastRun = {
      id,
      cell: cell.document.uri.toString(),
      notebook: nameOf(cell.notebook.uri),
      name: before?.name ?? vscode.l10n.t("Run {0}", ++this.#counted),
      code: [...others, cell].map((each) => this.#codes.get(each) ?? "").join("\n"),
      time: timing.endTime,
      seconds: (timing.endTime - timing.startTime) / 1000,
      figures,
      metrics: metricsOf(figures, found(Mime.record)),
    };
    this.#runs = [run, ...this.#runs.filter((each) => each !== before)].slice(0, maxRuns);
    this.#changed.fire();
  }
}
