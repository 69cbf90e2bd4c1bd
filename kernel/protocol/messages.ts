// Jupyter's messages, version 5.4, as TypeScript types: the one description that both ends of the wire import.
// https://jupyter-client.readthedocs.io/en/stable/messaging.html
import type { Checks, LanguageAnswer, LanguageRequest } from "./language";
import type { Json, MimeBundle } from "./mime";
import type { RowsReply, RowsRequest } from "./rows";
import type { TensorReply, TensorRequest, Variable, VariablesRequest } from "./variables";

export const protocolVersion = "5.4";

export type Channel = "shell" | "control" | "iopub" | "stdin";

export interface Header {
  msg_id: string;
  msg_type: MessageType;
  session: string;
  username: string;
  /** ISO 8601. */
  date: string;
  version: string;
}

export interface Message<T extends MessageType = MessageType> {
  channel: Channel;
  header: Header & { msg_type: T };
  /** The header of the request that caused this message; empty for a request. */
  parent_header: Header | Record<string, never>;
  metadata: Record<string, Json>;
  content: Content[T];
}

/** A message of any type, to be told apart by `header.msg_type` (see `isMessage`). */
export type AnyMessage = { [T in MessageType]: Message<T> }[MessageType];

export interface ErrorContent {
  ename: string;
  evalue: string;
  /** Lines to print; may hold ANSI colors. */
  traceback: string[];
}

export type ReplyContent<Fields = unknown> =
  | ({ status: "ok" } & Fields)
  | ({ status: "error" } & ErrorContent)
  | { status: "aborted" };

/** Requests of a client, each answered by a reply between two `status` messages, busy and idle. */
export interface Requests {
  kernel_info_request: Record<string, never>;
  execute_request: {
    code: string;
    /** Run without outputs, execution count or history. Default false. */
    silent?: boolean;
    /** Count the cell and remember it. Default true, but where `silent`. */
    store_history?: boolean;
    /** Name → expression: evaluated after the cell, answered in the reply. */
    user_expressions?: Record<string, string>;
    /** Whether the client answers an `input_request`. Default false. */
    allow_stdin?: boolean;
    /** Ours alone. Default strict. */
    checks?: Checks;
    /** Ours alone: the language, a BCP 47 tag, in which charts and tables are shown. Default English. */
    language?: string;
    /** Ours alone: whether somebody can move what controls the cell shows. Default as `allow_stdin`. */
    controls?: boolean;
    /** Ours alone: an absolute path, by which a debugger is to know the cell; there need be no such file. */
    file?: string;
    /** Ours alone: whether a debugger that is there stops at the cell's first line. */
    pauses?: boolean;
    /** Abort the requests that are queued behind this one if it fails. Default true. */
    stop_on_error?: boolean;
  };
  /**
   * BN Lab's own: waits until nothing that cells have begun is under way any more (timers, requests, processes), `timeout` seconds at
   * most. What comes meanwhile is published with the cell it is of.
   */
  settle_request: { timeout: number };
  history_request: {
    /** Give [input, output] in place of the input. */
    output: boolean;
    raw: boolean;
    hist_access_type: "range" | "tail" | "search";
    /** `range`: of this session (0 the current one), from `start` up to and without `stop`. */
    session?: number;
    start?: number;
    stop?: number | null;
    /** `tail` and `search`: the last n. */
    n?: number | null;
    /** `search`: `*` and `?` stand for any characters and any one. */
    pattern?: string | null;
    unique?: boolean;
  };
  comm_info_request: { target_name?: string };
  is_complete_request: { code: string };
  complete_request: { code: string; cursor_pos: number };
  inspect_request: { code: string; cursor_pos: number; detail_level: 0 | 1 };
  /** BN Lab's own: of a notebook that the client is editing. */
  language_request: LanguageRequest;
  /** BN Lab's own: of the session's values. */
  variables_request: VariablesRequest;
  tensor_request: TensorRequest;
  rows_request: RowsRequest;
  /** As ipykernel's: what the process of the cells takes. */
  usage_request: Record<string, never>;
  /** BN Lab's own: opens a line for a JavaScript debugger, which closes when that goes. */
  inspector_request: Record<string, never>;
  interrupt_request: Record<string, never>;
  shutdown_request: { restart: boolean };
}

/** What a cell had to do with the names that cells share. An object that was changed in place is none of it. */
export interface CellFlow {
  /** Names of other cells that it mentions, in its functions too. */
  reads: string[];
  /** Names that it declared or assigned to. */
  makes: string[];
  /** Those of them that have another value since. */
  changes: string[];
}

