// What cells are made of where they run: boxes of their names, descriptions of their values, stacks in their terms.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encode } from "@jridgewell/sourcemap-codec";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";
import { numbersSymbol } from "../../../kernel/protocol";
import { Boxes } from "../../../kernel/session/cells/boxes";
import { type CallSite, type OtherFrames, StackTraces } from "../../../kernel/session/cells/stackTraces";
import { describeVariable, membersOf } from "../../../kernel/session/cells/variables";
import type { CellProgram } from "../../../kernel/session/cells/wire";

setMachine(thisMachine);

/** A cell that runs as it was written. */
const program = (name: string, source: string): CellProgram => ({
  id: 1,
  name,
  source,
  language: "javascript",
  code: source,
  imports: [],
  map: "",
  shifts: [],
  showsResult: false,
  declares: [],
  assigns: [],
  isAttended: false,
});

describe("boxes", () => {
  it("hold what cells declare, anew too", () => {
    const boxes = new Boxes();
    boxes.declare("a", 1);
    boxes.declare("b", undefined);
    boxes.declare("a", 2);
    assert.deepEqual([boxes.value("a"), boxes.value("b"), boxes.value("c")], [2, undefined, undefined]);
    assert.deepEqual([boxes.has("b"), boxes.has("c")], [true, false]);
    assert.deepEqual(boxes.names(), ["a", "b"]);
    const box = boxes.open("a");
    box.a = 3;
    assert.equal(boxes.value("a"), 3);
    assert.equal(boxes.open("a"), box);
  });

  it("answer for a name without a value: an error where it is to come, the global elsewhere", () => {
    const boxes = new Boxes();
    boxes.begin(["later", "never"]);
    assert.throws(() => boxes.open("later").later, {
      name: "ReferenceError",
      message: /before initialization/,
    });
    assert.throws(() => boxes.open("nothing").nothing, {
      name: "ReferenceError",
      message: "nothing is not defined",
    });
    assert.equal(boxes.open("Math").Math, Math);
    boxes.declare("later", 1);
    assert.equal(boxes.open("later").later, 1);
    assert.deepEqual(boxes.end().missed, ["never"]);
    assert.deepEqual(boxes.end().missed, []);
    assert.throws(() => boxes.open("never").never, /never is not defined/);
  });

  it("of a var are undefined before its declaration, and keep what an earlier cell gave", () => {
    const boxes = new Boxes();
    assert.equal(boxes.openVar("v").v, undefined);
    assert.ok(boxes.has("v"));
    boxes.declare("v", 5);
    assert.equal(boxes.openVar("v").v, 5);
  });

  it("are objects that V8 is fast with: one plain property each, as an assignment makes it", () => {
    const boxes = new Boxes();
    boxes.declare("a", 1);
    const plain = { value: 1, writable: true, enumerable: true, configurable: true };
    assert.deepEqual(Object.getOwnPropertyDescriptors(boxes.open("a")), { a: plain });
    assert.notEqual(Object.getPrototypeOf(boxes.open("a")), Object.getPrototypeOf(boxes.open("b")));
  });

  it("are a scope for code that is given to eval", () => {
    const boxes = new Boxes();
    boxes.declare("a", 1);
    boxes.begin(["b"]);
    assert.deepEqual(["a" in boxes.scope, "b" in boxes.scope, "c" in boxes.scope], [true, true, false]);
    assert.equal(Reflect.get(boxes.scope, "a"), 1);
    Reflect.set(boxes.scope, "a", 2);
    assert.equal(boxes.value("a"), 2);
    assert.equal(Reflect.get(boxes.scope, Symbol.unscopables), undefined);
  });
});

