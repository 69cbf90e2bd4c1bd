// An axis as lines and words: its grid behind the data; its line, ticks, labels and title before it.
import { fitted, textWidth } from "../text";
import type { PlacedAxis } from "./axes";
import { element, inked, px, textElement } from "./elements";
import type { Panels } from "./panels";

/** Places on the other side of an axis: where its lines run to. */
function partner(axis: PlacedAxis, { axes }: Panels): PlacedAxis | undefined {
  const fallback = (axis.letter === "x" ? "y" : "x") + axis.id.slice(1);
  return axes.get(axis.settings.anchor ?? fallback) ?? axes.get(axis.letter === "x" ? "y" : "x");
}

export function drawGrid(axis: PlacedAxis, panels: Panels): string {
  const across = partner(axis, panels);
  if (across === undefined || axis.settings.visible === false || axis.settings.showgrid === false) return "";
  const zero = axis.settings.zeroline === true && axis.settings.type !== "log" ? [axis.at(0)] : [];
  const lines = (at: readonly number[]) =>
    at
      .map((pixel) =>
        axis.letter === "x"
          ? `M${px(pixel)} ${px(across.from)}V${px(across.to)}`
          : `M${px(across.from)} ${px(pixel)}H${px(across.to)}`,
      )
      .join("");
  const [low, high] = [Math.min(axis.from, axis.to), Math.max(axis.from, axis.to)];
  return (
    element("path", { d: lines(axis.ticks().map(({ at }) => axis.pixel(at))), ...inked("grid", "stroke") }) +
    element("path", { d: lines(zero.filter((at) => at >= low && at <= high)), ...inked("line", "stroke") })
  );
}

export function drawAxis(axis: PlacedAxis, panels: Panels): string {
  const { settings } = axis;
  const across = partner(axis, panels);
  if (across === undefined || settings.visible === false) return "";
  const side = settings.side === "right" || settings.side === "top" ? across.to : across.from;
  const labels = settings.showticklabels === false ? [] : axis.ticks();
  const parts: string[] = [];
  const size = 11;
  if (axis.letter === "x") {
    const strokes = settings.showline === true ? `M${px(axis.from)} ${px(side)}H${px(axis.to)}` : "";
    const marks = settings.ticks === "outside" ? axis.ticks() : [];
    const d = strokes + marks.map(({ at }) => `M${px(axis.pixel(at))} ${px(side)}v4`).join("");
    parts.push(element("path", { d, ...inked("line", "stroke"), fill: "none" }));
    for (const { at, text } of spaced(shortened(labels, axis), axis)) {
      parts.push(textElement(text, axis.pixel(at), side + 6, { size, anchor: "center", baseline: "top" }));
    }
    const title = settings.title?.text;
    if (title !== undefined) {
      const middle = (axis.from + axis.to) / 2;
      const below = side + (labels.length > 0 ? 26 : 8);
      parts.push(
        textElement(fitted(title, 12, axis.length + 60), middle, below, {
          size: 12,
          anchor: "center",
          baseline: "top",
        }),
      );
    }
    return parts.join("");
  }
  let widest = 0;
  const right = settings.side === "right";
  for (const { at, text } of shortened(labels, axis)) {
    widest = Math.max(widest, textWidth(text, size));
    parts.push(
      textElement(text, side + (right ? 5 : -5), axis.pixel(at), {
        size,
        anchor: right ? "left" : "right",
        baseline: "middle",
      }),
    );
  }
  const title = settings.title?.text;
  if (title !== undefined) {
    const middle = (axis.from + axis.to) / 2;
    const away = right ? side + widest + 18 : side - Math.min(widest + 18, side - 9);
    parts.push(
      textElement(fitted(title, 12, axis.length + 60), away, middle, {
        size: 12,
        anchor: "center",
        baseline: "middle",
        angle: -90,
      }),
    );
  }
  return parts.join("");
}

/** Names no longer than their place below the axis, or than is left beside it for the data. */
export function shortened<T extends { text: string }>(labels: readonly T[], axis: PlacedAxis): readonly T[] {
  if (axis.categories.length === 0) return labels;
  const room =
    axis.letter === "y" ? widestName : Math.max(narrowestName, axis.length / Math.max(1, labels.length) - 6);
  return labels.map((label) => ({ ...label, text: fitted(label.text, 11, room) }));
}

/** In pixels, of a name beside a y axis. */
const widestName = 180;
/** In pixels, of a name below an x axis: less would not tell names apart. */
const narrowestName = 40;

/** As many of the labels as stand beside each other without touching. */
function spaced<T extends { text: string }>(labels: readonly T[], axis: PlacedAxis): readonly T[] {
  const room = axis.length / Math.max(1, labels.length);
  const widest = Math.max(0, ...labels.map(({ text }) => textWidth(text, 11))) + 4;
  const every = Math.max(1, Math.ceil(widest / room));
  return labels.filter((_, n) => n % every === 0);
}
