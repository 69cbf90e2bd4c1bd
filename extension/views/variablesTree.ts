// The tree of the variables of the notebook in front: a line each, and what they consist of one level down.
import * as vscode from "vscode";
import type { Variable } from "../../kernel/protocol";
import { bytesText } from "../../kernel/words";
import { variablesView } from "../ids";
import { nameOf } from "../notebook/name";
import type { ActiveNotebook } from "./activeNotebook";
import type { VariableStore } from "./variableStore";
import { describe } from "./variableText";

/** A line of the tree. */
export interface VariableNode {
  notebook: vscode.NotebookDocument;
  variable: Variable;
  /** The variable that this is a member of, and which: a map's keys may read alike. */
  owner?: string;
  place?: number;
}

/** While a cell computes, what is known must do. */
const patienceMs = 300;

type Icon = [name: string, color: string];

const icons: Record<Variable["kind"], Icon> = {
  tensor: ["symbol-array", "symbolIcon.arrayForeground"],
  module: ["layers", "symbolIcon.classForeground"],
  array: ["list-ordered", "symbolIcon.arrayForeground"],
  collection: ["symbol-enum", "symbolIcon.enumeratorForeground"],
  object: ["symbol-object", "symbolIcon.objectForeground"],
  function: ["symbol-method", "symbolIcon.methodForeground"],
  class: ["symbol-class", "symbolIcon.classForeground"],
  value: ["symbol-variable", "symbolIcon.variableForeground"],
};
const valueIcons: Record<string, Icon> = {
  number: ["symbol-numeric", "symbolIcon.numberForeground"],
  bigint: ["symbol-numeric", "symbolIcon.numberForeground"],
  string: ["symbol-string", "symbolIcon.stringForeground"],
  boolean: ["symbol-boolean", "symbolIcon.booleanForeground"],
  null: ["symbol-null", "symbolIcon.nullForeground"],
};

export class VariablesTree implements vscode.TreeDataProvider<VariableNode>, vscode.Disposable {
  readonly #store: VariableStore;
  readonly #active: ActiveNotebook;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #view: vscode.TreeView<VariableNode>;
  readonly #disposables: vscode.Disposable[];

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(store: VariableStore, active: ActiveNotebook) {
    this.#store = store;
    this.#active = active;
    this.#view = vscode.window.createTreeView(variablesView, {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.#disposables = [
      this.#changed,
      this.#view,
      active.onDidChange(() => this.#show()),
      store.onDidChange((notebook) => {
        if (notebook === active.notebook) this.#show();
      }),
    ];
    this.#show();
  }

  async getChildren(node?: VariableNode): Promise<VariableNode[]> {
    if (node) {
      const { notebook, variable } = node;
      const members = await this.#store.look(notebook, { of: variable.name });
      const owner = variable.name;
      return (members ?? []).map((member, place) => ({ notebook, variable: member, owner, place }));
    }
    const { notebook } = this.#active;
    const variables = (notebook && this.#store.get(notebook)) ?? [];
    return sorted(variables).map((variable) => ({ notebook: notebook!, variable }));
  }

  /** VS Code shows an empty view as soon as one line fails: one that cannot be told stands there as that. */
  getTreeItem(node: VariableNode): vscode.TreeItem {
    try {
      return itemOf(node);
    } catch (error) {
      const item = new vscode.TreeItem(String(node.variable.name));
      item.id = idOf(node);
      item.description = vscode.l10n.t("cannot be shown: {0}", String(error));
      return item;
    }
  }

  /** The whole story, when somebody points at it. */
  async resolveTreeItem(
    item: vscode.TreeItem,
    { notebook, variable, owner }: VariableNode,
  ): Promise<vscode.TreeItem> {
    const request = owner === undefined ? { names: [variable.name] } : { of: owner };
    const late = new Promise<void>((resolve) => setTimeout(resolve, patienceMs));
    const found = await Promise.race([this.#store.look(notebook, { ...request, statistics: true }), late]);
    const now = found?.find(({ name }) => name === variable.name) ?? variable;
    item.tooltip = new vscode.MarkdownString(`**${escapeMarkdown(variable.name)}**\n\n`).appendMarkdown(
      describe(now).value,
    );
    return item;
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #show(): void {
    const { notebook } = this.#active;
    this.#view.description = notebook && nameOf(notebook.uri);
    if (notebook && this.#store.get(notebook) === undefined && this.#store.isAlive(notebook)) {
      this.#store.refresh(notebook);
    }
    this.#changed.fire(undefined);
  }
}

function itemOf(node: VariableNode): vscode.TreeItem {
  const { variable, owner } = node;
  const { name, kind, type } = variable;
  const { None, Collapsed } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(name, owner === undefined && hasMembers(variable) ? Collapsed : None);
  item.id = idOf(node);
  item.description = describeLine(variable);
  item.contextValue = kind === "tensor" ? "bnlab.tensor" : "bnlab.variable";
  const [icon, color] = (kind === "value" && valueIcons[type]) || icons[kind];
  item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
  item.accessibilityInformation = { label: `${name}: ${type} ${item.description}` };
  return item;
}

/** VS Code shows nothing at all of a tree in which two lines have the same. */
const idOf = ({ variable: { name }, owner, place }: VariableNode) =>
  owner === undefined ? name : `${owner}\n${place}\n${name}`;

/** Data first: functions and classes stand in the cells anyway. */
function sorted(variables: readonly Variable[]): Variable[] {
  const rank = ({ kind }: Variable) => (kind === "function" || kind === "class" ? 1 : 0);
  return variables.toSorted((a, b) => rank(a) - rank(b));
}

function hasMembers({ kind, length }: Variable): boolean {
  return (
    kind === "module" || kind === "object" || ((kind === "array" || kind === "collection") && length !== 0)
  );
}

/** `[64, 100] float32 · 25 KB · 0.1, 0.3, …` */
function describeLine({ kind, type, shape, dtype, bytes, length, preview }: Variable): string {
  if (shape) {
    const own = type === "Tensor" ? "" : `${type} `;
    const size = bytes === undefined ? [] : [bytesText(bytes)];
    return [`${own}[${shape.join(", ")}] ${dtype}`, ...size, preview].join(" · ");
  }
  if (kind === "module") return `${type} · ${preview}`;
  if (kind === "array") return `${type}(${length}) ${preview}`;
  if (kind === "function" || kind === "class") return type;
  return preview;
}

const escapeMarkdown = (text: string) => text.replace(/[\\`*_{}[\]()#+\-.!<>|~$]/g, "\\$&");
