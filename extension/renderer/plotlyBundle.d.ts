// What the charts use of plotly.js, as types: its own package carries none for this bundle.
declare module "plotly.js/dist/plotly-cartesian.min.js" {
  export interface ImageOptions {
    format: "png" | "svg";
    filename: string;
    width: number;
    height: number;
    scale?: number;
  }
  interface Plotly {
    react(element: HTMLElement, data: unknown[], layout: object, config: object): Promise<unknown>;
    purge(element: HTMLElement): void;
    downloadImage(figure: object, options: ImageOptions): Promise<string>;
    Plots: { resize(element: HTMLElement): Promise<unknown> };
    Icons: Readonly<Record<"camera" | "disk", object>>;
  }
  const plotly: Plotly;
  export default plotly;
}
