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

const plugin: ts.server.PluginModuleFactory = () => ({
  create({ languageService, config }) {
    configuration = { ...configuration, ...(config as Configuration) }; // said before there was a project
    return new Proxy(languageService, {
      get(service, name, receiver) {
        const method = Reflect.get(service, name, receiver) as unknown;
        if (!(name in nothing) || typeof method !== "function") return method;
        return (file: string, ...rest: unknown[]) =>
          isQuiet(file)
            ? nothing[name as keyof ts.LanguageService]
            : Reflect.apply(method, service, [file, ...rest]);
      },
    });
  },
  onConfigurationChanged(changed: Configuration) {
    configuration = { ...configuration, ...changed };
  },
});

export = plugin;
