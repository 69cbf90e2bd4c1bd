// Tables for notebooks, as HTML and as text.
import { escapeHtml } from "./html";
import { localized } from "./language";

/** A table whose columns after the first two, or as many as are said, are numbers, right-aligned; `foot` is its last row. */
export function htmlTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  foot: readonly string[],
  textColumns = 2,
): string {
  const line = (cells: readonly string[], tag: "td" | "th") =>
    `<tr>${cells.map((cell, i) => `<${tag} style="text-align:${i < textColumns ? "left" : "right"}">${escapeHtml(localized(cell))}</${tag}>`).join("")}</tr>`;
  const body = rows.map((row) => line(row, "td")).join("");
  return `<table><thead>${line(head, "th")}</thead><tbody>${body}</tbody><tfoot>${line(foot, "th")}</tfoot></table>`;
}

/** The same as text: columns two spaces apart, lines under the head and over the foot. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  foot: readonly string[],
): string {
  const all = [head, ...rows, foot];
  const widths = widthsOf(all.map((row) => row.map(localized)));
  const rule = "─".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  const [first, ...others] = alignedLines(all, (column) => column >= 2);
  return [first, rule, ...others.slice(0, -1), rule, others.at(-1)].join("\n");
}

/** Rows of equally many cells as lines whose columns stand under each other, two spaces apart. */
export function alignedLines(
  rows: readonly (readonly string[])[],
  toTheRight: (column: number) => boolean,
): string[] {
  const shown = rows.map((row) => row.map(localized));
  const widths = widthsOf(shown);
  return shown.map((row) =>
    row
      .map((cell, i) => {
        const space = " ".repeat(widths[i]! - widthOf(cell));
        return toTheRight(i) ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd(),
  );
}

const widthsOf = (rows: readonly (readonly string[])[]) =>
  (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => widthOf(row[i]!))));

/** In characters of a terminal, where Han and its punctuation take two. */
const widthOf = (text: string) =>
  text.length + (text.match(/[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uff60]/g)?.length ?? 0);
