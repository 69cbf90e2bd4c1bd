// A plugin of VS Code's TypeScript server: it has nothing to say about the cells of our notebooks.
import type ts from "typescript/lib/tsserverlibrary";

interface Configuration {
  /** The paths of open notebooks that are not ours. A new one is ours until it is named here: what TypeScript has said stays. */
  others?: string[];
}

let configuration: Configuration = {};

/** Cells are files named `^/vscode-notebook-cell/…/path/of/the.ipynb#fragment`. */
function isQuiet(file: string): boolean {
  if (!file.includes("vscode-notebook-cell") || !file.includes(".ipynb#")) return false;
  return !configuration.others?.some((path) => file.includes(`${path}#`));
}

/** What each question is answered with in a quiet cell. */
const nothing: Partial<Record<keyof ts.LanguageService, unknown>> = {
  getSyntacticDiagnostics: [],
  getSemanticDiagnostics: [],
  getSuggestionDiagnostics: [],
  getCompletionsAtPosition: undefined,
  getCompletionEntryDetails: undefined,
  getQuickInfoAtPosition: undefined,
  getSignatureHelpItems: undefined,
  getDefinitionAtPosition: undefined,
  getDefinitionAndBoundSpan: undefined,
  getTypeDefinitionAtPosition: undefined,
  getImplementationAtPosition: undefined,
  getReferencesAtPosition: undefined,
  findReferences: undefined,
  getDocumentHighlights: undefined,
  getEncodedSemanticClassifications: { spans: [], endOfLineState: 0 },
  getRenameInfo: { canRename: false, localizedErrorMessage: "" },
  findRenameLocations: undefined,
  provideInlayHints: [],
  getCodeFixesAtPosition: [],
  getApplicableRefactors: [],
};

/** What reads a file alone; everything else wants it checked among others. */
const alone: ReadonlySet<string> = new Set<keyof ts.LanguageService>([
  "getBraceMatchingAtPosition",
  "getBreakpointStatementAtPosition",
  "getDocCommentTemplateAtPosition",
  "getEncodedSyntacticClassifications",
  "getFormattingEditsAfterKeystroke",
  "getFormattingEditsForDocument",
  "getFormattingEditsForRange",
  "getIndentationAtPosition",
  "getJsxClosingTagAtPosition",
  "getLinkedEditingRangeAtPosition",
  "getNameOrDottedNameSpan",
  "getNavigationBarItems",
  "getNavigationTree",
  "getOutliningSpans",
  "getSmartSelectionRange",
  "getSpanOfEnclosingComment",
  "getSupportedCodeFixes",
  "getSyntacticClassifications",
  "isValidBraceCompletionAtPosition",
  "toLineColumnOffset",
]);

/** What the server has beside what it declares: the next question has the project's files looked at anew. */
interface Project extends ts.server.Project {
  markAsDirty?(): void;
}

/**
 * Keeps quiet cells out of a project's program, which the server builds as they open, with all libraries, and anew with each edit. A
 * question that wants them there brings them in, as they were without this.
 *
 * @returns how to bring them in.
 */
function leaveOut(project: Project): () => void {
  const list = project.getScriptFileNames;
  let areLeftOut = project.markAsDirty !== undefined;
  /** What leaves a program is no file of the project's any more: what has been in it stays. */
  const inside = new Set<string>();
  project.getScriptFileNames = () => {
    const files = list.call(project);
    if (!areLeftOut) return files;
    const kept = files.filter((file) => inside.has(file) || !isQuiet(file));
    for (const file of kept) inside.add(file);
    return kept;
  };
  return () => {
    if (!areLeftOut) return;
    areLeftOut = false;
    project.markAsDirty?.();
  };
}

/** The file that a question is about: its first argument, or named in it. */
const fileOf = (question: unknown) =>
  typeof question === "string" ? question : ((question as { fileName?: string } | null)?.fileName ?? "");

const plugin: ts.server.PluginModuleFactory = () => {
  const projects = new Set<Project>();
  return {
    create({ languageService, config, project }) {
      configuration = { ...configuration, ...(config as Configuration) }; // said before there was a project
      projects.add(project);
      const bringIn = leaveOut(project);
      return new Proxy(languageService, {
        get(service, name, receiver) {
          const method = Reflect.get(service, name, receiver) as unknown;
          if (typeof name !== "string" || typeof method !== "function" || alone.has(name)) return method;
          const isAboutAll = name === "getNavigateToItems";
          return (...question: unknown[]) => {
            if (isAboutAll) bringIn();
            else if (isQuiet(fileOf(question[0]))) {
              if (name in nothing) return nothing[name as keyof ts.LanguageService];
              bringIn();
            }
            return Reflect.apply(method, service, question) as unknown;
          };
        },
      });
    },
    onConfigurationChanged(changed: Configuration) {
      const before = JSON.stringify(configuration);
      configuration = { ...configuration, ...changed };
      if (JSON.stringify(configuration) === before) return;
      for (const project of projects) {
        if (project.isClosed()) projects.delete(project);
        else project.markAsDirty?.(); // cells of others are in its program
      }
    },
  };
};

export = plugin;
