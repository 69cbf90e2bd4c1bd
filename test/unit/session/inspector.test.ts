// A debugger's line: the web socket, cells as scripts with maps, and what is changed in the conversation with the engine.
import assert from "node:assert/strict";
import http from "node:http";
import { describe, it } from "node:test";
import { decode, encode } from "@jridgewell/sourcemap-codec";
import ts from "typescript";
import { WebSocket } from "ws";
import type { CellProgram } from "../../../kernel/session/cells/wire";
import { emitCell } from "../../../kernel/session/converter/emit";
import { CellInspector } from "../../../kernel/session/debugger/cellInspector";
import { scriptPath, sourceMapOf, textLine } from "../../../kernel/session/debugger/cellScripts";
import { type Line, listen } from "../../../kernel/session/debugger/socket";

describe("the socket", () => {
  async function opened() {
    const heard: string[] = [];
    let line: Line | undefined;
    let wake = () => {};
    let closed = 0;
    const listener = await listen("/secret", (each) => {
      line = each;
      return {
        hear: (text) => {
          heard.push(text);
          wake();
        },
        closed: () => closed++,
      };
    });
    const address = `ws://127.0.0.1:${listener.port}/secret`;
    const until = async (count: number) => {
      while (heard.length < count)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    };
    return { listener, address, heard, until, line: () => line!, closed: () => closed };
  }
  const once = (socket: WebSocket, event: string) =>
    new Promise<unknown>((resolve) => socket.once(event, (...given: unknown[]) => resolve(given[0])));

  it("carries texts of every size both ways, in pieces too, and answers pings", async () => {
    const { address, heard, until, line, closed } = await opened();
    const socket = new WebSocket(address, { perMessageDeflate: false });
    await once(socket, "open");
    const sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000];
    for (const size of sizes) socket.send("é".repeat(size / 2) + "x".repeat(size % 2));
    await until(sizes.length);
    assert.deepEqual(
      heard.map((text) => Buffer.byteLength(text)),
      sizes,
    );
    assert.ok(heard.every((text) => /^é*x?$/.test(text)));
    socket.send("one ", { fin: false });
    socket.send("two ", { fin: false });
    socket.send("three");
    await until(sizes.length + 1);
    assert.equal(heard.at(-1), "one two three");
    for (const size of sizes) {
      const answer = once(socket, "message");
      line().send("z".repeat(size));
      assert.equal(String(await answer), "z".repeat(size));
    }
    const pong = once(socket, "pong");
    socket.ping("here?");
    assert.equal(String(await pong), "here?");
    const gone = once(socket, "close");
    socket.close();
    await gone;
    assert.equal(closed(), 1);
  });

  it("is for one client that knows its path, and for no web page", async () => {
    const { address, listener, closed } = await opened();
    const refused = async (url: string, options = {}) => {
      const socket = new WebSocket(url, options);
      await once(socket, "error");
    };
    await refused(address.replace("secret", "guess"));
    await refused(address, { origin: "https://a.example" });
    const status = await new Promise((resolve) =>
      http.get(address.replace("ws:", "http:"), (response) => {
        response.resume();
        resolve(response.statusCode);
      }),
    );
    assert.equal(status, 404);
    const socket = new WebSocket(address);
    await once(socket, "open");
    await refused(address);
    assert.equal(closed(), 0);
    socket.close();
    await once(socket, "close");
    listener.close();
  });

  it("closes from this end", async () => {
    const { address, line } = await opened();
    const socket = new WebSocket(address);
    await once(socket, "open");
    const gone = once(socket, "close");
    line().close();
    await gone;
    const { listener, address: other } = await opened();
    listener.close();
    const late = new WebSocket(other);
    await once(late, "error");
  });
});

