// The page of the runs: those of this window, named, with what differed and what came out, and those of saved notebooks.
import * as vscode from "vscode";
import { csvLine, inLanguage, secondsText } from "../../kernel/words";
import { compare } from "../notebook/comparison";
import { differences } from "../notebook/constants";
import type { RunHistory } from "../notebook/runHistory";
import type { FromRuns, RunRow, RunsWords, ToRuns } from "../renderer/runs/messages";
import { type SavedRun, savedRuns } from "./savedRuns";
import { copyText, saveText } from "./saveText";
import { htmlOf, webRoot } from "./webPage";

export class RunsPanel implements vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #history: RunHistory;
  readonly #listening: vscode.Disposable;
  #panel: vscode.WebviewPanel | undefined;
  #saved: SavedRun[] = [];
  /** Runs that are in one chart. */
  #chosen: string[] = [];

  constructor(extensionUri: vscode.Uri, history: RunHistory) {
    this.#extensionUri = extensionUri;
    this.#history = history;
    this.#listening = history.onDidChange(() => this.#show());
  }

  open(): void {
    if (this.#panel) {
      this.#panel.reveal();
      void this.#look();
      return;
    }
    const title = vscode.l10n.t("Runs");
    const panel = vscode.window.createWebviewPanel("bnlab.runs", title, vscode.ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [webRoot(this.#extensionUri)],
      retainContextWhenHidden: true, // zoom and hidden curves stay
    });
    this.#panel = panel;
    panel.onDidDispose(() => {
      this.#panel = undefined;
    });
    panel.webview.onDidReceiveMessage((message: FromRuns) => this.#receive(message));
    const page = { name: "runs", title, words: words(), draws: true };
    panel.webview.html = htmlOf(panel.webview, this.#extensionUri, page);
  }

  dispose(): void {
    this.#panel?.dispose();
    this.#listening.dispose();
  }

  async #receive(message: FromRuns): Promise<void> {
    if (message.type === "ready") await this.#look();
    else if (message.type === "rename") this.#history.rename(message.id, message.name);
    else if (message.type === "remove") this.#history.remove(message.ids);
    else if (message.type === "compare") {
      this.#chosen = message.ids;
      this.#draw();
    } else {
      const [text, count] = this.#csv();
      if (message.type === "copy") await copyText(text, count);
      else await saveText({ name: vscode.l10n.t("Runs"), ending: "csv", kind: "CSV" }, text);
    }
  }

  async #look(): Promise<void> {
    this.#show();
    this.#saved = await savedRuns();
    this.#show();
  }

  #show(): void {
    this.#post({ type: "runs", rows: this.#rows() });
    this.#draw();
  }

  #draw(): void {
    const told = new Map(
      this.#rows().map((row) => [row.id, [row.name, row.differs].filter(Boolean).join(": ")]),
    );
    const chosen = [...this.#history.runs, ...this.#saved].filter(({ id }) => this.#chosen.includes(id));
    const runs = chosen.map((run) => ({ ...run, name: told.get(run.id) ?? run.name })).reverse(); // the earliest first
    const language = vscode.env.language.toLowerCase() === "zh-cn" ? "zh-CN" : "en";
    const figures = inLanguage(language, () => compare(runs));
    this.#post({ type: "figures", figures });
  }

  #rows(): RunRow[] {
    const { runs } = this.#history;
    const differs = new Map<string, string>();
    for (const cell of new Set(runs.map((run) => run.cell))) {
      const same = runs.filter((run) => run.cell === cell);
      const found = differences(same.map(({ code }) => code));
      for (const [i, { id }] of same.entries()) differs.set(id, found[i]!);
    }
    return [
      ...runs.map(({ id, notebook, name, time, seconds, metrics }) => ({
        ...{ id, notebook, name, took: secondsText(seconds * 1000), differs: differs.get(id) ?? "" },
        time: new Date(time).toLocaleTimeString(vscode.env.language),
        metrics: [...metrics],
        isSaved: false,
      })),
      ...this.#saved.map(({ id, notebook, name, differs, metrics }) => ({
        ...{ id, notebook, name, time: "", took: "", differs, isSaved: true },
        metrics: [...metrics],
      })),
    ];
  }

  #csv(): [text: string, rows: number] {
    const rows = this.#rows();
    const metrics = [...new Set(rows.flatMap((row) => row.metrics.map(([name]) => name)))];
    const { name, notebook, time, took, differs } = words();
    const lines = rows.map((row) => {
      const values = new Map(row.metrics);
      return [
        row.name,
        row.differs,
        ...metrics.map((each) => values.get(each)),
        row.notebook,
        row.time,
        row.took,
      ];
    });
    const text = [[name, differs, ...metrics, notebook, time, took], ...lines].map(csvLine).join("\r\n");
    return [`${text}\r\n`, rows.length];
  }

  #post(message: ToRuns): void {
    void this.#panel?.webview.postMessage(message);
  }
}

function words(): RunsWords {
  return {
    heading: vscode.l10n.t("Runs"),
    none: vscode.l10n.t(
      "No runs yet. A run is a cell that has drawn curves in this window, or a saved notebook with some.",
    ),
    chosen: vscode.l10n.t("Compare"),
    name: vscode.l10n.t("Name"),
    notebook: vscode.l10n.t("Notebook"),
    time: vscode.l10n.t("Ended"),
    took: vscode.l10n.t("Took"),
    differs: vscode.l10n.t("What differs"),
    saved: vscode.l10n.t("saved"),
    compare: vscode.l10n.t("Compare {0}"),
    rename: vscode.l10n.t("Name of {0}"),
    copy: vscode.l10n.t("Copy CSV"),
    export: vscode.l10n.t("Export CSV…"),
    remove: vscode.l10n.t("Remove Chosen"),
    hint: vscode.l10n.t("Choose two runs or more to have them in one chart."),
  };
}
