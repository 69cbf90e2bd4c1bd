// Points in the plane that a network learns to tell apart: scikit-learn's moons, circles and blobs, and spirals.

import { Generator, tensor } from "../tensor";
import { describe, requireInteger, requireKnown, requireNumber, requireRange } from "../tensor/arguments";
import { TableDataset } from "./dataset";

export interface PointsOptions {
  /** Number of points. Default 100. */
  count?: number;
  /** Standard deviation of what is added to each coordinate. Default 0. */
  noise?: number;
  /** In random order (default), or class after class. */
  shuffle?: boolean;
  /** The same seed gives the same points. Default 0. */
  seed?: number;
}

/**
 * Two half circles of radius 1 that reach into each other: features [count, 2], labels 0 for the upper one, 1 for the
 * lower. As sklearn.datasets.make_moons.
 */
export function moons(options: PointsOptions = {}): TableDataset {
  requireKnown("moons", arguments, 1, ["count", "noise", "shuffle", "seed"]);
  return curves("moons", 2, options, (label, i, n) => {
    const angle = n === 1 ? 0 : (Math.PI * i) / (n - 1);
    return label === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
  });
}

export interface CirclesOptions extends PointsOptions {
  /** Radius of the inner circle, 0 ≤ factor < 1. Default 0.8. */
  factor?: number;
}

/**
 * A circle of radius 1, label 0, around one of radius `factor`, label 1: features [count, 2]. As
 * sklearn.datasets.make_circles.
 */
export function circles({ factor = 0.8, ...options }: CirclesOptions = {}): TableDataset {
  requireKnown("circles", arguments, 1, ["factor", "count", "noise", "shuffle", "seed"]);
  if (!(factor >= 0 && factor < 1)) {
    throw new RangeError(`circles: expected a factor from 0 to below 1, got ${factor}`);
  }
  return curves("circles", 2, options, (label, i, n) => polar(label === 0 ? 1 : factor, i / n));
}

export interface SpiralsOptions extends PointsOptions {
  /** Number of arms, each a class. Default 2. */
  classes?: number;
  /** How often an arm goes round. Default 1. */
  turns?: number;
}

/** Arms that wind from the center out to radius 1, evenly turned against each other: features [count, 2]. */
export function spirals({ classes = 2, turns = 1, ...options }: SpiralsOptions = {}): TableDataset {
  requireKnown("spirals", arguments, 1, ["classes", "turns", "count", "noise", "shuffle", "seed"]);
  requireInteger("spirals", "classes", classes, 1);
  if (!Number.isFinite(turns)) throw new RangeError(`spirals: expected turns to be a number, got ${turns}`);
  return curves("spirals", classes, options, (label, i, n) => {
    const radius = (i + 1) / n; // not from 0: there the arms meet
    return polar(radius, label / classes + turns * radius);
  });
}

export interface BlobsOptions extends Omit<PointsOptions, "noise"> {
  /** How many centers to draw, or the centers themselves, [x, y, …] each. Default 3. */
  centers?: number | readonly (readonly number[])[];
  /** Coordinates of a point, where centers are drawn. Default 2. */
  features?: number;
  /** Standard deviation of all blobs, or of each. Default 1. */
  clusterStd?: number | readonly number[];
  /** Each coordinate of a center is drawn from here. Default [−10, 10]. */
  centerBox?: readonly [min: number, max: number];
}

/** Normal clouds of points around centers, each a class: features [count, features]. As sklearn.datasets.make_blobs. */
export function blobs({
  centers = 3,
  features = 2,
  clusterStd = 1,
  centerBox = [-10, 10],
  ...options
}: BlobsOptions = {}): TableDataset {
  requireKnown("blobs", arguments, 1, [
    "centers",
    "features",
    "clusterStd",
    "centerBox",
    "count",
    "shuffle",
    "seed",
  ]);
  const random = new Generator(options.seed ?? 0);
  if (typeof centers === "number") {
    requireInteger("blobs", "centers", centers, 1);
    requireInteger("blobs", "features", features, 1);
  } else if (!Array.isArray(centers)) {
    throw new TypeError(`blobs: expected centers as a number or an array of them, got ${describe(centers)}`);
  }
  requireRange("blobs", "centerBox", centerBox);
  const [min, max] = centerBox;
  const middles: readonly (readonly number[])[] =
    typeof centers === "number"
      ? Array.from({ length: centers }, () =>
          Array.from({ length: features }, () => min + (max - min) * random.uniform()),
        )
      : centers;
  const sizes = new Set(middles.map((middle) => middle.length));
  if (sizes.size !== 1 || sizes.has(0)) {
    throw new RangeError(
      `blobs: expected centers that all have as many coordinates, got ${middles.length} with ${[...sizes].join(", ")}`,
    );
  }
  const deviations = typeof clusterStd === "number" ? middles.map(() => clusterStd) : clusterStd;
  if (deviations.length !== middles.length || !deviations.every((std) => std >= 0)) {
    throw new RangeError(
      `blobs: expected a clusterStd ≥ 0, or one for each of ${middles.length} centers, got ${String(clusterStd)}`,
    );
  }
  return points("blobs", middles.length, options, random, (label) =>
    middles[label]!.map((at) => at + deviations[label]! * random.normal()),
  );
}

/** The point at a radius, `turn` times round. */
function polar(radius: number, turn: number): number[] {
  return [radius * Math.cos(2 * Math.PI * turn), radius * Math.sin(2 * Math.PI * turn)];
}

/** Points on a curve for each class, and noise around them. */
function curves(
  operation: string,
  classes: number,
  { noise = 0, ...options }: PointsOptions,
  place: (label: number, i: number, n: number) => number[],
): TableDataset {
  requireNumber(operation, "noise", noise);
  if (!(noise >= 0)) throw new RangeError(`${operation}: expected noise ≥ 0, got ${noise}`);
  const random = new Generator(options.seed ?? 0);
  return points(operation, classes, options, random, (label, i, n) =>
    place(label, i, n).map((at) => at + noise * random.normal()),
  );
}

/** A data set of `count` points, as many of each class, the rest to the last classes as scikit-learn's moons have it. */
function points(
  operation: string,
  classes: number,
  { count = 100, shuffle = true }: PointsOptions,
  random: Generator,
  place: (label: number, i: number, n: number) => number[],
): TableDataset {
  requireInteger(operation, "count", count, 1);
  const sizes = Array.from({ length: classes }, (_, label) => Math.floor((count + label) / classes));
  const rows = sizes.flatMap((n, label) =>
    Array.from({ length: n }, (_, i) => ({ label, at: place(label, i, n) })),
  );
  const order = shuffle ? random.permutation(count) : Int32Array.from(rows.keys());
  const dimensions = rows[0]!.at.length;
  const columns = dimensions === 2 ? ["x", "y"] : Array.from({ length: dimensions }, (_, i) => `x${i}`);
  return new TableDataset(
    tensor(Array.from(order, (i) => rows[i]!.at)),
    tensor(Int32Array.from(order, (i) => rows[i]!.label)),
    columns,
    sizes.map((_, label) => String(label)),
  );
}
