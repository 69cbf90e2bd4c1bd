// The files that a live page brings along for its cells.
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { isOfKernel, type Notebook } from "../../document/notebookFile";
import { Mime } from "../../protocol";
import { escapeHtml } from "../../words";
import { FileError } from "../outputFile";

interface CarriedFile {
  /** As cells name it: in a page the notebook's folder is the root. */
  path: string;
  content: string | Uint8Array;
}

/**
 * The files that were named, and what `lesson.scorecard()` reads where a cell calls it: of the folder's notebooks the verdicts alone.
 *
 * @param file the notebook's.
 * @throws FileError for a named file that cannot be read.
 */
export async function carriedFiles(
  notebook: Notebook,
  file: string,
  named: readonly string[] = [],
): Promise<CarriedFile[]> {
  const folder = path.dirname(file);
  const read = named.map(async (name) => {
    const content = await readFile(name).catch((error) => {
      throw new FileError(name, error);
    });
    const way = path.relative(folder, name).split(path.sep);
    return { path: `/${way.filter((part) => part !== "..").join("/")}`, content };
  });
  const asks = notebook.cells.some((cell) => isOfKernel(cell) && /\bscorecard\(/.test(cell.source));
  return [...(asks ? await verdicts(folder) : []), ...(await Promise.all(read))];
}

/** The folder's notebooks that have verdicts, those saved last at the end. */
async function verdicts(folder: string): Promise<CarriedFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".ipynb")).sort();
  const found = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      try {
        const outputs = verdictsIn(await readFile(file, "utf8"));
        return { path: `/${name}`, outputs, time: (await stat(file)).mtimeMs };
      } catch {
        return { path: "", outputs: [], time: 0 }; // another's, which the scorecard passes over too
      }
    }),
  );
  return found
    .filter(({ outputs }) => outputs.length > 0)
    .sort((a, b) => a.time - b.time)
    .map((each) => ({ path: each.path, content: JSON.stringify({ cells: [{ outputs: each.outputs }] }) }));
}

function verdictsIn(text: string): object[] {
  const { cells } = JSON.parse(text) as { cells: { outputs?: { data?: Record<string, unknown> }[] }[] };
  return cells
    .flatMap(({ outputs = [] }) => outputs)
    .flatMap(({ data }) =>
      data && Mime.verdict in data ? { data: { [Mime.verdict]: data[Mime.verdict] } } : [],
    );
}

export const carriedHtml = (files: readonly CarriedFile[]): string =>
  files
    .map(
      ({ path: name, content }) =>
        `<script type="text/plain" class="bnlab-file" data-path="${escapeHtml(name)}">${gzipSync(content, { level: 9 }).toString("base64")}</script>\n`,
    )
    .join("");
