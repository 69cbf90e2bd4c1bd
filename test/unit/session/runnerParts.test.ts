// Parts of the process that cells run in: its last words, what clients say to controls, its processes, the files that it requires.
import assert from "node:assert/strict";
import { ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { MessageChannel } from "node:worker_threads";
import type { Comm } from "../../../kernel/protocol";
import { Shared } from "../../../kernel/session/cells/wire";
import { conditionWith, debugging, evaluateWith } from "../../../kernel/session/debugger/expressions";
import { followProcesses } from "../../../kernel/session/runner/cellProcesses";
import { CommPort } from "../../../kernel/session/runner/commPort";
import { isCommonJs, isTypeScript, withRequire } from "../../../kernel/session/runner/compiledFile";
import { HeapReport } from "../../../kernel/session/runner/heapReport";
import { forgetChanged } from "../../../kernel/session/runner/typescriptRequire";

describe("the engine's report of a full heap", () => {
  const heading = "\n<--- Last few GCs --->\n";
  const whole = `${heading}\n[42:0x55] 9 ms: Scavenge\n\nFATAL ERROR: Reached heap limit\n 1: 0xb\n`;

  it("is one line in the end, in whatever pieces it comes", () => {
    for (let at = heading.length; at <= whole.length; at++) {
      const report = new HeapReport(42);
      const shown = report.take(`printed${whole.slice(0, at)}`) + report.take(whole.slice(at));
      assert.equal(shown, "printed", `cut at ${at}`);
      assert.equal(report.rest(), "FATAL ERROR: Reached heap limit\n");
      assert.equal(report.rest(), "", "told once");
    }
    const report = new HeapReport(42);
    assert.equal(report.take(`before${whole}`), "before");
    assert.equal(report.take("more of it"), "");
    assert.equal(report.rest(), "FATAL ERROR: Reached heap limit\n");
  });

  it("is left as it is where it is another process's, or says nothing", () => {
    const report = new HeapReport(4);
    assert.equal(report.take(`a${whole}`), `a${whole}`);
    assert.equal(report.take("b"), "b");
    assert.equal(report.rest(), "");
    const short = new HeapReport(42);
    assert.equal(short.take(`c${heading}\n[42:0x55]`), "c");
    assert.equal(short.rest(), `${heading}\n[42:0x55]`);
    const cut = new HeapReport(42);
    assert.equal(cut.take(`c${heading}\n[4`), "c");
    assert.equal(cut.take("3:0x1] rest"), `${heading}\n[43:0x1] rest`);
  });
});

describe("what clients say to controls", () => {
  it("arrives by itself, or when a busy thread looks for it, each once and in order", async () => {
    const { port1, port2 } = new MessageChannel();
    const shared = new Int32Array(new SharedArrayBuffer(4 * Shared.length));
    const heard: unknown[] = [];
    const port = new CommPort(port1, shared, (comm) => heard.push(comm));
    const say = (text: string) => {
      port2.postMessage({ text } as unknown as Comm);
      Atomics.add(shared, Shared.comms, 1);
    };
    port.poll();
    assert.deepEqual(heard, []);
    say("a");
    say("b");
    port.poll();
    assert.deepEqual(heard, [{ text: "a" }, { text: "b" }]);
    port.poll();
    port1.ref();
    say("c");
    await once(port1, "message");
    assert.deepEqual(heard.slice(2), [{ text: "c" }]);
    port2.postMessage("not counted yet");
    port.poll();
    assert.equal(heard.length, 3, "nothing is looked for before it was counted");
    port1.close();
  });
});

describe("a cell's processes", () => {
  it("are told of with their cell as they begin and end, but for those that are to outlive it", async () => {
    const prototype = ChildProcess.prototype as unknown as { spawn: unknown };
    const before = prototype.spawn;
    const told: unknown[] = [];
    const speaker = { cell: 3, speakFor() {} };
    followProcesses(speaker as never, { postMessage: (message) => void told.push(message) });
    try {
      const child = spawn(process.execPath, ["-e", ""]);
      speaker.cell = 4;
      const message = { type: "child", pid: child.pid, cell: 3 };
      assert.deepEqual(told, [{ message: { ...message, ended: false }, size: 0 }]);
      await once(child, "exit");
      assert.deepEqual(told.slice(1), [{ message: { ...message, ended: true }, size: 0 }]);
      const other = spawn(process.execPath, ["-e", ""], { detached: true });
      await once(other, "exit");
      const missing = spawn("/no/such/program");
      await once(missing, "error");
      assert.equal(told.length, 2);
    } finally {
      prototype.spawn = before;
    }
  });
});

describe("files that cells require", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-require-"));
  after(() => rmSync(folder, { recursive: true }));

  it("are read anew once one of them has changed, all but packages", () => {
    const files = ["a.ts", "b.ts"].map((name) => path.join(folder, name));
    const inPackage = path.join(folder, "node_modules", "x", "index.js");
    for (const file of files) writeFileSync(file, "");
    const cache = () => Object.fromEntries([...files, inPackage].map((file) => [file, {}])) as never;
    const kept = () => {
      const found = cache() as NodeJS.Require["cache"];
      forgetChanged(found);
      return Object.keys(found).map((file) => path.basename(file));
    };
    const all = ["a.ts", "b.ts", "index.js"];
    assert.deepEqual(kept(), all, "the first time nothing is known");
    assert.deepEqual(kept(), all);
    utimesSync(files[1]!, 1, 1);
    assert.deepEqual(kept(), ["index.js"]);
    assert.deepEqual(kept(), all);
    rmSync(files[0]!);
    assert.deepEqual(kept(), ["index.js"], "gone is changed, too");
  });

  it("are TypeScript, CommonJS or neither by their names", () => {
    for (const name of ["a.ts", "a.tsx", "a.mts", "a.cts"]) assert.equal(isTypeScript(name), true, name);
    for (const name of ["a.js", "a.ts.txt", "ats", "a.json"]) assert.equal(isTypeScript(name), false, name);
    assert.deepEqual(
      [isCommonJs("a.cts", ""), isCommonJs("a.ts", "export const a = 1;"), isCommonJs("a.cts.ts", "")],
      [true, false, false],
    );
  });

  it("have a require where they use TypeScript's, and no line of theirs moves", () => {
    const text = 'import x = require("y");';
    const end = "\n//# sourceMappingURL=data:";
    const made = withRequire("/a.ts", text, `code${end}`);
    assert.equal(
      made,
      'code\n\nimport { createRequire as createRequire__ } from "node:module"; function require(id) { return createRequire__("/a.ts")(id); }\n//# sourceMappingURL=data:',
    );
    for (const own of ["const a = 1;", `const require = f;\n${text}`, 'const x = require("y");'])
      assert.equal(withRequire("/a.ts", own, "code"), "code", own);
  });
});

