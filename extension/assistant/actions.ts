// What each tool does, in the kernels of this window.

import * as vscode from "vscode";
import { cellContents } from "../../kernel/assistant/cellText";
import { type Content, contentsOf, jsonContents, limited } from "../../kernel/assistant/outputText";
import { tensorNumbers } from "../../kernel/assistant/tensorNumbers";
import { parseNotebook } from "../../kernel/document/notebookFile";
import { OutputCollector } from "../../kernel/document/outputCollector";
import type { Replies, ReplyTo, Requests } from "../../kernel/protocol";
import { languages, notebookType } from "../ids";
import { notebookInFront } from "../notebook/inFront";
import { nameOf } from "../notebook/name";
import { fileTextOf } from "../notebook/notebookData";
import { codeOf, type Inputs } from "./code";
import type { AssistantContext } from "./context";

export type { Inputs } from "./code";

type Action<T extends keyof Inputs> = (
  context: AssistantContext,
  input: Inputs[T],
  token: vscode.CancellationToken,
) => Promise<Content[]>;

const defaultSeconds = 30;
const mostSeconds = 600;

export const actions: { [T in keyof Inputs]: Action<T> } = {
  async bnlab_read_notebook(context, { notebook: name, cells: numbers }) {
    const notebook = notebookOf(context, name);
    return [
      text(`${notebook.uri.path}: ${notebook.cellCount} cells`),
      ...(await shown(notebook, numbers)),
      ...standing(context, notebook),
    ];
  },
  async bnlab_run_cells(context, { notebook: name, cells: numbers, seconds }, token) {
    const notebook = notebookOf(context, name);
    const all = notebook.getCells();
    const isCode = ({ kind, document }: vscode.NotebookCell) =>
      kind === vscode.NotebookCellKind.Code && languages.includes(document.languageId);
    const chosen = numbers?.map((number) => {
      const cell = all[number - 1];
      if (!cell) throw new Error(`expected cells 1 to ${all.length}, got ${number}`);
      if (!isCode(cell)) throw new Error(`cell ${number} is no code in TypeScript or JavaScript`);
      return cell;
    });
    refuseBusy(context, notebook);
    const cells = chosen ?? all.filter(isCode);
    const ranges = cells.map(({ index }) => ({ start: index, end: index + 1 }));
    // The command ends with the cells.
    const cellsEnd = vscode.commands.executeCommand("notebook.cell.execute", {
      ranges,
      document: notebook.uri,
    });
    await rested(context, notebook, seconds, token, { after: cellsEnd });
    return [
      ...(await shown(
        notebook,
        cells.map(({ index }) => index + 1),
      )),
      ...standing(context, notebook),
    ];
  },
  bnlab_run_code: (context, input, token) => runCode("bnlab_run_code", context, input, token),
  bnlab_lint: (context, input, token) => runCode("bnlab_lint", context, input, token),
  bnlab_probe_report: (context, input, token) => runCode("bnlab_probe_report", context, input, token),
  async bnlab_variables(context, { notebook: name, names, of }) {
    const about = { ...(names ? { names, text: true } : {}), ...(of === undefined ? {} : { of }) };
    return jsonContents(await ask(context, name, "variables_request", { ...about, statistics: true }));
  },
  async bnlab_tensor(context, { notebook: name, ...about }) {
    return jsonContents(
      await tensorNumbers((request) => ask(context, name, "tensor_request", request), about),
    );
  },
  async bnlab_training(context, { notebook: name, seconds = 0 }, token) {
    const notebook = notebookOf(context, name);
    await rested(context, notebook, seconds, token);
    const state = context.views.training.stateOf(notebook);
    const cell = context.controller.running(notebook);
    return [
      ...(state ? jsonContents(state) : [text("Nothing has trained in this notebook.")]),
      ...(cell ? await shown(notebook, [cell.index + 1]) : []),
      ...standing(context, notebook),
    ];
  },
  async bnlab_interrupt(context, { notebook: name }, token) {
    const notebook = notebookOf(context, name);
    await context.controller.interrupt(notebook);
    await rested(context, notebook, 5, token, { stops: false });
    return standing(context, notebook);
  },
};

const text = (words: string): Content => ({ type: "text", text: words });

/** @throws Error where no notebook, or more than one, is meant. */
function notebookOf(
  { controller, views }: AssistantContext,
  name: string | undefined,
): vscode.NotebookDocument {
  const open = vscode.workspace.notebookDocuments.filter(
    (notebook) => notebook.notebookType === notebookType && controller.uses(notebook) && !notebook.isClosed,
  );
  const listed = open.map(({ uri }) => uri.path).join(", ") || "none";
  if (name === undefined) {
    const front = notebookInFront() ?? views.active.notebook;
    const found = front && open.includes(front) ? front : open.length === 1 ? open[0] : undefined;
    if (found) return found;
    throw new Error(`expected the path of a notebook that is open with BN Lab's kernel; open: ${listed}`);
  }
  const wanted = name.replaceAll("\\", "/");
  const fits = open.filter(
    ({ uri }) =>
      uri.path === wanted || uri.path.endsWith(`/${wanted.replace(/^\.?\//, "")}`) || nameOf(uri) === wanted,
  );
  if (fits.length === 1) return fits[0]!;
  throw new Error(
    `expected the path of one notebook that is open with BN Lab's kernel, got ${name}; open: ${listed}`,
  );
}

