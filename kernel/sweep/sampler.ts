// Which runs a sweep makes of its axes: every combination, or combinations drawn at random.
import { Generator } from "../tensor/math/random";
import { countText } from "../words";
import { type Axis, textOf, type Values } from "./axes";

/** More are better drawn than listed: each is a folder. */
const mostRuns = 100_000;

/**
 * All combinations, the last axis fastest.
 *
 * @throws Error when they are too many, or without number.
 */
export function grid(axes: readonly Axis[]): Values[] {
  requireApart(axes);
  const open = axes.find(({ size }) => size === Number.POSITIVE_INFINITY);
  if (open)
    throw new Error(
      `${open.text} has no steps, so a grid of it has no end; give it one, as in FROM..TO..STEP, or draw by --random COUNT`,
    );
  const count = axes.reduce((product, { size }) => product * size, 1);
  if (count > mostRuns)
    throw new Error(
      `a grid of ${axes.length > 1 ? `${axes.map(({ size }) => countText(size)).join(" × ")} = ` : ""}${countText(count)} runs, expected at most ` +
        `${countText(mostRuns)}; draw some by --random COUNT`,
    );
  return Array.from({ length: count }, (_, run) => {
    let left = run;
    const chosen = axes.toReversed().map((axis) => {
      const index = left % axis.size;
      left = (left - index) / axis.size;
      return axis.at(index);
    });
    return joined(chosen.reverse());
  });
}

/**
 * So many different combinations; the same seed draws the same ones, and more of them begin with fewer.
 *
 * @throws Error when there are not so many.
 */
export function random(axes: readonly Axis[], count: number, seed: number): Values[] {
  requireApart(axes);
  const all = axes.reduce((product, { size }) => product * size, 1);
  if (count > mostRuns)
    throw new Error(`expected at most ${countText(mostRuns)} random runs, got ${countText(count)}`);
  if (count > all)
    throw new Error(
      `${countText(count)} random runs, but there are only ${countText(all)} combinations; without --random each is run`,
    );
  const stream = new Generator(seed);
  const seen = new Set<string>();
  const runs: Values[] = [];
  // Where nearly all are wanted, the last take as many draws as there are combinations, and a few times that.
  for (let draws = 0; runs.length < count; draws++) {
    if (draws > 100 * mostRuns)
      throw new Error(
        `after ${countText(draws)} draws only ${countText(runs.length)} of ${countText(count)} runs differ; ask for fewer`,
      );
    const values = joined(axes.map((axis) => axis.draw(stream)));
    const text = textOf(values);
    if (seen.has(text)) continue;
    seen.add(text);
    runs.push(values);
  }
  return runs;
}

/** Entry by entry, for a parameter may be called `__proto__`. */
const joined = (all: readonly Values[]): Values =>
  Object.fromEntries(all.flatMap((each) => Object.entries(each)));

/** @throws Error when the rounds of a sweep that is halved have too many together. */
export function requireFew(sizes: readonly number[]): void {
  const count = sizes.reduce((sum, size) => sum + size, 0);
  if (count > mostRuns)
    throw new Error(
      `rounds of ${sizes.map(countText).join(" + ")} = ${countText(count)} runs, expected at most ${countText(mostRuns)}; begin with fewer`,
    );
}

function requireApart(axes: readonly Axis[]): void {
  if (axes.length === 0)
    throw new Error("nothing is varied; name parameters by --param lr=.03,.1,.3, or rows by --params-file");
  const names = axes.flatMap((axis) => axis.names);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`${twice} is varied twice`);
}
