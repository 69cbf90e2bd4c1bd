// The Jupyter kernel: one table, message type → handler. Busy and idle are published here and nowhere else.
import {
  type AnyMessage,
  type Comm,
  type CommType,
  type Content,
  createMessage,
  type ExpressionResult,
  isMessage,
  type LanguageCell,
  type Message,
  Mime,
  type PublicationType,
  protocolVersion,
  type Questions,
  type Replies,
  type ReplyContent,
  type ReplyTo,
  RequestError,
  type RequestType,
  requestContent,
  shownValue,
  type Transport,
  widgetProtocol,
} from "./protocol";
import { toUnits } from "./session/codePoints";
import { History } from "./session/history";
import { completeReply, inspectBundle } from "./session/languageReplies";
import type { Session } from "./session/session";
import { typescriptVersion, version } from "./version";

type Handler<T extends RequestType> = (request: Message<T>) => Promise<Replies[ReplyTo<T>]>;
type Handlers = { [T in RequestType]: Handler<T> };

const replyTypes: { [T in RequestType]: ReplyTo<T> } = {
  kernel_info_request: "kernel_info_reply",
  execute_request: "execute_reply",
  settle_request: "settle_reply",
  history_request: "history_reply",
  comm_info_request: "comm_info_reply",
  is_complete_request: "is_complete_reply",
  complete_request: "complete_reply",
  inspect_request: "inspect_reply",
  language_request: "language_reply",
  variables_request: "variables_reply",
  tensor_request: "tensor_reply",
  rows_request: "rows_reply",
  usage_request: "usage_reply",
  inspector_request: "inspector_reply",
  interrupt_request: "interrupt_reply",
  shutdown_request: "shutdown_reply",
};

/** What needs no cell to end: answered at once, while one is running too. */
const answeredAtOnce: ReadonlySet<string> = new Set<RequestType>([
  "kernel_info_request",
  "history_request",
  "comm_info_request",
  "is_complete_request",
  "complete_request",
  "inspect_request",
  "language_request",
  "variables_request",
  "tensor_request",
  "rows_request",
  "inspector_request",
]);

const commTypes: ReadonlySet<string> = new Set<CommType>(["comm_open", "comm_msg", "comm_close"]);

/** A question about code does not wait for a cell that computes: then it is answered without a value. */
const patienceMs = 300;

export interface KernelOptions {
  transport: Transport;
  session: Session;
  /** Where it runs: the machine, and the engine with its version. */
  place: { hostname: string; engine: string };
  /** What charts and tables are shown in where the client does not say. */
  language?: string | undefined;
  /** Called when a client has asked for the end and has its answer. */
  onShutdown(): void;
}

export class Kernel {
  readonly #id = crypto.randomUUID();
  readonly #shell: AnyMessage[] = [];
  #serving = false;
  #restsSince = 0;
  /** The header of the request that the shell is at. */
  #executing: AnyMessage["header"] | undefined;
  /** The requests that an error or an interrupt has called off. */
  readonly #aborted = new Set<AnyMessage>();
  #executionCount = 0;
  readonly #history = new History();
  /** Takes the client's answer to the `input_request` that is open. */
  #answered: ((value: string) => void) | undefined;

  readonly #options: KernelOptions;

  constructor(options: KernelOptions) {
    this.#options = options;

    options.transport.onMessage((message) => this.#receive(message));
    this.#publish("status", { execution_state: "starting" }, {});
  }

  /** By the process's clock, when the latest cell has ended, or what else waits for its turn; undefined while one runs. */
  get restsSince(): number | undefined {
    return this.#serving ? undefined : this.#restsSince;
  }

  #receive(message: AnyMessage): void {
    const { msg_type } = message.header;
    // An answer that is no text is none, as at the end of an input.
    if (isMessage(message, "input_reply")) this.#answered?.(`${message.content.value ?? ""}`);
    // Cells run one after another, whichever channel they come by.
    else if (message.channel === "control" && msg_type !== "execute_request") void this.#serve(message);
    else if (answeredAtOnce.has(msg_type) || commTypes.has(msg_type)) void this.#serveBeside(message);
    else {
      this.#shell.push(message);
      if (!this.#serving) void this.#serveShell();
    }
  }

  /** One at a time, in order. */
  async #serveShell(): Promise<void> {
    this.#serving = true;
    for (let message = this.#shell.shift(); message; message = this.#shell.shift()) {
      this.#executing = message.header;
      await this.#serve(message);
      this.#executing = undefined;
    }
    this.#serving = false;
    this.#restsSince = performance.now();
  }

  /** A client that looks at the last status alone would think the running cell had ended: it is told once more. */
  async #serveBeside(message: AnyMessage): Promise<void> {
    await this.#serve(message);
    if (this.#executing) this.#publish("status", { execution_state: "busy" }, this.#executing);
  }

