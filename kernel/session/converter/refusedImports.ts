// What a cell imports and cannot have where it runs: told before it starts, at the import.
import ts from "typescript";
import type { CodeMessage } from "../cells/conversion";
import { parseBound } from "./scopes";

/** @param refusal says why a module cannot be imported; undefined for one that can. */
export function refusedImports(
  source: string,
  refusal: (specifier: string) => string | undefined,
): CodeMessage[] {
  const file = parseBound(source);
  return file.statements.flatMap((statement) => {
    const module = moduleOf(statement);
    const text = module && refusal(module.text);
    if (!module || text === undefined) return [];
    const { line, character } = file.getLineAndCharacterOfPosition(module.getStart());
    return [{ line: line + 1, column: character + 1, text }];
  });
}

/** The module that a statement loads; none where it asks for types alone. */
function moduleOf(statement: ts.Statement): ts.StringLiteral | undefined {
  let module: ts.Expression | undefined;
  if (ts.isImportDeclaration(statement)) {
    const isErased = statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    module = isErased ? undefined : statement.moduleSpecifier;
  } else if (ts.isExportDeclaration(statement)) {
    module = statement.isTypeOnly ? undefined : statement.moduleSpecifier;
  } else if (ts.isImportEqualsDeclaration(statement) && !statement.isTypeOnly) {
    const { moduleReference } = statement;
    module = ts.isExternalModuleReference(moduleReference) ? moduleReference.expression : undefined;
  }
  return module && ts.isStringLiteral(module) ? module : undefined;
}
