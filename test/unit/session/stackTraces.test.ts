// Errors in a cell's own terms: which frames are told, with which lines, what an error carries, and how much of all that.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encode } from "@jridgewell/sourcemap-codec";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";
import {
  type CallSite,
  inFunction,
  type OtherFrames,
  StackTraces,
} from "../../../kernel/session/cells/stackTraces";
import type { CellProgram } from "../../../kernel/session/cells/wire";

setMachine(thisMachine);

const others: OtherFrames = {
  headLines: 1,
  cellName: (file) => file.replace(/^script of /, ""),
  functionName: (frame) => frame.getFunctionName() ?? "",
  describe: (_, file) => ({
    text: `in ${file || "nothing"}`,
    own: file.startsWith("own"),
    internal: file.startsWith("node:"),
  }),
  isLoaders: (line) => line.includes("loader"),
};

const cell = (more: Partial<CellProgram> = {}) =>
  ({ name: "Cell 1", source: "one\ntwo\nthree\nfour\nfive", map: "", shifts: [], ...more }) as CellProgram;

function frame(
  file: string,
  line: number | null = 1,
  column: number | null = 1,
  more: Partial<CallSite> = {},
) {
  const site: CallSite = {
    getFileName: () => file,
    getFunctionName: () => null,
    getLineNumber: () => line,
    getColumnNumber: () => column,
    isAsync: () => false,
    getScriptNameOrSourceURL: () => null,
    toString: () => file,
    ...more,
  };
  return site;
}

function opened(...cells: CellProgram[]) {
  const traces = new StackTraces(others);
  for (const each of cells) traces.add(each);
  const lines = (...frames: CallSite[]) => traces.format(new Error("oh"), frames).split("\n");
  return { traces, lines };
}

/** An error whose stack says that. */
function failed(stack: string, more: object = {}): Error {
  const error = new Error("oh");
  error.stack = stack;
  return Object.assign(error, more);
}

describe("a stack", () => {
  it("has the reader's frames alone; without any, where it happened, but for the engine's own", () => {
    const { lines } = opened(cell());
    const named = { getFunctionName: () => "f" };
    assert.deepEqual(
      lines(
        frame("node:fs"),
        frame("package"),
        frame("script of Cell 1", 3, 4, named),
        frame("own.ts"),
        frame("script of Cell 1", 2, null, { ...named, isAsync: () => true }),
        frame("script of Cell 1", null, 2),
      ),
      [
        "Error: oh",
        "    at f (Cell 1, line 2, column 4)",
        "    at in own.ts",
        "    at async f (Cell 1, line 1, column 1)",
        "    at Cell 1, line 0, column 2",
      ],
    );
    assert.deepEqual(lines(frame("node:fs"), frame("package")), ["Error: oh", "    at in package"]);
    assert.deepEqual(lines(frame("node:fs")), ["Error: oh"]);
    assert.deepEqual(lines(), ["Error: oh"]);
    assert.deepEqual(lines(frame("script of Cell 2")), ["Error: oh", "    at in script of Cell 2"]);
  });

  it("knows code that was handed to eval by the name that it gives itself", () => {
    const { lines } = opened(cell());
    assert.deepEqual(
      lines(
        frame("", 2, 1, { getScriptNameOrSourceURL: () => "script of Cell 1" }),
        frame("own", 1, 1, { getScriptNameOrSourceURL: () => "script of Cell 1" }),
      ),
      ["Error: oh", "    at Cell 1, line 1, column 1", "    at in own"],
    );
    assert.deepEqual(lines(frame("")), ["Error: oh", "    at in nothing"]);
  });

  it("names functions as the cell does, not as what became of it", () => {
    const { lines } = opened(cell());
    const words = (name: string) =>
      lines(frame("script of Cell 1", 2, 1, { getFunctionName: () => name }))[1];
    assert.equal(words("$$f.f"), "    at f (Cell 1, line 1, column 1)");
    assert.equal(inFunction(null, frame("a"), "there"), "there");
    assert.equal(inFunction("f", frame("a"), "there"), "f (there)");
  });

  it("leads back through the map, from the segment before the place, and past what was put in", () => {
    // Line 1 of the code is line 2 of the cell from column 4 on, and line 3 from its column 10.
    const mappings = encode([
      [
        [0, 0, 2, 4],
        [10, 0, 3, 0],
      ],
      [],
      [[2, 0, 0, 0]],
    ]);
    const { lines } = opened(
      cell({
        map: JSON.stringify({ mappings }),
        shifts: [
          [0, 5, 3],
          [1, 1, 1],
        ],
      }),
    );
    const place = (line: number, column: number) => lines(frame("script of Cell 1", line, column))[1];
    const said = (line: number, column: number) => `    at Cell 1, line ${line}, column ${column}`;
    assert.equal(place(2, 1), said(2, 5));
    assert.equal(place(2, 4), said(2, 5), "inside what was put in, where it begins");
    assert.equal(place(2, 13), said(2, 5));
    assert.equal(place(2, 14), said(3, 1), "column 10 of the map, from 0");
    assert.equal(place(3, 7), said(3, 1), "a line without segments is the end of the one before");
    assert.equal(place(4, 9), said(3, 9), "what is in front of the cell has no line in it");
    assert.equal(place(4, 1), said(3, 1));
  });

  it("is in these words in this process, once they are installed", () => {
    const engine = Error as unknown as { prepareStackTrace: unknown };
    const before = engine.prepareStackTrace;
    const { traces } = opened();
    try {
      traces.install();
      assert.equal(engine.prepareStackTrace, traces.format);
      engine.prepareStackTrace = () => "theirs";
      const told = traces.describe(new Error("x"));
      assert.notDeepEqual(told.traceback, ["theirs"], "ours, also where a library has its own");
      assert.equal((engine.prepareStackTrace as () => string)(), "theirs");
    } finally {
      engine.prepareStackTrace = before;
    }
  });
});