  async #serve(request: AnyMessage): Promise<void> {
    const type = request.header.msg_type;
    const { header: parent } = request;
    this.#publish("status", { execution_state: "busy" }, parent);
    if (isCommType(type)) {
      this.#hear(type, request);
    } else if (isRequestType(type)) {
      const content = await this.#answer(type, request);
      this.#send(createMessage(request.channel, replyTypes[type], content, { session: this.#id, parent }));
    } else {
      this.#refuse(request);
    }
    this.#publish("status", { execution_state: "idle" }, parent);
    if (type !== "shutdown_request") return;
    // Every client is to know, not only the one that asked.
    const { restart } = (request as Message<"shutdown_request">).content;
    this.#send(
      createMessage("iopub", "shutdown_reply", { status: "ok", restart }, { session: this.#id, parent }),
    );
    this.#options.onShutdown();
  }

  /** What a client says to a control, or wants to begin with whom there is not. What makes no sense has no answer. */
  #hear(type: CommType, request: AnyMessage): void {
    try {
      const comm = { type, content: requestContent(type, request.content) } as Comm;
      for (const answer of this.#options.session.hear(comm)) this.#comm(answer, request.header);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
    }
  }

  /** What this kernel does not know (a debugger's requests) is refused, for a client may wait for the answer. */
  #refuse(request: AnyMessage): void {
    const type: string = request.header.msg_type;
    const { header: parent } = request;
    if (type.endsWith("_request")) {
      const evalue = `${type}: this kernel does not support it`;
      const failed: ReplyContent = { status: "error", ename: "NotSupported", evalue, traceback: [evalue] };
      const reply = type.replace(/_request$/, "_reply") as "interrupt_reply";
      this.#send(createMessage(request.channel, reply, failed, { session: this.#id, parent }));
    }
  }

  async #answer<T extends RequestType>(type: T, request: AnyMessage): Promise<Content[ReplyTo<T>]> {
    const handle = this.#handlers[type] as Handler<T>;
    try {
      (request as Message<T>).content = requestContent(type, request.content) as Content[T];
      return (await handle(request as Message<T>)) as Content[ReplyTo<T>];
    } catch (error) {
      // A fault of the kernel's own must reach the reader, not end the kernel.
      const { name, message, stack = "" } = error as Error;
      const traceback = error instanceof RequestError ? [message] : stack.split("\n");
      const failed = { ename: name, evalue: message, traceback };
      if (type === "execute_request") this.#publish("error", failed, request.header);
      return {
        status: "error",
        ...failed,
        execution_count: this.#executionCount,
      } as unknown as Content[ReplyTo<T>];
    }
  }

  readonly #handlers: Handlers = {
    kernel_info_request: async () => ({
      status: "ok",
      protocol_version: protocolVersion,
      implementation: "bnlab",
      implementation_version: version,
      language_info: {
        name: "typescript",
        version: typescriptVersion,
        mimetype: "text/typescript",
        file_extension: ".ts",
      },
      banner: `BN Lab ${version}: deep learning in TypeScript, ${this.#options.place.engine}`,
      help_links: [],
      debugger: false,
      supported_features: ["iopub_welcome"],
    }),

    execute_request: async (request) => {
      if (this.#aborted.delete(request as AnyMessage)) {
        return { status: "aborted", execution_count: this.#executionCount };
      }
      const { code, silent = false, stop_on_error = true, user_expressions = {} } = request.content;
      const {
        store_history = true,
        allow_stdin = false,
        controls = allow_stdin,
        checks,
        language = this.#options.language,
        file,
        pauses,
      } = request.content;
      const count = this.#executionCount + 1;
      const stored = store_history && !silent;
      if (stored) {
        this.#executionCount = count;
        this.#history.add(count, code);
      }
      if (!silent) this.#publish("execute_input", { code, execution_count: count }, request.header);
      let asking = allow_stdin;
      let asked: Promise<unknown> = Promise.resolve();
      const outcome = await this.#options.session.execute(
        code,
        stored ? count : undefined,
        { checks, language, file, pauses },
        {
          publish: (output) => {
            if (silent) return;
            if (output.type !== "execute_result") {
              this.#publish(output.type, output.content, request.header);
              return;
            }
            if (stored) this.#history.result(String(output.content.data[Mime.plain] ?? ""));
            this.#publish("execute_result", { ...output.content, execution_count: count }, request.header);
          },
          comm: (comm) => this.#comm(comm, request.header),
          isAttended: controls,
          ask: (question) => {
            if (!asking) {
              const reason = allow_stdin ? "the cell that asks has ended" : "this client cannot ask its user";
              return Promise.reject(new Error(`input: ${reason}`));
            }
            const answer = asked.then(() => this.#ask(question, request.header)); // one at a time
            asked = answer;
            return answer;
          },
        },
      );
      asking = false;
      this.#answered = undefined;
      if (outcome.status === "ok") {
        const expressions = await this.#evaluate(user_expressions);
        const { flow } = outcome;
        return { status: "ok", execution_count: count, user_expressions: expressions, payload: [], flow };
      }
      if (!silent && !outcome.shown) this.#publish("error", outcome.error, request.header);
      if (stop_on_error) this.#abortQueued();
      return { status: "error", execution_count: count, ...outcome.error, flow: outcome.flow };
    },

    settle_request: async ({ content: { timeout } }) => ({
      status: "ok",
      left: await this.#options.session.settle(timeout * 1000),
    }),

    history_request: async ({ content }) => ({ status: "ok", history: this.#history.find(content) }),

    comm_info_request: async ({ content }) => ({
      status: "ok",
      comms: this.#options.session.comms(content.target_name),
    }),

    is_complete_request: ({ content }) => this.#options.session.isComplete(content.code),

    complete_request: async ({ content: { code, cursor_pos } }) => {
      const about = { cell: "input", position: toUnits(code, cursor_pos) };
      const items = await this.#options.session.language.ask("completions", inputCell(code), about);
      return completeReply(code, cursor_pos, items);
    },

    inspect_request: async ({ content: { code, cursor_pos } }) => {
      const { language } = this.#options.session;
      const about = { cell: "input", position: toUnits(code, cursor_pos) };
      const info = await language.ask("quickInfo", inputCell(code), about);
      const help = info ? null : await language.ask("signatureHelp", inputCell(code), about);
      const data = inspectBundle(info, help, info?.variable && (await this.#valueOf(info.variable)));
      return { status: "ok", found: data !== undefined, data: data ?? {}, metadata: {} };
    },

    language_request: async ({ content }) => ({
      status: "ok",
      answer: await this.#options.session.language.answer(content),
    }),

    variables_request: async ({ content }) => {
      const seen = await this.#options.session.look("variables", content);
      return "error" in seen ? { status: "error", ...seen.error } : { status: "ok", variables: seen.answer };
    },

    tensor_request: async ({ content }) => {
      const seen = await this.#options.session.look("tensor", content);
      return "error" in seen ? { status: "error", ...seen.error } : { status: "ok", ...seen.answer };
    },

    rows_request: async ({ content }) => {
      const seen = await this.#options.session.look("rows", content);
      return "error" in seen ? { status: "error", ...seen.error } : { status: "ok", ...seen.answer };
    },

    usage_request: async () => ({
      status: "ok",
      hostname: this.#options.place.hostname,
      ...(await this.#options.session.usage()),
    }),

    inspector_request: async () => ({
      status: "ok",
      address: await this.#options.session.inspector(),
    }),

    interrupt_request: async () => {
      this.#options.session.interrupt();
      return { status: "ok" };
    },

    shutdown_request: async ({ content }) => {
      this.#options.session.close();
      return { status: "ok", restart: content.restart };
    },
  };

  /** What is in a variable; nothing of a function, of which its type tells, and while a cell computes. */
  async #valueOf(name: string): Promise<string | undefined> {
    const asked = this.#options.session.look("variables", { names: [name], text: true });
    const seen = await Promise.race([asked, sleep(patienceMs)]);
    const [variable] = seen === undefined || "error" in seen ? [] : seen.answer;
    if (variable === undefined || variable.kind === "function" || variable.kind === "class") return undefined;
    return shownValue(variable);
  }

  async #evaluate(expressions: Record<string, string>): Promise<Record<string, ExpressionResult>> {
    const results: Record<string, ExpressionResult> = {};
    for (const [name, expression] of Object.entries(expressions)) {
      results[name] = await this.#options.session.evaluate(expression);
    }
    return results;
  }

  /** Asks the client whose cell is running. After an interrupt nobody waits for the answer. */
  #ask(question: Questions["input_request"], parent: Message["parent_header"]): Promise<string> {
    this.#send(createMessage("stdin", "input_request", question, { session: this.#id, parent }));
    return new Promise((resolve) => {
      this.#answered = (value) => {
        this.#answered = undefined;
        resolve(value);
      };
    });
  }

  #abortQueued(): void {
    for (const message of this.#shell) {
      if (message.header.msg_type === "execute_request") this.#aborted.add(message);
    }
  }

  #publish<T extends PublicationType>(type: T, content: Content[T], parent: Message["parent_header"]): void {
    this.#send(createMessage("iopub", type, content, { session: this.#id, parent }));
  }

  #comm({ type, content }: Comm, parent: Message["parent_header"]): void {
    const metadata = type === "comm_open" ? { version: widgetProtocol } : undefined;
    this.#send(createMessage("iopub", type, content, { session: this.#id, parent, metadata }));
  }

  #send(message: Message): void {
    this.#options.transport.send(message as AnyMessage);
  }
}

function sleep(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds));
}

/** A Jupyter client's code follows all cells that have run. */
function inputCell(code: string): LanguageCell[] {
  return [{ id: "input", text: code, language: "typescript" }];
}

function isCommType(type: string): type is CommType {
  return commTypes.has(type);
}

function isRequestType(type: string): type is RequestType {
  return Object.hasOwn(replyTypes, type);
}
