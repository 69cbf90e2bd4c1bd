// Panels that look at a variable, one for each that is looked at: opened beside its notebook, told after every cell.
import * as vscode from "vscode";
import { KernelGone, type Replies, type ReplyTo, type Requests, type Variable } from "../../kernel/protocol";
import type { KernelController } from "../notebook/kernelController";
import type { VariableStore } from "./variableStore";
import { htmlOf, webRoot } from "./webPage";

/** A variable, or one of its members: `0.weight` of a module. */
export interface VariablePlace {
  notebook: vscode.NotebookDocument;
  name: string;
  member?: string;
}

export const titleOf = ({ name, member }: VariablePlace) =>
  member === undefined ? name : `${name} ${member}`;

export const gone = (place: VariablePlace) =>
  vscode.l10n.t("{0} is not there any more: run the cell that makes it.", titleOf(place));

export interface Viewer {
  place: VariablePlace;
  panel: vscode.WebviewPanel;
}

type Look = "tensor_request" | "rows_request";

/** What differs between viewers; `From` is what their pages say. */
export interface ViewerKind<From> {
  viewType: string;
  /** The page's files. */
  page: string;
  /** The icon's files in media/ begin with it: `tensor-light.svg`. */
  icon: string;
  words(): object;
  /** What the variable is now, undefined where it is nothing to look at any more. */
  told(place: VariablePlace, variable: Variable): object | undefined;
  receive(viewer: Viewer, message: From): void | Promise<void>;
}

export class ViewerPanels<From> implements vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #controller: KernelController;
  readonly #store: VariableStore;
  readonly #kind: ViewerKind<From>;
  readonly #viewers = new Set<Viewer>();
  readonly #listening: vscode.Disposable;

  constructor(
    extensionUri: vscode.Uri,
    controller: KernelController,
    store: VariableStore,
    kind: ViewerKind<From>,
  ) {
    this.#extensionUri = extensionUri;
    this.#controller = controller;
    this.#store = store;
    this.#kind = kind;
    this.#listening = store.onDidChange((notebook) => {
      for (const viewer of this.#viewers) {
        if (viewer.place.notebook === notebook && viewer.panel.visible) void this.tell(viewer);
      }
    });
  }

  /** Brings the variable's panel to the front, or makes one. */
  open(place: VariablePlace): void {
    const same = ({ place: { notebook, name, member } }: Viewer) =>
      notebook === place.notebook && name === place.name && member === place.member;
    const shown = [...this.#viewers].find(same);
    if (shown) {
      shown.panel.reveal();
      return;
    }
    const { viewType, page: name, icon, words } = this.#kind;
    const panel = vscode.window.createWebviewPanel(
      viewType,
      titleOf(place),
      { viewColumn: columnBeside(place), preserveFocus: false },
      {
        enableScripts: true,
        localResourceRoots: [webRoot(this.#extensionUri)],
        retainContextWhenHidden: true,
      },
    );
    const picture = (theme: string) => vscode.Uri.joinPath(this.#extensionUri, `media/${icon}-${theme}.svg`);
    panel.iconPath = { light: picture("light"), dark: picture("dark") };
    const viewer = { place, panel };
    this.#viewers.add(viewer);
    panel.onDidDispose(() => this.#viewers.delete(viewer));
    panel.onDidChangeViewState(() => {
      if (panel.visible) void this.tell(viewer);
    });
    panel.webview.onDidReceiveMessage((message: From) => this.#kind.receive(viewer, message));
    panel.webview.html = htmlOf(panel.webview, this.#extensionUri, {
      name,
      title: titleOf(place),
      words: words(),
    });
  }

  dispose(): void {
    for (const { panel } of [...this.#viewers]) panel.dispose();
    this.#listening.dispose();
  }

  /**
   * What the kernel says to a question about the variable.
   *
   * @throws Error with its reason, for the reader, where it has no answer
   */
  async ask<T extends Look>(
    { place }: Viewer,
    type: T,
    about: Omit<Requests[T], "name" | "member">,
  ): Promise<Extract<Replies[ReplyTo<T>], { status: "ok" }>> {
    const { notebook, name, member } = place;
    if (!this.#store.isAlive(notebook)) throw new Error(gone(place));
    const request = { ...about, name, member } as Requests[T];
    const reply = await this.#controller
      .client(notebook)
      ?.request(type, request)
      .catch((error: unknown) => {
        if (error instanceof KernelGone) return undefined;
        throw error;
      });
    const content = reply?.content as Replies["tensor_reply"] | Replies["rows_reply"] | undefined;
    if (content?.status === "ok") return content as Extract<Replies[ReplyTo<T>], { status: "ok" }>;
    throw new Error(content?.status === "error" ? content.evalue : gone(place));
  }

  /** What the variable is now; the page then asks for what it shows. */
  async tell(viewer: Viewer): Promise<void> {
    const { notebook, name, member } = viewer.place;
    const request = member === undefined ? { names: [name] } : { of: name };
    const found = await this.#store.look(notebook, request);
    const variable = found?.find((one) => one.name === (member ?? name));
    const told = variable && this.#kind.told(viewer.place, variable);
    void viewer.panel.webview.postMessage(told ?? { type: "gone", message: gone(viewer.place) });
  }
}

/** All that is looked at of a notebook stands in one column, whatever is in front. */
function columnBeside({ notebook }: VariablePlace): vscode.ViewColumn {
  const editor = vscode.window.visibleNotebookEditors.find((one) => one.notebook === notebook);
  return editor?.viewColumn === undefined ? vscode.ViewColumn.Beside : editor.viewColumn + 1;
}
