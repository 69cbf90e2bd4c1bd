// The variables of the notebook in front as a table: what its page shows and asks for.
import * as vscode from "vscode";
import type { Variable } from "../../kernel/protocol";
import { bytesText, countText } from "../../kernel/words";
import { Command, hasNotebook, variablesView } from "../ids";
import { nameOf } from "../notebook/name";
import type {
  FromVariables,
  ToVariables,
  VariableName,
  VariableRow,
  VariablesWords,
} from "../renderer/variables/messages";
import type { ActiveNotebook } from "./activeNotebook";
import type { VariableStore } from "./variableStore";
import { factsOf, textOf } from "./variableText";
import { htmlOf, webRoot } from "./webPage";

export class VariablesView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #store: VariableStore;
  readonly #active: ActiveNotebook;
  readonly #disposables: vscode.Disposable[];
  #view: vscode.WebviewView | undefined;

  constructor(extensionUri: vscode.Uri, store: VariableStore, active: ActiveNotebook) {
    this.#extensionUri = extensionUri;
    this.#store = store;
    this.#active = active;
    this.#disposables = [
      vscode.window.registerWebviewViewProvider(variablesView, this),
      active.onDidChange(() => this.#show()),
      store.onDidChange((notebook) => {
        if (notebook === active.notebook) this.#show();
      }),
    ];
    this.#show();
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    view.webview.options = { enableScripts: true, localResourceRoots: [webRoot(this.#extensionUri)] };
    view.webview.onDidReceiveMessage((message: FromVariables) => this.#receive(message));
    view.onDidChangeVisibility(() => this.#show());
    view.onDidDispose(() => {
      this.#view = undefined;
    });
    const page = { name: "variables", title: vscode.l10n.t("Variables"), words: words() };
    view.webview.html = htmlOf(view.webview, this.#extensionUri, page);
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #receive(message: FromVariables): Promise<void> {
    const { notebook } = this.#active;
    if (message.type === "ready") return this.#show();
    if (message.type === "start") {
      const command = message.what === "notebook" ? Command.newNotebook : Command.openTutorial;
      await vscode.commands.executeCommand(command);
      return;
    }
    if (!notebook) return;
    if (message.type === "members") {
      const { owner } = message;
      const found = await this.#store.look(notebook, { of: owner });
      this.#post({ type: "members", owner, rows: (found ?? []).map((member) => rowOf(member, owner)) });
    } else if (message.type === "details") await this.#tell(notebook, message);
    else if (message.type === "copy") {
      await vscode.commands.executeCommand(Command.copyVariableValue, argumentOf(message));
    } else {
      const row = await this.#find(notebook, message, false);
      const command = row?.kind === "tensor" ? Command.openTensor : Command.openTable;
      await vscode.commands.executeCommand(command, argumentOf(message));
    }
  }

  /** The whole story of one. */
  async #tell(notebook: vscode.NotebookDocument, about: VariableName): Promise<void> {
    const found = await this.#find(notebook, about, true);
    if (!found) return;
    const said = { ...argumentOf(about), facts: factsOf(found), text: textOf(found) };
    this.#post({ type: "details", ...said });
  }

  async #find(
    notebook: vscode.NotebookDocument,
    { name, owner }: VariableName,
    whole: boolean,
  ): Promise<Variable | undefined> {
    const request = owner === undefined ? { names: [name] } : { of: owner };
    const found = await this.#store.look(notebook, { ...request, statistics: whole, text: whole });
    return found?.find((each) => each.name === name);
  }

  #show(): void {
    const { notebook } = this.#active;
    if (notebook) void vscode.commands.executeCommand("setContext", hasNotebook, true);
    const variables = notebook && this.#store.get(notebook);
    if (notebook && variables === undefined && this.#store.isAlive(notebook)) this.#store.refresh(notebook);
    if (!this.#view?.visible) return;
    const name = notebook && nameOf(notebook.uri);
    if (name === undefined) delete this.#view.description;
    else this.#view.description = name;
    if (variables?.length) this.#post({ type: "variables", rows: variables.map((each) => rowOf(each)) });
    else this.#post({ type: "none", hasNotebook: notebook !== undefined });
  }

  #post(message: ToVariables): void {
    void this.#view?.webview.postMessage(message);
  }
}

const argumentOf = ({ name, owner }: VariableName): VariableName =>
  owner === undefined ? { name } : { name, owner };

function rowOf(variable: Variable, owner?: string): VariableRow {
  const { name, kind, type, shape, dtype, length, rows, bytes, preview } = variable;
  const isTensor = kind === "tensor";
  return {
    ...{ name, type: dtype === undefined ? type : `${type} ${dtype}` },
    ...(owner === undefined ? {} : { owner }),
    shape: shape ? `[${shape.join(", ")}]` : kind === "value" ? "" : sizeText(rows ?? length),
    elements: shape ? shape.reduce((product, size) => product * size, 1) : (rows ?? length ?? 0),
    size: bytes === undefined ? "" : bytesText(bytes),
    bytes: bytes ?? 0,
    value: kind === "function" || kind === "class" ? "" : preview,
    isCode: kind === "function" || kind === "class",
    viewer: isTensor ? "tensor" : rows === undefined ? "" : "table",
    expands: owner === undefined && hasMembers(variable),
  };
}

const sizeText = (count: number | undefined) => (count === undefined ? "" : `[${countText(count)}]`);

function hasMembers({ kind, length }: Variable): boolean {
  return (
    kind === "module" || kind === "object" || ((kind === "array" || kind === "collection") && length !== 0)
  );
}

function words(): VariablesWords {
  return {
    none: vscode.l10n.t("The variables of a notebook show here when its cells have run."),
    newNotebook: vscode.l10n.t("New Notebook"),
    openTutorial: vscode.l10n.t("Open Tutorial"),
    filter: vscode.l10n.t("Filter variables"),
    table: vscode.l10n.t("Variables"),
    name: vscode.l10n.t("Name"),
    type: vscode.l10n.t("Type"),
    shape: vscode.l10n.t("Shape"),
    size: vscode.l10n.t("Size"),
    value: vscode.l10n.t("Value"),
    open: vscode.l10n.t("Open {0} in a viewer"),
    details: vscode.l10n.t("The selected variable"),
    noMatch: vscode.l10n.t("No variable passes the filter."),
    more: vscode.l10n.t("{0} more: filter to see them."),
  };
}
