// What waits to be sent to the supervisor: joined with its like, and rid of what nobody would see.
import { type Comm, stateIn } from "../../protocol";
import type { Posted } from "../cells/wire";
import type { Output } from "../display/output";

/** What a `clear_output` clears. */
const ownOutputs = new Set<Output["type"]>(["stream", "display_data", "error", "clear_output"]);

export class SendQueue {
  #waiting: Posted[] = [];
  #characters = 0;
  readonly #release: (size: number) => void;

  /** @param release hears how many characters will not be sent. */
  constructor(release: (size: number) => void) {
    this.#release = release;
  }

  /** How many characters wait, of all messages. */
  get characters(): number {
    return this.#characters;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(posted: Posted): void {
    if (!this.#joinsLast(posted)) this.#waiting.push(posted);
    this.#characters += posted.size;
  }

  /** Returns what waits, as lines, and takes it out. */
  take(): { lines: string; size: number } {
    const size = this.#characters;
    this.#characters = 0;
    const lines = this.#waiting
      .splice(0)
      .map(({ message, json = JSON.stringify(message) }) => `${json}\n`)
      .join("");
    return { lines, size };
  }

  /**
   * Text joins the text before it; of the updates of one display or control, and of what is cleared, only the last is worth
   * sending.
   */
  #joinsLast({ message, size }: Posted): boolean {
    if (message.type === "comm") this.#discardStale(message.comm);
    if (message.type !== "output") return false;
    const { output, cell } = message;
    const last = this.#waiting.at(-1);
    if (last?.message.type === "output" && last.message.cell === cell) {
      const before = last.message.output;
      if (before.type === "clear_output" && output.type !== "update_display_data") {
        this.#discard(
          (other) =>
            other !== last &&
            other.message.type === "output" &&
            other.message.cell === cell &&
            ownOutputs.has(other.message.output.type),
        );
      } else if (
        before.type === "stream" &&
        output.type === "stream" &&
        before.content.name === output.content.name
      ) {
        before.content.text += output.content.text;
        last.size += size;
        return true;
      }
    }
    if (output.type === "update_display_data") {
      const id = output.content.transient?.display_id;
      this.#discard(
        ({ message: other }) =>
          other.type === "output" &&
          other.output.type === output.type &&
          other.output.content.transient?.display_id === id,
      );
    }
    return false;
  }

  /** An update of a control that is followed by one of the same fields. */
  #discardStale({ type, content: { comm_id, data } }: Comm): void {
    const fields = type === "comm_msg" ? fieldsIn(data) : undefined;
    if (fields === undefined) return;
    this.#discard(
      ({ message }) =>
        message.type === "comm" &&
        message.comm.content.comm_id === comm_id &&
        fieldsIn(message.comm.content.data) === fields,
    );
  }

  #discard(isStale: (posted: Posted) => boolean): void {
    this.#waiting = this.#waiting.filter((posted) => {
      if (!isStale(posted)) return true;
      this.#characters -= posted.size;
      this.#release(posted.size);
      return false;
    });
  }
}

function fieldsIn(data: Comm["content"]["data"]): string | undefined {
  const state = data.method === "update" ? stateIn(data) : undefined;
  return state && Object.keys(state).join();
}
