// What the converter and the language service have of where they run: Node's disk, or files in the memory of a page.
import type ts from "typescript";

/** Paths have forward slashes. */
export interface CodeHost {
  /** The notebook's: cells seem to lie there, and what they import is looked for from there. */
  readonly folder: string;
  /** Holds `bnlab/` and `@types/`: the declarations that cells are checked against. */
  readonly typesFolder: string;
  /** Holds TypeScript's own `lib.*.d.ts`. */
  readonly libFolder: string;
  /** The package below `@types/` that declares what every cell finds without an import. */
  readonly globals: string;
  /** What runs the cells, as it is named to readers: `Node 24.1.0`. */
  readonly engine: string;
  readonly files: CodeFiles;
  /** Whether a module is part of Node, which has declarations and no file. */
  isBuiltin(specifier: string): boolean;
  /** Why a cell cannot import a module here, in words; undefined for what it can, or may find. */
  refusal?(specifier: string): string | undefined;
  /** What the project around the notebook says of how to check and compile. */
  project(): Project;
  /** Whether messages reach the cells only where their code lets them through: loops of asynchronous code do then. */
  readonly yields?: boolean;
  /** Whether a semicolon after the last expression hides its value, as in IPython. Elsewhere formatters put one there. */
  semicolonHides(): boolean;
}

/** What TypeScript asks of a file system. */
export interface CodeFiles
  extends Pick<
    ts.System,
    "readFile" | "fileExists" | "directoryExists" | "getDirectories" | "readDirectory" | "realpath"
  > {
  readonly useCaseSensitiveFileNames: boolean;
  /** A text that is another one when the file has changed. */
  version(file: string): string;
}

export interface Project {
  /** The options that hold: how strictly to check, how to compile, where imports lead. */
  readonly options: ts.CompilerOptions;
  /** What is wrong with the project's file, in words; then nothing of it holds that TypeScript could not read. */
  readonly mistake?: string;
}

/** Packages, TypeScript's own libraries and bnlab's types stay as they are while a session lives. */
export function isFixed(file: string, { typesFolder }: CodeHost): boolean {
  return file.includes("/node_modules/") || file.startsWith(typesFolder) || /\/lib\.[^/]*\.d\.ts$/.test(file);
}
