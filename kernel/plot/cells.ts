// Panels in rows and columns: which part of the plot each takes. Imports nothing outside this folder.

/** Parts of the plot from 0 to 1, from the left and from the bottom. */
export interface Cell {
  x: [number, number];
  y: [number, number];
}

export interface Cells {
  cells: Cell[];
  /** In pixels, from the first row's top to the last one's bottom. */
  height: number;
}

/** As many columns as are asked for and there are panels, else three at most; four panels make a square. */
export function columnsOf(asked: number | undefined, panels: number): number {
  return Math.max(1, Math.min(asked ?? (panels === 4 ? 2 : 3), panels));
}

/** @param rows pixels of each row, from the top; @param gaps pixels above each row but the first; @param gapX between columns, of the whole width. */
export function cellsOf(
  count: number,
  columns: number,
  rows: readonly number[],
  gaps: readonly number[],
  gapX = 0.08,
): Cells {
  const topOf = (row: number) => rows.slice(0, row).reduce((sum, each, n) => sum + each + gaps[n + 1]!, 0);
  const height = topOf(rows.length - 1) + (rows.at(-1) ?? 0);
  const width = (1 - gapX * (columns - 1)) / columns;
  const cells = Array.from({ length: count }, (_, n): Cell => {
    const row = Math.floor(n / columns);
    const left = (n % columns) * (width + gapX);
    const top = topOf(row);
    const bottom = top + rows[row]!;
    return {
      x: [round(left), round(left + width)],
      y: [round(1 - bottom / height), round(1 - top / height)],
    };
  });
  return { cells, height };
}

/** Plotly refuses domains beyond 1, and nobody reads sixteen digits. */
const round = (part: number) => Math.max(0, Math.min(1, Math.round(part * 1e5) / 1e5));
