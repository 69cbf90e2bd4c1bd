// What is kept of what cells show, for a client that comes later.
import assert from "node:assert/strict";
import { it } from "node:test";
import { ExecutionLog } from "../../../kernel/attach/executionLog";
import { type AnyMessage, createMessage, type Message } from "../../../kernel/protocol";

const session = "s";
function ask(log: ExecutionLog, code: string, place: object): Message<"execute_request"> {
  const metadata = place as Message["metadata"];
  const request = createMessage("shell", "execute_request", { code }, { session, metadata });
  log.received(request as AnyMessage);
  return request;
}
function say(log: ExecutionLog, { header: parent }: Message, type: string, content: object): void {
  const message = createMessage("iopub", type as "stream", content as never, { session, parent });
  log.sent(message as AnyMessage, true);
}
const end = (log: ExecutionLog, request: Message, order = 1) =>
  say(log, request, "execute_reply", { status: "ok", execution_count: order, user_expressions: {} });
const recalled = (log: ExecutionLog, { header }: Message) =>
  log.recall(header.msg_id).map(({ header: { msg_type }, content }) => [msg_type, content] as const);
const show = (id: string, text: string) => ({
  ...{ data: { "text/plain": text }, metadata: {}, transient: { display_id: id } },
});

it("texts are joined, displays stand as they were updated last, also by another cell, and what was cleared is gone", () => {
  const log = new ExecutionLog();
  const one = ask(log, "1", { cellId: "a", cellIndex: 0 });
  say(log, one, "execute_input", { code: "1", execution_count: 1 });
  say(log, one, "stream", { name: "stdout", text: "gone" });
  say(log, one, "clear_output", { wait: false });
  say(log, one, "stream", { name: "stdout", text: "a" });
  say(log, one, "stream", { name: "stdout", text: "b" });
  say(log, one, "stream", { name: "stderr", text: "c" });
  say(log, one, "display_data", show("d", "old"));
  assert.ok(log.isBusy);
  end(log, one);
  assert.ok(!log.isBusy);
  const two = ask(log, "2", { cellId: "b", cellIndex: 1 });
  say(log, two, "update_display_data", show("d", "new"));
  assert.deepEqual(recalled(log, one), [
    ["execute_input", { code: "1", execution_count: 1 }],
    ["stream", { name: "stdout", text: "ab" }],
    ["stream", { name: "stderr", text: "c" }],
    ["display_data", show("d", "new")],
    ["execute_reply", { status: "ok", execution_count: 1, user_expressions: {} }],
  ]);
  say(log, two, "stream", { name: "stdout", text: "before" });
  say(log, two, "clear_output", { wait: true });
  assert.equal(recalled(log, two).length, 1);
  say(log, two, "stream", { name: "stdout", text: "after" });
  assert.deepEqual(recalled(log, two), [["stream", { name: "stdout", text: "after" }]]);
  const [first, second] = log.past;
  assert.deepEqual([first?.outputs, first?.isLive, first?.end?.order], [3, true, 1]);
  assert.deepEqual([second?.outputs, second?.isLive, second?.end], [1, false, undefined]);
});

it("a cell that runs again has only its latest outputs, by its id or, without one, by its place and text", () => {
  const log = new ExecutionLog();
  const places = [
    { cellId: "a", cellIndex: 0 },
    { cellId: "a", cellIndex: 3 },
    { cellIndex: 0 },
    { cellIndex: 0 },
  ];
  const requests = places.map((place) => ask(log, "same", place));
  const other = ask(log, "other", { cellIndex: 0 });
  assert.deepEqual(
    log.past.map(({ isOutdated }) => isOutdated),
    [true, false, true, false, false],
  );
  say(log, requests[0]!, "stream", { name: "stdout", text: "late" });
  assert.deepEqual(recalled(log, requests[0]!), []);
  assert.deepEqual(recalled(log, other), []);
  log.received(createMessage("shell", "execute_request", { code: "aside" }, { session }) as AnyMessage);
  assert.equal(log.past.length, 5);
});

it("has bounds: the outputs of the oldest cells give way, and say so", () => {
  const log = new ExecutionLog(1000);
  const requests = ["a", "b", "c"].map((cellId, cellIndex) => {
    const request = ask(log, cellId, { cellId, cellIndex });
    say(log, request, "stream", { name: "stdout", text: cellId.repeat(400) });
    end(log, request);
    return request;
  });
  const texts = requests.map((request) => log.recall(request.header.msg_id)[0]?.content as { text: string });
  assert.match(texts[0]!.text, /^… \d+ characters that this cell has shown were not kept/);
  assert.equal(texts[1]!.text, "b".repeat(400));
  assert.equal(texts[2]!.text, "c".repeat(400));
  // A timer of a cell that has ended may print for ever.
  for (let i = 0; i < 100; i++) say(log, requests[2]!, "stream", { name: "stdout", text: "t".repeat(100) });
  const kept = requests.flatMap((request) => log.recall(request.header.msg_id));
  assert.ok(JSON.stringify(kept).length < 10_000);
});

it("keeps a question until it is answered", () => {
  const log = new ExecutionLog();
  const one = ask(log, "ask", { cellIndex: 0 });
  say(log, one, "input_request", { prompt: "?", password: false });
  assert.equal(log.recall(one.header.msg_id).length, 1);
  log.received(createMessage("stdin", "input_reply", { value: "!" }, { session }) as AnyMessage);
  assert.equal(log.recall(one.header.msg_id).length, 0);
});
