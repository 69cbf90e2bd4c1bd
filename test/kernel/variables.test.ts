// The session's variables by message: what they are, what is in them, and a tensor's numbers.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { maxElements, type Requests, shownValue } from "../../kernel/protocol";
import { startKernel } from "./startKernel";

const kernel = startKernel();
after(() => kernel.stop());
const { run, client } = kernel;

async function variables(request: Requests["variables_request"] = {}) {
  const { content } = await client.request("variables_request", request);
  assert.ok(content.status === "ok", JSON.stringify(content));
  return content.variables;
}

async function tensor(request: Requests["tensor_request"]) {
  const { content } = await client.request("tensor_request", request);
  return content;
}

test("each kind of value is described in a line", async () => {
  await run(`
import { nn, tensor, zeros } from "bnlab";
const images = zeros([2, 3, 4]);
const labels = tensor([1, 2, 3], { dtype: "int32" });
const net = new nn.Linear(3, 2);
const weights = new Float64Array([0.5, 1.23456]);
const names = new Map([["a", 1]]);
const add = (a: number) => a;
class Point { x = 1 }
const point = new Point();
const text = "x".repeat(1000);
const list = [1, 2];
let nothing: undefined;`);
  const found = await variables();
  const shown = found.map(({ name, kind, type, shape, dtype, length, bytes, preview }) =>
    [name, kind, type, shape && `[${shape}]`, dtype, length, bytes, preview.slice(0, 24)]
      .filter((x) => x !== undefined)
      .join(" · "),
  );
  assert.deepEqual(shown, [
    "images · tensor · Tensor · [2,3,4] · float32 · 96 · [0, 0, 0, 0, 0, 0, …]",
    "labels · tensor · Tensor · [3] · int32 · 12 · [1, 2, 3]",
    "net · module · Linear · 32 · 8 parameters",
    "weights · tensor · Float64Array · [2] · float64 · 16 · [0.5, 1.235]",
    "names · collection · Map · 1 · Map(1) { 'a' => 1 }",
    "add · function · function · [Function: add]",
    "Point · class · class · [class Point]",
    "point · object · Point · Point { x: 1 }",
    "text · value · string · 1000 · 'xxxxxxxxxxxxxxxxxxxxxxx",
    "list · array · Array · 2 · [ 1, 2 ]",
    "nothing · value · undefined · undefined",
  ]);
  assert.ok(found.every(({ preview }) => preview.length <= 121));
});

test("by name, with statistics; unknown names are left out", async () => {
  await run("import { tensor as t } from 'bnlab';\nconst spread = t([1, 2, 3, 4, NaN, Infinity]);");
  const [spread, ...none] = await variables({ names: ["spread", "unknown", "t"], statistics: true });
  assert.deepEqual(none, []);
  assert.deepEqual(spread?.statistics, {
    min: 1,
    max: 4,
    mean: 2.5,
    std: Math.sqrt(5 / 3),
    nan: 1,
    infinite: 1,
  });
});

test("what a variable consists of", async () => {
  await run(
    "import { nn as layers } from 'bnlab';\nconst mlp = new layers.Sequential(new layers.Linear(2, 1));\nconst options = { lr: 0.1, get risky() { throw new Error('read'); } };",
  );
  const parameters = await variables({ of: "mlp" });
  assert.deepEqual(
    parameters.map(({ name, shape }) => [name, shape]),
    [
      ["0.weight", [1, 2]],
      ["0.bias", [1]],
    ],
  );
  assert.deepEqual(
    (await variables({ of: "options" })).map(({ name, preview }) => [name, preview]),
    [["lr", "0.1"]],
  );
});

