// The half of bench/extension.ts that the extension host runs.
import { writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import * as vscode from "vscode";
import { extensionId } from "../extension/ids";
import { TestVariable } from "../test/environment";
import {
  closeNotebook,
  openNotebook,
  run as runCells,
  start,
  textOf,
  until,
} from "../test/extension/notebooks";

const repetitions = 30;

async function timed(work: () => PromiseLike<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

/** Milliseconds: the middle one, and the one that nine in ten stay below. */
async function latency(work: () => PromiseLike<unknown>): Promise<{ median: string; ninetieth: string }> {
  const times: number[] = [];
  for (let i = 0; i < repetitions; i++) times.push(await timed(work));
  times.sort((a, b) => a - b);
  const at = (share: number) => `${times[Math.floor(share * repetitions)]!.toFixed(1)} ms`;
  return { median: at(0.5), ninetieth: at(0.9) };
}

async function bench(): Promise<Record<string, unknown>> {
  const extension = vscode.extensions.getExtension(extensionId)!;
  if (extension.isActive) throw new Error("bench: expected an extension that is not active yet");
  await new Promise((resolve) => setTimeout(resolve, 5000)); // the window's own start is over then
  const processor = process.cpuUsage();
  const activation = await timed(() => extension.activate());
  const { user, system } = process.cpuUsage(processor);
  const setup =
    'import { nn, tensor } from "bnlab";\nconst net = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU());';
  const loop = 'console.log("on");\nwhile (true) net.forward(tensor([[1, 2]]));';
  const notebook = await openNotebook([setup, "net.\nnet.forward", loop]);
  const firstRun = await timed(() => runCells(notebook, 0, 1));
  const { document } = notebook.cellAt(1);
  const command = (name: string, line: number, character: number) => () =>
    vscode.commands.executeCommand(name, document.uri, new vscode.Position(line, character));
  const complete = command("vscode.executeCompletionItemProvider", 0, 4);
  const hover = command("vscode.executeHoverProvider", 1, 6);
  await complete();
  const rows: Record<string, unknown> = {
    activation: { median: `${activation.toFixed(1)} ms` },
    "activation, processor's time": { median: `${((user + system) / 1000).toFixed(1)} ms` },
    "first cell, kernel's start included": { median: `${firstRun.toFixed(0)} ms` },
    "completions, kernel at rest": await latency(complete),
    "hover, kernel at rest": await latency(hover),
  };
  void start(notebook, 2, 3);
  await until("the loop", () => textOf(notebook, 2).includes("on"));
  rows["completions, while a loop trains"] = await latency(complete);
  await vscode.commands.executeCommand("notebook.cancelExecution");
  await closeNotebook();
  return rows;
}

export async function run(): Promise<void> {
  writeFileSync(process.env[TestVariable.result]!, JSON.stringify(await bench()));
}
