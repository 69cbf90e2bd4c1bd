// What the session and whatever runs its cells say to each other: in Node the supervisor, the runner's channel thread and its main
// thread, in a browser two workers.
import type {
  Comm,
  Publications,
  Questions,
  RowsReply,
  RowsRequest,
  TensorReply,
  TensorRequest,
  Variable,
  VariablesRequest,
} from "../../protocol";
import type { Output } from "../display/output";
import type { Value } from "../shapes";

/** A module that a cell imports, and the names under which it has what is in it. */
export interface CellImport {
  specifier: string;
  attributes: Record<string, string>;
  /** `imported` is a name, or `*` for the whole module. */
  bindings: { local: string; imported: string }[];
}

/** A cell ready to run. */
export interface CellProgram {
  /** Tells cells apart, also those that are not counted. */
  id: number;
  /** `Cell 3`: what stack traces call it. */
  name: string;
  /** The path under which a debugger knows the cell, where its client has told one; there need be no such file. */
  file?: string | undefined;
  /** Whether a debugger stops at its first line. */
  pauses?: boolean | undefined;
  source: string;
  /** What its charts and tables are shown in. */
  language: string | undefined;
  code: string;
  imports: CellImport[];
  map: string;
  shifts: [number, number, number][];
  showsResult: boolean;
  /** Names that it gives values. */
  declares: string[];
  /** Names whose values it may replace otherwise than by a declaration that runs once. */
  assigns: string[];
  /** Whether somebody can move the controls that it shows. */
  isAttended: boolean;
}

/** Supervisor → runner. */
export type ToRunner =
  | { type: "run"; cell: CellProgram }
  | { type: "interrupt"; cell: number }
  | { type: "answer"; id: number; answer: Answer }
  | { type: "look"; id: number; look: Look }
  | { type: "settle"; milliseconds: number }
  | { type: "measure" }
  /** What a debugger says to the engine; nothing when it goes. */
  | { type: "inspect"; message?: string }
  /** What a client says to a control. */
  | { type: "comm"; comm: Comm };

/** Questions about the values of cells, and what comes back. */
export interface Looks {
  variables: { about: VariablesRequest; answer: Variable[] };
  tensor: { about: TensorRequest; answer: TensorReply };
  rows: { about: RowsRequest; answer: RowsReply };
}
export type Look = { [L in keyof Looks]: { what: L; about: Looks[L]["about"] } }[keyof Looks];
export type Seen<L extends keyof Looks = keyof Looks> =
  | { answer: Looks[L]["answer"] }
  | { error: Publications["error"] };

/** What came of a cell's question: the user's text, or why there is none. */
export type Answer = { value: string } | { error: string };

/** How a cell ended. */
export type Outcome =
  | { status: "ok" }
  /** `shown`: the error is below the cell already. */
  | { status: "error"; error: Publications["error"]; shown?: boolean }
  | { status: "interrupted" };

/**
 * And the names that it was to declare and never came to, those that have another value than before, and what is known of all
 * values, for the language service.
 */
export type Ended = Outcome & { missed: string[]; changed: string[]; known: Record<string, Value> };

/** Runner → supervisor. */
export type FromRunner =
  | { type: "output"; cell: number; output: Output }
  | { type: "comm"; cell: number; comm: Comm }
  | { type: "ask"; id: number; question: Questions["input_request"] }
  | { type: "seen"; id: number; seen: Seen }
  | { type: "measured"; bytes: number }
  /** What the engine says to a debugger. */
  | { type: "inspected"; message: string }
  /** Nothing that cells have begun is under way any more, or this is when the time was up. */
  | { type: "settled"; left: string[] }
  | { type: "done"; cell: number; outcome: Ended };

/**
 * What the main thread hands to the channel; `size` is what it added to the outstanding characters. An interrupt is not for
 * the supervisor: it wants to come back.
 */
export interface Posted {
  message: FromRunner | Extract<ToRunner, { type: "interrupt" }> | ChildNotice;
  size: number;
  /** The message as it is sent, where it has a bundle. */
  json?: string;
}

/** A process that a cell has started, or that has ended: the channel ends those of an interrupted cell. */
export interface ChildNotice {
  type: "child";
  pid: number;
  cell: number;
  ended: boolean;
}

/** The numbers that the runner's two threads share. */
export const Shared = {
  /** Characters that the main thread has posted and the channel has not sent. */
  outstanding: 0,
  /** The last cell whose interrupt the main thread has carried out. */
  interrupted: 1,
  /** 1 while the main thread is where stopping its code would break Node itself. */
  undisturbed: 2,
  /** How often the channel has stopped the main thread's code. */
  terminations: 3,
  /** The last cell that the main thread has begun. */
  begun: 4,
  /** How often clients have said something to controls. */
  comms: 5,
  /** 1 while a debugger listens. */
  debugged: 6,
  length: 7,
} as const;
