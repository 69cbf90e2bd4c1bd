// Shapes that do not go together in a cell, by what its literals say, other cells' literals, and the values since the last run.
import type ts from "typescript";
import type { CodeDiagnostic } from "../../protocol";
import type { CodeHost } from "../converter/codeHost";
import { layerIn, type Value } from "../shapes";
import type { CellModule, NotebookModules } from "./notebookModules";
import { rowChanges } from "./shapeNames";
import { type Walked, walk } from "./shapeWalk";

/** No number of TypeScript's. */
const shapeCode = 9_000;

/** Walks each cell once for a state of the notebook and its values, however many cells are asked about. */
export class ShapeMistakes {
  readonly #service: ts.LanguageService;
  readonly #modules: NotebookModules;
  readonly #host: CodeHost;
  /** What is known of the values that there are since a cell ended last. */
  #known: ReadonlyMap<string, Value> = new Map();
  /** For which the walks hold. */
  #program: ts.Program | undefined;
  readonly #walked = new Map<CellModule, Walked | undefined>();

  constructor(service: ts.LanguageService, modules: NotebookModules, host: CodeHost) {
    this.#service = service;
    this.#modules = modules;
    this.#host = host;
  }

  know(values: Readonly<Record<string, Value>>): void {
    this.#known = new Map(Object.entries(values));
    this.#walked.clear();
  }

  in(module: CellModule): CodeDiagnostic[] {
    const program = this.#service.getProgram();
    if (program !== this.#program) this.#walked.clear();
    this.#program = program;
    return (this.#walkOf(module)?.found ?? []).map(({ start, length, message }) => ({
      start: start - module.prefix.length,
      length,
      severity: "warning",
      code: shapeCode,
      message,
    }));
  }

  #walkOf(cell: CellModule): Walked | undefined {
    if (this.#walked.has(cell)) return this.#walked.get(cell);
    this.#walked.set(cell, undefined); // nobody reads themselves
    const file = this.#program?.getSourceFile(cell.fileName);
    if (!file || this.#service.getSyntacticDiagnostics(cell.fileName).length > 0) return undefined;
    const checker = this.#program!.getTypeChecker();
    const elsewhere = (name: string) => this.#worthOf(name, cell.origins.get(name)?.module);
    const walked = walk(file, { checker, host: this.#host, elsewhere });
    this.#walked.set(cell, walked);
    return walked;
  }

  /** What a name is worth that another cell declares. */
  #worthOf(name: string, origin: CellModule | undefined): Value {
    if (!origin || this.#modules.all().some((cell) => changes(cell, name, origin))) return undefined;
    if (this.#known.has(name) && this.#modules.ranAs(name, origin)) return this.#ours(this.#known.get(name));
    return this.#walkOf(origin)?.values.get(name);
  }

  /** Without layers of classes that cells declare under such a name. */
  #ours(value: Value): Value {
    const layer = layerIn(value);
    if (!layer) return value;
    if (this.#modules.all().some(({ names }) => names.declares.has(layer.layer))) return undefined;
    return { ...layer, layers: layer.layers?.map((each) => this.#ours(each)) };
  }
}

/** Whether a cell gives a name that another declares a new value, or may change the row of layers that it stands for. */
function changes({ names, text }: CellModule, name: string, origin: CellModule): boolean {
  if (names.assigns.has(name) && origin.names.declares.get(name)?.mutable) return true;
  if (!names.mentions.has(name)) return false;
  return [...rowChanges].some((method) => text.includes(`${name}.${method}(`));
}
