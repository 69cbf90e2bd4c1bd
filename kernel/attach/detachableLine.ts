// The kernel's end of the line to a client that may go and come back: what it misses is kept, and a lease ends what nobody comes for.
import {
  type AnyMessage,
  createMessage,
  isNote,
  type Keeping,
  type Message,
  type Note,
  type Refusal,
  type Said,
  type Transport,
} from "../protocol";
import { type Door, openDoor, type Visit } from "./door";
import { ExecutionLog } from "./executionLog";
import { Lease } from "./lease";

/**
 * A client whose window has lost its connection, or was loaded anew without telling, stays for hours; it has so long to say that it
 * has a window. A window that is there answers in a moment.
 */
const hereMs = 5000;

/** Carries messages of whoever has started the kernel, and where that wants it kept, of who comes after. */
export class DetachableLine implements Transport {
  readonly #version: string;
  #client: Transport<Said> | undefined;
  #receive = (_: AnyMessage) => {};
  #close = () => {};
  #keeping: Keeping | undefined;
  #door: Door | undefined;
  readonly #log = new ExecutionLog();
  readonly #lease = new Lease();
  /** Executions that the client has not asked for. */
  #unheard = new Set<string>();
  #queue: Message<"execute_request">[] = [];
  #isLeaving = false;
  #answered = () => {};
  #isOpening = false;
  readonly #host: Transport<Said>;

  /** @param host the line to whoever has started the kernel. */
  constructor(host: Transport<Said>, version: string) {
    this.#host = host;
    this.#version = version;
    this.#use(host);
  }

  send(message: AnyMessage): void {
    const { parent_header: parent } = message;
    const isHeard = this.#client !== undefined && !("msg_id" in parent && this.#unheard.has(parent.msg_id));
    if (this.#keeping) this.#log.sent(message, isHeard);
    if (isHeard) this.#client?.send(message);
  }

  onMessage(receive: (message: AnyMessage) => void): void {
    this.#receive = receive;
  }

  /** The client has gone and none will come. */
  onClose(closed: () => void): void {
    this.#close = closed;
  }

  close(): void {
    this.#door?.close();
    this.#door = undefined; // nobody else comes
    if (this.#client) this.#client.close();
    else this.#close();
  }

  /** Whoever has started the kernel has gone, though its line may not say so. */
  hostHasGone(): void {
    if (this.#client === this.#host) this.#detach();
  }

  #use(line: Transport<Said>): void {
    this.#client = line;
    this.#isLeaving = false;
    this.#lease.stop();
    line.onMessage((said) => {
      if (this.#client !== line) return;
      if (isNote(said)) this.#heed(said);
      else this.#hear(said);
    });
    line.onClose(() => {
      if (this.#client === line) this.#detach();
    });
  }

  #hear(message: AnyMessage): void {
    if (this.#keeping) {
      const { msg_id } = message.header;
      this.#queue = this.#queue.filter(({ header }) => header.msg_id !== msg_id);
      this.#log.received(message);
    }
    this.#receive(message);
  }

  #heed(note: Note): void {
    if (note.note === "keep") void this.#keep(note.keeping);
    else if (note.note === "recall") this.#recall(note.id, note.outputs);
    else if (note.note === "queue") this.#queue = note.requests;
    else if (note.note === "forget") this.#log.forget(note.id);
    else if (note.note === "leave") this.#isLeaving = true;
    else if (note.note === "here") this.#answered();
    else if (note.note === "end") this.#close();
  }

  async #keep(keeping: Keeping): Promise<void> {
    const isFirst = this.#keeping === undefined;
    this.#keeping = keeping;
    this.#isOpening ||= isFirst;
    try {
      if (isFirst)
        this.#door = await openDoor(keeping, this.#version, (line, visit) => void this.#visit(line, visit));
      if (isFirst) this.#isOpening = false;
      this.#door?.register(this.#keeping); // it may have another name by now
    } catch (error) {
      this.#isOpening = false;
      const { message } = error as Error;
      console.error(`bnlab kernel: it cannot outlive its window, for it could not be made known: ${message}`);
    }
    if (!this.#client) this.#detach(); // gone meanwhile
  }

  async #visit(line: Transport<Said>, { version, takes }: Visit): Promise<void> {
    let hasGone = false;
    line.onClose(() => {
      hasGone = true;
    });
    const why = await this.#refusal(version, takes);
    if (hasGone) return;
    if (why) {
      line.send({ note: "refused", why });
      if (why === "version") line.onClose(() => this.#close());
      line.close();
      return;
    }
    const former = this.#client;
    former?.send({ note: "taken" });
    this.#goOn();
    const { past: executions, comms } = this.#log;
    this.#unheard = new Set(executions.map(({ id }) => id));
    this.#use(line);
    former?.close();
    line.send({ note: "attached", pid: process.pid, executions });
    for (const { type, content } of comms)
      line.send(createMessage("iopub", type, content, { session: "" }) as AnyMessage);
  }

  async #refusal(version: string, takes: boolean): Promise<Refusal | undefined> {
    const isOther = version !== this.#version;
    if (this.#client && !takes) {
      if (this.#log.isEmpty) return "unused";
      if (await this.#hasWindow(this.#client)) return "held";
    }
    return isOther ? "version" : undefined;
  }

  #hasWindow(client: Transport<Said>): Promise<boolean> {
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(false), hereMs);
      const answered = this.#answered;
      this.#answered = () => {
        answered(); // others may be waiting
        clearTimeout(late);
        resolve(true);
      };
      client.send({ note: "wanted" });
    });
  }

  #recall(id: string, outputs: boolean): void {
    if (!this.#unheard.delete(id) || !outputs) return;
    for (const message of this.#log.recall(id)) this.#client?.send(message);
  }

  #detach(): void {
    this.#client = undefined;
    if (this.#isOpening) return; // looked at again then
    if (!this.#keeping || !this.#door) {
      this.#close();
      return;
    }
    this.#goOn();
    this.#lease.start(this.#keeping.minutes, this.#isLeaving, {
      isBusy: () => this.#log.isBusy,
      end: () => this.#close(),
    });
  }

  /** Takes what the client had still to ask. */
  #goOn(): void {
    for (const request of this.#queue) this.#hear(request);
  }
}
