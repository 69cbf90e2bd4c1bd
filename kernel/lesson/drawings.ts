// Drawings of the tutorials: SVG on its own paper, no wider than a telephone, in the reader's language.
import { describe, requireKnown } from "../arguments";
import { Mime, type MimeBundle } from "../protocol/mime";
import { escapeHtml } from "../words";
import { spoken, type Words } from "./words";

const width = 420;
const font =
  'system-ui, -apple-system, "Segoe UI", "Noto Sans", "PingFang SC", "Microsoft YaHei", sans-serif';
const colors = {
  ink: "#1f2328",
  line: "#6e7781",
  paper: "#ffffff",
  box: "#eef3f8",
  blue: "#1673ba",
  red: "#c14d00",
};

/** In the reader's language, or in both. */
const said = (words: Words) => spoken(words).join(" · ");

interface TextLook {
  size?: number;
  weight?: number;
  color?: string;
  anchor?: "start" | "middle" | "end";
}

function text(x: number, y: number, content: string, look: TextLook = {}): string {
  const { size = 13, weight = 400, color = colors.ink, anchor = "middle" } = look;
  const attributes = `font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${color}"`;
  return `<text x="${x}" y="${y}" ${attributes}>${escapeHtml(content)}</text>`;
}

function box(x: number, y: number, wide: number, high: number, fill: string, stroke: string): string {
  return `<rect x="${x}" y="${y}" width="${wide}" height="${high}" rx="5" fill="${fill}" stroke="${stroke}"/>`;
}

/** A line whose last piece is straight, with a head at its end. */
function arrow(
  path: string,
  [x, y]: readonly [number, number],
  to: "up" | "down" | "left" | "right",
  color: string,
): string {
  const heads = {
    up: `M${x} ${y}l-4 7h8z`,
    down: `M${x} ${y}l-4 -7h8z`,
    left: `M${x} ${y}l7 -4v8z`,
    right: `M${x} ${y}l-7 -4v8z`,
  };
  return `<path d="${path}" fill="none" stroke="${color}" stroke-width="1.4"/><path d="${heads[to]}" fill="${color}"/>`;
}

const down = (x: number, from: number, to: number, color = colors.line) =>
  arrow(`M${x} ${from}V${to - 5}`, [x, to], "down", color);
const up = (x: number, from: number, to: number, color = colors.line) =>
  arrow(`M${x} ${from}V${to + 5}`, [x, to], "up", color);

/** One block: its branches side by side, from the input above to the stack below. */
function block(top: number, name: string, branches: readonly (readonly string[])[], norm: boolean): string {
  const [left, wide, step] = [8, 94, 103.5];
  const middleOf = (branch: number) => left + branch * step + wide / 2;
  const rowOf = (row: number) => top + 74 + row * 46;
  const parts = [text(left, top + 14, name, { size: 14, weight: 600, anchor: "start" })];
  parts.push(box(left, top + 24, width - 2 * left, 26, colors.paper, colors.line));
  parts.push(text(width / 2, top + 42, said({ en: "input", "zh-cn": "输入" })));
  const bottom = rowOf(3) + 2;
  branches.forEach((layers, branch) => {
    const middle = middleOf(branch);
    layers.forEach((layer, row) => {
      const y = rowOf(row);
      parts.push(down(middle, row === 0 ? top + 50 : rowOf(row - 1) + 30, y));
      const pools = /\d/.test(layer) === false;
      parts.push(box(left + branch * step, y, wide, 30, pools ? "#f6efe4" : colors.box, colors.line));
      parts.push(text(norm && !pools ? middle - 13 : middle, y + 20, layer));
      if (!norm || pools) return;
      const edge = left + branch * step + wide - 30;
      parts.push(`<rect x="${edge}" y="${y + 5}" width="26" height="20" rx="4" fill="${colors.blue}"/>`);
      parts.push(text(edge + 13, y + 19, "BN", { size: 11, weight: 600, color: colors.paper }));
    });
    parts.push(down(middle, rowOf(layers.length - 1) + 30, bottom));
  });
  parts.push(box(left, bottom, width - 2 * left, 26, colors.paper, colors.line));
  parts.push(
    text(width / 2, bottom + 18, said({ en: "stacked, channel by channel", "zh-cn": "按通道拼接" })),
  );
  return parts.join("");
}

function inception(): Drawn {
  const pool = said({ en: "max pool", "zh-cn": "最大池化" });
  const [one, three, five] = ["1×1", "3×3", "5×5"];
  const v1 = [[one], [one, three], [one, five], [pool, one]];
  const v2 = [[one], [one, three], [one, three, three], [pool, one]];
  const note = said({ en: "every convolution is followed by ReLU", "zh-cn": "每个卷积之后都有 ReLU" });
  return {
    height: 536,
    title: said({ en: "The Inception blocks V1 and V2", "zh-cn": "Inception 模块 V1 与 V2" }),
    inside:
      block(8, "Inception V1", v1, false) +
      block(264, "Inception V2", v2, true) +
      text(width / 2, 528, note, { size: 12, color: colors.line }),
  };
}

