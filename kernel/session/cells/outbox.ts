// All that the main thread says to the supervisor, in order: text is gathered, floods are cut, a full line makes it wait.
import type { Comm } from "../../protocol";
import { countText } from "../../words";
import type { Output } from "../display/output";
import { bundleJson, outputCharacters } from "./bounds";
import type { OwnTimers } from "./cellTimers";
import { PrintBudget } from "./printBudget";
import { type FromRunner, type Posted, Shared } from "./wire";

type StreamName = "stdout" | "stderr";

/** What carries messages to the session: it takes from `Shared.outstanding` what has left. */
interface Channel {
  postMessage(posted: Posted): void;
}

/** Text posted piece by piece within a window; what comes beyond is gathered, so that a flood costs little a line. */
const windowMs = 20;
const windowPieces = 64;
const gatherCharacters = 16_384;
/** How many outputs of its own one cell may show, and of what size together. */
const mostOutputs = 1_000;
/** The main thread waits while more than this is on its way. */
const outstandingLimit = 8 << 20;

/** Enough for a pipe that is read at all. */
const drainMs = 500;

export class Outbox {
  /** The cell that outputs belong to: the one that runs, or the last, but for what `speakFor` says. */
  cell = 0;
  readonly #counters: Int32Array;
  #gathered: { name: StreamName; text: string } = { name: "stdout", text: "" };
  #timer: unknown;
  #windowStart = 0;
  #windowPieces = 0;
  readonly #budget = new PrintBudget();
  #shown = 0;
  #shownCharacters = 0;
  #hidden = 0;

  readonly #channel: Channel;
  readonly #timers: OwnTimers;

  /** @param counters the numbers that `Shared` names. */
  constructor(channel: Channel, counters: Int32Array, timers: OwnTimers) {
    this.#channel = channel;
    this.#counters = counters;
    this.#timers = timers;
  }

  begin(cell: number): void {
    this.end();
    this.cell = cell;
    this.#refill();
  }

  /** What comes next belongs to another cell than the one that runs, or ran last: a timer's. */
  speakFor(cell: number): void {
    this.flush();
    this.cell = cell;
  }

  write(name: StreamName, text: string): void {
    const allowed = this.#budget.take({ name, text });
    if (allowed === "") return;
    if (this.#gathered.name !== name) this.flush();
    this.#gathered.name = name;
    this.#gathered.text += allowed;

    const now = performance.now();
    if (now - this.#windowStart > windowMs) {
      this.#windowStart = now;
      this.#windowPieces = 0;
    }
    if (++this.#windowPieces <= windowPieces || this.#gathered.text.length >= gatherCharacters) this.flush();
    else this.#timer ??= this.#timers.setTimeout(() => this.flush(), windowMs);
  }

  output(output: Output): void {
    this.flush();
    const message: FromRunner = { type: "output", cell: this.cell, output };
    const json = jsonOf(message);
    const size = messageCharacters + (json?.length ?? 0);
    if (output.type === "clear_output") this.#refill();
    else if (output.type === "display_data" || output.type === "error") {
      if (this.#shown >= mostOutputs || this.#shownCharacters + size > outputCharacters) {
        this.#hidden++;
        return;
      }
      this.#shown++;
      this.#shownCharacters += size;
    }
    this.post(json === undefined ? message : emptied(message), size, json);
  }

  /** What a control says to clients, after what was printed before. */
  comm(comm: Comm): void {
    this.flush();
    this.post({ type: "comm", cell: this.cell, comm }, messageCharacters + JSON.stringify(comm).length);
  }

  /** Everything printed so far is on its way after this, also the end of what was too much. */
  end(): void {
    this.flush();
    for (const { name, text } of this.#budget.rest()) this.#stream(name, text);
    const hidden = this.#hidden;
    if (hidden === 0) return;
    this.#hidden = 0;
    const [left, limit, size] = [hidden, mostOutputs, outputCharacters].map(countText);
    this.#stream(
      "stderr",
      `\n… ${left} outputs left out: a cell may show ${limit}, of ${size} characters.\n`,
    );
  }

  /** What has been shown is gone from the page, or not this cell's. */
  #refill(): void {
    this.#budget.reset();
    this.#shown = 0;
    this.#shownCharacters = 0;
    this.#hidden = 0;
  }

  post(message: FromRunner, size = messageCharacters, json?: string): void {
    Atomics.add(this.#counters, Shared.outstanding, size);
    this.#channel.postMessage({ message, size, json } satisfies Posted);
    // Bounded waits: an interrupt's termination takes effect between them at the latest.
    for (let out = this.#outstanding(); out > outstandingLimit; out = this.#outstanding()) {
      Atomics.wait(this.#counters, Shared.outstanding, out, 50);
    }
  }

  /** Has the channel send the message once more. */
  echoInterrupt(cell: number): void {
    this.#channel.postMessage({ message: { type: "interrupt", cell }, size: 0 } satisfies Posted);
  }

  /** Waits until all is with the supervisor: before the process ends itself. */
  drain(): void {
    this.end();
    const deadline = performance.now() + drainMs;
    for (let out = this.#outstanding(); out > 0 && performance.now() < deadline; out = this.#outstanding()) {
      Atomics.wait(this.#counters, Shared.outstanding, out, 50);
    }
  }

  #outstanding(): number {
    return Atomics.load(this.#counters, Shared.outstanding);
  }

  /** What was printed before is shown before what comes next. */
  flush(): void {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
    const { name, text } = this.#gathered;
    if (text === "") return;
    this.#gathered.text = "";
    this.#stream(name, text);
  }

  #stream(name: StreamName, text: string): void {
    this.post(
      { type: "output", cell: this.cell, output: { type: "stream", content: { name, text } } },
      text.length,
    );
  }
}

/** A message counts as much besides, or thousands of small ones would be on their way when an interrupt wants through. */
const messageCharacters = 4_096;

/** Writes a message with a bundle as JSON, once: it may be large, and what is in it need not be fit for a clone. */
function jsonOf(message: FromRunner): string | undefined {
  if (message.type !== "output" || !("data" in message.output.content)) return undefined;
  const { data, ...content } = message.output.content;
  const { type, cell, output } = message;
  const rest = JSON.stringify({ type, cell, output: { type: output.type, content } });
  return `${rest.slice(0, -"}}}".length)},"data":${bundleJson(data)}}}}`;
}

/** What the channel has to know of a message that it has as JSON. */
function emptied(message: FromRunner): FromRunner {
  if (message.type !== "output" || !("data" in message.output.content)) return message;
  const { output } = message;
  return { ...message, output: { ...output, content: { ...output.content, data: {} } } as Output };
}
