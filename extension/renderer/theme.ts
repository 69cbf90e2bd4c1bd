// The colors and the font of the place where a chart stands, and how a figure takes them on. Runs in a web page.
import type { Layout } from "./figure";

export interface Theme {
  text: string;
  line: string;
  grid: string;
  /** Behind hover texts. */
  surface: string;
  /** Behind the whole chart. */
  paper: string;
  /** The side that a theme with high contrast is on. */
  contrast?: "dark" | "light";
  family: string;
}

/** For pictures that leave the notebook: a white page whatever the editor's theme. */
export const print: Omit<Theme, "family"> = {
  text: "#1f2328",
  line: "#9aa1a9",
  grid: "#e4e7ea",
  surface: "#ffffff",
  paper: "#ffffff",
};

const night: Omit<Theme, "family"> = {
  text: "#d0d4d9",
  line: "#6e7681",
  grid: "#31363d",
  surface: "#22262b",
  paper: "#1b1e22",
};

const themes = { auto: undefined, light: print, dark: night };
/** What a reader may ask for: the colors of the place, or always the same. */
export type ChartTheme = keyof typeof themes;

export const isChartTheme = (value: unknown): value is ChartTheme =>
  typeof value === "string" && Object.hasOwn(themes, value);

let chosen: ChartTheme = "auto";
const watching = new Set<() => void>();

export function setChartTheme(theme: ChartTheme): void {
  chosen = theme;
  for (const changed of watching) changed();
}

/** Reads the theme from the text around the chart, so that it fits any editor theme and any web page. */
export function readTheme(place: HTMLElement): Theme {
  const { color, fontFamily } = getComputedStyle(place);
  const fixed = themes[chosen];
  if (fixed) return { ...fixed, family: fontFamily };
  const highContrast =
    document.body.classList.contains("vscode-high-contrast") ||
    matchMedia("(prefers-contrast: more)").matches;
  const hover = getComputedStyle(document.documentElement).getPropertyValue(
    "--vscode-editorHoverWidget-background",
  );
  return {
    ...(highContrast && { contrast: isBright(color) ? "dark" : "light" }),
    text: rgba(color),
    line: rgba(color, highContrast ? 1 : 0.45),
    grid: rgba(color, highContrast ? 0.4 : 0.13),
    surface: rgba(hover.trim() || backgroundOf(place)),
    paper: "rgba(0,0,0,0)",
    family: fontFamily,
  };
}

const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

/** Any CSS color as Plotly reads it: it draws what it cannot parse, such as `color(srgb …)`, in black. */
function rgba(color: string, opacity = 1): string {
  const found = channels(color);
  if (found === undefined) return color;
  const [red, green, blue, alpha] = found;
  return `rgba(${red}, ${green}, ${blue}, ${(alpha / 255) * opacity})`;
}

const isBright = (color: string) => (channels(color)?.[1] ?? 0) > 127;

function channels(color: string): readonly [number, number, number, number] | undefined {
  if (canvas === null) return undefined;
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  return canvas.getImageData(0, 0, 1, 1).data as unknown as [number, number, number, number];
}

function backgroundOf(place: HTMLElement): string {
  for (let at: HTMLElement | null = place; at !== null; at = at.parentElement) {
    const { backgroundColor } = getComputedStyle(at);
    if (backgroundColor !== "rgba(0, 0, 0, 0)") return backgroundColor;
  }
  return "Canvas";
}

/** Calls back when the editor's or the system's theme, or the one asked for, may have changed; returns how to stop. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  const attributeFilter = ["class", "style", "data-theme", "data-vscode-theme-id"];
  observer.observe(document.documentElement, { attributes: true, attributeFilter });
  observer.observe(document.body, { attributes: true, attributeFilter });
  const queries = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"].map((query) =>
    matchMedia(query),
  );
  for (const query of queries) query.addEventListener("change", changed);
  watching.add(changed);
  return () => {
    watching.delete(changed);
    observer.disconnect();
    for (const query of queries) query.removeEventListener("change", changed);
  };
}

/**
 * The layout in the theme's colors. They go into the template, Plotly's layer of defaults, so that a color that the
 * figure itself sets stays. A template that paints its own background brings a whole look of its own: it is kept.
 */
export function themed(layout: Layout, theme: Theme): Layout {
  const template = layout.template?.layout ?? {};
  if (template.paper_bgcolor !== undefined && template.paper_bgcolor !== "rgba(0,0,0,0)")
    return { ...layout };
  const axis = {
    gridcolor: theme.grid,
    linecolor: theme.line,
    tickcolor: theme.line,
    zerolinecolor: theme.line,
    spikecolor: theme.line,
  };
  return {
    ...layout,
    template: {
      ...layout.template,
      layout: {
        ...template,
        paper_bgcolor: theme.paper,
        plot_bgcolor: "rgba(0,0,0,0)",
        font: { size: 12, ...template.font, family: theme.family, color: theme.text },
        xaxis: { ...template.xaxis, ...axis },
        yaxis: { ...template.yaxis, ...axis },
        hoverlabel: {
          ...template.hoverlabel,
          bgcolor: theme.surface,
          bordercolor: theme.line,
          font: { size: 12, family: theme.family, color: theme.text },
        },
        modebar: { bgcolor: "rgba(0,0,0,0)", color: theme.line, activecolor: theme.text },
      },
    },
  };
}
