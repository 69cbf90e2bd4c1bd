// The curves that saved notebooks of the folder show, as runs to compare with.
import * as vscode from "vscode";
import { Mime } from "../../kernel/protocol";
import { type Figure, type Run, withCurves } from "../notebook/comparison";
import { nameOf } from "../notebook/name";

/** More notebooks than one wants to look through, and few enough to be read at once. */
const maxFiles = 200;

export interface SavedRun extends Run {
  id: string;
}

export async function savedRuns(): Promise<SavedRun[]> {
  const files = await vscode.workspace.findFiles("**/*.ipynb", "**/node_modules/**", maxFiles);
  const names = files.map(nameOf);
  const runs = await Promise.all(
    files.map(async (file, i) => {
      const isAlone = names.indexOf(names[i]!) === names.lastIndexOf(names[i]!);
      const notebook = isAlone ? names[i]! : vscode.workspace.asRelativePath(file);
      return { id: file.toString(), notebook, name: "", figures: await figuresIn(file) };
    }),
  );
  return runs
    .filter(({ figures }) => figures.length > 0)
    .sort((a, b) => a.notebook.localeCompare(b.notebook));
}

interface SavedNotebook {
  cells?: { outputs?: { data?: Record<string, unknown> }[] }[];
}

/** A file that is no notebook has none. */
async function figuresIn(file: vscode.Uri): Promise<Figure[]> {
  try {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    if (!text.includes(Mime.plotly)) return [];
    const outputs = (JSON.parse(text) as SavedNotebook).cells?.flatMap((cell) => cell.outputs ?? []) ?? [];
    return outputs.flatMap(({ data }) => withCurves(data?.[Mime.plotly]) ?? []);
  } catch {
    return [];
  }
}
