// The same charts in any web page, such as an exported notebook: `bnlabPlotly.draw(element, figure)`. Runs in a web page.
import { Chart } from "./chart";
import { asFigure } from "./figure";

const bnlabPlotly = {
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

Object.assign(globalThis, { bnlabPlotly });
