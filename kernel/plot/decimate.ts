// Thinning a long line to what a screen can show, without losing a spike. Imports nothing outside this folder.
import type { Datum, Trace } from "./plotly";

/**
 * The trace with at most `limit` points: the smallest and the largest of each run of neighbours, in their order, so
 * that the drawn line covers the same pixels. Traces that are short enough, or not lines of numbers, come back as
 * they are.
 */
export function decimate(trace: Trace, limit: number): Trace {
  const { x, y } = trace;
  if (x === undefined || y === undefined || y.length <= limit || x.length !== y.length) return trace;
  if (trace.type !== undefined && trace.type !== "scatter" && trace.type !== "scattergl") return trace;
  const thinX: Datum[] = [];
  const thinY: Datum[] = [];
  const keep = (at: number) => {
    thinX.push(x[at]!);
    thinY.push(y[at]!);
  };
  const inner = y.length - 2;
  const buckets = Math.max(1, Math.floor((limit - 2) / 2));
  keep(0);
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
      keep(start); // nothing finite here: one gap stands for all
    } else {
      keep(Math.min(low, high));
      if (low !== high) keep(Math.max(low, high));
    }
  }
  keep(y.length - 1);
  return { ...trace, x: thinX, y: thinY };
}
