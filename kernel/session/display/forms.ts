// The forms in which a value can be shown, each a MIME bundle with a text for those who cannot show it.
import { base64 } from "../../machine/base64";
import { displaySymbol, type Json, Mime, type MimeBundle } from "../../protocol";
import { localizedMarkdown } from "./markdown";
import { plainText } from "./plainText";
import { type TableOptions, type TableRows, tableOf } from "./table";

/** One method a form. What they return is up to whoever shows. */
export interface Forms<Shown> {
  /** HTML, as a browser lays it out; scripts run in it. */
  html(html: string): Shown;
  /** Markdown text. */
  markdown(text: string): Shown;
  /** Formulas between dollar signs: `$\gamma \hat x + \beta$`. */
  latex(text: string): Shown;
  /** A drawing, as SVG markup. */
  svg(svg: string): Shown;
  /** The bytes of a PNG file. */
  png(bytes: Uint8Array): Shown;
  /** The bytes of a JPEG file. */
  jpeg(bytes: Uint8Array): Shown;
  /** The bytes of a GIF file. */
  gif(bytes: Uint8Array): Shown;
  /** A tree of a JSON value to fold and unfold. */
  json(value: Json): Shown;
  /** Records, rows, or columns by name; the first `limit` rows. */
  table(rows: TableRows, options?: TableOptions): Shown;
  /** Plain text. */
  text(text: string): Shown;
  /** A whole bundle: MIME type → data. */
  raw(bundle: MimeBundle): Shown;
}

/** @param show takes a value that shows itself as its form says. */
export function formsOf<Shown>(show: (value: object) => Shown): Forms<Shown> {
  const raw = (bundle: MimeBundle) => show({ [displaySymbol]: () => bundle });
  const text = (mime: string) => (text: string) => raw({ [mime]: text, [Mime.plain]: text });
  const picture = (mime: string) => (bytes: Uint8Array) => raw(pictureBundle(mime, bytes));
  return {
    html: text(Mime.html),
    markdown: (source) => text(Mime.markdown)(localizedMarkdown(source)),
    latex: (source) => raw({ [Mime.latex]: delimited(source), [Mime.plain]: source }),
    svg: (svg) => raw({ [Mime.svg]: svg, [Mime.plain]: "[SVG image]" }),
    png: picture(Mime.png),
    jpeg: picture("image/jpeg"),
    gif: picture("image/gif"),
    json: (value) => raw({ [Mime.json]: value, [Mime.plain]: plainText(value) }),
    table: (rows, options) => raw(tableOf(rows, options)),
    text: (text) => raw({ [Mime.plain]: text }),
    raw,
  };
}

/** Viewers typeset what stands between delimiters; a bare formula is one as a whole. */
const delimited = (source: string) => (/\$|\\\(|\\\[|\\begin\{/.test(source) ? source : `$$${source}$$`);

function pictureBundle(mime: string, bytes: Uint8Array): MimeBundle {
  const kind = mime.slice("image/".length).toUpperCase();
  return { [mime]: base64(bytes), [Mime.plain]: `[${kind} image]` };
}