export interface Replies {
  kernel_info_reply: ReplyContent<{
    protocol_version: string;
    implementation: string;
    implementation_version: string;
    language_info: {
      name: string;
      version: string;
      mimetype: string;
      file_extension: string;
      codemirror_mode?: string;
      pygments_lexer?: string;
    };
    banner: string;
    help_links: { text: string; url: string }[];
    debugger: boolean;
    supported_features: string[];
  }>;
  execute_reply: ReplyContent<{
    user_expressions: Record<string, ExpressionResult>;
    /** Out of use since 5.0, but clients look for it. */
    payload?: Json[];
  }> & {
    execution_count: number;
    /** Ours alone; none of a cell that did not run to its end with the kernel. */
    flow?: CellFlow;
  };
  /** `left`: kinds of what was still under way when the time was up. */
  settle_reply: ReplyContent<{ left: string[] }>;
  history_reply: ReplyContent<{ history: HistoryEntry[] }>;
  comm_info_reply: ReplyContent<{ comms: Record<string, { target_name: string }> }>;
  is_complete_reply: { status: "complete" | "incomplete" | "invalid" | "unknown"; indent?: string };
  complete_reply: ReplyContent<{
    matches: string[];
    cursor_start: number;
    cursor_end: number;
    metadata: Record<string, Json>;
  }>;
  inspect_reply: ReplyContent<{ found: boolean; data: MimeBundle; metadata: Record<string, Json> }>;
  language_reply: ReplyContent<{ answer: LanguageAnswer }>;
  variables_reply: ReplyContent<{ variables: Variable[] }>;
  tensor_reply: ReplyContent<TensorReply>;
  rows_reply: ReplyContent<RowsReply>;
  usage_reply: ReplyContent<{
    hostname: string;
    pid: number;
    /** Bytes of memory; answered while a cell computes, too. */
    kernel_memory: number;
  }>;
  /** `ws://127.0.0.1:…`: speaks the protocol of V8's inspector. */
  inspector_reply: ReplyContent<{ address: string }>;
  interrupt_reply: ReplyContent;
  shutdown_reply: ReplyContent<{ restart: boolean }>;
}

/** What both ends of a comm say; a control is one (see controls.ts). */
export interface CommContents {
  comm_open: { comm_id: string; target_name: string; data: Record<string, Json> };
  comm_msg: { comm_id: string; data: Record<string, Json> };
  comm_close: { comm_id: string; data: Record<string, Json> };
}

export type CommType = keyof CommContents;

/** One of them, without its message. */
export type Comm = { [T in CommType]: { type: T; content: CommContents[T] } }[CommType];

/** What the kernel publishes for every client to see. */
export interface Publications extends CommContents {
  status: { execution_state: "starting" | "busy" | "idle" };
  execute_input: { code: string; execution_count: number };
  stream: { name: "stdout" | "stderr"; text: string };
  display_data: DisplayContent;
  update_display_data: DisplayContent;
  execute_result: DisplayContent & { execution_count: number };
  clear_output: { wait: boolean };
  error: ErrorContent;
  /** Tells a subscriber that from here on it hears all. */
  iopub_welcome: { subscription: string };
}

/** What the kernel asks of the client whose cell is running, on the channel `stdin`. */
export interface Questions {
  input_request: { prompt: string; password: boolean };
}

/** What a client tells without waiting for a reply. */
export interface Notices extends CommContents {
  input_reply: { value: string };
}

export type ExpressionResult =
  | { status: "ok"; data: MimeBundle; metadata: Record<string, Json> }
  | ({ status: "error" } & ErrorContent);

/** Session, line, and the input, or the input and the text of its result. */
export type HistoryEntry = [session: number, line: number, input: string | [string, string | null]];

export interface DisplayContent {
  data: MimeBundle;
  metadata: Record<string, Json>;
  transient?: { display_id?: string };
}

export type Content = Requests & Replies & Publications & Questions & Notices;
export type MessageType = keyof Content;
export type RequestType = keyof Requests;
export type PublicationType = keyof Publications;
export type ReplyType = keyof Replies;

/** `execute_request` → `execute_reply`. */
export type ReplyTo<T extends RequestType> = T extends `${infer Name}_request`
  ? `${Name}_reply` extends ReplyType
    ? `${Name}_reply`
    : never
  : never;

/** Narrows a message by its type. */
export function isMessage<T extends MessageType>(
  message: Message | AnyMessage,
  type: T,
): message is Message<T> {
  return message.header.msg_type === type;
}
