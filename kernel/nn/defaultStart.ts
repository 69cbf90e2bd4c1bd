// PyTorch's starting values for layers that multiply by a weight: Linear and the convolutions.

import type { Tensor } from "../tensor";
import { fans, kaimingUniform_, uniform_ } from "./init";

/** Uniform within ±1/√fanIn, weight and bias: for the weight that is what kaimingUniform_ with a = √5 comes to. */
export function startByDefault(weight: Tensor, bias: Tensor | null): void {
  kaimingUniform_(weight, { a: Math.sqrt(5) });
  if (bias === null) return;
  const bound = 1 / Math.sqrt(fans(weight).fanIn);
  uniform_(bias, -bound, bound);
}
