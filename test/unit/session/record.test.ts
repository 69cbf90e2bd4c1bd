// What cells record: shown, and under its MIME type as JSON that loses nothing.
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";
import { type Json, Mime, type MimeBundle } from "../../../kernel/protocol";
import { type DisplaySession, sessionSymbol } from "../../../kernel/session/display/display";
import type { Output } from "../../../kernel/session/display/output";
import { type Recordable, record } from "../../../kernel/session/display/record";
import { tensor, zeros } from "../../../kernel/tensor";

setMachine(thisMachine);

const place = globalThis as { [sessionSymbol]?: DisplaySession };
let endCell = () => {};
afterEach(() => {
  endCell();
  delete place[sessionSymbol];
});

function session() {
  const outputs: Output[] = [];
  let flushes: (() => void)[] = [];
  endCell = () => {
    for (const flush of flushes) flush();
    flushes = [];
  };
  place[sessionSymbol] = {
    publish: (output) => outputs.push(output),
    hold: () => {},
    onCellEnd: (flush) => flushes.push(flush),
    onInterrupt: () => {},
    ask: async () => "",
    comm: () => {},
    onComm: () => {},
    pollComms: () => {},
    isAttended: false,
    speaking: (work) => work,
    describe: () => ({ ename: "", evalue: "", traceback: [] }),
  };
  return outputs;
}

function bundleOf(name: string, value: unknown): MimeBundle {
  const outputs = session();
  record(name, value as Recordable);
  endCell();
  return (outputs.at(-1)!.content as { data: MimeBundle }).data;
}

const recordedAs = (value: unknown) => (bundleOf("x", value)[Mime.record] as { value: Json }).value;

describe("record", () => {
  it("keeps numbers, texts, lists, tensors and tables as JSON", () => {
    assert.deepEqual(bundleOf("loss", 0.25), {
      "text/plain": "loss: 0.25",
      [Mime.record]: { name: "loss", value: 0.25 },
    });
    assert.deepEqual(recordedAs(tensor([[1, 2.5]])), [[1, 2.5]]);
    assert.deepEqual(recordedAs(Float32Array.of(1, 2)), [1, 2]);
    assert.deepEqual(recordedAs({ a: [1, true, null, "é 数"], left: undefined }), {
      a: [1, true, null, "é 数"],
    });
  });

  it("keeps what JSON has no number for, by its name", () => {
    const diverged = tensor([1, Number.NaN, Number.NEGATIVE_INFINITY]);
    assert.equal(recordedAs(Number.POSITIVE_INFINITY), "Infinity");
    assert.deepEqual(recordedAs(diverged), [1, "NaN", "-Infinity"]);
  });

  it("shows long lists by their ends, rows and columns as tables", () => {
    const curve = Array.from({ length: 50 }, (_, i) => 50 - i);
    assert.equal(bundleOf("curve", curve)["text/plain"], "curve: 50 values, 50 … 1");
    const rows = bundleOf("layers", [
      { layer: "<b>", norm: 1 },
      { layer: "fc2", norm: 2 },
    ]);
    assert.match(String(rows["text/html"]), /<p>layers<\/p>\n<table>[\s\S]*&lt;b&gt;/);
    const columns = bundleOf("columns", { step: [0, 1], loss: [2, 1] });
    assert.match(String(columns["text/plain"]), /^columns:\nstep {2}loss\n/);
  });

  it("changes in its place when it is recorded again in the same cell, and stands anew in the next", () => {
    const outputs = session();
    for (const value of [3, 2, 1]) record("loss", value);
    record("accuracy", 0.5);
    assert.deepEqual(
      outputs.map(({ type }) => type),
      ["display_data", "update_display_data", "update_display_data", "display_data"],
    );
    endCell();
    record("loss", 0);
    assert.equal(outputs.at(-1)!.type, "display_data");
  });

  it("refuses what a file of records cannot hold, before anything is shown", () => {
    const outputs = session();
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    const wrong: [unknown, RegExp][] = [
      [() => 1, /^TypeError: record: "x": expected numbers, texts, .*, got function/],
      [1n, /got bigint/],
      [Symbol("s"), /got symbol/],
      [undefined, /got undefined/],
      [new Map(), /got a Map/],
      [[1, new Date(0)], /got a Date/],
      [new Proxy({}, {}), /^TypeError: record/],
      [cyclic, /^RangeError: record: "x": expected lists and objects at most 8 deep/],
      [zeros([400, 400]), /^RangeError: record: "x": expected at most 100000 values/],
    ];
    for (const [value, words] of wrong)
      assert.throws(
        () => record("x", value as Recordable),
        (error) => words.test(String(error)),
        String(words),
      );
    assert.throws(() => record("x", [[[[[[[[[1]]]]]]]]]), /at most 8 deep/);
    for (const name of ["", "  ", "two\nlines", "x".repeat(101), 3, null, {}])
      assert.throws(() => record(name as string, 1), /^TypeError: record: expected a name/);
    assert.throws(() => (record as (...args: unknown[]) => void)("x", 1, 2), /at most 2 arguments, got 3/);
    assert.deepEqual(outputs, []);
    record("x", [[[[[[[[1]]]]]]]]);
    assert.equal(outputs.length, 1, "eight deep");
  });
});