describe("a debugger's expression", () => {
  const known = new Set(["a", "b", "__proto__"]);
  const asked = (expression: string) => {
    const params: Record<string, unknown> = { expression, replMode: true, throwOnSideEffect: true };
    evaluateWith(known, params);
    return params;
  };
  const within = (names: string, expression: string) =>
    `with (${debugging}.scope({ ${names} })) {\n${expression}\n}`;

  it("has the notebook's variables, those alone that it names", () => {
    assert.deepEqual(asked("a + b + c + a"), {
      expression: within("a: () => a, b: () => b", "a + b + c + a"),
      throwOnSideEffect: true,
    });
    const foreign = { expression: "c + ab + __proto__", replMode: true, throwOnSideEffect: true };
    assert.deepEqual(asked("c + ab + __proto__"), foreign);
    assert.deepEqual(asked(""), { ...foreign, expression: "" });
  });

  it("that only looks may read what boxes answer; one that calls or assigns may not", () => {
    const isLook = (expression: string) => !("throwOnSideEffect" in asked(expression));
    for (const look of ["a", "a.b", "a[0]", "a?.['x']", "(a)", "a\n//# sourceURL=x;=1"])
      assert.equal(isLook(look), true, look);
    for (const other of ["a()", "a.b ()", "a[0](1)", "a = 1", "a++", "a + 1", "a`x`"])
      assert.equal(isLook(other), false, other);
  });

  it("as a breakpoint's condition has them, too", () => {
    const params = { condition: "a > 1" };
    conditionWith(known, params);
    assert.equal(params.condition, within("a: () => a", "a > 1"));
    const none = { condition: "" };
    conditionWith(known, none);
    assert.equal(none.condition, "");
  });
});
