// The Jupyter kernel: one table, message type → handler. Busy and idle are published here and nowhere else.
import {
  type AnyMessage,
  type Content,
  createMessage,
  type Message,
  PROTOCOL_VERSION,
  type PublicationType,
  type Replies,
  type ReplyTo,
  type RequestType,
  type Transport,
} from "./protocol";
import type { Session } from "./session/session";

type Handler<T extends RequestType> = (request: Message<T>) => Promise<Replies[ReplyTo<T>]>;
type Handlers = { [T in RequestType]: Handler<T> };

const replyTypes: { [T in RequestType]: ReplyTo<T> } = {
  kernel_info_request: "kernel_info_reply",
  execute_request: "execute_reply",
  is_complete_request: "is_complete_reply",
  complete_request: "complete_reply",
  inspect_request: "inspect_reply",
  interrupt_request: "interrupt_reply",
  shutdown_request: "shutdown_reply",
};

export interface KernelOptions {
  transport: Transport;
  session: Session;
  version: string;
  /** Called when a client has asked for the end and has its answer. */
  onShutdown(): void;
}

export class Kernel {
  private readonly id = crypto.randomUUID();
  private readonly shell: AnyMessage[] = [];
  private serving = false;
  /** The requests that an error or an interrupt has called off. */
  private readonly aborted = new Set<AnyMessage>();
  private executionCount = 0;

  constructor(private readonly options: KernelOptions) {
    options.transport.onMessage((message) => this.receive(message));
    this.publish("status", { execution_state: "starting" }, {});
  }

  private receive(message: AnyMessage): void {
    if (!(message.header.msg_type in replyTypes)) return; // nothing that this kernel answers
    if (message.channel === "control") void this.serve(message);
    else {
      this.shell.push(message);
      if (!this.serving) void this.serveShell();
    }
  }

  /** One at a time, in order. */
  private async serveShell(): Promise<void> {
    this.serving = true;
    for (let message = this.shell.shift(); message; message = this.shell.shift()) await this.serve(message);
    this.serving = false;
  }

  private async serve(request: AnyMessage): Promise<void> {
    const type = request.header.msg_type as RequestType;
    const { header: parent } = request;
    this.publish("status", { execution_state: "busy" }, parent);
    const content = await this.answer(type, request);
    this.send(createMessage(request.channel, replyTypes[type], content, { session: this.id, parent }));
    this.publish("status", { execution_state: "idle" }, parent);
    if (type === "shutdown_request") this.options.onShutdown();
  }

  private async answer<T extends RequestType>(type: T, request: AnyMessage): Promise<Content[ReplyTo<T>]> {
    const handle = this.handlers[type] as Handler<T>;
    try {
      return (await handle(request as Message<T>)) as Content[ReplyTo<T>];
    } catch (error) {
      // A fault of the kernel's own must reach the reader, not end the kernel.
      const { name, message, stack = "" } = error as Error;
      const failed = { status: "error", ename: name, evalue: message, traceback: stack.split("\n") };
      return { ...failed, execution_count: this.executionCount } as unknown as Content[ReplyTo<T>];
    }
  }

  private readonly handlers: Handlers = {
    kernel_info_request: async () => ({
      status: "ok",
      protocol_version: PROTOCOL_VERSION,
      implementation: "bnlab",
      implementation_version: this.options.version,
      language_info: {
        name: "typescript",
        version: "6.0",
        mimetype: "text/typescript",
        file_extension: ".ts",
      },
      banner: `BN Lab ${this.options.version}: deep learning in TypeScript, Node ${process.version}`,
      help_links: [],
    }),

    execute_request: async (request) => {
      if (this.aborted.delete(request as AnyMessage)) {
        return { status: "aborted", execution_count: this.executionCount };
      }
      const { code, silent, store_history, stop_on_error } = request.content;
      const count = this.executionCount + 1;
      if (!silent && store_history) this.executionCount = count;
      if (!silent) this.publish("execute_input", { code, execution_count: count }, request.header);
      const outcome = await this.options.session.execute(code, count, (output) => {
        if (silent) return;
        if (output.type !== "execute_result") this.publish(output.type, output.content, request.header);
        else this.publish("execute_result", { ...output.content, execution_count: count }, request.header);
      });
      if (outcome.status === "ok") return { status: "ok", execution_count: count, user_expressions: {} };
      if (!silent) this.publish("error", outcome.error, request.header);
      if (stop_on_error || outcome.status === "interrupted") this.abortQueued();
      return { status: "error", execution_count: count, ...outcome.error };
    },

    is_complete_request: async ({ content }) => {
      const { complete, indent } = await this.options.session.isComplete(content.code);
      return complete ? { status: "complete" } : { status: "incomplete", indent };
    },

    complete_request: async ({ content }) => {
      const found = await this.options.session.complete(content.code, content.cursor_pos);
      return {
        status: "ok",
        matches: found.matches,
        cursor_start: found.start,
        cursor_end: found.end,
        metadata: {},
      };
    },

    inspect_request: async ({ content }) => {
      const data = await this.options.session.inspect(content.code, content.cursor_pos);
      return { status: "ok", found: data !== undefined, data: data ?? {}, metadata: {} };
    },

    interrupt_request: async () => {
      this.options.session.interrupt();
      return { status: "ok" };
    },

    shutdown_request: async ({ content }) => {
      this.options.session.close();
      return { status: "ok", restart: content.restart };
    },
  };

  private abortQueued(): void {
    for (const message of this.shell) {
      if (message.header.msg_type === "execute_request") this.aborted.add(message);
    }
  }

  private publish<T extends PublicationType>(
    type: T,
    content: Content[T],
    parent: Message["parent_header"],
  ): void {
    this.send(createMessage("iopub", type, content, { session: this.id, parent }));
  }

  private send(message: Message): void {
    this.options.transport.send(message as AnyMessage);
  }
}
