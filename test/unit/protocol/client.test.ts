// The client end of the protocol, over a transport in memory.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type AnyMessage,
  type Content,
  createMessage,
  KernelClient,
  KernelGone,
  type Message,
  type MessageType,
  type Transport,
} from "../../../kernel/protocol";

/** The kernel's end, answering when told to. */
function connect() {
  const sent: AnyMessage[] = [];
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
  const client = new KernelClient(transport);
  const answer = <T extends MessageType>(
    to: number,
    channel: Message["channel"],
    type: T,
    content: Content[T],
  ) => {
    receive(
      createMessage(channel, type, content, { session: "kernel", parent: sent[to]!.header }) as AnyMessage,
    );
  };
  return { client, sent, answer, close: () => closed() };
}

const ok: Content["execute_reply"] = { status: "ok", execution_count: 1, user_expressions: {} };
const stream = (text: string): Content["stream"] => ({ name: "stdout", text });

describe("KernelClient", () => {
  it("ends an execution when both the reply and idle are in, in either order", async () => {
    for (const replyFirst of [true, false]) {
      const { client, answer } = connect();
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
      assert.deepEqual((await reply).content, ok);
      assert.deepEqual(
        published.filter((type) => type !== "status"),
        ["stream"],
      );
    }
  });

  it("gives each execution its own outputs, and the latest those after its end", async () => {
    const { client, answer } = connect();
    const heard: string[] = [];
    const hear = (name: string) => (message: Message) => {
      if (message.header.msg_type === "stream") heard.push(name);
    };
    const finish = (request: number) => {
      answer(request, "shell", "execute_reply", ok);
      answer(request, "iopub", "status", { execution_state: "idle" });
    };
    const first = client.execute("1", hear("first"));
    const second = client.execute("2", hear("second"));
    answer(1, "iopub", "stream", stream("b"));
    answer(0, "iopub", "stream", stream("a"));
    assert.deepEqual(heard, ["second", "first"]);
    finish(0);
    finish(1);
    await Promise.all([first, second]);
    answer(1, "iopub", "stream", stream("late"));
    assert.deepEqual(heard, ["second", "first", "second"]);
  });

  it("sends requests as Jupyter does, an interrupt on the control channel", () => {
    const { client, sent } = connect();
    void client.execute("let a = 1", () => {});
    void client.interrupt();
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

  it("takes back a question when its request ends without the answer, and when the kernel dies", async () => {
    for (const end of ["reply", "death"]) {
      const { client, sent, answer, close } = connect();
      let signal: AbortSignal | undefined;
      const request = client.execute("1", () => {}, {
        onInput: (_, ended) => {
          signal = ended;
          return new Promise((resolve) => ended.addEventListener("abort", () => resolve("too late")));
        },
      });
      const over = request.then(
        () => "reply",
        () => "death",
      );
      answer(0, "stdin", "input_request", { prompt: "name?", password: false });
      assert.equal(signal?.aborted, false, "open while the cell waits");
      if (end === "death") close();
      else {
        answer(0, "shell", "execute_reply", ok);
        answer(0, "iopub", "status", { execution_state: "idle" });
      }
      assert.equal(await over, end);
      assert.equal(signal?.aborted, true, `the question is still open after the ${end}`);
      await new Promise(setImmediate);
      assert.deepEqual(
        sent.map(({ header }) => header.msg_type),
        ["execute_request"],
        "no answer follows",
      );
    }
  });

  it("rejects what is open, and all that follows, when the kernel dies", async () => {
    const { client, close } = connect();
    const open = client.execute("1", () => {});
    close();
    await assert.rejects(open, KernelGone);
    await assert.rejects(client.interrupt(), KernelGone);
  });

  it("rejects what is open when it is closed, and hears no more", async () => {
    const { client, answer, close } = connect();
    const open = client.execute("1", () => assert.fail("heard a closed kernel"));
    client.close("stopped");
    await assert.rejects(open, KernelGone);
    answer(0, "iopub", "stream", stream("late"));
    answer(0, "iopub", "status", { execution_state: "idle" });
    close();
  });
});
