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

/** @param known of the values that the kernel has. */
export function shapeMistakes(
  service: ts.LanguageService,
  module: CellModule,
  modules: NotebookModules,
  known: ReadonlyMap<string, Value>,
  host: CodeHost,
): CodeDiagnostic[] {
  const program = service.getProgram();
  if (!program) return [];
  const checker = program.getTypeChecker();
  const walked = new Map<CellModule, Walked | undefined>();
  const others = modules.all();

  const walkOf = (cell: CellModule): Walked | undefined => {
    if (walked.has(cell)) return walked.get(cell);
    walked.set(cell, undefined); // nobody reads themselves
    const file = program.getSourceFile(cell.fileName);
    const isWhole = file && service.getSyntacticDiagnostics(cell.fileName).length === 0;
    const elsewhere = (name: string) => worthOf(name, cell.origins.get(name)?.module);
    const result = isWhole ? walk(file, { checker, host, elsewhere }) : undefined;
    walked.set(cell, result);
    return result;
  };

  /** What a name is worth that another cell declares. */
  const worthOf = (name: string, origin: CellModule | undefined): Value => {
    if (!origin || others.some((cell) => changes(cell, name, origin))) return undefined;
    if (known.has(name) && modules.ranAs(name, origin)) return ours(known.get(name));
    return walkOf(origin)?.values.get(name);
  };

  /** Without layers of classes that cells declare under such a name. */
  const ours = (value: Value): Value => {
    const layer = layerIn(value);
    if (!layer) return value;
    if (others.some(({ names }) => names.declares.has(layer.layer))) return undefined;
    return { ...layer, layers: layer.layers?.map(ours) };
  };

  const { prefix } = module;
  return (walkOf(module)?.found ?? []).map(({ start, length, message }) => ({
    start: start - prefix.length,
    length,
    severity: "warning",
    code: shapeCode,
    message,
  }));
}

/** Whether a cell gives a name that another declares a new value, or may change the row of layers that it stands for. */
function changes({ names, text }: CellModule, name: string, origin: CellModule): boolean {
  if (names.assigns.has(name) && origin.names.declares.get(name)?.mutable) return true;
  if (!names.mentions.has(name)) return false;
  return [...rowChanges].some((method) => text.includes(`${name}.${method}(`));
}
