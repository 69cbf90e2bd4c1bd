// The tutorials that ship with the extension, the reader's own copies of them, and how far the reader has come. The originals stay as
// they are; a copy has the tutorial's name, keeps what its cells show, and is found again.
import * as vscode from "vscode";
import { Setting, settingSection } from "../ids";
import type { KernelController } from "./kernelController";
import { dataOf } from "./notebookData";

export const tutorialLanguages = { en: "English", "zh-cn": "简体中文" } as const;
export type TutorialLanguage = keyof typeof tutorialLanguages;

interface Shipped {
  /** The notebook's name; the same in every language. */
  readonly file: string;
  readonly title: string;
  /** What one will see in it. */
  readonly aim: string;
  /** How long reading and running take, about. */
  readonly minutes: number;
  /** The ids of its cells of code; the same in every language. */
  readonly cells: readonly string[];
}

export interface Tutorial extends Shipped {
  readonly language: TutorialLanguage;
  /** Its place in the series. */
  readonly number: number;
}

/** From the build. */
declare const shippedTutorials: Readonly<Record<TutorialLanguage, readonly Shipped[]>>;

/** By tutorial's file the ids of cells that have run. */
type Ran = Readonly<Record<string, readonly string[]>>;
const ranKey = "tutorials.ran";

export class Tutorials implements vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #copies: vscode.Uri;
  readonly #state: vscode.Memento;
  readonly #controller: KernelController;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[];

  /** The reader has come further, or reads another language. */
  readonly onDidChange = this.#changed.event;

  constructor(
    {
      extensionUri,
      globalStorageUri,
      globalState,
    }: Pick<vscode.ExtensionContext, "extensionUri" | "globalStorageUri" | "globalState">,
    controller: KernelController,
  ) {
    this.#extensionUri = extensionUri;
    this.#copies = vscode.Uri.joinPath(globalStorageUri, "tutorials");
    this.#state = globalState;
    this.#controller = controller;
    this.#disposables = [
      this.#changed,
      vscode.workspace.onDidChangeNotebookDocument((event) => this.#note(event)),
      controller.onDidRest((notebook) => {
        if (this.#of(notebook.uri) && notebook.isDirty) void notebook.save();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${settingSection}.${Setting.tutorialLanguage}`)) this.#changed.fire();
      }),
    ];
  }

  /** In their order, in one language; the reader's own by default. */
  in(language = readersLanguage()): Tutorial[] {
    return shippedTutorials[language].map((shipped, number) => ({ ...shipped, language, number }));
  }

  /** Number of cells of code that have run without an error, in whatever language. */
  ranOf({ file, cells }: Shipped): number {
    const ran = new Set(this.#ran[file]);
    return cells.filter((id) => ran.has(id)).length;
  }

  isDone(tutorial: Shipped): boolean {
    return this.ranOf(tutorial) === tutorial.cells.length;
  }

  /** The first one that is not done. */
  next(): Tutorial | undefined {
    return this.in().find((tutorial) => !this.isDone(tutorial));
  }

  /** The reader looks at the list: the kernel of the next one starts meanwhile. */
  async expectNext(): Promise<void> {
    const next = this.next();
    if (!next) return;
    const copy = this.#copyOf(next);
    try {
      await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(copy, ".."));
    } catch {
      return; // it is told where one is opened
    }
    this.#controller.expect(copy);
  }

  /** Opens the reader's copy, as it was left; makes it where there is none. */
  async open(tutorial: Tutorial): Promise<void> {
    const copy = this.#copyOf(tutorial);
    const isThere = await vscode.workspace.fs.stat(copy).then(
      () => true,
      () => false,
    );
    if (!isThere) await this.#write(tutorial);
    await vscode.window.showNotebookDocument(await vscode.workspace.openNotebookDocument(copy));
  }

  /** Makes the reader's copy what it was at first, and what was done not done. */
  async startOver(tutorial: Tutorial): Promise<void> {
    const uri = this.#copyOf(tutorial).toString();
    const open = vscode.workspace.notebookDocuments.find((notebook) => notebook.uri.toString() === uri);
    if (open) {
      const original = await vscode.workspace.openNotebookDocument(this.#originalOf(tutorial));
      const { cells } = dataOf(original, { outputs: false });
      const edit = new vscode.WorkspaceEdit();
      const all = new vscode.NotebookRange(0, open.cellCount);
      edit.set(open.uri, [vscode.NotebookEdit.replaceCells(all, cells)]);
      await vscode.workspace.applyEdit(edit);
      await open.save();
    } else await this.#write(tutorial);
    await this.#keep(tutorial.file, []);
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  get #ran(): Ran {
    return this.#state.get<Ran>(ranKey, {});
  }

  async #keep(file: string, ids: readonly string[]): Promise<void> {
    await this.#state.update(ranKey, { ...this.#ran, [file]: ids });
    this.#changed.fire();
  }

  #originalOf({ language, file }: Tutorial): vscode.Uri {
    return vscode.Uri.joinPath(this.#extensionUri, "notebooks", language, file);
  }

  #copyOf({ language, file }: Tutorial): vscode.Uri {
    return vscode.Uri.joinPath(this.#copies, language, file);
  }

  /** The tutorial that a notebook is a copy of. */
  #of(uri: vscode.Uri): Tutorial | undefined {
    const [language, file] = uri.path.split("/").slice(-2);
    const known = Object.keys(tutorialLanguages).find((each) => each === language);
    const tutorial = this.in(known as TutorialLanguage | undefined).find((each) => each.file === file);
    return tutorial && this.#copyOf(tutorial).toString() === uri.toString() ? tutorial : undefined;
  }

  async #write(tutorial: Tutorial): Promise<void> {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(this.#originalOf(tutorial)));
    const notebook = JSON.parse(text) as { cells: { cell_type: string }[] };
    for (const cell of notebook.cells)
      if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
    const copy = new TextEncoder().encode(`${JSON.stringify(notebook, null, 1)}\n`);
    await vscode.workspace.fs.writeFile(this.#copyOf(tutorial), copy);
  }

  #note({ notebook, cellChanges }: vscode.NotebookDocumentChangeEvent): void {
    const fresh = cellChanges.flatMap(({ cell, executionSummary }) =>
      executionSummary?.success ? [(cell.metadata as { id?: string }).id ?? ""] : [],
    );
    const tutorial = fresh.length > 0 ? this.#of(notebook.uri) : undefined;
    if (tutorial === undefined) return;
    const before = this.#ran[tutorial.file] ?? [];
    const ran = [...new Set([...before, ...fresh.filter((id) => tutorial.cells.includes(id))])];
    if (ran.length === before.length) return;
    const wasDone = this.isDone(tutorial);
    void this.#keep(tutorial.file, ran).then(() => {
      if (!wasDone && this.isDone(tutorial)) void this.#offerNext(tutorial);
    });
  }

  async #offerNext(done: Tutorial): Promise<void> {
    const next = this.next();
    if (next === undefined) return;
    const open = vscode.l10n.t("Open");
    const message = vscode.l10n.t("“{0}” is done. The next one: {1}", done.title, next.title);
    if ((await vscode.window.showInformationMessage(message, open)) === open) await this.open(next);
  }
}

/** As the settings ask for, else as the window is. */
export function readersLanguage(): TutorialLanguage {
  const asked = vscode.workspace
    .getConfiguration(settingSection)
    .get<"auto" | TutorialLanguage>(Setting.tutorialLanguage, "auto");
  if (asked !== "auto") return asked;
  return vscode.env.language.startsWith("zh") ? "zh-cn" : "en";
}
