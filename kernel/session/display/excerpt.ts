// The lines of a cell that an error message shows.

/** How many lines stand before and after the one that is meant. */
const contextLines = 2;

/** Lines of a cell around one of them, which is marked, and the column under it. */
export function excerptOf(source: string, line: number, column: number): string[] {
  const lines = source.split(/\r?\n/);
  const first = Math.max(1, line - contextLines);
  const last = Math.min(lines.length, line + contextLines);
  const width = String(last).length;
  const excerpt: string[] = [];
  for (let n = first; n <= last; n++) {
    excerpt.push(`${n === line ? ">" : " "} ${String(n).padStart(width)} | ${lines[n - 1]}`);
    if (n === line) excerpt.push(`  ${" ".repeat(width)} | ${" ".repeat(Math.max(0, column - 1))}^`);
  }
  return excerpt;
}
