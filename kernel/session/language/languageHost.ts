// What TypeScript's language service sees: the cells' modules over the files on disk.
import { statSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { cellOptionsIn } from "../converter/cellOptions";
import { isFixed } from "../converter/typesFolder";
import type { NotebookModules } from "./notebookModules";

export function languageHost(modules: NotebookModules, folder: string): ts.LanguageServiceHost {
  const { sys } = ts;
  const text = (file: string): string | undefined => {
    const module = modules.file(file);
    return module ? module.prefix + module.text : sys.readFile(file);
  };
  const version = (file: string): string => {
    const module = modules.file(file);
    if (module) return String(module.version);
    if (isFixed(file)) return "fixed";
    return String(statSync(file, { throwIfNoEntry: false })?.mtimeMs);
  };
  return {
    getCompilationSettings: () => cellOptionsIn(folder, modules.isLoose),
    getScriptFileNames: () => modules.fileNames(),
    getScriptVersion: version,
    getScriptSnapshot(file) {
      const content = text(file);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: (options) =>
      path.posix.join(
        path.posix.dirname(sys.getExecutingFilePath().replaceAll("\\", "/")),
        ts.getDefaultLibFileName(options),
      ),
    fileExists: (file) => modules.file(file) !== undefined || sys.fileExists(file),
    readFile: text,
    readDirectory: sys.readDirectory,
    directoryExists: sys.directoryExists,
    getDirectories: sys.getDirectories,
    realpath: (file) => (modules.file(file) ? file : (sys.realpath?.(file) ?? file)),
    useCaseSensitiveFileNames: () => sys.useCaseSensitiveFileNames,
  };
}
