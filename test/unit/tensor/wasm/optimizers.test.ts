// The steps of Adam, RMSprop and Adagrad against the reference, in all variants.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { EveryKernel } from "./everyKernel";
import { assertClose, type Buffer, onEachEngine, randomNumbers } from "./guardedMemory";

const lengths = [0, 1, 3, 4, 5, 8, 33];

/** Three steps with `step` by the emitted kernels and by the reference, each on a parameter and `buffers` of its own. */
function compare(
  what: string,
  buffers: number,
  step: (kernels: EveryKernel, parameter: number, gradient: number, buffers: number[], n: number) => void,
): void {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(30);
    for (const n of lengths) {
      guarded.clear();
      const gradient = guarded.buffer(n, () => random() * 2 - 1);
      const start = Array.from({ length: n }, () => random() * 2 - 1);
      const [got, expected] = [kernels, guarded.reference].map((each) => {
        const parameter = guarded.buffer(n, (i) => start[i]!);
        const own = Array.from({ length: buffers }, () => guarded.buffer(n));
        const pointers = own.map(({ pointer }) => pointer);
        for (let i = 0; i < 3; i++) step(each, parameter.pointer, gradient.pointer, pointers, n);
        return [parameter, ...own];
      }) as [Buffer[], Buffer[]];
      got.forEach(({ floats }, b) => {
        assertClose(`${what} of ${n}, buffer ${b}`, floats, expected[b]!.floats, 3e-6, () => 1);
      });
      guarded.checkGuards(what);
    }
  });
}

const flags = [false, true];

test("Adam and AdamW, with and without amsgrad: 3e-6", () => {
  for (const amsgrad of flags) {
    for (const [penalty, shrink] of [
      [0, 1],
      [0.1, 1],
      [0, 0.99],
    ] as const) {
      compare(`adam ${amsgrad} ${penalty} ${shrink}`, 3, (kernels, p, g, [m, v, max], n) =>
        kernels.adam({
          parameter: p,
          gradient: g,
          mean: m!,
          square: v!,
          maximum: amsgrad ? max! : 0,
          n,
          step: 0.05,
          beta1: 0.9,
          beta2: 0.99,
          root: 0.3,
          eps: 1e-8,
          penalty,
          shrink,
        }),
      );
    }
  }
});

test("RMSprop, centered and with momentum: 3e-6", () => {
  for (const centered of flags) {
    for (const moving of flags) {
      for (const penalty of [0, 0.1]) {
        compare(`rmsprop ${centered} ${moving} ${penalty}`, 3, (kernels, p, g, [s, a, b], n) =>
          kernels.rmsprop({
            parameter: p,
            gradient: g,
            square: s!,
            mean: centered ? a! : 0,
            velocity: moving ? b! : 0,
            n,
            lr: 0.01,
            alpha: 0.9,
            eps: 1e-3,
            penalty,
            momentum: 0.8,
          }),
        );
      }
    }
  }
});

test("Adagrad: 3e-6", () => {
  for (const penalty of [0, 0.1]) {
    compare(`adagrad ${penalty}`, 1, (kernels, p, g, [sum], n) =>
      kernels.adagrad({ parameter: p, gradient: g, sum: sum!, n, lr: 0.05, eps: 1e-8, penalty }),
    );
  }
});

test("NAdam, Adamax and Adadelta, with and without a penalty: 3e-6", () => {
  for (const penalty of [0, 0.1]) {
    compare(`nadam ${penalty}`, 2, (kernels, parameter, gradient, [m, v], n) =>
      kernels.nadam({
        ...{ parameter, gradient, mean: m!, square: v!, n, fresh: 0.01, step: 0.05 },
        ...{ beta1: 0.9, beta2: 0.99, root: 0.3, eps: 1e-8, penalty },
      }),
    );
    compare(`adamax ${penalty}`, 2, (kernels, parameter, gradient, [m, u], n) =>
      kernels.adamax({
        ...{ parameter, gradient, mean: m!, largest: u!, n, step: 0.05 },
        ...{ beta1: 0.9, beta2: 0.99, eps: 1e-8, penalty },
      }),
    );
    compare(`adadelta ${penalty}`, 2, (kernels, parameter, gradient, [s, c], n) =>
      kernels.adadelta({
        ...{ parameter, gradient, square: s!, changes: c!, n, lr: 1, rho: 0.9, eps: 1e-6, penalty },
      }),
    );
  }
});

test("Rprop, to the bit: signs that stay, change and are 0, and NaN that stays", () => {
  onEachEngine((guarded, kernels) => {
    guarded.clear();
    const gradients = [1, 1, -1, 1, 0, -2, Number.NaN];
    const before = [1, -1, -1, 0, 1, 0, 1];
    const n = gradients.length;
    const results = [kernels, guarded.reference].map((each) => {
      const made = [() => 1, (i: number) => before[i]!, (i: number) => 0.25 * (i + 1)].map((value) =>
        guarded.buffer(n, value),
      ) as [Buffer, Buffer, Buffer];
      const [parameter, old, size] = made;
      const gradient = guarded.buffer(n, (i) => gradients[i]!);
      each.rprop({
        ...{
          parameter: parameter.pointer,
          gradient: gradient.pointer,
          before: old.pointer,
          size: size.pointer,
          n,
        },
        ...{ less: 0.5, more: 2, least: 0.3, most: 1.25 },
      });
      return made.map(({ floats }) => [...floats]);
    });
    assert.deepEqual(results[0], results[1]);
    const [parameter, old, size] = results[0]!;
    const third = Math.fround(0.3);
    assert.deepEqual(size!.slice(0, 6), [0.5, third, 1.25, 1, 1.25, 1.25]);
    assert.deepEqual(old, [1, 0, -1, 1, 0, -2, Number.NaN]);
    assert.deepEqual(parameter, [0.5, 1, 2.25, 0, 1, 2.25, Number.NaN]);
    guarded.checkGuards("rprop");
  });
});

test("no weight decay does not mean 0·∞", () => {
  onEachEngine((guarded, kernels) => {
    guarded.clear();
    const parameter = guarded.buffer(1, () => Number.POSITIVE_INFINITY);
    const [gradient, m, v] = [1, 0, 0].map((value) => guarded.buffer(1, () => value).pointer) as [
      number,
      number,
      number,
    ];
    kernels.adam({
      parameter: parameter.pointer,
      gradient,
      mean: m,
      square: v,
      maximum: 0,
      n: 1,
      step: 0.1,
      beta1: 0.9,
      beta2: 0.99,
      root: 1,
      eps: 1e-8,
      penalty: 0,
      shrink: 1,
    });
    assert.equal(parameter.floats[0], Number.POSITIVE_INFINITY);
  });
});
