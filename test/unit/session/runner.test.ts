// The session's side of what runs its cells: what is waited for is answered once, whatever the runner does, and dies of.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LineReader } from "../../../kernel/host/lines";
import { Runner, type RunnerEvents, type RunOutcome } from "../../../kernel/session/cells/runner";
import type { CellProgram, Ended, FromRunner, ToRunner } from "../../../kernel/session/cells/wire";

/** A runner at the other end of a line that is looked at here. */
class Line extends Runner {
  readonly sent: ToRunner[] = [];
  readonly interrupts: string[] = [];
  again = true;
  lasts: Promise<void> = Promise.resolve();
  kill() {}
  usage = async () => ({ pid: 1, kernel_memory: 2 });
  inspector = async () => "";
  send(message: ToRunner) {
    this.sent.push(message);
  }
  interrupted(cell: number) {
    this.interrupts.push(`first of ${cell}`);
  }
  interruptedAgain(cell: number) {
    this.interrupts.push(`again of ${cell}`);
    return this.again;
  }
  override lastOutputs() {
    return this.lasts;
  }
  hears(message: FromRunner) {
    this.receive(message);
  }
  dies(cause: string) {
    this.died(cause);
  }
  get now() {
    return [this.running, this.dead];
  }
}

function opened(events: Partial<RunnerEvents> = {}) {
  const told: unknown[] = [];
  const line = new Line({
    output: (...given) => told.push(["output", ...given]),
    comm: (...given) => told.push(["comm", ...given]),
    question: async ({ prompt }) => `answer to ${prompt}`,
    idleDeath: (cause) => told.push(["idle", cause]),
    ...events,
  });
  return { line, told };
}

const cell = (id: number) => ({ id }) as CellProgram;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const outcome: Ended = { status: "ok", missed: [], changed: ["a"], known: {} };

describe("a cell", () => {
  it("ends with its own outcome, after its last outputs", async () => {
    const { line } = opened();
    let release = () => {};
    line.lasts = new Promise((resolve) => {
      release = resolve;
    });
    let ended: RunOutcome | undefined;
    void line.run(cell(3)).then((found) => {
      ended = found;
    });
    assert.deepEqual(line.sent, [{ type: "run", cell: cell(3) }]);
    assert.deepEqual(line.now, [3, undefined]);
    line.hears({ type: "done", cell: 2, outcome });
    assert.deepEqual(line.now, [3, undefined], "that was another");
    line.hears({ type: "done", cell: 3, outcome });
    await turn();
    assert.equal(ended, undefined);
    release();
    await turn();
    assert.deepEqual(ended, outcome);
    assert.deepEqual(line.now, [undefined, undefined]);
  });

  it("is told of an interrupt, again only where that helps; without a cell nobody is", async () => {
    const { line } = opened();
    line.interrupt();
    assert.deepEqual(line.sent, []);
    void line.run(cell(4));
    line.interrupt();
    assert.deepEqual([line.sent.length, line.interrupts], [2, ["first of 4"]]);
    assert.deepEqual(line.sent[1], { type: "interrupt", cell: 4 });
    line.interrupt();
    assert.deepEqual([line.sent.length, line.interrupts], [3, ["first of 4", "again of 4"]]);
    line.again = false;
    line.interrupt();
    assert.deepEqual([line.sent.length, line.interrupts.length], [3, 3]);
    line.hears({ type: "done", cell: 4, outcome });
    await turn();
    void line.run(cell(5));
    line.interrupt();
    assert.equal(line.interrupts.at(-1), "first of 5");
  });

  it("dies with its runner, and no other runs there", async () => {
    const { line, told } = opened();
    const ended = line.run(cell(1));
    const seen = line.look("variables", {});
    line.dies("out of memory");
    line.dies("again");
    const gone = "the process that cells run in has ended: out of memory";
    const error = { ename: "KernelDied", evalue: gone, traceback: [gone] };
    assert.deepEqual(await ended, { status: "died", cause: "out of memory" });
    assert.deepEqual(await seen, { error });
    assert.deepEqual(told, []);
    const count = line.sent.length;
    assert.deepEqual(await line.run(cell(2)), { status: "died", cause: "out of memory" });
    assert.deepEqual(await line.look("variables", {}), { error });
    assert.deepEqual(await line.settle(5), []);
    line.hear({} as never);
    assert.equal(line.sent.length, count);
    assert.deepEqual(line.now, [undefined, "out of memory"]);
  });

  it("may have left something behind of which its runner dies", async () => {
    const { line, told } = opened();
    line.dies("abort()");
    assert.deepEqual(told, [["idle", "abort()"]]);
  });
});

