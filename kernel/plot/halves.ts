// A grid of pictures on a narrow place: its columns in two halves, one under the other. Imports nothing outside this folder.
import type { Layout, Trace } from "./plotly";

/** Pictures smaller than this have no room for their labels, in pixels. */
const leastSide = 48;

/** Undefined for what is no grid of labeled pictures, or has room enough. */
export function halved(
  data: readonly Trace[],
  layout: Layout,
  width: number,
): { data: Trace[]; layout: Layout } | undefined {
  const { annotations = [], xaxis, yaxis, margin = {} } = layout;
  const { l = 8, r = 8, t = 40, b = 8 } = margin;
  const [pictures] = data;
  const columns = [...new Set(annotations.map(({ x }) => Number(x)))].sort((a, b) => a - b);
  if (data.length !== 1 || pictures?.type !== "image" || !xaxis?.range || !yaxis?.range) return undefined;
  if (columns.length < 4 || (width - l - r) / columns.length >= leastSide) return undefined;
  const [start, [bottom, top]] = [xaxis.range[0], yaxis.range];
  const half = Math.ceil(columns.length / 2) * (columns[1]! - columns[0]!);
  const height = ((width - l - r) / half) * Math.abs(top - bottom);
  return {
    data: [pictures, { ...pictures, xaxis: "x2", yaxis: "y2" }],
    layout: {
      ...layout,
      height: Math.round(t + 2 * height + b),
      xaxis: { ...xaxis, range: [start, start + half] },
      yaxis: { ...yaxis, domain: [0.5, 1] },
      xaxis2: { ...xaxis, range: [start + half, start + 2 * half], anchor: "y2" },
      yaxis2: { ...yaxis, domain: [0, 0.5], anchor: "x2", scaleanchor: "x2" },
      annotations: annotations.map((each) =>
        Number(each.x) < start + half ? each : { ...each, xref: "x2", yref: "y2" },
      ),
    },
  };
}
