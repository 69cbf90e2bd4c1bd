// A figure as a narrow place shows it, on a phone or beside an editor: panels under each other, the legend below, long words in lines.
// Figures are saved for a wide place, and fitted whenever they are drawn. Imports nothing outside this folder.
import { halved } from "./halves";
import {
  edge,
  fittedHeading,
  hasBar,
  lineHeight,
  namesOn,
  nameText,
  type Room,
  roomFor,
  titleOf,
  titleSize,
  titleText,
} from "./narrowRoom";
import { heads, linkedWith, panelAt } from "./panels";
import {
  type Annotation,
  type Axis,
  axesIn,
  axisKey,
  axisOf,
  type Frame,
  type Layout,
  letterOf,
  type Shape,
  type Trace,
} from "./plotly";
import { lineCount, textWidth, wrapped } from "./text";

/** Where panels side by side have no room for their words any more, in pixels. */
export const narrowWidth = 620;

interface Drawn {
  data: readonly Trace[];
  layout: Layout;
  frames?: readonly Frame[];
}

/** The figure for a place of that width: as it is, or fitted to a narrow one; what comes in is not changed. */
export function fitted<F extends Drawn>(figure: F, width: number): F {
  if (!(width > 0) || width >= narrowWidth) return figure;
  const { frames = [] } = figure;
  const halves = frames.length === 0 ? halved(figure.data, figure.layout, width) : undefined;
  const { data, layout } = halves ?? figure;
  const states = frames.map((frame): Layout => ({ ...layout, ...frame.layout }));
  const room = roomFor(data, [layout, ...states], width);
  const fittedData = (traces: readonly Trace[]) => traces.map((trace) => fittedTrace(trace, data, room));
  return {
    ...figure,
    data: fittedData(data),
    layout: fittedLayout(layout, data, room),
    ...(figure.frames && {
      frames: frames.map((frame, n) => {
        const whole = fittedLayout(states[n]!, data, room);
        const own = Object.keys(frame.layout ?? {}).map((key) => [key, whole[key]]);
        return { ...frame, data: fittedData(frame.data), layout: Object.fromEntries(own) as Layout };
      }),
    }),
  };
}

function fittedLayout(layout: Layout, data: readonly Trace[], room: Room): Layout {
  const { width, margin, names } = room;
  const result: Layout = { ...layout, margin: { ...layout.margin, ...margin }, height: room.height };
  if (layout.title?.text) {
    const text = titleText(layout.title.text, width);
    // Plotly moves lines up by half of those that follow.
    const pad = { l: edge, t: 12 + ((lineCount(text) - 1) * titleSize * lineHeight) / 2 };
    result.title = { ...layout.title, text, xref: "container", pad };
  }
  if (names.length > 0) {
    result.legend = {
      ...layout.legend,
      ...{ orientation: "h", xref: "container", x: edge / width, xanchor: "left" },
      yref: "container",
      y: 0,
      yanchor: "bottom",
    };
  }
  for (const id of axesIn(layout)) result[axisKey(id)] = fittedAxis(layout, id, data, room);
  if (layout.annotations)
    result.annotations = layout.annotations.map((each) => fittedMark(each, layout, room));
  if (layout.shapes) result.shapes = layout.shapes.map((each) => fittedShape(each, layout, data, room));
  return result;
}

/** Over the whole width, and with the words that it shared with those beside it. */
function fittedAxis(layout: Layout, id: string, data: readonly Trace[], room: Room): Axis {
  const letter = letterOf(id);
  const n = room.panels.findIndex(({ axes }) => axes.has(id));
  const axis: Axis = { ...layout[axisKey(id)] };
  if (n >= 0) axis.domain = room.cells[n]![letter];
  if (linkedWith(layout, id).length > 1 && room.panels.length > 1) delete axis.showticklabels;
  if (letter === "x") Object.assign(axis, categoryLines(axis, id, data, room));
  const text = titleOf(layout, id);
  if (text !== undefined) {
    const [from, to] = axis.domain ?? [0, 1];
    const length = letter === "x" ? room.plotWidth : (to - from) * room.plotHeight;
    axis.title = { ...axis.title, text: wrapped(text, 12, Math.max(80, length)) };
  }
  return axis;
}

/** Names of categories in lines, where so they fit beside each other; Plotly turns the others. */
function categoryLines(axis: Axis, id: string, data: readonly Trace[], { plotWidth }: Room): Partial<Axis> {
  if (axis.type !== "category" || axis.tickvals !== undefined) return {};
  const tickvals = namesOn(data, id);
  const slot = plotWidth / Math.max(1, tickvals.length) - 8;
  const ticktext = tickvals.map((name) => wrapped(name, 11, slot));
  const fit = ticktext.every((text) => textWidth(text, 11) <= slot);
  return fit && ticktext.some((text) => lineCount(text) > 1) ? { tickvals, ticktext } : {};
}

