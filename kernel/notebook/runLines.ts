// A run as lines of text: one a cell, and beneath it, indented, what the cell prints. Progress bars move on a terminal; in
// a pipe their last state is printed.

import { stripVTControlCharacters, styleText } from "node:util";
import { asText, type CodeCell } from "../document/notebookFile";
import { type AnyPublication, isMessage, Mime, type MimeBundle } from "../protocol";
import { secondsText } from "../words";
import type { CellEnd } from "./notebookRun";

const indent = "      ";
/** How much of a cell's first line stands beside its number. */
const titleCharacters = 60;

export class RunLines {
  /** Whether the line that has been written last is still open. */
  #lineIsOpen = false;
  /** Whether the cell has printed, and whether its last line is unfinished. */
  #printed = false;
  #midLine = false;
  readonly #colors: boolean;
  /** Displays whose state counts only when the cell has ended: charts, and whatever was updated. */
  #latest = new Map<string, MimeBundle>();
  /** Lines of progress bars at the end of the terminal's text, to be written over. */
  #movingLines = 0;

  readonly #out: NodeJS.WriteStream;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;

    this.#colors = out.isTTY && !process.env.NO_COLOR;
  }

  start(cell: CodeCell, place: { number: number; of: number }): void {
    const number = String(place.number).padStart(String(place.of).length);
    const lines = cell.source.trim().split("\n");
    const first = lines.find((line) => line.trim() !== "" && !line.startsWith("import ")) ?? lines[0]!;
    const title = first.length > titleCharacters ? `${first.slice(0, titleCharacters - 1)}…` : first;
    this.#write(
      `[${number}/${place.of}] ${this.#paint("bold", `In [${place.number}]`)} ${this.#paint("dim", title)}`,
    );
    this.#lineIsOpen = true;
    this.#printed = false;
    this.#latest = new Map();
  }

  publication(publication: AnyPublication): void {
    if (isMessage(publication, "stream")) {
      const { name, text } = publication.content;
      this.#print(stripVTControlCharacters(text), name === "stderr" ? "yellow" : undefined);
    } else if (isMessage(publication, "error")) {
      this.#print(`${publication.content.traceback.map(stripVTControlCharacters).join("\n")}\n`, "red");
    } else if (isMessage(publication, "execute_result")) {
      this.#printBundle(publication.content.data);
    } else if (isMessage(publication, "display_data") || isMessage(publication, "update_display_data")) {
      const { data, transient } = publication.content;
      const id = transient?.display_id;
      if (id && Mime.progress in data && this.#out.isTTY) this.#move(id, data);
      else if (
        id &&
        (Mime.progress in data ||
          Mime.plotly in data ||
          publication.header.msg_type === "update_display_data")
      )
        this.#latest.set(id, data);
      else this.#printBundle(data);
    }
  }

  end({ reply, milliseconds, timedOut }: CellEnd): void {
    for (const data of this.#latest.values()) this.#printBundle(data);
    const seconds = secondsText(milliseconds);
    const word = timedOut
      ? `✗ stopped after its time limit, ${seconds}`
      : `${reply.status === "ok" ? "✓" : "✗"} ${seconds}`;
    if (this.#midLine) this.#write("\n");
    this.#midLine = false;
    this.#write(this.#printed ? indent : "  ");
    this.#write(`${this.#paint(reply.status === "ok" ? "green" : "red", word)}\n`);
    this.#lineIsOpen = false;
  }

  /** A question of the cell's is about to be asked, on a line of its own that its answer will end. */
  question(): void {
    if (!this.#printed || this.#midLine) this.#write("\n");
    this.#printed = true;
    this.#midLine = false;
  }

  /** All bars as they are now, below what has been printed. */
  #move(id: string, data: MimeBundle): void {
    this.#latest.set(id, data);
    const bars = [...this.#latest.values()].filter((bundle) => Mime.progress in bundle);
    const lines = bars.flatMap((bundle) => asText(bundle[Mime.plain]).split("\n"));
    const width = (this.#out.columns || 80) - indent.length - 1;
    this.#eraseMoving();
    if (!this.#printed || this.#midLine) this.#write("\n");
    this.#printed = true;
    this.#midLine = false;
    this.#out.write(lines.map((line) => `${indent}${[...line].slice(0, width).join("")}\n`).join(""));
    this.#movingLines = lines.length;
  }

  #eraseMoving(): void {
    if (this.#movingLines > 0) this.#out.write(`\x1b[${this.#movingLines}F\x1b[J`);
    this.#movingLines = 0;
  }

  line(text: string): void {
    this.endLine();
    this.#write(`${text}\n`);
  }

  /** What follows begins a line. */
  endLine(): void {
    if (this.#lineIsOpen && (!this.#printed || this.#midLine)) this.#write("\n");
    this.#lineIsOpen = false;
    this.#midLine = false;
  }

  #printBundle(data: MimeBundle): void {
    const text = data[Mime.plain] ?? `[${Object.keys(data)[0] ?? "nothing"}]`;
    this.#print(`${text}\n`);
  }

  /** Text as it comes: a line may arrive in pieces. */
  #print(text: string, color?: "yellow" | "red"): void {
    if (text === "") return;
    if (!this.#printed) this.#write("\n");
    const indented = text.replace(/^(?=.)/gm, (_, at: number) => (at > 0 || !this.#midLine ? indent : ""));
    this.#write(color ? this.#paint(color, indented) : indented);
    this.#printed = true;
    this.#midLine = !text.endsWith("\n");
  }

  #paint(style: "bold" | "dim" | "green" | "red" | "yellow", text: string): string {
    return this.#colors ? styleText(style, text) : text;
  }

  #write(text: string): void {
    this.#eraseMoving();
    this.#out.write(text);
  }
}
