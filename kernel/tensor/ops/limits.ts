// Numbers held within bounds, and numbers in the place of those that are none.

import { requireNumber } from "../arguments";
import { broadcastShapes } from "../shape";
import type { Tensor } from "../tensor";
import { compare } from "./arithmetic";
import { requireOperand } from "./check";
import { clamp, clone } from "./elementwise";
import { where } from "./join";
import { classify } from "./rounding";

/** Where clamp() cuts off. */
export interface Bounds {
  /** Default −∞. */
  readonly min?: Tensor | number;
  /** Default ∞. */
  readonly max?: Tensor | number;
}

/** Each bound a number or a tensor that broadcasts. A bound takes the gradient where it stands for x. */
export function clampTo(x: Tensor, { min, max }: Bounds, operation = "clamp"): Tensor {
  if (!isTensor(min) && !isTensor(max)) {
    return clamp(x, min ?? Number.NEGATIVE_INFINITY, max ?? Number.POSITIVE_INFINITY, operation);
  }
  let y = x;
  for (const [name, bound] of [
    ["min", min],
    ["max", max],
  ] as const) {
    if (bound === undefined) continue;
    if (!isTensor(bound)) requireNumber(operation, name, bound);
    const limit = requireOperand(operation, x, bound);
    broadcastShapes(operation, y.shape, limit.shape);
    y = where(compare(name === "min" ? "lt" : "gt", y, limit), limit, y);
  }
  return y;
}

function isTensor(bound: Tensor | number | undefined): bound is Tensor {
  return typeof bound === "object" && bound !== null;
}

/** What nanToNum() writes. */
export interface NanToNum {
  /** In the place of NaN; default 0. */
  readonly nan?: number;
  /** In the place of ∞; default the largest float32. */
  readonly posinf?: number;
  /** In the place of −∞; default the negative of the largest float32. */
  readonly neginf?: number;
}

const largest = 3.4028234663852886e38;

export function nanToNum(x: Tensor, { nan = 0, posinf = largest, neginf = -largest }: NanToNum): Tensor {
  requireNumber("nanToNum", "nan", nan);
  requireNumber("nanToNum", "posinf", posinf);
  requireNumber("nanToNum", "neginf", neginf);
  if (x.dtype !== "float32") return clone(x);
  const number = (value: number) => requireOperand("nanToNum", x, value);
  const infinite = where(compare("gt", x.detach(), 0), number(posinf), number(neginf));
  const held = where(classify("isinf", x), infinite, x);
  return where(classify("isnan", x), number(nan), held);
}
