// A kernel that outlives its window, as VS Code starts it: what the next window finds, who is let in, and what ends it.
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Attached, attach } from "../../kernel/attach/attach";
import { type Found, keptKernels } from "../../kernel/attach/registry";
import {
  type AnyMessage,
  type AnyPublication,
  createMessage,
  ipcTransport,
  isNote,
  KernelClient,
  type Message,
  type Said,
  type Transport,
} from "../../kernel/protocol";
import { version } from "../../kernel/version";
import { hanging } from "../environment";
import { dist } from "./startKernel";

const notebook = { notebook: "file:///a%20b/练习.ipynb", workspace: "" };
/** Longer than a system lets the path of a socket be. */
const longName = "很长的路径".repeat(8);

const folders: string[] = [];
const started: ChildProcess[] = [];

interface Window {
  client: KernelClient;
  line: Transport<Said>;
  process: ChildProcess;
  folder: string;
}

/** A kernel as a window starts it. */
function open(minutes = 5, name = "kernels"): Window {
  const scratch = mkdtempSync(path.join(os.tmpdir(), "bnlab-attach-"));
  const folder = path.join(scratch, name);
  folders.push(scratch);
  const child = fork(path.join(dist, "kernel/main.js"), {
    cwd: scratch,
    execArgv: [],
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  started.push(child);
  const line = ipcTransport<Said>(child);
  line.send({ note: "keep", keeping: { folder, ...notebook, minutes } });
  const messages: Transport = {
    ...(line as Transport),
    onMessage: (receive) => line.onMessage((said) => isNote(said) || receive(said)),
  };
  return { client: new KernelClient(messages), line, process: child, folder };
}

/** The kernel's entry, as soon as it is there. */
async function found(folder: string): Promise<Found> {
  for (;;) {
    const [first] = keptKernels(folder, notebook);
    if (first) return first;
    await sleep(20);
  }
}

async function enter(folder: string): Promise<Attached> {
  const { kernel } = await found(folder);
  for (;;) {
    const attached = await attach(kernel, version);
    if (typeof attached !== "string") return attached;
    assert.ok(attached === "held" || attached === "unused", attached); // it has not heard yet that the window has gone
    await sleep(20);
  }
}

/** A window goes, as one that crashes. */
async function leave({ process: child }: Window): Promise<void> {
  child.disconnect();
}

const ended = (child: ChildProcess) =>
  child.exitCode === null && child.signalCode === null
    ? new Promise((resolve) => child.once("exit", resolve))
    : Promise.resolve();

function request(code: string, cellIndex: number): Message<"execute_request"> {
  const metadata = { cellId: `cell${cellIndex}`, cellIndex };
  return createMessage("shell", "execute_request", { code, allow_stdin: true }, { session: "a", metadata });
}

const texts = (publications: AnyPublication[]) =>
  publications.flatMap(({ content }) => ("text" in content ? [content.text] : [])).join("");

afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill("SIGKILL");
    await ended(child);
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe("a kernel that outlives its window", { timeout: hanging }, () => {
  it("goes on with its cell and those that wait, and has all for the next window", async () => {
    const one = open();
    const loop = `import { display } from "bnlab";
let n = 0;
const shown = display("at 0");
console.log("begun");
while (n >= 0) { shown.update(\`at \${++n}\`); await new Promise((next) => setTimeout(next, 5)); }
`;
    const begun = new Promise<void>((resolve) => {
      const onPublication = (publication: AnyPublication) => {
        if (texts([publication]).includes("begun")) resolve();
      };
      one.client.ask(request(loop, 0), { onPublication }).catch(() => {});
    });
    await begun;
    one.line.send({ note: "queue", requests: [request("const next = n; console.log('next');", 1)] });
    await found(one.folder);
    await leave(one);

    const two = await enter(one.folder);
    const [first, second, ...none] = two.executions;
    assert.deepEqual(none, []);
    assert.equal(first?.cellId, "cell0");
    assert.equal(first.code, loop);
    assert.ok(first.startTime! > 0 && first.end === undefined && first.isLive);
    assert.equal(second?.cellIndex, 1);
    assert.equal(second.startTime, undefined);
    const client = new KernelClient(two.line as Transport);
    const publications: AnyPublication[] = [];
    let reply: Promise<unknown> | undefined;
    await new Promise<void>((resolve) => {
      const onPublication = (publication: AnyPublication) => {
        publications.push(publication);
        if (publication.header.msg_type === "update_display_data") resolve();
      };
      reply = client.resume<"execute_request">(first.id, { onPublication });
      two.line.send({ note: "recall", id: first.id, outputs: true });
    });
    const types = publications.map(({ header }) => header.msg_type);
    assert.deepEqual(types.slice(0, 3), ["execute_input", "display_data", "stream"]);
    const display = publications[1] as Message<"display_data">;
    assert.match(String(display.content.data["text/plain"]), /at [1-9]/); // as it stands, not as it was first
    await client.interrupt();
    await reply;
    const { content } = await client.execute("n > 0", (each) => publications.push(each));
    assert.equal(content.status, "ok");
    const results = publications.filter(({ header }) => header.msg_type === "execute_result");
    assert.match(JSON.stringify(results), /true/);
  });

  it("runs what waited while nobody is there, and tells how it ended", async () => {
    const one = open();
    const go = path.join(one.folder, "..", "go");
    const wait = `import { existsSync } from "node:fs";
while (!existsSync(${JSON.stringify(go)})) await new Promise((next) => setTimeout(next, 5));
console.log("first");`;
    one.client.ask(request(wait, 0), {}).catch(() => {});
    one.line.send({ note: "queue", requests: [request("const a = 1; console.log('second'); a", 1)] });
    await found(one.folder);
    await leave(one);
    writeFileSync(go, "");
    let two = await enter(one.folder);
    while (two.executions.some(({ end }) => !end)) {
      two.line.close();
      await sleep(50);
      two = await enter(one.folder);
    }
    const ends = two.executions.map(({ end }) => [end?.status, end?.order, end?.wasSeen]);
    assert.deepEqual(ends[1], ["ok", 2, false]);
    const client = new KernelClient(two.line as Transport);
    const publications: AnyPublication[] = [];
    const reply = client.resume<"execute_request">(two.executions[1]!.id, {
      onPublication: (each) => publications.push(each),
    });
    two.line.send({ note: "recall", id: two.executions[1]!.id, outputs: true });
    assert.deepEqual((await reply).content.flow?.makes, ["a"]);
    assert.equal(texts(publications), "second\n");
    const ran = new Promise<string>((resolve) => {
      const hear = (each: AnyPublication) => {
        if (each.header.msg_type === "execute_result") resolve(JSON.stringify(each.content));
      };
      client.execute("a + 1", hear).catch(() => {});
    });
    assert.match(await ran, /"2"/);
  });

  it("asks again what a cell asks", async () => {
    const one = open();
    const asked = new Promise<void>((resolve) => {
      const onInput = () => {
        resolve();
        return new Promise<string>(() => {});
      };
      one.client
        .ask(request('import { input } from "bnlab"; console.log("got " + (await input("name?")))', 0), {
          onInput,
        })
        .catch(() => {});
    });
    await asked;
    await leave(one);
    const two = await enter(one.folder);
    const client = new KernelClient(two.line as Transport);
    const publications: AnyPublication[] = [];
    const { id } = two.executions[0]!;
    const reply = client.resume<"execute_request">(id, {
      onPublication: (each) => publications.push(each),
      onInput: async ({ prompt }) => (prompt === "name?" ? "Ada" : "?"),
    });
    two.line.send({ note: "recall", id, outputs: true });
    assert.equal((await reply).content.status, "ok");
    assert.equal(texts(publications), "got Ada\n");
  });

  it("is one window's at a time, for those of this user, and of this version", async () => {
    const one = open(5, longName);
    const { file, kernel } = await found(one.folder);
    assert.equal(await attach(kernel, version), "unused");
    await one.client.ask(request("const kept = 1;", 0), {});
    one.process.on("message", (said: Said) => {
      if (isNote(said) && said.note === "wanted") one.line.send({ note: "here" });
    });
    assert.equal(await attach(kernel, version), "held");
    assert.equal(await attach(kernel, "0.0.0"), "held");
    if (process.platform !== "win32") {
      assert.equal(statSync(one.folder).mode & 0o777, 0o700);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.equal(statSync(path.dirname(kernel.socket)).mode & 0o777, 0o700);
      assert.ok(Buffer.byteLength(kernel.socket) <= 100);
    }
    const told = new Promise<Said>((resolve) =>
      one.process.on("message", (said: Said) => {
        if (isNote(said) && said.note === "taken") resolve(said);
      }),
    );
    const two = await attach(kernel, version, true);
    assert.deepEqual(await told, { note: "taken" });
    if (typeof two === "string") throw new Error(two);
    assert.equal(two.executions[0]?.code, "const kept = 1;");
    assert.equal(one.process.exitCode, null);
    two.line.close();
    assert.equal(await attach({ ...kernel, token: kernel.token.replace(/./g, "0") }, version), "gone");
    for (const said of ["no JSON\n", "null\n", '{"note":"end"}\n', "x".repeat(10_000)]) {
      const socket = connect(kernel.socket, () => socket.write(said));
      socket.on("error", () => {});
      await new Promise((resolve) => socket.once("close", resolve));
    }
    const three = await enter(one.folder); // it is there still
    three.line.close();
    for (;;) {
      const answer = await attach(kernel, "0.0.0");
      if (answer === "version") break;
      assert.equal(answer, "held");
      await sleep(20);
    }
    await ended(one.process);
    assert.deepEqual(readdirSync(one.folder), []);
  });

  it("leaves files where it is killed, which the next one removes", async () => {
    const one = open();
    const { file } = await found(one.folder);
    one.process.kill("SIGKILL");
    await ended(one.process);
    assert.ok(readdirSync(one.folder).length > 0);
    const other = fork(path.join(dist, "kernel/main.js"), {
      execArgv: [],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      detached: true,
    });
    started.push(other);
    const keeping = { folder: one.folder, notebook: "file:///other.ipynb", workspace: "", minutes: 1 };
    other.send({ note: "keep", keeping });
    const files = () => readdirSync(one.folder).filter((name) => name.endsWith(".json"));
    while (files().length !== 1 || files().includes(path.basename(file))) await sleep(20);
  });

  it("is taken from a client that has no window any more", async () => {
    const one = open();
    await one.client.ask(request("const kept = 1;", 0), {});
    one.line.send({ note: "queue", requests: [request("const waited = 2;", 1)] });
    const { kernel } = await found(one.folder);
    const two = await attach(kernel, version);
    if (typeof two === "string") throw new Error(two);
    const codes = two.executions.map(({ code }) => code);
    assert.deepEqual(codes, ["const kept = 1;", "const waited = 2;"]);
    one.client.ask(request("const heard = 1;", 2), {}).catch(() => {}); // by nobody
    two.line.close();
    const three = await enter(one.folder);
    assert.equal(three.executions.length, 2);
  });

  it("ends when it is told to, with its cell", async () => {
    const one = open();
    await found(one.folder);
    await leave(one);
    const two = await enter(one.folder);
    const client = new KernelClient(two.line as Transport<AnyMessage>);
    client.ask(request("while (true);", 0), {}).catch(() => {});
    two.line.send({ note: "end" });
    await ended(one.process);
    assert.deepEqual(readdirSync(one.folder), []);
  });

  it("ends when it is shut down", async () => {
    const one = open();
    await found(one.folder);
    await one.client.shutdown();
    await ended(one.process);
    assert.deepEqual(readdirSync(one.folder), []);
  });

  it("ends with its window where it cannot be made known", async () => {
    const one = open(5, path.join("a file", "kernels"));
    rmSync(path.dirname(one.folder), { recursive: true, force: true });
    writeFileSync(path.dirname(one.folder), "");
    await one.client.execute("1", () => {});
    await leave(one);
    await ended(one.process);
  });
});
