// A kernel is a description: its parameters by name, each of a kind, and the code over them. Everything else follows from the
// names and kinds: the locals, the order of the arguments, and what moves on when a call is cut among threads.
//
// To add a kernel, write one file in its family and one line in `../table.ts`:
//
//   const parameters = { alpha: float32, x: element, y: element, n: units };   // n elements, x and y move with them
//
//   /** y[n] += alpha · x[n]. */
//   export const axpy = define<Call<typeof parameters>>({
//     emit(device) {                                                           // WebAssembly, compiled on the first call
//       const kernel = once(() => compile(device.target, parameters, ({ alpha, x, y, n }, f) => …));
//       return (call) => device.run(kernel(), call, elements);                 // cut in parts of so many elements at least
//     },
//     reference: (memory) => ({ alpha, x, y, n }) => { … },                     // what it means, in plain TypeScript
//   });
//
// and its line in the table of `test/unit/tensor/wasm/agreement.test.ts`, which fails as long as it is missing: both on the same
// inputs, of odd lengths, empty and of one element, guards around the buffers.

import { assemble, type Code, type FunctionBuilder, type Local } from "./assembler";
import type { Target } from "./target";

/** A byte offset into the runtime's memory, 16-byte aligned where it starts a storage; 0 for a buffer that is absent. */
export type Pointer = number;

/** What a parameter is to the function, and to a call that is cut. N are the parameters that its step depends on. */
export interface Kind<N extends string = never> {
  readonly type: "i32" | "f32" | "f64";
  /** What it grows by from one unit of work to the next, times the product of the parameters `per`; 0 where all share it. */
  readonly step: number;
  readonly per: readonly N[];
  /** Whether it says how many units a call computes. */
  readonly units: boolean;
}

const kind = (type: Kind["type"], units = false): Kind => ({ type, step: 0, per: [], units });

/** The number of units that a call computes, such as elements, rows, channels or images: a cut call gives each part fewer. */
export const units = kind("i32", true);
/** A number of anything else. */
export const count = kind("i32");
/** 0 or 1. */
export const flag = kind("i32");
/** A pointer to what all units share. */
export const shared = kind("i32");
export const float32 = kind("f32");
export const float64 = kind("f64");
/** A pointer that moves on by so many bytes a unit, times the parameters named: each(4, "inner"). An absent one stays 0. */
export const each = <N extends string = never>(bytes: number, ...per: N[]): Kind<N> => ({
  ...{ type: "i32", step: bytes, per, units: false },
});
/** A pointer that moves on by one f32 a unit. */
export const element = each(4);

/** Parameters by name, in the order of the arguments. */
export type Description<N extends string> = { readonly [name in N]: Kind<N> };

/** A value for each parameter of a description. */
export type Values<P> = { readonly [N in keyof P]: number };
/** A call with a value for each parameter of a description. */
export type Call<P> = (values: Values<P>) => void;

/** Pointers and counts as numbers, booleans as 0 or 1. */
export type Run = (...args: number[]) => void;

type ValuesOf<N extends string> = { readonly [name in N]: number };

/** A compiled kernel. */
export class Kernel<N extends string = string> {
  readonly run: Run;
  /** Runs it with values by name. */
  readonly call: (values: ValuesOf<N>) => void;
  /** The place of the parameter that counts units; −1 where there is none. */
  readonly unitsAt: number;
  readonly #names: readonly N[];
  readonly #kinds: readonly Kind<N>[];
  /** The places of the arguments that say how large a call is. */
  readonly #sizesAt: readonly number[];

  constructor(
    readonly module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    description: Description<N>,
  ) {
    this.run = new WebAssembly.Instance(module, { m: { m: memory, s: 0 } }).exports.run as Run;
    this.#names = Object.keys(description) as N[];
    this.#kinds = Object.values<Kind<N>>(description);
    this.unitsAt = this.#kinds.findIndex(({ units }) => units);
    this.#sizesAt = this.#kinds.flatMap((each, i) => (each === count || each.units ? [i] : []));
    this.call = writtenOut(this.#names, this.run) ?? ((values) => this.run(...this.order(values)));
  }

  /** How many units a call computes; 0 where they are not counted. */
  unitsOf(values: ValuesOf<N>): number {
    return this.unitsAt < 0 ? 0 : values[this.#names[this.unitsAt]!];
  }

  /** The values in the order of the arguments. */
  order(values: ValuesOf<N>): number[] {
    return this.#names.map((name) => values[name]);
  }

  /** A number that calls of one size share, others hardly ever: a hash of how many units and the like, and how many `times`. */
  sizeOf(args: readonly number[], times: number): number {
    let size = times;
    for (const at of this.#sizesAt) size = (Math.imul(size, 0x01000193) ^ args[at]!) | 0;
    return size;
  }

  /** What each argument grows by from one unit to the next. */
  steps(values: ValuesOf<N>): number[] {
    return this.#kinds.map(({ step, per }, i) =>
      values[this.#names[i]!] === 0 ? 0 : per.reduce((product, name) => product * values[name], step),
    );
  }
}

/**
 * `(values) => run(values.x, values.y, …)` as code of its own: V8 calls WebAssembly from there in 15 ns, from a loop over names
 * in 100. Null where code may not be made from text (Node's --disallow-code-generation-from-strings).
 */
function writtenOut<N extends string>(names: readonly N[], run: Run): ((values: ValuesOf<N>) => void) | null {
  const values = names.map((name) => `values.${name}`);
  try {
    return new Function("run", `return (values) => run(${values.join()})`)(run);
  } catch {
    return null;
  }
}

/** Assembles and compiles one kernel; synchronous, well under a millisecond. `build` gets the parameters as locals by name. */
export function compile<P extends Description<keyof P & string>>(
  target: Target,
  description: P,
  build: (parameters: { readonly [N in keyof P]: Local }, f: FunctionBuilder) => Code,
): Kernel<keyof P & string> {
  const names = Object.keys(description) as (keyof P & string)[];
  const types = names.map((name) => description[name].type);
  const code = assemble(target, types, (f, ...locals) =>
    build(Object.fromEntries(names.map((name, i) => [name, locals[i]!])) as { [N in keyof P]: Local }, f),
  );
  return new Kernel(
    new WebAssembly.Module(code),
    target.memory,
    description as Description<keyof P & string>,
  );
}
