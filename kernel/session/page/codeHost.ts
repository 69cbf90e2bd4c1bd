// A page lends the converter and the language service files in memory, and refuses in words what it cannot import.
import type ts from "typescript";
import { isNodes, refusalInPage } from "../cells/refusedModules";
import { builtinModules } from "../converter/builtinModules";
import type { CodeHost, Project } from "../converter/codeHost";

export interface PageCode {
  /** Path → text: TypeScript's libraries below `/lib`, the declarations that ship with the kernel below `/types`. */
  readonly files: Readonly<Record<string, string>>;
  /** What the project says that the notebook comes from. */
  readonly options?: ts.CompilerOptions;
}

/** Where the cells of a page seem to lie. */
const folder = "/notebook";

export function pageCodeHost({ files, options = {} }: PageCode): CodeHost {
  const folders = foldersOf(Object.keys(files));
  const project: Project = { options };
  return {
    folder,
    typesFolder: "/types",
    libFolder: "/lib",
    globals: "page",
    engine: "this browser",
    files: {
      useCaseSensitiveFileNames: true,
      readFile: (file) => (Object.hasOwn(files, file) ? files[file] : undefined),
      fileExists: (file) => Object.hasOwn(files, file),
      directoryExists: (name) => name === folder || folders.has(name),
      getDirectories: (name) => [...(folders.get(name) ?? [])],
      readDirectory: () => [], // a cell imports no file: none is to be proposed
      realpath: (file) => file,
      version: () => "fixed",
    },
    isBuiltin: isNodes,
    refusal: (specifier) => (builtinModules.includes(specifier) ? undefined : refusalInPage(specifier)),
    project: () => project,
    yields: true,
    semicolonHides: () => false,
  };
}

/** Each folder with the names of the folders in it. */
function foldersOf(files: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const folders = new Map<string, Set<string>>([["", new Set()]]);
  for (const file of files) {
    let parent = "";
    for (const name of file.split("/").slice(1, -1)) {
      folders.get(parent)!.add(name);
      parent += `/${name}`;
      if (!folders.has(parent)) folders.set(parent, new Set());
    }
  }
  return folders;
}
