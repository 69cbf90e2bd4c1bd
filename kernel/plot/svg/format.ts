// Numbers as Plotly writes them beside an axis: the formats of d3 that charts use, and powers of ten. Imports nothing.

const minus = (text: string) => text.replace(/-/g, "−");
const thousands = (text: string) => text.replace(/\B(?=(\d{3})+(?!\d)(?<!\.\d*))/g, ",");

/** A d3 format of the kinds `.2f`, `~g`, `.1%`, `,d`, `.1e`, `.2~s`; others are written as JavaScript would. */
export function formatNumber(value: number, format: string): string {
  const parts = /^(,)?(?:\.(\d+))?(~)?([%fgeds])?$/.exec(format);
  if (parts === null) return minus(String(value));
  const [, comma, precision, trim, type = "g"] = parts;
  const digits = precision === undefined ? undefined : Number(precision);
  const raw = {
    "%": () => (value * 100).toFixed(digits ?? 6),
    f: () => value.toFixed(digits ?? 6),
    e: () => value.toExponential(digits ?? 6),
    d: () => String(Math.round(value)),
    s: () => si(value, digits),
    g: () => (digits === undefined ? String(Number(value.toPrecision(12))) : significant(value, digits)),
  }[type as "%" | "f" | "e" | "d" | "s" | "g"]();
  const trimmed =
    trim === undefined ? raw : raw.replace(/(\.\d*?)0+(?=\D*$)/, "$1").replace(/\.(?=\D*$)/, "");
  return minus((comma === undefined ? trimmed : thousands(trimmed)) + (type === "%" ? "%" : ""));
}

function significant(value: number, digits: number): string {
  const text = value.toPrecision(Math.max(1, digits));
  return text.includes("e") ? text.replace("e+", "e") : text;
}

function si(value: number, digits = 6): string {
  const units = ["n", "µ", "m", "", "k", "M", "G", "T"];
  const place = value === 0 ? 0 : Math.max(-3, Math.min(4, Math.floor(Math.log10(Math.abs(value)) / 3)));
  return `${Number((value / 1000 ** place).toPrecision(digits))}${units[place + 3]}`;
}

/** A tick's number where no format is asked for: as many decimals as the step between ticks has. */
export function formatTick(value: number, step: number): string {
  const size = Math.max(Math.abs(value), step);
  const exponent = Math.floor(Math.log10(size) + 1e-9);
  if (value !== 0 && (exponent > 5 || exponent < -4)) {
    const decimals = Math.max(0, exponent - Math.floor(Math.log10(step) + 1e-9));
    const mantissa = (value / 10 ** exponent).toFixed(decimals);
    return minus(`${mantissa}×${power(exponent)}`);
  }
  const decimals = Math.min(12, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  return minus(thousands(String(Number(value.toFixed(decimals)) + 0)));
}

/** `10<sup>−3</sup>` */
export const power = (exponent: number): string => minus(`10<sup>${exponent}</sup>`);