/** BN's lines as nodes, what each gives back beside it. */
function batchNorm(): Drawn {
  const rows = [
    ["x", "dx = dc − Σ dc / N"],
    ["c = x − Σ x / N", "dc = dx̂ / s + dv · 2 c / N"],
    ["v = Σ c² / N", "dv = ds / (2 s)"],
    ["s = √(v + ε)", "ds = −Σ dx̂ · c / s²"],
    ["x̂ = c / s", "dx̂ = γ · dy"],
    ["y = γ · x̂ + β", "dy"],
  ] as const;
  const [nodeLeft, nodeWide, backLeft, backWide] = [30, 130, 186, 204];
  const topOf = (row: number) => 40 + row * 58;
  const parts = [
    text(nodeLeft + nodeWide / 2, 22, said({ en: "forward ↓", "zh-cn": "前向 ↓" }), { weight: 600 }),
    text(backLeft + backWide / 2, 22, said({ en: "backward ↑", "zh-cn": "反向 ↑" }), {
      weight: 600,
      color: colors.red,
    }),
  ];
  rows.forEach(([node, gradient], row) => {
    const y = topOf(row);
    parts.push(
      box(nodeLeft, y, nodeWide, 32, colors.box, colors.blue),
      text(nodeLeft + nodeWide / 2, y + 21, node),
    );
    parts.push(box(backLeft, y, backWide, 32, "#fbf1ea", colors.red));
    parts.push(text(backLeft + backWide / 2, y + 21, gradient, { color: colors.ink }));
    if (row === rows.length - 1) return;
    parts.push(down(nodeLeft + nodeWide / 2, y + 32, topOf(row + 1), colors.blue));
    parts.push(up(backLeft + backWide / 2, topOf(row + 1), y + 32, colors.red));
    const badge = { size: 11, weight: 600, color: colors.red };
    parts.push(text(backLeft + backWide / 2 + 14, y + 49, String(5 - row), badge));
  });
  // c goes past v and s into x̂; dx̂ comes back the same way.
  const [c, hat] = [topOf(1) + 16, topOf(4) + 16];
  parts.push(arrow(`M${nodeLeft} ${c}H14V${hat}H${nodeLeft - 6}`, [nodeLeft, hat], "right", colors.blue));
  const edge = backLeft + backWide;
  parts.push(arrow(`M${edge} ${hat}H${edge + 16}V${c}H${edge + 6}`, [edge, c], "left", colors.red));
  const learned = topOf(5) + 62;
  parts.push(text(nodeLeft + nodeWide / 2, learned, "γ, β", { color: colors.blue, weight: 600 }));
  parts.push(up(nodeLeft + nodeWide / 2, learned - 13, topOf(5) + 32, colors.blue));
  parts.push(text(backLeft + backWide / 2, learned, "dγ = Σ dy · x̂,   dβ = Σ dy", { color: colors.red }));
  parts.push(down(backLeft + backWide / 2, topOf(5) + 32, learned - 13, colors.red));
  return {
    height: learned + 16,
    title: said({ en: "The graph of BN, forward and backward", "zh-cn": "BN 的计算图，前向与反向" }),
    inside: parts.join(""),
  };
}

interface Drawn {
  height: number;
  title: string;
  inside: string;
}

const drawings = { inception: inception, "batch-norm": batchNorm };
/** What there are drawings of. */
export type DrawingName = keyof typeof drawings;

/** A picture with words in the reader's language. */
export class Drawing {
  readonly #drawn: Drawn;

  /** @internal */
  constructor(drawn: Drawn) {
    this.#drawn = drawn;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.#drawn.title;
  }

  [Symbol.for("Jupyter.display")](): MimeBundle {
    const { height, title, inside } = this.#drawn;
    const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
    const paper = `<rect width="${width}" height="${height}" rx="6" fill="${colors.paper}"/>`;
    const head = `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="${escapeHtml(font)}" role="img">`;
    return {
      [Mime.svg]: `${head}<title>${escapeHtml(title)}</title>${paper}${inside}</svg>`,
      [Mime.plain]: title,
    };
  }
}

/**
 * A drawing that a tutorial explains: the two Inception blocks, or BN's graph with what each step gives back.
 *
 * @example lesson.drawing("inception")
 * @throws RangeError for a name that there is no drawing of.
 */
export function drawing(name: DrawingName): Drawing {
  requireKnown("lesson.drawing", arguments, 1);
  if (!Object.hasOwn(drawings, name)) {
    const known = Object.keys(drawings).join('" or "');
    throw new RangeError(`lesson.drawing: expected "${known}", got ${describe(name)}`);
  }
  return new Drawing(drawings[name]());
}
