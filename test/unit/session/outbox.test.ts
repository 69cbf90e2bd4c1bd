// What leaves the main thread: in order, gathered while it floods, bounded, and counted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Outbox } from "../../../kernel/session/cells/outbox";
import { type Posted, Shared } from "../../../kernel/session/cells/wire";

const perMessage = 4_096;

/** An outbox whose timers a test rings, and what it has posted. */
function opened({ sends = true } = {}) {
  const posted: Posted[] = [];
  const counters = new Int32Array(new SharedArrayBuffer(4 * Shared.length));
  const waiting = new Set<() => void>();
  const outbox = new Outbox(
    {
      postMessage(each) {
        posted.push(each);
        if (sends) Atomics.sub(counters, Shared.outstanding, each.size);
      },
    },
    counters,
    {
      setTimeout(callback) {
        waiting.add(callback);
        return callback;
      },
      clearTimeout: (timer) => void waiting.delete(timer as () => void),
      afterTurn: (callback) => callback(),
    },
  );
  const shown = () =>
    posted.map(({ message, json }) => {
      const said = (json ? JSON.parse(json) : message) as Posted["message"];
      if (said.type !== "output") return said.type;
      const { content, type } = said.output;
      return [said.cell, type, "text" in content ? `${content.name}: ${content.text}` : Object.keys(content)];
    });
  return { outbox, posted, counters, waiting, shown };
}

const picture = (text = "x") =>
  ({ type: "display_data", content: { data: { "text/plain": text }, metadata: {} } }) as const;

test("text goes at once, of each stream by itself, and before what is shown after it", () => {
  const { outbox, shown, posted } = opened();
  outbox.begin(3);
  outbox.write("stdout", "a");
  outbox.write("stderr", "b");
  outbox.output(picture());
  assert.deepEqual(shown(), [
    [3, "stream", "stdout: a"],
    [3, "stream", "stderr: b"],
    [3, "display_data", ["metadata", "data"]],
  ]);
  assert.deepEqual(
    posted.map(({ size, json }) => size - (json === undefined ? 1 : perMessage + json.length)),
    [0, 0, 0],
  );
});

test("a message with a bundle crosses as JSON, and the channel gets the rest without it", () => {
  const { outbox, posted } = opened();
  outbox.begin(1);
  outbox.output(picture("two words"));
  const [{ message, json }] = posted as [Posted];
  assert.deepEqual(JSON.parse(json!), { type: "output", cell: 1, output: picture("two words") });
  assert.deepEqual(message, {
    type: "output",
    cell: 1,
    output: { ...picture(), content: { data: {}, metadata: {} } },
  });
  outbox.output({ type: "clear_output", content: { wait: true } });
  assert.equal(posted[1]!.json, undefined);
  assert.equal(posted[1]!.size, perMessage);
});

test("after 64 pieces within a moment text is gathered until a timer rings, 16,384 characters are together, or something else is shown", (t) => {
  const { outbox, shown, waiting } = opened();
  let time = 1000;
  t.mock.method(performance, "now", () => time);
  outbox.begin(1);
  for (let i = 0; i < 64; i++) outbox.write("stdout", "p");
  assert.deepEqual([shown().length, waiting.size], [64, 0]);
  outbox.write("stdout", "late");
  outbox.write("stdout", "r");
  assert.deepEqual([shown().length, waiting.size], [64, 1], "one timer for all");
  for (const ring of waiting) ring();
  assert.deepEqual(shown().at(-1), [1, "stream", "stdout: later"]);
  assert.equal(waiting.size, 0);
  outbox.write("stdout", "x".repeat(16_383));
  assert.equal(shown().length, 65);
  outbox.write("stdout", "y");
  assert.deepEqual([shown().length, waiting.size], [66, 0], "it is called off");
  outbox.write("stdout", "before");
  outbox.output(picture());
  assert.deepEqual(shown().at(-2), [1, "stream", "stdout: before"]);
  time += 20;
  outbox.write("stdout", "within");
  assert.equal(waiting.size, 1, "a window is more than 20 ms");
  outbox.flush();
  time += 1;
  for (let i = 0; i < 64; i++) outbox.write("stdout", "q");
  assert.equal(waiting.size, 0, "a new window has pieces of its own");
  assert.deepEqual(shown().at(-1), [1, "stream", "stdout: q"]);
});

test("a cell shows a thousand outputs; how many more there were is said at its end, once; clearing begins anew", () => {
  const { outbox, shown } = opened();
  outbox.begin(5);
  for (let i = 0; i < 1002; i++) outbox.output(picture());
  assert.equal(shown().length, 1000);
  outbox.output({ type: "update_display_data", content: { data: {}, metadata: {}, transient: {} } } as never);
  assert.equal(shown().length, 1001, "what is there may still change");
  outbox.end();
  const note = "stderr: \n… 2 outputs left out: a cell may show 1,000, of 67,108,864 characters.\n";
  assert.deepEqual(shown().at(-1), [5, "stream", note]);
  outbox.end();
  assert.equal(shown().length, 1002);
  outbox.output(picture());
  assert.equal(shown().length, 1002, "and none later");
  outbox.output({ type: "clear_output", content: { wait: false } });
  outbox.output(picture());
  assert.deepEqual(shown().at(-1), [5, "display_data", ["metadata", "data"]]);
  outbox.end();
  assert.equal(shown().length, 1004, "nothing is left out any more");
  outbox.begin(6);
  outbox.output(picture());
  assert.deepEqual(shown().at(-1), [6, "display_data", ["metadata", "data"]]);
});

