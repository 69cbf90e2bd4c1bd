// A cell that is to run, or was begun by another window: what the kernel is asked, and by what the cell is known again.
import * as vscode from "vscode";
import { createMessage, type Message, type PastExecution } from "../../kernel/protocol";
import { languageOf } from "../../kernel/words";
import { cellPath } from "./cellPath";
import { checksIn } from "./checks";
import type { StandingCell } from "./pastCells";
import { proseOf } from "./prose";

export interface Queued {
  cell: vscode.NotebookCell;
  execution: vscode.NotebookCellExecution;
  /** What is needed to find the cell again in a notebook that was closed meanwhile. */
  readonly source: string;
  readonly index: number;
  /** The `msg_id` of its request. */
  readonly id: string;
  /** What an earlier window has asked for: the kernel is at it, or has done it. */
  readonly past?: PastExecution;
  startTime?: number;
  order?: number;
}

/** The request to run a cell as it stands now. */
export function requestOf(
  { cell, id }: Pick<Queued, "cell" | "id">,
  pauses = false,
): Message<"execute_request"> {
  const { notebook, document } = cell;
  const content = {
    code: document.getText(),
    silent: false,
    store_history: true,
    user_expressions: {},
    stop_on_error: true,
    allow_stdin: true,
    controls: true,
    checks: checksIn(notebook, document),
    language: languageOf(proseOf(notebook)),
    file: cellPath(cell),
    pauses,
  };
  const cellId = idOf(cell);
  const metadata = { cellIndex: cell.index, ...(cellId !== undefined && { cellId }) };
  const request = createMessage("shell", "execute_request", content, { session: "vscode", metadata });
  request.header.msg_id = id;
  return request;
}

/** As Jupyter's files name cells since format 4.5. */
function idOf({ metadata }: vscode.NotebookCell): string | undefined {
  const { id } = metadata as { id?: unknown };
  return typeof id === "string" ? id : undefined;
}

export const standingCells = (notebook: vscode.NotebookDocument): StandingCell<vscode.NotebookCell>[] =>
  notebook
    .getCells()
    .filter(({ kind }) => kind === vscode.NotebookCellKind.Code)
    .map((cell) => ({
      cell,
      id: idOf(cell),
      index: cell.index,
      source: cell.document.getText(),
      order: cell.executionSummary?.executionOrder,
      outputs: cell.outputs.length,
    }));
