// Thinning a long line or a large cloud to what a screen can show. Imports nothing outside this folder.
import type { Trace } from "./plotly";

/**
 * The trace with at most `limit` points. Of a line the smallest and the largest of each run of neighbors stay, in their
 * order, so that it covers the same pixels and loses no spike; of a cloud of markers every so many-th. Traces that are
 * short enough, or neither, come back as they are.
 */
export function decimate(trace: Trace, limit: number): Trace {
  const { x, y } = trace;
  if (x === undefined || y === undefined || y.length <= limit || x.length !== y.length) return trace;
  if (trace.type !== undefined && trace.type !== "scatter" && trace.type !== "scattergl") return trace;
  const kept = trace.mode === "markers" ? evenly(y.length, limit) : extremes(y, limit);
  const thin: Trace = { ...trace };
  // Whatever else there is for each point stays beside it.
  for (const [key, value] of Object.entries(trace)) {
    const list = (Array.isArray(value) || ArrayBuffer.isView(value)) && "length" in value;
    if (list && value.length === y.length) {
      thin[key] = kept.map((at) => (value as ArrayLike<unknown>)[at]);
    }
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
    let low = -1;
    let high = -1;
    for (let at = start; at < end; at++) {
      const value = y[at];
      if (typeof value !== "number" || !Number.isFinite(value)) continue;
      if (low < 0 || value < (y[low] as number)) low = at;
      if (high < 0 || value > (y[high] as number)) high = at;
    }
    if (low < 0) {
      kept.push(start); // nothing finite here: one gap stands for all
    } else {
      kept.push(Math.min(low, high));
      if (low !== high) kept.push(Math.max(low, high));
    }
  }
  kept.push(y.length - 1);
  return kept;
}
