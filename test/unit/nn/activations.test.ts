// Activations against PyTorch, as modules and as functions.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import { type Tensor, tensor } from "../../../kernel/tensor";
import { erfc } from "../../../kernel/tensor/math/erf";
import { assertClose, fixture, type Packed, unpack } from "../fixtures";

interface Case {
  readonly op: "leakyRelu" | "elu" | "gelu" | "silu" | "softplus";
  readonly options: { negativeSlope?: number; alpha?: number; approximate?: "tanh"; beta?: number };
  readonly inputs: [Packed];
  readonly output: Packed;
  readonly dy: Packed;
  readonly grads: [Packed];
}

const { activation, erfc: reference } = fixture<{
  activation: Case[];
  erfc: { x: number[]; y: string[] };
}>("modules");
const { softmax } = fixture<{
  softmax: (Omit<Case, "op"> & { op: "softmax" | "logSoftmax"; dim: number })[];
}>("ops");

const layers = {
  leakyRelu: ({ negativeSlope }: Case["options"]) => new nn.LeakyReLU(negativeSlope),
  elu: ({ alpha }: Case["options"]) => new nn.ELU(alpha),
  gelu: (options: Case["options"]) => new nn.GELU(options),
  silu: () => new nn.SiLU(),
  softplus: (options: Case["options"]) => new nn.Softplus(options),
};

describe("activations agree with PyTorch, output and gradient, rtol 1e-6, atol 1e-12 and 3e-8", () => {
  const tolerance = { rtol: 1e-6, atol: 1e-12 };
  const canceling = { rtol: 1e-6, atol: 3e-8 }; // where a slope is near 0, terms of 0.1 cancel
  for (const { op, options, inputs, output, dy, grads } of activation) {
    test(`${op} ${JSON.stringify(options)} of [${inputs[0].shape}]`, () => {
      const x = unpack(inputs[0], { requiresGrad: true });
      const y = layers[op](options).forward(x);
      assertClose(y, output, tolerance, "output");
      y.backward(unpack(dy));
      assertClose(x.grad, grads[0], canceling, "gradient");
    });
  }
});

describe("Softmax and LogSoftmax agree with PyTorch, output and gradient, rtol 1e-5 atol 2e-6", () => {
  const tolerance = { rtol: 1e-5, atol: 2e-6 };
  for (const { op, dim, inputs, output, dy, grads } of softmax) {
    test(`${op} of [${inputs[0].shape}] along ${dim}`, () => {
      const x = unpack(inputs[0], { requiresGrad: true });
      const y = (op === "softmax" ? new nn.Softmax(dim) : new nn.LogSoftmax(dim)).forward(x);
      assertClose(y, output, tolerance, "output");
      y.backward(unpack(dy));
      assertClose(x.grad, grads[0], tolerance, "gradient");
    });
  }
});

test("erfc is the C library's to 1e-13 of itself, from −6 to 26, and right at the ends", () => {
  for (const [i, written] of reference.x.entries()) {
    const x = Math.fround(written);
    const want = Number(reference.y[i]);
    assert.ok(Math.abs(erfc(x) - want) <= 1e-13 * want, `erfc(${x}) = ${erfc(x)}, expected ${want}`);
  }
  assert.deepEqual([-40, 0, 40, Infinity, -Infinity, NaN].map(erfc), [2, 1, 0, 0, 2, NaN]);
});

test("functions without options take PyTorch's defaults, and strided, integer input", () => {
  const strided = tensor([
    [-1, 2],
    [3, -4],
  ]).t();
  const f = nn.functional;
  const close = (y: Tensor, want: number[]) =>
    assertClose(y, { shape: [2, 2], data: want }, { rtol: 1e-6, atol: 0 }, "output");
  close(f.leakyRelu(strided), [-0.01, 3, 2, -0.04]);
  close(f.elu(strided), [Math.exp(-1) - 1, 3, 2, Math.exp(-4) - 1]);
  close(
    f.silu(strided.to("int32")),
    [-1, 3, 2, -4].map((x) => x / (1 + Math.exp(-x))),
  );
  close(
    f.softplus(strided),
    [-1, 3, 2, -4].map((x) => Math.log1p(Math.exp(x))),
  );
});

test("settings out of range are refused, and a layer says its own", () => {
  const x = tensor([1]);
  assert.throws(() => nn.functional.softplus(x, { beta: 0 }), /softplus: expected beta > 0, got 0/);
  assert.throws(
    () => nn.functional.gelu(x, { approximate: "erf" as "tanh" }),
    /gelu: expected approximate "none" or "tanh", got erf/,
  );
  assert.equal(String(new nn.LeakyReLU(0.2)), "LeakyReLU(negativeSlope=0.2)");
  assert.equal(String(new nn.Softmax(1)), "Softmax(dim=1)");
});
