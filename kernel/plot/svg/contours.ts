// Lines of equal height through a grid of values, by marching squares. Imports nothing.
// https://en.wikipedia.org/wiki/Marching_squares

type Rows = readonly ArrayLike<number | string | null>[];

/** An SVG path of short strokes; `place` says where (column, row) of the grid is drawn. */
export function contourPaths(
  rows: Rows,
  levels: readonly number[],
  place: (column: number, row: number) => readonly [number, number],
): string {
  const strokes: string[] = [];
  const stroke = (from: readonly [number, number], to: readonly [number, number]) => {
    const [a, b] = [place(...from), place(...to)];
    strokes.push(`M${a[0].toFixed(1)} ${a[1].toFixed(1)}L${b[0].toFixed(1)} ${b[1].toFixed(1)}`);
  };
  for (const level of levels) {
    for (let r = 0; r + 1 < rows.length; r++) {
      const [above, below] = [rows[r]!, rows[r + 1]!];
      for (let c = 0; c + 1 < above.length; c++) {
        const [a, b] = [height(above[c]), height(above[c + 1])];
        const [d, e] = [height(below[c + 1]), height(below[c])];
        if (Number.isFinite(a + b + d + e)) square([a, b, d, e], level, c, r, stroke);
      }
    }
  }
  return strokes.join("");
}

/** Values clockwise from the square's first corner. */
type Corners = [number, number, number, number];
type Stroke = (from: readonly [number, number], to: readonly [number, number]) => void;

function square([a, b, c, d]: Corners, level: number, column: number, row: number, stroke: Stroke): void {
  // In halves: the distance of two finite values need not be finite.
  const part = (from: number, to: number) => (level / 2 - from / 2) / (to / 2 - from / 2);
  const crossed = (from: number, to: number) => from > level !== to > level;
  const points: (readonly [number, number])[] = [];
  if (crossed(a, b)) points.push([column + part(a, b), row]);
  if (crossed(b, c)) points.push([column + 1, row + part(b, c)]);
  if (crossed(c, d)) points.push([column + part(d, c), row + 1]);
  if (crossed(d, a)) points.push([column, row + part(a, d)]);
  if (points.length === 2) stroke(points[0]!, points[1]!);
  if (points.length === 4) {
    // A saddle: the middle decides which two corners belong together.
    const joined = (a + b + c + d) / 4 > level === a > level;
    stroke(points[0]!, points[joined ? 1 : 3]!);
    stroke(points[2]!, points[joined ? 3 : 1]!);
  }
}

const height = (value: number | string | null | undefined) =>
  typeof value === "number" ? value : Number.NaN;
