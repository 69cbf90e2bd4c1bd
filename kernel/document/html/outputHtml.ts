// A cell's outputs as HTML: of each the richest form that a page can show; one that cannot be shown says so and ends nothing.
import { AnsiUp } from "ansi_up";
import { bytesOfBase64 } from "../../machine/base64";
import { type Json, Mime, type MimeBundle } from "../../protocol";
import { escapeHtml, localized } from "../../words";
import { asText, type CellOutput } from "../notebookFile";
import { highlight } from "./highlight";
import { pictureOf } from "./pictures";

/** HTML that is safe to show; undefined if that cannot be told of it. */
type Sanitizer = (html: string) => string | undefined;

export class OutputHtml {
  /** Whether a chart was written, for which the page needs its script. */
  hasCharts = false;

  readonly #markdown: (text: string) => string;
  readonly #sanitized: Sanitizer;
  readonly #charts: "embedded" | "placed";

  /** @param charts whether a figure stands in the page as JSON, or only the place of one that its page has elsewhere. */
  constructor(
    markdown: (text: string) => string,
    sanitized: Sanitizer,
    { charts }: { charts: "embedded" | "placed" } = { charts: "embedded" },
  ) {
    this.#markdown = markdown;
    this.#sanitized = sanitized;
    this.#charts = charts;
  }

  write(output: CellOutput): string {
    if (output.output_type === "stream") return stream(output.text, output.name);
    if (output.output_type === "error") return failure(output.traceback.join("\n"));
    return this.#bundle(output.data);
  }

  #bundle(data: MimeBundle): string {
    const has = (mime: string) => data[mime] !== undefined && data[mime] !== null;
    for (const [mime, form] of Object.entries(this.#forms)) {
      const shown = has(mime) ? form(data[mime]!, data) : undefined;
      if (shown !== undefined) return shown;
    }
    const left = Object.keys(data).filter((mime) => mime !== Mime.plain);
    if (has(Mime.plain)) return value(asText(data[Mime.plain]));
    return note(left.length === 0 ? "an output without data" : left.join(", "));
  }

  /** Richest first; undefined where the data is not what its type says, so that the next one is tried. */
  readonly #forms: Record<string, (content: Json, data: MimeBundle) => string | undefined> = {
    [Mime.plotly]: (figure, data) => this.#chart(figure, data),
    [Mime.html]: (html) => {
      const safe = this.#sanitized(asText(html));
      return safe === undefined ? undefined : `<div class="html">${safe}</div>`;
    },
    [Mime.svg]: (svg, data) => picture(new TextEncoder().encode(asText(svg)), data),
    ...Object.fromEntries(
      [Mime.png, "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"].map((mime) => [
        mime,
        (content: Json, data: MimeBundle) => picture(bytesOfBase64(asText(content)), data),
      ]),
    ),
    [Mime.markdown]: (text) => `<div class="text">${this.#markdown(asText(text))}</div>`,
    [Mime.latex]: (text) => `<div class="text">${this.#markdown(asText(text))}</div>`,
    [Mime.json]: (json) => {
      const text = jsonText(json, 2);
      return text === undefined
        ? undefined
        : `<pre class="value"><code>${highlight(text, "json")}</code></pre>`;
    },
  };

  #chart(figure: Json, data: MimeBundle): string | undefined {
    const json = isObject(figure) ? jsonText(figure) : undefined;
    if (json === undefined) return undefined;
    this.hasCharts = true;
    const described = escapeHtml(asText(data[Mime.plain]) || "Chart");
    const place = `<div class="chart"><noscript>${described}</noscript></div>`;
    if (this.#charts === "placed") return place;
    // Inside a script element only "<" can end it.
    return `${place}<script type="application/json">${json.replaceAll("<", "\\u003c")}</script>`;
  }
}

const stream = (text: string, name: string) =>
  `<pre class="stream ${name === "stderr" ? "stderr" : "stdout"}">${plain(text)}</pre>`;
const failure = (text: string) => `<pre class="error" role="alert">${plain(text)}</pre>`;
const value = (text: string) => `<pre class="value">${plain(text)}</pre>`;
const note = (what: string) =>
  `<p class="missing">${localized("Not shown:")} ${escapeHtml(localized(what.slice(0, 200)))}</p>`;

function picture(bytes: Uint8Array, data: MimeBundle): string | undefined {
  const found = pictureOf(bytes);
  if ("missing" in found) return undefined;
  const described = escapeHtml(asText(data[Mime.plain]));
  return `<figure class="picture"><img src="${found.address}" alt="${described}"></figure>`;
}

/** Undefined where it is nested too deeply for the stack. */
function jsonText(json: Json, indent?: number): string | undefined {
  try {
    return JSON.stringify(json, null, indent);
  } catch {
    return undefined;
  }
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Links of terminals, of which the text alone is shown. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const terminalLinks = /\x1b\]8;[^\x07\x1b]*(?:\x07|\x1b\\)/g;

/** Terminal text: its colors, without what a carriage return overwrote. */
function plain(text: string): string {
  const lines = text.replace(terminalLinks, "").replace(/\r\n/g, "\n").split("\n");
  const shown = lines.map((line) => line.slice(line.lastIndexOf("\r", line.length - 2) + 1));
  const terminal = new AnsiUp();
  terminal.use_classes = true;
  return terminal.ansi_to_html(shown.join("\n").trimEnd());
}
