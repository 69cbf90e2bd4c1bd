// SVG's elements as strings, and the colors of what is no data.
import { escapeHtml } from "../../words";
import { linesOf, type Run, textWidth } from "../text";

/** A tenth of a pixel is as fine as anyone sees. */
export const px = (value: number): string => String(Math.round(value * 10) / 10);

type Attributes = Readonly<Record<string, string | number | undefined>>;

export function element(name: string, attributes: Attributes, content?: string): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? px(value) : escapeHtml(value!)}"`)
    .join("");
  return content === undefined ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/** A picture brings its own paper, since it cannot know the page that it is put into. */
const inks = { ink: "#1f2328", line: "#9aa1a9", grid: "#e4e7ea", paper: "#ffffff" } as const;
export type Ink = keyof typeof inks;

/** The attribute of what is drawn in that ink. */
export const inked = (ink: Ink, as: "fill" | "stroke"): Attributes => ({ [as]: inks[ink] });

export interface TextOptions {
  size: number;
  color?: string | undefined;
  weight?: number | undefined;
  /** Which part of the text stands at x, and which at y. */
  anchor?: "left" | "center" | "right";
  baseline?: "top" | "middle" | "bottom";
  /** Which side several lines are flush with; default: `anchor`. */
  align?: "left" | "center" | "right" | undefined;
  /** Degrees, clockwise. */
  angle?: number;
  /** Whether what lies below is kept apart from it by an edge of paper. */
  edged?: boolean;
}

const lineHeight = 1.3;
const anchors = { left: undefined, center: "middle", right: "end" } as const;
const part = { left: 0, center: 0.5, right: 1 } as const;

/** Text in Plotly's HTML. */
export function textElement(html: string, x: number, y: number, options: TextOptions): string {
  const { size, color, weight, anchor = "left", baseline = "bottom", align = anchor, angle, edged } = options;
  const lines = linesOf(html, size);
  const above = { top: 0, middle: 0.5, bottom: 1 }[baseline] * lines.length * lineHeight;
  const left = x + (part[align] - part[anchor]) * (align === anchor ? 0 : textWidth(html, size));
  const content = lines.map((runs, n) => {
    const baselineAt = y + size * ((n + 0.5) * lineHeight + 0.36 - above);
    return element("tspan", { x: left, y: baselineAt }, runs.map((run) => runElement(run, size)).join(""));
  });
  return element(
    "text",
    {
      "font-size": size,
      "font-weight": weight,
      "text-anchor": anchors[align],
      transform: angle === undefined ? undefined : `rotate(${px(angle)} ${px(x)} ${px(y)})`,
      ...(color === undefined ? inked("ink", "fill") : { fill: color }),
      ...(edged && { ...inked("paper", "stroke"), "stroke-width": 3, "paint-order": "stroke" }),
    },
    content.join(""),
  );
}

function runElement({ text, bold, italic, scale, rise, color }: Run, size: number): string {
  const risen = Math.round(rise * size * 10) / 10;
  const style = {
    "font-weight": bold ? 600 : undefined,
    "font-style": italic ? "italic" : undefined,
    "font-size": scale === 1 ? undefined : scale * size,
    dy: risen === 0 ? undefined : -risen,
    fill: color,
  };
  const plain = Object.values(style).every((value) => value === undefined);
  const shown = plain ? escapeHtml(text) : element("tspan", style, escapeHtml(text));
  return risen === 0 ? shown : `${shown}<tspan dy="${px(risen)}">\u200b</tspan>`;
}
