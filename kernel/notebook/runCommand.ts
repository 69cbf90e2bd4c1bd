// `bnlab run`: reads a notebook, tries the files it is to write, runs it, tells how it goes, writes the files.
import path from "node:path";
import { formatNotebook, type Notebook, NotebookError } from "../document/notebookFile";
import { complain } from "./complaint";
import { ExitCode } from "./exitCodes";
import { checkFolder, readNotebook, runInKernel, runnableCells } from "./kernelRun";
import { FileError, OutputFile } from "./outputFile";
import { type PageFiles, pageTargets, requireOwnPlace, type Target } from "./pageTargets";
import { injectParameters, type Parameter, readParameters, withParameters } from "./parameters";
import { RunLines } from "./runLines";
import { RunRecord } from "./runRecord";
import { StopSignals } from "./stopSignals";
import { writeTargets } from "./writeTargets";

export interface RunCommandOptions extends PageFiles {
  output?: string;
  /** Seconds that a cell may take. */
  timeout?: number;
  /** Seconds that all of it may take. */
  time?: number;
  allowErrors?: boolean;
  /** Whether cells keep when they began and ended. */
  timing?: boolean;
  /** Where cells start from; by default where the notebook lies. */
  folder?: string;
  parameters?: Parameter[];
  /** A file of more parameters. */
  paramsFile?: string;
  /** Where the run's record goes; by default beside the output, where cells have recorded something. */
  records?: string;
}

/** @returns the exit code; see `bnlab run --help`. */
export async function runCommand(file: string, options: RunCommandOptions): Promise<number> {
  const signals = new StopSignals();
  if (options.time !== undefined) signals.limit(options.time);
  const { timeout, allowErrors, timing, folder = path.dirname(file) } = options;
  let notebook: Notebook;
  let targets: Target[];
  let record: RunRecord;
  try {
    notebook = await readNotebook(file);
    runnableCells(notebook);
    await checkFolder(folder);
    const fromFile = options.paramsFile === undefined ? [] : await readParameters(options.paramsFile);
    const parameters = withParameters(fromFile, options.parameters ?? []);
    for (const warning of injectParameters(notebook, parameters)) complain("run", file, warning);
    record = new RunRecord(file, parameters);
    targets = await targetsOf(notebook, file, { ...options, folder }, record);
  } catch (error) {
    complain("run", error instanceof FileError ? error.file : file, error);
    return signals.exitCode ?? ExitCode.unusable;
  }

  const lines = new RunLines(process.stdout);
  const { begun, failed, late, fault } = await runInKernel(notebook, path.resolve(folder), {
    file,
    allowErrors,
    timeout,
    timing,
    signals,
    onStart: (cell, place) => lines.start(cell, place),
    onPublication: (publication, cell) => {
      lines.publication(publication);
      record.publication(publication, cell);
    },
    onQuestion: () => lines.question(),
    onEnd: (_, end) => lines.end(end),
    onLeft: (kinds) =>
      complain("run", file, `the run has not waited for what cells left under way: ${kinds.join(", ")}`),
  });
  lines.endLine();
  const nothing = begun.length === 0 ? ["no cell has run, no file is written"] : [];
  const stopped = signals.word ? [`stopped by ${signals.word}`] : [];
  const told = [...stopped, ...(fault ? [fault.message] : []), ...nothing];
  for (const cell of late)
    complain("run", file, `In [${begun.indexOf(cell) + 1}] left an error behind, which came after its end`);
  if (told.length > 0) complain("run", file, told.join("; "));
  if (begun.length === 0) return signals.exitCode ?? ExitCode.unusable;

  const isBad = fault || signals.isLate || (failed.size > 0 && !allowErrors);
  const outcome = isBad ? ExitCode.failed : ExitCode.ok;
  if (signals.isLate) record.lacks(outcome, `stopped by its time limit, ${options.time} s`);
  record.conclude(signals.exitCode ?? outcome, { begun, failed, late, fault });
  let isWhole = true;
  await writeTargets(await withRecord(targets, record, file, options), lines, (trouble) => {
    isWhole = false;
    record.lacks(signals.exitCode ?? ExitCode.unusable, trouble);
  });
  return signals.exitCode ?? (isWhole ? outcome : ExitCode.unusable);
}

/** @throws Error when one of them cannot be written, now that nothing has run. */
async function targetsOf(
  notebook: Notebook,
  file: string,
  { output = outputOf(file), folder, records, ...pages }: RunCommandOptions & { folder: string },
  record: RunRecord,
): Promise<Target[]> {
  const executed: Target = {
    label: "Notebook",
    file: await OutputFile.probe(output, formatted(notebook)),
    format: () => formatNotebook(notebook),
  };
  const targets = [executed, ...(await pageTargets(notebook, pages, { file, folder }, [executed]))];
  if (records === undefined) return targets;
  const recordFile = await record.target(records);
  await requireOwnPlace(recordFile.file, "record", file, targets);
  return [...targets, recordFile];
}

const outputOf = (file: string) => file.replace(/(\.ipynb|\.[cm]?[jt]s)?$/i, ".executed.ipynb");

/** With a file for what cells have recorded, where nobody has named one; without, where its place takes none. */
async function withRecord(
  targets: readonly Target[],
  record: RunRecord,
  file: string,
  { records, output = outputOf(file) }: RunCommandOptions,
): Promise<readonly Target[]> {
  if (records !== undefined) return targets;
  try {
    return [...targets, ...(await record.besides(output))];
  } catch (error) {
    complain("run", error instanceof FileError ? error.file : output, error);
    return targets;
  }
}

/** Before anything runs, so that it is known to work afterwards. */
function formatted(notebook: Notebook): string {
  try {
    return formatNotebook(notebook);
  } catch (error) {
    if (error instanceof RangeError) throw new NotebookError("it is nested too deeply to be written");
    throw error;
  }
}
