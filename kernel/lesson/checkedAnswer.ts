// What is said of a reader's answer, as a notebook shows it.
import { Mime, type MimeBundle } from "../protocol/mime";
import { type Words, wordsHtml, wordsText } from "./words";

export const marks = { solved: "✓", wrong: "✗", surprise: "≠", waiting: "…", hint: "→" } as const;
export const colors = {
  solved: "#2e8b57",
  wrong: "#d1495b",
  surprise: "#b7791f",
  waiting: "#80868c",
  hint: "#3b82c4",
} as const;

/** What is said of an answer, or a hint; lesson.exercise() and its like make it. */
export class CheckedAnswer {
  /** @internal */
  constructor(
    /** How it stands. */
    readonly state: keyof typeof marks,
    /** What is said. */
    readonly words: Words,
  ) {}

  /** The words, a line for each language that is shown. */
  toString(): string {
    return `${marks[this.state]} ${wordsText(this.words, "  ").trimStart()}`;
  }

  /** What console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): MimeBundle {
    const { state, words } = this;
    const style = `border-left:4px solid ${colors[state]};padding:4px 12px;margin:0`;
    const html = `<p style="${style}"><b>${marks[state]}</b> ${wordsHtml(words)}</p>`;
    return { [Mime.html]: html, [Mime.plain]: this.toString() };
  }
}
