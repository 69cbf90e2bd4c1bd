// What cells are compiled and checked with, by the converter and the language service alike.
import ts from "typescript";
import { typesFolder } from "./typesFolder";

/** What every cell finds without an import, of bnlab's. */
export const cellGlobals = ["display", "clearOutput"];

export const cellOptions: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  target: ts.ScriptTarget.ES2024,
  lib: ["lib.es2024.d.ts", "lib.esnext.disposable.d.ts", "lib.esnext.iterator.d.ts"],
  types: ["node"],
  typeRoots: [`${typesFolder}/@types`],
  paths: {
    bnlab: [`${typesFolder}/bnlab/cell/bnlab.d.ts`],
    tslab: [`${typesFolder}/bnlab/session/tslab.d.ts`],
    "undici-types": [`${typesFolder}/undici-types`],
  },
  strict: true,
  allowJs: true,
  checkJs: false,
  esModuleInterop: true,
  experimentalDecorators: false,
  resolveJsonModule: true,
  skipLibCheck: true,
};

/** Mistakes that JavaScript itself refuses, so that running the cell would only hide what is wrong. */
export const refusedByJavaScript: ReadonlySet<number> = new Set([
  1202, // Import assignment (`import x = require("x")`) in an ES module
  2451, // Cannot redeclare block-scoped variable
  2588, // Cannot assign to a constant
]);

/** What TypeScript says of cells that is no mistake of the reader's. */
export const ignoredInCells: ReadonlySet<number> = new Set([
  2323, // Cannot redeclare exported variable, and
  2484, // Export declaration conflicts: every name is exported once more, for the cells after it
  7005, // Implicitly any, and
  7034, // the same at the declaration: `const losses = []` that a later cell fills
  7016, // No declaration file: a package without types is still a package
]);
