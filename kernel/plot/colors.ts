// Color scales and what can be computed of colors. Imports nothing.

/** Plotly's form: from 0 to 1, the color there. */
export type ColorScale = readonly (readonly [number, string])[];

const even = (colors: readonly string[]): ColorScale =>
  colors.map((color, at) => [at / (colors.length - 1), color] as const);

/**
 * - `viridis`: evenly lighter, told apart by every kind of color vision.
 * - `ink`: from the page to blue, on a light page as on a dark one; for counts and shares, whose 0 is nothing.
 * - `diverging`: blue and vermilion to either side of a pale middle; for what has a sign.
 */
export const colorScales = {
  viridis: even([
    "#440154",
    "#482878",
    "#3e4989",
    "#31688e",
    "#26828e",
    "#1f9e89",
    "#35b779",
    "#6ece58",
    "#b5de2b",
    "#fde725",
  ]),
  ink: [
    [0, "rgba(22,115,186,0)"],
    [1, "rgba(22,115,186,1)"],
  ],
  diverging: even(["#0f4f86", "#2f7fbe", "#8fbce0", "#e9e9e6", "#eeb185", "#d9671c", "#8f3d00"]),
} as const satisfies Record<string, ColorScale>;

export type ColorScaleName = keyof typeof colorScales;

export type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

/** `#rgb`, `#rrggbb`, `rgb(…)` or `rgba(…)`; anything else is undefined. */
export function parseColor(color: string): Rgba | undefined {
  const hex = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(color)?.[1];
  if (hex !== undefined) {
    const wide = hex.length === 6 ? hex : [...hex].map((digit) => digit + digit).join("");
    const value = Number.parseInt(wide, 16);
    return [value >> 16, (value >> 8) & 255, value & 255, 1];
  }
  const parts = /^rgba?\(([^)]+)\)$/.exec(color)?.[1]?.split(",").map(Number);
  if (parts === undefined || parts.length < 3 || parts.some(Number.isNaN)) return undefined;
  return [parts[0]!, parts[1]!, parts[2]!, parts[3] ?? 1];
}

const gray: Rgba = [128, 128, 128, 1];

/** The scale's colors as a function of 0 to 1; what lies outside has the color of the nearer end. */
export function ramp(scale: ColorScale): (share: number) => Rgba {
  const stops = scale.map(([at, color]) => [at, parseColor(color) ?? gray] as const);
  return (share) => {
    const next = stops.findIndex(([at]) => at >= share);
    if (next === 0) return stops[0]![1];
    if (next < 0) return stops.at(-1)![1];
    const [from, low] = stops[next - 1]!;
    const [to, high] = stops[next]!;
    const part = (share - from) / (to - from);
    const between = (at: 0 | 1 | 2 | 3) => low[at] + part * (high[at] - low[at]);
    return [between(0), between(1), between(2), between(3)];
  };
}

/** A scale's colors for lines: the ends of viridis are lost, the one on dark pages, the other on light ones. */
export function lineRamp(scale: ColorScale): (share: number) => Rgba {
  const color = ramp(scale);
  return scale === colorScales.viridis ? (share) => color(0.28 + 0.5 * share) : color;
}

/** As CSS and Plotly read it. */
export function cssColor([red, green, blue, alpha]: Rgba): string {
  const channels = [red, green, blue].map(Math.round);
  return alpha >= 1
    ? `#${channels.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`
    : `rgba(${channels.join(",")},${Number(alpha.toFixed(3))})`;
}

/**
 * What to write in on that color: white, near black, or undefined, the page's own ink, where the page shines through.
 * https://www.w3.org/TR/WCAG21/#dfn-relative-luminance
 */
export function inkOn([red, green, blue, alpha]: Rgba): string | undefined {
  if (alpha < 0.55) return undefined;
  const light = (channel: number) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue) > 0.22 ? "#16191d" : "#ffffff";
}
