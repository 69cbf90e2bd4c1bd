// Starts a notebook's kernel anew and runs the notebook from top to bottom in it.
import type { RunCommand } from "./command";
import { mayRestart } from "./restartKernel";
import { runCells } from "./runAll";
import { targetOf } from "./target";

export const restartAndRunAll: RunCommand = async (context, argument) => {
  const notebook = await targetOf(context, argument);
  if (!notebook || !(await mayRestart(context, notebook))) return;
  await context.controller.restart(notebook);
  await runCells(notebook);
};
