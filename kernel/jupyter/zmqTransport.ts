// Messages over ZeroMQ: the five sockets of a Jupyter kernel. `zeromq` is an optional dependency, loaded here alone.
import { isIPv6 } from "node:net";
import type { Message as Frames, Router, Socket, XPublisher } from "zeromq";
import { type AnyMessage, type Channel, createMessage, type Header, type Transport } from "../protocol";
import { addressOf, type Connection } from "./connectionFile";
import { SignedMessages } from "./signedMessages";

export interface ZmqTransport extends Transport {
  /** Resolves when all has been sent and the sockets are closed. */
  readonly closed: Promise<void>;
}

type Zmq = typeof import("zeromq");

/** How long a closed socket goes on sending, in milliseconds. */
const lingerMs = 1000;

export async function loadZmq(): Promise<Zmq> {
  try {
    return await import("zeromq");
  } catch (error) {
    throw new Error(
      `Jupyter needs the package "zeromq", an optional dependency that is not there or does not run on this machine ` +
        `(${(error as Error).message.split("\n")[0]}); install it beside bnlab: npm install zeromq`,
    );
  }
}

/** @param log told what is refused and why. */
export async function listen(connection: Connection, log: (line: string) => void): Promise<ZmqTransport> {
  const zmq = await loadZmq();
  const ipv6 = isIPv6(connection.ip);
  const sockets = {
    shell: new zmq.Router({ linger: lingerMs, ipv6, sendHighWaterMark: 0 }),
    control: new zmq.Router({ linger: lingerMs, ipv6, sendHighWaterMark: 0 }),
    stdin: new zmq.Router({ linger: lingerMs, ipv6, sendHighWaterMark: 0 }),
    // Without a mark, or a subscriber who is slow would lose messages; the outbox bounds what a cell may say.
    iopub: new zmq.XPublisher({ linger: lingerMs, ipv6, sendHighWaterMark: 0 }),
    hb: new zmq.Reply({ linger: 0, ipv6 }),
  };
  // Every subscription is told, also the second one to the same topic.
  sockets.iopub.verbosity = "allSubs";
  for (const name of ["shell", "control", "stdin", "iopub", "hb"] as const) {
    await sockets[name].bind(addressOf(connection, name));
  }

  const session = crypto.randomUUID();
  const signed = new SignedMessages(connection.hash, connection.key);
  /** Whom the answer to a request goes to. A reply's parent header is the request's header, the same object. */
  const clients = new WeakMap<Header, Buffer[]>();
  const outgoing = new Map<Socket, Outgoing>();
  for (const socket of [sockets.shell, sockets.control, sockets.stdin, sockets.iopub]) {
    outgoing.set(socket, new Outgoing(socket));
  }

  const send = (message: AnyMessage) => {
    const { channel, header, parent_header } = message;
    const topic = `kernel.${session}.${header.msg_type}`;
    const to = channel === "iopub" ? [topic] : clients.get(parent_header as Header);
    if (to) outgoing.get(sockets[channel])!.send(signed.pack(message, to));
  };

  let receive: (message: AnyMessage) => void = () => {};
  const hear = (channel: Exclude<Channel, "iopub">) =>
    forEachMessage(sockets[channel], (frames) => {
      try {
        const { message, identities } = signed.unpack(frames, channel);
        clients.set(message.header, identities);
        receive(message);
      } catch (error) {
        log(`refused a message on ${channel}: ${(error as Error).message}`);
      }
    });
  const welcome = () =>
    forEachMessage(sockets.iopub, ([frame]) => {
      if (frame?.[0] !== 1) return; // 0: a subscription's end
      const subscription = frame.toString("utf8", 1);
      const message = createMessage("iopub", "iopub_welcome", { subscription }, { session });
      // Under the topic that was subscribed to, or it would not reach that subscriber.
      outgoing.get(sockets.iopub)!.send(signed.pack(message, [subscription]));
    });

  let closedNow: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    closedNow = resolve;
  });
  return {
    closed,
    send,
    onMessage(listener) {
      receive = listener;
      void hear("shell");
      void hear("control");
      void hear("stdin");
      void welcome();
      void echo(sockets.hb);
    },
    onClose: (listener) => void closed.then(listener),
    close() {
      void Promise.all([...outgoing.values()].map((queue) => queue.sent)).then(() => {
        for (const socket of Object.values(sockets)) socket.close();
        closedNow();
      });
    },
  };
}

/** A socket takes one message at a time. */
class Outgoing {
  /** Resolves when all that has been handed over is sent. */
  sent: Promise<void> = Promise.resolve();

  readonly #socket: Router | XPublisher;

  constructor(socket: Router | XPublisher) {
    this.#socket = socket;
  }

  send(frames: (Buffer | string)[]): void {
    this.sent = this.sent
      .then(() => this.#socket.send(frames))
      .catch((error: NodeJS.ErrnoException) => {
        if (!this.#socket.closed && error.code !== "EHOSTUNREACH") throw error; // the client has gone
      });
  }
}

/** Goes on until the socket is closed. */
async function forEachMessage(
  socket: Router | XPublisher,
  receive: (frames: Frames[]) => void,
): Promise<void> {
  for await (const frames of socket) receive(frames);
}

async function echo(socket: InstanceType<Zmq["Reply"]>): Promise<void> {
  for await (const frames of socket) await socket.send(frames);
}
