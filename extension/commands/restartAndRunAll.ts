// Starts a notebook's kernel anew and runs the notebook from top to bottom in it.
import type { RunCommand } from "./command";
import { runCells } from "./runAll";
import { targetOf } from "./target";

export const restartAndRunAll: RunCommand = async ({ kernels }, argument) => {
  const notebook = targetOf(argument);
  if (!notebook) return;
  await kernels.restart(notebook);
  await runCells(notebook);
};
