// A kernel under measurement, started and asked over ZeroMQ as Jupyter's clients do it, and all kernels the same way.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import * as zmq from "zeromq";
import { addressOf, parseConnection } from "../kernel/jupyter/connectionFile";
import { SignedMessages } from "../kernel/jupyter/signedMessages";
import { type AnyMessage, type Content, createMessage, isMessage, type Requests } from "../kernel/protocol";

/** How long after a reply its publications are waited for. */
const hearMs = 10;

/** What came of a cell: its text, when the first of it came, and when all was done; milliseconds from the request. */
export interface Ran {
  text: string;
  first: number;
  done: number;
}

export class JupyterPeer {
  readonly #session = crypto.randomUUID();
  readonly #listeners = new Set<(message: AnyMessage) => void>();

  readonly #child: ChildProcess;
  readonly #sockets: { shell: zmq.Dealer; iopub: zmq.Subscriber };
  readonly #signed: SignedMessages;
  readonly #folder: string;

  private constructor(
    child: ChildProcess,
    sockets: { shell: zmq.Dealer; iopub: zmq.Subscriber },
    signed: SignedMessages,
    folder: string,
  ) {
    this.#child = child;
    this.#sockets = sockets;
    this.#signed = signed;
    this.#folder = folder;
  }

  /** @param command with `{}` for the connection file; resolves when the kernel is heard on both of its lines. */
  static async start(command: readonly string[]): Promise<JupyterPeer> {
    const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-bench-"));
    const file = path.join(folder, "connection.json");
    const [shell_port, control_port, iopub_port, stdin_port, hb_port] = await freePorts(5);
    const ports = { shell_port, control_port, iopub_port, stdin_port, hb_port };
    const key = randomBytes(16).toString("hex");
    const text = JSON.stringify({
      transport: "tcp",
      ip: "127.0.0.1",
      key,
      signature_scheme: "hmac-sha256",
      ...ports,
    });
    writeFileSync(file, text, { mode: 0o600 });
    const connection = parseConnection(text);
    const [program, ...args] = command.map((part) => part.replace("{}", file)) as [string, ...string[]];
    const child = spawn(program, args, { cwd: folder, stdio: "ignore" });
    const reconnect = { linger: 0, reconnectInterval: 5, reconnectMaxInterval: 5 };
    const sockets = { shell: new zmq.Dealer(reconnect), iopub: new zmq.Subscriber(reconnect) };
    sockets.iopub.subscribe("");
    const peer = new JupyterPeer(child, sockets, new SignedMessages(connection.hash, connection.key), folder);
    for (const name of ["shell", "iopub"] as const) {
      sockets[name].connect(addressOf(connection, name));
      void peer.#listen(name);
    }
    await peer.#ready();
    return peer;
  }

  /** Runs a cell to its end: its reply, and `idle` after its last output. */
  run(code: string): Promise<Ran> {
    const begin = performance.now();
    const ran: Ran = { text: "", first: 0, done: 0 };
    const pieces: string[] = [];
    return this.#exchange("execute_request", cell(code), (message, finished) => {
      const isStream = isMessage(message, "stream");
      if (isStream) pieces.push(message.content.text);
      if (isStream || isMessage(message, "execute_result")) ran.first ||= performance.now() - begin;
      if (!finished) return undefined;
      return { ...ran, text: pieces.join(""), done: performance.now() - begin };
    });
  }

  /** Starts a cell that does not end; resolves when it has printed. */
  async begin(code: string): Promise<void> {
    await this.#exchange(
      "execute_request",
      cell(code),
      (message) => isMessage(message, "stream") || undefined,
    );
  }

  /** How long a completion takes, in milliseconds; undefined where none came in time. */
  async complete(code: string, timeout: number): Promise<number | undefined> {
    const begin = performance.now();
    const answer = this.#exchange("complete_request", { code, cursor_pos: code.length }, ({ content }) =>
      "matches" in content ? content.matches.length : undefined,
    );
    const matches = await Promise.race([answer, setTimeout(timeout, undefined)]);
    if (matches === 0) throw new Error(`expected completions of ${code}, got none`);
    return matches === undefined ? undefined : performance.now() - begin;
  }

  close(): void {
    for (const socket of Object.values(this.#sockets)) socket.close();
    this.#child.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What is published before the subscription is live is lost: asked again, one by one, until something is heard. */
  async #ready(): Promise<void> {
    let heard = false;
    const listener = ({ channel }: AnyMessage) => {
      heard ||= channel === "iopub";
    };
    this.#listeners.add(listener);
    while (!heard) {
      await this.#exchange("kernel_info_request", {}, ({ channel }) => channel === "shell" || undefined);
      await setTimeout(hearMs);
    }
    this.#listeners.delete(listener);
  }

  /** Sends a request and hands all that belongs to it to `take`, until that gives a value. */
  #exchange<T extends keyof Requests, R>(
    type: T,
    content: Requests[T],
    take: (message: AnyMessage, finished: boolean) => R | undefined,
  ): Promise<R> {
    return new Promise((resolve, reject) => {
      let [replied, idle] = [false, false];
      let id = "";
      const listener = (message: AnyMessage) => {
        if (!("msg_id" in message.parent_header) || message.parent_header.msg_id !== id) return;
        replied ||= message.channel === "shell";
        idle ||= "execution_state" in message.content && message.content.execution_state === "idle";
        if (message.header.msg_type === "error") reject(new Error(JSON.stringify(message.content)));
        const value = take(message, replied && idle);
        if (value === undefined) return;
        this.#listeners.delete(listener);
        resolve(value);
      };
      this.#listeners.add(listener);
      id = this.#send(type, content);
    });
  }

  #send<T extends keyof Requests>(type: T, content: Requests[T]): string {
    const message = createMessage("shell", type, content as Content[T], { session: this.#session });
    this.#outgoing = this.#outgoing.then(() => this.#sockets.shell.send(this.#signed.pack(message, [])));
    return message.header.msg_id;
  }

  /** A socket takes one message at a time. */
  #outgoing: Promise<void> = Promise.resolve();

  async #listen(name: "shell" | "iopub"): Promise<void> {
    for await (const frames of this.#sockets[name]) {
      const { message } = this.#signed.unpack(frames, name);
      for (const listener of this.#listeners) listener(message);
    }
  }
}

function cell(code: string): Requests["execute_request"] {
  return { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once("listening", resolve))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