describe("what a runner says", () => {
  it("goes to who wants to hear it", () => {
    const { line, told } = opened();
    const output = { type: "stream", content: { name: "stdout", text: "a" } } as const;
    const comm = { type: "comm_msg" } as never;
    line.hears({ type: "output", cell: 7, output });
    line.hears({ type: "comm", cell: 8, comm });
    line.hear(comm);
    assert.deepEqual(told, [
      ["output", output, 7],
      ["comm", comm, 8],
    ]);
    assert.deepEqual(line.sent, [{ type: "comm", comm }]);
  });

  it("as a question is answered, or refused with the reason", async () => {
    const { line } = opened();
    line.hears({ type: "ask", id: 1, question: { prompt: "name?", password: false } });
    await turn();
    assert.deepEqual(line.sent, [{ type: "answer", id: 1, answer: { value: "answer to name?" } }]);
    const { line: other } = opened({
      question: async () => {
        throw new Error("nobody is there");
      },
    });
    other.hears({ type: "ask", id: 2, question: { prompt: "", password: false } });
    await turn();
    assert.deepEqual(other.sent, [{ type: "answer", id: 2, answer: { error: "nobody is there" } }]);
  });

  it("of its values goes to whoever asked for those", async () => {
    const { line } = opened();
    const [first, second] = [line.look("variables", {}), line.look("variables", { names: ["a"] })];
    assert.deepEqual(line.sent, [
      { type: "look", id: 1, look: { what: "variables", about: {} } },
      { type: "look", id: 2, look: { what: "variables", about: { names: ["a"] } } },
    ]);
    line.hears({ type: "seen", id: 2, seen: { answer: [] } });
    line.hears({ type: "seen", id: 2, seen: { error: { ename: "a", evalue: "", traceback: [] } } });
    line.hears({ type: "seen", id: 9, seen: { answer: [] } });
    line.hears({ type: "seen", id: 1, seen: { error: { ename: "b", evalue: "", traceback: [] } } });
    assert.deepEqual(await second, { answer: [] });
    assert.deepEqual(await first, { error: { ename: "b", evalue: "", traceback: [] } });
  });
});

describe("settling", () => {
  it("ends with what is left, for all who wait; by an interrupt and a death with nothing", async () => {
    const { line } = opened();
    const both = Promise.all([line.settle(600_000), line.settle(600_000)]);
    assert.deepEqual(line.sent, [
      { type: "settle", milliseconds: 600_000 },
      { type: "settle", milliseconds: 600_000 },
    ]);
    line.hears({ type: "settled", left: ["a timer"] });
    assert.deepEqual(await both, [["a timer"], ["a timer"]]);
    const stopped = line.settle(600_000);
    line.interrupt();
    assert.deepEqual(await stopped, []);
    const dead = line.settle(600_000);
    line.dies("it");
    assert.deepEqual(await dead, []);
  });

  it("ends, too, where the runner does not even answer", async () => {
    const { line } = opened();
    assert.deepEqual(await line.settle(0), ["a loop"]);
  });
});

it("lines come whole out of whatever pieces a pipe delivers", () => {
  const read = (...chunks: Uint8Array[]) => {
    const lines: string[] = [];
    const reader = new LineReader((line) => lines.push(line));
    for (const chunk of chunks) reader.push(chunk);
    return lines;
  };
  const bytes = new TextEncoder().encode("first\n\n第二\nrest");
  assert.deepEqual(read(bytes), ["first", "", "第二"]);
  for (let at = 0; at <= bytes.length; at++)
    assert.deepEqual(read(bytes.subarray(0, at), bytes.subarray(at)), ["first", "", "第二"], `cut at ${at}`);
  assert.deepEqual(read(...Array.from(bytes, (byte) => Uint8Array.of(byte)), Uint8Array.of(10)), [
    "first",
    "",
    "第二",
    "rest",
  ]);
});
