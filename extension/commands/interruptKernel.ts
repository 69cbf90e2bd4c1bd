// Stops what runs in a notebook; its variables stay.
import type { RunCommand } from "./command";
import { targetOf } from "./target";

export const interruptKernel: RunCommand = async (context, argument) => {
  const notebook = await targetOf(context, argument);
  if (notebook) await context.controller.interrupt(notebook);
};
