// A notebook's place among others of a site: the way to all of them, to the one before and the one after.
import { escapeHtml } from "../../words";

export interface Place {
  /** The page, relative to this one. */
  href: string;
  title: string;
}

export interface Series {
  /** Where all are listed. */
  home: string;
  previous?: Place | undefined;
  next?: Place | undefined;
  /** The same notebook in another language. */
  other?: { href: string; lang: string; name: string };
}

const words = {
  en: { all: "All notebooks", previous: "Previous", next: "Next", label: "Notebooks" },
  "zh-CN": { all: "全部笔记本", previous: "上一篇", next: "下一篇", label: "笔记本" },
};

/** The links over a page, and those at its end. */
export function seriesHtml(
  { home, previous, next, other }: Series,
  language: keyof typeof words,
): { head: string; foot: string } {
  const said = words[language];
  const link = (href: string, text: string, more = "") =>
    `<a href="${escapeHtml(href)}"${more}>${escapeHtml(text)}</a>`;
  const place = (found: Place | undefined, kind: "previous" | "next") =>
    found === undefined
      ? "<span></span>"
      : `<a class="${kind}" rel="${kind === "next" ? "next" : "prev"}" href="${escapeHtml(found.href)}"><small>${said[kind]}</small>${escapeHtml(found.title)}</a>`;
  const translation = other && link(other.href, other.name, ` hreflang="${other.lang}" lang="${other.lang}"`);
  return {
    head: `<nav class="series" aria-label="${said.label}">${link(home, said.all)}${translation ?? ""}</nav>`,
    foot: `<nav class="series" aria-label="${said.label}">${place(previous, "previous")}${place(next, "next")}</nav>`,
  };
}
