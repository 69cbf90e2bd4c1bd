// Seeded random numbers: the same seed gives the same bits on every machine. Knows no tensors.

/** Where a generator's stream is: numbers only, so that JSON keeps it. */
export type GeneratorState = readonly number[];

/**
 * A stream of random numbers: xoshiro128** (Blackman & Vigna 2018), its state filled by splitmix32 from the seed.
 * Normals come from Marsaglia's polar method, in pairs.
 */
export class Generator {
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;
  /** The second normal of a pair, NaN when there is none. */
  #spare = Number.NaN;

  constructor(seed: number) {
    if (arguments.length > 1) {
      throw new TypeError(`Generator: expected at most 1 argument, got ${arguments.length}`);
    }
    this.manualSeed(seed);
  }

  /** Starts the stream that belongs to `seed`, any whole number of at most 53 bits. */
  manualSeed(seed: number): this {
    if (!Number.isSafeInteger(seed)) {
      throw new RangeError(`manualSeed: expected a whole number between ±(2^53 − 1), got ${seed}`);
    }
    let state = (seed ^ Math.imul(Math.floor(seed / 2 ** 32), 0x9e3779b1)) >>> 0;
    const next = () => {
      state = (state + 0x9e3779b9) >>> 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return (z ^ (z >>> 15)) >>> 0;
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next() | 1; // a state of all zeros would stay there
    this.#spare = Number.NaN;
    return this;
  }

  /** Where the stream is now, for setState(). */
  getState(): GeneratorState {
    const [a, b, c, d, spare] = [this.#a, this.#b, this.#c, this.#d, this.#spare];
    return Number.isNaN(spare) ? [a, b, c, d] : [a, b, c, d, spare];
  }

  /** Goes on from where getState() was called, on this generator or another. Throws a TypeError for anything else. */
  setState(state: GeneratorState): this {
    const isState =
      Array.isArray(state) &&
      [4, 5].includes(state.length) &&
      state.every(Number.isFinite) &&
      state.slice(0, 4).every((word) => Number.isInteger(word) && Math.abs(word) < 2 ** 32);
    if (!isState) {
      throw new TypeError(`setState: expected what getState() gave, got ${JSON.stringify(state)}`);
    }
    [this.#a, this.#b, this.#c, this.#d, this.#spare = Number.NaN] = state as [
      number,
      number,
      number,
      number,
    ];
    return this;
  }

  /** A whole number from 0 to 2^32 − 1. */
  uint32(): number {
    const x = Math.imul(this.#b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** A number in [0, 1) with 24 random bits, exact in float32. */
  uniform(): number {
    return (this.uint32() >>> 8) / 2 ** 24;
  }

  /** A standard normal number. */
  normal(): number {
    if (!Number.isNaN(this.#spare)) {
      const spare = this.#spare;
      this.#spare = Number.NaN;
      return spare;
    }
    for (;;) {
      const x = this.uint32() / 2 ** 31 - 1;
      const y = this.uint32() / 2 ** 31 - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) {
        const scale = Math.sqrt((-2 * Math.log(square)) / square);
        this.#spare = y * scale;
        return x * scale;
      }
    }
  }

  /** A whole number from 0 to n − 1, each as likely as any other. */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new RangeError(`integer: expected a whole number from 1 to 2^32, got ${n}`);
    }
    const limit = 2 ** 32 - (2 ** 32 % n); // draws above it would favor small results
    let draw = this.uint32();
    while (draw >= limit) draw = this.uint32();
    return draw % n;
  }

  /** 0 … n−1 in random order (Fisher–Yates). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = order[i]!;
      order[i] = order[j]!;
      order[j] = held;
    }
    return order;
  }
}
