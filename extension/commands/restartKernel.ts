// Ends the kernel of a notebook and starts a new one, without variables.
import type { RunCommand } from "./command";
import { targetOf } from "./target";

export const restartKernel: RunCommand = async ({ kernels }, argument) => {
  const notebook = targetOf(argument);
  if (notebook) await kernels.restart(notebook);
};
