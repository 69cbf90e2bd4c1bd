// The faults that `npm run mutate` puts in: each kind where it belongs, none in types and messages; and where code is entered.
import assert from "node:assert/strict";
import { test } from "node:test";
import { mutationsOf, withProbes } from "../tools/mutations";

/** The texts that the faults of a source make of it. */
const mutants = (source: string) =>
  mutationsOf("a.ts", source).map(
    ({ start, end, text }) => source.slice(0, start) + text + source.slice(end),
  );

test("operators, constants, conditions, calls and statements give way, one at a time", () => {
  assert.deepEqual(mutants("x.version++"), [";", "x.version--"]);
  assert.deepEqual(mutants("const a = b < c"), ["const a = b <= c", "const a = b >= c"]);
  assert.deepEqual(mutants("const a = -b + 2"), [
    "const a = b + 2",
    "const a = -b - 2",
    "const a = -b + 3",
    "const a = -b + 1",
  ]);
  assert.deepEqual(mutants("const a = { rate: 0.1, deep: true }"), [
    "const a = { rate: 0.4, deep: true }",
    "const a = { rate: 0.1, deep: false }",
  ]);
  assert.deepEqual(mutants("if (a) return b;"), [";", "if (!(a)) return b;"]);
  assert.deepEqual(mutants("const a = Math.abs(b) ?? c.sort()"), [
    "const a = (b) ?? c.sort()",
    "const a = (c.sort())",
    "const a = Math.abs(b) ?? c",
  ]);
  assert.deepEqual(mutants("for (;;) { if (a) continue; else f(); }").length, 3);
});

test("types, imports, texts, the lengths of waits and what an error says stay", () => {
  for (const source of [
    "type A = 1 | 2; interface B { c: true }",
    'import { a } from "a";',
    'const a = "b" + c;',
    "throw new RangeError(expected(a + 1));",
    "const a: Array<0> = b as unknown as [1, 2];",
    "const waitMs = 2_000;",
    "const a = b.toString(c);",
  ]) {
    assert.deepEqual(mutants(source), [], source);
  }
});

test("a probe stands where the code around a place is entered", () => {
  const probed = (source: string) => withProbes("a.ts", source, [{ at: source.indexOf("x"), call: "p()" }]);
  assert.equal(probed("// a\nlet a = 1; x;"), "// a\np();let a = 1; x;");
  assert.equal(probed(`import a from "b";\nlet c = 1; x;`), `import a from "b";\np();let c = 1; x;`);
  assert.equal(probed("class A { a = x; }"), "p();class A { a = x; }");
  assert.equal(probed("function f() { g(() => 1); x; }"), "function f() {p(); g(() => 1); x; }");
  assert.equal(probed("const f = () => () => ({ x });"), "const f = () => () => (p(), ({ x }));");
  assert.equal(probed("const f = (a = x) => { a(); };"), "const f = (a = x) => {p(); a(); };");
  const two = withProbes("a.ts", "const f = () => x + y;", [
    { at: 16, call: "p(1)" },
    { at: 20, call: "p(2)" },
  ]);
  assert.equal(two, "const f = () => (p(2), (p(1), x + y));");
});
