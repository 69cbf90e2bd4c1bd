// The legend: names in rows above the panels, each behind a sample of its look.
import type { Layout, Trace } from "../plotly";
import { fitted, textWidth } from "../text";
import { palette } from "../theme";
import { element, px, textElement } from "./elements";
import type { Panels } from "./panels";
import { dashes } from "./traces";

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
  const legend = layout.legend ?? {};
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
  const marker = trace.marker ?? {};
  const color =
    trace.line?.color ?? (typeof marker.color === "string" ? marker.color : palette[index % palette.length]!);
  if (trace.type === "bar") {
    return element("rect", { x: left + 7, y: middle - 6, width: 12, height: 12, fill: color });
  }
  if (trace.mode === "markers") {
    const size = Math.max(6, marker.size ?? 6);
    return element("circle", { cx: left + 13, cy: middle, r: size / 2, fill: color });
  }
  const box = { x: left, y: middle - 5, width: 26, height: 10, fill: trace.fillcolor ?? color };
  const filled = trace.fill !== undefined && trace.fill !== "none" ? element("rect", box) : "";
  return (
    filled +
    element("path", {
      d: `M${px(left)} ${px(middle - (filled === "" ? 0 : 5))}h26`,
      stroke: color,
      "stroke-width": trace.line?.width ?? 2,
      "stroke-dasharray": dashes[trace.line?.dash ?? "solid"],
    })
  );
}
