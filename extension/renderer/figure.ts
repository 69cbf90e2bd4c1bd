// A Plotly figure as it comes out of a notebook: JSON that anyone may have written, checked once here.
import { localized } from "./localize";
import { type Fields, fieldsOf, isFields, numberOf } from "./payload";

export interface Layout extends Fields {
  template?: { layout?: Partial<Record<string, unknown>> & TemplateParts; [part: string]: unknown };
  title?: { text?: string };
  height?: number;
  width?: number;
  meta?: { summary?: string };
  sliders?: readonly { active?: number }[];
}

interface TemplateParts {
  paper_bgcolor?: string;
  font?: Fields;
  xaxis?: Fields;
  yaxis?: Fields;
  hoverlabel?: Fields;
}

export interface Figure {
  data: Fields[];
  layout: Layout;
  config: Fields;
  /** States that a slider goes through. */
  frames: { name: string; data: Fields[]; layout?: Partial<Layout>; [setting: string]: unknown }[];
}

/** What a browser draws while its reader waits: beyond it a page would stand still. */
const most = { values: 2_000_000, depth: 40, traces: 1000, pixels: 10_000 };

/** What a figure may ask of the page around it; all else there is of Plotly's own site, or not JSON. */
const settings = [
  "scrollZoom",
  "doubleClick",
  "displayModeBar",
  "staticPlot",
  "editable",
  "edits",
  "showTips",
  "locale",
];

/** @throws TypeError, in words for the reader, if it is no figure or one that no page can take. */
export function asFigure(value: unknown): Figure {
  if (!isFields(value) || !Array.isArray(value.data)) {
    throw new TypeError(
      localized("This output is not a Plotly figure: expected an object with a list of traces, `data`."),
    );
  }
  const { data, layout, config, frames } = new Copy().of(value) as Fields & { data: unknown[] };
  const traces = data.filter(isFields);
  if (traces.length > most.traces) {
    throw new TypeError(
      localized("This chart is too large to draw: it has {0} traces.", traces.length.toLocaleString("en")),
    );
  }
  return {
    data: traces,
    layout: layoutOf(fieldsOf(layout)),
    config: Object.fromEntries(Object.entries(fieldsOf(config)).filter(([name]) => settings.includes(name))),
    frames: Array.isArray(frames) ? frames.filter(isFrame) : [],
  };
}

function layoutOf(layout: Fields): Layout {
  const size = (name: "width" | "height") => {
    const pixels = numberOf(layout[name], undefined);
    return pixels === undefined ? undefined : Math.min(most.pixels, Math.max(10, pixels));
  };
  const { template, sliders, title } = layout;
  const text = isFields(title) ? title.text : title;
  return {
    ...layout,
    width: size("width"),
    height: size("height"),
    title: text === undefined ? undefined : { ...fieldsOf(title), text: String(text) },
    template: isFields(template) ? { ...template, layout: fieldsOf(template.layout) } : undefined,
    sliders: Array.isArray(sliders) ? sliders.filter(isFields) : undefined,
    meta: isFields(layout.meta) ? { ...layout.meta, summary: summaryOf(layout.meta) } : undefined,
  };
}

const summaryOf = ({ summary }: Fields) => (typeof summary === "string" ? summary : undefined);

const isFrame = (value: unknown): value is Figure["frames"][number] =>
  isFields(value) &&
  typeof value.name === "string" &&
  Array.isArray(value.data) &&
  value.data.every(isFields);

/**
 * A figure's copy without what could reach beyond it: addresses of pictures that are not in it, and the name of every object's
 * prototype, which Plotly would follow.
 */
class Copy {
  #values = 0;

  of(value: unknown, key = "", depth = 0): unknown {
    if (++this.#values > most.values) {
      throw new TypeError(
        localized(
          "This chart is too large to draw: it has more than {0} values.",
          most.values.toLocaleString("en"),
        ),
      );
    }
    if (typeof value === "string") return isAddress(key, value) ? undefined : value;
    if (typeof value !== "object" || value === null) return value;
    if (depth > most.depth)
      throw new TypeError(localized("This chart cannot be drawn: it is nested too deeply."));
    if (ArrayBuffer.isView(value)) return value;
    if (Array.isArray(value)) return value.map((one) => this.of(one, key, depth + 1));
    const entries = Object.entries(value).filter(([name]) => name !== "__proto__");
    return Object.fromEntries(entries.map(([name, one]) => [name, this.of(one, name, depth + 1)]));
  }
}

/** Whether it is the address of a picture, or what a button could put in an address's place. */
function isAddress(key: string, text: string): boolean {
  if (/source$/i.test(key)) return !/^data:image\//i.test(text);
  return /^args2?$/.test(key) && /^\s*(?:[a-z][a-z\d+.-]*:)?\/\//i.test(text);
}
