// The curves that saved notebooks of the folder show, and what runs of sweeps have recorded, as runs to compare with.
import * as vscode from "vscode";
import { Mime } from "../../kernel/protocol";
import { shortNumber } from "../../kernel/words";
import { type Figure, metricsOf, type Run, withCurves } from "../notebook/comparison";
import { nameOf } from "../notebook/name";

/** More notebooks than one wants to look through, and few enough to be read at once. */
const maxFiles = 200;

export interface SavedRun extends Run {
  id: string;
  /** A sweep's parameters that differ: `lr 0.1, seed 3`. */
  differs: string;
  metrics: ReadonlyMap<string, number>;
}

export async function savedRuns(): Promise<SavedRun[]> {
  const files = await vscode.workspace.findFiles("**/*.ipynb", "**/node_modules/**", maxFiles);
  const [inSweeps, alone] = [files.filter(isOfSweep), files.filter((file) => !isOfSweep(file))];
  const names = alone.map(nameOf);
  const notebooks = await Promise.all(
    alone.map(async (file, i): Promise<SavedRun> => {
      const isOne = names.indexOf(names[i]!) === names.lastIndexOf(names[i]!);
      const notebook = isOne ? names[i]! : vscode.workspace.asRelativePath(file);
      const figures = await figuresIn(file);
      return {
        id: file.toString(),
        notebook,
        name: "",
        differs: "",
        figures,
        metrics: metricsOf(figures, []),
      };
    }),
  );
  const runs = (await Promise.all(inSweeps.map(sweepRun))).flatMap((run) => run ?? []);
  return [...notebooks, ...withDifferences(runs)]
    .filter(({ figures, metrics }) => figures.length > 0 || metrics.size > 0)
    .sort((a, b) => `${a.notebook} ${a.name}`.localeCompare(`${b.notebook} ${b.name}`));
}

const isOfSweep = ({ path }: vscode.Uri) => /\/runs\/\d+\/notebook\.ipynb$/.test(path);

interface SavedNotebook {
  cells?: { outputs?: { data?: Record<string, unknown> }[] }[];
}

/** A file that is no notebook has none. */
async function figuresIn(file: vscode.Uri): Promise<Figure[]> {
  const text = await textOf(file);
  if (!text.includes(Mime.plotly)) return [];
  try {
    const outputs = (JSON.parse(text) as SavedNotebook).cells?.flatMap((cell) => cell.outputs ?? []) ?? [];
    return outputs.flatMap(({ data }) => withCurves(data?.[Mime.plotly]) ?? []);
  } catch {
    return [];
  }
}

type SweepRun = Omit<SavedRun, "differs"> & { parameters: Record<string, unknown> };

/** What a run of a sweep has recorded: numbers as metrics, lists of them as curves; undefined before it has ended. */
async function sweepRun(file: vscode.Uri): Promise<SweepRun | undefined> {
  const [, folder = "", run = ""] = /([^/]+)\/runs\/(\d+)\/notebook\.ipynb$/.exec(file.path) ?? [];
  try {
    const found: unknown = JSON.parse(await textOf(vscode.Uri.joinPath(file, "../records.json")));
    const { parameters, records } = found as Record<"parameters" | "records", Record<string, unknown>>;
    const entries = Object.entries(records);
    const isCurve = (value: unknown) =>
      Array.isArray(value) && value.every((each) => typeof each === "number");
    const figures = entries.flatMap(([name, y]): Figure[] =>
      isCurve(y)
        ? [{ data: [{ type: "scatter", mode: "lines", y }], layout: { title: { text: name } } }]
        : [],
    );
    const numbers = entries.flatMap(([name, value]) =>
      typeof value === "number" ? [[name, value] as const] : [],
    );
    return {
      id: file.toString(),
      notebook: folder,
      name: run,
      figures,
      metrics: new Map(numbers),
      parameters,
    };
  } catch {
    return undefined;
  }
}

/** Each with those of its parameters that its sweep has several values of. */
function withDifferences(runs: readonly SweepRun[]): SavedRun[] {
  return runs.map(({ parameters, ...run }) => {
    const others = runs.filter(({ notebook }) => notebook === run.notebook);
    const shown = (value: unknown) =>
      typeof value === "number" ? shortNumber(value) : JSON.stringify(value);
    const varied = Object.entries(parameters).filter(
      ([name]) => new Set(others.map((other) => shown(other.parameters[name]))).size > 1,
    );
    return { ...run, differs: varied.map(([name, value]) => `${name} ${shown(value)}`).join(", ") };
  });
}

async function textOf(file: vscode.Uri): Promise<string> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  } catch {
    return "";
  }
}
