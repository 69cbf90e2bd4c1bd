// A Plotly figure as it comes out of a notebook: JSON that anyone may have written, checked once here.

type Settings = Readonly<Record<string, unknown>>;

export interface Layout extends Settings {
  template?: { layout?: Partial<Record<string, unknown>> & TemplateParts; [part: string]: unknown };
  title?: { text?: string };
  height?: number;
  width?: number;
  meta?: { summary?: string };
  sliders?: readonly { active?: number }[];
}

interface TemplateParts {
  paper_bgcolor?: string;
  font?: Settings;
  xaxis?: Settings;
  yaxis?: Settings;
  hoverlabel?: Settings;
}

export interface Figure {
  data: Settings[];
  layout: Layout;
  config: Settings;
  /** States that a slider goes through. */
  frames: { name: string; data: Settings[]; layout?: Partial<Layout>; [setting: string]: unknown }[];
}

/** @throws TypeError if it is no figure. */
export function asFigure(value: unknown): Figure {
  if (!isSettings(value) || !Array.isArray(value.data)) {
    throw new TypeError(
      "This output is not a Plotly figure: expected an object with a list of traces, `data`.",
    );
  }
  const { layout, config, frames } = value;
  return {
    data: value.data.filter(isSettings),
    layout: isSettings(layout) ? layout : {},
    config: isSettings(config) ? config : {},
    frames: Array.isArray(frames) ? frames.filter(isFrame) : [],
  };
}

const isSettings = (value: unknown): value is Settings =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isFrame = (value: unknown): value is Figure["frames"][number] =>
  isSettings(value) && typeof value.name === "string" && Array.isArray(value.data);
