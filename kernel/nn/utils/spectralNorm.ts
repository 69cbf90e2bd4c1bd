// Weights whose largest singular value is 1.

import { noGrad, randn, type Tensor } from "../../tensor";
import { requireInteger, requireKnown, requireNumber } from "../../tensor/arguments";
import type { Module } from "../module";
import { computeBeforeForward, keepComputed, partOf, requireParameter } from "./computedWeight";

/** What spectralNorm() can be told. */
export interface SpectralNormOptions {
  /** Steps of the power iteration before each forward in training mode. Default 1. */
  readonly nPowerIterations?: number;
  /** The least length that a vector is divided by. Default 1e-12. */
  readonly eps?: number;
  /** The dimension of the outputs: 0 unless told, 1 for transposed convolutions. */
  readonly dim?: number;
}

const unit = (x: Tensor, eps: number): Tensor => x.div(x.norm().clamp({ min: eps }));

/**
 * The parameter of that name divided by its largest singular value, of all dimensions but dim taken as one, before each
 * forward: `weight_orig` is the parameter, the buffers `weight_u` and `weight_v` hold the vectors of the power iteration,
 * which moves on in training mode. As torch.nn.utils.spectral_norm; Miyato et al. 2018. Throws a TypeError for what is no
 * parameter, a RangeError for other options.
 */
export function spectralNorm<M extends Module>(
  module: M,
  name = "weight",
  { nPowerIterations = 1, eps = 1e-12, dim }: SpectralNormOptions = {},
): M {
  requireKnown("spectralNorm", arguments, 3, ["nPowerIterations", "eps", "dim"]);
  const weight = requireParameter("spectralNorm", module, name);
  requireInteger("spectralNorm", "nPowerIterations", nPowerIterations, 1);
  requireNumber("spectralNorm", "eps", eps);
  const outputs = dim ?? (/^ConvTranspose\d/.test(module.constructor.name) ? 1 : 0);
  if (!Number.isInteger(outputs) || outputs < 0 || outputs >= weight.ndim) {
    throw new RangeError(`spectralNorm: expected a dim of [${weight.shape.join(", ")}], got ${outputs}`);
  }
  const matrixOf = (x: Tensor) => x.movedim(outputs, 0).flatten(1);
  const [orig, left, right] = [`${name}Orig`, `${name}U`, `${name}V`];
  Reflect.set(module, orig, weight);
  for (const [i, each] of [left, right].entries()) {
    const vector = unit(randn([matrixOf(weight.detach()).shape[i]!]), eps);
    Reflect.set(module, each, module.registerBuffer(each, vector));
  }
  const iterate = (matrix: Tensor, u: Tensor, v: Tensor) => {
    for (let i = 0; i < nPowerIterations; i++) {
      v.copy_(unit(matrix.t().mv(u), eps));
      u.copy_(unit(matrix.mv(v), eps));
    }
  };
  computeBeforeForward(module, name, {
    operation: "spectralNorm",
    parts: [orig, left, right],
    compute(each) {
      const [whole, u, v] = [orig, left, right].map((part) => partOf(each, part)) as [Tensor, Tensor, Tensor];
      const matrix = matrixOf(whole);
      if (each.training) noGrad(() => iterate(matrix, u, v));
      // Copies: a later forward moves the buffers on before this one's backward has read them.
      return whole.div(u.clone().dot(matrix.mv(v.clone())));
    },
  });
  return module;
}

/** Makes one parameter again, as it is computed now, of what spectralNorm() took apart. As torch.nn.utils.remove_spectral_norm. */
export function removeSpectralNorm<M extends Module>(module: M, name = "weight"): M {
  requireKnown("removeSpectralNorm", arguments, 2);
  keepComputed("removeSpectralNorm", "spectralNorm", module, name);
  return module;
}
