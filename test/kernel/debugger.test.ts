// A debugger on the kernel: it meets cells as files and their variables as variables, over the protocol of V8's inspector.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, it } from "node:test";
import { decode } from "@jridgewell/sourcemap-codec";
import { WebSocket } from "ws";
import { hanging } from "../environment";
import { startKernel } from "./startKernel";

// biome-ignore lint/suspicious/noExplicitAny: the protocol's own words
type Params = Record<string, any>;

/** As little of a debugger as there is: requests, answers, events. */
class Debugger {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (answer: Params) => void>();
  readonly #events: { method: string; params: Params }[] = [];
  readonly #called = new Map<string, (params: Params) => void>();
  #wake = () => {};
  #id = 0;

  constructor(address: string) {
    this.#socket = new WebSocket(address);
    this.#socket.on("message", (data: unknown) => {
      const message = JSON.parse(String(data)) as Params;
      const called = this.#called.get(message.method);
      if (called) called(message.params);
      else if (message.id === undefined) this.#events.push(message as { method: string; params: Params });
      else this.#answers.get(message.id)?.(message);
      this.#wake();
    });
  }

  open(): Promise<void> {
    return new Promise((resolve) => this.#socket.once("open", resolve));
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.once("close", resolve);
      this.#socket.close();
    });
  }

  async send(method: string, params: Params = {}): Promise<Params> {
    const id = ++this.#id;
    const answer = await new Promise<Params>((resolve) => {
      this.#answers.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
    assert.equal(answer.error, undefined, `${method}: ${JSON.stringify(answer.error)}`);
    return answer.result;
  }

  /** Calls for every event of a kind, those of before too. */
  each(method: string, called: (params: Params) => void): void {
    this.#called.set(method, called);
  }

  /** The next event of a kind for which that is so. */
  async event(method: string, fits: (params: Params) => boolean = () => true): Promise<Params> {
    for (;;) {
      const at = this.#events.findIndex((event) => event.method === method && fits(event.params));
      if (at >= 0) return this.#events.splice(at, 1)[0]!.params;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

const kernel = startKernel();
after(() => kernel.stop());

/** Runs a cell of a file of that name. */
const run = (name: string, code: string, pauses = false) =>
  kernel.run(code, undefined, { file: `/cells/${name}.ts`, pauses });

let line: Debugger;
const scripts = new Map<string, Params>();

async function attach(): Promise<void> {
  const reply = await kernel.client.request("inspector_request", {}, { channel: "control" });
  assert.equal(reply.content.status, "ok");
  line = new Debugger((reply.content as { address: string }).address);
  await line.open();
  scripts.clear();
  line.each("Debugger.scriptParsed", (script) => scripts.set(script.scriptId, script));
  await line.send("Runtime.enable");
  await line.send("Debugger.enable");
  await line.send("Runtime.runIfWaitingForDebugger");
}

const paused = () => line.event("Debugger.paused");
const evaluate = async (frame: Params, expression: string): Promise<unknown> =>
  (await line.send("Debugger.evaluateOnCallFrame", { callFrameId: frame.callFrameId, expression })).result
    .value;

/** Where a frame stands in what the reader wrote: `definitions.ts:2`, from 1. */
function place({ location }: Params): string {
  const { url, sourceMapURL } = scripts.get(location.scriptId)!;
  assert.match(url, /^\/cells\/\w+-\d+\.js$/);
  const map = JSON.parse(Buffer.from(sourceMapURL.split(",")[1], "base64").toString());
  const segments = decode(map.mappings)[location.lineNumber] ?? [];
  const found = segments.findLast(([column]) => column <= location.columnNumber);
  assert.ok(found, `nothing in the map at ${JSON.stringify(location)}`);
  return found.length === 1 ? "unmapped" : `${path.basename(map.sources[0])}:${found[2]! + 1}`;
}

/** A breakpoint in the text of a cell, by the map as debuggers do it. */
async function breakAt(name: string, sourceLine: number, condition?: string): Promise<string> {
  const script = [...scripts.values()].findLast(({ url }) => url.startsWith(`/cells/${name}-`))!;
  const map = JSON.parse(Buffer.from(script.sourceMapURL.split(",")[1], "base64").toString());
  const mappings = decode(map.mappings);
  const lineNumber = mappings.findIndex((segments) => segments.some(([, , at]) => at === sourceLine - 1));
  const columnNumber = mappings[lineNumber]!.find(([, , at]) => at === sourceLine - 1)![0];
  const at = { url: script.url, lineNumber, columnNumber };
  return (await line.send("Debugger.setBreakpointByUrl", { ...at, condition })).breakpointId;
}

/** The variables of a scope, name → value. */
async function variables(scope: Params): Promise<Record<string, unknown>> {
  const { result } = await line.send("Runtime.getProperties", {
    objectId: scope.object.objectId,
    ownProperties: true,
  });
  return Object.fromEntries(
    result.map((each: Params) => [each.name, each.value.value ?? each.value.description]),
  );
}

before(async () => {
  await run(
    "definitions",
    `let lr = 0.5;
const x = "the notebook's";
interface Nothing { here: number }
function step(x: number): number {
  let loss = x * lr;
  for (let i = 0; i < 2; i++) {
    loss += i;
  }
  return loss;
}`,
  );
});

it("meets a function of a cell that ran before, with the notebook's names and its own", {
  timeout: hanging,
}, async () => {
  await attach();
  await line.send("Debugger.setInstrumentationBreakpoint", {
    instrumentation: "beforeScriptWithSourceMapExecution",
  });
  await breakAt("definitions", 5, "x === 2 && lr === 0.5");
  const running = run("use", "const first = step(1);\nconst second = step(2);\nfirst + second");
  const whole = await paused();
  assert.equal(whole.reason, "instrumentation");
  await breakAt("use", 2);
  await line.send("Debugger.resume");

  const atUse = (await paused()).callFrames;
  assert.deepEqual(
    atUse.map(({ functionName }: Params) => functionName),
    ["Cell 2"],
  );
  assert.equal(place(atUse[0]), "use.ts:2");
  const [cells] = atUse[0].scopeChain;
  assert.equal(cells.type, "notebook");
  const listed = await variables(cells);
  assert.deepEqual(
    { lr: listed.lr, x: listed.x, first: listed.first },
    { lr: 0.5, x: "the notebook's", first: 1.5 },
  );
  assert.ok(!("second" in listed) && !("$$" in listed));
  await line.send("Debugger.resume");

  const [inStep, caller, ...rest] = (await paused()).callFrames;
  assert.deepEqual([inStep.functionName, caller.functionName, rest.length], ["step", "Cell 2", 0]);
  assert.deepEqual([place(inStep), place(caller)], ["definitions.ts:5", "use.ts:2"]);
  assert.equal(await evaluate(inStep, "x"), 2, "its own name");
  assert.equal(await evaluate(caller, "x"), "the notebook's");
  assert.equal(await evaluate(inStep, "lr * x"), 1);
  const scope = inStep.scopeChain.findIndex(({ type }: Params) => type === "notebook");
  assert.deepEqual(
    inStep.scopeChain.slice(0, scope).map(({ type }: Params) => type),
    ["local"],
  );
  await line.send("Debugger.setVariableValue", {
    callFrameId: inStep.callFrameId,
    scopeNumber: scope,
    variableName: "lr",
    newValue: { value: 0.25 },
  });
  assert.equal(await evaluate(inStep, "lr"), 0.25);
  assert.equal(await evaluate(inStep, "lr += 0.5"), 0.75);
  assert.equal((await variables(inStep.scopeChain[scope])).lr, 0.75);

  const places: string[] = [];
  for (let i = 0; i < 4; i++) {
    await line.send("Debugger.stepOver");
    places.push(place((await paused()).callFrames[0]));
  }
  assert.deepEqual(places.slice(0, 2), ["definitions.ts:6", "definitions.ts:6"]);
  await line.close();
  assert.equal((await running).result, "4"); // 1.5 and 2 * 0.75 + 1: it went on when the debugger had gone
  assert.equal((await run("after", "lr")).result, "0.75");
});

it("goes line by line, and an interrupt at a stop keeps the variables", { timeout: hanging }, async () => {
  await attach();
  const running = run("lines", "let turns = 1;\nturns++; turns++;\nwhile (true) {\n  turns++;\n}", true);
  const places: string[] = [];
  while (places.length < 5) {
    const [top] = (await paused()).callFrames;
    places.push(place(top));
    if (places.length < 5) await line.send("Debugger.stepOver");
  }
  assert.deepEqual(
    places,
    [1, 2, 4, 4, 4].map((each) => `lines.ts:${each}`),
  );
  await kernel.client.interrupt();
  assert.match((await running).error, /Interrupted/);
  await line.close();
  assert.equal((await run("kept", "turns")).result, "5");
});

it("stops at an error that no cell catches, and at no other", { timeout: hanging }, async () => {
  await attach();
  await line.send("Debugger.setPauseOnExceptions", { state: "uncaught" });
  for (const wait of ["", "await null;"]) {
    const running = run(
      "fails",
      `try { throw new Error("caught"); } catch {}\n${wait}\nthrow new Error("mine");`,
    );
    const { reason, data, callFrames } = await paused();
    assert.match(reason, /exception|promiseRejection/);
    assert.match(data.description, /^Error: mine/);
    assert.equal(place(callFrames[0]), "fails.ts:3");
    await line.send("Debugger.resume");
    assert.match((await running).error, /Error: mine/);
  }
  await line.close();
});

it("finds cells as they are without one: the code that runs has no map and nobody listens", async () => {
  await run("off", "1");
  const { result } = await run("off", 'import { url } from "node:inspector";\nurl() === undefined');
  assert.equal(result, "true");
});
