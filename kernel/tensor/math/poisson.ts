// Random counts of rare events.

import type { Generator } from "./random";

/** A Poisson number of the given rate ≥ 0: by products of uniforms below 10, above by PTRS (Hörmann 1993). */
export function poisson(rate: number, generator: Generator): number {
  return rate < 10 ? byProducts(rate, generator) : byRejection(rate, generator);
}

function byProducts(rate: number, generator: Generator): number {
  const least = Math.exp(-rate);
  let count = 0;
  for (let product = generator.uniform(); product > least; product *= generator.uniform()) count++;
  return count;
}

function byRejection(rate: number, generator: Generator): number {
  const b = 0.931 + 2.53 * Math.sqrt(rate);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const sure = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = generator.uniform() - 0.5;
    const v = generator.uniform();
    const edge = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / edge + b) * u + rate + 0.43);
    if (edge >= 0.07 && v <= sure) return count;
    if (count < 0 || (edge < 0.013 && v > edge)) continue;
    const accepted = Math.log((v * inverseAlpha) / (a / (edge * edge) + b));
    if (accepted <= count * Math.log(rate) - rate - logFactorial(count)) return count;
  }
}

/** ln n!, by its terms below 10, above by Stirling's series: 1e-10 off at most. */
function logFactorial(n: number): number {
  if (n < 10) {
    let product = 1;
    for (let i = 2; i <= n; i++) product *= i;
    return Math.log(product);
  }
  const series = 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5);
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series;
}
