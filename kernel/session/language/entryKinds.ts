// What completions are, behind the imports that TypeScript takes names for, and which of bnlab's come first.
import ts from "typescript";

const kinds = ts.ScriptElementKind;

/** What notebooks import most, as ours do. */
const usual = [
  ...["nn", "optim", "tensor", "data", "plot", "display", "noGrad", "manualSeed", "lesson", "experiment"],
  ...["probe", "ui", "randn", "ones", "zeros", "cat", "stack", "arange", "randint", "save", "load"],
];

/** TypeScript's word for what an entry stands for. */
export function kindOf({ kind, symbol }: ts.CompletionEntry, checker: ts.TypeChecker | undefined): string {
  if (kind !== kinds.alias || !symbol || !checker) return kind;
  const { flags } = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  if (flags & ts.SymbolFlags.Class) return kinds.classElement;
  if (flags & ts.SymbolFlags.Function) return kinds.functionElement;
  if (flags & ts.SymbolFlags.Enum) return kinds.enumElement;
  if (flags & ts.SymbolFlags.Variable) return kinds.constElement;
  if (flags & ts.SymbolFlags.Module) return kinds.moduleElement;
  if (flags & ts.SymbolFlags.Interface) return kinds.interfaceElement;
  if (flags & ts.SymbolFlags.TypeAlias) return kinds.typeElement;
  return kind;
}

/** Where an entry stands among those of `import { … } from "bnlab"`: what one uses most, then values, then types. */
export function importOrder(name: string, kind: string): string {
  const place = usual.indexOf(name);
  if (place >= 0) return `0${String(place).padStart(3, "0")}`;
  return kind === kinds.interfaceElement || kind === kinds.typeElement ? "2" : "1";
}

/** Whether a place is between the braces of an import from bnlab. */
export function isInImport(file: ts.SourceFile, at: number): boolean {
  return file.statements.some((statement) => {
    if (!ts.isImportDeclaration(statement)) return false;
    const { moduleSpecifier, importClause } = statement;
    const names = importClause?.namedBindings;
    const isBnlab = ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text === "bnlab";
    return isBnlab && names !== undefined && names.getStart(file) < at && at < names.end;
  });
}
