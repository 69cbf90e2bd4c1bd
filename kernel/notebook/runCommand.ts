// `bnlab run`: reads a notebook, runs it, tells how it goes, writes the files.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { forkKernel } from "../forkKernel";
import { KernelGone } from "../protocol";
import { renderPage } from "./html/page";
import { formatNotebook, type Notebook, NotebookError, parseNotebook } from "./notebookFile";
import { Progress } from "./progress";
import { runNotebook } from "./runNotebook";

export interface RunCommandOptions {
  output?: string;
  html?: string;
  /** Seconds. */
  timeout?: number;
  allowErrors?: boolean;
}

/** @returns the exit code; see `bnlab run --help`. */
export async function runCommand(file: string, options: RunCommandOptions): Promise<number> {
  const { output = file.replace(/(\.ipynb)?$/, ".executed.ipynb"), html, timeout, allowErrors } = options;
  let notebook: Notebook;
  try {
    notebook = parseNotebook(await readText(file));
    for (const target of [output, html])
      if (target) await mkdir(path.dirname(path.resolve(target)), { recursive: true });
  } catch (error) {
    console.error(`bnlab run: ${file}: ${messageOf(error)}`);
    return 2;
  }

  const kernel = forkKernel(path.dirname(path.resolve(file)));
  const progress = new Progress(process.stdout);
  const stop = new AbortController();
  const onSigint = () => {
    if (stop.signal.aborted) process.exit(130); // asked twice
    stop.abort();
  };
  process.on("SIGINT", onSigint);
  let succeeded = false;
  try {
    succeeded = await runNotebook(notebook, kernel.client, {
      allowErrors,
      signal: stop.signal,
      timeout: timeout && timeout * 1000,
      onStart: (cell, place) => progress.start(cell, place),
      onPublication: (publication) => progress.publication(publication),
      onEnd: (_, end) => progress.end(end),
    });
    await kernel.client.shutdown();
  } catch (error) {
    if (!(error instanceof KernelGone)) throw error;
    progress.line(`bnlab run: ${error.message}`);
  } finally {
    process.off("SIGINT", onSigint);
  }

  await writeFile(output, formatNotebook(notebook));
  progress.line(`\nNotebook  ${output}`);
  if (html) {
    await writeFile(
      html,
      await renderPage(notebook, { title: titleOf(notebook, file), folder: path.dirname(file) }),
    );
    progress.line(`Web page  ${html}`);
  }
  progress.line(`\nIn VS Code, with the BN Lab extension:  code ${quoted(output)}`);
  progress.line(`From a clone of BN Lab:                 npm run vscode -- ${quoted(output)}`);
  if (stop.signal.aborted) return 130;
  return succeeded || allowErrors ? 0 : 1;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new NotebookError("there is no such file");
    if (code === "EISDIR") throw new NotebookError("it is a folder; name the .ipynb file");
    throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The notebook's first heading, else its file's name. */
function titleOf(notebook: Notebook, file: string): string {
  const heading = notebook.cells
    .filter((cell) => cell.cell_type === "markdown")
    .map((cell) => /^#\s+(.+)$/m.exec(cell.source)?.[1])
    .find((found) => found !== undefined);
  return heading ?? path.basename(file, ".ipynb");
}

function quoted(file: string): string {
  return /[^\w./\\:-]/.test(file) ? JSON.stringify(file) : file;
}
