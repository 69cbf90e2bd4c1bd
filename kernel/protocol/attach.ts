// What passes between a kernel that outlives its client and its clients, beside Jupyter's messages: who comes and goes, what has run.
import type { AnyMessage, CellFlow, Message } from "./messages";

/** Where a cell stands in its notebook; goes along with its execute_request, as metadata, so that another client finds the cell. */
export interface CellPlace {
  /** As JupyterLab names it; notebooks older than format 4.5 have none. */
  cellId?: string;
  cellIndex: number;
}

/** An execution as a client finds it that comes later. Times are milliseconds since 1970. */
export interface PastExecution extends CellPlace {
  /** The `msg_id` of its request. */
  id: string;
  code: string;
  /** Whether the cell has run again since: nothing of what this run showed is there any more. */
  isOutdated: boolean;
  /** None of one that waits. */
  startTime?: number;
  /** How many outputs there are. */
  outputs: number;
  /** Whether some of them may still change: controls, and displays that code can update. */
  isLive: boolean;
  /** None of one that waits or runs. */
  end?: PastEnd;
}

export interface PastEnd {
  time: number;
  status: "ok" | "error" | "aborted";
  order: number;
  flow?: CellFlow;
  /** Whether a client was there to see it. */
  wasSeen: boolean;
}

/** How a kernel is kept, as whoever has started it says. */
export interface Keeping {
  /** A folder of this user's, in which clients that come later look for it. */
  folder: string;
  /** The address of the notebook. */
  notebook: string;
  /** Untitled notebooks have the same names in all of an editor's windows: theirs are told apart by this. */
  workspace: string;
  /** How long it stays with nobody there. */
  minutes: number;
}

/** What is said beside messages. */
export type Note =
  /** The kernel is to outlive this client; said again when something of it has changed. */
  | { note: "keep"; keeping: Keeping }
  /** The first that a client says on a socket. `takes`: whether it sends another client away. */
  | { note: "attach"; token: string; version: string; takes: boolean }
  | { note: "attached"; pid: number; executions: PastExecution[] }
  | { note: "refused"; why: Refusal }
  /** Sends what an execution has published, or only what comes from now on; until then nothing of it is sent. */
  | { note: "recall"; id: string; outputs: boolean }
  /** What a client has still to ask: the kernel goes on with it where the client goes. */
  | { note: "queue"; requests: Message<"execute_request">[] }
  /** Outputs have been cleared. */
  | { note: "forget"; id: string }
  /** Another client wants the kernel: one that has still a window answers `here`, and keeps it. */
  | { note: "wanted" }
  | { note: "here" }
  /** Another client has taken it. */
  | { note: "taken" }
  /** The client goes deliberately, to come back at once or never. */
  | { note: "leave" }
  | { note: "end" };

/** Another client is there, with cells that have run or without; the kernel is of another version; it does not answer, or has gone. */
export type Refusal = "held" | "unused" | "version" | "silent" | "gone";

export type Said = AnyMessage | Note;

export function isNote(said: Said): said is Note {
  return "note" in said;
}
