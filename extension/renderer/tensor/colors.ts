// The colors of numbers, the same as in BN Lab's heat maps: from dark to bright, or to both sides of zero. Runs in a web page.

export interface ColorScale {
  /** Its ends, where the colors of the least and the greatest number stand. */
  from: number;
  to: number;
  /** Red, green and blue, 0 to 255, of a finite number. */
  at(value: number): readonly [number, number, number];
}

type Stop = readonly [number, number, number];

const viridis = stops("440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725");
const diverging = stops("0f4f86 2f7fbe 8fbce0 e9e9e6 eeb185 d9671c 8f3d00");
const gray = stops("000000 ffffff");

/** For numbers from `min` to `max`: with a pale zero in the middle if they lie to both sides of it. */
export function scaleFor(min: number, max: number): ColorScale {
  if (min >= 0 || max <= 0) return scale(viridis, min, max);
  const limit = Math.max(-min, max);
  return scale(diverging, -limit, limit);
}

export const grayScale = (from: number, to: number): ColorScale => scale(gray, from, to);

function scale(colors: readonly Stop[], from: number, to: number): ColorScale {
  return {
    from,
    to,
    at(value) {
      const share = to > from ? Math.min(1, Math.max(0, (value - from) / (to - from))) : 0.5;
      const place = share * (colors.length - 1);
      const low = Math.min(colors.length - 2, Math.floor(place));
      const part = place - low;
      const [a, b] = [colors[low]!, colors[low + 1]!];
      return [0, 1, 2].map((i) => Math.round(a[i]! + part * (b[i]! - a[i]!))) as unknown as Stop;
    },
  };
}

function stops(colors: string): Stop[] {
  return colors.split(" ").map((color) => {
    const value = Number.parseInt(color, 16);
    return [value >> 16, (value >> 8) & 255, value & 255];
  });
}
