// What could be imported, remembered between completions: collecting it takes longer than all the rest of one. TypeScript's
// server does the same; the means are not in its public types.
import ts from "typescript";

interface ExportMap {
  clear(): void;
  /** Lets go of an old program's symbols; the names stay. */
  releaseSymbols(): void;
}

const createExportMap = (
  ts as unknown as {
    createCacheableExportInfoMap(host: {
      getCurrentProgram(): ts.Program | undefined;
      getPackageJsonAutoImportProvider(): undefined;
      getGlobalTypingsCacheLocation(): undefined;
    }): ExportMap;
  }
).createCacheableExportInfoMap;

export function rememberExports(
  host: ts.LanguageServiceHost & { getCachedExportInfoMap?(): ExportMap },
  service: ts.LanguageService,
): { refresh(): void } {
  const map = createExportMap({
    getCurrentProgram: () => service.getProgram(),
    getPackageJsonAutoImportProvider: () => undefined,
    getGlobalTypingsCacheLocation: () => undefined,
  });
  host.getCachedExportInfoMap = () => map;
  let files = "";
  let seen: ts.Program | undefined;
  return {
    /** Before each use: a new program has new symbols, and other files other exports. */
    refresh() {
      const program = service.getProgram();
      if (program === seen) return;
      seen = program;
      const present =
        program
          ?.getSourceFiles()
          .map(({ fileName }) => fileName)
          .join() ?? "";
      if (present === files) map.releaseSymbols();
      else map.clear();
      files = present;
    },
  };
}
