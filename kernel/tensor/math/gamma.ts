// The gamma function's logarithm and its derivatives on plain numbers; knows no tensors.

/** Where the asymptotic series holds to the last digits of a double. */
const large = 12;

/** log |Γ(x)|, by Stirling's series where x is large, by Γ(x + 1) = x·Γ(x) and reflection elsewhere; ∞ at 0, −1, −2, … */
export function lgamma(x: number): number {
  if (Number.isNaN(x)) return x;
  if (!Number.isFinite(x)) return Number.POSITIVE_INFINITY;
  if (x <= 0 && Number.isInteger(x)) return Number.POSITIVE_INFINITY;
  if (x < 0.5) return Math.log(Math.PI / Math.abs(sinPi(x))) - lgamma(1 - x);
  let product = 1;
  let y = x;
  for (; y < large; y++) product *= y;
  const z = 1 / (y * y);
  const series = (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z / 1188)))) / y;
  return (y - 0.5) * Math.log(y) - y + Math.log(2 * Math.PI) / 2 + series - Math.log(product);
}

/** The derivative of log Γ; NaN at −1, −2, …, ∓∞ at ±0, as PyTorch's. */
export function digamma(x: number): number {
  if (x === 0) return Object.is(x, -0) ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  if (x < 0) return Number.isInteger(x) ? Number.NaN : digamma(1 - x) - Math.PI * (cosPi(x) / sinPi(x));
  let sum = 0;
  let y = x;
  for (; y < large; y++) sum -= 1 / y;
  const z = 1 / (y * y);
  return sum + Math.log(y) - 0.5 / y - z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z / 132))));
}

/** The derivative of digamma. */
export function trigamma(x: number): number {
  if (x < 0.5) return (Math.PI / sinPi(x)) ** 2 - trigamma(1 - x);
  let sum = 0;
  let y = x;
  for (; y < large; y++) sum += 1 / (y * y);
  const z = 1 / (y * y);
  return sum + 1 / y + z / 2 + (z * (1 / 6 - z * (1 / 30 - z * (1 / 42 - z / 30)))) / y;
}

/** sin πx, exact at whole and half numbers. */
function sinPi(x: number): number {
  const rest = x - 2 * Math.round(x / 2); // −1 … 1
  if (rest === 0 || Math.abs(rest) === 1) return 0;
  return Math.sin(Math.PI * rest);
}

function cosPi(x: number): number {
  return sinPi(x + 0.5);
}
