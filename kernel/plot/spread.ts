// Several runs of the same as one: their median and their range, step by step. Imports nothing outside this folder.
import { quantile, sorted } from "./numbers";
import type { Datum } from "./plotly";

export interface Run {
  x: ArrayLike<Datum>;
  y: ArrayLike<number>;
}

export interface Spread {
  x: Datum[];
  low: number[];
  median: number[];
  high: number[];
}

/** At every x that a run has, over the runs that have a finite value there; none has: a gap. */
export function spreadOf(runs: readonly Run[]): Spread {
  const values = new Map<Datum, number[]>();
  for (const { x, y } of runs) {
    for (let at = 0; at < y.length; at++) {
      const there = values.get(x[at]!);
      if (there === undefined) values.set(x[at]!, [y[at]!]);
      else there.push(y[at]!);
    }
  }
  const x = [...values.keys()].sort(ascendingly);
  const ascending = x.map((at) => sorted("line", values.get(at)!));
  return {
    x,
    low: ascending.map((all) => all[0] ?? Number.NaN),
    median: ascending.map((all) => quantile(all, 0.5)),
    high: ascending.map((all) => all.at(-1) ?? Number.NaN),
  };
}

/** Numbers by size, dates by time, which is their text's order. */
const ascendingly = (a: Datum, b: Datum): number =>
  typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : 1;
