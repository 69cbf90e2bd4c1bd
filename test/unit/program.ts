// The compiler's view of all that a cell imports. Files are read and bound once in a process, whatever programs look at them.
import path from "node:path";
import ts from "typescript";

const root = path.join(import.meta.dirname, "../..");

/** What a cell imports. */
export const entry = path.join(root, "kernel/cell/bnlab.ts");

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts"],
  types: ["node"],
  strict: true,
  skipLibCheck: true,
  resolveJsonModule: true,
  noEmit: true,
};

const known = new Map<string, ts.SourceFile | undefined>();

/** Returns a program of a file, whose text may be given where the disk has none; takes seconds. */
export function programOf(file: string, text?: string): ts.Program {
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => (name === file && text !== undefined) || fileExists(name);
  host.getSourceFile = (name, version, ...rest) => {
    if (name === file && text !== undefined) return ts.createSourceFile(name, text, version);
    if (!known.has(name)) known.set(name, getSourceFile(name, version, ...rest));
    return known.get(name);
  };
  return ts.createProgram([file], options, host);
}
