// Exports in a cell: after `export { x } from "m"` later cells are to know x, as they do after `import { x } from "m"`; what a cell
// declares they know anyway, and tslab takes an interface that is exported for none of the cell's.
import ts from "typescript";
import { namesIn, parseBound } from "./scopes";

/** The text with exports from elsewhere as imports, and without those of what the cell declares; it has the same length. */
export function exportsAsImports(text: string): string {
  if (!/\bexport\b/.test(text)) return text;
  const file = parseBound(text);
  const taken = namesIn(file);
  const own = new Set(taken);
  let changed = text;
  const replace = (start: number, end: number, word = "") => {
    const rest = changed.slice(start + word.length, end).replace(/[^\r\n]/g, " ");
    changed = changed.slice(0, start) + word + rest + changed.slice(end);
  };
  for (const statement of file.statements) {
    if (!ts.isExportDeclaration(statement)) {
      const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
      const found = modifiers.find(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
      const isDefault = modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
      if (found && !isDefault) replace(found.getStart(), found.end);
      continue;
    }
    const { exportClause, moduleSpecifier } = statement;
    if (!exportClause) continue;
    if (!moduleSpecifier) {
      if (ts.isNamedExports(exportClause) && exportClause.elements.every((each) => isUnderItsName(each, own)))
        replace(statement.getStart(), statement.end);
      continue;
    }
    const names = ts.isNamedExports(exportClause)
      ? exportClause.elements.map(({ name }) => name.text)
      : [exportClause.name.text];
    if (names.some((name) => name === "default" || taken.has(name))) continue;
    for (const name of names) taken.add(name);
    const start = statement.getStart();
    replace(start, start + "export".length, "import");
  }
  return changed;
}

/** Whether it says nothing but that a name of the cell's is exported. */
function isUnderItsName({ name, propertyName }: ts.ExportSpecifier, own: ReadonlySet<string>): boolean {
  return propertyName === undefined && own.has(name.text);
}
