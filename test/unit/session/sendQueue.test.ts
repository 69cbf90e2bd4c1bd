// What waits on a runner's line: text joins text, and what nobody would see is left out, with its share of what may wait.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Comm } from "../../../kernel/protocol";
import type { FromRunner, Posted } from "../../../kernel/session/cells/wire";
import type { Output } from "../../../kernel/session/display/output";
import { SendQueue } from "../../../kernel/session/runner/sendQueue";

const text = (words: string, name: "stdout" | "stderr" = "stdout"): Output => ({
  type: "stream",
  content: { name, text: words },
});
const shown = (id: string, words: string, type: "display_data" | "update_display_data"): Output => ({
  type,
  content: { data: { "text/plain": words }, metadata: {}, transient: { display_id: id } },
});
const update = (id: string, words: string) => shown(id, words, "update_display_data");
const cleared: Output = { type: "clear_output", content: { wait: false } };
const result: Output = { type: "execute_result", content: { data: {}, metadata: {} } };
const failed: Output = { type: "error", content: { ename: "E", evalue: "", traceback: [] } };
const moved = (comm_id: string, data: Comm["content"]["data"], type = "comm_msg"): Comm =>
  ({ type, content: { comm_id, data } }) as Comm;
const state = (values: Record<string, number>) => ({ method: "update", state: values });

/** What is left of messages, each with a size of its own: 1, 2, 4, … */
function left(...posted: (Output | [Output, cell: number] | { comm: Comm })[]) {
  let [released, size] = [0, 1];
  const queue = new SendQueue((characters) => {
    released += characters;
  });
  for (const each of posted) {
    const message: FromRunner =
      "comm" in each
        ? { type: "comm", cell: 1, comm: each.comm }
        : Array.isArray(each)
          ? { type: "output", cell: each[1], output: structuredClone(each[0]) }
          : { type: "output", cell: 1, output: structuredClone(each) };
    queue.add({ message, size } satisfies Posted);
    size *= 2;
  }
  assert.equal(queue.characters + released, size - 1, "what is not sent is released");
  assert.equal(queue.isEmpty, false);
  const taken = queue.take();
  assert.deepEqual([taken.size + released, queue.characters, queue.isEmpty], [size - 1, 0, true]);
  const messages = taken.lines
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as FromRunner);
  const outputs = messages.map((message) =>
    message.type === "output" ? message.output : message.type === "comm" ? message.comm : message,
  );
  return { outputs, messages, released };
}

describe("what waits to be sent", () => {
  it("is nothing at first, and lines in their order", () => {
    const queue = new SendQueue(() => assert.fail("nothing was left out"));
    assert.deepEqual([queue.isEmpty, queue.characters, queue.take()], [true, 0, { lines: "", size: 0 }]);
    queue.add({ message: { type: "settled", left: [] }, size: 3 });
    queue.add({ message: { type: "measured", bytes: 1 }, size: 4, json: '{"as":"sent"}' });
    assert.deepEqual(queue.take(), { lines: '{"type":"settled","left":[]}\n{"as":"sent"}\n', size: 7 });
  });

  it("joins text of one cell and one stream", () => {
    assert.deepEqual(left(text("a"), text("b"), text("c")).outputs, [text("abc")]);
    assert.deepEqual(left(text("a"), text("b", "stderr"), text("c")).outputs, [
      text("a"),
      text("b", "stderr"),
      text("c"),
    ]);
    assert.deepEqual(left([text("a"), 1], [text("b"), 2]).outputs, [text("a"), text("b")]);
    assert.deepEqual(left(text("a"), result, text("b")).outputs, [text("a"), result, text("b")]);
    assert.deepEqual(left(result, result, text("b")).outputs.length, 3);
    assert.deepEqual(left(text("a"), { comm: moved("x", {}) }, text("b")).outputs.length, 3);
  });

  it("has the last update of each display, and each display as it was first", () => {
    const first = shown("x", "0", "display_data");
    const found = left(first, update("x", "1"), update("y", "1"), text("a"), update("x", "2"));
    assert.deepEqual(found.outputs, [first, update("y", "1"), text("a"), update("x", "2")]);
    assert.equal(found.released, 2);
    assert.deepEqual(left([update("x", "1"), 1], [update("x", "2"), 2]).outputs, [update("x", "2")]);
    assert.deepEqual(left(update("x", "1"), result, failed, update("x", "2")).outputs, [
      result,
      failed,
      update("x", "2"),
    ]);
  });

  it("has nothing of a cell that was cleared before something else came, but for its result and updates", () => {
    const own = shown("x", "0", "display_data");
    const before = [text("a"), own, update("x", "1"), result, failed] as const;
    assert.deepEqual(left(...before, cleared).outputs, [...before, cleared], "it may be all that comes");
    const found = left(...before, cleared, text("b"));
    assert.deepEqual(found.outputs, [update("x", "1"), result, cleared, text("b")]);
    assert.equal(found.released, 1 + 2 + 16);
    assert.deepEqual(left(cleared, text("a"), cleared, text("b")).outputs, [cleared, text("b")]);
    assert.deepEqual(left([text("other"), 2], text("a"), cleared, text("b")).outputs, [
      text("other"),
      cleared,
      text("b"),
    ]);
    assert.deepEqual(left(text("a"), cleared, update("x", "1")).outputs, [
      text("a"),
      cleared,
      update("x", "1"),
    ]);
    assert.deepEqual(left(text("a"), cleared, [text("b"), 2]).outputs, [text("a"), cleared, text("b")]);
  });

  it("has the last update of a control's fields, and all else that controls say", () => {
    const comms = (...all: Comm[]) => left(...all.map((comm) => ({ comm })));
    const [one, two] = [moved("x", state({ value: 1 })), moved("x", state({ value: 2 }))];
    assert.deepEqual(comms(one, two), { ...comms(one, two), outputs: [two], released: 1 });
    for (const kept of [
      [one, moved("y", state({ value: 2 }))],
      [one, moved("x", state({ max: 2 }))],
      [one, moved("x", state({ value: 1, max: 2 }))],
      [moved("x", state({ value: 1 }), "comm_open"), moved("x", { method: "custom" })],
      [moved("x", { method: "custom" }), moved("x", { method: "custom" })],
      [one, moved("x", state({ value: 1 }), "comm_open")],
      [one, moved("x", {}, "comm_close")],
    ]) {
      assert.deepEqual(comms(...kept).outputs, kept);
      assert.equal(comms(...kept).released, 0);
    }
    assert.deepEqual(left({ comm: one }, text("a"), { comm: two }).outputs, [text("a"), two]);
  });
});
