// A session between its clients, its converter and its runner: who hears what of which cell, and what each is told when one ends or dies.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Comm } from "../../../kernel/protocol";
import type { CellConverter, Converted } from "../../../kernel/session/cells/conversion";
import { Runner, type RunnerEvents } from "../../../kernel/session/cells/runner";
import type { CellProgram, Ended, FromRunner, ToRunner } from "../../../kernel/session/cells/wire";
import type { Output } from "../../../kernel/session/display/output";
import { type CellLanguage, type Frontend, Session } from "../../../kernel/session/session";

/** A runner at the other end of a line that is looked at here. */
class Line extends Runner {
  readonly sent: ToRunner[] = [];
  killed = 0;
  again = 0;
  kill() {
    this.killed++;
  }
  usage = async () => ({ pid: 7, kernel_memory: 8 });
  inspector = async () => "ws://here";
  send(message: ToRunner) {
    this.sent.push(message);
  }
  interrupted() {}
  interruptedAgain() {
    this.again++;
    return true;
  }
  hears(message: FromRunner) {
    this.receive(message);
  }
  dies(cause: string) {
    this.died(cause);
  }
  /** The cells that it was handed. */
  get cells(): CellProgram[] {
    return this.sent.flatMap((message) => (message.type === "run" ? [message.cell] : []));
  }
}

type Cell = Extract<Converted, { ok: true }>["cell"];

/** What a converter says of a cell that has nothing to it. */
const plain: Cell = {
  code: "code",
  imports: [],
  declares: ["a", "b"],
  assigns: ["c"],
  map: "map",
  shifts: [[1, 2, 3]],
  reads: ["r"],
};

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const ended = (more: Partial<Ended> = {}): Ended =>
  ({ status: "ok", missed: [], changed: [], known: {}, ...more }) as Ended;
const stream = (text: string): Output => ({ type: "stream", content: { name: "stdout", text } });

function opened(converted: (text: string) => Converted = () => whole(), fails?: Error) {
  const lines: Line[] = [];
  /** What converter and language service were told, in that order. */
  const told: unknown[][] = [];
  const tell =
    (word: string) =>
    (...given: unknown[]) =>
      void told.push([word, ...given]);
  const converter: CellConverter = {
    convert: (text, checks) => {
      tell("convert")(text, checks);
      return converted(text);
    },
    accept: tell("accept"),
    retract: tell("retract"),
    reset: tell("reset"),
    isComplete: (source) => ({ status: "incomplete", indent: source }),
  };
  const language: CellLanguage = {
    ask: async () => null as never,
    answer: async () => null,
    cellRan: tell("ran"),
    cellMissed: tell("missed"),
    cellsKnow: tell("know"),
    forget: tell("forget"),
    close: tell("close"),
  };
  const session = new Session({
    startRunner: (events: RunnerEvents) => {
      const line = new Line(events);
      lines.push(line);
      return line;
    },
    converter: fails ? Promise.reject(fails) : Promise.resolve(converter),
    language,
  });
  return { session, lines, told, language };
}

/** A client, with what it has heard. */
function client(isAttended = true) {
  const heard: unknown[] = [];
  const frontend: Frontend = {
    publish: (output) => void heard.push(output),
    comm: (comm) => void heard.push(comm),
    isAttended,
    ask: async ({ prompt }) => `answer to ${prompt}`,
  };
  return { heard, frontend };
}

const whole = (more: Partial<Extract<Converted, { ok: true }>> = {}): Converted => ({
  ok: true,
  cell: plain,
  showsResult: true,
  warnings: [],
  declarations: "declared",
  ...more,
});

