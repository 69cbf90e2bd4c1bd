// `bnlab export`: writes what was saved in a notebook as a web page; runs nothing.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { renderPage } from "./html/page";
import { ExitCode, readNotebook } from "./kernelRun";
import { titleOf } from "./title";

export interface ExportCommandOptions {
  html: string;
  /** Where the notebook's pictures are looked for; by default where it lies. */
  folder?: string;
}

/** @returns the exit code. */
export async function exportCommand(
  file: string,
  { html, folder = path.dirname(file) }: ExportCommandOptions,
): Promise<number> {
  try {
    const notebook = await readNotebook(file);
    const page = await renderPage(notebook, { title: titleOf(notebook, file), folder });
    await mkdir(path.dirname(path.resolve(html)), { recursive: true });
    await writeFile(html, page);
  } catch (error) {
    console.error(`bnlab export: ${file}: ${error instanceof Error ? error.message : error}`);
    return ExitCode.unusable;
  }
  console.log(`Web page  ${html}`);
  return ExitCode.ok;
}
