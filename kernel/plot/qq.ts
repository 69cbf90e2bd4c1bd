// Quantile against quantile: whether values are distributed as a standard Gaussian is. Imports nothing outside this folder.
import { moments } from "./binning";
import { shownNumber } from "./describe";
import { Figure } from "./figure";
import { type Numbers, numbersOf, quantile, requireNamed, single, sorted } from "./numbers";
import { requireOptionsOf } from "./options";
import { baseLayout, neutral, palette, plainAxis } from "./theme";

export interface QqOptions {
  /** The heading above the chart. */
  title?: string;
  /** Default "standard Gaussian". */
  xTitle?: string;
  /** Default "values". */
  yTitle?: string;
  /** Compares shapes alone: subtracts each group's mean and divides by its standard deviation first. Default false. */
  standardize?: boolean;
  /** In pixels. */
  height?: number;
}

const optionNames: readonly (keyof QqOptions)[] = ["title", "xTitle", "yTitle", "standardize", "height"];

/** So many points draw the line as well as all of them. */
const mostPoints = 200;

/**
 * Quantiles of each group against those of the standard Gaussian: on the dashed line lies what is one.
 *
 * @example plot.qq({ "exponential, after BN": normalized }, { title: "Two moments are not a shape" })
 */
export function qq(groups: Readonly<Record<string, Numbers>>, options: QqOptions = {}): Figure {
  requireOptionsOf("qq", arguments, 2, optionNames);
  const {
    title,
    xTitle = "standard Gaussian",
    yTitle = "values",
    standardize = false,
    height = 380,
  } = options;
  const names = Object.keys(requireNamed("qq", groups));
  const layout = baseLayout(title, names, height);
  layout.hovermode = "closest";
  layout.xaxis = { ...plainAxis("qq", { title: xTitle }), showgrid: true };
  layout.yaxis = plainAxis("qq", { title: yTitle });
  const data = names.map((name, n) => {
    const all = numbersOf("qq", groups[name]!, name);
    const found = moments(all);
    const ascending = sorted("qq", all);
    const count = Math.min(mostPoints, ascending.length);
    const shares = Array.from({ length: count }, (_, at) => (at + 0.5) / count);
    const at = (share: number) => {
      const value = quantile(ascending, share);
      return single(standardize ? (value - found.mean) / found.std : value);
    };
    return {
      type: "scatter",
      mode: "markers" as const,
      name,
      x: shares.map((share) => single(gaussianQuantile(share))),
      y: shares.map(at),
      marker: { color: palette[n % palette.length]!, size: 5, opacity: 0.85 },
      hovertemplate: "Gaussian %{x:.3~g}, here %{y:.3~g}",
      meta: {
        kind: "quantile-quantile plot",
        summary: `${found.count} values, mean ${shownNumber(found.mean)}, std ${shownNumber(found.std)}, skewness ${shownNumber(skewness(all, found.mean, found.std))}`,
      },
    };
  });
  const ends = data.flatMap(({ x }) => [x[0] ?? -3, x.at(-1) ?? 3]);
  const [low, high] = [Math.min(-3, ...ends), Math.max(3, ...ends)];
  const line = { color: neutral.text, width: 1.5, dash: "dash" } as const;
  const reference = { type: "scatter", mode: "lines", x: [low, high], y: [low, high], line } as const;
  return new Figure({
    data: [{ ...reference, name: "Gaussian", hoverinfo: "skip", showlegend: false }, ...data],
    layout,
  });
}

function skewness(values: ArrayLike<number>, mean: number, std: number): number {
  let sum = 0;
  let count = 0;
  for (let at = 0; at < values.length; at++) {
    const off = (values[at]! - mean) / std;
    if (off - off !== 0) continue;
    sum += off ** 3;
    count++;
  }
  return sum / count;
}

/**
 * The inverse of the Gaussian's distribution function, to a relative error of 1.15e-9: Acklam's rational approximation.
 * https://web.archive.org/web/20151030215612/http://home.online.no/~pjacklam/notes/invnorm/
 */
export function gaussianQuantile(p: number): number {
  const central = 0.02425;
  if (p > 0.5) return -gaussianQuantile(1 - p);
  if (p <= 0) return p === 0 ? -Infinity : Number.NaN;
  if (p < central) {
    const q = Math.sqrt(-2 * Math.log(p));
    return horner(tailTop, q) / horner(tailBottom, q);
  }
  const q = p - 0.5;
  return (q * horner(top, q * q)) / horner(bottom, q * q);
}

/** From the highest power down. */
const horner = (coefficients: readonly number[], x: number) =>
  coefficients.reduce((sum, each) => sum * x + each, 0);
const top = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
];
const bottom = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1,
  1,
];
const tailTop = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const tailBottom = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1];
