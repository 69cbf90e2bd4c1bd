// Cells as a runner takes them, one after another: what each shows, how it ends, what an interrupt leaves, what can be asked meanwhile.
import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { Script } from "node:vm";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";
import { Mime, numbersSymbol } from "../../../kernel/protocol";
import {
  type CellFunction,
  CellRunner,
  type CellRunnerParts,
} from "../../../kernel/session/cells/cellRunner";
import { CellTimers } from "../../../kernel/session/cells/cellTimers";
import { Outbox } from "../../../kernel/session/cells/outbox";
import { Realm } from "../../../kernel/session/cells/realm";
import { StackTraces } from "../../../kernel/session/cells/stackTraces";
import {
  type CellProgram,
  type Ended,
  type FromRunner,
  type Posted,
  Shared,
} from "../../../kernel/session/cells/wire";
import { emitCell } from "../../../kernel/session/converter/emit";
import { namesIn, parseBound } from "../../../kernel/session/converter/scopes";
import { display, sessionSymbol } from "../../../kernel/session/display/display";
import { input } from "../../../kernel/session/display/input";
import { FileFrames } from "../../../kernel/session/runner/fileFrames";
import { NodeModules } from "../../../kernel/session/runner/modules";

setMachine(thisMachine);

/** A session's runner in this process; what it says is listed as it comes. */
function started(more: Partial<CellRunnerParts> = {}) {
  const said: (FromRunner | { type: "interrupt"; cell: number })[] = [];
  const waiting: (() => void)[] = [];
  const shared = new Int32Array(new SharedArrayBuffer(4 * Shared.length));
  const timers = new CellTimers({ setTimeout, clearTimeout, afterTurn: setImmediate });
  const channel = {
    postMessage({ message, json, size }: Posted) {
      said.push((json === undefined ? message : JSON.parse(json)) as FromRunner);
      Atomics.sub(shared, Shared.outstanding, size);
      for (const wake of waiting.splice(0)) wake();
    },
  };
  const outbox = new Outbox(channel, shared, timers.own);
  const traces = new StackTraces(new FileFrames());
  const realm = new Realm((names) => outbox.write("stderr", `put back: ${names}\n`));
  const modules = new NodeModules(import.meta.dirname, (work) => work());
  const compile = ({ code, name }: CellProgram) =>
    new Script(code, { filename: name, lineOffset: -1 }).runInThisContext() as CellFunction;
  const parts = { outbox, modules, traces, timers, shared, realm, compile, ...more };
  const runner = new CellRunner(parts);
  Object.assign(globalThis, { [sessionSymbol]: runner, display });
  let id = 0;
  const known = new Set<string>();

  /** The first message for which that is so, of those that came already too. */
  async function message<T extends FromRunner["type"] | "interrupt">(
    type: T,
    fits: (found: Extract<(typeof said)[number], { type: T }>) => boolean = () => true,
  ): Promise<Extract<(typeof said)[number], { type: T }>> {
    for (;;) {
      const found = said.find((each) => each.type === type && fits(each as never));
      if (found) return found as never;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }

  /** Starts a cell; `module` is what tslab makes of it, so that `result` is its value. */
  function start(module: string, settings: Partial<CellProgram> = {}): number {
    const names = namesIn(parseBound(module));
    names.delete("result");
    const own = new Map([...names].map((name) => [name, { isVar: false }]));
    const cell = emitCell(module, { own, known, endsInExpression: false, result: "result", yields: false });
    for (const name of cell.declares) known.add(name);
    const name = `Cell ${++id}`;
    const { code, imports, map, shifts, declares, assigns } = cell;
    const program = { code, imports, map, shifts, declares, assigns };
    const defaults = { showsResult: /\bresult\b/.test(module), language: "en", isAttended: false };
    runner.run({ id, name, source: module, ...program, ...defaults, ...settings });
    return id;
  }

  const ended = async (cell: number): Promise<Ended> =>
    (await message("done", (done) => done.cell === cell)).outcome;
  const run = (module: string, settings?: Partial<CellProgram>) => ended(start(module, settings));
  /** What has been shown of a cell, in the order in which it came. */
  const shown = (cell: number) =>
    said.flatMap((each) => (each.type === "output" && each.cell === cell ? [each.output] : []));
  return { runner, said, shared, timers, outbox, start, ended, run, shown, message };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const ok = { status: "ok", missed: [], changed: [], known: {} };

describe("a cell", () => {
  it("ends once, with what it has changed, and is known as the one that has begun", async () => {
    const { run, said, shared, runner } = started();
    assert.deepEqual(await run("const a = 1;"), { ...ok, changed: ["a"], known: { a: 1 } });
    assert.deepEqual(await run("a;"), { ...ok, known: { a: 1 } });
    assert.deepEqual([Atomics.load(shared, Shared.begun), runner.latest], [2, 2]);
    await turn();
    assert.deepEqual(
      said.map(({ type }) => type),
      ["done", "done"],
    );
  });

  it("shows its value, where there is one that is asked for, after what it printed", async () => {
    const { run, shown, outbox } = started();
    Object.assign(globalThis, { printed: (text: string) => outbox.write("stdout", text) });
    await run("printed('before'); export const result = [1, 'a'];");
    assert.deepEqual(shown(1), [
      { type: "stream", content: { name: "stdout", text: "before" } },
      { type: "execute_result", content: { metadata: {}, data: { [Mime.plain]: "[ 1, 'a' ]" } } },
    ]);
    await run("export const result = undefined;");
    await run("export const result = 5;", { showsResult: false });
    await run("export const result = display('d');");
    assert.deepEqual([2, 3].map(shown), [[], []]);
    assert.deepEqual(
      shown(4).map(({ type }) => type),
      ["display_data"],
    );
    await run("export const result = new Proxy({}, { getPrototypeOf() { throw new Error('trap'); } });");
    assert.deepEqual(
      shown(5).map(({ type }) => type),
      ["execute_result"],
    );
  });

  it("waits for what it shows, also for a value that is still being made; what fails there fails it", async () => {
    const { run, shown } = started();
    const late = "({ [Symbol.for('Jupyter.display')]: async () => ({ 'text/plain': 'late' }) })";
    assert.deepEqual(await run(`display(${late});`), ok);
    assert.deepEqual(await run(`export const result = ${late};`), ok);
    for (const [cell, type] of [
      [1, "display_data"],
      [2, "execute_result"],
    ] as const) {
      const [output] = shown(cell);
      assert.equal(output?.type, type);
      assert.ok("data" in output.content && output.content.data[Mime.plain] === "late");
    }
    const { runner, run: runAgain } = started();
    Object.assign(globalThis, { held: () => runner.hold(Promise.reject(new RangeError("not made"))) });
    const failed = await runAgain("held();");
    assert.ok(failed.status === "error" && failed.error.ename === "RangeError" && !failed.shown);
  });

  it("that throws says where, and what it never came to declare", async () => {
    const { run } = started();
    const failed = await run("const a = 1;\nthrow new TypeError('no');\nconst b = 2;");
    assert.ok(failed.status === "error");
    assert.deepEqual([failed.missed, failed.changed, failed.shown], [["b"], ["a"], undefined]);
    assert.equal(failed.error.evalue, "no");
    const first = failed.error.traceback.find((line) => line.startsWith("    at "));
    assert.equal(first, "    at Cell 1, line 2, column 7");
  });

  it("ends when the event loop has turned: what it left without a handler is its own, and shown already", async () => {
    const { runner, start, ended, shown } = started();
    Object.assign(globalThis, {
      later: setImmediate,
      fails: (text: string) => runner.reportUncaught(new Error(text)),
    });
    const outcome = await ended(start("later(() => fails('first')); later(() => fails('second'));"));
    assert.ok(outcome.status === "error" && outcome.shown === true && outcome.error.evalue === "first");
    assert.deepEqual(
      shown(1).map(({ content }) => "evalue" in content && content.evalue),
      ["first", "second"],
    );
    const thrown = await ended(start("later(() => fails('third')); throw new Error('own');"));
    assert.ok(thrown.status === "error" && thrown.shown === undefined && thrown.error.evalue === "own");
  });

  it("of another cell gets what that one has left running, also an error", async () => {
    const { runner, run, start, ended, shown } = started();
    Object.assign(globalThis, { speaking: (work: () => void) => runner.speaking(work), saved: undefined });
    await run("globalThis.saved = speaking(() => { display('mine'); });");
    const second = start("globalThis.saved(); display('own'); throw 1;");
    await ended(second);
    const texts = (cell: number) =>
      shown(cell).map(({ content }) => "data" in content && content.data[Mime.plain]);
    assert.deepEqual([texts(1), texts(2)], [["'mine'"], ["'own'"]]);
    runner.reportUncaught(new Error("late"), 1);
    assert.equal(shown(1).at(-1)?.type, "error");
    const third = start("display('after');");
    assert.equal((await ended(third)).status, "ok");
    assert.deepEqual(texts(3), ["'after'"]);
  });

  it("does at its end what was asked for, whatever fails of it", async () => {
    const { runner, run, shown } = started();
    Object.assign(globalThis, { atEnd: (flush: () => void) => runner.onCellEnd(flush) });
    const outcome = await run(
      "atEnd(() => { throw new Error('flush'); }); atEnd(() => display('flushed')); display('body');",
    );
    assert.deepEqual(
      shown(1).map(({ type, content }) => ("data" in content ? content.data[Mime.plain] : type)),
      ["'body'", "error", "'flushed'"],
    );
    assert.ok(outcome.status === "error" && outcome.shown);
    await run("display('next');");
    assert.equal(shown(2).length, 1);
  });

  it("has its imports first, names them as they are, and says where one stands that is none", async () => {
    const { run, runner, said } = started();
    assert.deepEqual(
      await run('import { sep as s } from "node:path"; import * as fs from "node:fs"; const own = s;'),
      { ...ok, changed: ["s", "fs", "own"] },
    );
    runner.look(1, { what: "variables", about: {} });
    const seen = said.at(-1);
    assert.ok(seen?.type === "seen" && "answer" in seen.seen && Array.isArray(seen.seen.answer));
    assert.deepEqual(
      seen.seen.answer.map(({ name }) => name),
      ["own"],
    );
    await run("s = 'mine';");
    runner.look(2, { what: "variables", about: { names: ["s", "none", "fs"] } });
    const again = said.at(-1);
    assert.ok(again?.type === "seen" && again.id === 2 && "answer" in again.seen);
    assert.deepEqual(
      (again.seen.answer as { name: string }[]).map(({ name }) => name),
      ["s"],
    );
    const failed = await run('import { none } from "node:path";');
    assert.ok(failed.status === "error");
    assert.match(failed.error.evalue, /has no export named "none"; it has /);
    assert.equal(failed.error.traceback.at(-1), "    at Cell 3, line 1, column 22");
  });
});

describe("what is asked while cells run", () => {
  it("is answered to whoever asked, and what cannot be answered is an error of theirs", async () => {
    const { run, runner, start, ended, message } = started();
    Object.assign(globalThis, { ask: input });
    const cell = start(
      "const [a, b] = await Promise.all([ask('first?'), ask('p'.repeat(20_000), { password: true })]);",
    );
    const first = await message("ask", ({ id }) => id === 1);
    const second = await message("ask", ({ id }) => id === 2);
    assert.deepEqual(first.question, { prompt: "first?", password: false });
    assert.equal(second.question.prompt, `${"p".repeat(10_000)}… 10,000 more characters`);
    assert.equal(second.question.password, true);
    runner.answer(2, { value: "two" });
    runner.answer(1, { value: "one" });
    runner.answer(1, { value: "again" });
    assert.equal((await ended(cell)).status, "ok");
    runner.look(1, { what: "variables", about: {} });
    const seen = await message("seen");
    assert.ok("answer" in seen.seen);
    assert.deepEqual(
      (seen.seen.answer as { preview: string }[]).map(({ preview }) => preview),
      ["'one'", "'two'"],
    );
    const refused = start("await ask('third?');");
    await message("ask", ({ id }) => id === 3);
    runner.answer(3, { error: "nobody is there" });
    const outcome = await ended(refused);
    assert.ok(outcome.status === "error");
    assert.deepEqual([outcome.error.ename, outcome.error.evalue], ["InputError", "nobody is there"]);
    assert.equal((await run("1;")).status, "ok");
  });

  it("of a tensor gets its numbers, a member's too; of anything else what it is", async () => {
    const { run, runner, said } = started();
    Object.assign(globalThis, {
      made: () => ({ shape: [2, 2], dtype: "float32", [numbersSymbol]: () => Float32Array.of(1, 2, 3, 4) }),
    });
    await run("const t = made(); const held = { inner: made(), other: 5 };");
    const asked = (name: string, member?: string) => {
      runner.look(7, {
        what: "tensor",
        about: { name, ...(member === undefined ? {} : { member }), start: [0, 0], shape: [2, 2] } as never,
      });
      const last = said.at(-1);
      assert.ok(last?.type === "seen" && last.id === 7);
      return last.seen;
    };
    assert.ok("answer" in asked("t"));
    assert.ok("answer" in asked("held", "inner"));
    for (const [name, member, text] of [
      ["held", undefined, "expected a tensor or a typed array, got held: {\n  inner:"],
      ["held", "other", "expected a tensor or a typed array, got held, other: 5"],
      ["none", undefined, "expected a tensor or a typed array, got none: undefined"],
    ] as const) {
      const seen = asked(name, member);
      assert.ok("error" in seen && seen.error.evalue.includes(text), JSON.stringify(seen));
    }
    runner.look(8, { what: "variables", about: { of: "held" } });
    const last = said.at(-1);
    assert.ok(last?.type === "seen" && "answer" in last.seen);
    assert.deepEqual(
      (last.seen.answer as { name: string }[]).map(({ name }) => name),
      ["inner", "other"],
    );
  });

  it("or told to controls reaches them, and what they say goes out as the cell's", async () => {
    let polled = 0;
    const { runner, start, ended, said } = started({ poll: () => void polled++ });
    const comm = { type: "comm_msg", content: { comm_id: "c", data: {} } } as never;
    runner.hear(comm); // nobody listens yet
    const heard: unknown[] = [];
    runner.onComm((each) => heard.push(each));
    runner.hear(comm);
    assert.deepEqual(heard, [comm]);
    runner.pollComms();
    assert.equal(polled, 1);
    Object.assign(globalThis, { tells: () => runner.comm(comm) });
    await ended(start("tells();", { isAttended: true }));
    assert.deepEqual(
      said.filter(({ type }) => type === "comm"),
      [{ type: "comm", cell: 1, comm }],
    );
    assert.equal(runner.isAttended, true);
    await ended(start("1;"));
    assert.equal(runner.isAttended, false);
    runner.settled(["a timer"]);
    assert.deepEqual(said.at(-1), { type: "settled", left: ["a timer"] });
  });
});

describe("an interrupt", () => {
  it("ends a cell that waits once the event loop has turned, calls off its timers, and keeps its variables", async () => {
    const { runner, start, ended, said, shared, timers, run } = started();
    const [before, beforeStop] = [globalThis.setTimeout, globalThis.clearTimeout];
    timers.install({ cell: 1, speakFor() {} });
    let recovered = 0;
    runner.onInterrupt(() => void recovered++);
    let fired = false;
    Object.assign(globalThis, {
      fires: () => {
        fired = true;
      },
    });
    const cell = start("const kept = 1; setTimeout(fires, 1); await new Promise(() => {}); const lost = 2;");
    Object.assign(globalThis, { setTimeout: before, clearTimeout: beforeStop });
    runner.interrupt(99); // another cell's
    assert.equal(Atomics.load(shared, Shared.interrupted), 99);
    runner.interrupt(cell);
    assert.deepEqual(said.at(-1), { type: "interrupt", cell }, "asked once more, when the loop has turned");
    assert.equal(Atomics.load(shared, Shared.interrupted), 99, "not over yet");
    Atomics.add(shared, Shared.terminations, 1);
    runner.interrupt(cell);
    assert.deepEqual(
      said.filter(({ type }) => type === "done"),
      [],
      "code was stopped in between",
    );
    runner.interrupt(cell);
    const outcome = { status: "interrupted", missed: ["lost"], changed: ["kept"], known: { kept: 1 } };
    assert.deepEqual(await ended(cell), outcome);
    assert.deepEqual([recovered, Atomics.load(shared, Shared.interrupted)], [3, cell]);
    await new Promise((resolve) => before(resolve, 20));
    assert.equal(fired, false);
    assert.deepEqual(await run("kept;"), { ...ok, known: { kept: 1 } });
  });

  it("lets nothing of its cell go on: neither what it awaits, nor its value, nor its imports", async () => {
    const { runner, start, ended, shown, run } = started();
    const settle: (() => void)[] = [];
    Object.assign(globalThis, {
      gate: () => new Promise<void>((resolve) => settle.push(resolve)),
      went: [] as number[],
    });
    const stop = async (cell: number) => {
      await turn();
      runner.interrupt(cell);
      settle.shift()?.();
      await turn();
      runner.interrupt(cell);
      return (await ended(cell)).status;
    };
    assert.equal(await stop(start("await gate(); went.push(1);")), "interrupted");
    assert.equal(
      await stop(
        start(
          "export const result = { [Symbol.for('Jupyter.display')]: async () => { await gate(); return { 'text/plain': 'late' }; } };",
        ),
      ),
      "interrupted",
    );
    await turn();
    assert.deepEqual((globalThis as unknown as { went: number[] }).went, []);
    assert.deepEqual(shown(2), []);
    assert.equal((await run("went.push(3);")).status, "ok");
  });

  it("stops a loop that nothing else stops, when it asks, and no other cell", async () => {
    let [stop, asked] = [false, 0];
    const { start, ended, said } = started({
      isToStop: () => {
        asked++;
        return stop;
      },
    });
    const { now } = performance;
    let ahead = 0;
    const clock = mock.method(performance, "now", () => now.call(performance) + ahead);
    Object.assign(globalThis, {
      pass: (milliseconds: number) => {
        ahead += milliseconds;
      },
      ask: () => asked,
    });
    try {
      assert.equal((await ended(start("for (let i = 0; i < 3; i++) pass(1);"))).status, "ok");
      assert.equal(asked, 0, "not before a quarter of a second has passed");
      await ended(start("for (let i = 0; i < 4; i++) pass(251);"));
      assert.equal(asked, 3, "once each time");
      stop = true;
      const cell = start(
        "pass(251); const seen = []; for (let i = 0; i < 3; i++) seen.push(i); const never = 1;",
      );
      await turn();
      await turn();
      assert.equal(
        said.filter(({ type }) => type === "done").length,
        2,
        "for interrupt() to say when it is over",
      );
      assert.equal(cell, 3);
    } finally {
      clock.mock.restore();
    }
  });
});

describe("the engine's own objects", () => {
  it("are put back where a cell has taken one that the kernel works with", async () => {
    const { run, shown } = started();
    const { lastIndexOf } = Array.prototype;
    assert.equal((await run("Array.prototype.lastIndexOf = undefined;")).status, "ok");
    assert.equal(Array.prototype.lastIndexOf, lastIndexOf);
    assert.match(JSON.stringify(shown(1)), /put back: Array\.prototype\.lastIndexOf/);
  });

  it("stay as a cell has patched them while all goes well, and are put back where the kernel fails", () => {
    const told: string[] = [];
    const realm = new Realm((names) => told.push(names));
    const { max } = Math;
    const { trim } = String.prototype;
    const patched = () => 7;
    Math.max = patched;
    realm.mend();
    assert.equal(
      realm.guard(() => Math.max(1, 2)),
      7,
    );
    assert.deepEqual(told, []);
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 3;
    Object.assign(String.prototype, { trim: patched });
    Object.defineProperty(Object.prototype, "inherited", { value: 1, configurable: true });
    let tries = 0;
    const found = realm.guard(() => {
      if (tries++ === 0) throw new Error("for what they are");
      return [Math.max, String.prototype.trim, "inherited" in {}, Error.stackTraceLimit];
    });
    Error.stackTraceLimit = limit;
    assert.deepEqual(found, [max, trim, false, 3]);
    assert.deepEqual(told, ["String.prototype.trim, Math.max"]);
    Object.defineProperty(Object.prototype, "inherited", { value: 1, configurable: true });
    assert.equal(
      realm.guard(() => {
        if ("inherited" in {}) throw new Error("for what all inherit");
        return 5;
      }),
      5,
    );
    const own = new Error("the kernel's own");
    let calls = 0;
    assert.throws(
      () =>
        realm.guard(() => {
          calls++;
          throw own;
        }),
      (error) => error === own,
    );
    assert.equal(calls, 1, "nothing was to put back, so it is not tried again");
  });

  it("are put back by themselves where they are gone, or of another kind", () => {
    const told: string[] = [];
    const realm = new Realm((names) => told.push(names));
    const { isArray } = Array;
    const { get } = Map.prototype;
    Object.assign(Array, { isArray: 5 });
    Reflect.deleteProperty(Map.prototype, "get");
    realm.mend();
    assert.deepEqual([Array.isArray, Map.prototype.get], [isArray, get]);
    assert.deepEqual(told, ["Array.isArray, Map.prototype.get"]);
    realm.mend();
    assert.equal(told.length, 1);
  });
});
