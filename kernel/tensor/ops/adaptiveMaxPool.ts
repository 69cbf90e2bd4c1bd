// Maxima over windows that are laid evenly, so that the output has a given size.

import { requireKnown } from "../arguments";
import { show } from "../shape";
import type { Tensor } from "../tensor";
import { requireFloat } from "./check";
import { indexSelect } from "./join";
import { type AdaptiveSizes, maxPool2d } from "./pool";
import { adaptiveSizes, inTurn, volumesOf } from "./pool3d";
import { reshape } from "./view";
import { lettersOf } from "./windows";

/**
 * The greatest over windows laid evenly so that the output has the given size: [N, C, H, W] → [N, C, H′, W′], also
 * [C, H, W]. Output i is the maximum of rows ⌊i·H/H′⌋ … ⌈(i+1)·H/H′⌉ − 1. As torch.nn.functional.adaptive_max_pool2d. Throws
 * a RangeError for other shapes and sizes below 1.
 */
export function adaptiveMaxPool2d(input: Tensor, outputSize: AdaptiveSizes): Tensor {
  requireKnown("adaptiveMaxPool2d", arguments, 2);
  const x = planesOf("adaptiveMaxPool2d", 2, input);
  return overPlane("adaptiveMaxPool2d", x, adaptiveSizes("adaptiveMaxPool2d", x, 2, outputSize));
}

/** adaptiveMaxPool2d of sequences: [N, C, L] → [N, C, L′], also [C, L]. As torch.nn.functional.adaptive_max_pool1d. */
export function adaptiveMaxPool1d(input: Tensor, outputSize: AdaptiveSizes): Tensor {
  requireKnown("adaptiveMaxPool1d", arguments, 2);
  const x = planesOf("adaptiveMaxPool1d", 1, input);
  const [length] = adaptiveSizes("adaptiveMaxPool1d", x, 1, outputSize);
  const rows = reshape(x, x.shape.toSpliced(-1, 0, 1));
  const y = overPlane("adaptiveMaxPool1d", rows, [1, length!]);
  return reshape(y, y.shape.toSpliced(-2, 1));
}

/**
 * adaptiveMaxPool2d of volumes: [N, C, D, H, W] → [N, C, D′, H′, W′], also [C, D, H, W]. As
 * torch.nn.functional.adaptive_max_pool3d.
 */
export function adaptiveMaxPool3d(input: Tensor, outputSize: AdaptiveSizes): Tensor {
  requireKnown("adaptiveMaxPool3d", arguments, 2);
  const x = volumesOf("adaptiveMaxPool3d", input);
  const [depth, ...plane] = adaptiveSizes("adaptiveMaxPool3d", x, 3, outputSize);
  return inTurn(
    x,
    (pictures) => overPlane("adaptiveMaxPool3d", pictures, plane),
    (layers) => overPlane("adaptiveMaxPool3d", layers, [depth!, layers.shape[2]!]),
  );
}

/**
 * Windows of different sizes are filled up by repeating their last element, which changes neither the maximum nor which of
 * equal ones comes first.
 */
function overPlane(operation: string, x: Tensor, outputSize: readonly number[]): Tensor {
  let windows = x;
  const kernel = outputSize.map((to, i) => {
    const dim = x.shape.length - 2 + i;
    const from = x.shape[dim]!;
    if (from < 1) {
      throw new RangeError(`${operation}: expected spatial sizes ≥ 1, got ${show(x.shape)}`);
    }
    if (from % to === 0) return from / to;
    const start = (at: number) => Math.floor((at * from) / to);
    const end = (at: number) => Math.ceil(((at + 1) * from) / to);
    const size = Math.max(...Array.from({ length: to }, (_, at) => end(at) - start(at)));
    const places = Int32Array.from({ length: to * size }, (_, i) => {
      const at = Math.floor(i / size);
      return Math.min(start(at) + (i % size), end(at) - 1);
    });
    windows = indexSelect(windows, dim, places);
    return size;
  });
  return maxPool2d(windows, kernel);
}

function planesOf(operation: string, rank: 1 | 2, input: Tensor): Tensor {
  const x = requireFloat(operation, input);
  const leading = x.shape.length - rank;
  if (leading === 1 || leading === 2) return x;
  const one = ["C", ...lettersOf(rank)].join(", ");
  throw new RangeError(`${operation}: expected input [N, ${one}] or [${one}], got ${show(x.shape)}`);
}
