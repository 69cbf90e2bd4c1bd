// A grid of grey pictures, labelled: a first look at a data set. Imports nothing outside this folder.
import { Figure } from "./figure";
import type { Annotation, Datum } from "./plotly";
import { baseLayout, topMargin } from "./theme";

/** Grey pictures [N, height, width] or [N, 1, height, width]; a tensor is one. */
export interface Pictures {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

export interface ImagesOptions {
  title?: string;
  /** What to write above each picture, by its number. */
  labels?: ArrayLike<string | number>;
  /** How many to show, from the first on; default: at most 40. */
  count?: number;
  /** Pictures side by side; default 10. */
  columns?: number;
  /** The values drawn as paper and as ink; default [0, 1]. */
  range?: readonly [number, number];
}

const GREYS = 255;
const TILE = 62;

/**
 * Pictures as ink on paper, row by row. Values are kept as 256 greys, so that a saved figure stays small.
 *
 * @example plot.images(digits.images, { labels: digits.labels.data, title: "Training digits" })
 * @throws RangeError if the shape is neither [N, height, width] nor [N, 1, height, width].
 */
export function images(pictures: Pictures, options: ImagesOptions = {}): Figure {
  const { title, labels, columns = 10, range = [0, 1] } = options;
  const [total, height, width] = sizes(pictures.shape);
  const count = Math.min(options.count ?? 40, total);
  const rows = Math.max(1, Math.ceil(count / columns));
  const caption = labels === undefined ? 0 : Math.ceil(height / 3);
  const gap = Math.max(1, Math.round(width / 9));
  const stepX = width + gap;
  const stepY = height + gap + caption;

  // [rows·stepY, columns·stepX], null between the pictures
  const z: Datum[][] = Array.from({ length: rows * stepY }, () =>
    new Array<Datum>(columns * stepX).fill(null),
  );
  const annotations: Annotation[] = [];
  for (let n = 0; n < count; n++) {
    const left = (n % columns) * stepX;
    const top = Math.floor(n / columns) * stepY + caption;
    for (let y = 0; y < height; y++) {
      const row = z[top + y]!;
      for (let x = 0; x < width; x++) {
        const value = pictures.data[(n * height + y) * width + x]!;
        row[left + x] = Math.round((GREYS * (value - range[0])) / (range[1] - range[0]));
      }
    }
    if (labels !== undefined) annotations.push(label(String(labels[n]), left + (width - 1) / 2, top - 0.5));
  }

  const frame = { visible: false, showgrid: false, fixedrange: true };
  const top = topMargin(title, []);
  const layout = baseLayout(title, [], Math.round(top + rows * TILE * (stepY / stepX) + 16));
  return new Figure({
    data: [
      {
        type: "heatmap",
        z,
        zmin: 0,
        zmax: GREYS,
        colorscale: [
          [0, "#f3f4f5"],
          [1, "#16191d"],
        ],
        showscale: false,
        hoverinfo: "none",
        name: "pictures",
        meta: { kind: "picture grid", summary: `${count} pictures of ${height}×${width} pixels` },
      },
    ],
    layout: {
      ...layout,
      margin: { l: 8, r: 8, t: top, b: 8 },
      hovermode: false,
      xaxis: { ...frame, constrain: "domain", range: [-0.5, columns * stepX - gap - 0.5] },
      yaxis: { ...frame, scaleanchor: "x", constrain: "domain", range: [rows * stepY - gap - 0.5, -0.5] },
      annotations,
    },
  });
}

/** [N, height, width] of either form. */
function sizes(shape: readonly number[]): [number, number, number] {
  if (shape.length === 3) return [shape[0]!, shape[1]!, shape[2]!];
  if (shape.length === 4 && shape[1] === 1) return [shape[0]!, shape[2]!, shape[3]!];
  throw new RangeError(
    `images: expected grey pictures [N, height, width] or [N, 1, height, width], got [${shape.join(", ")}]`,
  );
}

function label(text: string, x: number, y: number): Annotation {
  return { text, x, y, xanchor: "center", yanchor: "bottom", showarrow: false, font: { size: 11 } };
}
