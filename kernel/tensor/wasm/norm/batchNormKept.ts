// Numbers of each channel that a kernel of batch normalization works out first and keeps in the thread's scratch area.

import { type Code, type FunctionBuilder, f32x4, type Local, v128 } from "../emit/assembler";
import { eachStep, loadStep, type Step, storeStep } from "../emit/loops";
import { columnBytes, regions } from "../emit/scratch";
import { type Affine, gradientsOf, slopes } from "./batchNormParts";

/** Numbers that there are of each channel, one row of the scratch area each: `at` walks along them all. */
export interface Kept {
  readonly at: Local;
  load(step: Step, which: number, v: number): Code;
  /** The number of the channel that it is at, in all lanes. */
  splat(which: number): Code;
  store(step: Step, which: number, v: number, value: Code): Code;
}

export function kept(f: FunctionBuilder): Kept {
  const at = f.local("i32");
  return {
    at,
    load: (step, which, v) => loadStep(step, at, which * columnBytes + v * 16),
    splat: (which) => v128.loadSplat(at.get, which * columnBytes),
    store: (step, which, v, value) => storeStep(step, at, value, which * columnBytes + v * 16),
  };
}

/** eachStep over channels with what is kept of them, and with streams beside it. */
export const eachKept = (
  f: FunctionBuilder,
  channels: Code,
  { at }: Kept,
  streams: readonly Local[],
  body: (step: Step) => Code,
): Code => [at.set(regions.columns), eachStep(f, channels, [at, ...streams], 4, body)];

/** `of` for each vector of a step. */
export const eachOf = <T>(step: Step, of: (v: number) => T): T[] =>
  Array.from({ length: step.vectors }, (_, v) => of(v));

/** Kept for y = (x − mean)·scale + shift, and for dx = scale·dy − b − c·(x − mean). */
export const Row = { mean: 0, scale: 1, shift: 2, b: 3, c: 4 } as const;

type Pointers<N extends string> = Readonly<Record<N, Local>>;

/** Keeps what y needs. Leaves the pointers behind the channels. */
export function keepAffine(
  f: FunctionBuilder,
  channels: Code,
  all: Kept,
  affine: Affine,
  { mean, invStd, weight, bias }: Pointers<"mean" | "invStd" | "weight" | "bias">,
): Code {
  return eachKept(f, channels, all, [mean, invStd, weight, bias], (step) =>
    eachOf(step, (v) => {
      const read = (pointer: Local) => loadStep(step, pointer, v * 16);
      return [
        all.store(step, Row.mean, v, read(mean)),
        all.store(step, Row.scale, v, affine.weight ? f32x4.mul(read(invStd), read(weight)) : read(invStd)),
        affine.bias ? all.store(step, Row.shift, v, read(bias)) : [],
      ];
    }),
  );
}

/** Keeps what dx needs, perM being 1/m in all lanes. Leaves the pointers behind the channels. */
export function keepSlopes(
  f: FunctionBuilder,
  channels: Code,
  all: Kept,
  weighted: boolean,
  { mean, invStd, weight, dWeight, dBias }: Pointers<"mean" | "invStd" | "weight" | "dWeight" | "dBias">,
  perM: Local,
): Code {
  const values = gradientsOf(f);
  return eachKept(f, channels, all, [mean, invStd, weight, dWeight, dBias], (step) =>
    eachOf(step, (v) => {
      const read = (pointer: Local) => loadStep(step, pointer, v * 16);
      return [
        [values.sumDy.set(read(dBias)), values.sumDyX.set(read(dWeight))],
        slopes(read(invStd), weighted ? read(weight) : null, perM, values),
        all.store(step, Row.mean, v, read(mean)),
        all.store(step, Row.scale, v, values.a.get),
        all.store(step, Row.b, v, values.b.get),
        all.store(step, Row.c, v, values.c.get),
      ];
    }),
  );
}
