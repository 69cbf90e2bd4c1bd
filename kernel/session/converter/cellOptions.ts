// What cells are compiled and checked with, by the converter and the language service alike.
import ts from "typescript";
import type { CodeHost } from "./codeHost";
import { engineLibs } from "./engineLibs";

/** What every cell finds without an import, of bnlab's. */
export const cellGlobals = ["display", "clearOutput"];

const cellOptions: ts.CompilerOptions = {
  module: ts.ModuleKind.Preserve, // `import x = require("x")` is no mistake
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  target: ts.ScriptTarget.ES2024,
  lib: engineLibs,
  strict: true,
  useUnknownInCatchVariables: false, // `catch (e) { e.message }` is how everybody writes it
  allowJs: true,
  checkJs: false,
  esModuleInterop: true,
  experimentalDecorators: false,
  resolveJsonModule: true,
  skipLibCheck: true,
};

/** Where the declarations lie that ship with the kernel. */
function shipped({ typesFolder, globals }: CodeHost): ts.CompilerOptions {
  return {
    types: [globals],
    typeRoots: [typeRootOf(typesFolder)],
    paths: {
      bnlab: [`${typesFolder}/bnlab/cell/bnlab.d.ts`],
      tslab: [`${typesFolder}/bnlab/session/tslab.d.ts`],
      "undici-types": [`${typesFolder}/undici-types`],
    },
  };
}

export const typeRootOf = (typesFolder: string): string => `${typesFolder}/@types`;

const made = new WeakMap<ts.CompilerOptions, Record<"strict" | "loose", ts.CompilerOptions>>();

/**
 * The same object as long as the project says the same.
 * @param isLoose whether the cells were written for a kernel that checks less, unless the project says how strict to be.
 */
export function cellOptionsFor(host: CodeHost, isLoose: boolean): ts.CompilerOptions {
  const { options } = host.project();
  let both = made.get(options);
  if (!both) {
    const { strict, useUnknownInCatchVariables = strict } = options;
    const asked = useUnknownInCatchVariables === undefined ? {} : { useUnknownInCatchVariables };
    const own = shipped(host);
    const paths = { ...options.paths, ...own.paths };
    const all = { ...cellOptions, ...options, ...asked, ...own, paths };
    both = { strict: all, loose: { ...all, strict: strict ?? false } };
    made.set(options, both);
  }
  return isLoose ? both.loose : both.strict;
}

/** Mistakes that JavaScript itself refuses, so that running the cell would only hide what is wrong. */
export const refusedByJavaScript: ReadonlySet<number> = new Set([
  2451, // Cannot redeclare block-scoped variable
  2588, // Cannot assign to a constant
]);

/** What TypeScript says of cells that is no mistake of the reader's. */
export const ignoredInCells: ReadonlySet<number> = new Set([
  6059, // A file is not under `rootDir`, which is an option of tslab's
  7005, // Implicitly any, and
  7034, // the same at the declaration: `const losses = []` that a later cell fills
  7016, // No declaration file: a package without types is still a package
]);
