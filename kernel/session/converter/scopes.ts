// The parser's view of names: which scope declares what. TypeScript's public types leave it out.
import ts from "typescript";

const { bindSourceFile } = ts as unknown as {
  bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void;
};

/** A text with its scopes. */
export function parseBound(text: string, fileName = "cell.ts"): ts.SourceFile {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.ESNext, true);
  bindSourceFile(file, {});
  return file;
}

/** What the parser could make no sense of. */
export function syntaxErrorsOf(file: ts.SourceFile): readonly ts.DiagnosticWithLocation[] {
  return (file as ts.SourceFile & { parseDiagnostics: ts.DiagnosticWithLocation[] }).parseDiagnostics;
}

/** The names that a node's own scope declares. */
export function localsOf(node: ts.Node): ReadonlyMap<string, ts.Symbol> | undefined {
  return (node as ts.Node & { locals?: ReadonlyMap<string, ts.Symbol> }).locals;
}

/** What a module says it exports, by `export` of its own. */
export function exportsOf(file: ts.SourceFile): ReadonlyMap<string, ts.Symbol> | undefined {
  return (file as ts.Node as { symbol?: ts.Symbol }).symbol?.exports as
    | ReadonlyMap<string, ts.Symbol>
    | undefined;
}

/** Whether an identifier stands for a variable or type, rather than being a property's, a label's or a declaration's name. */
export function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isMetaProperty(parent)) return parent.name !== node;
  if (ts.isQualifiedName(parent)) return parent.right !== node;
  if (ts.isBindingElement(parent) || ts.isImportSpecifier(parent)) return parent.propertyName !== node;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false;
  if (
    ts.isPropertyAssignment(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isEnumMember(parent) ||
    ts.isAccessor(parent) ||
    ts.isFunctionLike(parent) ||
    ts.isClassLike(parent) ||
    ts.isParameter(parent)
  ) {
    return parent.name !== node;
  }
  return true;
}

/** Whether a scope between an identifier and its file declares the name. */
export function isShadowed(node: ts.Identifier): boolean {
  const name = node.text;
  for (let scope = node.parent; !ts.isSourceFile(scope); scope = scope.parent) {
    if (localsOf(scope)?.has(name)) return true;
    if ((ts.isFunctionExpression(scope) || ts.isClassLike(scope)) && scope.name?.text === name) return true;
  }
  return false;
}
