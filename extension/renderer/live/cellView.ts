// A code cell on the page: its button, its state, its editor, its outputs, its questions.
import type { Extension } from "@codemirror/state";
import type { CellOutput, CodeCell } from "../../../kernel/document/notebookFile";
import type { Questions } from "../../../kernel/protocol";
import { element } from "../element";
import { Editor } from "./editor";
import { button } from "./icon";
import { OutputsView } from "./outputsView";
import type { Drawing } from "./outputView";
import type { CellState } from "./session";
import { words } from "./words";

export interface CellActions {
  run(goesOn: boolean): void;
  onEdit(): void;
}

interface CellViewOptions {
  /** Where it stands among the code cells, from 1 on. */
  number: number;
  drawing: Drawing;
  language: Extension;
  /** What a reader has made of its code. */
  edited: string | undefined;
  actions: CellActions;
}

export class CellView {
  readonly number: number;
  readonly cell: CodeCell;
  readonly #section: HTMLElement;
  readonly #label: HTMLElement;
  readonly #state = element("span", "state");
  readonly #edited = element("span", "edited", words("edited"));
  readonly #outputs: OutputsView;
  readonly #outputsPlace: HTMLElement;
  readonly #editor: Editor;
  readonly #folded: HTMLDetailsElement | null;
  readonly #run: HTMLButtonElement;
  readonly #saved: { source: string; outputs: CellOutput[]; count: number | null };
  #started = 0;
  #ticking = 0;

  constructor(
    section: HTMLElement,
    cell: CodeCell,
    { number, drawing, language, edited, actions }: CellViewOptions,
  ) {
    this.number = number;
    this.cell = cell;
    this.#section = section;
    this.#saved = { source: cell.source, outputs: cell.outputs, count: cell.execution_count };
    const input = section.querySelector<HTMLElement>(".input")!;
    const head = input.querySelector<HTMLElement>(".head")!;
    this.#label = head.querySelector<HTMLElement>(".label")!;
    this.#run = button("run", words("Run"), words("Run cell {0}", number), () => actions.run(false));
    this.#run.setAttribute("aria-label", words("Run cell {0}", number));
    head.prepend(this.#run);
    head.append(this.#state, this.#edited);
    section.setAttribute("role", "group");
    section.setAttribute("aria-label", words("Cell {0}", number));
    if (edited !== undefined) cell.source = edited;
    input.querySelector("pre")!.remove();
    this.#folded = input.querySelector<HTMLDetailsElement>("details.folded");
    if (this.#folded && edited !== undefined) this.#folded.open = true;
    this.#editor = new Editor({
      parent: this.#folded ?? input,
      text: cell.source,
      label: words("Code of cell {0}. Escape leaves the editor, Control+Enter runs the cell.", number),
      language,
      onChange: (text) => {
        cell.source = text;
        this.#showEdited();
        actions.onEdit();
      },
      onRun: actions.run,
      onLeave: () => this.#run.focus(),
    });
    this.#outputsPlace = section.querySelector<HTMLElement>(".outputs")!;
    this.#outputs = new OutputsView(this.#outputsPlace, cell, drawing);
    this.#showEdited();
  }

  get isEdited(): boolean {
    return this.cell.source !== this.#saved.source;
  }

  focus(): void {
    if (this.#folded) this.#folded.open = true;
    this.#editor.focus();
    this.#section.scrollIntoView({ block: "nearest" });
  }

  showOutputs(): void {
    this.#outputs.show();
    this.#showCount();
  }

  showState(state: CellState): void {
    clearInterval(this.#ticking);
    this.#section.dataset.state = state;
    this.#section.setAttribute("aria-busy", String(state === "running"));
    if (state === "running") {
      this.#outputs.begin();
      this.#started = performance.now();
      this.#ticking = window.setInterval(() => this.#showSeconds(), 1000);
      this.#label.textContent = countText("*");
      this.#state.textContent = "";
      this.#state.style.removeProperty("--seconds");
      return;
    }
    if (state !== "queued") this.#outputs.end();
    this.#showCount();
    if (state === "done" || state === "failed") this.#showSeconds();
    else this.#state.textContent = state === "idle" ? "" : words(state);
  }

  /** Asks the reader what the cell wants to know, in a form under it. */
  ask({ prompt, password }: Questions["input_request"], ended: AbortSignal): Promise<string> {
    const form = document.createElement("form");
    form.className = "ask";
    const label = document.createElement("label");
    const field = document.createElement("input");
    field.type = password ? "password" : "text";
    field.autocomplete = "off";
    label.append(element("span", "", prompt || (password ? words("Password") : "")), field);
    const send = document.createElement("button");
    send.textContent = words("Send");
    form.append(label, send);
    this.#outputsPlace.after(form);
    field.focus();
    return new Promise((resolve) => {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        form.remove();
        resolve(field.value);
      });
      ended.addEventListener("abort", () => {
        form.remove();
        resolve("");
      });
    });
  }

  /** The code and the outputs as they were saved. */
  reset(): void {
    const { source, outputs, count } = this.#saved;
    this.cell.outputs = outputs;
    this.cell.execution_count = count;
    this.#editor.replace(source);
    this.showState("idle");
  }

  #showCount(): void {
    const { execution_count: count } = this.cell;
    if (this.#section.dataset.state !== "running" || count !== null)
      this.#label.textContent = countText(count ?? " ");
  }

  #showSeconds(): void {
    const seconds = (performance.now() - this.#started) / 1000;
    const isRunning = this.#section.dataset.state === "running";
    this.#state.style.setProperty("--seconds", String(Math.floor(seconds)));
    this.#state.textContent = words("{0} s", isRunning ? Math.floor(seconds) : seconds.toFixed(1));
  }

  #showEdited(): void {
    this.#section.classList.toggle("is-edited", this.isEdited);
  }
}

/** As Jupyter has it. */
const countText = (count: number | string) => `In [${count}]`;
