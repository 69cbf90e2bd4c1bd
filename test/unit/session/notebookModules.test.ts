// Cells as modules of the language service, which names each sees from where; and the session's end of the line to that service.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LanguageCell, LanguageRequest } from "../../../kernel/protocol";
import { namesOf } from "../../../kernel/session/language/cellNames";
import { LanguageThread } from "../../../kernel/session/language/languageThread";
import { NotebookModules } from "../../../kernel/session/language/notebookModules";
import type { FromLanguage, ToLanguage } from "../../../kernel/session/language/wire";

const cell = (id: string, text: string, more: Partial<LanguageCell> = {}): LanguageCell => ({
  id,
  text,
  language: "typescript",
  ...more,
});

describe("a cell's names", () => {
  it("are of a kind, stand somewhere, and may be assigned or not", () => {
    const text = `const a = 1; let { b, ...c } = o; var d; function f() {} class C {} enum E { A }
interface I {} type T = 1; namespace N { export const x = 1 } import g, { h as i } from "m"; import * as j from "n"; import k = require("k");`;
    const { declares } = namesOf(text, "/a.ts");
    const found = [...declares].map(([name, { kind, mutable, start }]) => [
      name,
      kind,
      mutable,
      text.slice(start, start + 1),
    ]);
    assert.deepEqual(found.sort(), [
      ["C", "class", false, "C"],
      ["E", "enum", false, "E"],
      ["I", "interface", false, "I"],
      ["N", "module", false, "N"],
      ["T", "type", false, "T"],
      ["a", "const", false, "a"],
      ["b", "let", true, "b"],
      ["c", "let", true, "c"],
      ["d", "let", true, "d"],
      ["f", "function", false, "f"],
      ["g", "alias", false, "g"],
      ["i", "alias", false, "i"],
      ["j", "alias", false, "j"],
      ["k", "alias", false, "k"],
    ]);
  });

  it("are mentioned, assigned, exported", () => {
    const { mentions, assigns, unexported } = namesOf(
      "export const a = b; const c = 1; d = 2; [e] = f; g++; export { c };",
      "/a.ts",
    );
    for (const name of ["a", "b", "c", "d", "e", "f", "g"]) assert.ok(mentions.has(name), name);
    assert.deepEqual([...assigns].sort(), ["d", "e", "g"]);
    assert.deepEqual(unexported, []);
    assert.deepEqual(namesOf("const a = 1; export const b = 2;", "/a.ts").unexported, ["a"]);
  });
});

