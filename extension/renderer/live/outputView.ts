// One output on the page: drawn from what the notebook holds of it, and again when that changes.
import type { OutputHtml } from "../../../kernel/document/html/outputHtml";
import type { CellOutput } from "../../../kernel/document/notebookFile";
import { type Json, Mime } from "../../../kernel/protocol";
import { asPanel, type Controls } from "../controls";
import { element } from "../element";
import { asFigure } from "../figure";
import { asBars, progressBars } from "../outputs/progressBars";
import { asSummary, tensorCard } from "../outputs/tensorCard";

/** What was drawn of a content that has a form of its own here. */
interface Drawn {
  /** Takes another content in its place; without this all is drawn anew. */
  update?(content: Json): void;
  dispose?(): void;
}

/** By MIME type, richest first: what draws elements; all else is HTML that the exporter would write. */
const drawers: Readonly<Record<string, (content: Json, place: HTMLElement, controls: Controls) => Drawn>> = {
  [Mime.plotly]: (figure, place) => {
    const host = place.querySelector<HTMLElement>(":scope > .chart") ?? element("div", "chart");
    place.replaceChildren(host);
    const chart = bnlabPlotly.draw(host, figure);
    return { update: (next) => chart.show(asFigure(next)), dispose: () => chart.dispose() };
  },
  [Mime.progress]: (bars, place) => {
    place.replaceChildren(progressBars(asBars(bars)));
    return {};
  },
  [Mime.control]: (panel, place, controls) => {
    controls.draw(asPanel(panel), place);
    return { update: (next) => controls.draw(asPanel(next), place) };
  },
  [Mime.tensor]: (summary, place) => {
    place.replaceChildren(tensorCard(asSummary(summary)));
    return {};
  },
};

/** Text that is read at its end goes on there. */
const nearEnd = 8;

/** What outputs are drawn with. */
export interface Drawing {
  html: OutputHtml;
  controls: Controls;
}

export class OutputView {
  readonly element: HTMLElement;
  readonly #output: CellOutput;
  readonly #drawing: Drawing;
  #content: unknown;
  #mime: string | undefined;
  #drawn: Drawn = {};

  /** @param exported the element that the exporter has written for this output. */
  constructor(output: CellOutput, drawing: Drawing, exported?: HTMLElement) {
    this.#output = output;
    this.#drawing = drawing;
    this.element = exported ?? element("div", "output");
    this.#draw(exported !== undefined);
  }

  update(): void {
    if (contentOf(this.#output) !== this.#content) this.#draw(false);
  }

  dispose(): void {
    this.#drawn.dispose?.();
  }

  #draw(isExported: boolean): void {
    const output = this.#output;
    this.#content = contentOf(output);
    const data = "data" in output ? output.data : {};
    const mime = Object.keys(drawers).find((each) => data[each] !== undefined);
    try {
      if (mime !== undefined && mime === this.#mime && this.#drawn.update) {
        this.#drawn.update(data[mime]!);
        return;
      }
      this.dispose();
      this.#mime = mime;
      this.#drawn = {};
      if (mime !== undefined) this.#drawn = drawers[mime]!(data[mime]!, this.element, this.#drawing.controls);
      else if (!isExported) this.#write();
    } catch (error) {
      this.#mime = undefined;
      this.element.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  #write(): void {
    const before = this.element.firstElementChild;
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = before ?? {};
    this.element.innerHTML = this.#drawing.html.write(this.#output);
    const after = this.element.firstElementChild;
    if (!before || !after) return;
    const wasAtEnd = scrollTop + clientHeight >= scrollHeight - nearEnd;
    after.scrollTop = wasAtEnd ? after.scrollHeight : scrollTop;
  }
}

/** Another one whenever the output shows something else. */
function contentOf(output: CellOutput): unknown {
  if (output.output_type === "stream") return output.text;
  return output.output_type === "error" ? output : output.data;
}
