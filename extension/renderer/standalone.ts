// Charts on any web page: `bnlabPlotly.draw(element, figure)`. The one script with Plotly inside: exported pages carry it, the notebook
// renderer imports it, live pages and views stand behind it. Runs in a web page.
import { Chart } from "./chart";
import { asFigure } from "./figure";
import { setLanguage } from "./localize";
import { setChartTheme } from "./theme";

const charts = {
  setChartTheme,
  setLanguage,

  /** Draws a figure (Plotly's JSON) inside the element, in the colors of the text around it. */
  draw(element: HTMLElement, figure: unknown): Chart {
    return new Chart(element, asFigure(figure));
  },

  /** Draws each figure that stands as JSON behind the place for it; one that cannot be drawn says so in its place. */
  drawAll(): void {
    for (const json of document.querySelectorAll<HTMLScriptElement>('script[type="application/json"]')) {
      const place = json.previousElementSibling as HTMLElement;
      try {
        this.draw(place, JSON.parse(json.text));
      } catch (error) {
        place.textContent = error instanceof Error ? error.message : String(error);
      }
    }
  },
};

declare global {
  /** Where this script stands before. */
  var bnlabPlotly: typeof charts;
}

globalThis.bnlabPlotly = charts;