describe("modules of a notebook", () => {
  const folder = "/notes";
  function opened() {
    const modules = new NotebookModules(folder);
    /** Name → the text of the module that it comes from. */
    const scope = (id: string) =>
      Object.fromEntries([...modules.cell(id)!.origins].map(([name, { module }]) => [name, module.text]));
    return { modules, scope };
  }
  const globals = 'import { display, clearOutput } from "bnlab";';
  const always = { display: globals, clearOutput: globals };

  it("see what the cells above declare, the latest of a name, and what has run", () => {
    const { modules, scope } = opened();
    modules.setCells([cell("a", "const x = 1;"), cell("b", "const x = 2, y = x;"), cell("c", "x; y;")]);
    assert.deepEqual(scope("a"), always);
    assert.deepEqual(scope("b"), always);
    assert.deepEqual(scope("c"), { ...always, x: "const x = 2, y = x;", y: "const x = 2, y = x;" });
    modules.addRun("const z = 9;");
    modules.setCells([cell("c", "x; y; z;"), cell("a", "const x = 1;")]);
    assert.deepEqual(scope("c"), { ...always, z: "const z = 9;" });
    assert.equal(modules.cell("b"), undefined);
    assert.deepEqual(
      modules
        .all()
        .flatMap(({ id }) => id ?? [])
        .sort(),
      ["a", "c"],
    );
    assert.equal(modules.file(modules.cell("a")!.fileName), modules.cell("a"));
    assert.equal(modules.fileNames().length, 4);
    assert.ok(modules.fileNames().every((name) => name.startsWith(modules.pattern.replace("*", ""))));
  });

  it("have a line before their text that imports those names, and exports their own", () => {
    const { modules } = opened();
    modules.setCells([
      cell("a", "let x = 1; const f = 2; export const e = 3;"),
      cell("b", "x = 5; f; const own = e;"),
    ]);
    const [a, b] = [modules.cell("a")!, modules.cell("b")!];
    const specifier = `./${a.fileName.slice(folder.length + 1, -".ts".length)}`;
    assert.ok(a.prefix.endsWith("export { x, f, e };\n"));
    assert.equal(
      b.prefix.slice(b.prefix.indexOf("declare")),
      `declare let x: typeof import("${specifier}").x; import { f } from "${specifier}"; import { e } from "${specifier}"; export { own };\n`,
    );
    for (const [name, { at }] of b.origins) assert.equal(b.prefix.slice(at, at + name.length), name);
    assert.match(b.prefix, /^import \{ display \} from "\.\/bnlab-notebook-globals-1"; /);
  });

  it("are others only where something has changed", () => {
    const { modules } = opened();
    const versions = () => ["a", "b"].map((id) => modules.cell(id)!.version);
    modules.setCells([cell("a", "const x = 1;"), cell("b", "x;")]);
    const before = versions();
    modules.setCells([cell("a", "const x = 1;"), cell("b", "x;")]);
    assert.deepEqual(versions(), before);
    modules.setCells([cell("a", "const x = 22;"), cell("b", "x;")]);
    assert.deepEqual(versions(), [before[0]! + 1, before[1]]);
    modules.setCells([cell("a", "const w = 22;"), cell("b", "x;")]);
    assert.deepEqual(versions(), [before[0]! + 3, before[1]! + 1], "text and line before it");
    const { fileName } = modules.cell("b")!;
    modules.setCells([cell("a", "const w = 22;"), cell("b", "x;", { language: "javascript" })]);
    assert.match(modules.cell("b")!.fileName, /\.js$/);
    assert.equal(modules.file(fileName), undefined);
    assert.equal(modules.isLoose, false);
    modules.setCells([cell("a", "1", { checks: "strict" }), cell("b", "2", { checks: "loose" })]);
    assert.equal(modules.isLoose, true);
  });

  it("of runs are there as long as a name comes from them", () => {
    const { modules, scope } = opened();
    const runs = () =>
      modules
        .all()
        .filter(({ fileName }) => fileName.includes("-run-"))
        .map(({ text }) => text);
    const sees = () => {
      modules.setCells([cell("c", "1")]);
      return scope("c");
    };
    modules.addRun("const x = 1;");
    modules.addRun("const y = x;");
    modules.addRun("const x = 3;");
    assert.deepEqual(
      runs(),
      ["const x = 1;", "const y = x;", "const x = 3;"],
      "y's type comes from the first",
    );
    assert.deepEqual(sees(), { ...always, x: "const x = 3;", y: "const y = x;" });
    modules.addRun("const y = 0;");
    modules.addRun("const y = 1;");
    modules.addRun("const y = 2;");
    assert.deepEqual(runs(), ["const x = 3;", "const y = 1;", "const y = 2;"]);
    modules.retract(["y"]);
    assert.deepEqual(
      sees(),
      { ...always, x: "const x = 3;", y: "const y = 1;" },
      "as it was before the last",
    );
    modules.retract(["x", "none"]);
    assert.equal(sees().x, "const x = 3;", "the last did not make it");
    modules.addRun("const fresh = 1;");
    modules.retract(["fresh"]);
    assert.ok(!("fresh" in sees()));
    modules.forgetRuns();
    assert.deepEqual(runs(), []);
    assert.deepEqual(sees(), always);
    modules.retract(["y"]);
    assert.deepEqual(sees(), always);
  });
});

