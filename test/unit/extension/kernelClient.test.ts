// The client end of the protocol, over a transport in memory.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { KernelClient, KernelGone } from "../../../extension/notebook/kernelClient";
import type { AnyMessage, Content, Message, MessageType, Transport } from "../../../kernel/protocol";

/** The kernel's end, answering when told to. */
function connect() {
  const sent: AnyMessage[] = [];
  const states: string[] = [];
  let receive: (message: AnyMessage) => void = () => {};
  let closed = () => {};
  const transport: Transport = {
    send: (message) => sent.push(message),
    onMessage: (listener) => {
      receive = listener;
    },
    onClose: (listener) => {
      closed = listener;
    },
    close: () => {},
  };
  const client = new KernelClient(transport, (state) => states.push(state));
  const answer = <T extends MessageType>(
    to: number,
    channel: Message["channel"],
    type: T,
    content: Content[T],
  ) => {
    const header = {
      msg_id: `${Math.random()}`,
      msg_type: type,
      session: "k",
      username: "k",
      date: "",
      version: "",
    };
    receive({
      channel,
      header,
      parent_header: sent[to]!.header,
      metadata: {},
      content,
    } as unknown as AnyMessage);
  };
  return { client, sent, states, answer, close: () => closed() };
}

const ok: Content["execute_reply"] = { status: "ok", execution_count: 1, user_expressions: {} };
const stream = (text: string): Content["stream"] => ({ name: "stdout", text });

describe("KernelClient", () => {
  it("ends an execution when both the reply and idle are in, in either order", async () => {
    for (const replyFirst of [true, false]) {
      const { client, answer, states } = connect();
      const published: string[] = [];
      let done = false;
      const reply = client
        .execute("1", (message) => published.push(message.header.msg_type))
        .finally(() => {
          done = true;
        });
      answer(0, "iopub", "status", { execution_state: "busy" });
      answer(0, "iopub", "stream", stream("a"));
      if (replyFirst) answer(0, "shell", "execute_reply", ok);
      else answer(0, "iopub", "status", { execution_state: "idle" });
      await new Promise(setImmediate);
      assert.equal(done, false);
      if (replyFirst) answer(0, "iopub", "status", { execution_state: "idle" });
      else answer(0, "shell", "execute_reply", ok);
      assert.deepEqual(await reply, ok);
      assert.deepEqual(published, ["stream"]);
      assert.deepEqual(states, ["busy", "idle"]);
    }
  });

  it("gives each execution its own outputs, those after its end too", async () => {
    const { client, answer } = connect();
    const heard: string[] = [];
    const hear = (name: string) => (message: Message) => heard.push(`${name} ${message.header.msg_type}`);
    const first = client.execute("1", hear("first"));
    const second = client.execute("2", hear("second"));
    answer(0, "shell", "execute_reply", ok);
    answer(0, "iopub", "status", { execution_state: "idle" });
    await first;
    answer(1, "iopub", "stream", stream("b"));
    answer(0, "iopub", "stream", stream("late"));
    assert.deepEqual(heard, ["second stream", "first stream"]);
    answer(1, "shell", "execute_reply", ok);
    answer(1, "iopub", "status", { execution_state: "idle" });
    await second;
  });

  it("sends requests as Jupyter does, an interrupt on the control channel", () => {
    const { client, sent } = connect();
    client.execute("let a = 1", () => {});
    client.interrupt();
    assert.deepEqual(
      sent.map(({ channel, header, parent_header }) => [channel, header.msg_type, parent_header]),
      [
        ["shell", "execute_request", {}],
        ["control", "interrupt_request", {}],
      ],
    );
    assert.deepEqual(sent[0]?.content, {
      code: "let a = 1",
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    });
    assert.notEqual(sent[0]?.header.msg_id, sent[1]?.header.msg_id);
  });

  it("rejects what is open, and all that follows, when the kernel dies", async () => {
    const { client, states, close } = connect();
    const open = client.execute("1", () => {});
    close();
    await assert.rejects(open, KernelGone);
    await assert.rejects(client.interrupt(), KernelGone);
    assert.deepEqual(states, ["off"]);
  });

  it("rejects what is open when it is closed, and hears no more", async () => {
    const { client, states, answer, close } = connect();
    const open = client.execute("1", () => assert.fail("heard a closed kernel"));
    client.close();
    await assert.rejects(open, KernelGone);
    answer(0, "iopub", "stream", stream("late"));
    answer(0, "iopub", "status", { execution_state: "idle" });
    close();
    assert.deepEqual(states, []);
  });
});