describe("a cell", () => {
  it("is handed over whole, and its client hears what it makes, reads and changes", async () => {
    const { session, lines, told } = opened();
    const { frontend, heard } = client();
    const settings = { language: "de", file: "/a.ts", pauses: true, checks: "loose" } as const;
    const done = session.execute("text", 4, settings, frontend);
    await turn();
    const [line] = lines as [Line];
    const { reads: _, ...program } = plain;
    assert.deepEqual(line.cells, [
      {
        id: 1,
        name: "Cell 4",
        file: "/a.ts",
        pauses: true,
        source: "text",
        language: "de",
        ...program,
        showsResult: true,
        isAttended: true,
      },
    ]);
    assert.deepEqual(told, [
      ["convert", "text", "loose"],
      ["accept", "declared"],
      ["ran", "text"],
    ]);
    line.hears({ type: "output", cell: 1, output: stream("1") });
    line.hears({ type: "done", cell: 1, outcome: ended({ changed: ["d"], known: { d: 1 } }) });
    assert.deepEqual(await done, {
      status: "ok",
      flow: { reads: ["r"], makes: ["a", "b", "c", "d"], changes: ["d"] },
    });
    assert.deepEqual(heard, [stream("1")]);
    assert.deepEqual(told.slice(3), [["know", { d: 1 }]]);
  });

  it("is strict where nothing else is asked, and without a count named by itself", async () => {
    const { session, lines, told } = opened(() => whole({ showsResult: false }));
    void session.execute("text", undefined, {}, client(false).frontend);
    await turn();
    const [cell] = lines[0]!.cells;
    assert.deepEqual(
      [cell?.name, cell?.isAttended, cell?.showsResult, cell?.language],
      ["Uncounted cell 1", false, false, undefined],
    );
    assert.deepEqual(told[0], ["convert", "text", "strict"]);
  });

  it("that never came to a name has not made it, and converter and language service are told", async () => {
    const { session, lines, told } = opened();
    const done = session.execute("text", 1, {}, client().frontend);
    await turn();
    const error = { ename: "Error", evalue: "x", traceback: [] };
    const outcome = ended({ status: "error", error, shown: true, missed: ["b"] } as never);
    lines[0]!.hears({ type: "done", cell: 1, outcome });
    assert.deepEqual(await done, {
      status: "error",
      error,
      shown: true,
      flow: { reads: ["r"], makes: ["a", "c"], changes: [] },
    });
    assert.deepEqual(told.slice(3), [
      ["retract", ["b"]],
      ["missed", ["b"]],
      ["know", {}],
    ]);
  });

  it("tells its warnings before it runs, each with its line where it has one", async () => {
    const warnings = [
      { line: 3, column: 1, code: "TS2322", text: "Not so." },
      { line: 1, column: 1, text: "tsconfig.json: odd" },
    ];
    const { session, lines } = opened(() => whole({ warnings }));
    const { frontend, heard } = client();
    void session.execute("text", 5, {}, frontend);
    await turn();
    const stderr = (text: string) => ({ type: "stream", content: { name: "stderr", text } });
    assert.deepEqual(heard, [
      stderr("Cell 5, line 3: warning TS2322: Not so.\n"),
      stderr("warning: tsconfig.json: odd\n"),
    ]);
    assert.equal(lines[0]!.cells.length, 1);
  });

  it("that cannot be converted is refused with the line, and does not run", async () => {
    const errors = [
      { line: 2, column: 3, code: "TS1109", text: "Expression expected." },
      { line: 1, column: 1, text: "Second." },
    ];
    const { session, lines, told } = opened(() => ({ ok: false, errors }));
    const outcome = await session.execute("one\n  two\nthree", 2, {}, client().frontend);
    assert.deepEqual(outcome, {
      status: "error",
      error: {
        ename: "SyntaxError",
        evalue: "Expression expected.",
        traceback: [
          "SyntaxError: Expression expected. (TS1109)",
          "",
          "  1 | one",
          "> 2 |   two",
          "    |   ^",
          "  3 | three",
          "",
          "    at Cell 2, line 2, column 3",
          "SyntaxError: Second.",
          "",
          "> 1 | one",
          "    | ^",
          "  2 |   two",
          "  3 | three",
          "",
          "    at Cell 2, line 1, column 1",
        ],
      },
    });
    assert.deepEqual([lines[0]!.sent, told.length], [[], 1]);
    const named = opened(() => ({ ok: false, name: "ImportError", errors }));
    const refused = await named.session.execute("", 2, {}, client().frontend);
    assert.ok(refused.status === "error");
    assert.equal(refused.error.ename, "ImportError");
    assert.equal(refused.error.traceback[0], "ImportError: Expression expected. (TS1109)");
  });

  it("interrupted while it is still converted never runs, and has declared nothing", async () => {
    const { session, lines, told } = opened();
    const done = session.execute("text", 1, {}, client().frontend);
    session.interrupt();
    const text = "Interrupted: the cell was stopped; all variables are kept";
    assert.deepEqual(await done, {
      status: "interrupted",
      error: {
        ename: "Interrupted",
        evalue: "the cell was stopped; all variables are kept",
        traceback: [text],
      },
    });
    assert.deepEqual(
      told.map(([word]) => word),
      ["convert"],
    );
    const next = session.execute("text", 2, {}, client().frontend);
    await turn();
    assert.equal(lines[0]!.cells.length, 1, "the next one runs");
    session.interrupt();
    assert.deepEqual(lines[0]!.sent.at(-1), { type: "interrupt", cell: 2 });
    lines[0]!.hears({ type: "done", cell: 2, outcome: ended({ status: "interrupted" } as never) });
    const { status, flow } = await next;
    assert.deepEqual([status, flow?.makes], ["interrupted", ["a", "b", "c"]]);
  });

  it("fails where the converter could not be loaded, which nobody else hears of", async () => {
    const { session } = opened(undefined, new Error("no TypeScript"));
    await turn();
    await assert.rejects(session.execute("1", 1, {}, client().frontend), /^Error: no TypeScript$/);
  });
});

