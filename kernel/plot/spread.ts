// Several runs of the same as one: their median and their range, step by step. Imports nothing outside this folder.
import { quantile, sorted } from "./numbers";

export interface Run {
  x: ArrayLike<number>;
  y: ArrayLike<number>;
}

export interface Spread {
  x: number[];
  low: number[];
  median: number[];
  high: number[];
}

/** At every x that a run has, over the runs that have a finite value there; none has: a gap. */
export function spreadOf(runs: readonly Run[]): Spread {
  const values = new Map<number, number[]>();
  for (const { x, y } of runs) {
    for (let at = 0; at < y.length; at++) {
      const there = values.get(x[at]!);
      if (there === undefined) values.set(x[at]!, [y[at]!]);
      else there.push(y[at]!);
    }
  }
  const x = [...values.keys()].sort((a, b) => a - b);
  const ascending = x.map((at) => sorted(values.get(at)!));
  return {
    x,
    low: ascending.map((all) => all[0] ?? Number.NaN),
    median: ascending.map((all) => quantile(all, 0.5)),
    high: ascending.map((all) => all.at(-1) ?? Number.NaN),
  };
}
