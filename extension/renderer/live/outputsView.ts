// A cell's outputs on the page: as the notebook has them, each drawn once and then updated in its place.
import type { CellOutput, CodeCell } from "../../../kernel/document/notebookFile";
import { type Drawing, OutputView } from "./outputView";

export class OutputsView {
  readonly #place: HTMLElement;
  readonly #cell: CodeCell;
  readonly #drawing: Drawing;
  /** Those of the saved notebook stay, to be shown again. */
  readonly #saved = new Map<CellOutput, OutputView>();
  #shown = new Map<CellOutput, OutputView>();
  /** Until a run has something to show, what the last one has shown stays, for the page would jump. */
  #waits = false;

  /** @param place holds what the exporter has written, an element for each output. */
  constructor(place: HTMLElement, cell: CodeCell, drawing: Drawing) {
    this.#place = place;
    this.#cell = cell;
    this.#drawing = drawing;
    for (const [at, output] of cell.outputs.entries()) {
      this.#saved.set(output, new OutputView(output, drawing, place.children[at] as HTMLElement | undefined));
    }
    this.#shown = new Map(this.#saved);
  }

  begin(): void {
    this.#waits = true;
    this.#place.classList.add("old");
  }

  end(): void {
    this.#waits = false;
    this.show();
    this.#place.style.minHeight = "";
  }

  show(): void {
    const { outputs } = this.#cell;
    if (this.#waits && outputs.length === 0) return;
    if (this.#waits) this.#place.style.minHeight = `${this.#place.offsetHeight}px`;
    this.#waits = false;
    this.#place.classList.remove("old");
    const shown = new Map(outputs.map((output) => [output, this.#viewOf(output)]));
    for (const [output, view] of this.#shown) {
      if (shown.has(output)) continue;
      view.element.remove();
      if (!this.#saved.has(output)) view.dispose();
    }
    this.#shown = shown;
    let at = 0;
    for (const { element } of shown.values()) {
      if (this.#place.children[at] !== element)
        this.#place.insertBefore(element, this.#place.children[at] ?? null);
      at++;
    }
  }

  #viewOf(output: CellOutput): OutputView {
    const known = this.#shown.get(output) ?? this.#saved.get(output);
    known?.update();
    return known ?? new OutputView(output, this.#drawing);
  }
}
