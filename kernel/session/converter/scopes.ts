// The parser's view of names: which scope declares what. TypeScript's public types leave it out.
import ts from "typescript";

const bindSourceFile = (
  ts as unknown as { bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void }
).bindSourceFile;

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

/** What a node's own scope declares; the names as TypeScript keeps them, `___x` for `__x`. */
function localsOf(node: ts.Node): ReadonlyMap<ts.__String, ts.Symbol> | undefined {
  return (node as ts.Node & { locals?: ReadonlyMap<ts.__String, ts.Symbol> }).locals;
}

/** What a file declares at its top. */
export function symbolsIn(file: ts.SourceFile): Map<string, ts.Symbol> {
  const found = [...(localsOf(file) ?? [])];
  return new Map(found.map(([name, symbol]) => [ts.unescapeLeadingUnderscores(name), symbol]));
}

export function namesIn(file: ts.SourceFile): Set<string> {
  return new Set(symbolsIn(file).keys());
}

/** What a module says it exports, by `export` of its own. */
export function exportsIn(file: ts.SourceFile): Set<string> {
  const { symbol } = file as ts.Node as { symbol?: ts.Symbol };
  return new Set([...(symbol?.exports?.keys() ?? [])].map(ts.unescapeLeadingUnderscores));
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
  const name = node.escapedText;
  for (let scope = node.parent; !ts.isSourceFile(scope); scope = scope.parent) {
    if (localsOf(scope)?.has(name)) return true;
    if ((ts.isFunctionExpression(scope) || ts.isClassLike(scope)) && scope.name?.escapedText === name)
      return true;
  }
  return false;
}

/** Whether `this` is that of a function or class around it. */
export function hasOwnThis(node: ts.Node): boolean {
  for (let scope = node.parent; !ts.isSourceFile(scope); scope = scope.parent) {
    if (ts.isFunctionLike(scope) && !ts.isArrowFunction(scope)) return true;
    if (ts.isPropertyDeclaration(scope) || ts.isClassStaticBlockDeclaration(scope)) return true;
  }
  return false;
}
