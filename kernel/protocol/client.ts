// A client's end of the protocol: requests out, replies and publications matched to the request they belong to.
import {
  type AnyMessage,
  type Channel,
  type Comm,
  type Content,
  type Header,
  isMessage,
  type Message,
  type MessageType,
  type PublicationType,
  protocolVersion,
  type Questions,
  type ReplyTo,
  type Requests,
  type RequestType,
} from "./messages";
import type { Transport } from "./transport";

/** A publication of any type, told apart by `header.msg_type`. */
export type AnyPublication = { [T in PublicationType]: Message<T> }[PublicationType];

export interface RequestOptions {
  /** `control` is answered at once, `shell` in its turn. */
  channel?: Channel;
  /** Receives what the kernel publishes because of this request, also what comes after the reply. */
  onPublication?(publication: AnyPublication): void;
  /**
   * Asks the user what the running cell wants to know; `ended` is aborted when the cell needs no answer any more.
   * Without this the kernel is told that nobody can be asked.
   */
  onInput?(question: Questions["input_request"], ended: AbortSignal): Promise<string>;
  metadata?: Message["metadata"];
}

type Heard = Pick<RequestOptions, "onPublication" | "onInput">;

export class KernelGone extends Error {
  override name = "KernelGone";
}

interface Pending {
  resolve(reply: Message): void;
  reject(error: Error): void;
  reply?: Message;
  idle: boolean;
  onInput: RequestOptions["onInput"];
  readonly ended: AbortController;
}

const lateRequests = 200;

export class KernelClient {
  readonly #session = crypto.randomUUID();
  readonly #pending = new Map<string, Pending>();
  readonly #listeners = new Map<string, (publication: AnyPublication) => void>();
  #gone = false;

  readonly #transport: Transport;
  readonly #onUnclaimed: (publication: AnyPublication) => void;

  /** @param onUnclaimed receives what is published because of no request that is known here. */
  constructor(transport: Transport, onUnclaimed: (publication: AnyPublication) => void = () => {}) {
    this.#transport = transport;
    this.#onUnclaimed = onUnclaimed;
    transport.onMessage((message) => this.#receive(message));
    transport.onClose(() => this.close("the kernel's process has ended"));
  }

  /** Resolves when the request's reply has come and its last output before it: both the reply and `idle`. */
  request<T extends RequestType>(
    type: T,
    content: Requests[T],
    { channel = "shell", metadata, ...heard }: RequestOptions = {},
  ): Promise<Message<ReplyTo<T>>> {
    const options = { session: this.#session, metadata };
    return this.ask(createMessage(channel, type, content as Content[T], options), heard);
  }

  /** Makes a request whose message is there already. */
  ask<T extends RequestType>(request: Message<T>, heard: Heard): Promise<Message<ReplyTo<T>>> {
    const answered = this.resume<T>(request.header.msg_id, heard, request.header.msg_type);
    if (!this.#gone) this.#transport.send(request as AnyMessage);
    return answered;
  }

  /** Takes up a request that an earlier client has made: its messages are still to come. */
  resume<T extends RequestType>(
    id: string,
    { onPublication, onInput }: Heard,
    type: RequestType = "execute_request",
  ): Promise<Message<ReplyTo<T>>> {
    if (this.#gone) return Promise.reject(new KernelGone(`${type}: the kernel's process has ended`));
    return new Promise((resolve, reject) => {
      this.#pending.set(id, {
        resolve: (reply) => resolve(reply as Message<ReplyTo<T>>),
        reject,
        idle: false,
        onInput,
        ended: new AbortController(),
      });
      if (onPublication) this.listen(id, onPublication);
    });
  }

  execute(
    code: string,
    onPublication: (publication: AnyPublication) => void,
    { onInput, ...options }: Partial<Requests["execute_request"]> & Pick<RequestOptions, "onInput"> = {},
  ): Promise<Message<"execute_reply">> {
    const content = { code, silent: false, store_history: true, user_expressions: {}, stop_on_error: true };
    return this.request(
      "execute_request",
      { ...content, allow_stdin: onInput !== undefined, ...options },
      { onPublication, onInput },
    );
  }

  /** Says something to a control, or whoever else holds the other end of a comm; nobody answers. */
  tell({ type, content }: Comm): void {
    if (!this.#gone)
      this.#transport.send(createMessage("shell", type, content, { session: this.#session }) as AnyMessage);
  }

  interrupt(): Promise<Message<"interrupt_reply">> {
    return this.request("interrupt_request", {}, { channel: "control" });
  }

  shutdown(restart = false): Promise<Message<"shutdown_reply">> {
    return this.request("shutdown_request", { restart }, { channel: "control" });
  }

  /** Fails what is still waiting; for a transport that cannot tell itself. */
  close(reason: string): void {
    this.#gone = true;
    for (const { reject, ended } of this.#pending.values()) {
      ended.abort();
      reject(new KernelGone(reason));
    }
    this.#pending.clear();
    this.#listeners.clear();
  }

  /** A cell may publish after its end, by a timer that it left running: the last few are still heard. */
  listen(id: string, onPublication: (publication: AnyPublication) => void): void {
    this.#listeners.set(id, onPublication);
    for (const other of this.#listeners.keys()) {
      if (this.#listeners.size <= lateRequests) break;
      if (!this.#pending.has(other)) this.#listeners.delete(other);
    }
  }

  #receive(message: AnyMessage): void {
    const id = "msg_id" in message.parent_header ? message.parent_header.msg_id : "";
    const pending = this.#pending.get(id);
    if (message.channel === "iopub") {
      const listener = this.#listeners.get(id) ?? (pending ? undefined : this.#onUnclaimed);
      listener?.(message as AnyPublication);
      const { msg_type } = message.header;
      if (
        pending &&
        msg_type === "status" &&
        (message as Message<"status">).content.execution_state === "idle"
      ) {
        pending.idle = true;
      }
    } else if (isMessage(message, "input_request")) {
      void this.#ask(message, pending);
    } else if (pending) {
      pending.reply = message;
    }
    if (pending?.reply && pending.idle) {
      this.#pending.delete(id);
      pending.ended.abort();
      pending.resolve(pending.reply);
    }
  }

  async #ask({ header, content }: Message<"input_request">, pending?: Pending): Promise<void> {
    const value = await pending?.onInput?.(content, pending.ended.signal);
    if (value === undefined || pending?.ended.signal.aborted) return;
    const reply = createMessage(
      "stdin",
      "input_reply",
      { value },
      { session: this.#session, parent: header },
    );
    this.#transport.send(reply as AnyMessage);
  }
}

/** A message with a header of its own. */
export function createMessage<T extends MessageType>(
  channel: Channel,
  type: T,
  content: Content[T],
  {
    session,
    parent = {},
    metadata = {},
  }: { session: string; parent?: Header | Record<string, never>; metadata?: Message["metadata"] },
): Message<T> {
  return {
    channel,
    header: {
      msg_id: crypto.randomUUID(),
      msg_type: type,
      session,
      username: "bnlab",
      date: new Date().toISOString(),
      version: protocolVersion,
    },
    parent_header: parent,
    metadata,
    content,
  };
}
