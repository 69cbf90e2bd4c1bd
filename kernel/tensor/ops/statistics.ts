// Order statistics: what lies in the middle, and at any other share, of numbers in order.

import { checkDim, show } from "../shape";
import type { Tensor } from "../tensor";
import { arithmetic, compare } from "./arithmetic";
import { requireFloat, requireOperand } from "./check";
import { divideWhole } from "./division";
import type { Extremes } from "./extremes";
import { gather, sort } from "./indexing";
import { stack, where } from "./join";
import { type Dims, dimsOf, sumOrMean } from "./reduction";
import { classify } from "./rounding";
import { reshape, select, unsqueeze } from "./view";

function requireElements(operation: string, x: Tensor, size: number): void {
  if (size === 0) {
    throw new RangeError(`${operation}: expected at least one element, got shape ${show(x.shape)}`);
  }
}

/** In rows of sorted values: `picked`, or NaN where a row has one, which is then its last. */
function unlessNaN(sorted: Tensor, picked: Tensor): Tensor {
  const last = select(sorted, -1, -1);
  return where(compare("ne", last.detach(), last.detach()), last, picked);
}

/** x with the dimension last, or as one vector. */
function rowsOf(operation: string, x: Tensor, dim: number | undefined): { rows: Tensor; at: number } {
  if (dim === undefined || x.shape.length === 0) {
    if (dim !== undefined) checkDim(operation, dim, x.shape);
    return { rows: reshape(x, [x.count]), at: 0 };
  }
  const at = checkDim(operation, dim, x.shape);
  return { rows: x.transpose(at, -1), at };
}

/** Brings back the dimensions' order after the last one of `rows` was reduced. */
function restored(y: Tensor, x: Tensor, dim: number | undefined, at: number, keepdim: boolean): Tensor {
  if (dim === undefined || x.shape.length === 0) {
    return keepdim
      ? reshape(
          y,
          x.shape.map(() => 1),
        )
      : y;
  }
  const kept = unsqueeze(y, -1).transpose(at, -1);
  return keepdim ? kept : select(kept, at, 0);
}

/** The value below which a share q of the numbers lies, interpolated between neighbors. */
export function quantile(
  input: Tensor,
  q: number | readonly number[],
  dim: number | undefined,
  keepdim: boolean,
): Tensor {
  const shares = typeof q === "number" ? [q] : q;
  if (!Array.isArray(shares) || shares.length === 0 || shares.some((share) => !(share >= 0 && share <= 1))) {
    throw new RangeError(`quantile: expected q from 0 to 1, or an array of such, got ${String(q)}`);
  }
  const x = requireFloat("quantile", input);
  const { rows, at } = rowsOf("quantile", x, dim);
  const n = rows.shape.at(-1)!;
  requireElements("quantile", x, n);
  const sorted = sort(rows, -1, false).values;
  const results = shares.map((share: number) => {
    const position = share * (n - 1);
    const below = Math.floor(position);
    const low = select(sorted, -1, below);
    const high = select(sorted, -1, Math.min(below + 1, n - 1));
    const between = arithmetic("add", low, arithmetic("mul", arithmetic("sub", high, low), position - below));
    const value = position === below ? low : between; // ∞ − ∞ would be NaN
    return restored(unlessNaN(sorted, value), x, dim, at, keepdim);
  });
  return typeof q === "number" ? results[0]! : stack(results, 0);
}

/** The middle element, the lower one of two, and where it is; NaN if there is one. */
export function median(x: Tensor, dim: number | undefined, keepdim: boolean): Extremes {
  const { rows, at } = rowsOf("median", x, dim);
  const n = rows.shape.at(-1)!;
  requireElements("median", x, n);
  const { values, indices } = sort(rows, -1, false);
  const middle = (n - 1) >> 1;
  const last = select(values, -1, -1).detach();
  const missing = compare("ne", last, last);
  const back = (y: Tensor) => restored(y, x, dim, at, keepdim);
  return {
    values: back(unlessNaN(values, select(values, -1, middle))),
    indices: back(where(missing, select(indices, -1, -1), select(indices, -1, middle))),
  };
}

/** The k-th smallest element along a dimension, counted from 1, and where it is. */
export function kthvalue(x: Tensor, k: number, dim: number, keepdim: boolean): Extremes {
  const { rows, at } = rowsOf("kthvalue", x, dim);
  const n = rows.shape.at(-1)!;
  if (!Number.isInteger(k) || k < 1 || k > n) {
    throw new RangeError(
      `kthvalue: expected k from 1 to ${n} along dim ${dim} of ${show(x.shape)}, got ${k}`,
    );
  }
  const { values, indices } = sort(rows, -1, false);
  const back = (y: Tensor) => restored(y, x, dim, at, keepdim);
  return { values: back(select(values, -1, k - 1)), indices: back(select(indices, -1, k - 1)) };
}

/** The middle of the numbers that are not NaN, the lower one of two, and where it is; NaN if there is none. */
export function nanmedian(x: Tensor, dim: number | undefined, keepdim: boolean): Extremes {
  const { rows, at } = rowsOf("nanmedian", x, dim);
  requireElements("nanmedian", x, rows.shape.at(-1)!);
  const { values, indices } = sort(rows, -1, false); // NaN comes last
  const count = sumOrMean("sum", compare("eq", rows.detach(), rows.detach()), -1, true);
  const half = divideWhole("floorDivide", arithmetic("sub", count, 1), 2);
  const none = requireOperand("nanmedian", half, (rows.shape.at(-1)! - 1) >> 1);
  const middle = where(compare("eq", count, 0), none, half);
  const back = (y: Tensor) => restored(select(gather(y, -1, middle), -1, 0), x, dim, at, keepdim);
  return { values: back(values), indices: back(indices) };
}

/** Σ of the numbers that are not NaN, or their mean. */
export function nanTotal(op: "nansum" | "nanmean", input: Tensor, dims: Dims, keepdim: boolean): Tensor {
  if (op === "nansum" && input.dtype !== "float32") return sumOrMean("sum", input, dims, keepdim);
  if (input.dtype === "int32") {
    throw new TypeError(`${op}: expected float32 numbers, got int32; convert them with float()`);
  }
  const x = requireFloat(op, input);
  const missing = classify("isnan", x);
  dimsOf(op, dims, x.shape);
  const sum = sumOrMean("sum", where(missing, requireOperand(op, x, 0), x), dims, keepdim);
  if (op === "nansum") return sum;
  return arithmetic("div", sum, sumOrMean("sum", compare("eq", missing, 0), dims, keepdim));
}
