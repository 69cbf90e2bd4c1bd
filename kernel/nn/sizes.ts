// Sizes as layers with windows take them: one number for every spatial dimension, or one each.

import type { Sizes } from "../tensor";

export function perDimension(sizes: Sizes, rank: number): readonly number[] {
  return typeof sizes === "number" ? new Array<number>(rank).fill(sizes) : sizes;
}

/** "3" or "[3, 5]", as PyTorch's repr has it. */
export function showSizes(sizes: number | null | readonly (number | null)[]): string {
  return typeof sizes === "number" || sizes === null ? `${sizes}` : `[${sizes.map(String).join(", ")}]`;
}
