// A notebook's run, told by what it asks of a kernel and what it makes of the answers.
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { type CodeCell, type Notebook, parseNotebook } from "../../../kernel/document/notebookFile";
import { type CellEnd, NotebookRun, type RunOptions } from "../../../kernel/notebook/notebookRun";
import {
  type AnyMessage,
  type AnyPublication,
  type Content,
  createMessage,
  isMessage,
  KernelClient,
  KernelGone,
  type MessageType,
  type Transport,
} from "../../../kernel/protocol";

const ok: Content["execute_reply"] = { status: "ok", execution_count: 1, user_expressions: {} };
const error = (evalue: string) => ({ ename: "Error", evalue, traceback: [`Error: ${evalue}`] });
const failed = (evalue: string): Content["execute_reply"] => ({
  ...{ status: "error", execution_count: 1, ...error(evalue) },
});

type Source = string | { source: string; [field: string]: unknown };

function notebookOf(...cells: Source[]): Notebook {
  const code = { cell_type: "code", metadata: {}, execution_count: null, outputs: [] };
  return parseNotebook(
    JSON.stringify({
      cells: cells.map((each) => ({ ...code, ...(typeof each === "string" ? { source: each } : each) })),
      ...{ metadata: { language_info: { name: "typescript" } }, nbformat: 4, nbformat_minor: 5 },
    }),
  );
}
const tagged = (source: string, ...tags: string[]): Source => ({ source, metadata: { tags } });

/** What a cell does, as far as the line to the kernel tells. */
interface Running {
  publish<T extends MessageType>(type: T, content: Content[T]): void;
  reply(content?: Content["execute_reply"]): void;
  /** The kernel asks for a line. */
  ask(prompt: string): void;
}

/** The other end of the line: cells that do as their texts say here, and end well where nothing is said. */
class Kernel {
  readonly asked: AnyMessage[] = [];
  left: Content["settle_reply"] = { status: "ok", left: [] };
  onInterrupt = () => {};
  onAnswer = (_text: string) => {};
  #receive: (message: AnyMessage) => void = () => {};
  #closed = () => {};
  #count = 0;
  readonly #cells: Readonly<Record<string, (cell: Running) => void>>;

  constructor(cells: Readonly<Record<string, (cell: Running) => void>>) {
    this.#cells = cells;
  }

  readonly transport: Transport = {
    send: (message) => {
      this.asked.push(message);
      this.#answer(message);
    },
    onMessage: (receive) => {
      this.#receive = receive;
    },
    onClose: (closed) => {
      this.#closed = closed;
    },
    close: () => {},
  };

  die(): void {
    this.#closed();
  }

  /** The code of the cells that were to run; those that show nothing are in brackets. */
  get code(): string[] {
    return this.asked.flatMap((each) =>
      isMessage(each, "execute_request")
        ? [each.content.silent ? `(${each.content.code})` : each.content.code]
        : [],
    );
  }

  get kinds(): string[] {
    return this.asked.map(({ header }) => header.msg_type);
  }

  #answer(request: AnyMessage): void {
    const say = <T extends MessageType>(channel: "shell" | "iopub" | "stdin", type: T, content: Content[T]) =>
      this.#receive(
        createMessage(channel, type, content, { session: "k", parent: request.header }) as AnyMessage,
      );
    const end = <T extends MessageType>(type: T, content: Content[T]) => {
      say("shell", type, content);
      say("iopub", "status", { execution_state: "idle" });
    };
    if (isMessage(request, "execute_request")) {
      const { code, silent } = request.content;
      say("iopub", "status", { execution_state: "busy" });
      if (!silent) say("iopub", "execute_input", { code, execution_count: ++this.#count });
      const act = this.#cells[code] ?? ((cell: Running) => cell.reply());
      act({
        publish: (type, content) => say("iopub", type, content),
        reply: (content = ok) => end("execute_reply", content),
        ask: (prompt) => say("stdin", "input_request", { prompt, password: false }),
      });
    } else if (isMessage(request, "settle_request")) end("settle_reply", this.left);
    else if (isMessage(request, "interrupt_request")) this.onInterrupt();
    else if (isMessage(request, "input_reply")) this.onAnswer(request.content.value);
  }
}

