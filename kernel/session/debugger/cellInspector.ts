// Between a JavaScript debugger and V8's inspector: cells look like files there, and their variables like variables. What a cell
// runs is the same with a debugger and without; it is their conversation that is changed.
import type { CellProgram } from "../cells/wire";
import { scriptPath, sourceMapOf, textLine } from "./cellScripts";
import { conditionWith, debugging, evaluateWith } from "./expressions";
import type { CallFrame, Location, Message, Params, Paused, Scope, StackTrace } from "./inspectorProtocol";

export interface Ends {
  client(message: string): void;
  engine(message: string): void;
}

/** The folder of the kernel's code: its frames are nobody's news. */
const kernelFolder = new URL(".", import.meta.url).href;
/** What V8 calls the breakpoint before scripts that have a map. */
const beforeScripts = "8:beforeScriptWithSourceMapExecution";
/** The objects that are made for one stop. */
const objectGroup = "bnlab";
/** Node's workers are the kernel's helpers here, whose code is no cell's; the others would cost without a use. */
const declined = /^(NodeWorker|Target|NodeTracing|Profiler|Network)\./;
/** What `emit.ts` makes of a variable. */
const boxed = /\(0, \$\$+([^\s.]+)\.\1\)|\$\$+([^\s.]+)\.\2(?![\w$])/g;

export class CellInspector {
  readonly #programs: ReadonlyMap<string, CellProgram>;
  readonly #ends: Ends;
  /** By the engine's number. */
  readonly #cells = new Map<string, CellProgram>();
  readonly #scriptUrls = new Map<string, string>();
  /** Scripts of the kernel, and of Node. */
  readonly #foreign = new Set<string>();
  /** What is said to the client waits for what was to be said before. */
  #said: Promise<void> = Promise.resolve();
  #asked = 0;
  readonly #answers = new Map<number, (answer: Message) => void>();
  /** The notebook's variables in the stack that is shown: frame → place among its scopes; the object that stands for them. */
  readonly #places = new Map<string, number>();
  #variables: string | undefined;
  /** Breakpoints at the first line of cells that are to stop there. */
  readonly #firstLines = new Set<string>();
  /** Where a cell that goes line by line stands. */
  #line: { scriptId: string; line: number | undefined } | undefined;
  /** Whether the client is to be told before a script with a map runs; here each is waited for. */
  #clientStops = false;
  /** A stop that the client has not been told of is followed by a start of which it is not told either. */
  #isSilent = false;

  constructor(programs: ReadonlyMap<string, CellProgram>, ends: Ends) {
    this.#programs = programs;
    this.#ends = ends;
  }

