// What a kernel's cells have shown, as it stands: kept for a client that comes later. Bounded, and a cut is told.
import {
  type AnyMessage,
  type CellPlace,
  type Comm,
  Comms,
  commIn,
  createMessage,
  isMessage,
  type Message,
  Mime,
  type PastEnd,
  type PastExecution,
} from "../protocol";
import { countText } from "../words";

interface Execution {
  readonly request: Message<"execute_request">;
  readonly place: CellPlace;
  input?: Message<"execute_input">;
  /** Streams joined, displays as they were updated last, nothing that was cleared. */
  shown: AnyMessage[];
  /** `clear_output` with `wait`: the next output takes the place of all. */
  clearsNext: boolean;
  /** What it asks and nobody has answered yet. */
  question?: Message<"input_request">;
  startTime?: number;
  reply?: Message<"execute_reply">;
  /** Its last one. */
  status?: Message<"status">;
  end?: PastEnd;
  isOutdated: boolean;
  /** About so many have its outputs, once it has ended. */
  characters: number;
}

/** What all cells show that have ended. */
const keptCharacters = 32 << 20;
/** Executions whose cells have run again tell only what they have made. */
const mostExecutions = 2_000;

export class ExecutionLog {
  /** By the request's id, in the order in which they were asked for. */
  readonly #executions = new Map<string, Execution>();
  readonly #comms = new Comms();
  readonly #limit: number;

  constructor(limit = keptCharacters) {
    this.#limit = limit;
  }

  /** Whether no cell has run, or is to. */
  get isEmpty(): boolean {
    return this.#executions.size === 0;
  }

