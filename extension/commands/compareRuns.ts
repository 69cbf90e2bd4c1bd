// Shows the runs of this window and of saved notebooks, their charts in one.
import type { RunCommand } from "./command";

export const compareRuns: RunCommand = ({ views }) => views.runs.open();