test("outputs have 64 million characters together, in which each counts 4,096 besides", () => {
  const { outbox, posted } = opened();
  outbox.begin(1);
  const large = picture("m".repeat(33_000_000));
  outbox.output(large);
  outbox.output(large);
  outbox.output(large);
  assert.equal(posted.length, 2);
  outbox.output(picture("m".repeat(1_200_000)));
  assert.equal(posted.length, 2, "each more is left out by its own size");
  outbox.output(picture());
  assert.equal(posted.length, 3);
});

test("what comes of a timer is its cell's, and what was written before is not", () => {
  const { outbox, shown } = opened();
  outbox.begin(1);
  for (let i = 0; i < 65; i++) outbox.write("stdout", "a");
  outbox.speakFor(2);
  outbox.write("stdout", "b");
  outbox.end();
  assert.deepEqual(shown().slice(-2), [
    [1, "stream", "stdout: a"],
    [2, "stream", "stdout: b"],
  ]);
});

test("a control's words come after what was printed, and count by their length", () => {
  const { outbox, posted } = opened();
  outbox.begin(2);
  for (let i = 0; i < 65; i++) outbox.write("stdout", "a");
  const comm = { comm_id: "1", data: {} } as never;
  outbox.comm(comm);
  assert.deepEqual(posted.at(-1), {
    message: { type: "comm", cell: 2, comm },
    size: perMessage + JSON.stringify(comm).length,
    json: undefined,
  });
  assert.equal(posted.length, 66);
  outbox.echoInterrupt(2);
  assert.deepEqual(posted.at(-1), { message: { type: "interrupt", cell: 2 }, size: 0 });
});

test("who posts waits while more than 8 MB is on its way; who leaves waits until all is, or half a second", () => {
  const { outbox, counters, posted } = opened({ sends: false });
  const { wait } = Atomics;
  const waits: number[] = [];
  Atomics.wait = ((_: Int32Array, at: number, value: number, limit: number) => {
    assert.deepEqual([at, limit], [Shared.outstanding, 50]);
    waits.push(value);
    if (waits.length === 3) Atomics.store(counters, Shared.outstanding, 0);
    return "timed-out";
  }) as typeof Atomics.wait;
  try {
    outbox.begin(1);
    const most = 8 * 2 ** 20;
    outbox.post({ type: "measured", bytes: 1 }, most);
    assert.deepEqual(waits, [], "8 MB may be");
    outbox.post({ type: "measured", bytes: 2 });
    assert.deepEqual(waits, [most + perMessage, most + perMessage, most + perMessage]);
    assert.equal(posted.length, 2);
    waits.length = 0;
    outbox.post({ type: "measured", bytes: 3 }, 7);
    outbox.drain();
    assert.deepEqual(waits, [7, 7, 7]);
    outbox.drain();
    assert.equal(waits.length, 3, "nothing to wait for");
  } finally {
    Atomics.wait = wait;
  }
});

test("who leaves says first what is gathered", () => {
  const { outbox, shown } = opened();
  outbox.begin(1);
  for (let i = 0; i < 70; i++) outbox.write("stdout", "x");
  const before = shown().length;
  outbox.drain();
  assert.deepEqual(shown().slice(before), [[1, "stream", "stdout: xxxxxx"]]);
});

test("what is no more shown of a text is told at the cell's end, with the end of the text", () => {
  const { outbox, shown } = opened();
  outbox.begin(4);
  outbox.write("stdout", "x".repeat(2 ** 20));
  outbox.write("stdout", "the end");
  outbox.end();
  const note = "\n… 0 characters left out: a cell may print 1,048,576. The end of it:\n";
  assert.deepEqual(shown().slice(1), [
    [4, "stream", `stderr: ${note}`],
    [4, "stream", "stdout: the end"],
  ]);
});

test("what comes before any cell has the same limits", () => {
  const { outbox, shown } = opened();
  for (let i = 0; i < 1001; i++) outbox.output(picture());
  assert.equal(shown().length, 1000);
  assert.equal(shown()[0]![0], 0);
});

test("who leaves waits half a second for a channel that sends nothing", (t) => {
  const { outbox } = opened({ sends: false });
  let [time, waits] = [1000, 0];
  t.mock.method(performance, "now", () => time);
  t.mock.method(Atomics, "wait", () => {
    waits++;
    time += 50;
    return "timed-out";
  });
  outbox.post({ type: "measured", bytes: 1 }, 7);
  outbox.drain();
  assert.equal(waits, 10);
});
