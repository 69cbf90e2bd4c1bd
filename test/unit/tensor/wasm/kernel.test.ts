// Kernels as descriptions: what follows from the names and kinds of parameters.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { byKey, once, variants } from "../../../../kernel/tensor/wasm/call/variants";
import { f32, i32 } from "../../../../kernel/tensor/wasm/emit/assembler";
import {
  compile,
  count,
  each,
  element,
  float32,
  shared,
  units,
} from "../../../../kernel/tensor/wasm/emit/kernel";

const memory = new WebAssembly.Memory({ initial: 1 });
const target = { memory, shared: false, relaxed: false, tileSums: 8 } as const;

/** Stores its value at `to`, and its number beside it. */
const store = () =>
  compile(target, { value: float32, to: shared, n: units }, ({ value, to, n }) => [
    f32.store(to.get, value.get),
    i32.store(to.get, n.get, 4),
  ]);

test("values find their parameters by name, in whatever order they are given", () => {
  store().call({ n: 3, to: 64, value: 1.5 });
  assert.equal(new Float32Array(memory.buffer, 64, 1)[0], 1.5);
  assert.equal(new Int32Array(memory.buffer, 68, 1)[0], 3);
  assert.deepEqual(store().order({ n: 3, to: 64, value: 1.5 }), [1.5, 64, 3]);
});

test("what moves on from unit to unit follows from the kinds; an absent buffer stays 0", () => {
  const description = {
    ...{ x: each(4, "inner"), rows: units, inner: count, weight: element, bias: element },
    ...{ statistics: each(16, "inner", "groups"), groups: count, alpha: float32 },
  };
  const kernel = compile(target, description, () => []);
  const values = { x: 64, rows: 5, inner: 7, weight: 128, bias: 0, statistics: 32, groups: 2, alpha: 1 };
  assert.deepEqual(kernel.steps(values), [28, 0, 0, 4, 0, 224, 0, 0]);
  assert.equal(kernel.unitsAt, 1);
  assert.equal(kernel.unitsOf(values), 5);
  const uncounted = compile(target, { x: shared }, () => []);
  assert.equal(uncounted.unitsOf({ x: 64 }), 0, "a call without units is never cut");
});

test("the compiler refuses a step by a parameter that there is not, and a call without one of the values", () => {
  // @ts-expect-error: no parameter is called "outer"
  compile(target, { x: each(4, "outer"), n: units }, () => []);
  // @ts-expect-error: a value is missing
  store().call({ to: 64, n: 1 });
});

test("once, byKey and variants make each kernel once, whatever the order of the options", () => {
  let made = 0;
  const one = once(() => ++made);
  assert.deepEqual([one(), one()], [1, 1]);
  const keyed = byKey((key: string) => `${key}${++made}`);
  assert.deepEqual([keyed("a"), keyed("b"), keyed("a")], ["a2", "b3", "a2"]);
  const of = variants(
    (options: { weight: boolean; op: string }) => `${options.op} ${options.weight} ${++made}`,
  );
  assert.equal(of({ weight: true, op: "x" }), "x true 4");
  assert.equal(of({ op: "x", weight: false }), "x false 5");
  assert.equal(of({ op: "x", weight: true }), "x true 4");
  assert.equal(of({ weight: false, op: "x" }), "x false 5");
});

test("kernels run where code may not be made from text", () => {
  const code = `
    const { createKernels, reservedBytes } = await import("./kernel/tensor/wasm/index.ts");
    const memory = new WebAssembly.Memory({ initial: 9 });
    createKernels(memory).fill({ y: reservedBytes, value: 2.5, n: 3 });
    console.log(new Float32Array(memory.buffer, reservedBytes, 4).join());`;
  const flags = ["--disallow-code-generation-from-strings", "--import", "tsx", "--input-type=module"];
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, "--eval", code], { encoding: "utf8" });
  assert.equal(stdout.trim(), "2.5,2.5,2.5,0", stderr);
});
