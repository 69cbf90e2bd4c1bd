// Normalization of rows against the reference: layer norm (runs of one number), group norm, and without a mean.

import { test } from "node:test";
import { assertClose, type Buffer, onEachEngine, randomNumbers } from "./guardedMemory";

const shapes: [samples: number, groups: number, channels: number, inner: number][] = [
  [0, 1, 4, 1],
  [3, 1, 1, 1],
  [2, 1, 1000, 1],
  [1, 7, 4, 19],
  [600, 1, 33, 1], // enough for parts
];
for (const samples of [1, 3])
  for (const groups of [1, 2, 3])
    for (const channels of [1, 2, 5, 17])
      for (const inner of [1, 2, 5, 18]) shapes.push([samples, groups, channels, inner]);

type Outputs = Record<"y" | "dx" | "slopes" | "shifts", Buffer>;

test("forward and backward: within 3e-6 of the largest term, at a mean of 100 too, dx in place of dy as well", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(31);
    for (const [samples, groups, channels, inner] of shapes)
      for (const centered of [true, false])
        for (const affine of [0, 1, 2, 3]) {
          guarded.clear();
          const [rows, n, parameters] = [samples * groups, channels * inner, groups * channels];
          const center = affine === 3 && centered ? 100 : 0;
          const x = guarded.buffer(rows * n, () => center + random() * 4 - 1).pointer;
          const weight = affine & 2 ? guarded.buffer(parameters, () => random() * 2 - 0.5).pointer : 0;
          const bias = affine & 1 ? guarded.buffer(parameters, () => random()).pointer : 0;
          const start = Array.from({ length: rows * n }, () => random() * 2 - 1);
          const shape = { samples, groups, channels, inner, centered };
          const [got, expected] = [kernels, guarded.reference].map((each) => {
            const statistics = guarded.buffer(4 * rows, () => 0, true);
            const [y, dx] = [guarded.buffer(rows * n), guarded.buffer(rows * n, (i) => start[i]!)] as const;
            const [slopes, shifts] = [0, 1].map(() => guarded.buffer(samples * parameters)) as [
              Buffer,
              Buffer,
            ];
            // An ε that keeps 1/√(σ² + ε) from magnifying the rounding of rows that are all but constant.
            const input = { x, weight, statistics: statistics.pointer, ...shape };
            each.normalize({ ...input, bias, y: y.pointer, eps: 0.01 });
            each.normalizeBackward({
              ...{ ...input, dy: dx.pointer, dx: dx.pointer },
              ...{ slopes: affine === 0 ? 0 : slopes.pointer },
              ...{ shifts: affine === 0 || inner === 1 ? 0 : shifts.pointer },
            });
            return { y, dx, slopes, shifts };
          }) as [Outputs, Outputs];
          const what = `${kernels.name} [${[samples, groups, channels, inner, centered]}], affine ${affine}`;
          assertClose(`${what} y`, got.y.floats, expected.y.floats, 3e-6, () => 4);
          assertClose(`${what} dx`, got.dx.floats, expected.dx.floats, 3e-6, () => 20);
          for (const name of ["slopes", "shifts"] as const) {
            assertClose(`${what} ${name}`, got[name].floats, expected[name].floats, 3e-6, () => 4 * inner);
          }
          guarded.checkGuards(what);
        }
  });
});
