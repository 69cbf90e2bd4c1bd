// What a layout adds to the data: shapes (bands, rules) and annotations.
import type { Annotation, Datum, Layout } from "../plotly";
import { element, textElement } from "./elements";
import type { Box, Panels } from "./panels";
import { dashes, path } from "./traces";

/** Where `value` of that reference stands: data, the panel (`x domain`), or all panels together (`paper`). */
function referred(
  ref: string,
  value: Datum,
  letter: "x" | "y",
  { axes, plot }: Panels,
  inUnits = false,
): number {
  if (ref === "paper") {
    return letter === "x"
      ? plot.left + Number(value) * (plot.right - plot.left)
      : plot.bottom - Number(value) * (plot.bottom - plot.top);
  }
  const axis = axes.get(ref.replace(" domain", ""));
  if (axis === undefined) return Number.NaN;
  if (ref.endsWith("domain")) return axis.from + Number(value) * (axis.to - axis.from);
  return inUnits && typeof value === "number" ? axis.pixel(value) : axis.at(value);
}

export function drawShapes(layout: Layout, panels: Panels, below: boolean): string {
  return (layout.shapes ?? [])
    .filter(({ layer }) => (layer === "below") === below)
    .map((shape) => {
      const at = (ref: string | undefined, value: Datum, letter: "x" | "y") =>
        referred(ref ?? letter, value, letter, panels);
      const [x0, x1] = [at(shape.xref, shape.x0, "x"), at(shape.xref, shape.x1, "x")];
      const [y0, y1] = [at(shape.yref, shape.y0, "y"), at(shape.yref, shape.y1, "y")];
      const box = clipped({ left: x0, right: x1, top: y0, bottom: y1 }, panels.plot);
      const gone = shape.type === "rect" && (box.right - box.left < 0.5 || box.bottom - box.top < 0.5);
      if (gone) return "";
      const { line = {}, label } = shape;
      const look = {
        stroke: line.color,
        "stroke-width": line.color === undefined ? undefined : (line.width ?? 2),
      };
      const dashed = { "stroke-dasharray": dashes[line.dash ?? "solid"] };
      const figure =
        shape.type === "line"
          ? element("path", {
              d: path([
                [x0, y0],
                [x1, y1],
              ]),
              ...look,
              ...dashed,
              opacity: shape.opacity,
            })
          : element("rect", {
              x: box.left,
              y: box.top,
              width: box.right - box.left,
              height: box.bottom - box.top,
              fill: shape.fillcolor ?? "none",
              opacity: shape.opacity,
              ...look,
            });
      if (label?.text === undefined) return figure;
      const [word, size] = [label.text, label.font?.size ?? 11];
      const start = shape.type === "line" && Math.abs(y0 - y1) < 1;
      return (
        figure +
        textElement(word, start ? Math.max(x0, x1) - 4 : box.left + 4, start ? y0 - 2 : box.top + 3, {
          size,
          color: label.font?.color,
          anchor: start ? "right" : "left",
          baseline: start ? "bottom" : "top",
        })
      );
    })
    .join("");
}

function clipped({ left, right, top, bottom }: Box, plot: Box): Box {
  const inside = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));
  return {
    left: inside(Math.min(left, right), plot.left, plot.right),
    right: inside(Math.max(left, right), plot.left, plot.right),
    top: inside(Math.min(top, bottom), plot.top, plot.bottom),
    bottom: inside(Math.max(top, bottom), plot.top, plot.bottom),
  };
}

export function drawAnnotation(annotation: Annotation, panels: Panels): string {
  const { text, xref = "x", yref = "y", xshift = 0, yshift = 0 } = annotation;
  const { font = {} } = annotation;
  const x = referred(xref, annotation.x, "x", panels, true) + xshift;
  const y = referred(yref, annotation.y, "y", panels, true) - yshift;
  if (!Number.isFinite(x + y)) return "";
  return textElement(text, x, y, {
    size: font.size ?? 12,
    color: font.color,
    anchor: oneOf(annotation.xanchor, ["left", "center", "right"]) ?? "center",
    baseline: oneOf(annotation.yanchor, ["top", "middle", "bottom"]) ?? "middle",
    align: oneOf(annotation.align, ["left", "center", "right"]),
  });
}

const oneOf = <T extends string>(value: unknown, words: readonly T[]): T | undefined =>
  words.find((word) => word === value);
