// What can be done about a mistake, as changes of cells: imports, names that are meant; and imports put in order.
import ts from "typescript";
import type { CodeFix, TextEdit } from "../../protocol";
import type { CodeHost } from "../converter/codeHost";
import type { CellModule, NotebookModules } from "./notebookModules";

/** TypeScript's names for the fixes that may be made everywhere at once: there is one way to make them. */
const forAll = ["fixMissingImport", "fixSpelling", "fixAwaitInSyncFunction", "addMissingAwait"];

export interface FixContext {
  service: ts.LanguageService;
  modules: NotebookModules;
  host: CodeHost;
  format: ts.FormatCodeSettings;
  preferences: ts.UserPreferences;
}

/** The fixes of what is wrong within a piece of a cell. */
export function codeFixes(
  { fileName, prefix }: CellModule,
  { start, length, codes }: { start: number; length: number; codes: number[] },
  context: FixContext,
): CodeFix[] {
  const { service, format, preferences } = context;
  const from = prefix.length + start;
  const found = service.getCodeFixesAtPosition(fileName, from, from + length, codes, format, preferences);
  return found.flatMap(({ description, changes }): CodeFix[] => {
    const cells = inCells(changes, context);
    return cells ? [{ title: description, cells }] : [];
  });
}

/** All that is sure to be meant: missing imports that only one module has, names that are one letter off. */
export function allFixes(module: CellModule, context: FixContext): TextEdit[] {
  const { service, format, preferences } = context;
  const scope = { type: "file" as const, fileName: module.fileName };
  const edits = forAll.flatMap((fixId) => {
    const { changes } = service.getCombinedCodeFix(scope, fixId, format, preferences);
    const named = changes.map((change) => ({
      ...change,
      textChanges: change.textChanges.map((edit) => ({
        ...edit,
        newText: withNodesNames(edit.newText, context.host),
      })),
    }));
    return inCells(named, context)?.flatMap((cell) => (cell.cell === module.id ? cell.edits : [])) ?? [];
  });
  // Two fixes may be of the same name: an import, and another spelling.
  const taken: TextEdit[] = [];
  for (const edit of edits) {
    const isFree = ({ start, length }: TextEdit) =>
      edit.start >= start + length ? edit.start > start || length === 0 : edit.start + edit.length <= start;
    if (taken.every(isFree)) taken.push(edit);
  }
  return taken;
}

/** Sorts a cell's imports: of its text alone, for the line before it imports too. None goes, for a later cell may use it. */
export function organizedImports({ text, fileName }: CellModule, { format }: FixContext): TextEdit[] {
  const name = fileName.slice(fileName.lastIndexOf("/"));
  const service = ts.createLanguageService({
    getCompilationSettings: () => ({ noLib: true, allowJs: true }),
    getScriptFileNames: () => [name],
    getScriptVersion: () => "1",
    getScriptSnapshot: (file) => (file === name ? ts.ScriptSnapshot.fromString(text) : undefined),
    getCurrentDirectory: () => "/",
    getDefaultLibFileName: () => "",
    fileExists: (file) => file === name,
    readFile: (file) => (file === name ? text : undefined),
  });
  const mode = ts.OrganizeImportsMode.SortAndCombine;
  const changes = service.organizeImports({ type: "file", fileName: name, mode }, format, undefined);
  const edits = changes.flatMap(({ textChanges }) => textChanges.map((change) => toCellEdit(change, 0)));
  const before = edits.map(({ start, length }) => text.slice(start, start + length)).join("");
  return before === edits.map((edit) => edit.text).join("") ? [] : edits;
}

/** Undefined for changes of what is no cell, or that reach behind bnlab's front door. */
function inCells(
  changes: readonly ts.FileTextChanges[],
  { modules, host }: FixContext,
): CodeFix["cells"] | undefined {
  const cells: CodeFix["cells"] = [];
  for (const { fileName, textChanges } of changes) {
    const module = modules.file(fileName);
    if (module?.id === undefined || textChanges.some(({ newText }) => isHidden(newText, host)))
      return undefined;
    cells.push({ cell: module.id, edits: textChanges.map((edit) => toCellEdit(edit, module.prefix.length)) });
  }
  return cells.length > 0 ? cells : undefined;
}

/** Where nobody chooses, TypeScript takes the old names of Node's modules. */
const withNodesNames = (text: string, { isBuiltin }: CodeHost): string =>
  text.replaceAll(/\bfrom "([^"]+)"/g, (from, name: string) =>
    isBuiltin(name) && !name.startsWith("node:") ? `from "node:${name}"` : from,
  );

/** An import of a file of bnlab's own, of Node's module under its old name, or of another cell, whose names are there anyway. */
function isHidden(text: string, { typesFolder, isBuiltin }: CodeHost): boolean {
  const specifier = /\b(?:from|import\(|require\()\s*["']([^"']+)["']/.exec(text)?.[1];
  if (specifier === undefined) return false;
  const isInside = /(^|\/)bnlab\//.test(specifier) || specifier.includes(typesFolder);
  const isCell = specifier.includes("bnlab-notebook-");
  return isInside || isCell || (isBuiltin(specifier) && !specifier.startsWith("node:"));
}

/** TypeScript inserts an import after the last one there is, which may be the prefix's: then at the cell's beginning. */
export function toCellEdit({ span, newText }: ts.TextChange, prefix: number): TextEdit {
  if (span.start >= prefix) return { start: span.start - prefix, length: span.length, text: newText };
  return { start: 0, length: 0, text: `${newText.trim()}\n` };
}