test("a box of a tensor's numbers, in order, also of a view and of a module's parameter", async () => {
  await run(
    "import { arange } from 'bnlab';\nconst grid = arange(12).reshape([3, 4]);\nconst turned = grid.transpose(0, 1);",
  );
  const box = await tensor({ name: "grid", start: [1, 1], size: [2, 3], bins: 3 });
  assert.ok(box.status === "ok");
  assert.deepEqual(
    [box.shape, box.values],
    [
      [3, 4],
      [5, 6, 7, 9, 10, 11],
    ],
  );
  assert.deepEqual(box.histogram, { from: 0, to: 11, counts: [4, 4, 4] });
  assert.deepEqual(box.statistics, { min: 0, max: 11, mean: 5.5, std: Math.sqrt(13), nan: 0, infinite: 0 });
  const sparse = await tensor({ name: "grid", step: [2, 3] });
  assert.deepEqual(sparse.status === "ok" && [sparse.values, sparse.statistics], [[0, 3, 8, 11], undefined]);
  const column = await tensor({ name: "turned", size: [1, 3] });
  assert.deepEqual(column.status === "ok" && column.values, [0, 4, 8]);
  const bias = await tensor({ name: "mlp", member: "0.bias" });
  assert.deepEqual(bias.status === "ok" && bias.shape, [1]);
  const special = await tensor({ name: "spread" });
  assert.deepEqual(special.status === "ok" && special.values.slice(4), ["NaN", "Infinity"]);
});

test("what cannot be shown is said", async () => {
  await run("import { zeros as z } from 'bnlab';\nconst wide = z([300, 300]);\nconst word = 'x';");
  const errors = await Promise.all([
    tensor({ name: "wide" }),
    tensor({ name: "wide", start: [299, 0], size: [2, 1] }),
    tensor({ name: "word" }),
  ]);
  const messages = errors.map((content) => content.status === "error" && content.evalue);
  assert.deepEqual(messages, [
    `tensor_request: expected at most ${maxElements} elements, got [300, 300] from [0, 0]`,
    "tensor_request: expected a box within [300, 300], got [2, 1] from [299, 0]",
    "tensor_request: expected a tensor or a typed array, got word: 'x'",
  ]);
});

test("a tensor that backward() has freed says so, and looking at one keeps nothing alive", async () => {
  const ran = await run(`
import { randn as r } from "bnlab";
const w = r([4, 4], { requiresGrad: true });
let hidden = w.mul(2);
hidden.relu().sum().backward();
w.mul(3).relu().sum().backward();`);
  assert.equal(ran.error, "");
  await variables({ statistics: true });
  assert.equal((await run("w.mul(2).sum().backward();")).error, "");
});

test("hovers and inspections show a value in the words of a result, and one line where that is too long", async () => {
  await run(`import { nn, ones } from "bnlab";
const matrix = ones([2, 3]);
const nested = { a: [1, { b: new Map([["c", [1, 2, { d: null }]]]) }], when: new Date(0) };
const layers = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU());
const wide = ones([100, 100, 100]);
const word = "a text";
const many = Array.from({ length: 500 }, (_, i) => ({ i }));
function twice() {}`);
  for (const name of ["matrix", "nested", "layers", "wide", "word", "many"]) {
    const { result } = await run(name);
    const [variable] = await variables({ names: [name], text: true });
    const shown = shownValue(variable!);
    assert.ok(
      shown === result || (["wide", "many"].includes(name) && shown === variable!.preview),
      `${name}: ${shown}, ${result}`,
    );
    const { content } = await client.request("inspect_request", {
      code: name,
      cursor_pos: 1,
      detail_level: 0,
    });
    assert.ok(content.status === "ok" && String(content.data["text/plain"]).endsWith(`\n\n${shown}`), name);
    assert.ok(String(content.data["text/markdown"]).endsWith(`\n\n\`\`\`typescript\n${shown}\n\`\`\``), name);
  }
  const { content } = await client.request("inspect_request", {
    code: "twice",
    cursor_pos: 1,
    detail_level: 0,
  });
  assert.equal(content.status === "ok" && content.data["text/plain"], "function twice(): void");
});

test("while a cell computes, the answer comes when it pauses", async () => {
  const order: string[] = [];
  const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-variables-"));
  const bell = path.join(folder, "bell");
  let cell: Promise<unknown> | undefined;
  await new Promise<void>((started) => {
    cell = run(
      `const { existsSync } = require("node:fs");\nconsole.log("on");\nwhile (!existsSync(${JSON.stringify(bell)}));`,
      ({ header }) => {
        if (header.msg_type === "stream") started();
      },
    ).then(() => order.push("cell"));
  });
  const looked = variables({ names: ["list"] }).then(() => order.push("variables"));
  await client.request("is_complete_request", { code: "1" });
  order.push("is complete");
  writeFileSync(bell, "");
  await Promise.all([cell, looked]);
  rmSync(folder, { recursive: true });
  assert.equal(order[0], "is complete");
  assert.equal(order.length, 3);
});
