// Thinning a long line, a large cloud or a large matrix to what a screen can show. Imports nothing outside this folder.
import { kindOf } from "./kind";
import { single } from "./numbers";
import { axisKey, axisOf, type Datum, isList, type Layout, type Trace } from "./plotly";

/** A trace longer than this is thinned where it is shown or saved; `figure.data` keeps every point. */
export const defaultMaxPoints = 5_000;

/** A cell is one number, a point two and its share of the words around it. */
const cellsPerPoint = 8;

/**
 * The trace with at most `limit` points. Of a line the smallest and the largest of each run of neighbors stay, in their
 * order, so that it covers the same pixels and loses no spike; of a cloud of markers every so many-th; of a matrix the
 * mean of each block of cells, eight cells for a point. Traces that are short enough, or neither, come back as they are.
 */
export const decimate = (trace: Trace, limit: number): Trace => kindOf(trace)?.thin?.(trace, limit) ?? trace;

/** `decimate` of points. */
export function thinPoints(trace: Trace, limit: number): Trace {
  const { x, y } = trace;
  // The numbers in the cells of a matrix whose cells are no longer there.
  const inCells = trace.mode === "text" && trace.meta?.cells !== undefined;
  if (inCells && y!.length > limit * cellsPerPoint) return { ...trace, x: [], y: [], text: [] };
  if (x === undefined || y === undefined || y.length <= limit || x.length !== y.length) return trace;
  const kept = trace.mode === "markers" ? evenly(y.length, limit) : extremes(y, limit);
  const thin: Trace = { ...trace };
  // Whatever else there is for each point stays beside it.
  for (const [key, value] of Object.entries(trace)) {
    if (isList(value) && value.length === y.length) thin[key] = kept.map((at) => value[at]);
  }
  return thin;
}

const evenly = (length: number, limit: number): number[] =>
  Array.from({ length: limit }, (_, n) => Math.floor((n * length) / limit));

/** The first, the last, and of each bucket between them the smallest and the largest. */
function extremes(y: NonNullable<Trace["y"]>, limit: number): number[] {
  const kept = [0];
  const inner = y.length - 2;
  const buckets = Math.max(1, Math.floor((limit - 2) / 2));
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = 1 + Math.floor((bucket * inner) / buckets);
    const end = 1 + Math.floor(((bucket + 1) * inner) / buckets);
    let low = { at: -1, value: Infinity };
    let high = { at: -1, value: -Infinity };
    for (let at = start; at < end; at++) {
      const value = y[at];
      if (typeof value !== "number" || !Number.isFinite(value)) continue;
      if (value < low.value) low = { at, value };
      if (value > high.value) high = { at, value };
    }
    if (low.at < 0) {
      kept.push(start); // nothing finite here: one gap stands for all
    } else {
      kept.push(Math.min(low.at, high.at));
      if (low.at !== high.at) kept.push(Math.max(low.at, high.at));
    }
  }
  kept.push(y.length - 1);
  return kept;
}

/** So many neighbors of a matrix that are one cell where it is shown. */
export interface Block {
  rows: number;
  columns: number;
}

/** The cells that are shown as one; undefined where all are shown. A short side is left whole. */
export function blockOf(trace: Trace, limit: number): Block | undefined {
  const { z } = trace;
  if (kindOf(trace)?.colored !== true || z === undefined) return undefined;
  const [height, width] = [z.length, z[0]?.length ?? 0];
  const most = limit * cellsPerPoint;
  if (height * width <= most) return undefined;
  const columns = Math.ceil(width / Math.max(Math.sqrt(most), most / height));
  const rows = Math.ceil(height / Math.floor(most / Math.ceil(width / columns)));
  return { rows, columns };
}

/** `decimate` of the cells of a matrix. */
export function thinCells(trace: Trace, limit: number): Trace {
  const block = blockOf(trace, limit);
  if (block === undefined) return trace;
  const rows = trace.z!;
  const columns = rows[0]!.length;
  const inBlocks = (length: number, size: number) => Math.ceil(length / size);
  const means = (values: NonNullable<Trace["customdata"]>) =>
    Array.from({ length: inBlocks(rows.length, block.rows) }, (_, row) =>
      Array.from({ length: inBlocks(columns, block.columns) }, (_, column) =>
        meanOf(values, row * block.rows, column * block.columns, block),
      ),
    );
  const places = (given: ArrayLike<Datum> | undefined, length: number, size: number) =>
    Array.from({ length: inBlocks(length, size) }, (_, n): Datum => {
      const [from, to] = [n * size, Math.min(length, (n + 1) * size) - 1];
      const [first, last] = given === undefined ? [from, to] : [given[from]!, given[to]!];
      return typeof first === "number" && typeof last === "number" ? (first + last) / 2 : first;
    });
  const thin: Trace = {
    ...trace,
    x: places(trace.x, columns, block.columns),
    y: places(trace.y, rows.length, block.rows),
    z: means(rows),
  };
  // The values behind colors by powers of ten.
  if (trace.customdata !== undefined) thin.customdata = means(trace.customdata);
  return thin;
}

/** The mean of the finite values of a block, null if it has none. */
function meanOf(rows: NonNullable<Trace["customdata"]>, top: number, left: number, block: Block): Datum {
  let mean = 0;
  let count = 0;
  for (let r = top; r < Math.min(rows.length, top + block.rows); r++) {
    const row = rows[r]!;
    if (typeof row !== "object" || row === null) continue;
    for (let c = left; c < Math.min(row.length, left + block.columns); c++) {
      const value = row[c];
      if (typeof value === "number" && Number.isFinite(value)) mean += (value - mean) / ++count;
    }
  }
  return count === 0 ? null : single(mean);
}

/** The layout around what is thinned: an axis of names counts those that are left. */
export function thinnedLayout(layout: Layout, data: readonly Trace[], limit: number): Layout {
  const result: Layout = { ...layout };
  for (const trace of data) {
    const block = blockOf(trace, limit);
    if (block === undefined) continue;
    for (const [letter, size] of [
      ["x", block.columns],
      ["y", block.rows],
    ] as const) {
      const key = axisKey(axisOf(trace, letter));
      const axis = layout[key];
      if (axis?.type !== "category" || axis.range === undefined) continue;
      const place = (at: number) => (at < 0 ? at : Math.ceil((at + 0.5) / size) - 0.5);
      const dtick = Math.max(1, Math.ceil(Number(axis.dtick ?? 1) / size));
      result[key] = { ...axis, dtick, range: [place(axis.range[0]), place(axis.range[1])] };
    }
  }
  return result;
}
