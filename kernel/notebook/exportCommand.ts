// `bnlab export`: writes what was saved in a notebook as web pages; runs nothing.
import path from "node:path";
import { complain } from "./complaint";
import { ExitCode } from "./exitCodes";
import { renderPage } from "./html/page";
import { readNotebook } from "./kernelRun";
import { markdownExport, writePictures } from "./markdownExport";
import { FileError, OutputFile } from "./outputFile";
import { type PageFiles, pageTargets, requireOwnPlace } from "./pageTargets";
import { writePdf } from "./pdf";
import { titleOf } from "./title";

export interface ExportCommandOptions extends PageFiles {
  /** Where the notebook's pictures are looked for; by default where it lies. */
  folder?: string;
  /** Where to print it to. */
  pdf?: string;
}

/** @returns the exit code. */
export async function exportCommand(
  file: string,
  { folder = path.dirname(file), pdf, ...files }: ExportCommandOptions,
): Promise<number> {
  try {
    const notebook = await readNotebook(file);
    const targets = await pageTargets(notebook, files, { file, folder });
    if (pdf !== undefined) await requireOwnPlace(await OutputFile.probe(pdf, ""), "PDF", file, targets);
    for (const { label, file: target, format } of targets) {
      await target.write(await format());
      console.log(`${label}  ${target.name}`);
    }
    const { markdown, code } = files;
    if (markdown !== undefined) await writePictures(markdownExport(notebook, markdown, code));
    if (pdf !== undefined) {
      await writePdf(await renderPage(notebook, { title: titleOf(notebook, file), folder, code }), pdf);
      console.log(`PDF  ${pdf}`);
    }
  } catch (error) {
    complain("export", error instanceof FileError ? error.file : file, error);
    return ExitCode.unusable;
  }
  return ExitCode.ok;
}