function started(
  notebook: Notebook,
  cells: ConstructorParameters<typeof Kernel>[0] = {},
  options: RunOptions = {},
) {
  const kernel = new Kernel(cells);
  const ends: CellEnd[] = [];
  const places: string[] = [];
  const run = new NotebookRun(notebook, new KernelClient(kernel.transport), {
    onStart: (cell, { number, of }) => places.push(`${number}/${of} ${cell.source}`),
    onEnd: (_, end) => ends.push(end),
    ...options,
  });
  const sourcesOf = (set: Iterable<CodeCell>) => [...set].map(({ source }) => source);
  return { kernel, run, ends, places, failed: () => sourcesOf(run.failed), late: () => sourcesOf(run.late) };
}
const cellAt = ({ cells }: Notebook, index: number) => cells[index] as CodeCell;
const stale = { execution_count: 9, outputs: [{ output_type: "stream", name: "stdout", text: "stale" }] };

describe("the cells that run", () => {
  test("are those with code of ours, in their order; what was saved in any code cell is gone", async () => {
    const execution = { "iopub.status.busy": "2020-01-01" };
    const notebook = notebookOf(
      { cell_type: "markdown", source: "# Title", metadata: { execution } },
      { source: "a", ...stale, metadata: { execution, tags: ["kept"] } },
      { source: " \n", ...stale },
      { source: "print()", ...stale, metadata: { vscode: { languageId: "python" } } },
      { source: "b", ...stale },
    );
    const { kernel, run, places } = started(notebook, {
      a: ({ publish, reply }) => {
        publish("stream", { name: "stdout", text: "printed" });
        reply();
      },
    });
    await run.run();
    assert.deepEqual(kernel.code, ["a", "b"]);
    assert.deepEqual(places, ["1/2 a", "2/2 b"]);
    assert.deepEqual(run.begun, [notebook.cells[1], notebook.cells[4]]);
    assert.deepEqual(
      [1, 2, 3, 4].map((i) => [cellAt(notebook, i).execution_count, cellAt(notebook, i).outputs.length]),
      [
        [1, 1],
        [null, 0],
        [null, 0],
        [2, 0],
      ],
    );
    assert.deepEqual(cellAt(notebook, 1).metadata, { tags: ["kept"] });
    assert.deepEqual(notebook.cells[0]!.metadata, { execution });
    assert.deepEqual([run.failed.size, run.late.size], [0, 0]);
  });

  test("are asked for with what the notebook says of types and of its reader's language", async () => {
    const notebook = notebookOf({ cell_type: "markdown", source: "# 一个笔记本" }, "a", {
      source: "b",
      metadata: { vscode: { languageId: "javascript" } },
    });
    const contents = async (options: RunOptions) => {
      const { kernel, run } = started(notebook, {}, options);
      await run.run();
      return kernel.asked.flatMap((each) => (isMessage(each, "execute_request") ? [each.content] : []));
    };
    const [a, b] = await contents({});
    assert.deepEqual(
      [a!.language, a!.controls, a!.stop_on_error, a!.allow_stdin, a!.silent, a!.store_history],
      ["zh-CN", false, true, false, false, true],
    );
    assert.notEqual(a!.checks, b!.checks);
    const [allowed] = await contents({ allowErrors: true, onInput: async () => "" });
    assert.deepEqual([allowed!.stop_on_error, allowed!.allow_stdin], [false, true]);
    const { kernel, run } = started(notebookOf("a"));
    await run.run();
    assert.ok(isMessage(kernel.asked[0]!, "execute_request") && kernel.asked[0].content.language === "en");
  });

  test("are told with how long they took and what was answered", async (t) => {
    let now = 7000;
    t.mock.method(performance, "now", () => now);
    const { run, ends } = started(notebookOf("a"), {
      a: ({ reply }) => {
        now += 250;
        reply(failed("no"));
      },
    });
    await run.run();
    assert.deepEqual(ends, [{ reply: failed("no"), milliseconds: 250, timedOut: false }]);
  });

  test("are answered what they ask", async () => {
    const asked: string[] = [];
    const { kernel, run } = started(
      notebookOf("a"),
      {
        a: ({ ask, reply }) => {
          kernel.onAnswer = (text) => reply(failed(text));
          ask("Name? ");
        },
      },
      {
        onInput: async ({ prompt }) => {
          asked.push(prompt);
          return "Ada";
        },
      },
    );
    await run.run();
    assert.deepEqual(asked, ["Name? "]);
    assert.equal(kernel.kinds[1], "input_reply");
  });

  test("keep when they began and ended where that is asked for", async () => {
    const notebook = notebookOf("a");
    await started(notebook, {}, { timing: true }).run.run();
    const { execution } = cellAt(notebook, 0).metadata as { execution: Record<string, string> };
    assert.deepEqual(Object.keys(execution).sort(), [
      "iopub.execute_input",
      "iopub.status.busy",
      "iopub.status.idle",
      "shell.execute_reply",
    ]);
    for (const date of Object.values(execution)) assert.equal(new Date(date).toISOString(), date);
    await started(notebook).run.run();
    assert.deepEqual(cellAt(notebook, 0).metadata, {});
  });
});

