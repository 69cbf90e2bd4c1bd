// What the generators emit for: the instruction set of this engine.

import { assemble, type Code, f32x4, i32, v128 } from "./assembler";

export interface Target {
  /** Relaxed SIMD: one instruction for a·b + c (V8 ≥ 11.4; Node ≥ 22). */
  readonly relaxed: boolean;
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  /** Vector sums a matrix tile keeps in registers. */
  readonly tileSums: 12 | 9 | 8;
  /** The engine fuses neighboring vectors to 256 bits: tiles are made of pairs. */
  readonly revec?: boolean;
}

/** a·b + c, fused where the target can. */
export function madd(target: Target, a: Code, b: Code, c: Code): Code {
  return target.relaxed ? f32x4.relaxedMadd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** Lanes of a where the mask, as a comparison gives it, is set, of b where it is not. */
export function choose(target: Target, a: Code, b: Code, mask: Code): Code {
  return target.relaxed ? v128.relaxedSelect(a, b, mask) : v128.select(a, b, mask);
}

const asMemory = { shared: false };

/** Whether this engine compiles fixed-width SIMD, and relaxed SIMD. */
export function detectSimd(): { simd: boolean; relaxed: boolean } {
  if (typeof WebAssembly === "undefined") return { simd: false, relaxed: false };
  const accepts = (value: Code) =>
    WebAssembly.validate(assemble(asMemory, [], () => v128.store(i32.const(0), value)));
  return {
    simd: accepts(f32x4.add(v128.zero, v128.zero)),
    relaxed: accepts(f32x4.relaxedMadd(v128.zero, v128.zero, v128.zero)),
  };
}

/**
 * V8 has 15 usable vector registers. Fused, 12 sums (6×8) + 2 vectors of B + 1 of A are exactly that. Before version 13 (Node 24)
 * it loads A for all rows before the first product, so that there are 9 sums (3×12), and 8 (4×8) where the product needs a
 * register too: with one more a sum goes through memory at each term, which takes twice the time.
 */
export function chooseTileSums(relaxed: boolean): 12 | 9 | 8 {
  if (!relaxed) return 8;
  const version = Number.parseInt(globalThis.process?.versions?.v8 ?? "", 10); // NaN on other engines
  return version < 13 ? 9 : 12;
}