  fromClient(text: string): void {
    const message = JSON.parse(text) as Message & { id: number; method: string };
    const { method, params = {} } = message;
    if (declined.test(method)) {
      this.#tell({ id: message.id, result: {} });
      return;
    }
    if (method === "Debugger.setInstrumentationBreakpoint" || params.breakpointId === beforeScripts) {
      this.#clientStops = method === "Debugger.setInstrumentationBreakpoint";
      this.#tell({ id: message.id, result: this.#clientStops ? { breakpointId: beforeScripts } : {} });
      return;
    }
    if (method === "Debugger.resume" || method === "Debugger.pause") this.#line = undefined;
    else if (method === "Debugger.evaluateOnCallFrame" || method === "Runtime.evaluate")
      evaluateWith(this.#names(), params);
    else if (method === "Debugger.setBreakpoint") conditionWith(this.#names(), params);
    else if (method === "Debugger.setBreakpointByUrl") {
      conditionWith(this.#names(), params);
      this.#originalUrl(params);
    } else if (
      method === "Runtime.callFunctionOn" &&
      String(params.functionDeclaration).includes("bnlab.session")
    ) {
      delete params.throwOnSideEffect; // the kernel describes values, and knows how not to change them
    } else if (method === "Debugger.setVariableValue" && this.#setsVariable(message)) return;
    else if (method === "Runtime.getProperties" && params.objectId === this.#variables) void this.#refresh();
    this.#ends.engine(JSON.stringify(message));
    if (method === "Debugger.enable")
      void this.#ask("Debugger.setInstrumentationBreakpoint", {
        instrumentation: "beforeScriptWithSourceMapExecution",
      });
  }

  fromEngine(text: string): void {
    const message = JSON.parse(text) as Message;
    const answered = message.id === undefined ? undefined : this.#answers.get(message.id);
    if (answered) {
      this.#answers.delete(message.id!);
      answered(message);
      return;
    }
    for (const { value } of listed(message)) {
      if (value?.type === "function") value.description = value.description?.replace(boxed, "$1$2");
    }
    this.#said = this.#said
      .then(async () => {
        if (await this.#toClient(message)) this.#tell(message);
      })
      .catch(() => this.#tell(message));
  }

  #tell(message: Message): void {
    this.#ends.client(JSON.stringify(message));
  }

  #ask(method: string, params: Params): Promise<Message> {
    const id = -++this.#asked;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#ends.engine(JSON.stringify({ id, method, params }));
    });
  }

  /** Puts a message into the client's terms. @returns whether it is for the client. */
  async #toClient({ method, params = {} }: Message): Promise<boolean> {
    if (method === "Debugger.scriptParsed") this.#parsed(params);
    else if (method === "Debugger.paused") return this.#paused(params as unknown as Paused);
    else if (method === "Debugger.resumed") {
      if (this.#variables) void this.#ask("Runtime.releaseObjectGroup", { objectGroup });
      this.#variables = undefined;
      this.#places.clear();
      const isSilent = this.#isSilent;
      this.#isSilent = false;
      return !isSilent;
    } else if (method === "Runtime.consoleAPICalled" || method === "Runtime.exceptionThrown") {
      const details = params.exceptionDetails as { stackTrace?: StackTrace } | undefined;
      this.#tidy((details?.stackTrace ?? params.stackTrace) as StackTrace | undefined);
    }
    return true;
  }

  #parsed(params: Params): void {
    if (isKernels(String(params.url))) this.#foreign.add(String(params.scriptId));
    const program = this.#programs.get(String(params.url));
    const path = program && scriptPath(program);
    if (!program || path === undefined) return;
    this.#cells.set(String(params.scriptId), program);
    this.#scriptUrls.set(path, program.name);
    Object.assign(params, { url: path, sourceMapURL: sourceMapOf(program) });
    if (Number(params.startLine) < 0) params.startLine = 0; // the head of the function around a cell
  }

  async #paused(paused: Paused): Promise<boolean> {
    const [top] = paused.callFrames;
    const cell = top && this.#cells.get(top.location.scriptId);
    if (paused.reason === "instrumentation") {
      if (cell?.pauses) await this.#stopAtFirstLine(top!.location.scriptId);
      return this.#clientStops || this.#goOn("Debugger.resume");
    }
    const first = paused.hitBreakpoints?.find((id) => this.#firstLines.has(id));
    if (first !== undefined) {
      this.#firstLines.delete(first);
      void this.#ask("Debugger.removeBreakpoint", { breakpointId: first });
      paused.hitBreakpoints = paused.hitBreakpoints!.filter((id) => id !== first);
      const { scriptId, lineNumber, columnNumber = 0 } = top!.location;
      this.#line = { scriptId, line: textLine(cell!, lineNumber, columnNumber) };
    } else if (top && cell && this.#isNoStop(paused, cell, top)) return this.#goOn("Debugger.stepOver");
    await this.#show(paused);
    return true;
  }

  /** The client is not told. */
  #goOn(method: string): false {
    this.#isSilent = true;
    void this.#ask(method, {});
    return false;
  }