const fails = ({ publish, reply }: Running) => {
  publish("error", error("no"));
  reply(failed("no"));
};

describe("a cell that fails", () => {
  test("ends the run, which waits for nothing more", async () => {
    const notebook = notebookOf("a", "b", { source: "c", ...stale });
    const { kernel, run, failed } = started(notebook, { b: fails });
    await run.run();
    assert.deepEqual([kernel.code, failed()], [["a", "b"], ["b"]]);
    assert.ok(!kernel.kinds.includes("settle_request"));
    assert.equal(run.late.size, 0);
    assert.deepEqual(
      cellAt(notebook, 1).outputs.map(({ output_type }) => output_type),
      ["error"],
    );
    assert.deepEqual(cellAt(notebook, 2).outputs, [], "what was saved there is of an earlier run");
  });

  test("ends it also when its answer alone says so, or an error without a bad answer", async () => {
    for (const act of [
      ({ reply }: Running) => reply(failed("no")),
      ({ reply }: Running) => reply({ status: "aborted" } as Content["execute_reply"]),
      ({ publish, reply }: Running) => {
        publish("error", error("left behind"));
        reply();
      },
    ]) {
      const { kernel, run, failed } = started(notebookOf("a", "b"), { a: act });
      await run.run();
      assert.deepEqual([kernel.code, failed()], [["a"], ["a"]]);
    }
  });

  test("does not where errors are allowed: it is told, the others run, and what is under way is waited for", async () => {
    const { kernel, run, failed } = started(notebookOf("a", "b"), { a: fails }, { allowErrors: true });
    await run.run();
    assert.deepEqual([kernel.code, failed()], [["a", "b"], ["a"]]);
    assert.equal(kernel.kinds.at(-1), "settle_request");
  });

  test("is none where it was meant to fail", async () => {
    const notebook = notebookOf(tagged("a", "raises-exception"), "b");
    const { kernel, run, failed } = started(notebook, { a: fails });
    await run.run();
    assert.deepEqual([kernel.code, failed()], [["a", "b"], []]);
    assert.equal(cellAt(notebook, 0).outputs[0]!.output_type, "error", "its error is its output");
  });
});

