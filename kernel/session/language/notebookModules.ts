// Cells as modules for TypeScript: before its text each has one line that imports what the cells before it declare and
// exports what it declares itself. So types flow, a later cell may declare a name anew, and no cell sees what comes below.

import type { LanguageCell } from "../../protocol";
import { cellGlobals } from "../converter/cellOptions";
import { exportsAsImports } from "../converter/exportFrom";
import { type CellNames, namesOf } from "./cellNames";

export interface CellModule {
  /** The editor's cell; cells that have run are modules too, with no cell. */
  readonly id?: string;
  readonly fileName: string;
  text: string;
  names: CellNames;
  /** The line before the text: positions in the module are the cell's plus its length. */
  prefix: string;
  version: number;
  /** The names that the prefix imports, from which module, and where in the prefix they stand. */
  origins: ReadonlyMap<string, { module: CellModule; at: number }>;
}

const modulePrefix = "bnlab-notebook-";

type Scope = ReadonlyMap<string, CellModule>;

export class NotebookModules {
  readonly #globals: CellModule;
  readonly #cells = new Map<string, CellModule>();
  /** The cells that have run, in that order: a name that no cell above declares may still have a value. */
  #runs: CellModule[] = [];
  #ran: Scope;
  /** Without the last of them. */
  #ranBefore: Scope = new Map();
  readonly #files = new Map<string, CellModule>();
  #made = 0;

  readonly #folder: string;

  /** @param folder the notebook's, in which the modules seem to lie; forward slashes. */
  constructor(folder: string) {
    this.#folder = folder;

    this.#globals = this.#make(`import { ${cellGlobals.join(", ")} } from "bnlab";`, { name: "globals" });
    this.#place(this.#globals, new Map());
    this.#ran = new Map(cellGlobals.map((name) => [name, this.#globals]));
  }

  /** What matches the modules' file names, and no other: the notebook's folder may itself have such a name. */
  get pattern(): string {
    return `${this.#folder}/${modulePrefix}*`;
  }

  /** Whether the notebook was written for a kernel that checks less. */
  isLoose = false;

  fileNames(): string[] {
    return [...this.#files.keys()];
  }

  all(): CellModule[] {
    return [...this.#files.values()];
  }

  file(fileName: string): CellModule | undefined {
    return this.#files.get(fileName);
  }

  cell(id: string): CellModule | undefined {
    return this.#cells.get(id);
  }

  /** The notebook as it stands now, from its first cell to its last. */
  setCells(cells: LanguageCell[]): void {
    const ids = new Set(cells.map(({ id }) => id));
    for (const [id, module] of this.#cells) {
      if (ids.has(id)) continue;
      this.#cells.delete(id);
      this.#files.delete(module.fileName);
    }
    const scope = new Map(this.#ran);
    this.isLoose = cells.some(({ checks }) => checks === "loose");
    for (const { id, text: written, language } of cells) {
      const text = exportsAsImports(written);
      const extension = language === "javascript" ? "js" : "ts";
      let module = this.#cells.get(id);
      if (module && !module.fileName.endsWith(extension)) {
        this.#files.delete(module.fileName);
        module = undefined;
      }
      if (!module) {
        module = this.#make(text, { id, name: "cell", extension });
        this.#cells.set(id, module);
      } else if (module.text !== text) {
        module.text = text;
        module.names = namesOf(text, module.fileName);
        module.version++;
      }
      this.#place(module, scope);
      for (const name of module.names.declares.keys()) scope.set(name, module);
    }
  }

  /** Whether a name's value is that of the cell which declares it, as it stands now. */
  ranAs(name: string, { text }: CellModule): boolean {
    return this.#ran.get(name)?.text === text;
  }

  /** A cell that runs: what it declares is there from now on, wherever the cell stands. */
  addRun(text: string): void {
    const run = this.#make(exportsAsImports(text), { name: "run" });
    this.#place(run, new Map([...this.#ran].filter(([name]) => run.names.mentions.has(name))));
    this.#ranBefore = this.#ran;
    this.#ran = new Map([
      ...this.#ran,
      ...[...run.names.declares.keys()].map((name) => [name, run] as const),
    ]);
    this.#runs.push(run);
    this.#dropUnreachable();
  }

  /** The cell that ran last ended before it came to declare these: they are what they were. */
  retract(names: string[]): void {
    const before = names.flatMap((name) => {
      const origin = this.#ranBefore.get(name);
      return origin ? [[name, origin] as const] : [];
    });
    this.#ran = new Map([...[...this.#ran].filter(([name]) => !names.includes(name)), ...before]);
  }

  /** The process that held their values has gone. */
  forgetRuns(): void {
    for (const { fileName } of this.#runs) this.#files.delete(fileName);
    this.#runs = [];
    this.#ranBefore = new Map();
    this.#ran = new Map(cellGlobals.map((name) => [name, this.#globals]));
  }

  /** A cell run a thousand times leaves one module, not a thousand: those stay that a name in scope comes from. */
  #dropUnreachable(): void {
    const reached = new Set<CellModule>();
    const reach = (module: CellModule): void => {
      if (reached.has(module)) return;
      reached.add(module);
      for (const origin of module.origins.values()) reach(origin.module);
    };
    for (const scope of [this.#ran, this.#ranBefore]) for (const module of scope.values()) reach(module);
    for (const { fileName } of this.#runs.filter((run) => !reached.has(run))) this.#files.delete(fileName);
    this.#runs = this.#runs.filter((run) => reached.has(run));
  }

  #make(
    text: string,
    { id, name, extension = "ts" }: { id?: string; name: string; extension?: string },
  ): CellModule {
    const fileName = `${this.#folder}/${modulePrefix}${name}-${++this.#made}.${extension}`;
    const names = namesOf(text, fileName);
    const module = {
      id,
      fileName,
      text,
      names,
      prefix: "",
      version: 1,
      origins: new Map(),
    };
    this.#files.set(fileName, module);
    return module;
  }

  #place(module: CellModule, scope: Scope): void {
    const { declares, assigns, unexported } = module.names;
    const origins = new Map<string, { module: CellModule; at: number }>();
    let prefix = "";
    for (const [name, origin] of scope) {
      if (declares.has(name)) continue;
      const specifier = specifierOf(origin);
      // An import could not be assigned to, nor would TypeScript follow what it holds: a declaration of its own.
      const own = assigns.has(name) && origin.names.declares.get(name)?.mutable;
      const [before, after] = own
        ? ["declare let ", `: typeof import("${specifier}").${name}; `]
        : ["import { ", ` } from "${specifier}"; `];
      origins.set(name, { module: origin, at: prefix.length + before.length });
      prefix += before + name + after;
    }
    prefix += `export { ${unexported.join(", ")} };\n`;
    if (prefix !== module.prefix) module.version++;
    Object.assign(module, { prefix, origins });
  }
}

function specifierOf({ fileName }: CellModule): string {
  return `.${fileName.slice(fileName.lastIndexOf("/")).replace(/\.[jt]s$/, "")}`;
}
