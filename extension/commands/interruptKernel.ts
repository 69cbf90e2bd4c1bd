// Stops what runs in a notebook; its variables stay.
import type { RunCommand } from "./command";
import { targetOf } from "./target";

export const interruptKernel: RunCommand = async ({ kernels }, argument) => {
  const notebook = targetOf(argument);
  if (notebook) await kernels.interrupt(notebook);
};
