// Text as charts write it: Plotly's few HTML tags, and how wide it will be. Imports nothing.

/** Glyphs of one look within a line. */
export interface Run {
  text: string;
  bold: boolean;
  italic: boolean;
  /** The share of the text's size; sub- and superscripts are smaller. */
  scale: number;
  /** Above the baseline, in parts of the text's size. */
  rise: number;
  color?: string;
}

const plainRun: Run = { text: "", bold: false, italic: false, scale: 1, rise: 0 };

/** The lines of a text with `<b> <i> <sub> <sup> <br>` and `<span style="color:…;font-size:…px">`; other tags are dropped. */
export function linesOf(html: string, size: number): Run[][] {
  const lines: Run[][] = [[]];
  const open: Run[] = [plainRun];
  for (const part of html.split(/(<[^<>]+>)/)) {
    const tag = /^<(\/?)(\w+)([^>]*)>$/.exec(part);
    const look = open.at(-1)!;
    if (tag === null) {
      if (part !== "") lines.at(-1)!.push({ ...look, text: decoded(part) });
    } else if (tag[2] === "br") {
      lines.push([]);
    } else if (tag[1] === "/") {
      if (open.length > 1) open.pop();
    } else {
      open.push(styled(look, tag[2]!, tag[3]!, size));
    }
  }
  return lines;
}

function styled(look: Run, tag: string, attributes: string, size: number): Run {
  if (tag === "b") return { ...look, bold: true };
  if (tag === "i") return { ...look, italic: true };
  if (tag === "sup") return { ...look, scale: look.scale * 0.7, rise: look.rise + 0.4 };
  if (tag === "sub") return { ...look, scale: look.scale * 0.7, rise: look.rise - 0.2 };
  const color = /color:\s*([^;"]+)/.exec(attributes)?.[1];
  const pixels = /font-size:\s*([\d.]+)px/.exec(attributes)?.[1];
  return {
    ...look,
    ...(color === undefined ? {} : { color }),
    ...(pixels === undefined ? {} : { scale: Number(pixels) / size }),
  };
}

const entities: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&amp;": "&",
  "&nbsp;": "\u00a0",
};
const decoded = (text: string) => text.replace(/&(?:lt|gt|amp|nbsp);/g, (entity) => entities[entity]!);

/** The text without its tags, on one line. */
export const plainText = (html: string) => html.replace(/<br ?\/?>/g, " ").replace(/<[^>]*>/g, "");

/** Pixels that the widest line takes, rather too many than too few: no font is at hand to ask. */
export function textWidth(html: string, size: number): number {
  const widths = linesOf(html, size).map((runs) =>
    runs.reduce((sum, run) => sum + glyphs(run.text) * run.scale * (run.bold ? 1.07 : 1), 0),
  );
  return size * Math.max(...widths);
}

/** The text, cut short with … where it would be wider; then without its tags. */
export function fitted(html: string, size: number, width: number): string {
  if (textWidth(html, size) <= width) return html;
  const glyphsOf = [
    ...linesOf(html, size)
      .map((runs) => runs.map(({ text }) => text).join(""))
      .join(" "),
  ];
  let room = width / size - glyphs("…");
  const kept = glyphsOf.findIndex((glyph) => {
    room -= glyphs(glyph);
    return room < 0;
  });
  const shown = kept < 0 ? glyphsOf : [...glyphsOf.slice(0, Math.max(1, kept)), "…"];
  return shown.join("").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** In ems: Chinese glyphs are square, Latin ones as wide as in the broadest of the usual screen fonts. */
function glyphs(text: string): number {
  let width = 0;
  for (const glyph of text) {
    if (glyph > "\u2e7f") width += 1;
    else if (/[fijlrtI.,:;'|! ()[\]]/.test(glyph)) width += 0.36;
    else if (/[mwMW@%—]/.test(glyph)) width += 0.92;
    else width += /[A-Z0-9]/.test(glyph) ? 0.66 : 0.6;
  }
  return width;
}

/**
 * The text broken with `<br>` where it would be wider: at spaces, and between Chinese glyphs. What is wider by itself stays whole, and a
 * square that stands for a color stays beside its word.
 */
export function wrapped(html: string, size: number, width: number): string {
  const open: string[] = [];
  let [done, around, line] = ["", "", ""];
  const next = (start: string) => {
    done += `${line.trimEnd()}<br>`;
    [around, line] = [open.join(""), start];
  };
  const parts = html.split(/(<[^<>]+>)/);
  for (const [n, part] of parts.entries()) {
    if (/^<br ?\/?>$/.test(part)) {
      next("");
    } else if (part.startsWith("<") && part.endsWith(">")) {
      if (part.startsWith("</")) open.pop();
      else open.push(part);
      line += part;
    } else {
      const words = part.match(breakable) ?? [];
      for (const [at, word] of words.entries()) {
        const seen = plainText(line).trimEnd();
        const beside =
          word.trimEnd() === "■"
            ? (words[at + 1] ?? parts[n + 2]?.trimStart().split(/[ \u2002]/)[0] ?? "")
            : "";
        const fits = textWidth(`${around}${line}${word}${beside}`.trimEnd(), size) <= width;
        if (fits || seen === "" || seen.endsWith("■")) line += word;
        else next(word);
      }
    }
  }
  return done + line;
}

/** Words with the spaces behind them; of Chinese each glyph, with the marks that may not begin or end a line. */
const breakable =
  /[（《「『“]*[\u2e80-\u9fff][，。、：；！？）》」』”]*[ \u2002]*|[^ \u2002\u2e80-\u9fff]+[，。、：；！？）》」』”]*[ \u2002]*|[ \u2002]+/gu;

/** How many lines it has. */
export const lineCount = (html: string): number => html.split(/<br ?\/?>/).length;
