// Numbers to draw: reproducible, and shaped like what training gives.

/** Uniform in (0, 1): mulberry32. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function normals(count: number, seed: number): Float32Array {
  const next = uniform(seed);
  return Float32Array.from({ length: count }, () => {
    return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  });
}

/** A loss that falls from `start` to `end`, with noise in proportion. */
export function curve({ start = 2.3, end = 0.1, tau = 100, noise = 0.12, seed = 1, steps = 600 }): number[] {
  const wobble = normals(steps, seed);
  return Array.from(wobble, (w, step) =>
    Math.fround((end + (start - end) * Math.exp(-step / tau)) * Math.exp(noise * w)),
  );
}

/** Sigmoid of Gaussian pre-activations that widen with `scale` from layer to layer. */
export function activationsByLayer(scale: number): Record<string, Float32Array> {
  return Object.fromEntries(
    [1, 2, 3].map((layer) => [
      `layer ${layer}`,
      normals(6000, layer).map(
        (z) => 1 / (1 + Math.exp(-z * scale ** (layer / 2) - 0.3 * layer * (scale - 1))),
      ),
    ]),
  );
}
