// The files beside a notebook, for a kernel that has no disk: those that a cell names are read before it runs, what it writes is written
// there.
import * as vscode from "vscode";
import type { PageFile } from "../../kernel/web/startKernel";

/** More of a folder, or of one file, than a cell in a browser can want. */
const mostFiles = 500;
const mostBytes = 256 * 2 ** 20;

/** Texts in code that may be paths. */
const texts = /(["'`])((?:(?!\1)[^\\\n]){1,200})\1/g;

export class NotebookFiles {
  readonly #folder: vscode.Uri | undefined;
  readonly #log: (line: string) => void;
  /** By path in the kernel: which state of the file it has. */
  readonly #given = new Map<string, string>();
  #writing: Promise<void> = Promise.resolve();

  constructor(notebook: vscode.Uri, log: (line: string) => void) {
    this.#folder = notebook.scheme === "untitled" ? undefined : vscode.Uri.joinPath(notebook, "..");
    this.#folder ??= vscode.workspace.workspaceFolders?.[0]?.uri;
    this.#log = log;
  }

  /** The files that code names, and those in folders that it names, as far as the kernel has not got them as they are. */
  async namedIn(code: string): Promise<PageFile[]> {
    await this.#writing;
    const folder = this.#folder;
    if (!folder) return [];
    const names = new Set([...code.matchAll(texts)].map(([, , text = ""]) => pathOf(text)));
    names.delete("");
    if (names.size === 0) return [];
    const here = new Set((await listed(folder)).map(([name]) => name));
    const wanted = [...names].filter((name) => here.has(name.split("/", 1)[0]!));
    return (await Promise.all(wanted.map((name) => this.#read(folder, name)))).flat();
  }

  /** Writes what a cell has written; tells where that does not work. */
  write({ path, content }: PageFile): void {
    const folder = this.#folder;
    if (!folder) return;
    const uri = vscode.Uri.joinPath(folder, path);
    this.#writing = this.#writing.then(async () => {
      try {
        await vscode.workspace.fs.writeFile(uri, new Uint8Array(await content.arrayBuffer()));
        this.#given.set(path, stateOf(await vscode.workspace.fs.stat(uri)));
      } catch (error) {
        const { message } = error as Error;
        void vscode.window.showWarningMessage(vscode.l10n.t("{0} could not be written: {1}", path, message));
      }
    });
  }

  async #read(folder: vscode.Uri, name: string): Promise<PageFile[]> {
    const uri = vscode.Uri.joinPath(folder, name);
    const path = `/${name}`;
    try {
      const stat = await vscode.workspace.fs.stat(uri);
      if (stat.type & vscode.FileType.Directory) return await this.#readFolder(folder, name);
      if (this.#given.get(path) === stateOf(stat)) return [];
      if (stat.size > mostBytes) {
        this.#log(`${path} is too large to be read into a browser (${stat.size} bytes)`);
        return [];
      }
      const content = new Blob([new Uint8Array(await vscode.workspace.fs.readFile(uri))]);
      this.#given.set(path, stateOf(stat));
      return [{ path, content }];
    } catch (error) {
      this.#log(`${path} could not be read: ${(error as Error).message}`); // the cell hears that there is none
      return [];
    }
  }

  async #readFolder(folder: vscode.Uri, name: string): Promise<PageFile[]> {
    const entries = (await listed(vscode.Uri.joinPath(folder, name))).slice(0, mostFiles);
    const files = entries.filter(([, type]) => type & vscode.FileType.File);
    return (await Promise.all(files.map(([file]) => this.#read(folder, `${name}/${file}`)))).flat();
  }
}

/** A folder's names; none where it cannot be listed. */
async function listed(folder: vscode.Uri): Promise<[string, vscode.FileType][]> {
  try {
    return await vscode.workspace.fs.readDirectory(folder);
  } catch {
    return [];
  }
}

/** What tells two states of a file apart. */
const stateOf = ({ mtime, size }: vscode.FileStat) => `${mtime} ${size}`;

/** As cells' paths are read, whose root is the notebook's folder; empty for what is none. */
function pathOf(text: string): string {
  if (/[:*?<>|]/.test(text)) return "";
  const parts = text.split("/").filter((part) => part !== "" && part !== ".");
  return parts.includes("..") ? "" : parts.join("/");
}
