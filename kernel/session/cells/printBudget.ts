// What one cell may print: the beginning is shown, of what is beyond it the end, and how much lies between is said.

import type { Publications } from "../../protocol";
import { countText } from "../../words";

type Text = Publications["stream"];

/** A notebook with more text cannot be opened again. */
const headCharacters = 1 << 20;
const tailCharacters = 8_192;

export class PrintBudget {
  #printed = 0;
  #dropped = 0;
  #tail: Text = { name: "stdout", text: "" };

  reset(): void {
    this.#printed = 0;
    this.#dropped = 0;
    this.#tail = { name: "stdout", text: "" };
  }

  /** @returns what may be shown now. */
  take({ name, text }: Text): string {
    const room = Math.max(0, headCharacters - this.#printed);
    this.#printed += text.length;
    if (text.length <= room) return text;
    this.#dropped += text.length - room;
    const end = this.#tail.text + text.slice(room);
    // Cut now and then: a cut copies the whole, and there may be a million lines.
    this.#tail = { name, text: end.length > 2 * tailCharacters ? end.slice(-tailCharacters) : end };
    return text.slice(0, room);
  }

  /** The note on what was left out, and the end of it; once. */
  rest(): Text[] {
    const [dropped, tail] = [this.#dropped, this.#tail];
    if (dropped === 0) return [];
    this.#dropped = 0;
    this.#tail = { name: "stdout", text: "" };
    const end = tail.text.slice(-tailCharacters);
    const text = end.slice(end.length < dropped ? end.indexOf("\n") + 1 : 0);
    const [left, limit] = [dropped - text.length, headCharacters].map(countText);
    const note = `\n… ${left} characters left out: a cell may print ${limit}. The end of it:\n`;
    return [
      { name: "stderr", text: note },
      { name: tail.name, text },
    ];
  }
}
