// Draws strokes: smooth curves from points, a seeded distortion of the plane, and gray pixels from line segments.
// Only + − × ÷ and √ are used, which IEEE 754 fixes to the bit: a seed gives the same picture on every machine.
import { type Glyph, glyphs } from "./glyphs";

export const side = 28;

/** The one thing that drawing needs of a random generator: the next number, uniform in [0, 1). */
export type Uniform = () => number;

/** Straight pieces of a pen's way, flat: x0, y0, x1, y1 for each. */
type Segments = number[];

const parse = (points: string) =>
  points.split(" ").map((point) => point.split(",").map(Number) as [number, number]);

/** Every stroke of every style as its points in −1…1 (the box's height is 2), parsed once. */
const strokes = glyphs.map((styles) =>
  styles.map((glyph: Glyph) =>
    glyph.map((stroke) => ({
      smooth: "curve" in stroke,
      points: parse("curve" in stroke ? stroke.curve : stroke.line).map(
        ([x, y]) => [(x - 35) / 50, (y - 50) / 50] as const,
      ),
    })),
  ),
);

/** Draws one digit into pixels[side·side], gray 0…1 in steps of 1/255; `strength` scales the distortion (0: none). */
export function drawDigit(digit: number, strength: number, uniform: Uniform, pixels: Float32Array): void {
  const styles = strokes[digit]!;
  const style = styles[Math.floor(uniform() * styles.length)]!;
  const distort = distortion(strength, uniform);
  const spread = (low: number, high: number) =>
    (low + high) / 2 + (uniform() - 0.5) * (high - low) * Math.min(strength, 1.5);
  const radius = spread(0.7, 1.6);
  const softness = spread(0.9, 1.5);
  const ink = spread(0.7, 1);
  const noise = 0.06 * strength * uniform();

  for (const { smooth, points } of style) {
    const jitter = 0.06 * strength;
    const moved = points.map(
      ([x, y]) => [x + jitter * (uniform() - uniform()), y + jitter * (uniform() - uniform())] as const,
    );
    stain(trace(moved, smooth, distort), radius, softness, pixels);
  }
  for (let i = 0; i < pixels.length; i++) {
    const gray = ink * pixels[i]! + noise * (uniform() - uniform());
    pixels[i] = Math.round(255 * Math.min(1, Math.max(0, gray))) / 255;
  }
}

/** A seeded map of the plane, from the glyph's −1…1 to pixels: shear, stretch, rotation, shift and a gentle bend. */
function distortion(strength: number, uniform: Uniform): (x: number, y: number) => [number, number] {
  const symmetric = (range: number) => (2 * uniform() - 1) * range * strength;
  // A rotation by 2·atan(t), written in t alone: sine and cosine may differ in the last bit between machines.
  const t = symmetric(0.15);
  const cosine = (1 - t * t) / (1 + t * t);
  const sine = (2 * t) / (1 + t * t);
  const shear = symmetric(0.3);
  const [scaleX, scaleY] = [9.3 * (1 + symmetric(0.25)), 9.3 * (1 + symmetric(0.18))];
  const [shiftX, shiftY] = [symmetric(3.4), symmetric(3)];
  const cubic = () => {
    const [p, q, r, s] = [symmetric(0.12), symmetric(0.12), symmetric(0.12), symmetric(0.12)];
    return (x: number, y: number) => p * x * y + q * y * y + r * x * x * y + s * y * y * y;
  };
  const [bendX, bendY] = [cubic(), cubic()];
  return (x, y) => {
    const bentX = x + bendX(x, y);
    const bentY = y + bendY(y, x);
    const [u, v] = [scaleX * (bentX + shear * bentY), scaleY * bentY];
    const center = (side - 1) / 2;
    return [center + shiftX + cosine * u - sine * v, center + shiftY + sine * u + cosine * v];
  };
}

/** Points → segments, in pixels. A smooth stroke is a Catmull-Rom spline: it goes through all its points. */
function trace(
  points: (readonly [number, number])[],
  smooth: boolean,
  distort: (x: number, y: number) => [number, number],
): Segments {
  const pieces = smooth ? 5 : 4; // straight strokes are cut too: the distortion bends them
  const segments: Segments = [];
  let [lastX, lastY] = distort(...points[0]!);
  for (let i = 0; i + 1 < points.length; i++) {
    const [b, c] = [points[i]!, points[i + 1]!];
    const [a, d] = smooth ? [points[i - 1] ?? b, points[i + 2] ?? c] : [b, c];
    for (let piece = 1; piece <= pieces; piece++) {
      const s = piece / pieces;
      const at = (k: 0 | 1) =>
        smooth
          ? 0.5 *
            (2 * b[k] +
              s *
                (c[k] -
                  a[k] +
                  s * (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k] + s * (3 * b[k] - a[k] - 3 * c[k] + d[k]))))
          : b[k] + s * (c[k] - b[k]);
      const [x, y] = distort(at(0), at(1));
      segments.push(lastX, lastY, x, y);
      [lastX, lastY] = [x, y];
    }
  }
  return segments;
}

/** Inks every pixel by its distance to the nearest segment: full inside `radius`, fading over `softness` around it. */
function stain(segments: Segments, radius: number, softness: number, pixels: Float32Array): void {
  const reach = radius + softness / 2;
  const first = (low: number) => Math.max(0, Math.ceil(low - reach));
  const last = (high: number) => Math.min(side - 1, Math.floor(high + reach));
  for (let s = 0; s < segments.length; s += 4) {
    const [x0, y0, x1, y1] = [segments[s]!, segments[s + 1]!, segments[s + 2]!, segments[s + 3]!];
    const [dx, dy] = [x1 - x0, y1 - y0];
    const lengthSquared = dx * dx + dy * dy;
    const [left, right] = [first(Math.min(x0, x1)), last(Math.max(x0, x1))];
    for (let y = first(Math.min(y0, y1)); y <= last(Math.max(y0, y1)); y++) {
      for (let x = left; x <= right; x++) {
        const along = lengthSquared === 0 ? 0 : ((x - x0) * dx + (y - y0) * dy) / lengthSquared;
        const nearest = Math.min(1, Math.max(0, along));
        const [ex, ey] = [x - x0 - nearest * dx, y - y0 - nearest * dy];
        const ink = Math.min(1, (reach - Math.sqrt(ex * ex + ey * ey)) / softness);
        if (ink > pixels[y * side + x]!) pixels[y * side + x] = ink;
      }
    }
  }
}