describe("an error that comes late", () => {
  test("is that of the cell that left it, told as late, and ends the run after the cell that runs", async () => {
    let first: Running | undefined;
    const shown: string[] = [];
    const notebook = notebookOf("a", "b", "c");
    const { kernel, run, failed, late } = started(
      notebook,
      {
        a: (cell) => {
          first = cell;
          cell.reply();
        },
        b: ({ reply }) => {
          first!.publish("error", error("late"));
          reply();
        },
      },
      {
        onPublication: ({ header }, { source }) => {
          if (header.msg_type === "error") shown.push(source);
        },
      },
    );
    await run.run();
    assert.deepEqual([kernel.code, failed(), late(), shown], [["a", "b"], ["a"], ["a"], ["a"]]);
    assert.equal(cellAt(notebook, 0).outputs[0]!.output_type, "error");
  });

  test("is late as soon as its cell has ended, and not while that runs", async () => {
    let last: Running | undefined;
    const { run, failed, late } = started(notebookOf("a"), {
      a: (cell) => {
        last = cell;
        cell.reply();
      },
    });
    await run.run();
    assert.deepEqual([failed(), late()], [[], []]);
    last!.publish("error", error("late"));
    assert.deepEqual([failed(), late()], [["a"], ["a"]]);
  });

  test("of no cell that is known is the last one's; before any cell it is nobody's", async () => {
    const published = createMessage("iopub", "error", error("whose?"), { session: "k" }) as AnyPublication;
    const notebook = notebookOf("a", "b");
    let shown = 0;
    const { run, failed, late } = started(notebook, {}, { onPublication: () => shown++ });
    run.publish(published);
    assert.deepEqual([failed(), late(), shown], [[], [], 0]);
    await run.run();
    run.publish(published);
    assert.deepEqual([failed(), late()], [["b"], ["b"]]);
    assert.equal(cellAt(notebook, 1).outputs.length, 1);
    const text = createMessage("iopub", "stream", { name: "stdout", text: "text" }, { session: "k" });
    run.publish(text as AnyPublication, cellAt(notebook, 0));
    assert.deepEqual([failed(), cellAt(notebook, 0).outputs.length], [["b"], 1]);
  });
});

describe("what cells leave under way", () => {
  const settled = async (options: RunOptions, left: Content["settle_reply"] = { status: "ok", left: [] }) => {
    const told: (readonly string[])[] = [];
    const { kernel, run } = started(notebookOf("a"), {}, { onLeft: (kinds) => told.push(kinds), ...options });
    kernel.left = left;
    await run.run();
    const last = kernel.asked.at(-1)!;
    assert.ok(isMessage(last, "settle_request"));
    return { seconds: last.content.timeout, told };
  };

  test("is waited for ten seconds, or as long as a cell may take", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    for (const [timeout, seconds] of [
      [undefined, 10],
      [2500, 2.5],
      [60_000, 10],
      [Number.POSITIVE_INFINITY, 10],
    ] as const)
      assert.equal((await settled({ timeout })).seconds, seconds, String(timeout));
  });

  test("is told where it goes on", async () => {
    assert.deepEqual((await settled({}, { status: "ok", left: ["a timer", "a server"] })).told, [
      ["a timer", "a server"],
    ]);
    assert.deepEqual((await settled({}, { status: "ok", left: ["a timer"] })).told, [["a timer"]]);
    assert.deepEqual((await settled({})).told, []);
    assert.deepEqual((await settled({}, { status: "error", ...error("no") })).told, []);
    assert.deepEqual((await settled({}, { status: "aborted" })).told, []);
  });
});

describe("a run that is stopped", () => {
  test("interrupts the cell that runs and leaves the others; what was meant to fail counts as failed", async () => {
    const stop = new AbortController();
    const notebook = notebookOf("a", tagged("b", "raises-exception"), { source: "c", ...stale });
    const { kernel, run, failed } = started(
      notebook,
      {
        b: ({ reply }) => {
          kernel.onInterrupt = () => reply(failed2);
          stop.abort();
        },
      },
      { signal: stop.signal, allowErrors: true },
    );
    const failed2: Content["execute_reply"] = {
      ...{ status: "error", execution_count: 2, ename: "Interrupted", evalue: "", traceback: [] },
    };
    await run.run();
    assert.deepEqual(kernel.kinds, ["execute_request", "execute_request", "interrupt_request"]);
    assert.deepEqual([kernel.code, failed()], [["a", "b"], ["b"]]);
    assert.deepEqual(cellAt(notebook, 2).outputs, []);
  });

  test("before its first cell has changed nothing", async () => {
    const notebook = notebookOf({ source: "a", ...stale });
    notebook.metadata.widgets = { kept: {} };
    const before = structuredClone(notebook);
    const { kernel, run } = started(notebook, {}, { signal: AbortSignal.abort() });
    await run.run();
    run.conclude();
    assert.deepEqual([kernel.asked, run.begun], [[], []]);
    assert.deepEqual(notebook, before);
  });

  test("between two cells waits for nothing more", async () => {
    const stop = new AbortController();
    const { kernel, run } = started(
      notebookOf("a", "b"),
      {},
      { signal: stop.signal, onEnd: () => stop.abort() },
    );
    kernel.onInterrupt = () => {};
    await run.run();
    assert.deepEqual(kernel.kinds, ["execute_request", "interrupt_request"]);
  });

  test("has its controls as they are now in the notebook", async () => {
    const notebook = notebookOf("a");
    notebook.metadata.widgets = { of: { an: "earlier run" } };
    const { run } = started(notebook);
    await run.run();
    assert.ok("widgets" in notebook.metadata);
    run.conclude();
    assert.ok(!("widgets" in notebook.metadata));
  });
});