/** All that has been resolved has been heard. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("the line to the language service", () => {
  function opened(calm?: () => Promise<unknown>) {
    const threads: {
      posted: ToLanguage[];
      closed: boolean;
      answered(message: FromLanguage): void;
      gone(error: Error): void;
    }[] = [];
    const line = new LanguageThread((listener) => {
      const thread = { posted: [] as ToLanguage[], closed: false, ...listener };
      threads.push(thread);
      return {
        post: (message) => void thread.posted.push(message),
        close: () => {
          thread.closed = true;
        },
      };
    }, calm);
    return { line, threads };
  }
  const request = { question: "quickInfo", cells: [], about: { cell: "a", position: 1 } } as LanguageRequest;

  it("begins with the first question, which knows what ran before", async () => {
    const { line, threads } = opened();
    line.close();
    line.cellRan("const a = 1;");
    line.cellMissed(["a"]);
    assert.equal(threads.length, 0);
    const answer = line.ask("quickInfo", [], { cell: "a", position: 1 });
    assert.deepEqual(threads[0]!.posted, [
      { type: "ran", text: "const a = 1;" },
      { type: "missed", names: ["a"] },
      { type: "ask", id: 1, request },
    ]);
    threads[0]!.answered({ id: 1, answer: null });
    assert.equal(await answer, null);
    line.cellRan("2");
    line.forget();
    assert.deepEqual(threads[0]!.posted.slice(3), [{ type: "ran", text: "2" }, { type: "forget" }]);
    line.close();
    assert.deepEqual([threads[0]!.closed, threads.length as number], [true, 1]);
  });

  it("knows nothing of what was forgotten before it began", () => {
    const { line, threads } = opened();
    line.cellRan("1");
    line.forget();
    line.cellRan("2");
    void line.answer(request);
    assert.deepEqual(
      threads[0]!.posted.map(({ type }) => type),
      ["ran", "ask"],
    );
  });

  describe("where cells come first", () => {
    const unasked = { question: "diagnostics", cells: [], about: { cell: "a" } } as LanguageRequest;
    function waiting() {
      let calm = () => {};
      let asked = 0;
      const opening = opened(() => {
        asked++;
        return new Promise<void>((resolve) => {
          calm = resolve;
        });
      });
      return { ...opening, calm: () => calm(), asked: () => asked };
    }
    const typesOf = (thread: { posted: ToLanguage[] } | undefined) => thread?.posted.map(({ type }) => type);

    it("what nobody has asked waits until it is calm, and is not forgotten with what ran", async () => {
      const { line, threads, calm, asked } = waiting();
      void line.answer(unasked);
      void line.answer({ ...unasked, question: "semanticTokens" } as LanguageRequest);
      line.cellRan("1");
      line.forget();
      line.cellRan("2");
      assert.deepEqual([threads.length, asked()], [0, 1]);
      calm();
      await settled();
      assert.deepEqual(typesOf(threads[0]), ["ask", "ask", "ran"]);
      void line.answer(unasked);
      assert.deepEqual([typesOf(threads[0]), threads.length], [["ask", "ask", "ran", "ask"], 1]);
    });

    it("a question that somebody waits for begins it, and what waited comes first", async () => {
      const { line, threads, calm } = waiting();
      void line.answer(unasked);
      void line.answer(request);
      assert.deepEqual(
        threads[0]!.posted.map((message) => message.type === "ask" && message.request.question),
        ["diagnostics", "quickInfo"],
      );
      calm();
      await settled();
      assert.equal(threads.length, 1);
    });

    it("does not begin once it is closed", async () => {
      const { line, threads, calm } = waiting();
      void line.answer(unasked);
      line.close();
      calm();
      await settled();
      assert.equal(threads.length, 0);
    });
  });

  it("gives each answer to its question; where the service ends all fail, and the next question starts another", async () => {
    const { line, threads } = opened();
    const [first, second] = [line.answer(request), line.answer(request)];
    threads[0]!.answered({ id: 2, error: "no such cell" });
    threads[0]!.answered({ id: 9, answer: null });
    await assert.rejects(second, /^Error: no such cell$/);
    const ended = new Error("out of memory");
    threads[0]!.gone(ended);
    await assert.rejects(first, (error) => error === ended);
    const third = line.answer(request);
    assert.equal(threads.length, 2);
    assert.deepEqual(threads[1]!.posted, [{ type: "ask", id: 3, request }]);
    threads[1]!.answered({ id: 3, answer: [] });
    assert.deepEqual(await third, []);
  });
});
