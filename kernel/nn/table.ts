// Tables for notebooks, as HTML and as text. Knows no modules.

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
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd();
  const rule = "─".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [line(head), rule, ...rows.map(line), rule, line(foot)].join("\n");
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