describe("what comes of earlier cells", () => {
  it("goes to their own clients for two hundred cells, then to the latest", async () => {
    const { session, lines } = opened();
    const [first, later] = [client(), client()];
    const run = async (frontend: Frontend, id: number) => {
      const done = session.execute("1", id, {}, frontend);
      await turn();
      lines[0]!.hears({ type: "done", cell: id, outcome: ended() });
      await done;
    };
    await run(first.frontend, 1);
    for (let id = 2; id <= 200; id++) await run(later.frontend, id);
    lines[0]!.hears({ type: "output", cell: 1, output: stream("still mine") });
    assert.deepEqual([first.heard.length, later.heard.length], [1, 0]);
    await run(later.frontend, 201);
    lines[0]!.hears({ type: "output", cell: 1, output: stream("late") });
    assert.deepEqual([first.heard.length, later.heard], [1, [stream("late")]]);
    const nobodys = client();
    void session.execute("1", 202, {}, nobodys.frontend);
    lines[0]!.hears({ type: "output", output: stream("written past the line") } as never);
    assert.deepEqual(nobodys.heard, [stream("written past the line")]);
  });

  it("before any cell, goes to nobody, and a question has nobody to answer it", async () => {
    const { lines } = opened();
    const [line] = lines as [Line];
    line.hears({ type: "output", cell: 0, output: stream("early") });
    line.hears({ type: "ask", id: 1, question: { prompt: "?", password: false } });
    await turn();
    assert.deepEqual(line.sent, [{ type: "answer", id: 1, answer: { error: "input: no cell is running" } }]);
  });

  it("as a question goes to the client of the cell that runs", async () => {
    const { session, lines } = opened();
    void session.execute("1", 1, {}, client().frontend);
    await turn();
    lines[0]!.hears({ type: "ask", id: 1, question: { prompt: "name", password: false } });
    await turn();
    assert.deepEqual(lines[0]!.sent.at(-1), { type: "answer", id: 1, answer: { value: "answer to name" } });
  });
});

describe("an expression of a client's", () => {
  const evaluated = async (...said: FromRunner[]) => {
    const { session, lines } = opened();
    const mine = client();
    void session.execute("1", 1, {}, mine.frontend);
    await turn();
    const [line] = lines as [Line];
    line.hears({ type: "done", cell: 1, outcome: ended() });
    await turn();
    const result = session.evaluate("a + 1");
    await turn();
    assert.equal(line.cells[1]?.isAttended, false);
    for (const each of said) line.hears(each);
    const found = await result;
    line.hears({ type: "output", output: stream("later") } as never);
    assert.deepEqual(
      mine.heard,
      [stream("later")],
      "what it prints is dropped, and the client is who it was",
    );
    return found;
  };

  it("has its value, or undefined", async () => {
    const data = { "text/plain": "2" };
    const shown: Output = { type: "execute_result", content: { data, metadata: { a: 1 } } };
    const done: FromRunner = { type: "done", cell: 2, outcome: ended() };
    assert.deepEqual(
      await evaluated(
        { type: "output", cell: 2, output: stream("x") },
        { type: "output", cell: 2, output: shown },
        done,
      ),
      { status: "ok", data, metadata: { a: 1 } },
    );
    assert.deepEqual(await evaluated(done), {
      status: "ok",
      data: { "text/plain": "undefined" },
      metadata: {},
    });
  });

  it("has its error", async () => {
    const error = { ename: "TypeError", evalue: "no", traceback: ["TypeError: no"] };
    const outcome = ended({ status: "error", error } as never);
    assert.deepEqual(await evaluated({ type: "done", cell: 2, outcome }), { status: "error", ...error });
  });
});

