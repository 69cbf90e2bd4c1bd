// The notebook renderer of Plotly figures. VS Code loads it when the first figure shows. Runs in a web page.
import "./standalone.js";
import type { Chart } from "./chart";
import { asFigure } from "./figure";
import type { OutputItem, RendererApi, RendererContext } from "./rendererApi";
import { isChartTheme } from "./theme";

export function activate(context?: RendererContext): RendererApi {
  context?.onDidReceiveMessage?.((message) => {
    const { chartTheme } = message as { chartTheme?: unknown };
    if (isChartTheme(chartTheme)) bnlabPlotly.setChartTheme(chartTheme);
  });
  context?.postMessage?.({ asks: "chartTheme" });
  const charts = new Map<string, Chart>();
  const dispose = (id: string) => {
    charts.get(id)?.dispose();
    charts.delete(id);
  };
  return {
    renderOutputItem(item: OutputItem, element: HTMLElement): void {
      try {
        const chart = charts.get(item.id);
        if (chart === undefined) {
          charts.set(item.id, bnlabPlotly.draw(element, item.json()));
        } else {
          // An update of the same output: the chart that stands there goes on.
          const figure = asFigure(item.json());
          chart.moveTo(element);
          chart.show(figure);
        }
      } catch (error) {
        dispose(item.id);
        element.textContent = error instanceof Error ? error.message : String(error);
      }
    },
    disposeOutputItem(id?: string): void {
      for (const each of id === undefined ? [...charts.keys()] : [id]) dispose(each);
    },
  };
}
