// The viewer of data: its page asks for the rows that are seen; all rows go to the clipboard or into a file.
import * as vscode from "vscode";
import { csvLine } from "../../kernel/words";
import type { KernelController } from "../notebook/kernelController";
import type { Choice, DataViewerWords, FromDataViewer, ToDataViewer } from "../renderer/dataViewer/messages";
import { copyText, saveText } from "./saveText";
import type { VariableStore } from "./variableStore";
import { titleOf, type Viewer, ViewerPanels } from "./viewerPanels";

export class TableViewers extends ViewerPanels<FromDataViewer> {
  constructor(extensionUri: vscode.Uri, controller: KernelController, store: VariableStore) {
    super(extensionUri, controller, store, {
      ...{ viewType: "bnlab.table", page: "dataViewer", icon: "tensor", words },
      told: (place, { type, rows }) =>
        rows === undefined
          ? undefined
          : ({ type: "table", table: { name: titleOf(place), type } } satisfies ToDataViewer),
      receive: (viewer, message) => this.#receive(viewer, message),
    });
  }

  async #receive(viewer: Viewer, message: FromDataViewer): Promise<void> {
    const post = (answer: ToDataViewer) => void viewer.panel.webview.postMessage(answer);
    if (message.type === "ready") return this.tell(viewer);
    if (message.type === "copyText") return vscode.env.clipboard.writeText(message.text);
    if (message.type === "ask") {
      const { id, part } = message;
      try {
        post({ type: "rows", id, reply: await this.ask(viewer, "rows_request", part) });
      } catch (error) {
        post({ type: "refused", id, message: (error as Error).message });
      }
      return;
    }
    try {
      const { text, rows } = await this.#csv(viewer, message.choice);
      if (message.type === "export")
        await saveText({ name: titleOf(viewer.place), ending: "csv", kind: "CSV" }, text);
      else await copyText(text, rows);
    } catch (error) {
      void vscode.window.showErrorMessage((error as Error).message);
    }
  }

  /** All rows that the filter lets through, in their order. */
  async #csv(viewer: Viewer, choice: Choice): Promise<{ text: string; rows: number }> {
    const lines: string[] = [];
    const location = vscode.ProgressLocation.Window;
    const title = vscode.l10n.t("Reading {0}", titleOf(viewer.place));
    await vscode.window.withProgress({ location, title }, async () => {
      for (let start = 0; ; ) {
        const part = await this.ask(viewer, "rows_request", { ...choice, start, whole: true });
        if (start === 0) lines.push(csvLine(part.columns.map(({ name }) => name)));
        lines.push(...part.rows.map(csvLine));
        start += part.rows.length;
        if (part.rows.length === 0 || start >= part.matched) break;
      }
    });
    return { text: `${lines.join("\r\n")}\r\n`, rows: lines.length - 1 };
  }
}

function words(): DataViewerWords {
  return {
    filter: vscode.l10n.t("Filter: text, or column > 3 && other = text"),
    filterHelp: vscode.l10n.t(
      "Filter rows: a text that any cell has, or comparisons of columns (=, !=, <, <=, >, >=) with && between them",
    ),
    copy: vscode.l10n.t("Copy"),
    export: vscode.l10n.t("Export CSV…"),
    waiting: vscode.l10n.t("A cell is running. The rows come when it pauses or ends."),
    rows: vscode.l10n.t("Rows: {0}"),
    matched: vscode.l10n.t("Rows: {0} of {1}"),
    columns: vscode.l10n.t("Columns: {0}"),
    shownColumns: vscode.l10n.t("Columns: the first {0} of {1}"),
    noMatch: vscode.l10n.t("No row passes the filter."),
    row: vscode.l10n.t("Row"),
    cell: vscode.l10n.t("row {0}, {1}"),
  };
}