describe("an error", () => {
  it("is told with the lines around its place, and its frames", () => {
    const { traces } = opened(cell());
    const error = failed(
      "Error: oh\n    at package\n    at f (Cell 1, line 4, column 2)\n    at Cell 1, line 1, column 1\n",
    );
    assert.deepEqual(traces.describe(error), {
      ename: "Error",
      evalue: "oh",
      traceback: [
        "Error: oh",
        "",
        "  2 | two",
        "  3 | three",
        "> 4 | four",
        "    |  ^",
        "  5 | five",
        "",
        "    at package",
        "    at f (Cell 1, line 4, column 2)",
        "    at Cell 1, line 1, column 1",
      ],
    });
    const elsewhere = failed("Error: oh\n    at Cell 9, line 1, column 1");
    assert.deepEqual(traces.describe(elsewhere).traceback, ["Error: oh", "    at Cell 9, line 1, column 1"]);
    assert.deepEqual(traces.describe(failed("words alone")).traceback, ["Error: oh"]);
    assert.deepEqual(traces.describe(Object.assign(new Error("oh"), { stack: 5 })).traceback, ["Error: oh"]);
  });

  it("is what it calls itself; what is thrown besides errors is shown as it is", () => {
    const { traces } = opened();
    const named = (more: object) => {
      const { ename, evalue, traceback } = traces.describe(failed("", more));
      return [ename, evalue, traceback[0]];
    };
    assert.deepEqual(named({ name: "Own" }), ["Own", "oh", "Own: oh"]);
    assert.deepEqual(named({ name: "" }), ["Error", "oh", "Error: oh"]);
    assert.deepEqual(named({ message: "" }), ["Error", "", "Error"]);
    assert.deepEqual(named({ message: undefined }).slice(0, 2), ["Error", ""]);
    assert.deepEqual(
      named({ message: "(0 , $$f.f) is not a function, $$a.a neither, $$a.ab is" }).slice(0, 2),
      ["Error", "f is not a function, a neither, $$a.ab is"],
    );
    const trap = failed("");
    Object.defineProperty(trap, "message", {
      get() {
        throw new TypeError("no message");
      },
    });
    assert.equal(traces.describe(trap).evalue, "(cannot be read: it threw TypeError: no message)");
    assert.deepEqual(traces.describe("text"), {
      ename: "Thrown",
      evalue: "'text'",
      traceback: ["Thrown: 'text'"],
    });
    const unreadable = new Error("oh");
    Object.defineProperty(unreadable, "stack", {
      get() {
        throw new Error("no stack");
      },
    });
    assert.equal(traces.describe(unreadable).traceback[0], "Error: oh");
  });

  it("carries its own properties, its cause and its errors, each told once", () => {
    const { traces } = opened();
    const inner = failed("Error: oh\n    at inner");
    const error = failed("Error: oh\n    at outer", { code: "E1", lines: "a", nothing: undefined });
    Object.defineProperty(error, "hidden", { value: 1, enumerable: false });
    Object.defineProperty(error, "read", {
      get: () => assert.fail("a getter is the cell's code"),
      enumerable: true,
    });
    Object.defineProperty(error, "cause", { value: inner });
    assert.deepEqual(traces.describe(error).traceback, [
      "Error: oh",
      "    at outer {",
      "  code: 'E1'",
      "  lines: 'a'",
      "  read: [Getter]",
      "  [cause]: Error: oh",
      "      at inner",
      "}",
    ]);
    const circle = failed("Error: oh\n    at outer");
    circle.cause = circle;
    assert.deepEqual(traces.describe(circle).traceback, [
      "Error: oh",
      "    at outer {",
      "  [cause]: Error: oh",
      "}",
    ]);
    assert.deepEqual(traces.describe(failed("", { cause: { a: 1 } })).traceback, [
      "Error: oh {",
      "  [cause]: { a: 1 }",
      "}",
    ]);
    assert.deepEqual(traces.describe(failed("", { errors: "none" })).traceback, [
      "Error: oh {",
      "  errors: 'none'",
      "}",
    ]);
    assert.deepEqual(traces.describe(failed("", { name: "N", message: "m" })).traceback, ["N: m"]);
  });

  it("of many errors tells sixteen, and how many more there are", () => {
    const { traces } = opened();
    const many = (count: number) => failed("", { errors: Array.from({ length: count }, (_, i) => i) });
    const lines = traces.describe(many(17)).traceback;
    assert.deepEqual(lines.slice(0, 4), ["Error: oh {", "  [errors]: [", "    0", "    1"]);
    assert.deepEqual(lines.slice(-4), ["    15", "    … 1 more", "  ]", "}"]);
    assert.deepEqual(traces.describe(many(16)).traceback.slice(-3), ["    15", "  ]", "}"]);
    const properties = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`p${i}`, i]));
    assert.ok(traces.describe(failed("", properties)).traceback.length <= 18);
  });

  it("is told of in bounds, however long it is", () => {
    const { traces } = opened();
    const frames = Array.from({ length: 60 }, (_, i) => `    at frame ${i}`);
    const lines = traces.describe(failed(`Error\n${frames.join("\n")}`)).traceback;
    assert.deepEqual([lines.length, lines.at(-1)], [51, "    at frame 49"]);
    const long = traces.describe(failed(`Error\n    at ${"x".repeat(600)}`)).traceback[1]!;
    assert.equal(long, `    at ${"x".repeat(493)}… 107 more characters`);
    const { ename, evalue } = traces.describe(
      failed("", { name: "n".repeat(300), message: "m".repeat(20_000) }),
    );
    assert.equal(ename, `${"n".repeat(200)}… 100 more characters`);
    assert.match(evalue, /^m{10000}… 10,?000 more characters$/);
    let chain = failed("");
    for (let i = 0; i < 40; i++) chain = failed("", { cause: chain });
    assert.equal(traces.describe(chain).traceback.filter((line) => line.includes("[cause]")).length, 20);
    const wide = failed("", {
      errors: Array.from({ length: 16 }, () => failed(`Error\n${frames.join("\n")}`)),
    });
    assert.equal(traces.describe(wide).traceback.length, 500);
  });
});

describe("an import's error", () => {
  it("is placed at its declaration, without the loader's frames", () => {
    const { traces } = opened();
    const source = "const a = 1;\nimport b from 'b';\nimport c from \"c\";";
    const placed = (specifier: string, error: unknown = failed("Error: oh\n    at loader\n    at mine")) => {
      const found = traces.placedAtImport(error, cell({ source }), specifier);
      assert.equal(found, error);
      return (error as Error).stack?.split("\n");
    };
    assert.deepEqual(placed("b"), ["Error: oh", "    at mine", "    at Cell 1, line 2, column 15"]);
    assert.deepEqual(placed("c"), ["Error: oh", "    at mine", "    at Cell 1, line 3, column 15"]);
    assert.deepEqual(placed("d"), ["Error: oh", "    at loader", "    at mine"]);
    assert.equal(placed("b", "text"), undefined);
    const first = failed("Error: oh");
    traces.placedAtImport(first, cell({ source: '"b"' }), "b");
    assert.equal(first.stack, "Error: oh\n    at Cell 1, line 1, column 1");
    const frozen = Object.freeze(failed("Error: oh"));
    assert.equal(traces.placedAtImport(frozen, cell({ source }), "b"), frozen);
  });
});