  /** Whether a cell runs, or waits to. */
  get isBusy(): boolean {
    return [...this.#executions.values()].some(({ end }) => !end);
  }

  get past(): PastExecution[] {
    return [...this.#executions].map(([id, { request, place, isOutdated, startTime, shown, end }]) => ({
      ...{ id, code: request.content.code, ...place, isOutdated, startTime, end },
      ...{ outputs: shown.length, isLive: shown.some(isLive) },
    }));
  }

  /** The controls that there are. */
  get comms(): Comm[] {
    return this.#comms.opened();
  }

  /** A client says something. */
  received(message: AnyMessage): void {
    const comm = commIn(message);
    if (comm) this.#comms.heard(comm);
    if (isMessage(message, "input_reply")) {
      for (const execution of this.#executions.values()) execution.question = undefined;
    }
    if (!isMessage(message, "execute_request")) return;
    const { cellId, cellIndex } = message.metadata;
    if (typeof cellIndex !== "number") return; // a question beside the cells
    const place = { cellIndex, ...(typeof cellId === "string" && { cellId }) };
    for (const [id, other] of this.#executions) if (isSameCell(other, place, message)) this.forget(id);
    this.#executions.set(message.header.msg_id, {
      ...{ request: message, place, shown: [], clearsNext: false, isOutdated: false, characters: 0 },
    });
    this.#bound();
  }

  /** The kernel says something. `isHeard`: whether a client is there. */
  sent(message: AnyMessage, isHeard: boolean): void {
    const comm = commIn(message);
    if (comm) this.#comms.said(comm);
    const execution = this.#executions.get(parentOf(message));
    if (isMessage(message, "update_display_data")) this.#update(message);
    else if (execution) this.#take(execution, message, isHeard);
  }

  /** What a client is sent that has not seen an execution: its messages, as few as there may be. */
  recall(id: string): AnyMessage[] {
    const { input, shown, question, reply, status } = this.#executions.get(id) ?? { shown: [] };
    return [input, ...shown, question, reply, status].filter((message) => message !== undefined);
  }

  /** What an execution has shown is no longer there to be seen. */
  forget(id: string): void {
    const execution = this.#executions.get(id);
    if (!execution) return;
    execution.isOutdated = true;
    execution.shown = [];
    execution.characters = 0;
  }

  #take(execution: Execution, message: AnyMessage, isHeard: boolean): void {
    if (isMessage(message, "execute_input")) {
      execution.input = message;
      execution.startTime = Date.now();
    } else if (isMessage(message, "input_request")) {
      execution.question = message;
    } else if (isMessage(message, "execute_reply")) {
      const { status, execution_count: order, flow } = message.content;
      execution.question = undefined;
      execution.reply = message;
      execution.end = { time: Date.now(), status, order, ...(flow && { flow }), wasSeen: isHeard };
      execution.characters = charactersOf(execution.shown);
      this.#bound();
    } else if (isMessage(message, "status")) {
      execution.status = message;
    } else if (isMessage(message, "clear_output")) {
      if (message.content.wait) execution.clearsNext = true;
      else execution.shown = [];
    } else if (isOutput(message) && !execution.isOutdated) {
      this.#show(execution, message);
    }
  }

  #show(execution: Execution, message: AnyMessage): void {
    if (execution.clearsNext) execution.shown = [];
    execution.clearsNext = false;
    const last = execution.shown.at(-1);
    if (
      isMessage(message, "stream") &&
      last &&
      isMessage(last, "stream") &&
      last.content.name === message.content.name
    ) {
      const content = { ...message.content, text: last.content.text + message.content.text };
      execution.shown[execution.shown.length - 1] = { ...last, content };
    } else {
      execution.shown.push(message);
    }
    if (!execution.end) return;
    execution.characters += charactersOf([message]);
    this.#bound();
  }

  /** Another cell's display may be meant, or one that is shown several times. */
  #update({ content }: Message<"update_display_data">): void {
    const id = content.transient?.display_id;
    if (id === undefined) return;
    for (const { shown } of this.#executions.values()) {
      for (const [i, message] of shown.entries()) {
        const isIt =
          (isMessage(message, "display_data") || isMessage(message, "execute_result")) &&
          message.content.transient?.display_id === id;
        if (isIt) shown[i] = { ...message, content: { ...message.content, ...content } } as AnyMessage;
      }
    }
  }

  /** The oldest of what has ended goes first. */
  #bound(): void {
    const ended = [...this.#executions].filter(([, { end }]) => end);
    for (const [id, { isOutdated }] of ended) {
      if (this.#executions.size <= mostExecutions) break;
      if (isOutdated) this.#executions.delete(id);
    }
    let all = ended.reduce((sum, [, { characters }]) => sum + characters, 0);
    for (const [, execution] of ended) {
      if (all <= this.#limit) return;
      if (execution.characters === 0) continue;
      all -= execution.characters;
      const text = `… ${countText(execution.characters)} characters that this cell has shown were not kept: the cells of a kernel have room for ${countText(this.#limit)}\n`;
      const { header: parent } = execution.request;
      const { session } = parent;
      execution.shown = [
        createMessage("iopub", "stream", { name: "stderr", text }, { session, parent }) as AnyMessage,
      ];
      execution.characters = 0;
    }
  }
}

const parentOf = ({ parent_header: parent }: AnyMessage) => ("msg_id" in parent ? parent.msg_id : "");

const charactersOf = (messages: AnyMessage[]) =>
  JSON.stringify(messages.map(({ content }) => content)).length;

function isLive(message: AnyMessage): boolean {
  if (!isMessage(message, "display_data") && !isMessage(message, "execute_result")) return false;
  const { data, transient } = message.content;
  return transient?.display_id !== undefined || Mime.control in data;
}

function isOutput(message: AnyMessage): boolean {
  const types: string[] = ["stream", "display_data", "execute_result", "error"];
  return types.includes(message.header.msg_type);
}

/** A cell without an id is known by its text. */
function isSameCell(
  { place, request }: Execution,
  { cellId, cellIndex }: CellPlace,
  { content }: Message<"execute_request">,
): boolean {
  if (place.cellId !== undefined || cellId !== undefined) return place.cellId === cellId;
  return place.cellIndex === cellIndex && request.content.code === content.code;
}
