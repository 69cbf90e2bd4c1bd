// The tutorials, a line each: which are done, how far the others have come, which is the next.
import * as vscode from "vscode";
import { Command, tutorialsView } from "../ids";
import type { Tutorial, Tutorials } from "../notebook/tutorials";

type State = "done" | "begun" | "next" | "open";

const icons: Record<State, vscode.ThemeIcon> = {
  done: new vscode.ThemeIcon("pass-filled", new vscode.ThemeColor("testing.iconPassed")),
  begun: new vscode.ThemeIcon("color-mode"), // half a disk
  next: new vscode.ThemeIcon("play-circle"),
  open: new vscode.ThemeIcon("circle-large-outline"),
};

export class TutorialsTree implements vscode.TreeDataProvider<Tutorial>, vscode.Disposable {
  readonly #tutorials: Tutorials;
  readonly #view: vscode.TreeView<Tutorial>;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #disposables: vscode.Disposable[];

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(tutorials: Tutorials) {
    this.#tutorials = tutorials;
    this.#view = vscode.window.createTreeView(tutorialsView, { treeDataProvider: this });
    this.#disposables = [
      this.#changed,
      this.#view,
      tutorials.onDidChange(() => this.#show()),
      this.#view.onDidChangeVisibility(({ visible }) => void (visible && tutorials.expectNext())),
    ];
    this.#show();
  }

  getChildren(tutorial?: Tutorial): Tutorial[] {
    return tutorial ? [] : this.#tutorials.in();
  }

  getTreeItem(tutorial: Tutorial): vscode.TreeItem {
    const { file, title, aim, minutes, cells } = tutorial;
    const ran = this.#tutorials.ranOf(tutorial);
    const state = this.#stateOf(tutorial);
    const time = vscode.l10n.t("{0} min", minutes);
    const progress = ran === 0 ? time : vscode.l10n.t("{0} of {1} cells", ran, cells.length);
    const item = new vscode.TreeItem(`${tutorial.number}  ${title}`);
    item.id = file;
    item.description = state === "done" ? "" : progress;
    item.iconPath = icons[state];
    item.contextValue = ran > 0 ? "bnlab.begunTutorial" : "bnlab.tutorial";
    item.command = {
      command: Command.openTutorial,
      title: vscode.l10n.t("Open Tutorial"),
      arguments: [tutorial],
    };
    item.tooltip = new vscode.MarkdownString().appendText(`${title}\n\n${aim}\n\n${time} · ${file}`);
    const said = { done: vscode.l10n.t("done"), begun: "", next: vscode.l10n.t("next"), open: "" }[state];
    item.accessibilityInformation = {
      label: [`${tutorial.number}. ${title}`, aim, item.description, said].filter(Boolean).join(", "),
    };
    return item;
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #stateOf(tutorial: Tutorial): State {
    if (this.#tutorials.isDone(tutorial)) return "done";
    if (this.#tutorials.ranOf(tutorial) > 0) return "begun";
    return this.#tutorials.next()?.file === tutorial.file ? "next" : "open";
  }

  #show(): void {
    const all = this.#tutorials.in();
    const done = all.filter((tutorial) => this.#tutorials.isDone(tutorial)).length;
    this.#view.description = vscode.l10n.t("{0} of {1} done", done, all.length);
    this.#changed.fire(undefined);
  }
}
