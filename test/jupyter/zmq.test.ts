// The kernel over ZeroMQ: signatures, replays, heartbeats, several clients, and what it does not know.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { SignedMessages } from "../../kernel/jupyter/signedMessages";
import type { AnyMessage } from "../../kernel/protocol";
import { createMessage } from "../../kernel/protocol";
import { JupyterClient, parentOf, type StartedKernel, startJupyterKernel } from "./jupyterClient";

let kernel: StartedKernel;
let client: JupyterClient;
before(async () => {
  kernel = await startJupyterKernel();
  client = await new JupyterClient(kernel.connection).ready();
});
after(async () => {
  client.close();
  kernel.process.kill();
  await kernel.ended;
});

const types = (messages: AnyMessage[]) => messages.map(({ header }) => header.msg_type as string);
const run = (code: string) => client.request("execute_request", { code });
const contentOf = (message: AnyMessage | undefined) => message?.content as unknown as Record<string, unknown>;

/** The text of a cell's last expression. */
async function resultOf(code: string): Promise<unknown> {
  const { published } = await run(code);
  const result = published.find(({ header }) => header.msg_type === "execute_result");
  return (contentOf(result)?.data as Record<string, unknown> | undefined)?.["text/plain"];
}

test("every subscriber is welcomed under its topic, and hears what is said from then on", async () => {
  const late = await new JupyterClient(kernel.connection).ready();
  const [welcome] = late.heard.iopub;
  assert.deepEqual(
    [welcome!.header.msg_type, welcome!.topic, welcome!.content],
    ["iopub_welcome", "", { subscription: "" }],
  );
  const { reply } = await client.request("kernel_info_request", {});
  await late.idle(parentOf(reply)!);
  assert.deepEqual(types(late.heard.iopub), ["iopub_welcome", "status", "status"]);
  assert.match(late.heard.iopub[1]!.topic, /^kernel\.[\w-]+\.status$/);
  late.close();
});

test("the heart beats, also while a cell is busy", async () => {
  assert.equal(await client.beat("ping"), "ping");
  const { msg_id } = await client.send("shell", "execute_request", {
    code: "console.log('busy'); while (true);",
  });
  await client.next(
    "iopub",
    (message) => parentOf(message) === msg_id && message.header.msg_type === "stream",
  );
  assert.equal(await client.beat("still there"), "still there");
  const interrupt = await client.request("interrupt_request", {}, "control");
  assert.deepEqual(interrupt.reply.content, { status: "ok" });
  assert.equal(contentOf((await client.answer(msg_id)).reply).ename, "Interrupted");
});

test("kernel_info says the protocol and the language, on shell and on control", async () => {
  for (const channel of ["shell", "control"] as const) {
    const { reply, published } = await client.request("kernel_info_request", {}, channel);
    const { protocol_version, language_info } = contentOf(reply);
    assert.equal(protocol_version, "5.4");
    assert.equal((language_info as { file_extension: string }).file_extension, ".ts");
    assert.deepEqual(
      published.map((message) => contentOf(message).execution_state),
      ["busy", "idle"],
    );
  }
});

test("a cell's messages come in order, each with its request as parent", async () => {
  const { reply, published } = await run(
    `clearOutput(); console.log("printed"); const shown = display(1); shown.update(2); 3`,
  );
  assert.deepEqual(types(published), [
    "status",
    "execute_input",
    "clear_output",
    "stream",
    "display_data",
    "update_display_data",
    "execute_result",
    "status",
  ]);
  assert.equal(contentOf(reply).status, "ok");
});

test("messages without a signature, or with that of another key, do nothing", async () => {
  await run("let acted = 0;");
  const request = () =>
    createMessage("shell", "execute_request", { code: "acted++" }, { session: client.session });
  const unsigned = client.signed.pack(request(), []);
  unsigned[1] = "";
  const forged = new SignedMessages("sha256", "another key").pack(request(), []);
  const changed = client.signed.pack(request(), []);
  changed[5] = JSON.stringify({ code: "acted += 100" });
  for (const frames of [unsigned, forged, changed, ["nonsense"]]) await client.sendFrames("shell", frames);
  assert.equal(await resultOf("acted"), "0");
  assert.equal(kernel.log().match(/refused a message on shell: its signature is not/g)?.length, 3);
  assert.match(kernel.log(), /refused a message on shell: expected a delimiter/);
});

test("the key stands in no process's arguments", { skip: process.platform !== "linux" }, () => {
  const { pid } = kernel.process;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  const commands = [String(pid), ...children].map((each) => readFileSync(`/proc/${each}/cmdline`, "utf8"));
  assert.match(commands[0]!, /jupyter\0start/);
  assert.match(commands[1]!, /runner\.js/);
  for (const command of commands) assert.ok(!command.includes(kernel.connection.key), command);
});

test("a recording of a signed message, sent again, does nothing", async () => {
  await run("let times = 0;");
  const message = createMessage("shell", "execute_request", { code: "times++" }, { session: client.session });
  const frames = client.signed.pack(message, []);
  for (let i = 0; i < 3; i++) await client.sendFrames("shell", frames);
  assert.equal(await resultOf("times"), "1");
  assert.equal(kernel.log().match(/it is a replay/g)?.length, 2);
});

