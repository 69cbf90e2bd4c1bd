// Answers about a notebook's code: one TypeScript language service, whose files are the cells.
import ts from "typescript";
import type {
  CellReference,
  CellSpan,
  CompletionDetails,
  CompletionItem,
  Definition,
  Json,
  LanguageAnswer,
  LanguageQuestions,
  LanguageRequest,
  QuickInfo,
  SemanticToken,
} from "../../protocol";
import type { CodeHost } from "../converter/codeHost";
import { isReference, isShadowed } from "../converter/scopes";
import type { Value } from "../shapes";
import { cellDiagnostics } from "./cellDiagnostics";
import { allFixes, codeFixes, type FixContext, organizedImports, toCellEdit } from "./codeFixes";
import { importOrder, isInImport, kindOf } from "./entryKinds";
import { rememberExports } from "./exportMemory";
import { languageHost } from "./languageHost";
import { documentationOf, signatureOf } from "./markdown";
import { type CellModule, NotebookModules } from "./notebookModules";
import { semanticTokens } from "./semanticTokens";
import { ShapeMistakes } from "./shapeMistakes";
import { signatureHelp } from "./signatures";

const preferences: ts.UserPreferences = {
  includeCompletionsForModuleExports: true,
  includeCompletionsForImportStatements: true,
  includeCompletionsWithInsertText: true,
  includeAutomaticOptionalChainCompletions: true,
  includePackageJsonAutoImports: "off",
  quotePreference: "double",
};

const format = ts.getDefaultFormatCodeSettings("\n");

type Handlers = {
  [Q in keyof LanguageQuestions]: (
    module: CellModule,
    about: LanguageQuestions[Q]["about"],
  ) => LanguageQuestions[Q]["answer"];
};

export class NotebookLanguage {
  readonly #host: CodeHost;
  readonly #modules: NotebookModules;
  readonly #service: ts.LanguageService;
  readonly #exports: { refresh(): void };
  readonly #shapes: ShapeMistakes;
  readonly #preferences: ts.UserPreferences;

