// What the charts use of plotly.js, as types: its own package carries none for this bundle.
declare module "plotly.js/dist/plotly-cartesian.min.js" {
  export interface ImageOptions {
    format: "png" | "svg";
    filename: string;
    width: number;
    height: number;
    scale?: number;
  }
  /** An element after Plotly has drawn into it. */
  export interface PlotlyElement extends HTMLElement {
    on(event: "plotly_animatingframe", listener: (event: { name: string }) => void): void;
    removeAllListeners(event: string): void;
  }
  interface Parts {
    data: object[];
    layout: object;
    config: object;
    frames: object[];
  }
  interface Plotly {
    react(element: HTMLElement, figure: Parts): Promise<unknown>;
    animate(element: HTMLElement, frames: string[], options: object): Promise<unknown>;
    register(part: { moduleType: "component"; name: string; [method: string]: unknown }): void;
    purge(element: HTMLElement): void;
    downloadImage(figure: object, options: ImageOptions): Promise<string>;
    Plots: { resize(element: HTMLElement): Promise<unknown> };
    Icons: Readonly<Record<"camera" | "disk", object>>;
  }
  const plotly: Plotly;
  export default plotly;
}