test("a question goes to the client whose cell asks; all hear the outputs", async () => {
  const other = await new JupyterClient(kernel.connection).ready();
  const { msg_id } = await client.send("shell", "execute_request", {
    code: `import { input } from "bnlab";\nconst [a, b] = await Promise.all([input("First? "), input("Secret? ", { password: true })]);\n[a, b]`,
    allow_stdin: true,
  });
  const asked = (prompt: string) =>
    client.next("stdin", ({ content }) => "prompt" in content && content.prompt === prompt);
  assert.deepEqual((await asked("First? ")).content, { prompt: "First? ", password: false });
  await client.send("stdin", "input_reply", { value: "one" });
  assert.deepEqual((await asked("Secret? ")).content, { prompt: "Secret? ", password: true });
  await client.send("stdin", "input_reply", { value: "two" });
  const { published } = await client.answer(msg_id);
  const result = published.find(({ header }) => header.msg_type === "execute_result");
  assert.deepEqual(contentOf(result).data, { "text/plain": "[ 'one', 'two' ]" });
  await other.idle(msg_id);
  assert.ok(types(other.heard.iopub).includes("execute_result"));
  assert.deepEqual([other.heard.stdin.length, other.heard.shell.length], [0, 0]);
  other.close();
});

test("where nobody can be asked the cell is told so", async () => {
  const { reply } = await run(`import { input } from "bnlab";\nawait input("Name? ");`);
  const { ename, evalue } = contentOf(reply);
  assert.deepEqual([ename, evalue], ["InputError", "input: this client cannot ask its user"]);
});

test("an interrupt ends a question, and the answer that comes too late is nobody's", async () => {
  const ask = {
    code: `import { input } from "bnlab";\nconst late = await input("Late? ");`,
    allow_stdin: true,
  };
  const { msg_id } = await client.send("shell", "execute_request", ask);
  await client.next("stdin", ({ content }) => "prompt" in content && content.prompt === "Late? ");
  await client.request("interrupt_request", {}, "control");
  assert.equal(contentOf((await client.answer(msg_id)).reply).ename, "Interrupted");
  await client.send("stdin", "input_reply", { value: "too late" });
  assert.equal(await resultOf("2 + 2"), "4");
});

test("user expressions are evaluated after the cell, errors and all", async () => {
  const user_expressions = { sum: "x + 1", bad: "x.y.z" };
  const { reply, published } = await client.request("execute_request", {
    code: "const x = 1;",
    user_expressions,
  });
  const { sum, bad } = contentOf(reply).user_expressions as Record<string, Record<string, unknown>>;
  assert.deepEqual(sum, { status: "ok", data: { "text/plain": "2" }, metadata: {} });
  assert.deepEqual([bad!.status, bad!.ename], ["error", "TypeError"]);
  assert.deepEqual(types(published), ["status", "execute_input", "status"], "nothing of it is published");
});

test("an error aborts what is queued behind it; with stop_on_error false it does not", async () => {
  const queue = async (stop_on_error: boolean) => {
    const first = await client.send("shell", "execute_request", {
      code: "throw new Error('first')",
      stop_on_error,
    });
    const second = await client.request("execute_request", { code: "'second'" });
    return [contentOf((await client.answer(first.msg_id)).reply).status, contentOf(second.reply).status];
  };
  assert.deepEqual(await queue(true), ["error", "aborted"]);
  assert.deepEqual(await queue(false), ["error", "ok"]);
});

test("what is not counted is not remembered either", async () => {
  await client.request("execute_request", { code: "'hidden'", store_history: false });
  await client.request("execute_request", { code: "'silent'", silent: true });
  await run("'seen'");
  const tail = { output: false, raw: true, hist_access_type: "tail", n: 1 } as const;
  const { reply } = await client.request("history_request", tail);
  assert.equal((contentOf(reply).history as unknown[][])[0]![2], "'seen'");
});

test("what the kernel does not know is refused, and idle follows", async () => {
  const unknown = "debug_request" as "interrupt_request"; // no message of ours
  const debug = await client.request(unknown, {}, "control");
  assert.equal(debug.reply.header.msg_type as string, "debug_reply");
  assert.equal(contentOf(debug.reply).ename, "NotSupported");
  assert.deepEqual(contentOf((await client.request("comm_info_request", {})).reply).comms, {});
  const open = await client.send("shell", "comm_open", { comm_id: "c1", target_name: "widget", data: {} });
  await client.idle(open.msg_id);
  const answer = client.heard.iopub.filter((message) => parentOf(message) === open.msg_id);
  assert.deepEqual(types(answer), ["status", "comm_close", "status"]);
  assert.deepEqual(answer[1]!.content, { comm_id: "c1", data: {} });
  const notice = await client.send("shell", "comm_msg" as "comm_open", {
    comm_id: "c1",
    target_name: "",
    data: {},
  });
  await client.idle(notice.msg_id);
});