describe("a variable's description", () => {
  const described = (value: unknown) => describeVariable("v", value);
  const tensor = (shape: number[], read: () => ArrayLike<number>) => ({
    shape,
    dtype: "float32",
    [numbersSymbol]: read,
  });

  it("says what kind of value it is", () => {
    class Point {}
    const kinds: [value: unknown, type: string, kind: string, length?: number][] = [
      [1, "number", "value"],
      ["abc", "string", "value", 3],
      [null, "null", "value"],
      [undefined, "undefined", "value"],
      [[1, 2], "Array", "array", 2],
      [new Map([[1, 2]]), "Map", "collection", 1],
      [new Set(), "Set", "collection", 0],
      [Point, "class", "class"],
      [() => 1, "function", "function"],
      [new Point(), "Point", "object"],
      [Object.create(null), "Object", "object"],
      [new BigInt64Array(2), "BigInt64Array", "array"],
    ];
    for (const [value, type, kind, length] of kinds) {
      const found = described(value);
      assert.deepEqual([found.type, found.kind, found.length], [type, kind, length]);
    }
  });

  it("has of a tensor its first six numbers, and statistics where they are asked for", () => {
    const six = described(tensor([6], () => [0, 1, 2, 3, 4, 5]));
    assert.deepEqual(
      [six.kind, six.shape, six.dtype, six.bytes, six.statistics],
      ["tensor", [6], "float32", 24, undefined],
    );
    assert.equal(six.preview, "[0, 1, 2, 3, 4, 5]");
    assert.equal(described(tensor([7], () => [0, 1, 2, 3, 4, 5, 6])).preview, "[0, 1, 2, 3, 4, 5, …]");
    assert.equal(described(tensor([], () => [0.5])).preview, "0.5");
    assert.equal(
      describeVariable(
        "v",
        tensor([2], () => [1, 3]),
        { statistics: true },
      ).statistics?.mean,
      2,
    );
    const freed = tensor([2], () => {
      throw new Error("it was freed");
    });
    assert.equal(described(freed).preview, "it was freed");
  });

  it("counts a module's parameters", () => {
    const module = {
      stateDict: () => ({ weight: 1 }),
      parameters: () => [{ numel: () => 3 }, { numel: () => 4 }],
    };
    const { kind, preview, bytes } = described(module);
    assert.deepEqual([kind, preview, bytes], ["module", "7 parameters", 28]);
    assert.deepEqual(membersOf(module), [["weight", 1]]);
    assert.equal(
      described({
        ...module,
        parameters: () => {
          throw new Error("no");
        },
      }).preview,
      "no",
    );
    assert.equal(described({ stateDict: 1, parameters: 1 }).kind, "object");
  });

  it("is a line of 120 characters, and a text without end only where it is asked for", () => {
    assert.equal(described({ a: "x\ny", b: { c: { d: 1 } } }).preview, "{ a: 'x\\ny', b: { c: [Object] } }");
    const { preview } = described(Array.from({ length: 10 }, () => "y".repeat(20)));
    assert.deepEqual([preview.length, preview.at(-1)], [121, "…"]);
    assert.equal(described(Object.assign(function f() {}, { a: 1 })).preview, "[Function: f] { a: 1 }");
    assert.equal(described({ a: 1 }).text, undefined);
    assert.equal(describeVariable("v", "a\nb", { text: true }).text, "a\nb");
    assert.equal(describeVariable("v", { a: 1 }, { text: true }).text, "{ a: 1 }");
    assert.equal(describeVariable("n".repeat(201), 1).name, `${"n".repeat(200)}… 1 more characters`);
  });

  it("of what cannot be read says so", () => {
    const hostile = new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw new Error("trap");
        },
      },
    );
    const { kind, preview } = described(hostile);
    assert.deepEqual([kind, preview], ["object", "cannot be read: it threw Error: trap"]);
  });

  it("has members: entries, elements, own properties, no getters, five hundred", () => {
    assert.deepEqual(membersOf(new Map([["a", 1]])), [["a", 1]]);
    assert.deepEqual(membersOf(new Map([[{ k: 1 }, 1]])), [["{ k: 1 }", 1]]);
    assert.deepEqual(membersOf(new Set(["a"])), [["0", "a"]]);
    assert.deepEqual(membersOf([7]), [["0", 7]]);
    const value = Object.defineProperty(
      {
        a: 1,
        get b() {
          return 2;
        },
        c: undefined,
      },
      "hidden",
      { value: 1 },
    );
    assert.deepEqual(membersOf(value), [["a", 1]]);
    for (const none of [null, 5, "abc", new Float32Array(2)]) assert.deepEqual(membersOf(none), []);
    assert.equal(membersOf(Array.from({ length: 501 }, () => 0)).length, 500);
    assert.equal(membersOf(Array.from({ length: 500 }, () => 0)).length, 500);
  });
});

