// Every way to be busy that we could think of: an interrupt stops it, what the cells had made is kept, and the next cell runs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startKernel } from "../kernel/startKernel";

const kernel = startKernel();
after(() => kernel.stop());
before(() =>
  kernel.run(`import { exec, execFile, execSync, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import fs from "node:fs";
import net from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import vm from "node:vm";
import { Worker } from "node:worker_threads";
import zlib from "node:zlib";
import { nn, noGrad, optim, randint, randn, tensor } from "bnlab";
const treasure = { kept: true };
const json = "[" + "1,".repeat(3e5) + "1]";
const numbers = Array.from({ length: 1e6 }, (_, i) => (i * 7919) % 1000003);
const long = "abc ".repeat(2e6);
const bytes = randomBytes(1 << 24);
const never = new Promise<void>(() => {});
const spin = (): never => { console.log("begun"); while (true); };`),
);

/** Loops whose turns are long calls of native code. */
const nativeLoops: Record<string, string> = {
  "JSON.parse": "while (true) JSON.parse(json);",
  "JSON.stringify": "while (true) JSON.stringify(numbers);",
  structuredClone: "while (true) structuredClone(numbers);",
  "String.indexOf": 'while (true) long.indexOf("abd");',
  "String.replaceAll": 'while (true) long.replaceAll("abc", "x");',
  "String.split": 'while (true) long.split("zz");',
  "String.normalize": 'while (true) long.normalize("NFD");',
  "a product of BigInts": "const big = 3n ** 300_000n; while (true) void (big * big);",
  "a power of BigInts": "while (true) void (7n ** 100_000n);",
  "a BigInt's digits": "const wide = 3n ** 60_000n; do wide.toString(); while (true);",
  "a sort without a comparator": "while (true) [...numbers].sort();",
  "a sort of a typed array": "for (;;) Float64Array.from(numbers).sort();",
  "Array.from": "for (;;) Array.from(numbers);",
  spreading: "for (;;) { const copy = [...numbers]; copy.length = 0; }",
  "Array.includes": "for (;;) numbers.includes(-1);",
  "Array.join": 'for (;;) numbers.join("");',
  "Object.fromEntries": "for (;;) Object.fromEntries(numbers.slice(0, 1e5).map((n) => [n, n]));",
  "a Set of a list": "for (;;) new Set(numbers);",
  "TypedArray.fill": "const wall = new Float64Array(1e7); for (;;) wall.fill(1);",
  "a hash": 'for (;;) createHash("sha256").update(bytes).digest();',
  "random bytes": "for (;;) randomBytes(1 << 22);",
  compression: "for (;;) zlib.gzipSync(bytes.subarray(0, 1 << 20));",
  "Buffer.toString": 'for (;;) bytes.toString("base64");',
  "Buffer.compare": "const other = Buffer.from(bytes); for (;;) Buffer.compare(bytes, other);",
  "TextDecoder.decode": 'const decoder = new TextDecoder("latin1"); for (;;) decoder.decode(bytes);',
  encodeURIComponent: "for (;;) encodeURIComponent(long);",
  "a for-in loop": "for (;;) for (const key in { a: 1, b: 2 }) JSON.parse(json + key.slice(1));",
  "a labeled loop":
    "outer: while (true) { for (const n of [1, 2]) { JSON.parse(json); if (n) continue outer; } }",
  "a loop in a method": "class Busy { static run() { while (true) JSON.parse(json); } }\nBusy.run();",
  "a loop in a generator":
    "function* all() { while (true) yield JSON.parse(json); }\nfor (const one of all()) void one;",
  "files written": 'for (;;) fs.writeFileSync("scratch.bin", bytes);',
  "folders read": 'for (;;) fs.readdirSync("/");',
  "short child processes": 'for (;;) execSync("true");',
};

const loops: Record<string, string> = {
  "a loop that catches everything": "for (;;) { try { for (;;) {} } catch {} finally { for (;;) {} } }",
  "recursion that catches its overflow":
    "const deep = (): void => { try { deep(); } catch { deep(); } };\ndeep();",
  "a regular expression that backtracks": '/^(a|aa|b?)+$/.test("a".repeat(60) + "c");',
  "a replacement that backtracks": '"x".repeat(60).replace(/(x+x+)+y/, "");',
  "a getter": "const trap = { get value() { return spin(); } };\ntrap.value;",
  "a proxy": "new Proxy({}, { get: spin, has: spin }) + '';",
  "a conversion to a text": "String({ toString: spin });",
  "a conversion to a number": "+{ [Symbol.toPrimitive]: spin };",
  "a comparator": "[3, 1, 2].sort(spin);",
  "a callback of forEach": "[1].forEach(spin);",
  "a callback of replace": '"a".replace(/a/, spin);',
  toJSON: "JSON.stringify({ toJSON: spin });",
  "a reviver": 'JSON.parse("[1]", spin);',
  "an endless iterator that is spread": "Math.max(...(function* () { while (true) yield 1; })());",
  "a destructor's sibling: using": "{ using held = { [Symbol.dispose]: spin }; void held; }",
  "the description of a result": "({ [Symbol.for('nodejs.util.inspect.custom')]: spin })",
  "the display of a result": "({ [Symbol.for('Jupyter.display')]: spin })",
  "the stack of an error": "Error.prepareStackTrace = spin; new Error('e').stack;",
  "a message that is read when it is shown":
    "throw new (class extends Error { override get message(): string { return spin(); } })();",
  eval: 'eval("while (true);");',
  "new Function": 'new Function("while (true);")();',
  "another context": 'vm.runInNewContext("while (true);");',
  "another context's microtasks":
    'vm.runInNewContext("Promise.resolve().then(() => { while (true); })", {}, { microtaskMode: "afterEvaluate" });',
  WebAssembly:
    "const wasm = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11]));\n(new WebAssembly.Instance(wasm).exports.f as () => void)();",
  "Atomics.wait": "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
  "Atomics.wait, time after time":
    "for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);",
  "a training":
    "const model = new nn.Sequential(new nn.Linear(32, 32), new nn.BatchNorm1d(32), new nn.ReLU(), new nn.Linear(32, 10));\nconst sgd = new optim.SGD(model.parameters(), { lr: 0.01 });\nfor (;;) { const loss = nn.functional.crossEntropy(model.forward(randn([64, 32])), randint(0, 10, [64])); sgd.zeroGrad(); loss.backward(); sgd.step(); }",
  "tensors without gradients": "noGrad(() => { let x = randn([64, 64]); for (;;) x = x.matmul(x).tanh(); });",
  "data read out of tensors": "for (;;) tensor([1, 2, 3]).sum().item();",
};

