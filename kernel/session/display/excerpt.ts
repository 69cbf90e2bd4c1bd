// The lines of a cell that an error message shows.

/** How many lines stand before and after the one that is meant. */
const contextLines = 2;
const lineCharacters = 500;

/** Lines of a cell around one of them, which is marked, and the column under it. */
export function excerptOf(source: string, line: number, column: number): string[] {
  const lines = source.split(/\r?\n/);
  const first = Math.max(1, line - contextLines);
  const last = Math.min(lines.length, line + contextLines);
  const width = String(last).length;
  // Of a line that is too long for a page, the part around the column.
  const cut = column > lineCharacters ? column - lineCharacters / 2 : 0;
  const shown = (text: string) => text.slice(cut, cut + lineCharacters);
  const excerpt: string[] = [];
  for (let n = first; n <= last; n++) {
    excerpt.push(`${n === line ? ">" : " "} ${String(n).padStart(width)} | ${shown(lines[n - 1]!)}`);
    if (n === line) excerpt.push(`  ${" ".repeat(width)} | ${" ".repeat(Math.max(0, column - 1 - cut))}^`);
  }
  return excerpt;
}
