// What tslab's converter imports in place of its TypeScript fork: stock TypeScript, with the few differences it needs.
import ts from "typescript";
import { cellOptionsFor, ignoredInCells, refusedByJavaScript, typeRootOf } from "./cellOptions";
import { type CodeHost, isFixed } from "./codeHost";
import { namesToldOf, narrowedIn } from "./narrowing";
import { namesIn, parseBound } from "./scopes";
import { withTensorMistakes } from "./tensorMistakes";

/** The rest of what tslab takes from TypeScript, as it is. */
export {
  CompletionTriggerKind,
  createPrinter,
  createSourceFile,
  EmitHint,
  FileWatcherEventKind,
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
  JsxEmit,
  ModuleKind,
  ModuleResolutionKind,
  NewLineKind,
  NodeFlags,
  ScriptKind,
  ScriptTarget,
  SymbolFlags,
  SyntaxKind,
} from "typescript";

/** Where the converter runs that is at work; conversions are synchronous. */
let here: CodeHost;

/** How the conversion at work checks. */
let isLoose = false;

/** Called before tslab is: when it starts, and for each cell. */
export function prepare(host: CodeHost, loose: boolean): void {
  here = host;
  isLoose = loose;
}

/** What tslab looks at files with. */
export const sys = {
  newLine: "\n",
  useCaseSensitiveFileNames: true,
  getCurrentDirectory: () => here.folder,
  readFile: (file: string) => here.files.readFile(file),
  fileExists: (file: string) => here.files.fileExists(file),
  directoryExists: (folder: string) => here.files.directoryExists(folder),
};

let semantic: ts.Diagnostic[] = [];

let narrowed = new Map<string, string>();

/** The constants that the cell just converted has told more of than their declarations, with their types. */
export function takeNarrowed(): ReadonlyMap<string, string> {
  const taken = narrowed;
  narrowed = new Map();
  return taken;
}

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
  const found = withTensorMistakes(program.getSemanticDiagnostics(cell), program, cell, here);
  const refused = found.filter(({ code }) => refusedByJavaScript.has(code));
  const isError = ({ category, code }: ts.Diagnostic) =>
    category === ts.DiagnosticCategory.Error && !ignoredInCells.has(code);
  semantic = refused.length > 0 ? [] : found.filter(isError);
  return refused;
}

export function getDefaultTypeRoots(): string[] {
  return [typeRootOf(here.typesFolder)];
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

/** What tslab asks for when it starts: its files, options of TypeScript 5.0's days, and its view of the disk. */
interface Watched {
  rootFiles: string[];
  options: ts.CompilerOptions;
  system: ts.System;
  /** Set by tslab. */
  afterProgramCreate?(program: Built): void;
}

/** All that tslab wants of a program. */
type Built = Pick<ts.Program, "getSourceFile" | "emit"> & {
  getProgram(): ts.Program;
  getAllDependencies(file: ts.SourceFile): string[];
};

export function createWatchCompilerHost(
  rootFiles: string[],
  options: ts.CompilerOptions,
  system: ts.System,
): Watched {
  const own = { noImplicitUseStrict: undefined, disableTopLevelAwait: undefined, inlineSourceMap: true };
  return { rootFiles, options: { ...options, ...own } as ts.CompilerOptions, system };
}

/** In place of TypeScript's watching, which looks at far more than a cell: tslab says when its two files have changed. */
export function createWatchProgram(watched: Watched): { close(): void } {
  const { rootFiles, system } = watched;
  let cellOptions: ts.CompilerOptions | undefined;
  let options = watched.options;
  let host: ts.CompilerHost;
  const cell = rootFiles.find((file) => !file.endsWith(".d.ts"))!;
  let program: ts.Program | undefined;
  let timer: unknown;
  const rebuild = () => {
    timer = undefined;
    const unexported = withoutItsExports(system.readFile(cell)!, cell);
    if (unexported) {
      watched.afterProgramCreate?.({ getSourceFile: () => unexported } as unknown as Built);
      return;
    }
    const wanted = cellOptionsFor(here, isLoose);
    if (wanted !== cellOptions) {
      cellOptions = wanted;
      options = { ...watched.options, ...wanted };
      host = cellHost(here, rootFiles, system); // what was looked up may lead elsewhere
      program = undefined;
    }
    program = ts.createProgram(rootFiles, options, host, program);
    const { getSourceFile } = program;
    const built = program;
    const told = toldIn(getSourceFile(cell)!);
    const emit: ts.Program["emit"] = (file, write, token, only, transformers) => {
      if (told) narrowed = narrowedIn(told, built.getTypeChecker());
      return built.emit(file, write, token, only, { ...transformers, before: told && [without(told)] });
    };
    watched.afterProgramCreate?.({
      getSourceFile,
      emit,
      getProgram: () => built,
      getAllDependencies: ({ fileName }) => [fileName], // the runner loads what a cell imports
    });
  };
  for (const file of rootFiles) {
    system.watchFile!(file, () => {
      if (timer !== undefined) system.clearTimeout!(timer);
      timer = system.setTimeout!(rebuild, 0);
    });
  }
  rebuild();
  return { close() {} };
}

/** What was added to the cell of this conversion. */
let added = "";

/** At a cell's end, those names that it tells of: there their types are what it told. */
function withTold(text: string): string {
  const end = text.search(/\nexport \{[^}]*\}$/);
  const own = end < 0 ? text : text.slice(0, end);
  const names = namesToldOf(own);
  added = names.length === 0 ? "" : `\n{${names.map((name) => ` ${name};`).join("")} }`;
  return `${own}${added}${added && end >= 0 ? text.slice(end + 1) : text.slice(own.length)}`;
}

