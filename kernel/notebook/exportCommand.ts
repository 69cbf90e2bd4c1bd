// `bnlab export`: writes what was saved in a notebook as web pages; runs nothing.
import path from "node:path";
import { complain } from "./complaint";
import { ExitCode } from "./exitCodes";
import { readNotebook } from "./kernelRun";
import { FileError } from "./outputFile";
import { type PageFiles, pageTargets } from "./pageTargets";

export interface ExportCommandOptions extends PageFiles {
  /** Where the notebook's pictures are looked for; by default where it lies. */
  folder?: string;
}

/** @returns the exit code. */
export async function exportCommand(
  file: string,
  { folder = path.dirname(file), ...files }: ExportCommandOptions,
): Promise<number> {
  try {
    const notebook = await readNotebook(file);
    for (const { label, file: target, format } of await pageTargets(notebook, files, { file, folder })) {
      await target.write(await format());
      console.log(`${label}  ${target.name}`);
    }
  } catch (error) {
    complain("export", error instanceof FileError ? error.file : file, error);
    return ExitCode.unusable;
  }
  return ExitCode.ok;
}
