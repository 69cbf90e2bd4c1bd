// The comms that a session has open, and what is said on them that needs no cell: how they stand, for clients that come later.
import type { AnyMessage, Comm, CommContents, Message } from "./messages";
import type { Json } from "./mime";

/** Jupyter's name for the comms of its widgets. */
export const widgetTarget = "jupyter.widget";
/** Where a client asks for all of them at once. */
const controlTarget = "jupyter.widget.control";
/** The version of the widgets' messages that these are. */
export const widgetProtocol = "2.1.0";
/** So many are open at most: of more, those that were opened first are closed. */
const mostOpen = 3_000;

type State = Record<string, Json>;

/** What comes of a client's word: what it or all clients hear, and what is for the cells' process to hear. */
export interface Heard {
  answers: Comm[];
  forward?: Comm;
}

/** Knows every open comm by what passes it by, so that nobody has to wait for a cell that computes. */
export class Comms {
  /** By id, the oldest first. */
  readonly #open = new Map<string, State>();
  /** Those of clients that may ask for all states. */
  readonly #asking = new Set<string>();

  /** Takes note of what the cells' process says. @returns it, with what has to be said besides. */
  said(comm: Comm): Comm[] {
    const { comm_id: id } = comm.content;
    if (comm.type === "comm_open") {
      this.#open.set(id, stateIn(comm.content.data) ?? {});
      return [comm, ...this.#closeOldest()];
    }
    if (comm.type === "comm_close") this.#open.delete(id);
    else this.#merge(id, comm.content.data);
    return [comm];
  }

  /** Takes in what a client says. */
  heard(comm: Comm): Heard {
    const { comm_id: id } = comm.content;
    if (comm.type === "comm_open") {
      if (comm.content.target_name !== controlTarget) return { answers: [closing(id)] };
      this.#asking.add(id);
      return { answers: [] };
    }
    if (comm.type === "comm_close") {
      if (this.#asking.delete(id) || !this.#open.delete(id)) return { answers: [] };
      return { answers: [], forward: comm };
    }
    return this.#message(comm.content);
  }

  #message({ comm_id: id, data }: CommContents["comm_msg"]): Heard {
    if (this.#asking.has(id)) {
      if (data.method !== "request_states") return { answers: [] };
      return {
        answers: [message(id, { method: "update_states", states: this.saved(), buffer_paths: [] })],
      };
    }
    const state = this.#open.get(id);
    if (!state) return { answers: [] };
    if (data.method === "request_state") {
      return { answers: [message(id, { method: "update", state, buffer_paths: [] })] };
    }
    const forward: Comm = { type: "comm_msg", content: { comm_id: id, data } };
    if (!this.#merge(id, data)) return { answers: [], forward };
    // Other clients show it too; the one that sent it knows its own by the message that it answers.
    const echo = { method: "echo_update", state: stateIn(data)!, buffer_paths: [] };
    return { answers: [message(id, echo)], forward };
  }

  /** How a comm stands; undefined where it is not open. */
  state(id: string): Readonly<State> | undefined {
    return this.#open.get(id);
  }

  /** All of them as Jupyter saves widgets, by their ids. */
  saved(): Record<string, Json> {
    return Object.fromEntries([...this.#open].map(([id, state]) => [id, savedWidget(state)]));
  }

  /** All of them as they are opened now, for whoever comes later. */
  opened(): Comm[] {
    const contents = [...this.#open].map(([comm_id, state]) => ({ comm_id, data: { state } }));
    return contents.map((content) => ({
      type: "comm_open",
      content: { target_name: widgetTarget, ...content },
    }));
  }

  /** What answers a `comm_info_request`. */
  info(target?: string): Record<string, { target_name: string }> {
    if (target !== undefined && target !== widgetTarget) return {};
    return Object.fromEntries([...this.#open.keys()].map((id) => [id, { target_name: widgetTarget }]));
  }

  /** The cells' process has gone, and all ends in it. */
  closeAll(): Comm[] {
    const closed = [...this.#open.keys()].map(closing);
    this.#open.clear();
    return closed;
  }

  #closeOldest(): Comm[] {
    const oldest = [...this.#open.keys()].slice(0, Math.max(0, this.#open.size - mostOpen));
    for (const id of oldest) this.#open.delete(id);
    return oldest.map(closing);
  }

  #merge(id: string, data: State): boolean {
    const state = this.#open.get(id);
    const isUpdate = data.method === "update" || data.method === "echo_update";
    const update = isUpdate ? stateIn(data) : undefined;
    if (!state || !update) return false;
    for (const [name, value] of Object.entries(update)) if (Object.hasOwn(state, name)) state[name] = value;
    return true;
  }
}

function savedWidget(state: State): Record<string, Json> {
  const { _model_name, _model_module, _model_module_version } = state;
  return {
    model_name: _model_name ?? null,
    model_module: _model_module ?? null,
    model_module_version: _model_module_version ?? null,
    state,
  };
}

/** What a message says on a comm; undefined of any other. */
export function commIn(message: Message | AnyMessage): Comm | undefined {
  const { content } = message;
  const type = message.header.msg_type;
  if (type !== "comm_open" && type !== "comm_msg" && type !== "comm_close") return undefined;
  return { type, content } as Comm;
}

/** The state in what a comm's message says. */
export function stateIn(data: State): State | undefined {
  const { state } = data;
  return typeof state === "object" && state !== null && !Array.isArray(state) ? state : undefined;
}

function message(comm_id: string, data: State): Comm {
  return { type: "comm_msg", content: { comm_id, data } };
}

function closing(comm_id: string): Comm {
  return { type: "comm_close", content: { comm_id, data: {} } };
}
