// Values that hurt whoever reads them, and cells that break the engine's own objects: the cell ends, in words of bounded length, and the
// variables of all cells can be looked at.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startKernel } from "../kernel/startKernel";

const kernel = startKernel();
after(() => kernel.stop());
before(() => kernel.run("const treasure = 'kept';\nconst made: unknown[] = [];"));

/** More than the words about any one value need. */
const bound = 300_000;

async function variables() {
  const { content } = await kernel.client.request("variables_request", {});
  assert.ok(content.status === "ok", JSON.stringify(content));
  return content.variables;
}

async function runBounded(code: string) {
  const ran = await kernel.run(code);
  const size = JSON.stringify([ran.reply, ran.publications.map(({ content }) => content)]).length;
  assert.ok(size < bound, `${size} characters`);
  return ran;
}

/** An expression each, and what is said of it when it is thrown. */
const values: Record<string, [value: string, thrown: RegExp]> = {
  "an error whose message throws": [
    "new (class ApiError extends Error { override get message(): string { return (this as any).body.text; } })()",
    /Error: \(cannot be read: it threw TypeError: Cannot read properties of undefined/,
  ],
  "an error whose name throws": [
    'Object.defineProperty(new Error("q"), "name", { get() { throw new Error("nm"); } })',
    /it threw Error: nm\): q/,
  ],
  "an error whose stack throws": [
    'Object.defineProperty(new Error("q"), "stack", { get() { throw new Error("st"); } })',
    /^Error: q/,
  ],
  "an error whose cause throws": [
    'Object.defineProperty(new Error("q"), "cause", { get() { throw new Error("cs"); } })',
    /\[cause\]: \[Getter\]/,
  ],
  "an error whose name is no text": [
    'Object.assign(new Error("q"), { name: { a: 1 } })',
    /\[object Object\]: q/,
  ],
  "an error whose message is a symbol": [
    'Object.assign(new Error(), { message: Symbol("s") })',
    /Error: Symbol\(s\)/,
  ],
  "an error whose stack is a list": ['Object.assign(new Error("q"), { stack: [1, 2] })', /^Error: q/],
  "an error that is its own cause": [
    "(() => { const e = new Error('loop'); e.cause = e; return e; })()",
    /\[cause\]: Error: loop/,
  ],
  "an error with a cause of each kind": [
    'new Error("outer", { cause: { code: 7 } })',
    /\[cause\]: \{ code: 7 \}/,
  ],
  "a chain of a thousand causes": [
    "Array.from({ length: 1000 }).reduce<Error>((cause, _, i) => new Error('e' + i, { cause }), new Error('root'))",
    /^Error: e999/,
  ],
  "errors within errors within errors": [
    "(function nest(depth: number): Error { return depth ? new AggregateError(Array.from({ length: 9 }, () => nest(depth - 1)), 'm') : new Error('leaf'); })(4)",
    /^AggregateError: m/,
  ],
  "an error with a thousand properties": [
    "Object.assign(new Error('wide'), Object.fromEntries(Array.from({ length: 1000 }, (_, i) => ['k' + i, i])))",
    /^Error: wide/,
  ],
  "a message of a hundred million characters": ['new Error("x".repeat(1e8))', /more characters/],
  "a name of ten million characters": [
    'Object.assign(new Error("m"), { name: "N".repeat(1e7) })',
    /more characters/,
  ],
  "a stack of ten million characters": [
    'Object.assign(new Error("m"), { stack: "Error: m\\n" + "    at nowhere\\n".repeat(1e6) })',
    /at nowhere/,
  ],
  "an error that is frozen": ['Object.freeze(new Error("cold"))', /^Error: cold/],
  "an error without a prototype": ['Object.setPrototypeOf(new Error("bare"), null)', /bare/],
  "what only inherits from Error": ["Object.create(Error.prototype)", /Error/],
  "a revoked proxy": [
    "(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()",
    /Revoked Proxy/,
  ],
  "a revoked proxy of a function": [
    "(() => { const { proxy, revoke } = Proxy.revocable(() => {}, {}); revoke(); return proxy; })()",
    /Revoked Proxy/,
  ],
  "a proxy whose every trap throws": [
    "new Proxy({}, new Proxy({}, { get: () => () => { throw new Error('trap'); } }))",
    /Thrown: /,
  ],
  "a proxy of an error": ["new Proxy(new Error('p'), { get() { throw 1; } })", /p/],
  "a description that throws": [
    '{ [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("ins"); } }',
    /to describe itself it threw Error: ins/,
  ],
  "a description that throws what throws": [
    '{ [Symbol.for("nodejs.util.inspect.custom")]() { throw { get message() { throw 1; }, [Symbol.for("nodejs.util.inspect.custom")]() { throw 2; } }; } }',
    /what cannot be shown either/,
  ],
  "a description of a hundred million characters": [
    '{ [Symbol.for("nodejs.util.inspect.custom")]: () => "y".repeat(1e8) }',
    /more characters/,
  ],
  "a tag that throws": ["{ get [Symbol.toStringTag]() { throw new Error('tag'); } }", /it threw Error: tag/],
  "an object of a hundred thousand keys": [
    "Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => ['key' + i, i]))",
    /more characters/,
  ],
  "a list in lists, ten thousand deep": [
    "Array.from({ length: 1e4 }).reduce<unknown>((inner) => [inner], 0)",
    /\[Array\]/,
  ],
  "an object that holds itself": ["(() => { const o: any = {}; o.o = o; return o; })()", /Circular/],
  "a function with a getter for a name": [
    "Object.defineProperty(() => {}, 'name', { get() { throw new Error('fn'); } })",
    /Thrown/,
  ],
  "an instance of a class with a throwing name": [
    "new (class { static override get name(): string { throw new Error('static'); } })()",
    /Thrown/,
  ],
  "a Map whose entries throw": [
    "new (class extends Map { override [Symbol.iterator](): any { throw new Error('it'); } })([[1, 2]])",
    /Thrown/,
  ],
  "a list with a getter": [
    "Object.defineProperty([1], 0, { get() { throw new Error('el'); }, enumerable: true })",
    /Thrown/,
  ],
  "a symbol of ten million characters": ['Symbol("s".repeat(1e7))', /more characters/],
  nothing: ["undefined", /Thrown: undefined/],
};

