// A panel for each tensor that is looked at: the page asks for the boxes that are seen, this asks the kernel.
import * as vscode from "vscode";
import { KernelGone, type Variable } from "../../kernel/protocol";
import { bytesText } from "../../kernel/words";
import type { KernelController } from "../notebook/kernelController";
import type { FromViewer, TensorInfo, ToViewer, ViewerWords } from "../renderer/tensorViewer/messages";
import type { VariableStore } from "./variableStore";
import { htmlOf, webRoot } from "./webPage";

/** A tensor in a variable, or in one of its members: `0.weight` of a module. */
export interface TensorPlace {
  notebook: vscode.NotebookDocument;
  name: string;
  member?: string;
}

const tensorViewType = "bnlab.tensor";

interface Viewer {
  place: TensorPlace;
  panel: vscode.WebviewPanel;
}

export class TensorViewers implements vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #controller: KernelController;
  readonly #store: VariableStore;
  readonly #viewers = new Set<Viewer>();
  readonly #disposables: vscode.Disposable[];

  constructor(extensionUri: vscode.Uri, controller: KernelController, store: VariableStore) {
    this.#extensionUri = extensionUri;
    this.#controller = controller;
    this.#store = store;
    this.#disposables = [
      store.onDidChange((notebook) => {
        for (const viewer of this.#viewers) {
          if (viewer.place.notebook === notebook && viewer.panel.visible) void this.#tell(viewer);
        }
      }),
    ];
  }

  /** Brings the tensor's panel to the front, or makes one. */
  open(place: TensorPlace): void {
    const same = ({ place: { notebook, name, member } }: Viewer) =>
      notebook === place.notebook && name === place.name && member === place.member;
    const shown = [...this.#viewers].find(same);
    if (shown) {
      shown.panel.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      tensorViewType,
      titleOf(place),
      { viewColumn: columnBeside(place), preserveFocus: false },
      {
        enableScripts: true,
        localResourceRoots: [webRoot(this.#extensionUri)],
        retainContextWhenHidden: true,
      },
    );
    const icon = (theme: string) => vscode.Uri.joinPath(this.#extensionUri, `media/tensor-${theme}.svg`);
    panel.iconPath = { light: icon("light"), dark: icon("dark") };
    const viewer = { place, panel };
    this.#viewers.add(viewer);
    panel.onDidDispose(() => this.#viewers.delete(viewer));
    panel.onDidChangeViewState(() => {
      if (panel.visible) void this.#tell(viewer);
    });
    panel.webview.onDidReceiveMessage((message: FromViewer) => this.#receive(viewer, message));
    const page = { name: "tensorViewer", title: titleOf(place), words: words() };
    panel.webview.html = htmlOf(panel.webview, this.#extensionUri, page);
  }

  dispose(): void {
    for (const { panel } of [...this.#viewers]) panel.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #receive(viewer: Viewer, message: FromViewer): Promise<void> {
    if (message.type === "ready") return this.#tell(viewer);
    const { id, request } = message;
    const { notebook, name, member } = viewer.place;
    const refuse = (reason: string) => post(viewer, { type: "refused", id, message: reason });
    if (!this.#store.isAlive(notebook)) return refuse(gone(viewer.place));
    try {
      const reply = await this.#controller
        .client(notebook)
        ?.request("tensor_request", { ...request, name, member });
      if (reply?.content.status === "ok") post(viewer, { type: "box", id, box: reply.content });
      else refuse(reply?.content.status === "error" ? reply.content.evalue : gone(viewer.place));
    } catch (error) {
      if (!(error instanceof KernelGone)) throw error;
      refuse(gone(viewer.place));
    }
  }

  /** What the tensor is now; the page then asks for the numbers that it shows. */
  async #tell(viewer: Viewer): Promise<void> {
    const { notebook, name, member } = viewer.place;
    const request = member === undefined ? { names: [name] } : { of: name };
    const found = await this.#store.look(notebook, request);
    const variable = found?.find((one) => one.name === (member ?? name));
    const tensor = variable && infoOf(viewer.place, variable);
    post(viewer, tensor ? { type: "tensor", tensor } : { type: "gone", message: gone(viewer.place) });
  }
}

/** All tensors of a notebook stand in one column, whatever is in front. */
function columnBeside({ notebook }: TensorPlace): vscode.ViewColumn {
  const editor = vscode.window.visibleNotebookEditors.find((one) => one.notebook === notebook);
  return editor?.viewColumn === undefined ? vscode.ViewColumn.Beside : editor.viewColumn + 1;
}

function post({ panel }: Viewer, message: ToViewer): void {
  void panel.webview.postMessage(message);
}

const titleOf = ({ name, member }: TensorPlace) => (member === undefined ? name : `${name} ${member}`);

function infoOf(place: TensorPlace, { type, shape, dtype, bytes }: Variable): TensorInfo | undefined {
  if (!shape || dtype === undefined) return undefined;
  return { name: titleOf(place), type, shape, dtype, bytes: bytes === undefined ? "" : bytesText(bytes) };
}

const gone = (place: TensorPlace) =>
  vscode.l10n.t("{0} is not there any more: run the cell that makes it.", titleOf(place));

function words(): ViewerWords {
  return {
    table: vscode.l10n.t("Table"),
    heatmap: vscode.l10n.t("Heat Map"),
    histogram: vscode.l10n.t("Histogram"),
    images: vscode.l10n.t("Images"),
    dimension: vscode.l10n.t("Dimension {0}"),
    waiting: vscode.l10n.t("A cell is running. The numbers come when it pauses or ends."),
    empty: vscode.l10n.t("This tensor has no elements."),
    noneFinite: vscode.l10n.t("No element is finite."),
    elements: vscode.l10n.t("{0} elements"),
    sampled: vscode.l10n.t("every {0}th row, every {1}th column"),
    bin: vscode.l10n.t("{0} to {1}: {2}"),
    image: vscode.l10n.t("Image {0}"),
    previous: vscode.l10n.t("Previous Images"),
    next: vscode.l10n.t("Next Images"),
    range: vscode.l10n.t("{0} to {1} of {2}"),
    min: vscode.l10n.t("min"),
    max: vscode.l10n.t("max"),
    mean: vscode.l10n.t("mean"),
    std: vscode.l10n.t("std"),
    infinite: vscode.l10n.t("infinite"),
  };
}
