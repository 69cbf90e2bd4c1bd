// The loss over a plane through the parameters, along filter-normalized directions (Li et al. 2018, arXiv 1712.09913).
import type { Module, Parameter } from "../nn";
import { Generator } from "../tensor";
import { requireInteger, requireKnown } from "../tensor/arguments";
import { numbersOf } from "../tensor/doors/numbers";
import { type Loss, learning, lossOf, norm, valuesOf, write } from "./lossProbe";
import { untouched } from "./untouched";

export interface SurfaceOptions {
  /** Places on each axis, evenly apart; odd, so that the middle one is where the parameters are. Default 21. */
  points?: number;
  /** How far the plane reaches to either side; 1 is as far as the parameters are from 0. Default 1. */
  range?: number;
  /** The two random directions come from it. Surfaces of one seed and equal shapes compare. Default 0. */
  seed?: number;
}

export interface Surface {
  /** Places along the first direction. */
  readonly x: readonly number[];
  /** Places along the second direction. */
  readonly y: readonly number[];
  /** losses[i][j] at x[j], y[i]; the middle one is the loss where the parameters are. */
  readonly losses: readonly (readonly number[])[];
}

/**
 * The loss at θ + x·δ + y·η: δ and η are random, each of their filters (row of a matrix, kernel of a convolution) as long as
 * the parameters' own, so that rescaling a network does not rescale the picture. Biases, γ and β stay, as in the authors' code.
 *
 * The model is used in the mode it is in, and left as it was. Call it between steps. Costs points² forwards.
 *
 * @example
 * const { losses, x, y } = probe.surface(net, () => nn.functional.crossEntropy(net.forward(images), labels));
 * plot.surface(losses, { x, y, zTitle: "loss" })
 * @throws RangeError unless `points` is odd and at least 3, and `range` above 0.
 */
export function surface(
  model: Module,
  loss: Loss,
  { points = 21, range = 1, seed = 0 }: SurfaceOptions = {},
): Surface {
  requireKnown("surface", arguments, 3, ["points", "range", "seed"]);
  const parameters = learning("surface", model, loss).map(([, parameter]) => parameter);
  requireInteger("surface", "points", points, 3);
  if (points % 2 === 0 || !(range > 0)) {
    throw new RangeError(
      `surface: expected an odd number of points and a range above 0, got ${points} and ${range}`,
    );
  }
  const axis = Array.from({ length: points }, (_, i) => range * ((2 * i) / (points - 1) - 1));
  const generator = new Generator(seed);
  const [across, along] = [0, 1].map(() => parameters.map((each) => filterNormalized(each, generator)));
  return untouched(model, () => {
    const from = valuesOf(parameters);
    const losses = axis.map((y) =>
      axis.map((x) => {
        for (const [i, parameter] of parameters.entries()) {
          write(
            parameter,
            from[i]!.map((start, at) => start + x * across![i]![at]! + y * along![i]![at]!),
          );
        }
        return lossOf(loss);
      }),
    );
    return { x: axis, y: axis, losses };
  });
}

function filterNormalized(parameter: Parameter, generator: Generator): Float32Array {
  const { shape } = parameter;
  const [data] = numbersOf(parameter);
  const direction = new Float32Array(data.length);
  if (shape.length < 2) return direction;
  const size = data.length / shape[0]!;
  for (let start = 0; start < data.length; start += size) {
    const own = Float32Array.from(data.subarray(start, start + size));
    const filter = direction.subarray(start, start + size);
    for (let at = 0; at < size; at++) filter[at] = generator.normal();
    const scale = norm([own]) / norm([filter]);
    for (let at = 0; at < size; at++) filter[at]! *= scale;
  }
  return direction;
}
