// `bnlab export`: writes what was saved in a notebook as a web page; runs nothing.
import path from "node:path";
import { complain } from "./complaint";
import { ExitCode } from "./exitCodes";
import { renderPage } from "./html/page";
import { readNotebook } from "./kernelRun";
import { FileError, OutputFile } from "./outputFile";
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
    const target = await OutputFile.probe(html, "");
    if (await target.isSameAs(file)) {
      throw new FileError(html, new Error("it is the notebook itself; name another file for the page"));
    }
    await target.write(await renderPage(notebook, { title: titleOf(notebook, file), folder }));
  } catch (error) {
    complain("export", error instanceof FileError ? error.file : file, error);
    return ExitCode.unusable;
  }
  console.log(`Web page  ${html}`);
  return ExitCode.ok;
}
