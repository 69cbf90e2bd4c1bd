// Classes keep their names in the built runtime: modules show themselves by them, and errors name them.
import assert from "node:assert/strict";
import { test } from "node:test";

type Room = Record<string, unknown>;
const runtime = (await import(new URL("../../dist/kernel/bnlab.js", import.meta.url).href)) as Record<
  string,
  Room
>;

test("what nn, data and optim export as a class is called so", () => {
  for (const room of ["nn", "data", "optim"]) {
    const classes = Object.entries(runtime[room]!).filter(
      ([, value]) => typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value)),
    );
    assert.ok(classes.length > 3, `${room} has classes`);
    for (const [name, value] of classes)
      assert.equal((value as { name: string }).name, name, `${room}.${name}`);
  }
});