  /** Whether nothing of the reader's stands there, or, line by line, nothing new. */
  #isNoStop({ reason, hitBreakpoints = [] }: Paused, cell: CellProgram, { location }: CallFrame): boolean {
    if (hitBreakpoints.length > 0 || reason === "exception" || reason === "promiseRejection") return false;
    const { scriptId, lineNumber, columnNumber = 0 } = location;
    const line = textLine(cell, lineNumber, columnNumber);
    const before = this.#line;
    const isSame = before?.scriptId === scriptId && before.line === line;
    if (before?.scriptId === scriptId) before.line = line; // after the head of a loop its only line is news again
    return line === undefined || isSame;
  }

  async #stopAtFirstLine(scriptId: string): Promise<void> {
    const start = { scriptId, lineNumber: 0, columnNumber: 0 };
    const { result } = await this.#ask("Debugger.getPossibleBreakpoints", {
      start,
      restrictToFunction: true,
    });
    const [location] = (result?.locations ?? []) as Location[];
    if (!location) return;
    const set = await this.#ask("Debugger.setBreakpoint", { location });
    if (set.result) this.#firstLines.add(String(set.result.breakpointId));
  }

  /** Leaves the reader's frames, names cells, and puts the notebook's variables in the place of their boxes. */
  async #show(paused: Paused): Promise<void> {
    this.#tidy(paused.asyncStackTrace);
    const last = paused.callFrames.findLastIndex(({ location }) => !this.#foreign.has(location.scriptId));
    if (last >= 0) paused.callFrames.length = last + 1;
    const frames = paused.callFrames.filter(({ location }) => this.#cells.has(location.scriptId));
    if (frames.length === 0) return;
    const object = await this.#variablesObject();
    for (const frame of frames) {
      const { name } = this.#cells.get(frame.location.scriptId)!;
      if ((frame.functionLocation?.lineNumber ?? 0) < 0) frame.functionName = name;
      if (!object) continue;
      const isOuter = ({ type, startLocation }: Scope) =>
        type === "with" || (type !== "global" && (startLocation?.lineNumber ?? 0) < 0);
      const chain = frame.scopeChain;
      const found = chain.findIndex(isOuter);
      const at = found >= 0 ? found : chain.findIndex(({ type }) => type === "global");
      const notebook: Scope = { type: "notebook", object };
      frame.scopeChain = [
        ...chain.slice(0, at),
        notebook,
        ...chain.slice(at).filter((scope) => !isOuter(scope)),
      ];
      this.#places.set(frame.callFrameId, at);
    }
  }

  async #variablesObject(): Promise<Scope["object"] | undefined> {
    const { result } = await this.#ask("Runtime.evaluate", {
      expression: `${debugging}.list()`,
      objectGroup,
    });
    const object = result?.result as Scope["object"] | undefined;
    this.#variables = object?.objectId;
    return object?.objectId === undefined ? undefined : object;
  }

  /** What it lists may have changed since the stop, by an expression of the client's. */
  #refresh(): Promise<Message> {
    return this.#ask("Runtime.callFunctionOn", {
      objectId: this.#variables,
      functionDeclaration: `function () { ${debugging}.list(this); }`,
    });
  }

  #setsVariable({ id, params = {} }: Message): boolean {
    const { callFrameId, scopeNumber, variableName, newValue } = params;
    if (this.#places.get(String(callFrameId)) !== scopeNumber) return false;
    void this.#ask("Runtime.callFunctionOn", {
      objectId: this.#variables,
      functionDeclaration: `function (name, value) { ${debugging}.set(name, value); }`,
      arguments: [{ value: variableName }, newValue],
    }).then(({ error }) => this.#tell(error ? { id, error } : { id, result: {} }));
    return true;
  }

  /** The notebook's variables. */
  #names(): ReadonlySet<string> {
    return new Set([...this.#programs.values()].flatMap(({ declares }) => declares));
  }

  /** The engine knows a cell's code by the name that errors give it. */
  #originalUrl(params: Params): void {
    const { url, urlRegex } = params;
    if (url !== undefined) params.url = this.#scriptUrls.get(String(url)) ?? url;
    else if (urlRegex !== undefined) {
      const matching = [...this.#scriptUrls].filter(([path]) => new RegExp(String(urlRegex)).test(path));
      const names = matching.map(([, name]) => `^${name}$`);
      if (names.length > 0) params.urlRegex = [String(urlRegex), ...names].join("|");
    }
  }

  #tidy(trace: StackTrace | undefined): void {
    for (let each = trace; each; each = each.parent) {
      each.callFrames = each.callFrames.filter(({ scriptId }) => !this.#foreign.has(scriptId));
      for (const frame of each.callFrames) {
        const cell = this.#cells.get(frame.scriptId);
        if (cell && frame.functionName === "") frame.functionName = cell.name;
        frame.url = this.#cellUrl(frame.url);
      }
    }
  }

  #cellUrl(url: string): string {
    const program = this.#programs.get(url);
    return (program && scriptPath(program)) ?? url;
  }
}

/** The properties that an answer lists. */
function listed({ result }: Message): { value?: { type: string; description?: string } }[] {
  return Array.isArray(result?.result) ? result.result : [];
}

function isKernels(url: string): boolean {
  return url.startsWith(kernelFolder) || url.startsWith("node:");
}
