// A cell's outputs as HTML: of each the richest form that a page can show.
import { stripVTControlCharacters } from "node:util";
import { escapeHtml, Mime, type MimeBundle } from "../../protocol";
import { asText, type CellOutput } from "../notebookFile";
import { highlight } from "./highlight";

export class OutputWriter {
  /** Whether a chart was written, for which the page needs its script. */
  hasCharts = false;

  readonly #markdown: (text: string) => string;

  constructor(markdown: (text: string) => string) {
    this.#markdown = markdown;
  }

  write(output: CellOutput): string {
    if (output.output_type === "stream") {
      return `<pre class="stream ${output.name === "stderr" ? "stderr" : "stdout"}">${plain(output.text)}</pre>`;
    }
    if (output.output_type === "error") {
      return `<pre class="error" role="alert">${plain(output.traceback.join("\n"))}</pre>`;
    }
    return this.#bundle(output.data);
  }

  #bundle(data: MimeBundle): string {
    const has = (mime: string) => mime in data;
    const text = (mime: string) => asText(data[mime]);
    if (has(Mime.plotly)) return this.#chart(data);
    if (has(Mime.html)) return `<div class="html">${text(Mime.html)}</div>`;
    if (has(Mime.svg)) return `<figure class="picture">${text(Mime.svg)}</figure>`;
    for (const mime of [Mime.png, "image/jpeg", "image/gif"]) {
      if (!has(mime)) continue;
      const described = escapeHtml(text(Mime.plain));
      return `<figure class="picture"><img src="data:${mime};base64,${text(mime).replace(/\s/g, "")}" alt="${described}"></figure>`;
    }
    if (has(Mime.markdown)) return `<div class="text">${this.#markdown(text(Mime.markdown))}</div>`;
    if (has(Mime.json)) {
      return `<pre class="value"><code>${highlight(JSON.stringify(data[Mime.json], null, 2), "json")}</code></pre>`;
    }
    return `<pre class="value">${plain(text(has(Mime.latex) && !has(Mime.plain) ? Mime.latex : Mime.plain))}</pre>`;
  }

  #chart(data: MimeBundle): string {
    this.hasCharts = true;
    const described = escapeHtml(asText(data[Mime.plain]) || "Chart");
    // Inside a script element only "<" can end it.
    const figure = JSON.stringify(data[Mime.plotly]).replaceAll("<", "\\u003c");
    return `<div class="chart"><noscript>${described}</noscript></div><script type="application/json">${figure}</script>`;
  }
}

/** Terminal text: colors dropped, and what a carriage return overwrote. */
function plain(text: string): string {
  const lines = stripVTControlCharacters(text).replace(/\r\n/g, "\n").split("\n");
  return escapeHtml(
    lines
      .map((line) => line.slice(line.lastIndexOf("\r", line.length - 2) + 1))
      .join("\n")
      .trimEnd(),
  );
}
