// What tslab's converter imports in place of its TypeScript fork: stock TypeScript, with the few differences it needs.
import ts from "typescript";
import { cellOptions, ignoredInCells, refusedByJavaScript } from "./cellOptions";
import { typesFolder } from "./typesFolder";

/** The rest of what tslab takes from TypeScript, as it is. */
export const {
  CompletionTriggerKind,
  EmitHint,
  FileWatcherEventKind,
  JsxEmit,
  ModuleKind,
  ModuleResolutionKind,
  NewLineKind,
  NodeFlags,
  ScriptKind,
  ScriptTarget,
  SymbolFlags,
  SyntaxKind,
  createPrinter,
  createSourceFile,
  factory,
  getLineAndCharacterOfPosition,
  getPreEmitDiagnostics,
  isClassDeclaration,
  isEnumDeclaration,
  isExportDeclaration,
  isExpressionStatement,
  isFunctionDeclaration,
  isIdentifier,
  isImportDeclaration,
  isInterfaceDeclaration,
  isNamespaceImport,
  isPropertyAccessExpression,
  isTypeAliasDeclaration,
  isVariableStatement,
  sys,
} = ts;

let semantic: ts.Diagnostic[] = [];

/** The type errors of the conversion that has just returned (conversions are synchronous); taken once. */
export function takeTypeErrors(): ts.Diagnostic[] {
  const taken = semantic;
  semantic = [];
  return taken;
}

/** Only what stops a cell: syntax. A type error is a warning, kept aside for `takeTypeErrors`. */
export function getPreEmitDiagnosticsOfFiles(
  program: ts.Program,
  files: readonly ts.SourceFile[],
): ts.Diagnostic[] {
  const cell = files[0]!;
  const syntax = program.getSyntacticDiagnostics(cell);
  if (syntax.length > 0) return [...syntax];
  const found = program.getSemanticDiagnostics(cell);
  const refused = found.filter(({ code }) => refusedByJavaScript.has(code));
  const isError = ({ category, code }: ts.Diagnostic) =>
    category === ts.DiagnosticCategory.Error && !ignoredInCells.has(code);
  semantic = refused.length > 0 ? [] : found.filter(isError);
  return refused;
}

export function getDefaultTypeRoots(): string[] {
  return [`${typesFolder}/@types`];
}

export function getNullTransformationContext(): ts.TransformationContext {
  return (ts as unknown as { nullTransformationContext: ts.TransformationContext }).nullTransformationContext;
}

/**
 * tslab calls this only to write `exports.` before names of earlier cells, which breaks `{ x }` and decorators;
 * emit.ts does that by scope. The file must still be a new node, for tslab goes on to replace its statements.
 */
export function visitEachChild(node: ts.Node): ts.Node {
  if (!ts.isSourceFile(node)) return node;
  return ts.factory.updateSourceFile(node, ts.factory.createNodeArray([...node.statements]));
}

/** tslab's step from ES module to CommonJS, left out: emit.ts makes a cell of the ES module. */
export function transpileModule(input: string): ts.TranspileOutput {
  return { outputText: input };
}

/** tslab's options are those of TypeScript 5.0's days. */
export function createWatchCompilerHost(
  rootFiles: string[],
  options: ts.CompilerOptions,
  system: ts.System,
  createProgram: ts.CreateProgram<ts.EmitAndSemanticDiagnosticsBuilderProgram> | undefined,
  reportDiagnostic: ts.DiagnosticReporter,
  reportWatchStatus: ts.WatchStatusReporter,
): ts.WatchCompilerHostOfFilesAndCompilerOptions<ts.EmitAndSemanticDiagnosticsBuilderProgram> {
  // What ships with the kernel does not change while it runs: two hundred watchers fewer.
  const watchFile = system.watchFile?.bind(system);
  system.watchFile = (file, ...rest) =>
    file.includes("/node_modules/") || file.startsWith(typesFolder) || /\/lib\.[^/]*\.d\.ts$/.test(file)
      ? { close() {} }
      : watchFile!(file, ...rest);
  // tslab can hold one timer at a time, and TypeScript sets a second one when a folder changes.
  system.watchDirectory = () => ({ close() {} });
  const compilerOptions: ts.CompilerOptions = {
    ...options,
    ...cellOptions,
    noImplicitUseStrict: undefined,
    disableTopLevelAwait: undefined,
    inlineSourceMap: true,
  };
  const host = ts.createWatchCompilerHost(
    rootFiles,
    compilerOptions,
    system,
    createProgram ?? ts.createEmitAndSemanticDiagnosticsBuilderProgram,
    reportDiagnostic,
    reportWatchStatus,
  );
  // Looked for anew with every cell: a file or a package that was missing may be there now.
  host.resolveModuleNameLiterals = (literals, importer, redirected, resolved, file) => {
    const find = (literal: ts.StringLiteralLike) => {
      const mode = ts.getModeForUsageLocation(file, literal, resolved);
      return ts.resolveModuleName(literal.text, importer, resolved, host, undefined, redirected, mode);
    };
    return literals.map(find);
  };
  host.hasInvalidatedResolutions = (file) =>
    !file.includes("/node_modules/") && !file.startsWith(typesFolder);
  return host;
}

/** Files that a cell imports are loaded by the runner, so the cell alone is emitted. */
export function createWatchProgram(
  host: ts.WatchCompilerHostOfFilesAndCompilerOptions<ts.EmitAndSemanticDiagnosticsBuilderProgram>,
): ts.WatchOfFilesAndCompilerOptions<ts.EmitAndSemanticDiagnosticsBuilderProgram> {
  const created = host.afterProgramCreate;
  host.afterProgramCreate = (program) => {
    const alone = Object.create(program) as ts.EmitAndSemanticDiagnosticsBuilderProgram;
    alone.getAllDependencies = (file: ts.SourceFile) => [file.fileName];
    created?.call(host, alone);
  };
  return ts.createWatchProgram(host);
}
