// The same charts in any web page, such as an exported notebook: `bnlabPlotly.draw(element, figure)`. Runs in a web page.
import { Chart } from "./chart";
import { asFigure } from "./figure";

const bnlabPlotly = {
  /** Draws a figure (Plotly's JSON) inside the element, in the colors of the text around it. */
  draw(element: HTMLElement, figure: unknown): Chart {
    return new Chart(element, asFigure(figure));
  },
};

Object.assign(globalThis, { bnlabPlotly });