/** A cell as the converter makes it, TypeScript and all. */
function programOf(source: string, more: Partial<CellProgram> = {}): CellProgram {
  const { outputText } = ts.transpileModule(`\n${source}`, {
    fileName: "cell.ts",
    compilerOptions: { target: ts.ScriptTarget.ES2024, module: ts.ModuleKind.ESNext, inlineSourceMap: true },
  });
  const names = Array.from(
    source.matchAll(/^(?:let|const|(?:async )?function) (\w+)/gm),
    ([, name]) => name!,
  );
  const cell = emitCell(outputText, {
    own: new Map(names.map((name) => [name, { isVar: false }])),
    known: new Set(),
    endsInExpression: false,
    yields: false,
  });
  const { code, imports, map, shifts, declares, assigns } = cell;
  const made = {
    code,
    imports,
    map,
    shifts,
    declares,
    assigns,
    source,
    showsResult: false,
    isAttended: false,
  };
  return { id: 3, name: "Cell 3", language: "en", file: "/cells/a.ts", ...made, ...more };
}

const source = `let total = 0;
for (const i of [1, 2]) total += i;
while (total < 5) {
  total++;
}
for await (const x of [1]) { total -= x; }
function f(n: number) { do n--; while (n > 0); return n; }
const g = (await f(total)) as number;`;

describe("a cell's script", () => {
  const program = programOf(source);
  const lines = program.code.split("\n").slice(1);
  /** The line of the cell's text, from 1, that each place of a text in its code came from. */
  const from = (text: string, of = program) => {
    const own = of.code.split("\n").slice(1);
    const found = own.flatMap((line, n) =>
      Array.from(
        line.matchAll(new RegExp(text.replace(/[$.()[\]+*]/g, "\\$&"), "g")),
        ({ index }) => [n, index] as const,
      ),
    );
    assert.ok(found.length > 0, `${text} in\n${own.join("\n")}`);
    return found.map(([line, column]) => {
      const at = textLine(of, line, column);
      return at === undefined ? undefined : at + 1;
    });
  };

  it("stands, place for place, where the reader wrote it, whatever the kernel put before it in the line", () => {
    assert.deepEqual(from("$$total.let ="), [1]);
    assert.deepEqual(from("of [1, 2]"), [2]);
    assert.deepEqual(from("$$total.total += i"), [2]);
    assert.deepEqual(from("$$total.total++"), [4]);
    assert.deepEqual(from("$$total.total -= x"), [6]);
    assert.deepEqual(from("n--"), [7]);
    assert.deepEqual(from("return n"), [7]);
    assert.deepEqual(from("$$f.f)("), [8]);
    assert.equal(textLine(program, lines.length + 5, 0), undefined);
  });

  it("is silent about what the converter puts before the cell, and about what comes of no text", () => {
    const map = JSON.stringify({ mappings: encode([[[0], [4, 0, 0, 0], [8, 0, 1, 2]]]) });
    const made = { ...program, map, shifts: [], code: "(() => {\nlet a = b;" };
    assert.deepEqual(
      [0, 4, 8].map((column) => textLine(made, 0, column)),
      [undefined, undefined, 0],
    );
  });

  it("is silent where the kernel lets messages through", () => {
    assert.deepEqual(from("{ $$.on(); ").length, 3);
    for (const call of ["$$.on(); $$total.total += i", "$$.on(); n--", "await $$.on(); {"])
      assert.deepEqual(from(call), [undefined], call);
  });

  it("has the same in its map, which names the cell and holds its text", () => {
    const map = JSON.parse(Buffer.from(sourceMapOf(program).split(",")[1]!, "base64").toString());
    assert.match(sourceMapOf(program), /^data:application\/json;base64,/);
    assert.deepEqual([map.version, map.sources, map.sourcesContent], [3, ["/cells/a.ts"], [source]]);
    const mappings = decode(map.mappings);
    for (const [n, segments] of mappings.entries()) {
      const columns = segments.map(([column]) => column);
      assert.deepEqual(
        columns,
        [...columns].sort((a, b) => a - b),
      );
      for (const [column, , line] of segments) assert.equal(line, textLine(program, n, column));
    }
    const [line, column] = [2, lines[2]!.indexOf("[1, 2]")];
    const segment = mappings[line]!.findLast(([start]) => start <= column)!;
    assert.deepEqual(segment.slice(2), [1, source.split("\n")[1]!.indexOf("[1, 2]")]);
    const plus = lines[3]!.indexOf("$$total.total += i");
    assert.deepEqual(mappings[3]!.find(([start]) => start === plus)?.slice(2), [
      1,
      source.split("\n")[1]!.indexOf("total += i"),
    ]);
  });

  it("has none where the cell had none, and a name of its own in each run", () => {
    assert.equal(textLine({ ...program, map: "" }, 0, 0), undefined);
    assert.equal(scriptPath(program), "/cells/a-3.js");
    assert.equal(scriptPath({ ...program, file: "/cells/b.c/d", id: 4 }), "/cells/b.c/d-4.js");
    assert.equal(scriptPath({ ...program, file: undefined }), undefined);
  });
});

