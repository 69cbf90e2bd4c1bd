// The pages that a command is to write of a notebook, each tried before anything is done.
import path from "node:path";
import type { Notebook } from "../document/notebookFile";
import { renderLivePage } from "./html/livePage";
import { engineScript } from "./html/packedEngine";
import { renderPage } from "./html/page";
import { markdownExport } from "./markdownExport";
import { FileError, OutputFile } from "./outputFile";
import { titleOf } from "./title";

/** Where to, by kind; what is not named is not written. */
export interface PageFiles {
  /** The page of what was saved. */
  html?: string;
  /** The notebook as Markdown, its pictures in a folder beside it. */
  markdown?: string;
  /** Whether code is on the page and in the Markdown. Default true. */
  code?: boolean;
  /** The page in which cells run. */
  live?: string;
  /** The file that has the engine of live pages, which is inside the page where none is named. */
  engine?: string;
  /** Files that the live page brings along for its cells. */
  with?: readonly string[];
}

/** One of the files that a command writes, and how the notebook reads in it. */
export interface Target {
  /** `Notebook`, `Web page`, `Live page`. */
  label: string;
  file: OutputFile;
  format(): string | Promise<string>;
}

interface Source {
  /** The notebook's. */
  file: string;
  /** Where its pictures are. */
  folder: string;
}

/**
 * @param others what else is written.
 * @throws FileError for a page that cannot be written, or would replace the notebook or another of the files.
 */
export async function pageTargets(
  notebook: Notebook,
  { html, markdown, code, live, engine, with: files }: PageFiles,
  { file, folder }: Source,
  others: readonly Target[] = [],
): Promise<Target[]> {
  const options = () => ({ title: titleOf(notebook, file), folder });
  const wanted = [
    { label: "Web page", name: html, format: () => renderPage(notebook, { ...options(), code }) },
    { label: "Markdown", name: markdown, format: () => markdownExport(notebook, markdown!, code).text },
    {
      label: "Live page",
      name: live,
      format: () =>
        renderLivePage(notebook, {
          ...options(),
          file,
          files,
          engine: engine && addressFrom(live!, engine),
        }),
    },
    { label: "Engine", name: live && engine, format: engineScript },
  ];
  const targets: Target[] = [];
  for (const { label, name, format } of wanted) {
    if (name === undefined) continue;
    const target = await OutputFile.probe(name, await format());
    await requireOwnPlace(target, "page", file, [...others, ...targets]);
    targets.push({ label, file: target, format });
  }
  return targets;
}

/**
 * @param what the file is for.
 * @throws FileError where it would replace the notebook, or another of the files.
 */
export async function requireOwnPlace(
  target: OutputFile,
  what: string,
  notebook: string,
  others: readonly Target[],
): Promise<void> {
  const refuse = (why: string) => {
    throw new FileError(target.name, new Error(`${why}; name another file for the ${what}`));
  };
  for (const { label, file } of others)
    if (await target.isSameAs(file)) refuse(`the ${label.toLowerCase()} is written there`);
  if (await target.isSameAs(notebook)) refuse("it is the notebook itself");
}

/** Where one file is for the page in another. */
function addressFrom(page: string, file: string): string {
  const way = path.relative(path.dirname(path.resolve(page)), path.resolve(file));
  return way.split(path.sep).map(encodeURIComponent).join("/");
}
