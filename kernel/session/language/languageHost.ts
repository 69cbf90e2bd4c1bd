// What TypeScript's language service sees: the cells' modules over the files on disk.
import ts from "typescript";
import { cellOptionsFor } from "../converter/cellOptions";
import { type CodeHost, isFixed } from "../converter/codeHost";
import type { NotebookModules } from "./notebookModules";

export function languageHost(modules: NotebookModules, host: CodeHost): ts.LanguageServiceHost {
  const { files, folder, libFolder } = host;
  const text = (file: string): string | undefined => {
    const module = modules.file(file);
    return module ? module.prefix + module.text : files.readFile(file);
  };
  const version = (file: string): string => {
    const module = modules.file(file);
    if (module) return String(module.version);
    return isFixed(file, host) ? "fixed" : files.version(file);
  };
  return {
    getCompilationSettings: () => cellOptionsFor(host, modules.isLoose),
    getScriptFileNames: () => modules.fileNames(),
    getScriptVersion: version,
    getScriptSnapshot(file) {
      const content = text(file);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: (options) => `${libFolder}/${ts.getDefaultLibFileName(options)}`,
    fileExists: (file) => modules.file(file) !== undefined || files.fileExists(file),
    readFile: text,
    readDirectory: files.readDirectory,
    directoryExists: files.directoryExists,
    getDirectories: files.getDirectories,
    realpath: (file) => (modules.file(file) ? file : (files.realpath?.(file) ?? file)),
    useCaseSensitiveFileNames: () => files.useCaseSensitiveFileNames,
  };
}
