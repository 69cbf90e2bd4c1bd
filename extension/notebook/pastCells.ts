// Which cell is meant by an execution that another window has asked for, and whether the cell shows what came of it. No vscode here.
import type { PastExecution } from "../../kernel/protocol";

/** A cell as it stands in the notebook that is open now. */
export interface StandingCell<Cell> {
  cell: Cell;
  id: string | undefined;
  index: number;
  source: string;
  /** Its execution count, where it has one. */
  order: number | undefined;
  outputs: number;
}

/** The cell of that id, else the one with that text, best at that place. */
export function cellOf<Cell>(
  { cellId, cellIndex, code }: PastExecution,
  cells: readonly StandingCell<Cell>[],
): StandingCell<Cell> | undefined {
  const same = cellId === undefined ? undefined : cells.find(({ id }) => id === cellId);
  if (same) return same;
  // A cell that had no id may have got one since, when the notebook was saved.
  const alike = cells.filter(({ id, source }) => source === code && (!cellId || id === undefined));
  return alike.find(({ index }) => index === cellIndex) ?? (alike.length === 1 ? alike[0] : undefined);
}

/** What is to be done with an execution's outputs. */
export type Restoring =
  /** They are to be shown, with those that come. */
  | "show"
  /** The cell shows them; others may come, of a timer. */
  | "hear"
  /** The cell shows something else, or nothing, and is to. */
  | "leave";

export function restoringOf(
  { code, isOutdated, outputs, isLive, end }: PastExecution,
  cell: Omit<StandingCell<unknown>, "cell">,
): Restoring {
  if (!end) return "show";
  if (isOutdated || end.status === "aborted") return "leave";
  const isShown = cell.order === end.order && cell.outputs === outputs;
  if (isShown && end.wasSeen && !isLive) return "hear";
  return cell.source === code ? "show" : "leave";
}
