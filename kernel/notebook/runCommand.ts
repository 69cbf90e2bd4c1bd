// `bnlab run`: reads a notebook, runs it, tells how it goes, writes the files.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { renderPage } from "./html/page";
import { ExitCode, readNotebook, runInKernel } from "./kernelRun";
import { formatNotebook, type Notebook } from "./notebookFile";
import { injectParameters, type Parameter } from "./parameters";
import { Progress } from "./progress";
import { titleOf } from "./title";

export interface RunCommandOptions {
  output?: string;
  html?: string;
  /** Seconds. */
  timeout?: number;
  allowErrors?: boolean;
  /** Where cells start from; by default where the notebook lies. */
  folder?: string;
  parameters?: Parameter[];
}

/** @returns the exit code; see `bnlab run --help`. */
export async function runCommand(file: string, options: RunCommandOptions): Promise<number> {
  const { output = file.replace(/(\.ipynb)?$/, ".executed.ipynb"), html, timeout, allowErrors } = options;
  const { parameters = [], folder = path.dirname(file) } = options;
  let notebook: Notebook;
  try {
    notebook = await readNotebook(file);
    for (const target of [output, html])
      if (target) await mkdir(path.dirname(path.resolve(target)), { recursive: true });
  } catch (error) {
    console.error(`bnlab run: ${file}: ${messageOf(error)}`);
    return ExitCode.unusable;
  }
  for (const warning of injectParameters(notebook, parameters))
    console.error(`bnlab run: ${file}: ${warning}`);

  const progress = new Progress(process.stdout);
  const outcome = await runInKernel(notebook, path.resolve(folder), {
    allowErrors,
    timeout,
    onStart: (cell, place) => progress.start(cell, place),
    onPublication: (publication) => progress.publication(publication),
    onQuestion: () => progress.question(),
    onEnd: (_, end) => progress.end(end),
    onKernelGone: (error) => progress.line(`bnlab run: ${error.message}`),
  });

  await writeFile(output, formatNotebook(notebook));
  progress.line(`\nNotebook  ${output}`);
  if (html) {
    await writeFile(html, await renderPage(notebook, { title: titleOf(notebook, file), folder }));
    progress.line(`Web page  ${html}`);
  }
  progress.line(`\nIn VS Code, with the BN Lab extension:  code ${quoted(output)}`);
  progress.line(`From a clone of BN Lab:                 npm run vscode -- ${quoted(output)}`);
  if (outcome === "interrupted") return ExitCode.interrupted;
  return outcome === "succeeded" || allowErrors ? ExitCode.ok : ExitCode.failed;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function quoted(file: string): string {
  return /[^\w./\\:-]/.test(file) ? JSON.stringify(file) : file;
}
