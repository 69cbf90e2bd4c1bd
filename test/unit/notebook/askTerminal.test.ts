// A question at a terminal: what is shown of it, and what each key does.
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { askTerminal } from "../../../kernel/notebook/askTerminal";

function asked(password = false) {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  let shown = "";
  stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
  });
  const ended = new AbortController();
  let interrupts = 0;
  const answer = askTerminal({ prompt: "Name? ", password }, ended.signal, () => interrupts++, {
    ...{ stdin, stdout },
  });
  /** Keys that have been read when this resolves. */
  const type = async (keys: string) => {
    stdin.write(keys);
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  };
  const isLetGo = () => stdin.isPaused() && stdin.listenerCount("keypress") === 0;
  return { answer, ended, type, isLetGo, shown: () => shown, interrupts: () => interrupts };
}

test("a line that is typed is the answer, and shows as it is typed; the terminal is let go of then", async () => {
  const { answer, type, isLetGo, shown } = asked();
  await type("Ada");
  assert.match(shown(), /Name\? .*Ada/s);
  assert.ok(!isLetGo());
  await type("\r");
  assert.equal(await answer, "Ada");
  assert.ok(isLetGo());
  await type("");
  assert.equal(shown().match(/\n/g)?.length, 1);
});

test("a password does not show; its line is ended", async () => {
  const { answer, type, shown } = asked(true);
  await type("secret");
  assert.equal(shown(), "Name? ");
  await type("\r");
  assert.equal(await answer, "secret");
  await type("");
  assert.equal(shown(), "Name? \n");
});

test("an end of the input is an empty answer, after which a line begins", async () => {
  const { answer, type, shown } = asked();
  await type("\x04");
  assert.equal(await answer, "");
  await type("");
  assert.equal(shown().match(/\n/g)?.length, 1);
});

test("Ctrl+C interrupts whoever asks; the question goes when it is needed no more, and a line begins", async () => {
  const { answer, ended, type, isLetGo, shown, interrupts } = asked();
  await type("Ad\x03");
  assert.deepEqual([interrupts(), isLetGo()], [1, false]);
  ended.abort();
  assert.equal(await answer, "");
  assert.ok(isLetGo());
  await type("");
  assert.ok(shown().endsWith("\n"));
});
