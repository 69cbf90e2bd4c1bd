// Bars over loops, as a session gets them, and what a cell shows besides.
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";
import { displaySymbol, Mime, type ProgressBar } from "../../../kernel/protocol";
import {
  clearOutput,
  type DisplaySession,
  display,
  onCellEnd,
  onInterrupt,
  sessionSymbol,
} from "../../../kernel/session/display/display";
import type { Output } from "../../../kernel/session/display/output";
import { progress } from "../../../kernel/session/display/progress";

setMachine(thisMachine);

const place = globalThis as { [sessionSymbol]?: DisplaySession };
afterEach(() => delete place[sessionSymbol]);

function session() {
  const outputs: Output[] = [];
  const held: Promise<unknown>[] = [];
  place[sessionSymbol] = {
    publish: (output) => outputs.push(output),
    hold: (pending) => held.push(pending),
    onCellEnd: (flush) => flush(),
    onInterrupt: (recover) => recover(),
    ask: async () => "",
    comm: () => {},
    onComm: () => {},
    pollComms: () => {},
    isAttended: false,
    speaking: (work) => work,
    describe: () => ({ ename: "", evalue: "", traceback: [] }),
  };
  const bars = (at: number) => {
    const { content } = outputs.at(at)! as Extract<Output, { type: "display_data" }>;
    return (content.data[Mime.progress] as unknown as { bars: ProgressBar[] }).bars;
  };
  return { outputs, held, bars };
}

describe("progress", () => {
  it("counts what is gone through, and ends as it was left", () => {
    const { outputs, bars } = session();
    const seen = [...progress(["a", "b", "c"], { label: "letters" })];
    assert.deepEqual(seen, ["a", "b", "c"]);
    assert.deepEqual([bars(0)[0]!.done, bars(0)[0]!.ended, bars(0)[0]!.total], [0, false, 3]);
    const [last] = bars(-1);
    assert.deepEqual([last!.label, last!.done, last!.total, last!.ended], ["letters", 3, 3, true]);
    const ids = new Set(
      outputs.map(({ content }) => (content as { transient?: { display_id: string } }).transient?.display_id),
    );
    assert.equal(ids.size, 1, "one output that is updated");
    assert.deepEqual([outputs[0]!.type, outputs.at(-1)!.type], ["display_data", "update_display_data"]);
  });

  it("says while it runs how long it has taken, each bar for itself", (t) => {
    const { outputs, bars } = session();
    let now = 0;
    t.mock.method(performance, "now", () => now);
    for (const _ of progress(1)) {
      now += 1000;
      for (const _ of progress(3)) now += 120;
    }
    const running = outputs.map((_, i) => bars(i)).filter((all) => all.length === 2 && !all[1]!.ended);
    const [outer, inner] = running.at(-1)!;
    assert.deepEqual([outer!.seconds, inner!.seconds], [1.36, 0.36], JSON.stringify(running));
  });

  it("counts to a number, takes a size or a total, and shows a note", () => {
    const { bars } = session();
    assert.deepEqual([...progress(3)], [0, 1, 2]);
    assert.equal(bars(-1)[0]!.total, 3);
    for (const _ of progress(new Set([1, 2]))) break;
    assert.deepEqual([bars(-1)[0]!.total, bars(-1)[0]!.done, bars(-1)[0]!.ended], [2, 0, true]);
    const bar = progress([1][Symbol.iterator](), { total: 9 });
    for (const _ of bar) bar.note = "<loss>";
    assert.deepEqual([bars(-1)[0]!.total, bars(-1)[0]!.note], [9, "<loss>"]);
    for (const _ of progress([1][Symbol.iterator]()));
    assert.equal(bars(-1)[0]!.total, null);
  });

  it("is drawn as far as it is, by its name, and without an end where none is known", () => {
    const { outputs } = session();
    const drawn = () =>
      outputs.map(({ content }) => {
        const html = String((content as { data: Record<string, unknown> }).data[Mime.html]);
        return /<progress[^>]* aria-label="[^"]*"/.exec(html)![0];
      });
    for (const _ of progress(["a", "b"], { label: "<letters>" }));
    const named = (done: number) => `<progress value="${done}" max="2" aria-label="&lt;letters&gt;"`;
    assert.deepEqual([drawn()[0], drawn().at(-1)], [named(0), named(2)]);
    for (const _ of progress([1][Symbol.iterator]()));
    assert.equal(drawn().at(-1), '<progress aria-label="Progress"');
  });

  it("stands in one output for loops inside loops, each in the place of the one before", () => {
    const { bars, outputs } = session();
    for (const _ of progress(2, { label: "outer" })) for (const _ of progress(1, { label: "inner" }));
    assert.deepEqual(
      bars(-1).map(({ label, done }) => [label, done]),
      [
        ["outer", 2],
        ["inner", 1],
      ],
    );
    const before = outputs.length;
    assert.deepEqual([...progress(1)], [0]);
    assert.equal(outputs[before]!.type, "display_data", "a new loop is a new output");
  });

  it("goes through what is waited for, and says so of what is not", async () => {
    const { bars } = session();
    async function* later() {
      yield* [1, 2];
    }
    const seen: number[] = [];
    for await (const value of progress(later())) seen.push(value);
    assert.deepEqual([seen, bars(-1)[0]!.done, bars(-1)[0]!.ended], [[1, 2], 2, true]);
    for await (const value of progress([3])) seen.push(value);
    assert.deepEqual(seen, [1, 2, 3]);
    assert.throws(() => [...progress(later())], /this is for `for await … of`/);
  });
});

describe("display", () => {
  it("shows a value, and another in its place", async () => {
    const { outputs, held } = session();
    const handle = display(5);
    handle.update(6);
    handle.update.text("seven");
    const texts = () =>
      outputs.map(({ type, content }) => [type, "data" in content && content.data[Mime.plain]]);
    assert.deepEqual(texts(), [
      ["display_data", "5"],
      ["update_display_data", "6"],
      ["update_display_data", "seven"],
    ]);
    const slow = display({ [displaySymbol]: async () => ({ [Mime.plain]: "slow" }) });
    slow.update("quick");
    assert.equal(outputs.length, 3);
    assert.equal(held.length, 2, "the cell does not end before");
    await Promise.all(held);
    assert.deepEqual(texts().slice(3), [
      ["display_data", "slow"],
      ["update_display_data", "'quick'"],
    ]);
  });

  it("tells the session what is to be done at a cell's end and after an interrupt, and nobody outside one", () => {
    const done: string[] = [];
    onCellEnd(() => done.push("outside"));
    onInterrupt(() => done.push("outside"));
    session();
    onCellEnd(() => done.push("end"));
    onInterrupt(() => done.push("interrupt"));
    assert.deepEqual(done, ["end", "interrupt"]);
  });

  it("takes away what was shown", () => {
    const { outputs } = session();
    clearOutput();
    clearOutput({ wait: true });
    assert.deepEqual(outputs, [
      { type: "clear_output", content: { wait: false } },
      { type: "clear_output", content: { wait: true } },
    ]);
  });
});
