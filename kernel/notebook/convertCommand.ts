// `bnlab convert`: a notebook as a script of cells and back, and without its outputs; runs nothing.
import path from "node:path";
import { formatNotebook, type Notebook, parseNotebook } from "../document/notebookFile";
import { formatScript, hasMarkers, stripped, updated } from "../document/script";
import { readTextFile } from "../host/textFile";
import { complain } from "./complaint";
import { ExitCode } from "./exitCodes";
import { isScript, readNotebook } from "./kernelRun";
import { FileError, OutputFile } from "./outputFile";

export interface ConvertCommandOptions {
  /** By its name: a script, or a notebook. By default the other of the two, beside the file. */
  output?: string;
  /** Leave outputs out. */
  strip?: boolean;
}

/** @returns the exit code. */
export async function convertCommand(file: string, options: ConvertCommandOptions): Promise<number> {
  const { strip = false, output = strip ? file : besides(file) } = options;
  try {
    const notebook = await readNotebook(file);
    const there = await whatIsAt(output);
    const whole = there && isScript(file) ? updated(notebook, there) : notebook;
    const result = strip ? stripped(whole) : whole;
    const text = isScript(output) ? formatScript(result) : formatNotebook(result);
    const target = await OutputFile.probe(output, text);
    await target.write(text);
    console.log(`${isScript(output) ? "Script" : "Notebook"}  ${target.name}`);
  } catch (error) {
    complain("convert", error instanceof FileError ? error.file : file, error);
    return ExitCode.unusable;
  }
  return ExitCode.ok;
}

const besides = (file: string) => {
  const { dir, name } = path.parse(file);
  return path.join(dir, `${name}${isScript(file) ? ".ipynb" : ".ts"}`);
};

/** @throws FileError where there is something else than cells: it is not written over. */
async function whatIsAt(file: string): Promise<Notebook | undefined> {
  let text: string;
  try {
    text = await readTextFile(file);
  } catch {
    return undefined; // what cannot be read is told when it is to be written
  }
  if (isScript(file)) {
    if (text.trim() === "" || hasMarkers(text)) return undefined;
    throw new FileError(file, "it is there, a program without cells; name another file by --output");
  }
  try {
    return parseNotebook(text);
  } catch (error) {
    const why = (error as Error).message;
    throw new FileError(file, `it is there and no notebook of ours: ${why}; name another file by --output`);
  }
}
