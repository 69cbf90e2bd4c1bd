// One Plotly chart on a page: drawn in the page's theme, updated in place, resized with its place. Runs in a web page.

import Plotly, { type PlotlyElement } from "plotly.js/dist/plotly-cartesian.min.js";
import { fitted, narrowWidth } from "../../kernel/plot/narrow";
import { csvOf } from "./csv";
import type { Figure, Layout } from "./figure";
import { localized, plotlyLanguage } from "./localize";
import { withOurBar, withOurNumbers } from "./numbers";
import { print, readTheme, type Theme, themed, watchTheme } from "./theme";
import { copyIcon, copyText, reachable, withRoomForButtons } from "./toolbar";

/** What `fitted` takes: JSON of ours, with what `asFigure` holds of it. */
type Plotted = Parameters<typeof fitted>[0];

const defaultHeight = 400;
const atOnce = { mode: "immediate", frame: { duration: 0, redraw: true }, transition: { duration: 0 } };

export class Chart {
  readonly #host: PlotlyElement;
  /** The same object for every drawing: to Plotly another click handler is another chart, drawn anew without its zoom. */
  readonly #config: object;
  readonly #stopWatching: () => void;
  readonly #resized: ResizeObserver;
  #figure: Figure;
  /** The frame that the slider stands at, if it was moved. */
  #frame: string | undefined;
  #theme = "";
  #width = 0;
  #drawing = false;
  #stale = false;
  #disposed = false;

  constructor(parent: HTMLElement, figure: Figure) {
    this.#host = parent.ownerDocument.createElement("div") as unknown as PlotlyElement;
    this.#host.className = "bnlab-chart";
    this.#host.setAttribute("role", "figure");
    this.#host.tabIndex = 0;
    this.#host.addEventListener("keydown", (event) => this.#key(event));
    this.#figure = figure;
    this.#config = {
      ...plotlyLanguage(),
      ...figure.config,
      displaylogo: false,
      responsive: false, // watched here, where a hidden cell is known
      showSendToCloud: false, // nothing leaves the machine
      modeBarButtons: [
        [
          this.#downloadButton("png", Plotly.Icons.camera),
          this.#downloadButton("svg", Plotly.Icons.disk),
          {
            name: "csv",
            title: localized("Copy data as CSV"),
            icon: copyIcon,
            click: () => void this.#copy(),
          },
        ],
        ["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"],
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
    this.#host.setAttribute(
      "aria-label",
      figure.layout.meta?.summary ?? figure.layout.title?.text ?? localized("Chart"),
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
        this.#host.dataset.contrast = theme.contrast ?? "";
        this.#width = this.#host.clientWidth;
        const { data, layout, frames } = this.#fitted(this.#width);
        this.#host.style.height = `${layout.height ?? defaultHeight}px`;
        await Plotly.react(this.#host, {
          data: copies(data),
          layout: this.#layout(layout, theme),
          config: this.#config,
          frames: frames.map((frame) => ({ ...frame, data: copies(frame.data) })),
        });
        this.#drawn();
      }
    } catch (error) {
      this.#host.textContent = localized("Plotly could not draw this figure: {0}", messageOf(error));
    } finally {
      this.#drawing = false;
    }
  }

  /** After Plotly has made the chart's elements, for the first time or anew. */
  #drawn(): void {
    reachable(this.#host);
    this.#host.removeAllListeners("plotly_animatingframe");
    this.#host.on("plotly_animatingframe", ({ name }) => {
      this.#frame = name;
    });
  }

  /** The arrows move the slider. */
  #key(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const { frames, layout } = this.#figure;
    if (step === undefined || frames.length === 0 || event.target !== this.#host) return;
    event.preventDefault();
    event.stopPropagation();
    const start = layout.sliders?.[0]?.active ?? 0;
    const at = this.#frame === undefined ? start : frames.findIndex(({ name }) => name === this.#frame);
    const next = frames[Math.max(0, Math.min(frames.length - 1, at + step))]!;
    void Plotly.animate(this.#host, [next.name], atOnce);
  }

  async #copy(): Promise<void> {
    const csv = this.#csv();
    if (csv === undefined) return this.#say(localized("This chart has no numbers to copy"));
    await copyText(csv).then(
      () => this.#say(localized("Copied")),
      (error: unknown) => this.#say(localized("Not copied: {0}", messageOf(error))),
    );
  }

  /** Undefined also where what should be numbers, by the figure's types, is something else. */
  #csv(): string | undefined {
    try {
      return csvOf({ ...this.#figure, data: this.#shown().data });
    } catch {
      return undefined;
    }
  }

  /** A word at the chart's corner that goes by itself, and is read out. */
  #say(text: string): void {
    const word = this.#host.ownerDocument.createElement("div");
    word.setAttribute("role", "status");
    word.textContent = text;
    const { surface, line } = readTheme(this.#host);
    word.style.cssText = `position:absolute;right:8px;top:32px;padding:2px 8px;font-size:12px;border:1px solid ${line};background:${surface};z-index:2`;
    this.#host.style.position = "relative";
    this.#host.append(word);
    setTimeout(() => word.remove(), 1500);
  }

  #themeChanged(): void {
    if (!this.#host.isConnected || JSON.stringify(readTheme(this.#host)) === this.#theme) return;
    void this.#draw();
  }

  #sizeChanged(): void {
    const width = this.#host.clientWidth;
    if (width === 0 || width === this.#width) return;
    if (this.#width === 0 || Math.min(width, this.#width) < narrowWidth) {
      void this.#draw();
    } else {
      this.#width = width;
      if (!this.#drawing) void Plotly.Plots.resize(this.#host);
    }
  }

  /** The figure as the slider has it, or as it came. */
  #shown(): Figure {
    const { layout, frames } = this.#figure;
    const at = frames.findIndex(({ name }) => name === this.#frame);
    if (at < 0) return this.#figure;
    const [slider, ...others] = layout.sliders ?? [];
    const sliders = slider === undefined ? undefined : [{ ...slider, active: at }, ...others];
    return { ...this.#figure, data: frames[at]!.data, layout: { ...layout, ...frames[at]!.layout, sliders } };
  }

  /** For a place of that width, in our notation of numbers; a figure from elsewhere, which does not say in words what it shows, stays as it is. */
  #fitted(width: number): Figure {
    const shown = this.#shown();
    if (shown.layout.meta?.summary === undefined) return shown;
    const { data, layout, ...rest } = fitted(shown as Plotted, width) as Figure;
    const numbered = withOurNumbers(layout, data);
    return { ...rest, data: data.map(withOurBar), layout: withRoomForButtons(numbered, data) };
  }

  #layout(layout: Layout, theme: Theme): object {
    return { uirevision: "keep", ...structuredClone(themed(layout, theme)), autosize: true };
  }

  #downloadButton(format: "png" | "svg", icon: object): object {
    const title = localized("Save as {0}", format.toUpperCase());
    return { name: format, title, icon, click: () => void this.#download(format) };
  }

  async #download(format: "png" | "svg"): Promise<void> {
    const { family } = readTheme(this.#host);
    const title = (this.#figure.layout.title?.text ?? "chart").replace(/<[^>]*>/g, "");
    const { data, layout } = this.#fitted(this.#host.clientWidth);
    await Plotly.downloadImage(
      { data: copies(data), layout: this.#layout(layout, { ...print, family }) },
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

/** Plotly writes what it computes into the objects it is given: it gets copies, the figure stays as it came. */
const copies = (traces: Figure["data"]): object[] => traces.map((trace) => ({ ...trace }));

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