function toldIn({ statements }: ts.SourceFile): ts.Block | undefined {
  return added === "" ? undefined : statements.findLast(ts.isBlock);
}

function without(statement: ts.Statement): ts.TransformerFactory<ts.SourceFile> {
  return () => (file) =>
    ts.factory.updateSourceFile(
      file,
      file.statements.filter((other) => other !== statement),
    );
}

/**
 * tslab converts a cell that declares something twice: to learn its names, and with an `export` of all of them at its end.
 * For the first it needs the names, and no types; as one writes them, not as TypeScript keeps them (`___x` for `__x`).
 */
function withoutItsExports(text: string, fileName: string): { locals: Map<string, undefined> } | undefined {
  const names = [...namesIn(parseBound(text, fileName))];
  if (names.length === 0 || text.endsWith(`\nexport {${names.join(", ")}}`)) return undefined;
  return { locals: new Map(names.map((name) => [name, undefined])) };
}

/** The files of a program, and what its imports mean: read and looked up once where they ship with the kernel or a package. */
function cellHost(code: CodeHost, rootFiles: readonly string[], system: ts.System): ts.CompilerHost {
  const { libFolder } = code;
  const { realpath, getDirectories, readDirectory } = code.files;
  const readFile = (name: string): string | undefined => {
    const text = system.readFile(name);
    return text !== undefined && rootFiles.includes(name) && !name.endsWith(".d.ts") ? withTold(text) : text;
  };
  const files = new Map<string, ts.SourceFile>();
  const getSourceFile: ts.CompilerHost["getSourceFile"] = (name, options) => {
    const known = files.get(name);
    if (known && (isFixed(name, code) || known.text === system.readFile(name))) return known;
    const text = readFile(name);
    if (text === undefined) return undefined;
    const file = ts.createSourceFile(name, text, options);
    if (!rootFiles.includes(name)) files.set(name, file); // tslab takes declarations out of its two files
    return file;
  };
  const resolved = new Map<string, ts.ResolvedModuleWithFailedLookupLocations>();
  const lacking = new Set<string>();
  const host: ts.CompilerHost = {
    getCurrentDirectory: () => code.folder,
    getDefaultLibLocation: () => libFolder,
    getDefaultLibFileName: (options) => `${libFolder}/${ts.getDefaultLibFileName(options)}`,
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    fileExists: system.fileExists,
    directoryExists: system.directoryExists,
    readFile,
    realpath,
    getDirectories,
    readDirectory,
    writeFile() {}, // whoever has a file emitted says where to
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone, // a third of the time; hovers are the language service's
    getSourceFile,
    resolveModuleNameLiterals(literals, importer, redirected, options, file) {
      lacking.delete(importer);
      return literals.map((literal) => {
        const isBuiltin = code.isBuiltin(literal.text);
        if (isBuiltin && isFixed(importer, code)) return { resolvedModule: undefined }; // declared, not a file
        const mode = ts.getModeForUsageLocation(file, literal, options);
        const key = isFixed(importer, code) ? `${mode} ${literal.text} ${importer}` : "";
        const found =
          resolved.get(key) ??
          ts.resolveModuleName(literal.text, importer, options, host, undefined, redirected, mode);
        if (key) resolved.set(key, found);
        else if (!found.resolvedModule && !isBuiltin) lacking.add(importer);
        return found;
      });
    },
    // A file or a package that was missing may be there with the next cell.
    hasInvalidatedResolutions: (file) => lacking.has(file),
  };
  return host;
}
