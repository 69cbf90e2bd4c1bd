// One memory with guarded buffers for the kernels' tests, and comparisons in ulp and relative terms.

import assert from "node:assert/strict";
import { widestSimd } from "../../../../kernel/host/simd";
import { reservedBytes } from "../../../../kernel/tensor/wasm";
import { TestVariable } from "../../../environment";
import { createEveryKernel, createEveryReference, type EveryKernel } from "./everyKernel";

widestSimd(() => false, "revec"); // V8 fuses vectors in all tests of kernels, where it can

/** Every number here is read from, so a neighbor overwritten or summed up is seen. */
const guard = 12345678;
const guardFloats = 8;

/** Uniform numbers within 0…1, the same for the same seed: mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Buffer {
  readonly pointer: number;
  readonly floats: Float32Array;
  readonly integers: Int32Array;
}

/** Buffers side by side in one memory, each between guards, each misaligned in turn by 0, 4, 8 or 12 bytes. */
export class GuardedMemory {
  readonly memory: WebAssembly.Memory;
  readonly reference: EveryKernel;
  #top = reservedBytes;
  #turn = 0;
  #buffers: Buffer[] = [];
  #scratches = new Set<Buffer>();
  /** A checksum of all buffers but scratch at each checkGuards(). */
  readonly sums: number[] = [];

  constructor(
    readonly shared: boolean,
    pages = 512,
  ) {
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
    this.reference = createEveryReference(this.memory);
  }

  /** Forgets all buffers. */
  clear(): void {
    this.#top = reservedBytes;
    this.#buffers = [];
  }

  /** `aligned`, for doubles: not misaligned. */
  buffer(length: number, value: (i: number) => number = () => 0, aligned = false): Buffer {
    const pointer = this.#top + guardFloats * 4 + (aligned ? 0 : 4 * (this.#turn++ % 4));
    const start = this.#top / 4;
    this.#top = Math.ceil((pointer + length * 4 + guardFloats * 4) / 16) * 16;
    const all = new Float32Array(this.memory.buffer);
    all.fill(guard, start, this.#top / 4);
    const made = {
      pointer,
      floats: new Float32Array(this.memory.buffer, pointer, length),
      integers: new Int32Array(this.memory.buffer, pointer, length),
    };
    for (let i = 0; i < length; i++) made.floats[i] = value(i);
    this.#buffers.push(made);
    return made;
  }

  /** Room for intermediate results, full of NaN: what is read before it is written shows. */
  scratch(bytes: number): number {
    assert.equal(bytes % 16, 0, "scratch comes in whole vectors");
    const made = this.buffer(bytes / 4, () => Number.NaN, true);
    this.#scratches.add(made);
    return made.pointer;
  }

  /** A buffer whose last byte is the memory's last: a kernel that reads beyond it traps. One at a time, after the others. */
  bufferAtEnd(length: number, value: (i: number) => number = () => 0): Buffer {
    const pointer = this.memory.buffer.byteLength - length * 4;
    const floats = new Float32Array(this.memory.buffer, pointer, length);
    for (let i = 0; i < length; i++) floats[i] = value(i);
    return { pointer, floats, integers: new Int32Array(this.memory.buffer, pointer, length) };
  }

  /** Fails where anything between the buffers was written. */
  checkGuards(what: string): void {
    const all = new Float32Array(this.memory.buffer);
    let from = reservedBytes / 4;
    for (const { pointer, floats } of this.#buffers) {
      for (let i = from; i < pointer / 4; i++)
        if (all[i] !== guard)
          assert.fail(`${what}: wrote ${(pointer / 4 - i) * 4} bytes before a buffer of ${floats.length}`);
      from = pointer / 4 + floats.length;
    }
    for (let i = from; i < this.#top / 4; i++)
      if (all[i] !== guard) assert.fail(`${what}: wrote beyond the last buffer`);
    let sum = 0;
    for (const buffer of this.#buffers) {
      if (this.#scratches.has(buffer)) continue;
      for (const word of buffer.integers) sum = (Math.imul(sum, 31) + word) | 0;
    }
    this.sums.push(sum);
  }
}

/** Whether memory is shared beside each kind of vectors. What is shared changes how memory is imported, and nothing else. */
const halves = { revec: [false], plain: [true], fixed: [false] } as const;
const wholes = { revec: [false, true], plain: [false, true], fixed: [false, true] } as const;

/**
 * Runs `body` with tiles of pairs, of single vectors, and without relaxed SIMD, over shared and unshared memory: each with each
 * where `npm run test:engines` does it. All must leave the same bits wherever `body` checks the guards, but for those without.
 */
export function onEachEngine(body: (guarded: GuardedMemory, kernels: EveryKernel) => void): void {
  const engines = process.env[TestVariable.everyEngine] === undefined ? halves : wholes;
  let first: readonly number[] | undefined;
  for (const simd of ["revec", "plain", "fixed"] as const) {
    for (const shared of engines[simd]) {
      const guarded = new GuardedMemory(shared);
      body(guarded, createEveryKernel(guarded.memory, { simd }));
      if (simd === "fixed") continue;
      first ??= guarded.sums;
      assert.deepEqual(guarded.sums, first, "the same bits from pairs of vectors as from single ones");
    }
  }
}

/** The same value: NaN equals NaN, 0 equals −0. */
export const same = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

/** |got − expected| ≤ relative·scale(i) + absolute for every element; infinities and NaN must agree exactly. */
export function assertClose(
  what: string,
  got: Float32Array,
  expected: Float32Array,
  relative: number,
  scale: (i: number) => number = (i) => Math.abs(expected[i]!),
  absolute = 0,
): void {
  assert.equal(got.length, expected.length);
  for (let i = 0; i < got.length; i++) {
    const close = Math.abs(got[i]! - expected[i]!) <= relative * scale(i) + absolute;
    if (!close && !same(got[i]!, expected[i]!))
      assert.fail(`${what}: element ${i} of ${got.length}: expected ${expected[i]}, got ${got[i]}`);
  }
}

const scratch = new Float32Array(1);
const scratchBits = new Int32Array(scratch.buffer);
/** The distance of an f32 from the exact value, in units in the last place of the f32 nearest to that. */
export function ulps(got: number, exact: number): number {
  if (same(got, Math.fround(exact))) return 0;
  scratch[0] = Math.abs(exact);
  if (!Number.isFinite(scratch[0])) return Number.isFinite(got) ? 1 : Number.POSITIVE_INFINITY;
  const exponent = Math.max(1, scratchBits[0]! >>> 23) - 127;
  const distance = Math.abs(got - exact) / 2 ** (exponent - 23);
  return Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
}
