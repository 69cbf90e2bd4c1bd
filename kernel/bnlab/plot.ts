// `plot` as cells see it: every chart, and `live`, which joins a figure to the session's display.
import { requireKnown } from "../arguments";
import { type Figure, LiveFigure } from "../plot";
import { display, onCellEnd } from "../session/display/display";

export * from "../plot";

/**
 * Shows a figure at once and redraws it in place as it changes, from synchronous and asynchronous loops alike.
 *
 * @example
 * const chart = plot.live(plot.loss({}, { title: "Training loss" }));
 * for (let step = 0; step < 100; step++) chart.append("run 1", step, Math.exp(-step / 20));
 */
export function live<F extends Figure>(figure: F): LiveFigure<F> {
  requireKnown("live", arguments, 1);
  return new LiveFigure(figure, display, { onCellEnd });
}
