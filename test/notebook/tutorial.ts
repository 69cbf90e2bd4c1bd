// The tutorials: where they are, which claims each tests, and one of them through the built `bnlab run`.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  type CellOutput,
  formatNotebook,
  type Notebook,
  parseNotebook,
} from "../../kernel/document/notebookFile";
import { claims, type VerdictRecord } from "../../kernel/lesson";
import { recordsOf } from "../../kernel/lesson/scorecard";
import { Mime } from "../../kernel/protocol";

const root = path.join(import.meta.dirname, "../..");

export const languages = ["en", "zh-cn"] as const;
export type Language = (typeof languages)[number];

export const folderOf = (language: Language) => path.join(root, "notebooks", language);

/** The names of the tutorials' files, in order. */
export function tutorials(): string[] {
  return readdirSync(folderOf("en"))
    .filter((name) => name.endsWith(".ipynb"))
    .sort();
}

/**
 * Those that run whole as live pages: the first, and whose cells do what those of no other do, which is controls and the scorecard
 * in English, files in Chinese. The command line runs the others, in a quarter of the time.
 */
export const asPages: { readonly [L in Language]: readonly string[] } = {
  en: ["00-start.ipynb", "03-bn-from-scratch.ipynb", "12-verdict.ipynb"],
  "zh-cn": ["00-start.ipynb", "09-inference.ipynb"],
};

/** The claims that a tutorial is to judge, by number. */
export function claimsOf(name: string): number[] {
  const own = claims.filter(({ notebook }) => notebook === path.basename(name, ".ipynb"));
  return own.map(({ number }) => number);
}

/** A tutorial that was run. */
export interface Executed {
  /** The whole file, as it would be saved: without times and what tells of them. */
  readonly text: string;
  readonly outputs: readonly CellOutput[];
  readonly verdicts: readonly VerdictRecord[];
  /** What no tutorial may have: errors, text on stderr, verdicts that are missing. */
  readonly faults: readonly string[];
}

export interface RunOptions {
  /** What `-p` sets. */
  parameters?: Readonly<Record<string, string>>;
  env?: Readonly<Record<string, string>>;
  /** Seconds a cell may take. */
  timeout: number;
}

/** Runs the file in the folder that it is in, over itself: others beside it may read what it has shown. */
export async function execute(
  file: string,
  { parameters = {}, env, timeout }: RunOptions,
): Promise<Executed> {
  const cli = path.join(root, "dist/kernel/cli.js");
  if (!existsSync(cli)) throw new Error(`expected the built kernel, got no ${cli}; npm run build makes it`);
  const set = Object.entries(parameters).flatMap(([name, value]) => ["-p", `${name}=${value}`]);
  const args = [cli, "run", file, "--output", file, "--timeout", `${timeout}`, ...set];
  mkdirSync(path.dirname(file), { recursive: true });
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const notebook = withoutTimes(parseNotebook(readFileSync(file, "utf8")));
  const text = formatNotebook(notebook);
  const outputs = notebook.cells.flatMap((cell) => (cell.cell_type === "code" ? cell.outputs : []));
  const verdicts = recordsOf(text);
  return {
    text,
    outputs,
    verdicts,
    faults: [
      ...(code === 0 ? [] : [`bnlab run ended with ${code}`]),
      ...(complaint === "" ? [] : [complaint.trim()]),
      ...outputs.flatMap(faultOf),
      ...faultsOf(verdicts, claimsOf(path.basename(file))),
    ],
  };
}

/** The same bytes on every run: no dates, no bars that tell seconds, and controls called after their cell. */
function withoutTimes(notebook: Notebook): Notebook {
  const names = new Map<string, string>();
  for (const cell of notebook.cells) {
    if (cell.cell_type !== "code") continue;
    delete cell.metadata.execution;
    cell.outputs = cell.outputs.filter((output) => !("data" in output && Mime.progress in output.data));
    for (const output of cell.outputs) {
      if (!("data" in output && Mime.control in output.data)) continue;
      const ids = JSON.stringify(output.data[Mime.control]).match(uuid) ?? [];
      for (const id of ids) names.set(id, `${cell.id}-${names.size}`);
    }
  }
  return JSON.parse(JSON.stringify(notebook).replace(uuid, (id) => names.get(id) ?? id)) as Notebook;
}

/** What a control is called in its session. */
const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** What no tutorial may show. */
export function faultOf(output: CellOutput): string[] {
  if (output.output_type === "error") return [`${output.ename}: ${output.evalue}`];
  return output.output_type === "stream" && output.name === "stderr" ? [output.text.trim()] : [];
}

function faultsOf(verdicts: readonly VerdictRecord[], expected: readonly number[]): string[] {
  const found = verdicts.map(({ claim }) => claim).toSorted((a, b) => a - b);
  const unfinished = verdicts.filter(({ verdict }) => verdict === "incomplete");
  return [
    ...(isDeepStrictEqual(found, expected)
      ? []
      : [`expected verdicts on the claims [${expected.join(", ")}], got [${found.join(", ")}]`]),
    ...unfinished.map(({ claim }) => `the verdict on claim ${claim} is incomplete`),
  ];
}

/** Where the verdicts are others than those that were saved; none where nothing was saved. */
export function changedVerdicts(saved: readonly VerdictRecord[], now: readonly VerdictRecord[]): string[] {
  return saved.flatMap(({ claim, verdict }) => {
    const found = now.find((each) => each.claim === claim)?.verdict;
    return found === verdict
      ? []
      : [`claim ${claim} was ${verdict} when it was saved, is ${found ?? "missing"}`];
  });
}

/** The verdicts that a tutorial's file in the repository has saved. */
export function savedVerdicts(language: Language, name: string): VerdictRecord[] {
  return recordsOf(readFileSync(path.join(folderOf(language), name), "utf8"));
}

/** The guide to the tutorials, in a language. */
export const guideOf = (language: Language) => `docs/${language === "en" ? "" : `${language}/`}tutorials.md`;

/** The table of verdicts in that guide, as it stands there. */
export function tableIn(guide: string): string {
  const [table] = /^\|[^\n]*(measured|实测)[^\n]*\n\|[-: |]+\n(\|[^\n]*(\n|$))+/m.exec(guide) ?? [];
  if (table === undefined) throw new Error("expected a table of verdicts in docs/tutorials.md, got none");
  return table.trimEnd();
}

/** What is the same in every language of a tutorial: kinds of outputs, the numbers in them in their order, and what verdicts record. */
export function withoutWords(outputs: readonly unknown[]): unknown[] {
  return outputs.map((output) => {
    const { data, text } = output as { data?: Record<string, unknown>; text?: unknown };
    if (data === undefined) return text ?? output;
    if (Mime.verdict in data) return data[Mime.verdict];
    const texts = Object.entries(data).filter(([mime]) => mime !== Mime.svg);
    return Object.fromEntries(texts.map(([mime, value]) => [mime, numbersOf(value)]));
  });
}

/** As digits, in no order: sentences of two languages name them in their own. */
const numbersOf = (value: unknown) =>
  ((typeof value === "string" ? value : JSON.stringify(value)).match(/\d+/g) ?? []).sort();
