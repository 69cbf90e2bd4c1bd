// A grid of pictures, labeled: a first look at a data set.
import { describe, show } from "../../arguments";
import { parseColor } from "../colors";
import { Figure } from "../figure";
import type { TraceKind } from "../kind";
import type { TensorLike } from "../numbers";
import { requireOptionsOf } from "../options";
import type { Annotation, Trace } from "../plotly";
import type { PlacedAxis } from "../svg/axes";
import { element } from "../svg/elements";
import { pngUri } from "../svg/png";
import { baseLayout, topMargin } from "../theme";

/** Pictures, gray [N, height, width] or [N, 1, height, width], or red, green and blue [N, 3, height, width]. */
export type Pictures = TensorLike;

export interface ImagesOptions {
  /** The heading above the chart. */
  title?: string;
  /** What to write above each picture, by its number. */
  labels?: ArrayLike<string | number>;
  /** How many to show, from the first on; default: at most 40. */
  count?: number;
  /** Pictures side by side; default 10. */
  columns?: number;
  /** The values drawn as paper and as ink, or in color pictures as dark and as full; default [0, 1]. */
  range?: readonly [number, number];
}

const optionNames: readonly (keyof ImagesOptions)[] = ["title", "labels", "count", "columns", "range"];

const tileSide = 62;
const [paper, ink] = [parseColor("#f3f4f5")!, parseColor("#16191d")!];

/**
 * Pictures row by row, gray ones as ink on paper. They are kept as one PNG, so that a saved figure stays small.
 *
 * @example plot.images(digits.images, { labels: digits.labels.data, title: "Training digits" })
 * @throws RangeError if the shape is none of the three.
 */
export function images(pictures: Pictures, options: ImagesOptions = {}): Figure {
  requireOptionsOf("images", arguments, 2, optionNames);
  const { title, labels, columns: asked = 10, range = [0, 1] } = options;
  const [total, channels, height, width] = sizes(pictures?.shape);
  const count = Math.min(options.count ?? 40, total);
  const columns = Math.min(asked, Math.max(10, count));
  const rows = Math.max(1, Math.ceil(count / columns));
  const caption = labels === undefined ? 0 : Math.ceil(height / 3);
  const gap = Math.max(1, Math.round(width / 9));
  const stepX = width + gap;
  const stepY = height + gap + caption;
  const pixels = [columns * stepX - gap, rows * stepY - gap] as const;

  // [rows·stepY − gap, columns·stepX − gap, 4], transparent between the pictures
  const rgba = new Uint8Array(pixels[0] * pixels[1] * 4);
  const annotations: Annotation[] = [];
  for (let n = 0; n < count; n++) {
    const left = (n % columns) * stepX;
    const top = Math.floor(n / columns) * stepY + caption;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const to = ((top + y) * pixels[0] + left + x) * 4;
        for (let channel = 0; channel < 3; channel++) {
          const from = ((n * channels + (channel % channels)) * height + y) * width + x;
          const share = Math.max(0, Math.min(1, (pictures.data[from]! - range[0]) / (range[1] - range[0])));
          rgba[to + channel] =
            channels === 3 ? 255 * share : paper[channel]! + share * (ink[channel]! - paper[channel]!);
        }
        rgba[to + 3] = 255;
      }
    }
    if (labels !== undefined) annotations.push(label(String(labels[n]), left + (width - 1) / 2, top - 0.5));
  }

  const frame = { visible: false, showgrid: false, fixedrange: true };
  const top = topMargin(title, []);
  const layout = baseLayout(title, [], Math.round(top + rows * tileSide * (stepY / stepX) + 16));
  return new Figure({
    data: [
      {
        type: "image",
        source: pngUri(pixels[0], pixels[1], rgba),
        hoverinfo: "none",
        name: "pictures",
        meta: { kind: "picture grid", pixels, summary: `${count} pictures of ${height}×${width} pixels` },
      },
    ],
    layout: {
      ...layout,
      margin: { l: 8, r: 8, t: top, b: 8 },
      hovermode: false,
      xaxis: { ...frame, constrain: "domain", range: [-0.5, pixels[0] - 0.5] },
      yaxis: { ...frame, scaleanchor: "x", constrain: "domain", range: [pixels[1] - 0.5, -0.5] },
      annotations,
    },
  });
}

/** [N, channels, height, width] of any of the forms. */
function sizes(shape: readonly number[] | undefined): [number, number, number, number] {
  if (!Array.isArray(shape)) {
    throw new TypeError(`images: expected pictures as a tensor, got ${describe(shape)} for its shape`);
  }
  if (shape.length === 3) return [shape[0]!, 1, shape[1]!, shape[2]!];
  if (shape.length === 4 && (shape[1] === 1 || shape[1] === 3)) {
    return [shape[0]!, shape[1], shape[2]!, shape[3]!];
  }
  throw new RangeError(
    "images: expected gray pictures [N, height, width] or [N, 1, height, width], or color ones [N, 3, height, width], " +
      `got ${show(shape)}`,
  );
}

function label(text: string, x: number, y: number): Annotation {
  return { text, x, y, xanchor: "center", yanchor: "bottom", showarrow: false, font: { size: 11 } };
}

/** Picture files. */
export const imageKind: TraceKind = {
  build: images,
  describe: (trace) => ({ chart: "image chart", shows: `${sizeOf(trace)?.join("×") ?? "?"} pixels` }),
  // One given as numbers is Plotly's to draw.
  draws: (trace) => typeof trace.source === "string" && sizeOf(trace) !== undefined,
  draw: (trace, { x, y }) => ({ svg: drawImage(trace, x, y) }),
  span(trace, x, y) {
    const [width, height] = sizeOf(trace)!;
    for (const end of [-0.5, width - 0.5]) x.include(end);
    for (const end of [-0.5, height - 0.5]) y.include(end);
  },
};

function sizeOf({ meta }: Trace): readonly [width: number, height: number] | undefined {
  const size = meta?.pixels;
  return Array.isArray(size) && size.length === 2 ? [Number(size[0]), Number(size[1])] : undefined;
}

/** A picture file, one unit of the axes a pixel; its first pixel's middle at (x0, y0). */
function drawImage(trace: Trace, x: PlacedAxis, y: PlacedAxis): string {
  const [width, height] = sizeOf(trace)!;
  const [left, right] = [x.pixel(-0.5), x.pixel(width - 0.5)];
  const [top, bottom] = [y.pixel(-0.5), y.pixel(height - 0.5)];
  return element("image", {
    href: String(trace.source),
    x: Math.min(left, right),
    y: Math.min(top, bottom),
    width: Math.abs(right - left),
    height: Math.abs(bottom - top),
    preserveAspectRatio: "none",
    style: "image-rendering:pixelated",
  });
}
