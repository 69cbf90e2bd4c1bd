// The loss chart: training curves of one or several runs. Imports nothing outside this folder.
import { LineFigure, type LineOptions, lineOptions, type Series } from "./line";
import type { Named } from "./numbers";
import { requireOptionsOf } from "./options";

/**
 * Training curves by name, over the step.
 *
 * @example plot.loss({ "without BN": a, "with BN": b }, { smoothing: 0.9, logY: true })
 */
export function loss(runs: Named<Series> = {}, options: LineOptions = {}): LineFigure {
  requireOptionsOf("loss", arguments, 2, lineOptions);
  return new LineFigure(runs, { xTitle: "step", yTitle: "loss", ...options });
}
