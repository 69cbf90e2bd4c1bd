// Looks at the variables anew: a timer may have changed them since the last cell.
import type { RunCommand } from "./command";

export const refreshVariables: RunCommand = ({ views }) => {
  const { notebook } = views.active;
  if (notebook && views.store.isAlive(notebook)) views.store.refresh(notebook);
};
