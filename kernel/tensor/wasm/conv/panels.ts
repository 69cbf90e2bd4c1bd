// How the channels of a convolution are cut into panels, and what goes beside a panel in the registers of a tile.

import { filled, unit } from "../emit/lanes";
import type { Target } from "../emit/target";

/** A run of panels: `count` of `vectors` vectors each. */
export interface PanelRun {
  readonly vectors: number;
  readonly count: number;
}

/** Cuts channels into panels of two units, an odd rest as one of three: a single one would starve the multipliers. */
export function panelsOf(target: Target, channels: number): PanelRun[] {
  const size = unit(target);
  const units = filled(target, channels) / (4 * size);
  if (units === 1) return [{ vectors: size, count: 1 }];
  const odd = units % 2;
  const runs = [
    { vectors: 2 * size, count: (units - 3 * odd) / 2 },
    { vectors: 3 * size, count: odd },
  ];
  return runs.filter(({ count }) => count > 0);
}

/** The most rows of a register tile beside panels of that many vectors, in the 15 registers of V8: see chooseTileSums. */
export function rowsBeside(target: Target, vectors: number): number {
  const units = vectors / unit(target);
  const left = 15 - units - (target.relaxed ? 0 : 1); // unfused, one for the product
  const rows = target.tileSums === 12 ? (left - 1) / units : left / (units + 1); // a splat for all, or one each
  return Math.min(8, Math.floor(rows));
}

/** Cuts `total` into the fewest parts of at most `most`, all but equal: `count` parts of `size` each. */
export function evenly(total: number, most: number): { size: number; count: number }[] {
  const parts = Math.ceil(total / most);
  const size = Math.floor(total / parts);
  const larger = total % parts;
  return [
    { size: size + 1, count: larger },
    { size, count: parts - larger },
  ].filter(({ count }) => count > 0);
}
