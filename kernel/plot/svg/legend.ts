// The legend: names in rows above the panels, each behind a sample of its look.
import { kindOf } from "../kind";
import type { Layout, Trace } from "../plotly";
import { fitted, textWidth } from "../text";
import { palette } from "../theme";
import { textElement } from "./elements";
import type { Panels } from "./panels";
import { lineSample } from "./traces";

/** Names in rows, from the left; as Plotly does with the template's legend. */
export function drawLegend(data: readonly Trace[], layout: Layout, { plot }: Panels, width: number): string {
  const named = data.filter((trace) => trace.showlegend !== false && trace.name !== undefined);
  const wanted = layout.showlegend ?? named.length > 1;
  if (wanted === false || named.length === 0) return "";
  const rows: { trace: Trace; left: number }[][] = [[]];
  let left = plot.left;
  const widest = width - plot.left - 44;
  for (const trace of named) {
    const size = 44 + Math.min(widest, textWidth(trace.name!, 12));
    if (left + size > width && rows.at(-1)!.length > 0) {
      rows.push([]);
      left = plot.left;
    }
    rows.at(-1)!.push({ trace, left });
    left += size;
  }
  const { legend = {} } = layout;
  const height = 22;
  const top =
    legend.yref === "container"
      ? (1 - (legend.y ?? 1)) * (layout.height ?? 400)
      : plot.top - 4 - rows.length * height;
  return rows
    .flatMap((row, n) =>
      row.map(({ trace, left }) => {
        const middle = top + (n + 0.5) * height;
        return (
          sample(trace, left, middle, data.indexOf(trace)) +
          textElement(fitted(trace.name!, 12, widest), left + 32, middle, { size: 12, baseline: "middle" })
        );
      }),
    )
    .join("");
}

/** The look of a trace, 26 pixels wide. */
function sample(trace: Trace, left: number, middle: number, index: number): string {
  const marker = trace.marker?.color;
  const color = trace.line?.color ?? (typeof marker === "string" ? marker : palette[index % palette.length]!);
  return (kindOf(trace)?.sample ?? lineSample)(trace, left, middle, color);
}
