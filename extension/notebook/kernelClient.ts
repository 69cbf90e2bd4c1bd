// A client of one kernel in Jupyter's messages, over any transport. No vscode here.
import { randomUUID } from "node:crypto";
import {
  type AnyMessage,
  type Content,
  isMessage,
  type Message,
  PROTOCOL_VERSION,
  type ReplyTo,
  type RequestType,
  type Transport,
} from "../../kernel/protocol";

export type KernelState = Content["status"]["execution_state"] | "off";

export class KernelGone extends Error {
  constructor() {
    super("the kernel went away before it had answered");
  }
}

interface Request {
  resolve(reply: Message): void;
  reject(error: KernelGone): void;
  reply?: Message;
  idle: boolean;
}

export class KernelClient {
  readonly #session = randomUUID();
  readonly #transport: Transport;
  readonly #requests = new Map<string, Request>();
  /** Listeners outlive their request: a timer that a cell has set prints later. */
  readonly #listeners = new Map<string, (message: Message) => void>();
  #gone = false;

  constructor(transport: Transport, stateChanged: (state: KernelState) => void) {
    this.#transport = transport;
    transport.onMessage((message) => {
      if (this.#gone) return;
      if (isMessage(message, "status")) stateChanged(message.content.execution_state);
      this.#receive(message);
    });
    transport.onClose(() => {
      if (this.#gone) return;
      this.#leave();
      stateChanged("off");
    });
  }

  /** Ends the kernel: what is not answered yet is rejected with KernelGone at once. */
  close(): void {
    this.#leave();
    this.#transport.close();
  }

  /**
   * Runs a cell's code. `published` gets what the kernel publishes for it, before the reply and possibly after;
   * the promise resolves when the reply and the last of the cell's own outputs are in.
   */
  execute(code: string, published: (message: Message) => void): Promise<Content["execute_reply"]> {
    const content = {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    };
    return this.#request("shell", "execute_request", content, published);
  }

  interrupt(): Promise<Content["interrupt_reply"]> {
    return this.#request("control", "interrupt_request", {});
  }

  #request<T extends RequestType>(
    channel: "shell" | "control",
    type: T,
    content: Content[T],
    published?: (message: Message) => void,
  ): Promise<Content[ReplyTo<T>]> {
    const id = randomUUID();
    const header = {
      msg_id: id,
      msg_type: type,
      session: this.#session,
      username: "vscode",
      date: new Date().toISOString(),
      version: PROTOCOL_VERSION,
    };
    return new Promise<Message>((resolve, reject) => {
      if (this.#gone) return reject(new KernelGone());
      this.#requests.set(id, { resolve, reject, idle: false });
      if (published) this.#listeners.set(id, published);
      this.#transport.send({
        channel,
        header,
        parent_header: {},
        metadata: {},
        content,
      } as unknown as AnyMessage);
    }).then((reply) => reply.content as Content[ReplyTo<T>]);
  }

  #leave(): void {
    this.#gone = true;
    for (const request of this.#requests.values()) request.reject(new KernelGone());
    this.#requests.clear();
    this.#listeners.clear();
  }

  #receive(message: Message): void {
    const id = message.parent_header.msg_id;
    if (typeof id !== "string") return;
    const request = this.#requests.get(id);
    if (request && isMessage(message, "status")) request.idle ||= message.content.execution_state === "idle";
    else if (request && message.channel !== "iopub") request.reply = message;
    else this.#listeners.get(id)?.(message);
    // Reply and idle travel on two channels, in either order.
    if (request?.reply && request.idle) {
      this.#requests.delete(id);
      request.resolve(request.reply);
    }
  }
}
