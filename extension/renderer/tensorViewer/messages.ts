// What the tensor viewer's page and the extension say to each other: types only.
import type { TensorReply } from "../../../kernel/protocol/variables";

/** An element as JSON has it. */
export type Element = TensorReply["values"][number];

export interface TensorInfo {
  /** What stands in the cells: `images`, `net 0.weight`. */
  name: string;
  /** `Tensor`, `Float32Array`. */
  type: string;
  shape: number[];
  dtype: string;
  /** `25.6 KB` */
  bytes: string;
}

/** A box of elements: `size` of them from `start`, every `step`-th along each dimension. */
export interface BoxRequest {
  start: number[];
  size: number[];
  step?: number[];
  /** Also asks for statistics and a histogram of all elements. */
  bins?: number;
}

/** What the kernel has answered. */
export type Box = Pick<TensorReply, "shape" | "values" | "statistics" | "histogram">;

export type ToViewer =
  /** The tensor as it is now: after the page is up, and after every cell. */
  | { type: "tensor"; tensor: TensorInfo }
  /** There is no such tensor any more; what is shown stays. */
  | { type: "gone"; message: string }
  | { type: "box"; id: number; box: Box }
  | { type: "refused"; id: number; message: string };

export type FromViewer =
  | { type: "ready" }
  | { type: "ask"; id: number; request: BoxRequest }
  /** The rows and columns at these indices of the other dimensions, to the clipboard or into a file. */
  | { type: "copy" | "export"; at: number[]; shape: number[] }
  /** Its rows in the viewer of data, which sorts and filters. */
  | { type: "rows" };

/** All that the page says, in the window's language; `{0}` stands for what is filled in. */
export interface ViewerWords {
  table: string;
  heatmap: string;
  histogram: string;
  images: string;
  dimension: string;
  waiting: string;
  empty: string;
  noneFinite: string;
  elements: string;
  sampled: string;
  bin: string;
  image: string;
  previous: string;
  next: string;
  range: string;
  min: string;
  max: string;
  mean: string;
  std: string;
  infinite: string;
  goTo: string;
  goToHelp: string;
  noIndex: string;
  copy: string;
  export: string;
  rows: string;
  rowAxis: string;
  columnAxis: string;
  countAxis: string;
}
