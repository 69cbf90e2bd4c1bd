// A chart in words, for terminals, screen readers and whoever reads a notebook's file. Imports nothing outside this folder.
import { localized } from "../words";
import { isDate } from "./dates";
import { blockOf, defaultMaxPoints } from "./decimate";
import { kindOf } from "./kind";
import { axesIn, axisKey, type Layout, type Letter, letterOf, type Trace } from "./plotly";
import { plainText } from "./text";

/** `Training loss (line chart; x: step, y: loss)`, then a line for each series. */
export function describe(data: readonly Trace[], layout: Layout, maxPoints = defaultMaxPoints): string {
  const shown = data.filter((trace) => trace.hoverinfo !== "skip");
  const words = shown.map(
    (trace) => kindOf(trace)?.describe(trace) ?? { chart: `${trace.type} chart`, shows: pointsText(trace) },
  );
  const charts = new Set(shown.map(({ meta }, n) => textOf(meta?.kind) ?? words[n]!.chart));
  const axes = [axisText("x", layout), axisText("y", layout)].filter((text) => text !== "");
  const kinds = [...charts].map(localized).join(localized(" and ")) || localized("empty chart");
  const head = [kinds, ...axes].join(localized(", "));
  const title = plainText(layout.title?.text ?? "");
  const lines = shown.map((trace, n) => {
    const { name = "", meta } = trace;
    const label = plainText(textOf(meta?.label) ?? name);
    const shows = localized(textOf(meta?.summary) ?? words[n]!.shows);
    return `  ${label === "" ? "" : `${label}: `}${shows}${thinningText(trace, maxPoints)}`;
  });
  return [title === "" ? capital(head) : `${title} (${head})`, ...lines].join("\n");
}

/** What a figure says of itself, if it is text: anybody may have written it. */
const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);

/** The first axis of that letter with a title: in small multiples only the outer ones have it. */
function axisText(letter: Letter, layout: Layout): string {
  const axes = axesIn(layout).filter((id) => letterOf(id) === letter);
  const axis = axes.map((id) => layout[axisKey(id)]).find((each) => each?.title?.text !== undefined);
  return axis === undefined
    ? ""
    : `${letter}: ${plainText(axis.title?.text ?? "")}${axis.type === "log" ? localized(" (log scale)") : ""}`;
}

/** `3 points, x 0 to 2, y 1 to 3, last 2` */
export function pointsText(trace: Trace): string {
  const x = extent(trace.x);
  const y = extent(trace.y);
  const length = trace.y?.length ?? trace.x?.length ?? 0;
  if (length === 0) return localized("no points");
  const parts = [length === 1 ? "1 point" : `${length} points`];
  const dates = Array.from(trace.x ?? [])
    .filter(isDate)
    .sort();
  if (dates.length > 0) parts.push(`x ${dates[0]} to ${dates.at(-1)}`);
  else if (x !== undefined)
    parts.push(x.low > x.high ? "x none finite" : `x ${shownNumber(x.low)} to ${shownNumber(x.high)}`);
  if (y !== undefined && y.low > y.high) return listed([...parts, "y none finite"]);
  if (y !== undefined)
    parts.push(`y ${shownNumber(y.low)} to ${shownNumber(y.high)}`, `last ${shownNumber(y.last)}`);
  if (y !== undefined && y.gaps > 0)
    parts.push(`${y.gaps} not finite`, `first at x ${x === undefined ? "?" : String(trace.x?.[y.firstGap])}`);
  if (typeof trace.meta?.note === "string") parts.push(trace.meta.note);
  return listed(parts);
}

const listed = (parts: readonly string[]) => parts.map(localized).join(localized(", "));

/** What a notebook shows of more cells than a screen has room for. */
function thinningText(trace: Trace, maxPoints: number): string {
  const block = blockOf(trace, maxPoints);
  return block === undefined ? "" : listed(["", `shown as means of ${block.rows}×${block.columns} cells`]);
}

interface Extent {
  low: number;
  high: number;
  /** The last finite one. */
  last: number;
  gaps: number;
  firstGap: number;
}

function extent(values: Trace["x"]): Extent | undefined {
  if (values === undefined) return undefined;
  const found: Extent = { low: Infinity, high: -Infinity, last: Number.NaN, gaps: 0, firstGap: -1 };
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (typeof value === "number" && Number.isFinite(value)) {
      if (value < found.low) found.low = value;
      if (value > found.high) found.high = value;
      found.last = value;
    } else if (typeof value !== "string") {
      if (found.gaps++ === 0) found.firstGap = at;
    }
  }
  return found.low > found.high && found.gaps === 0 ? undefined : found;
}

/** The digits that matter, as a person writes them: 0.0123, 12.3, 1230, 1.2e−7. */
export function shownNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "none" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e6)
      ? value
          .toExponential(digits - 1)
          .replace(/\.?0+e/, "e")
          .replace("e+", "e")
      : size >= 100
        ? String(Math.round(value))
        : String(Number(value.toPrecision(digits)));
  return text.replace(/-/g, "−");
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