function refuseBusy({ controller }: AssistantContext, notebook: vscode.NotebookDocument): void {
  const cell = controller.running(notebook);
  if (cell) throw new Error(`cell ${cell.index + 1} runs; wait for its end, or interrupt it`);
}

function standing({ controller }: AssistantContext, notebook: vscode.NotebookDocument): Content[] {
  const cell = controller.running(notebook);
  if (cell) return [text(`Cell ${cell.index + 1} runs; bnlab_training waits for its end.`)];
  return [text("Nothing runs.")];
}

/** Cells by their numbers, from 1, with what they show; all if none are named. */
async function shown(notebook: vscode.NotebookDocument, numbers?: readonly number[]): Promise<Content[]> {
  const { cells } = parseNotebook(await fileTextOf(notebook));
  const chosen = numbers ?? cells.map((_, at) => at + 1);
  const contents = chosen.flatMap((number) => {
    const cell = cells[number - 1];
    if (!cell) throw new Error(`expected cells 1 to ${cells.length}, got ${number}`);
    return cellContents(cell, number);
  });
  return limited(contents, "more cells follow: ask for them by their numbers");
}

/** Waits until no cell of the notebook runs any more, or the time is up; who gives up stops the cell. */
async function rested(
  { controller }: AssistantContext,
  notebook: vscode.NotebookDocument,
  seconds: number = defaultSeconds,
  token: vscode.CancellationToken,
  { stops = true, after }: { stops?: boolean; after?: Thenable<unknown> } = {},
): Promise<void> {
  let isUnderWay = after !== undefined;
  const isBusy = () =>
    isUnderWay || controller.running(notebook) !== undefined || controller.state(notebook) === "busy";
  if (!isBusy()) return;
  const listening: vscode.Disposable[] = [];
  let timer: unknown;
  await new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.min(mostSeconds, Math.max(0, seconds)) * 1000);
    listening.push(
      controller.onDidRest((rest) => rest === notebook && !isBusy() && resolve()),
      controller.onDidChangeState((changed) => changed === notebook && !isBusy() && resolve()),
      token.onCancellationRequested(() => {
        if (stops) void controller.interrupt(notebook);
        resolve();
      }),
    );
    const ended = () => {
      isUnderWay = false;
      if (!isBusy()) resolve();
    };
    after?.then(ended, ended);
  });
  clearTimeout(timer as number);
  for (const each of listening) each.dispose();
}

/** Asks about values; where a cell computes without a pause the answer is late, and the assistant is told. */
async function ask<T extends "variables_request" | "tensor_request">(
  context: AssistantContext,
  name: string | undefined,
  type: T,
  content: Requests[T],
): Promise<Extract<Replies[ReplyTo<T>], { status: "ok" }>> {
  const notebook = notebookOf(context, name);
  if (!context.views.store.isAlive(notebook))
    throw new Error("nothing has run in this notebook yet: there are no variables; run cells first");
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 10_000));
  const reply = await Promise.race([context.controller.client(notebook)?.request(type, content), late]);
  const answer = reply?.content as Replies[ReplyTo<T>] | undefined;
  if (!answer)
    throw new Error("a cell runs without a pause in which the kernel could answer; wait, or interrupt it");
  if (answer.status === "ok") return answer as Extract<Replies[ReplyTo<T>], { status: "ok" }>;
  throw new Error(answer.status === "error" ? answer.evalue : `${type}: it was aborted`);
}

/** Runs code that is no cell of the notebook; what it shows is told. */
async function runCode<T extends "bnlab_run_code" | "bnlab_lint" | "bnlab_probe_report">(
  tool: T,
  context: AssistantContext,
  input: Inputs[T],
  token: vscode.CancellationToken,
): Promise<Content[]> {
  const notebook = notebookOf(context, input.notebook);
  refuseBusy(context, notebook);
  const client = context.controller.client(notebook);
  if (!client) throw new Error(`${tool}: the notebook has no kernel of BN Lab's`);
  const cell = {
    ...{ cell_type: "code" as const, id: "code", source: codeOf(tool, input) ?? "", metadata: {} },
    ...{ outputs: [], execution_count: null },
  };
  const collector = new OutputCollector();
  const ends = client.execute(cell.source, (publication) => collector.collect(cell, publication), {
    controls: false,
    store_history: false,
  });
  ends.catch(() => {});
  const seconds = "seconds" in input && typeof input.seconds === "number" ? input.seconds : defaultSeconds;
  const waiting = Math.min(mostSeconds, Math.max(0, seconds)) * 1000;
  const late = new Promise<undefined>((resolve) => {
    setTimeout(() => resolve(undefined), waiting);
    token.onCancellationRequested(() => {
      void context.controller.interrupt(notebook);
      resolve(undefined);
    });
  });
  const reply = await Promise.race([ends, late]);
  context.views.store.refresh(notebook);
  const state = reply ? (reply.content.status === "ok" ? "done" : "failed") : "still runs";
  return limited(contentsOf(`the code: ${state}`, cell.outputs), "it is cut");
}
