// The frame of a drawing: its axes with what they span, its margins, and where each panel stands.
import { hasColorBar, kindOf } from "../kind";
import { axesIn, axisOf, type Layout, type Shape, type Trace } from "../plotly";
import { textWidth } from "../text";
import { axisSettings, PlacedAxis } from "./axes";
import { shortened } from "./axisLines";
import { barTicks, colorBarSize, coloringOf } from "./fields";

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Panels {
  axes: ReadonlyMap<string, PlacedAxis>;
  /** What the layout's "paper" is: all panels together. */
  plot: Box;
}

/** @throws never; a trace of a kind that is not drawn is the caller's to find. */
export function placePanels(data: readonly Trace[], layout: Layout, width: number, height: number): Panels {
  const axes = axesOf(data, layout);
  for (const trace of data) {
    kindOf(trace)?.span(trace, axes.get(axisOf(trace, "x"))!, axes.get(axisOf(trace, "y"))!, layout);
  }
  for (const shape of layout.shapes ?? []) includeShape(shape, axes);
  settle(axes);
  const margin = { l: 56, r: 20, t: 40, b: 48, ...layout.margin };
  const plot: Box = { left: margin.l, right: width - margin.r, top: margin.t, bottom: height - margin.b };
  plot.right -= barsWidth(data, margin.r);
  place(axes, plot);
  for (const axis of axes.values()) {
    if (axis.letter === "y" && domainOf(axes.get(axis.settings.anchor ?? "x"))[0] === 0) {
      plot.left = Math.max(plot.left, outerWidth(axis));
    }
    if (axis.letter === "x" && domainOf(axis)[0] === 0)
      plot.bottom = Math.min(plot.bottom, height - outerHeight(axis));
  }
  place(axes, plot);
  for (const axis of axes.values()) keepShape(axis, axes);
  return { axes, plot };
}

const domainOf = (axis: PlacedAxis | undefined): readonly [number, number] => axis?.settings.domain ?? [0, 1];
const visible = (axis: PlacedAxis) =>
  axis.settings.visible !== false && axis.settings.showticklabels !== false;

/** What stands to the left of a y axis. */
function outerWidth(axis: PlacedAxis): number {
  const labels = visible(axis)
    ? Math.max(0, ...shortened(axis.ticks(), axis).map(({ text }) => textWidth(text, 11)))
    : 0;
  return 12 + labels + (axis.settings.title?.text === undefined ? 0 : 24);
}

function outerHeight(axis: PlacedAxis): number {
  return 8 + (visible(axis) ? 20 : 0) + (axis.settings.title?.text === undefined ? 0 : 22);
}

/** Room for color bars at the right edge, beyond the margin that is there. */
function barsWidth(data: readonly Trace[], margin: number): number {
  const widths = data
    .filter((trace) => hasColorBar(trace) && (trace.colorbar?.x ?? 1) >= 1)
    .map((trace) => {
      const title = trace.colorbar?.title?.text ?? "";
      const labels = barTicks(trace, coloringOf(trace)).map(({ text }) => textWidth(text, 11));
      return (
        colorBarSize.gap + Math.max(colorBarSize.width + 5 + Math.max(0, ...labels), textWidth(title, 12))
      );
    });
  return Math.max(0, ...widths.map((width) => width - margin + 8));
}

function axesOf(data: readonly Trace[], layout: Layout): Map<string, PlacedAxis> {
  const ids = new Set<string>();
  for (const trace of data) ids.add(axisOf(trace, "x")).add(axisOf(trace, "y"));
  for (const id of axesIn(layout)) ids.add(id);
  return new Map([...ids].map((id) => [id, new PlacedAxis(id, axisSettings(layout, id))]));
}

/** As for Plotly: a band that is marked is in view. */
function includeShape(shape: Shape, axes: ReadonlyMap<string, PlacedAxis>): void {
  const { xref = "x", yref = "y", x0, x1, y0, y1 } = shape;
  for (const [id, ends] of [
    [xref, [x0, x1]],
    [yref, [y0, y1]],
  ] as const) {
    const axis = axes.get(id); // none for a "domain" or "paper"
    for (const end of ends) axis?.include(axis.unit(end));
  }
}

/** Axes that match one another, or share their range through `matches`, settle as one. */
function settle(axes: ReadonlyMap<string, PlacedAxis>): void {
  const groups = new Map<string, PlacedAxis[]>();
  for (const axis of axes.values()) {
    let leader = axis;
    for (let hops = 0; typeof leader.settings.matches === "string" && hops < 9; hops++) {
      leader = axes.get(leader.settings.matches) ?? leader;
    }
    groups.set(leader.id, [...(groups.get(leader.id) ?? []), axis]);
  }
  for (const group of groups.values()) for (const axis of group) axis.settle(group);
}

function place(axes: ReadonlyMap<string, PlacedAxis>, plot: Box): void {
  for (const axis of axes.values()) {
    const under =
      typeof axis.settings.overlaying === "string" ? axes.get(axis.settings.overlaying) : undefined;
    const [low, high] = axis.settings.domain ?? domainOf(under);
    if (axis.letter === "x") {
      axis.from = plot.left + low * (plot.right - plot.left);
      axis.to = plot.left + high * (plot.right - plot.left);
    } else {
      axis.from = plot.bottom - low * (plot.bottom - plot.top);
      axis.to = plot.bottom - high * (plot.bottom - plot.top);
    }
  }
}

/** `scaleanchor`: a unit is as long on both axes; the longer of the two gives way, in the middle of its place. */
function keepShape(axis: PlacedAxis, axes: ReadonlyMap<string, PlacedAxis>): void {
  const other =
    typeof axis.settings.scaleanchor === "string" ? axes.get(axis.settings.scaleanchor) : undefined;
  if (other === undefined) return;
  const unit = ({ range, length }: PlacedAxis) => length / Math.abs(range[1] - range[0]);
  const shrink = (which: PlacedAxis, share: number) => {
    const middle = (which.from + which.to) / 2;
    which.from = middle + (which.from - middle) * share;
    which.to = middle + (which.to - middle) * share;
  };
  const [own, others] = [unit(axis), unit(other)];
  if (own > others) shrink(axis, others / own);
  else shrink(other, own / others);
}