  constructor(host: CodeHost) {
    this.#host = host;
    this.#modules = new NotebookModules(host.folder);
    // Names of other cells are in scope where they may be: there is nothing to import.
    this.#preferences = { ...preferences, autoImportFileExcludePatterns: [this.#modules.pattern] };
    const files = languageHost(this.#modules, host);
    this.#service = ts.createLanguageService(files, ts.createDocumentRegistry());
    this.#exports = rememberExports(files, this.#service);
    this.#shapes = new ShapeMistakes(this.#service, this.#modules, host);
  }

  answer({ question, cells, about }: LanguageRequest): LanguageAnswer {
    this.#modules.setCells(cells);
    const module = this.#modules.cell(about.cell);
    if (!module) throw new RangeError(`${question}: expected one of the cells, got the id ${about.cell}`);
    const handle = this.#handlers[question] as (module: CellModule, about: object) => LanguageAnswer;
    return handle(module, about);
  }

  addRun(text: string): void {
    this.#modules.addRun(text);
  }

  retract(names: string[]): void {
    this.#modules.retract(names);
  }

  know(values: Readonly<Record<string, Value>>): void {
    this.#shapes.know(values);
  }

  forgetRuns(): void {
    this.#modules.forgetRuns();
    this.#shapes.know({});
  }

  readonly #handlers: Handlers = {
    completions: (module, { position, trigger }) => this.#completions(module, position, trigger),
    completionDetails: (module, { position, label, data }) =>
      this.#completionDetails(module, position, label, data),
    quickInfo: (module, { position }) => this.#quickInfo(module, position),
    signatureHelp: ({ fileName, prefix }, { position }) =>
      signatureHelp(this.#service, fileName, prefix.length + position),
    fixes: (module, about) => codeFixes(module, about, this.#fixContext()),
    fixAll: (module) => allFixes(module, this.#fixContext()),
    organizeImports: (module) => organizedImports(module, this.#fixContext()),
    diagnostics: (module) => [
      ...cellDiagnostics(this.#service, module, this.#host),
      ...this.#shapes.in(module),
    ],
    definitions: (module, { position }) => this.#definitions(module, position),
    references: (module, { position }) => this.#references(module, position),
    rename: (module, { position }) => this.#rename(module, position),
    semanticTokens: (module): SemanticToken[] => semanticTokens(this.#service, module),
  };

  #completions(module: CellModule, position: number, trigger: string | undefined): CompletionItem[] {
    const at = module.prefix.length + position;
    this.#exports.refresh();
    const asked = { ...this.#preferences, includeSymbol: true };
    const found = this.#service.getCompletionsAtPosition(module.fileName, at, asked, format);
    const program = this.#service.getProgram();
    const file = program?.getSourceFile(module.fileName);
    const checker = program?.getTypeChecker();
    const isImport = file !== undefined && isInImport(file, at);
    // Where nobody asked a list would be in the way, but for the members that an object can have.
    if (trigger !== undefined && !isImport && !found?.isMemberCompletion) return [];
    const isWanted = wantedIn(this.#host);
    return (found?.entries ?? []).filter(isWanted).map((entry) => {
      const declared =
        entry.kind === ts.ScriptElementKind.alias
          ? module.origins.get(entry.name)?.module.names.declares.get(entry.name)?.kind
          : undefined;
      const kind =
        declared === undefined || declared === ts.ScriptElementKind.alias ? kindOf(entry, checker) : declared;
      const replaced = entry.replacementSpan ?? found?.optionalReplacementSpan;
      const { source } = entry;
      const order = isImport ? importOrder(entry.name, kind) : entry.sortText;
      return {
        label: entry.name,
        kind,
        sortText: source === "bnlab" ? `${order}!` : source ? `${order}~` : order,
        insertText: entry.insertText,
        filterText: entry.filterText,
        replaced: replaced && { start: replaced.start - module.prefix.length, length: replaced.length },
        importedFrom: source,
        deprecated: entry.kindModifiers?.includes("deprecated") || undefined,
        data: (source === undefined ? undefined : { source, data: entry.data }) as Json | undefined,
      };
    });
  }

  #completionDetails(
    module: CellModule,
    position: number,
    label: string,
    data: Json | undefined,
  ): CompletionDetails | null {
    const { source, data: entryData } = (data ?? {}) as { source?: string; data?: ts.CompletionEntryData };
    const at = module.prefix.length + position;
    const { fileName } = module;
    const details = this.#service.getCompletionEntryDetails(
      fileName,
      at,
      label,
      format,
      source,
      this.#preferences,
      entryData,
    );
    if (!details) return null;
    const changes = (details.codeActions ?? []).flatMap((action) => action.changes);
    const edits = changes
      .filter((change) => change.fileName === fileName)
      .flatMap((change) => change.textChanges);
    return {
      signature: signatureOf(details.displayParts),
      documentation: documentationOf(details.documentation, details.tags),
      edits: edits.map((edit) => toCellEdit(edit, module.prefix.length)),
    };
  }

  #quickInfo(module: CellModule, position: number): QuickInfo | null {
    const at = module.prefix.length + position;
    const info = this.#service.getQuickInfoAtPosition(module.fileName, at);
    if (!info) return null;
    const variable = this.#variableAt(module, at);
    // What is written about a variable of another cell stands there.
    const [origin] = variable === undefined ? [] : this.#placesOf(module, variable);
    const kind =
      variable === undefined
        ? undefined
        : module.origins.get(variable)?.module.names.declares.get(variable)?.kind;
    const signature = signatureOf(info.displayParts);
    const { documentation, tags } = (origin && this.#service.getQuickInfoAtPosition(...origin)) ?? info;
    return {
      span: { start: info.textSpan.start - module.prefix.length, length: info.textSpan.length },
      // TypeScript leaves the word out where it takes the name for an import.
      signature: kind === "function" && !/^function\b/.test(signature) ? `function ${signature}` : signature,
      documentation: documentationOf(documentation, tags),
      variable,
    };
  }

  /** The name of the notebook's variable or type that stands at a place, if it is not one of an inner scope. */
  #variableAt({ fileName, prefix, names, origins }: CellModule, at: number): string | undefined {
    const file = this.#service.getProgram()?.getSourceFile(fileName);
    const node = file && identifierAt(file, at);
    if (!node) return undefined;
    const declared = names.declares.get(node.text);
    if (declared && declared.start + prefix.length === node.getStart()) return node.text;
    const isKnown = declared !== undefined || origins.has(node.text);
    return isKnown && isReference(node) && !isShadowed(node) ? node.text : undefined;
  }

  /** Where a variable of the notebook stands in the modules of its cells: first where it is declared, then where it is imported. */
  #placesOf(module: CellModule, name: string): [fileName: string, at: number][] {
    const from = module.names.declares.has(name) ? module : module.origins.get(name)?.module;
    const declared = from?.names.declares.get(name);
    if (!from || !declared) return [];
    const imports = this.#modules
      .all()
      .map((other): [CellModule, { module: CellModule; at: number } | undefined] => [
        other,
        other.origins.get(name),
      ])
      .flatMap(([other, origin]): [string, number][] =>
        origin?.module === from ? [[other.fileName, origin.at]] : [],
      );
    return [[from.fileName, from.prefix.length + declared.start], ...imports];
  }

  #fixContext(): FixContext {
    this.#exports.refresh();
    const modules = this.#modules;
    return { service: this.#service, modules, host: this.#host, format, preferences: this.#preferences };
  }

  #definitions(module: CellModule, position: number): Definition[] {
    const at = module.prefix.length + position;
    const variable = this.#variableAt(module, at);
    const [place = [module.fileName, at] as const] =
      variable === undefined ? [] : this.#placesOf(module, variable);
    const found = this.#service.getDefinitionAtPosition(...place) ?? [];
    return found.flatMap(({ fileName, textSpan }): Definition[] => {
      const defined = this.#modules.file(fileName);
      if (!defined) {
        const { line, character } = this.#service.toLineColumnOffset!(fileName, textSpan.start);
        return [{ file: fileName, line, character, ...textSpan }];
      }
      const span = toCell(defined, textSpan);
      return span ? [span] : [];
    });
  }

  #references(module: CellModule, position: number): CellReference[] {
    return this.#everywhere(module, position, (fileName, at) => {
      const found = this.#service.findReferences(fileName, at) ?? [];
      return found.flatMap(({ references }) => references);
    }).map(({ span, found }) => ({ ...span, isWrite: found.isWriteAccess }));
  }

  #rename(module: CellModule, position: number): LanguageQuestions["rename"]["answer"] {
    const { fileName, prefix } = module;
    const info = this.#service.getRenameInfo(fileName, prefix.length + position, {});
    if (!info.canRename) return null;
    // `{ lr }` becomes `{ lr: rate }`, and an import `mean as average`: only the notebook's own text changes.
    const options = { providePrefixAndSuffixTextForRename: true };
    let isForeign = false;
    const places = this.#everywhere(module, position, (file, at) => {
      const found = this.#service.findRenameLocations(file, at, false, false, options) ?? [];
      isForeign ||= found.some((place) => !this.#modules.file(place.fileName));
      return found;
    }).map(({ span, found }) => ({ ...span, before: found.prefixText, after: found.suffixText }));
    const { start, length } = info.triggerSpan;
    return isForeign ? null : { span: { start: start - prefix.length, length }, places };
  }

  /** What TypeScript finds for a name in all cells: module by module, for to TypeScript each imports a name of its own. */
  #everywhere<Found extends ts.DocumentSpan>(
    module: CellModule,
    position: number,
    find: (fileName: string, at: number) => readonly Found[],
  ): { span: CellSpan; found: Found }[] {
    const at = module.prefix.length + position;
    const variable = this.#variableAt(module, at);
    const places = variable === undefined ? [] : this.#placesOf(module, variable);
    const spans = new Map<string, { span: CellSpan; found: Found }>();
    for (const place of places.length > 0 ? places : [[module.fileName, at] as const]) {
      for (const found of find(...place)) {
        const file = this.#modules.file(found.fileName);
        const span = file && toCell(file, found.textSpan);
        if (span) spans.set(`${span.cell}:${span.start}`, { span, found });
      }
    }
    return [...spans.values()];
  }
}

/** Undefined for what stands in no cell of the editor's, or before its text. */
function toCell({ id, prefix }: CellModule, { start, length }: ts.TextSpan): CellSpan | undefined {
  return id === undefined || start < prefix.length
    ? undefined
    : { cell: id, start: start - prefix.length, length };
}

/** Also the one that ends at the place, where a cursor stands behind a name. */
function identifierAt(file: ts.SourceFile, at: number): ts.Identifier | undefined {
  const search = (node: ts.Node): ts.Identifier | undefined => {
    if (at < node.getStart(file) || at > node.end) return undefined;
    return ts.isIdentifier(node) ? node : ts.forEachChild(node, search);
  };
  return search(file);
}

/** Not what stands behind bnlab's front door, and a module of Node's under one of its two names only. */
function wantedIn({ typesFolder, isBuiltin }: CodeHost): (entry: ts.CompletionEntry) => boolean {
  return ({ name, source, data }) => {
    if (name.startsWith("__")) return false;
    if (source === undefined) return true;
    const isInside = data?.fileName?.startsWith(`${typesFolder}/`) && source !== "bnlab";
    return !isInside && (source.startsWith("node:") || !isBuiltin(source));
  };
}