describe("a cell's time", () => {
  const limited = (t: TestContext, ...cells: Source[]) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const of = started(
      notebookOf(...cells),
      {
        slow: ({ reply }) => {
          of.kernel.onInterrupt = () => reply(failed("Interrupted"));
          t.mock.timers.tick(500);
        },
        quick: ({ reply }) => {
          t.mock.timers.tick(499);
          reply();
        },
      },
      { timeout: 500, allowErrors: true },
    );
    return of;
  };

  test("begins when the kernel is there; a cell that takes longer is interrupted and has failed", async (t) => {
    const { kernel, run, ends, failed } = limited(t, "quick", "slow", "c");
    await run.run();
    assert.deepEqual(kernel.code, ["()", "quick", "slow", "c"]);
    assert.deepEqual(
      ends.map(({ timedOut }) => timedOut),
      [false, true, false],
    );
    assert.deepEqual(failed(), ["slow"]);
    assert.equal(kernel.kinds.filter((kind) => kind === "interrupt_request").length, 1);
    t.mock.timers.tick(100_000);
    assert.equal(kernel.kinds.filter((kind) => kind === "interrupt_request").length, 1, "no limit is left");
  });

  test("counts for a cell that may fail too", async (t) => {
    const { run, failed } = limited(t, tagged("slow", "raises-exception"));
    await run.run();
    assert.deepEqual(failed(), ["slow"]);
  });

  test("without a limit is its own, and nothing is asked of the kernel before", async () => {
    const { kernel, run, ends } = started(notebookOf("a"));
    await run.run();
    assert.deepEqual([kernel.code, ends[0]!.timedOut], [["a"], false]);
  });
});

describe("a kernel that goes", () => {
  test("leaves an error in the cell that ran, and ends the run", async () => {
    const notebook = notebookOf("a", "b", { source: "c", ...stale });
    const { kernel, run, ends, late } = started(notebook, {
      b: ({ publish }) => {
        publish("stream", { name: "stdout", text: "before" });
        kernel.die();
      },
    });
    await assert.rejects(run.run(), KernelGone);
    assert.deepEqual([kernel.code, ends.length], [["a", "b"], 1]);
    const [printed, gone, ...more] = cellAt(notebook, 1).outputs;
    assert.equal(printed!.output_type, "stream");
    assert.deepEqual(gone, {
      output_type: "error",
      ename: "KernelGone",
      evalue: "the kernel's process has ended",
      traceback: ["KernelGone: the kernel's process has ended"],
    });
    assert.deepEqual([more, cellAt(notebook, 2).outputs], [[], []]);
    run.publish(createMessage("iopub", "error", error("late"), { session: "k" }) as AnyPublication);
    assert.deepEqual(late(), ["b"], "it runs no more");
  });

  test("is not what a fault of our own is: that is no output", async () => {
    const notebook = notebookOf("a");
    const { run } = started(notebook, {
      a: () => {
        throw new TypeError("ours");
      },
    });
    await assert.rejects(run.run(), { message: "ours" });
    assert.deepEqual(cellAt(notebook, 0).outputs, []);
  });

  test("before it can be interrupted is no fault", async () => {
    const stop = new AbortController();
    const { kernel, run } = started(
      notebookOf("a"),
      {
        a: () => {
          kernel.onInterrupt = () => kernel.die();
          stop.abort();
        },
      },
      { signal: stop.signal },
    );
    await assert.rejects(run.run(), KernelGone);
  });
});