test("a request that makes no sense is an error in its reply, in words, and the kernel goes on", async () => {
  const wrong: [type: string, content: unknown, evalue: string | RegExp][] = [
    ["execute_request", {}, "execute_request: expected code to be a text, got none"],
    ["execute_request", { code: 5 }, "execute_request: expected code to be a text, got 5"],
    ["execute_request", { code: ["1"] }, 'execute_request: expected code to be a text, got ["1"]'],
    ["execute_request", [], "execute_request: expected an object as content, got []"],
    [
      "execute_request",
      { code: "1", user_expressions: { a: 1 } },
      'execute_request: expected user_expressions to be an object of texts, got {"a":1}',
    ],
    [
      "complete_request",
      { code: "a" },
      "complete_request: expected cursor_pos to be a whole number, got none",
    ],
    ["inspect_request", { cursor_pos: 0 }, "inspect_request: expected code to be a text, got none"],
    ["is_complete_request", {}, "is_complete_request: expected code to be a text, got none"],
    [
      "history_request",
      { hist_access_type: "all" },
      'history_request: expected hist_access_type to be range or tail or search, got "all"',
    ],
    ["tensor_request", {}, "tensor_request: expected name to be a text, got none"],
    ["variables_request", { names: "x" }, 'variables_request: expected names to be a list of texts, got "x"'],
    [
      "language_request",
      { question: "__proto__", cells: [], about: {} },
      /^language_request: expected question to be completions or .*, got "__proto__"$/,
    ],
  ];
  for (const [type, content, evalue] of wrong) {
    const { reply } = await client.request(type as "execute_request", content as { code: string });
    const answer = contentOf(reply);
    assert.equal(answer.status, "error", type);
    if (typeof evalue === "string") assert.equal(answer.evalue, evalue);
    else assert.match(answer.evalue as string, evalue);
    assert.deepEqual(answer.traceback, [answer.evalue], "no stack of the kernel's own");
  }
  assert.equal(await resultOf("1 + 1"), "2");
});

test("what Python's clients leave out is None, and counts as left out", async () => {
  const none = { code: "2 + 3", silent: null, user_expressions: null, allow_stdin: null } as unknown as {
    code: string;
  };
  assert.equal(contentOf((await client.request("execute_request", none)).reply).status, "ok");
});

test("the names that every object has are types of no message", async () => {
  const sent: string[] = [];
  for (const type of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    const { msg_id } = await client.send("shell", type as "comm_open", {} as never);
    await client.idle(msg_id);
    sent.push(msg_id);
  }
  const { reply } = await client.request("__proto___request" as "kernel_info_request", {});
  assert.equal(contentOf(reply).ename, "NotSupported");
  assert.deepEqual(
    client.heard.shell.filter((message) => sent.includes(parentOf(message)!)),
    [],
    "what came before that reply on its channel has been heard",
  );
});

test("cells that come by the control channel wait for those before them", async () => {
  const first = await client.send("shell", "execute_request", {
    code: "await new Promise((resolve) => setTimeout(resolve, 300)); let order = ['first'];",
  });
  const second = await client.request("execute_request", { code: "order.push('second'); order" }, "control");
  assert.equal(contentOf((await client.answer(first.msg_id)).reply).status, "ok");
  assert.equal(contentOf(second.reply).status, "ok");
  assert.equal(await resultOf("order"), "[ 'first', 'second' ]");
});

test("an answer to a question that is no text is an empty one", async () => {
  const { msg_id } = await client.send("shell", "execute_request", {
    code: `import { input } from "bnlab";\n(await input("None? ")).length`,
    allow_stdin: true,
  });
  await client.next("stdin", ({ content }) => "prompt" in content && content.prompt === "None? ");
  await client.send("stdin", "input_reply", {} as { value: string });
  const { published } = await client.answer(msg_id);
  const result = published.find(({ header }) => header.msg_type === "execute_result");
  assert.deepEqual(contentOf(result)?.data, { "text/plain": "0" }, JSON.stringify(published.map(contentOf)));
});

test("a shutdown is told to everybody, and the processes end", async () => {
  const other = await startJupyterKernel();
  const [one, two] = await Promise.all([
    new JupyterClient(other.connection).ready(),
    new JupyterClient(other.connection).ready(),
  ]);
  const { published } = await one.request("execute_request", { code: "process.pid" });
  const pid = published.map((message) => contentOf(message).data as Record<string, string> | undefined);
  const { reply } = await one.request("shutdown_request", { restart: true }, "control");
  assert.deepEqual(reply.content, { status: "ok", restart: true });
  const told = await two.next("iopub", ({ header }) => header.msg_type === "shutdown_reply");
  assert.deepEqual(told.content, { status: "ok", restart: true });
  assert.equal(await other.ended, 0);
  const runner = Number(pid.find((data) => data)!["text/plain"]);
  await assertGone(runner);
  one.close();
  two.close();
});

/** The runner ends with its channel, of its own accord: in a moment. */
async function assertGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
