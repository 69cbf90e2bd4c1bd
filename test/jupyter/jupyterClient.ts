// A Jupyter client of our own, over real ZeroMQ sockets: for what a well-behaved client never does.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import * as zmq from "zeromq";
import { addressOf, type Connection, parseConnection } from "../../kernel/jupyter/connectionFile";
import { SignedMessages } from "../../kernel/jupyter/signedMessages";
import {
  type AnyMessage,
  type Channel,
  type Content,
  createMessage,
  type Message,
} from "../../kernel/protocol";

export const cli = path.join(import.meta.dirname, "../../dist/kernel/cli.js");

export interface StartedKernel {
  process: ChildProcess;
  connection: Connection;
  /** Resolves with the exit code. */
  ended: Promise<number | null>;
  /** What it wrote to stderr so far. */
  log(): string;
}

/** A kernel process, as Jupyter starts it. */
export async function startJupyterKernel(): Promise<StartedKernel> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-jupyter-"));
  const file = path.join(folder, "connection.json");
  const [shell_port, control_port, iopub_port, stdin_port, hb_port] = await freePorts(5);
  const ports = { shell_port, control_port, iopub_port, stdin_port, hb_port };
  const fields = { transport: "tcp", ip: "127.0.0.1", key: randomBytes(16).toString("hex"), ...ports };
  const text = JSON.stringify({ ...fields, signature_scheme: "hmac-sha256" });
  writeFileSync(file, text, { mode: 0o600 });
  const child = spawn(process.execPath, [cli, "jupyter", "start", file], { cwd: folder });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on("close", (code) => {
      rmSync(folder, { recursive: true, force: true });
      resolve(code);
    });
  });
  return { process: child, connection: parseConnection(text), ended, log: () => log };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once("listening", resolve))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

type Heard = AnyMessage & { topic: string };

export class JupyterClient {
  readonly session = crypto.randomUUID();
  /** All that has been heard, per channel, in order. */
  readonly heard: Record<Channel, Heard[]> = { shell: [], control: [], stdin: [], iopub: [] };
  readonly signed: SignedMessages;
  readonly #sockets;
  readonly #heartbeat = new zmq.Request({ linger: 0 });
  #wake: () => void = () => {};

  constructor(connection: Connection) {
    this.signed = new SignedMessages(connection.hash, connection.key);
    const routingId = this.session;
    this.#sockets = {
      shell: new zmq.Dealer({ linger: 0, routingId }),
      control: new zmq.Dealer({ linger: 0, routingId }),
      stdin: new zmq.Dealer({ linger: 0, routingId }),
      iopub: new zmq.Subscriber({ linger: 0 }),
    };
    this.#sockets.iopub.subscribe("");
    for (const channel of ["shell", "control", "stdin", "iopub"] as const) {
      this.#sockets[channel].connect(addressOf(connection, channel));
      void this.#listen(channel);
    }
    this.#heartbeat.connect(addressOf(connection, "hb"));
  }

  /** Resolves when the subscription is live: the kernel says so. */
  async ready(): Promise<this> {
    await this.next("iopub", (message) => message.header.msg_type === "iopub_welcome");
    return this;
  }

  /** @returns the message's header, which answers bear as their parent. */
  async send<T extends keyof Content>(
    channel: "shell" | "control" | "stdin",
    type: T,
    content: Content[T],
  ): Promise<Message<T>["header"]> {
    const message = createMessage(channel, type, content, { session: this.session });
    await this.sendFrames(channel, this.signed.pack(message, []));
    return message.header;
  }

  async sendFrames(channel: "shell" | "control" | "stdin", frames: (Buffer | string)[]): Promise<void> {
    await this.#sockets[channel].send(frames);
  }

  /** The first message, heard or to come, that fits. */
  async next(channel: Channel, fits: (message: Heard) => boolean): Promise<Heard> {
    for (;;) {
      const found = this.heard[channel].find(fits);
      if (found) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Sends a request; resolves with its reply when `idle` has come too, and with what was published because of it. */
  async request<T extends keyof Content>(
    type: T,
    content: Content[T],
    channel: "shell" | "control" = "shell",
  ): Promise<{ reply: Heard; published: Heard[] }> {
    const { msg_id } = await this.send(channel, type, content);
    return this.answer(msg_id, channel);
  }

  async answer(
    msg_id: string,
    channel: "shell" | "control" = "shell",
  ): Promise<{ reply: Heard; published: Heard[] }> {
    const reply = await this.next(channel, (message) => parentOf(message) === msg_id);
    await this.idle(msg_id);
    return { reply, published: this.heard.iopub.filter((message) => parentOf(message) === msg_id) };
  }

  idle(msg_id: string): Promise<Heard> {
    return this.next("iopub", (message) => {
      const { content } = message;
      return (
        parentOf(message) === msg_id && "execution_state" in content && content.execution_state === "idle"
      );
    });
  }

  async beat(text: string): Promise<string> {
    await this.#heartbeat.send(text);
    const [echo] = await this.#heartbeat.receive();
    return String(echo);
  }

  close(): void {
    for (const socket of Object.values(this.#sockets)) socket.close();
    this.#heartbeat.close();
  }

  async #listen(channel: Channel): Promise<void> {
    for await (const frames of this.#sockets[channel]) {
      const { message, identities } = this.signed.unpack(frames, channel);
      this.heard[channel].push({ ...message, topic: String(identities[0] ?? "") });
      this.#wake();
    }
  }
}

export function parentOf({ parent_header }: AnyMessage): string | undefined {
  return "msg_id" in parent_header ? parent_header.msg_id : undefined;
}
