// What a chart shows as a table for a spreadsheet: RFC 4180, a line a row. Runs in a web page.
import { type CsvCell, csvLine } from "../../kernel/words";
import type { Figure } from "./figure";

type Cell = Exclude<CsvCell, boolean | undefined>;
type Trace = Figure["data"][number];

/**
 * Lines, points and bars over the same x as columns beside it; over different ones as rows of series, x and y. Of a heat
 * map its rows, of several one after the other. Undefined if the chart has no numbers, such as a picture.
 */
export function csvOf(figure: Figure): string | undefined {
  const shown = figure.data.filter((trace) => trace.hoverinfo !== "skip" && trace.visible !== false);
  const [xTitle, yTitle] = [titleOf(figure, "xaxis") ?? "x", titleOf(figure, "yaxis") ?? "y"];
  const fields = shown.filter((trace) => Array.isArray(trace.z));
  const lines = shown.filter((trace) => !Array.isArray(trace.z) && list(trace.y) !== undefined);
  const tables = fields.map((trace) => fieldTable(trace, `${yTitle} \\ ${xTitle}`));
  if (lines.length > 0) tables.push(lineTable(lines, xTitle, yTitle));
  if (tables.length === 0) return undefined;
  return tables.map((rows) => rows.map(csvLine).join("\r\n")).join("\r\n\r\n");
}

function lineTable(lines: readonly Trace[], xTitle: string, yTitle: string): Cell[][] {
  const xs = lines.map((trace) => list(trace.x) ?? list(trace.y)!.map((_, at) => at));
  const ys = lines.map((trace) => list(trace.y)!);
  const shared = JSON.stringify(xs[0]);
  if (xs.every((x) => JSON.stringify(x) === shared)) {
    return [[xTitle, ...lines.map(nameOf)], ...xs[0]!.map((x, at) => [x, ...ys.map((y) => y[at] ?? null)])];
  }
  const rows = lines.flatMap((trace, n) =>
    xs[n]!.map((x, at): Cell[] => [nameOf(trace), x, ys[n]![at] ?? null]),
  );
  return [["series", xTitle, yTitle], ...rows];
}

function fieldTable(trace: Trace, corner: string): Cell[][] {
  // Colors by powers of ten keep the values themselves beside the exponents.
  const rows = (Array.isArray(trace.customdata) ? trace.customdata : trace.z) as Cell[][];
  const columns = list(trace.x) ?? rows[0]!.map((_, at) => at);
  const names = list(trace.y) ?? rows.map((_, at) => at);
  return [[corner, ...columns], ...rows.map((row, at) => [names[at] ?? at, ...row])];
}

/** The label that the words for screen readers have, in small multiples with its panel. */
function nameOf(trace: Trace): string {
  const label = (trace.meta as { label?: unknown } | undefined)?.label ?? trace.name;
  return plain(String(label ?? "y"));
}

function titleOf({ layout }: Figure, axis: "xaxis" | "yaxis"): string | undefined {
  const text = (layout[axis] as { title?: { text?: string } } | undefined)?.title?.text;
  return text === undefined ? undefined : plain(text);
}

const list = (values: unknown): Cell[] | undefined =>
  Array.isArray(values) ? (values as Cell[]) : undefined;
const plain = (html: string) => html.replace(/<br ?\/?>/g, " ").replace(/<[^>]*>/g, "");