describe("the conversation", () => {
  type Message = {
    id?: number;
    method?: string;
    params?: Record<string, unknown>;
    result?: unknown;
    error?: unknown;
  };

  /** Between a client and an engine that are looked at here; `answers` is what the engine says to the kernel's own requests. */
  function between(answers: Record<string, (params: Record<string, unknown>) => Partial<Message>> = {}) {
    const [client, engine]: [Message[], Message[]] = [[], []];
    const program = programOf(source);
    const inspector: CellInspector = new CellInspector(new Map([["Cell 3", program]]), {
      client: (text) => client.push(JSON.parse(text)),
      engine: (text) => {
        const message = JSON.parse(text) as Message;
        engine.push(message);
        const { id, method, params = {} } = message;
        const answer =
          id !== undefined && id < 0 ? (answers[method!]?.(params) ?? { result: {} }) : undefined;
        if (answer) inspector.fromEngine(JSON.stringify({ id, ...answer }));
      },
    });
    const ask = (method: string, params: Record<string, unknown> = {}) => {
      inspector.fromClient(JSON.stringify({ id: 1, method, params }));
      return engine.findLast(({ id }) => id === 1)?.params;
    };
    const event = async (method: string, params: Record<string, unknown> = {}) => {
      inspector.fromEngine(JSON.stringify({ method, params }));
      for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
      return client.findLast((each) => each.method === method)?.params;
    };
    const parsed = () => event("Debugger.scriptParsed", { scriptId: "9", url: "Cell 3", startLine: -1 });
    return { client, engine, inspector, ask, event, parsed, program };
  }

  it("has no helpers' threads, no profiles, and only one who waits before scripts", () => {
    const { ask, client, engine } = between();
    for (const method of ["NodeWorker.enable", "Target.setAutoAttach", "Profiler.start", "Network.enable"])
      ask(method);
    assert.deepEqual(engine, []);
    assert.deepEqual(
      client,
      Array.from({ length: 4 }, () => ({ id: 1, result: {} })),
    );
    ask("Debugger.setInstrumentationBreakpoint");
    assert.deepEqual(client.at(-1), {
      id: 1,
      result: { breakpointId: "8:beforeScriptWithSourceMapExecution" },
    });
    ask("Debugger.removeBreakpoint", { breakpointId: "8:beforeScriptWithSourceMapExecution" });
    assert.deepEqual(client.at(-1), { id: 1, result: {} });
    assert.deepEqual(engine, []);
    ask("Debugger.enable");
    assert.deepEqual(
      engine.map(({ id, method, params }) => [id, method, params]),
      [
        [1, "Debugger.enable", {}],
        [
          -1,
          "Debugger.setInstrumentationBreakpoint",
          { instrumentation: "beforeScriptWithSourceMapExecution" },
        ],
      ],
    );
    assert.equal(client.length, 6, "what the kernel asked is answered to the kernel");
    ask("Runtime.enable", { a: 1 });
    assert.deepEqual(engine.at(-1), { id: 1, method: "Runtime.enable", params: { a: 1 } });
  });

  it("is of cells as files: their scripts, and breakpoints in those", async () => {
    const { parsed, ask, event, program } = between();
    const script = await parsed();
    assert.deepEqual(script, {
      ...{ scriptId: "9", url: "/cells/a-3.js", sourceMapURL: sourceMapOf(program), startLine: 0 },
    });
    assert.deepEqual(
      await event("Debugger.scriptParsed", { scriptId: "10", url: "file:///x.js", startLine: 2 }),
      {
        ...{ scriptId: "10", url: "file:///x.js", startLine: 2 },
      },
    );
    assert.equal(ask("Debugger.setBreakpointByUrl", { url: "/cells/a-3.js" })!.url, "Cell 3");
    assert.equal(ask("Debugger.setBreakpointByUrl", { url: "/x.js" })!.url, "/x.js");
    const regex = ask("Debugger.setBreakpointByUrl", { urlRegex: "/cells/a.*" })!.urlRegex as string;
    assert.deepEqual(
      [regex, new RegExp(regex).test("Cell 3"), new RegExp(regex).test("Cell 33")],
      ["/cells/a.*|^Cell 3$", true, false],
    );
    assert.equal(ask("Debugger.setBreakpointByUrl", { urlRegex: "/other" })!.urlRegex, "/other");
  });

  it("evaluates expressions over the notebook's variables, and lets a look be one", () => {
    const { ask } = between();
    const evaluated = (expression: string) =>
      ask("Debugger.evaluateOnCallFrame", { expression, throwOnSideEffect: true, replMode: true })!;
    const inside = (names: string, expression: string) =>
      `with (globalThis[Symbol.for("bnlab.session")].debugging.scope({ ${names} })) {\n${expression}\n}`;
    assert.deepEqual(evaluated("total"), { expression: inside("total: () => total", "total") });
    assert.deepEqual(evaluated("total.a?.[f] //# sourceURL=x(1)"), {
      expression: inside("total: () => total, f: () => f", "total.a?.[f] //# sourceURL=x(1)"),
    });
    for (const acting of ["f(total)", "total = 1", "f (1)", "total++"])
      assert.equal(evaluated(acting).throwOnSideEffect, true, acting);
    assert.deepEqual(evaluated("other"), { expression: "other", throwOnSideEffect: true, replMode: true });
    assert.equal(ask("Runtime.evaluate", { expression: "g" })!.expression, inside("g: () => g", "g"));
    assert.equal(
      ask("Debugger.setBreakpoint", { condition: "total > 1" })!.condition,
      inside("total: () => total", "total > 1"),
    );
    assert.equal(ask("Debugger.setBreakpointByUrl", { condition: "other" })!.condition, "other");
    assert.equal(ask("Debugger.setBreakpoint", { condition: "" })!.condition, "");
    const called = (functionDeclaration: string) =>
      ask("Runtime.callFunctionOn", { functionDeclaration, throwOnSideEffect: true })!.throwOnSideEffect;
    assert.equal(called('function () { Symbol.for("bnlab.session"); }'), undefined);
    assert.equal(called("function () {}"), true);
  });

  const frame = (scopes: object[], more = {}) => ({
    ...{ callFrameId: "f", functionName: "", functionLocation: { scriptId: "9", lineNumber: -1 } },
    ...{ location: { scriptId: "9", lineNumber: 1, columnNumber: 1 }, scopeChain: scopes, ...more },
  });
  const listing = {
    "Runtime.evaluate": () => ({ result: { result: { type: "object", objectId: "vars" } } }),
  };

  it("shows at a stop the reader's frames, and the notebook's variables where their boxes are", async () => {
    const { parsed, event, engine, ask, client } = between(listing);
    await parsed();
    await event("Debugger.scriptParsed", { scriptId: "7", url: "node:internal", startLine: 0 });
    const inner = { type: "block", object: {}, startLocation: { lineNumber: 1 } };
    const boxes = { type: "local", object: {}, startLocation: { lineNumber: -1 } };
    const global = { type: "global", object: {} };
    const kernels = { ...frame([]), location: { scriptId: "7", lineNumber: 0 } };
    const stop = {
      reason: "other",
      hitBreakpoints: ["b"],
      callFrames: [frame([inner, boxes, global]), kernels, frame([global], { callFrameId: "g" }), kernels],
      asyncStackTrace: {
        callFrames: [
          { functionName: "", scriptId: "9", url: "Cell 3", lineNumber: 1 },
          { functionName: "x", scriptId: "7", url: "node:internal", lineNumber: 1 },
        ],
      },
    };
    const shown = (await event("Debugger.paused", stop)) as unknown as typeof stop;
    const notebook = { type: "notebook", object: { type: "object", objectId: "vars" } };
    assert.deepEqual(
      shown.callFrames.map(({ functionName, scopeChain, location }) => [
        location.scriptId,
        functionName,
        scopeChain,
      ]),
      [
        ["9", "Cell 3", [inner, notebook, global]],
        ["7", "", []],
        ["9", "Cell 3", [notebook, global]],
      ],
    );
    assert.deepEqual(shown.asyncStackTrace.callFrames, [
      { functionName: "Cell 3", scriptId: "9", url: "/cells/a-3.js", lineNumber: 1 },
    ]);
    assert.ok(ask("Runtime.getProperties", { objectId: "vars" }));
    const refresh = engine.findLast(({ method }) => method === "Runtime.callFunctionOn")!;
    assert.match(String(refresh.params!.functionDeclaration), /debugging\.list\(this\)/);
    assert.ok(
      engine.indexOf(refresh) < engine.findLastIndex(({ method }) => method === "Runtime.getProperties"),
    );
    const before = engine.length;
    const set = { callFrameId: "f", scopeNumber: 1, variableName: "total", newValue: { value: 5 } };
    ask("Debugger.setVariableValue", set);
    assert.deepEqual(
      engine.slice(before).map(({ method, params }) => [method, params!.arguments]),
      [["Runtime.callFunctionOn", [{ value: "total" }, { value: 5 }]]],
    );
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(client.at(-1), { id: 1, result: {} });
    ask("Debugger.setVariableValue", { ...set, scopeNumber: 0 });
    assert.equal(engine.at(-1)!.method, "Debugger.setVariableValue", "another scope is the engine's");
    assert.ok(await event("Debugger.resumed"));
    assert.equal(engine.at(-1)!.method, "Runtime.releaseObjectGroup");
    const after = engine.length;
    ask("Runtime.getProperties", { objectId: "vars" });
    ask("Debugger.setVariableValue", set);
    assert.deepEqual(
      engine.slice(after).map(({ method }) => method),
      ["Runtime.getProperties", "Debugger.setVariableValue"],
    );
  });

  it("goes on by itself before scripts and where nothing of the reader's stands, which nobody is told", async () => {
    const { parsed, event, engine, client, ask } = between(listing);
    await parsed();
    const stops = () => client.filter(({ method }) => /paused|resumed/.test(method ?? "")).length;
    const last = () => engine.findLast(({ id }) => id! < 0)!.method;
    await event("Debugger.paused", { reason: "instrumentation", callFrames: [frame([])] });
    assert.deepEqual([last(), stops()], ["Debugger.resume", 0]);
    await event("Debugger.resumed");
    assert.equal(stops(), 0);
    // The head of the function around the cell is in no line of the reader's.
    await event("Debugger.paused", {
      reason: "step",
      callFrames: [frame([], { location: { scriptId: "9", lineNumber: -1, columnNumber: 0 } })],
    });
    assert.deepEqual([last(), stops()], ["Debugger.stepOver", 0]);
    await event("Debugger.resumed");
    for (const reason of ["exception", "promiseRejection"]) {
      await event("Debugger.paused", {
        reason,
        callFrames: [frame([], { location: { scriptId: "9", lineNumber: -1, columnNumber: 0 } })],
      });
      await event("Debugger.resumed");
    }
    assert.equal(stops(), 4);
    ask("Debugger.setInstrumentationBreakpoint");
    await event("Debugger.paused", { reason: "instrumentation", callFrames: [frame([])] });
    assert.equal(stops(), 5, "who wants to wait there is told");
  });

  it("stops a cell that is to pause at its first line, and then goes line by line", async () => {
    const { parsed, event, engine, client, ask, program } = between({
      ...listing,
      "Debugger.getPossibleBreakpoints": () => ({
        result: { locations: [{ scriptId: "9", lineNumber: 1, columnNumber: 1 }] },
      }),
      "Debugger.setBreakpoint": () => ({ result: { breakpointId: "first" } }),
    });
    Object.assign(program, { pauses: true });
    await parsed();
    await event("Debugger.paused", { reason: "instrumentation", callFrames: [frame([])] });
    assert.deepEqual(
      engine.map(({ method }) => method),
      ["Debugger.getPossibleBreakpoints", "Debugger.setBreakpoint", "Debugger.resume"],
    );
    await event("Debugger.resumed");
    const told = () => client.filter(({ method }) => method === "Debugger.paused").length;
    const at = (lineNumber: number, columnNumber: number, more = {}) => ({
      ...{
        reason: "step",
        callFrames: [frame([], { location: { scriptId: "9", lineNumber, columnNumber } })],
        ...more,
      },
    });
    const stop = await event("Debugger.paused", at(1, 1, { hitBreakpoints: ["first", "own"] }));
    assert.deepEqual(stop!.hitBreakpoints, ["own"]);
    assert.deepEqual(engine.find(({ method }) => method === "Debugger.removeBreakpoint")!.params, {
      breakpointId: "first",
    });
    await event("Debugger.resumed");
    await event("Debugger.paused", at(1, 5));
    assert.deepEqual([told(), engine.at(-1)!.method], [1, "Debugger.stepOver"], "still the same line");
    await event("Debugger.resumed");
    await event("Debugger.paused", at(2, 8));
    assert.equal(told(), 2);
    await event("Debugger.resumed");
    ask("Debugger.resume");
    await event("Debugger.paused", at(2, 8));
    assert.equal(told(), 3, "not line by line any more");
  });

  it("describes functions by the names that the reader wrote, and keeps the kernel out of other stacks", async () => {
    const { parsed, event, inspector, client } = between();
    await parsed();
    await event("Debugger.scriptParsed", { scriptId: "7", url: "node:internal", startLine: 0 });
    const value = { type: "function", description: "() => (0, $$f.f)($$total.total, $$a.b)" };
    inspector.fromEngine(
      JSON.stringify({
        id: 5,
        result: { result: [{ value }, { value: { type: "string", description: "$$a.a" } }, {}] },
      }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    const { result } = client.at(-1) as { result: { result: { value?: { description: string } }[] } };
    assert.deepEqual(
      result.result.map((each) => each.value?.description),
      ["() => f(total, $$a.b)", "$$a.a", undefined],
    );
    const callFrames = [
      { functionName: "", scriptId: "9", url: "Cell 3", lineNumber: 1 },
      { functionName: "own", scriptId: "9", url: "Cell 3", lineNumber: 1 },
      { functionName: "run", scriptId: "7", url: "node:internal", lineNumber: 1 },
    ];
    const tidied = [
      { functionName: "Cell 3", scriptId: "9", url: "/cells/a-3.js", lineNumber: 1 },
      { functionName: "own", scriptId: "9", url: "/cells/a-3.js", lineNumber: 1 },
    ];
    const printed = await event("Runtime.consoleAPICalled", {
      stackTrace: { callFrames, parent: { callFrames } },
    });
    assert.deepEqual(printed, { stackTrace: { callFrames: tidied, parent: { callFrames: tidied } } });
    const thrown = await event("Runtime.exceptionThrown", {
      exceptionDetails: { stackTrace: { callFrames } },
    });
    assert.deepEqual(thrown, { exceptionDetails: { stackTrace: { callFrames: tidied } } });
    assert.ok(await event("Runtime.consoleAPICalled", { type: "log" }));
  });
});