function fittedMark(mark: Annotation, layout: Layout, room: Room): Annotation {
  const panel = room.panels.find((each) => heads(mark, each));
  return moved(panel === undefined ? mark : fittedHeading(mark, layout, panel, room.plotWidth), room);
}

/** The words of a band in its width, or at the other side of a rule beyond which there is no room for them. */
function fittedShape(shape: Shape, layout: Layout, data: readonly Trace[], room: Room): Shape {
  const result = moved(shape, room);
  const { xref = "x", label, x0, x1 } = shape;
  if (label?.text === undefined || !/^x\d*$/.test(xref)) return result;
  const size = label.font?.size ?? 11;
  const [from, to] = rangeOf(layout, data, xref);
  const part = (at: unknown) =>
    Math.max(0, Math.min(1, (scaledTo(layout, xref, Number(at)) - from) / (to - from || 1)));
  const [left, right] = [part(x0), part(x1)].sort((a, b) => a - b) as [number, number];
  if (shape.type === "rect") {
    const text = wrapped(label.text, size, Math.max(40, (right - left) * room.plotWidth - 10));
    return { ...result, label: { ...label, text } };
  }
  const flips = label.xanchor === "left" && textWidth(label.text, size) > (1 - left) * room.plotWidth;
  return flips ? { ...result, label: { ...label, xanchor: "right" } } : result;
}

const scaledTo = (layout: Layout, id: string, value: number) =>
  layout[axisKey(id)]?.type === "log" ? Math.log10(value) : value;

/** The range of an axis of numbers, as Plotly counts it: what it asks for, or what its data span. */
function rangeOf(layout: Layout, data: readonly Trace[], id: string): [number, number] {
  const asked = layout[axisKey(id)]?.range;
  if (asked !== undefined) return asked;
  let [low, high] = [Infinity, -Infinity];
  for (const trace of data) {
    if (axisOf(trace, "x") !== id) continue;
    for (const value of Array.from(trace.x ?? [])) {
      const at = typeof value === "number" ? scaledTo(layout, id, value) : Number.NaN;
      if (at < low) low = at;
      if (at > high) high = at;
    }
  }
  return low < high ? [low, high] : [0, 1];
}

/** What stands at a place of the whole plot goes along with the panel that it stands in. */
function moved<T extends Annotation | Shape>(mark: T, { panels, cells }: Room): T {
  const result: T & { [attribute: string]: unknown } = { ...mark };
  const at = (letter: "x" | "y") => Number(result[letter] ?? result[`${letter}0`]);
  const n = panels.indexOf(panelAt(panels, at("x"), at("y"))!);
  if (n < 0 || mark.xref !== "paper" || mark.yref !== "paper") return mark;
  for (const letter of ["x", "y"] as const) {
    const [[from, to], [start, end]] = [panels[n]![letter], cells[n]![letter]];
    for (const key of [letter, `${letter}0`, `${letter}1`]) {
      if (typeof result[key] === "number") {
        Object.assign(result, { [key]: start + ((result[key] - from) / (to - from)) * (end - start) });
      }
    }
  }
  return result;
}

function fittedTrace(trace: Trace, data: readonly Trace[], room: Room): Trace {
  const result: Trace = { ...trace };
  if (trace.name !== undefined) result.name = nameText(trace.name, room.width);
  if (trace.mode === "text") return fittedTexts(result, data, room);
  const n = room.panels.findIndex(({ axes }) => axes.has(axisOf(trace, "y")));
  if (n < 0 || room.panels.length < 2 || !hasBar(trace)) return result;
  // One scale for all panels stands beside all of them.
  const [from, to] = data.filter(hasBar).length === 1 ? [0, 1] : room.cells[n]!.y;
  result.colorbar = { ...trace.colorbar, x: 1, y: (from + to) / 2, len: to - from };
  return result;
}

/** The numbers in cells: smaller, or left to the pointer where none could be read. */
function fittedTexts(texts: Trace, data: readonly Trace[], { plotWidth }: Room): Trace {
  const cells = data.find(
    ({ z, xaxis, yaxis }) => z !== undefined && xaxis === texts.xaxis && yaxis === texts.yaxis,
  );
  if (cells === undefined || texts.text === undefined) return texts;
  const size = texts.textfont?.size ?? 12;
  const room = plotWidth / Math.max(1, cells.z![0]?.length ?? 1) - 3;
  const widest = Math.max(...Array.from(texts.text, (text) => textWidth(String(text ?? ""), size)));
  if (widest <= room) return texts;
  const smaller = Math.floor((size * room) / widest);
  return smaller < 8
    ? { ...texts, visible: false }
    : { ...texts, textfont: { ...texts.textfont, size: smaller } };
}
