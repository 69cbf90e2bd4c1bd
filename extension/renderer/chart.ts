// One Plotly chart on a page: drawn in the page's theme, updated in place, resized with its place. Runs in a web page.
import Plotly from "plotly.js/dist/plotly-cartesian.min.js";
import type { Figure } from "./figure";
import { print, readTheme, type Theme, themed, watchTheme } from "./theme";

const DEFAULT_HEIGHT = 400;

// Plotly draws a broad white line under the line that follows the pointer; on a dark page that is all one sees.
const style = document.createElement("style");
style.textContent = ".bnlab-chart .spikeline { stroke-width: 1px }";
document.head.append(style);

export class Chart {
  readonly #host: HTMLElement;
  /** The same object for every drawing: to Plotly another click handler is another chart, drawn anew without its zoom. */
  readonly #config: object;
  readonly #stopWatching: () => void;
  readonly #resized: ResizeObserver;
  #figure: Figure;
  #theme = "";
  #width = 0;
  #drawing = false;
  #stale = false;
  #disposed = false;

  constructor(parent: HTMLElement, figure: Figure) {
    this.#host = parent.ownerDocument.createElement("div");
    this.#host.className = "bnlab-chart";
    this.#host.setAttribute("role", "img");
    this.#figure = figure;
    this.#config = {
      ...figure.config,
      displaylogo: false,
      responsive: false, // watched here, where a hidden cell is known
      showSendToCloud: false, // nothing leaves the machine
      modeBarButtons: [
        [this.#downloadButton("png", Plotly.Icons.camera), this.#downloadButton("svg", Plotly.Icons.disk)],
        ["zoom2d", "pan2d", "resetScale2d"],
      ],
    };
    this.moveTo(parent);
    this.show(figure);
    this.#stopWatching = watchTheme(() => this.#themeChanged());
    // A collapsed cell has no width: its chart is drawn when it opens.
    this.#resized = new ResizeObserver(() => this.#sizeChanged());
    this.#resized.observe(this.#host);
  }

  /** Puts the drawn chart, as it is, into another place. */
  moveTo(parent: HTMLElement): void {
    if (this.#host.parentElement !== parent) parent.replaceChildren(this.#host);
  }

  /** Draws another figure in this one's place; zoom and hidden series stay. */
  show(figure: Figure): void {
    this.#figure = figure;
    this.#host.style.height = `${figure.layout.height ?? DEFAULT_HEIGHT}px`;
    this.#host.setAttribute(
      "aria-label",
      figure.layout.meta?.summary ?? figure.layout.title?.text ?? "Chart",
    );
    void this.#draw();
  }

  dispose(): void {
    this.#disposed = true;
    this.#stopWatching();
    this.#resized.disconnect();
    Plotly.purge(this.#host);
    this.#host.remove();
  }

  /** Draws the latest figure; figures that come while Plotly is at work wait, and only the last of them is drawn. */
  async #draw(): Promise<void> {
    this.#stale = true;
    if (this.#drawing || this.#host.clientWidth === 0) return;
    this.#drawing = true;
    try {
      while (this.#stale && !this.#disposed) {
        this.#stale = false;
        const theme = readTheme(this.#host);
        this.#theme = JSON.stringify(theme);
        this.#width = this.#host.clientWidth;
        await Plotly.react(this.#host, this.#traces(), this.#layout(theme), this.#config);
      }
    } catch (error) {
      this.#host.textContent = `Plotly could not draw this figure: ${error instanceof Error ? error.message : error}`;
    } finally {
      this.#drawing = false;
    }
  }

  #themeChanged(): void {
    if (!this.#host.isConnected || JSON.stringify(readTheme(this.#host)) === this.#theme) return;
    void this.#draw();
  }

  #sizeChanged(): void {
    const width = this.#host.clientWidth;
    if (width === 0 || width === this.#width) return;
    if (this.#width === 0) {
      void this.#draw();
    } else {
      this.#width = width;
      if (!this.#drawing) void Plotly.Plots.resize(this.#host);
    }
  }

  // Plotly writes what it computes into the objects it is given: it gets copies, the figure stays as it came.
  #traces(): object[] {
    return this.#figure.data.map((trace) => ({ ...trace }));
  }

  #layout(theme: Theme): object {
    return { uirevision: "keep", ...structuredClone(themed(this.#figure.layout, theme)), autosize: true };
  }

  #downloadButton(format: "png" | "svg", icon: object): object {
    const title = `Save as ${format.toUpperCase()}`;
    return { name: format, title, icon, click: () => void this.#download(format) };
  }

  async #download(format: "png" | "svg"): Promise<void> {
    const { family } = readTheme(this.#host);
    const title = (this.#figure.layout.title?.text ?? "chart").replace(/<[^>]*>/g, "");
    await Plotly.downloadImage(
      { data: this.#traces(), layout: this.#layout({ ...print, family }) },
      {
        format,
        filename: title.replace(/[\\/:*?"<>|\s]+/g, " ").trim() || "chart",
        width: this.#host.clientWidth,
        height: this.#host.clientHeight,
        scale: format === "png" ? 2 : 1,
      },
    );
  }
}