describe("a runner that dies", () => {
  const words = (cause: string) =>
    `the process that cells run in has ended: ${cause}. A fresh one has started: variables are gone, run the cells again.`;
  const comm = (type: Comm["type"], id: string): Comm =>
    ({ type, content: { comm_id: id, target_name: "bnlab", data: {} } }) as never;

  it("of its cell is replaced; converter and language service forget, controls close", async () => {
    const { session, lines, told } = opened();
    const { frontend, heard } = client();
    const done = session.execute("1", 1, {}, frontend);
    await turn();
    lines[0]!.hears({ type: "comm", cell: 1, comm: comm("comm_open", "x") });
    assert.deepEqual(Object.keys(session.comms()), ["x"]);
    lines[0]!.dies("process.exit()");
    const evalue = words("process.exit()");
    assert.deepEqual(await done, {
      status: "error",
      error: { ename: "KernelDied", evalue, traceback: [`KernelDied: ${evalue}`] },
    });
    assert.deepEqual(
      heard.map((each) => (each as Comm).type),
      ["comm_open", "comm_close"],
    );
    assert.deepEqual(session.comms(), {});
    assert.deepEqual(
      told.slice(3).map(([word]) => word),
      ["reset", "forget"],
    );
    void session.execute("2", 2, {}, frontend);
    await turn();
    assert.deepEqual([lines.length, lines[0]!.cells.length, lines[1]!.cells.length], [2, 1, 1]);
  });

  it("between cells is replaced, and the latest client hears of it", async () => {
    const { session, lines, told } = opened();
    const { frontend, heard } = client();
    void session.execute("1", 1, {}, frontend);
    await turn();
    lines[0]!.hears({ type: "done", cell: 1, outcome: ended() });
    await turn();
    lines[0]!.dies("abort()");
    const evalue = words("abort()");
    assert.deepEqual(heard, [
      { type: "error", content: { ename: "KernelDied", evalue, traceback: [`KernelDied: ${evalue}`] } },
    ]);
    await turn();
    assert.equal(lines.length, 2);
    assert.deepEqual(
      told.slice(4).map(([word]) => word),
      ["reset", "forget"],
    );
  });

  it("with the session stays dead", async () => {
    const { session, lines, told } = opened();
    const { frontend, heard } = client();
    const done = session.execute("1", 1, {}, frontend);
    await turn();
    session.close();
    assert.equal(lines[0]!.killed, 1);
    assert.deepEqual(told.at(-1), ["close"]);
    lines[0]!.dies("killed");
    assert.equal((await done).status, "error");
    const idle = opened();
    idle.session.close();
    idle.lines[0]!.dies("killed");
    await turn();
    assert.deepEqual([lines.length, idle.lines.length, heard], [1, 1, []]);
  });
});

describe("what a client asks", () => {
  it("of the runner goes to the one that there is", async () => {
    const { session, lines, language } = opened();
    const [line] = lines as [Line];
    assert.deepEqual(await session.usage(), { pid: 7, kernel_memory: 8 });
    assert.equal(await session.inspector(), "ws://here");
    assert.equal(session.language, language);
    assert.deepEqual(await session.isComplete("  "), { status: "incomplete", indent: "  " });
    const seen = session.look("variables", { names: ["a"] });
    line.hears({ type: "seen", id: 1, seen: { answer: [] } });
    assert.deepEqual(await seen, { answer: [] });
    const left = session.settle(5);
    line.hears({ type: "settled", left: ["a timer"] });
    assert.deepEqual(await left, ["a timer"]);
    assert.deepEqual(
      line.sent.map(({ type }) => type),
      ["look", "settle"],
    );
  });
});
