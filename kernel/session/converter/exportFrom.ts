// `export { x } from "m"` in a cell: later cells are to know x, as they do after `import { x } from "m"`.
import ts from "typescript";
import { namesIn, parseBound } from "./scopes";

/** The text with such exports as imports, which is of the same length. */
export function exportsAsImports(text: string): string {
  if (!/\bexport\b[^;]*\bfrom\b/.test(text)) return text;
  const file = parseBound(text);
  const taken = namesIn(file);
  let changed = text;
  for (const statement of file.statements) {
    if (!ts.isExportDeclaration(statement) || !statement.moduleSpecifier || !statement.exportClause) continue;
    const { exportClause } = statement;
    const names = ts.isNamedExports(exportClause)
      ? exportClause.elements.map(({ name }) => name.text)
      : [exportClause.name.text];
    if (names.some((name) => name === "default" || taken.has(name))) continue;
    for (const name of names) taken.add(name);
    const start = statement.getStart();
    changed = `${changed.slice(0, start)}import${changed.slice(start + "export".length)}`;
  }
  return changed;
}
