// Gradients held within bounds, between backward() and the optimizer's step.

import { noGrad, stack, type Tensor, zeros } from "../../tensor";
import { describe, requireKnown, requireNumber } from "../../tensor/arguments";
import { listOf, type Parameters } from "./parameterVector";

/**
 * Scales all gradients by one factor, in place, so that their norm as one vector is at most maxNorm, and returns that norm
 * as it was, []. Gradients within the limit keep their bits. normType is the norm's order, 2 unless told, Infinity for the
 * largest. As torch.nn.utils.clip_grad_norm_; Pascanu, Mikolov & Bengio 2013. Throws a RangeError for a negative maxNorm or a normType that is
 * not above 0, and with `errorIfNonfinite` an Error for a norm that is NaN or infinite (which else spoils all gradients).
 */
export function clipGradNorm_(
  parameters: Parameters,
  maxNorm: number,
  { normType = 2, errorIfNonfinite = false }: { normType?: number; errorIfNonfinite?: boolean } = {},
): Tensor {
  requireKnown("clipGradNorm_", arguments, 3, ["normType", "errorIfNonfinite"]);
  requireLimit("clipGradNorm_", "maxNorm", maxNorm);
  requireNumber("clipGradNorm_", "normType", normType);
  if (!(normType > 0)) {
    throw new RangeError(`clipGradNorm_: expected normType above 0, got ${describe(normType)}`);
  }
  const gradients = gradientsOf("clipGradNorm_", parameters);
  return noGrad(() => {
    if (gradients.length === 0) return zeros([]);
    const norm = stack(gradients.map((gradient) => gradient.norm(normType))).norm(normType);
    const total = norm.item();
    if (errorIfNonfinite && !Number.isFinite(total)) {
      throw new Error(`clipGradNorm_: expected gradients of a finite norm, got ${total}`);
    }
    const factor = maxNorm / (total + 1e-6);
    if (!(factor >= 1)) for (const gradient of gradients) gradient.mul_(factor);
    return norm;
  });
}

/**
 * Holds every element of every gradient within ±clipValue, in place. As torch.nn.utils.clip_grad_value_. Throws a RangeError
 * for a negative clipValue.
 */
export function clipGradValue_(parameters: Parameters, clipValue: number): void {
  requireKnown("clipGradValue_", arguments, 2);
  requireLimit("clipGradValue_", "clipValue", clipValue);
  noGrad(() => {
    for (const gradient of gradientsOf("clipGradValue_", parameters)) {
      gradient.copy_(gradient.clamp({ min: -clipValue, max: clipValue }));
    }
  });
}

function gradientsOf(operation: string, parameters: Parameters): Tensor[] {
  return listOf(operation, parameters)
    .map(({ grad }) => grad)
    .filter((gradient) => gradient !== null);
}

function requireLimit(operation: string, name: string, limit: number): void {
  requireNumber(operation, name, limit);
  if (typeof limit === "number" && limit >= 0) return;
  throw new RangeError(`${operation}: expected ${name} to be a number ≥ 0, got ${describe(limit)}`);
}
