// A notebook as one web page in which its cells run: what was saved in it shows at once, the engine comes along, packed.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { formatNotebook, type Notebook, proseOf } from "../../document/notebookFile";
import { escapeHtml, languageOf } from "../../words";
import { carriedFiles, carriedHtml } from "./carriedFiles";
import { cellsHtml } from "./cells";
import { packedEngine } from "./packedEngine";
import type { PageOptions } from "./page";
import { contentPolicy, scriptText } from "./policy";
import { type Series, seriesHtml } from "./series";
import { shellHtml } from "./shell";
import { style } from "./style";

export interface LivePageOptions extends PageOptions {
  /** The notebook's. */
  file: string;
  /** Files that cells are to find, beside what they ask of the notebook's folder. */
  files?: readonly string[];
  /** Where the engine's script is, relative to the page; by default the page has it inside. */
  engine?: string;
  /** Where the page's own script is, relative to the page, if its engine is beside it; by default the page has it inside. */
  script?: string;
  /** Its place among the notebooks of a site. */
  series?: Series;
}

export async function renderLivePage(
  notebook: Notebook,
  { title, folder, file, files, engine, script: scriptAt, series }: LivePageOptions,
): Promise<string> {
  const lang = languageOf(proseOf(notebook));
  const { html } = cellsHtml(notebook, { folder, isLive: true });
  const [script, liveStyle] = await Promise.all([liveScript(), built("renderer/live.css")]);
  const scripts = scriptAt === undefined ? [scriptText(script)] : [];
  const { head, foot } = series ? seriesHtml(series, lang) : { head: "", foot: "" };
  const styles = [style, liveStyle];
  const carried = carriedHtml(await carriedFiles(notebook, file, files));
  const text = formatNotebook(notebook);
  const identity = createHash("sha256").update(path.basename(file)).update(text).digest("hex").slice(0, 32);
  const body = `<header class="page-bar"><noscript>The cells of this page run where scripts are allowed.</noscript></header>
<main>
${head}
${html}
${foot}
</main>
<script type="text/plain" id="bnlab-notebook" data-file="${escapeHtml(path.basename(file))}" data-identity="${identity}">${packed(text)}</script>
${carried}${scriptAt === undefined ? scripts.map((each) => `<script>${each}</script>`).join("\n") : `<script src="${escapeHtml(scriptAt)}" defer></script>`}
<script type="application/json" id="bnlab-engine"${engine === undefined ? `>${await packedEngine()}` : ` data-at="${escapeHtml(engine)}">`}</script>`;
  const policy = contentPolicy({
    scripts,
    styles,
    runs: engine === undefined ? "own engine" : "engine beside",
  });
  return shellHtml({ lang, title, policy, styles, body });
}

/** The page's own script, with the charts' in front. */
export async function liveScript(): Promise<string> {
  return (await Promise.all(["renderer/standalone.js", "renderer/live.js"].map(built))).join("\n");
}

const built = (name: string) => readFile(new URL(`../${name}`, import.meta.url), "utf8");

const packed = (text: string) => gzipSync(text, { level: 9 }).toString("base64");