const waits: Record<string, string> = {
  "awaits without end": "for (;;) await null;",
  "an endless async generator":
    "async function* all() { for (;;) yield 1; }\nfor await (const one of all()) void one;",
  "many endless async functions": "await Promise.all([1, 2, 3].map(async () => { for (;;) await null; }));",
  "microtasks that feed themselves": "const feed = () => queueMicrotask(feed);\nfeed();\nawait never;",
  "promises that feed themselves":
    "const chain = (): unknown => Promise.resolve().then(chain);\nchain();\nawait never;",
  "process.nextTick that feeds itself": "const tick = () => process.nextTick(tick);\ntick();\nawait never;",
  "setImmediate that feeds itself": "const turn = () => setImmediate(turn);\nturn();\nawait never;",
  "a flood of timers": "for (let i = 0; i < 1e4; i++) setInterval(() => {}, 1);\nawait never;",
  "a loop in a timer": "setTimeout(spin, 1);\nawait never;",
  "a loop in an interval": "setInterval(spin, 1);\nawait never;",
  "a loop in an immediate": "setImmediate(spin);\nawait never;",
  "a loop in a tick": "process.nextTick(spin);\nawait never;",
  "a loop in a microtask": "queueMicrotask(spin);\nawait never;",
  "a loop in a file's callback": "fs.readFile(process.execPath, spin);\nawait never;",
  "a loop in an event's listener":
    "const bell = new EventEmitter().on('ring', spin);\nsetTimeout(() => bell.emit('ring'), 1);\nawait never;",
  "a loop in a listener of uncaught errors":
    "process.once('uncaughtException', spin);\nsetTimeout(() => { throw new Error('lost'); }, 1);\nawait never;",
  "a listener of uncaught errors that fails again and again":
    "let again = 0;\nprocess.on('uncaughtException', function more() { if (again++ > 50) process.off('uncaughtException', more); else setImmediate(() => { throw new Error('again'); }); });\nsetTimeout(() => { throw new Error('lost'); }, 1);\nawait never;",
  "a loop in a listener of lost rejections":
    "process.once('unhandledRejection', spin);\nvoid Promise.reject(new Error('lost'));\nawait never;",
  "a loop in a socket's listener":
    "const server = net.createServer((socket) => socket.on('data', spin)).listen(0, () => net.connect((server.address() as net.AddressInfo).port).write('x'));\nserver.unref();\nawait never;",
  "a loop in a stream":
    "await pipeline(Readable.from((function* () { for (;;) yield 'x'; })()), async function* (all) { for await (const one of all) yield one; }, async (all) => { for await (const one of all) void one; });",
  "a thread that never ends":
    'const worker = new Worker("setInterval(() => {}, 1000)", { eval: true });\nawait new Promise((resolve) => worker.on("exit", resolve));',
  "a process that is awaited": 'execFile("sleep", ["300"]);\nawait never;',
  "a shell that is awaited": 'exec("sleep 300; sleep 300");\nawait never;',
  "a process that is waited for": 'spawnSync("sleep", ["300"]);',
  "a shell that is waited for": 'execSync("sleep 300; sleep 300");',
  "a process that ignores the first request to end":
    "spawnSync(process.execPath, ['-e', 'process.on(\"SIGTERM\", () => {}); setInterval(() => {}, 1000)']);",
};

for (const [what, code] of Object.entries({ ...nativeLoops, ...loops, ...waits })) {
  test(`interrupted: ${what}`, async () => {
    // What the cell only sets on its way says itself that it has begun.
    const ran = await kernel.run(
      code.includes("spin") ? code : `console.log("begun");\n${code}`,
      ({ content }) => {
        if ("text" in content && content.text.includes("begun")) void kernel.client.interrupt();
      },
    );
    assert.equal(ran.reply.status, "error");
    assert.equal(ran.reply.status === "error" && ran.reply.ename, "Interrupted", ran.error);
    const next = await kernel.run("await new Promise((resolve) => setTimeout(resolve, 1));\ntreasure.kept");
    assert.equal(next.result, "true", next.error);
  });
}
