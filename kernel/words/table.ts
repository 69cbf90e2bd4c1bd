// Tables for notebooks, as HTML and as text.
import { escapeHtml } from "./html";

/** A table whose columns after the first two, or as many as are said, are numbers, right-aligned; `foot` is its last row. */
export function htmlTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  foot: readonly string[],
  textColumns = 2,
): string {
  const line = (cells: readonly string[], tag: "td" | "th") =>
    `<tr>${cells.map((cell, i) => `<${tag} style="text-align:${i < textColumns ? "left" : "right"}">${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
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
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  const rule = "─".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  const [first, ...others] = alignedLines(all, (column) => column >= 2);
  return [first, rule, ...others.slice(0, -1), rule, others.at(-1)].join("\n");
}

/** Rows of equally many cells as lines whose columns stand under each other, two spaces apart. */
export function alignedLines(
  rows: readonly (readonly string[])[],
  toTheRight: (column: number) => boolean,
): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (toTheRight(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd(),
  );
}