for (const [what, [value, thrown]] of Object.entries(values)) {
  test(`${what}: thrown, shown, displayed, rejected, kept in a variable`, async () => {
    const threw = await runBounded(`throw (${value});`);
    assert.equal(threw.reply.status, "error");
    assert.match(threw.error, thrown);
    for (const code of [
      `(${value})`,
      `display(${value});`,
      `await (async () => { throw (${value}); })();`,
      `void Promise.reject(${value});`,
      `setTimeout(() => { throw (${value}); }, 0);\nawait new Promise((resolve) => setTimeout(resolve, 5));`,
    ]) {
      await runBounded(code);
    }
    await kernel.run(`made[0] = (${value});`);
    const found = await variables();
    assert.ok(found.some(({ name, preview }) => name === "treasure" && preview === "'kept'"));
    const { content } = await kernel.client.request("variables_request", { of: "made", text: true });
    assert.equal(content.status, "ok");
    assert.ok(JSON.stringify(content).length < 2_000_000);
  });
}

/** Bundles that are no JSON, or more than a page holds. */
const bundles: Record<string, [bundle: string, said: RegExp]> = {
  "a page of 150 million characters": [
    '{ "text/html": "z".repeat(1.5e8) }',
    /left out: text\/html: 150,000,000 characters/,
  ],
  "a large tree": [
    '{ "application/json": Array.from({ length: 9e6 }, () => 12345678) }',
    /left out: application\/json/,
  ],
  "a BigInt": [
    '{ "application/json": { n: 10n }, "text/plain": "p" }',
    /^p\n\[left out: application\/json: it is no JSON/,
  ],
  "a circle": ["(() => { const o: any = {}; o.o = o; return { 'application/json': o }; })()", /no JSON/],
  "a function": ['{ "text/html": () => 1 }', /expected JSON, got function/],
  "a toJSON that throws": ['{ "application/json": { toJSON() { throw new Error("tj"); } } }', /tj/],
};
for (const [what, [bundle, said]] of Object.entries(bundles)) {
  test(`a bundle with ${what} is cut, and says so`, async () => {
    const shown = await runBounded(`({ [Symbol.for("Jupyter.display")]: () => (${bundle}) })`);
    assert.match(String(shown.result), said);
    await runBounded(`display.raw((${bundle}) as any);`);
  });
}

/** What a cell does to the engine's own objects, and how the next one finds what the kernel cannot do without. */
const breaks: Record<string, string> = {
  "Promise.prototype.then throws": "Promise.prototype.then = () => { throw new Error('then'); };",
  "every object has a then": "(Object.prototype as any).then = () => {};",
  "Array.prototype.push throws": "Array.prototype.push = () => { throw new Error('push'); };",
  "Array.prototype.map is gone": "delete (Array.prototype as any).map;",
  "lists cannot be iterated":
    "(Array.prototype as any)[Symbol.iterator] = () => { throw new Error('iterator'); };",
  "Function.prototype.call throws": "Function.prototype.call = () => { throw new Error('call'); };",
  "String.prototype.slice throws": "String.prototype.slice = () => { throw new Error('slice'); };",
  "JSON.stringify throws": "JSON.stringify = () => { throw new Error('stringify'); };",
  "Object.entries throws": "Object.entries = () => { throw new Error('entries'); };",
  "Error is gone": "(globalThis as any).Error = undefined;",
  "Atomics is gone": "(globalThis as any).Atomics = undefined;",
  "Map is gone": "delete (globalThis as any).Map;",
  "Map.prototype.get throws": "Map.prototype.get = () => { throw new Error('get'); };",
  "process is gone": "(globalThis as any).process = undefined;",
  "Error.captureStackTrace throws": "Error.captureStackTrace = () => { throw new Error('capture'); };",
};
for (const [what, code] of Object.entries(breaks)) {
  test(`a cell after which ${what}: it ends, and the next ones run`, async () => {
    await kernel.run(code);
    assert.match((await kernel.run("throw new TypeError('mine');")).error, /mine/);
    assert.equal((await kernel.run("[1, treasure]")).result, "[ 1, 'kept' ]");
    assert.ok((await variables()).some(({ name }) => name === "treasure"));
    // Whatever went on well with it is as it was again, for the next test.
    await kernel.run("delete (Object.prototype as any).then;");
  });
}

test("a library's Error.prepareStackTrace works, and cells keep their lines", async () => {
  const sites = await kernel.run(
    "const before = Error.prepareStackTrace;\nError.prepareStackTrace = (_, sites) => sites;\nconst stack = new Error().stack as any;\nstack[0].getLineNumber() > 0",
  );
  assert.equal(sites.result, "true");
  assert.match((await kernel.run("\nthrow new Error('lined');")).error, /> 2 \| throw new Error\('lined'\);/);
  const throwing = await kernel.run(
    "Error.prepareStackTrace = () => { throw new Error('pst'); };\n(null as any).field;",
  );
  assert.match(throwing.error, /TypeError: Cannot read properties of null[\s\S]*> 2 \|/);
  await kernel.run("Error.prepareStackTrace = before;");
});