describe("an error", () => {
  const others: OtherFrames = {
    headLines: 0,
    cellName: (file) => file,
    functionName: (frame) => frame.getFunctionName() ?? "",
    describe: () => ({ text: "elsewhere", own: false, internal: true }),
    isLoaders: (line) => line.includes("node:internal"),
  };
  const traces = new StackTraces(others);
  traces.add(program("Cell 1", "first();\nconst second = 2;\nthird();"));
  const withStack = (error: Error, ...frames: string[]) =>
    Object.assign(error, { stack: [String(error), ...frames.map((frame) => `    at ${frame}`)].join("\n") });

  it("shows the cell's lines around the first frame in a cell", () => {
    const { ename, evalue, traceback } = traces.describe(
      withStack(new RangeError("no"), "node (x.js:1:1)", "f (Cell 1, line 2, column 7)"),
    );
    assert.deepEqual([ename, evalue], ["RangeError", "no"]);
    assert.deepEqual(traceback, [
      "RangeError: no",
      "",
      "  1 | first();",
      "> 2 | const second = 2;",
      "    |       ^",
      "  3 | third();",
      "",
      "    at node (x.js:1:1)",
      "    at f (Cell 1, line 2, column 7)",
    ]);
  });

  it("tells what it carries: its cause, the errors of an aggregate, properties", () => {
    const cause = withStack(new Error("why"));
    const error = Object.assign(
      withStack(new AggregateError([withStack(new TypeError("one")), 5], "all", { cause })),
      {
        code: "E",
        nothing: undefined,
      },
    );
    assert.deepEqual(traces.describe(error).traceback, [
      "AggregateError: all {",
      "  [cause]: Error: why",
      "  [errors]: [",
      "    TypeError: one",
      "    5",
      "  ]",
      "  code: 'E'",
      "}",
    ]);
    const circular = withStack(new Error("a"));
    circular.cause = circular;
    assert.deepEqual(traces.describe(circular).traceback, [
      "Error: a {",
      "  cause: Error: a".replace("cause", "[cause]"),
      "}",
    ]);
    const many = withStack(
      new AggregateError(
        Array.from({ length: 17 }, (_, i) => i),
        "many",
      ),
    );
    assert.equal(traces.describe(many).traceback.at(-3), "    … 1 more");
  });

  it("may be anything that was thrown", () => {
    assert.deepEqual(traces.describe("text"), {
      ename: "Thrown",
      evalue: "'text'",
      traceback: ["Thrown: 'text'"],
    });
    const nameless = withStack(new Error(""));
    nameless.name = "";
    assert.deepEqual(traces.describe(nameless).traceback, ["Error"]);
    const unreadable = withStack(new Error("a"));
    Object.defineProperty(unreadable, "message", {
      get: () => {
        throw new Error("no");
      },
    });
    assert.match(traces.describe(unreadable).evalue, /^\(cannot be read: it threw Error: no\)$/);
  });

  it("has at most fifty frames, and the names that the reader wrote", () => {
    const long = withStack(new Error("a"), ...Array.from({ length: 51 }, (_, i) => `f${i}`));
    assert.equal(traces.describe(long).traceback.length, 51);
    assert.equal(
      traces.describe(withStack(new Error("(0 , $$f.f) is not a function"))).evalue,
      "f is not a function",
    );
    assert.equal(
      traces.describe(withStack(new Error("$$a.a.b is not a function"))).evalue,
      "a.b is not a function",
    );
    assert.equal(traces.describe(withStack(new Error("$$a.ab"))).evalue, "$$a.ab");
  });

  it("has frames of five hundred characters", () => {
    const frames = (length: number) =>
      traces.describe(withStack(new Error("a"), "f".repeat(length - 7))).traceback[1]!;
    assert.equal(frames(500).length, 500);
    assert.match(frames(501), /^ {4}at f{493}… 1 more characters$/);
  });

  it("stands where the reader wrote it, before what TypeScript and the kernel made of the line", () => {
    // Lines of the map count from tslab's own, which stands before the cell.
    const mappings = encode([
      [],
      [
        [0, 0, 1, 2],
        [8, 0, 1, 6],
      ],
      [],
      [[4, 0, 3, 1]],
    ]);
    const cell = program("Cell 3", "a\nb\nc");
    traces.add({ ...cell, name: "Cell 3", map: JSON.stringify({ mappings }), shifts: [[1, 6, 4]] });
    const at = (line: number, column: number) => {
      const frame: CallSite = {
        getFileName: () => "Cell 3",
        getScriptNameOrSourceURL: () => "Cell 3",
        getFunctionName: () => "$$f.f",
        getLineNumber: () => line,
        getColumnNumber: () => column,
        isAsync: () => line === 2,
        toString: () => "",
      };
      return traces.format(new Error("a"), [frame]).split("\n")[1]!.trim();
    };
    assert.equal(at(2, 1), "at async f (Cell 3, line 1, column 3)");
    assert.equal(at(2, 5), "at async f (Cell 3, line 1, column 3)");
    assert.equal(at(2, 13), "at async f (Cell 3, line 1, column 7)");
    assert.equal(at(2, 12), "at async f (Cell 3, line 1, column 3)");
    assert.equal(at(3, 9), "at f (Cell 3, line 1, column 7)", "the last before it");
    assert.equal(at(4, 5), "at f (Cell 3, line 3, column 2)");
    assert.equal(at(1, 1), "at f (Cell 3, line 1, column 1)", "before the first");
  });

  it("stands below the head of the function around the cell, where that has lines of its own", () => {
    const below = new StackTraces({ ...others, headLines: 2 });
    below.add(program("Cell 5", "a;\nb;"));
    const frame: CallSite = {
      getFileName: () => undefined,
      getScriptNameOrSourceURL: () => "Cell 5",
      getFunctionName: () => null,
      getLineNumber: () => 4,
      getColumnNumber: () => null,
      isAsync: () => false,
      toString: () => "",
    };
    assert.equal(below.format(new Error("a"), [frame]), "Error: a\n    at Cell 5, line 2, column 1");
  });

  it("inside of what the kernel has put into a line stands where that begins", () => {
    const columns = [0, 2, 3, 4, 5, 6, 7, 8];
    const mappings = encode([[], columns.map((column) => [column, 0, 1, column])]);
    traces.add({
      ...program("Cell 4", "abcdefgh"),
      map: JSON.stringify({ mappings }),
      shifts: [
        [1, 6, 4],
        [2, 1, 1],
        [1, 9, 2],
      ],
    });
    const at = (column: number) => {
      const frame: CallSite = {
        getFileName: () => "Cell 4",
        getScriptNameOrSourceURL: () => "Cell 4",
        getFunctionName: () => null,
        getLineNumber: () => 2,
        getColumnNumber: () => column + 1,
        isAsync: () => false,
        toString: () => "",
      };
      return Number(/column (\d+)$/.exec(traces.format(new Error("a"), [frame]))![1]) - 1;
    };
    // Columns 2 to 5 and 7 to 8 are the kernel's.
    assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(at), [0, 0, 2, 2, 2, 2, 2, 3, 3, 3, 4]);
  });

  it("of an import has the place where it stands, without the loader's frames", () => {
    const cell = program("Cell 2", 'a;\nimport "x";');
    const error = withStack(new Error("none"), "load (node:internal)", "own");
    traces.placedAtImport(error, cell, "x");
    assert.equal(error.stack, "Error: none\n    at own\n    at Cell 2, line 2, column 8");
    const elsewhere = withStack(new Error("none"), "own");
    traces.placedAtImport(elsewhere, cell, "y");
    assert.equal(elsewhere.stack, "Error: none\n    at own");
    assert.equal(traces.placedAtImport(5, cell, "x"), 5);
  });
});
