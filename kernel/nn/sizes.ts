// Sizes as layers with windows take them: one number for every spatial dimension, or one each.

import type { Sizes } from "../tensor";

export function perDimension(sizes: Sizes, rank: number): readonly number[] {
  return Array.isArray(sizes) ? sizes : new Array<number>(rank).fill(sizes as number);
}

/** "3" or "[3, 5]", as PyTorch's repr has it. */
export function showSizes(sizes: number | null | readonly (number | null)[]): string {
  return Array.isArray(sizes) ? `[${sizes.map(String).join(", ")}]` : String(sizes);
}
