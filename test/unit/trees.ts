// Sources as TypeScript sees them, each read once in a process: several tests look at all of them.
import ts from "typescript";

const known = new Map<string, ts.SourceFile>();

/** Returns a file's tree, with parents. */
export function treeOf(file: string, text: string): ts.SourceFile {
  const old = known.get(file);
  if (old?.text === text) return old;
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  known.set(file, tree);
  return tree;
}
