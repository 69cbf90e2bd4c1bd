// Attention and Transformers against PyTorch, in train and eval; finite differences; masks that hide all; what they refuse.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import {
  autograd,
  Generator,
  manualSeed,
  ones,
  randint,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack } from "../fixtures";

type Mask = Packed & { readonly bool: boolean };

interface Recorded {
  readonly options: object;
  readonly masks: Record<string, Mask>;
  readonly state: Record<string, Packed>;
  readonly inputs: Packed[];
  readonly outputs: Packed[];
  readonly dys: Packed[];
  readonly grads: Packed[];
  readonly parameterGrads: Record<string, Packed>;
}

const recorded = fixture<{
  scaledDotProduct: {
    readonly isCausal: boolean;
    readonly scale: number | null;
    readonly masks: Record<string, Mask>;
    readonly inputs: [Packed, Packed, Packed];
    readonly output: Packed;
    readonly dy: Packed;
    readonly grads: Packed[];
  }[];
  multihead: (Recorded & { readonly call: object })[];
  transformers: (Recorded & { readonly kind: string })[];
}>("attention");
const tolerance = { rtol: 1e-5, atol: 5e-6 };
const { scaledDotProductAttention } = nn.functional;

function masksOf(masks: Record<string, Mask>): Record<string, Tensor> {
  const unpacked = ({ bool, ...packed }: Mask) => (bool ? unpack(packed).bool() : unpack(packed));
  return Object.fromEntries(Object.entries(masks).map(([name, mask]) => [name, unpacked(mask)]));
}

const leavesOf = (inputs: readonly Packed[]) => inputs.map((input) => unpack(input, { requiresGrad: true }));

function load(module: nn.Module, state: Record<string, Packed>): void {
  assert.deepEqual(Object.keys(module.stateDict()), Object.keys(state));
  module.loadStateDict(
    Object.fromEntries(Object.entries(state).map(([name, value]) => [name, unpack(value)])),
  );
}

function assertRecorded(module: nn.Module, leaves: Tensor[], outputs: Tensor[], from: Recorded): void {
  assert.equal(outputs.length, from.outputs.length);
  for (const [i, output] of outputs.entries())
    assertClose(output, from.outputs[i]!, tolerance, `output ${i}`);
  const total = outputs.map((y, i) => y.mul(unpack(from.dys[i]!)).sum()).reduce((sum, y) => sum.add(y));
  total.backward();
  for (const [i, leaf] of leaves.entries())
    assertClose(leaf.grad, from.grads[i]!, tolerance, `gradient ${i}`);
  for (const [name, parameter] of module.namedParameters())
    assertClose(parameter.grad, from.parameterGrads[name]!, tolerance, `gradient of ${name}`);
}

const titled = (inputs: readonly Packed[], options: object, masks: object) =>
  `${inputs.map(({ shape }) => `[${shape}]`).join(" ")} ${JSON.stringify(options)} ${Object.keys(masks).join(" ")}`;

describe("attention agrees with PyTorch, rtol 1e-5 atol 5e-6", () => {
  for (const { inputs, masks, isCausal, scale, output, dy, grads } of recorded.scaledDotProduct) {
    test(`scaledDotProductAttention ${titled(inputs, { isCausal, scale }, masks)}`, () => {
      const leaves = leavesOf(inputs) as [Tensor, Tensor, Tensor];
      const y = scaledDotProductAttention(...leaves, { ...masksOf(masks), isCausal, scale });
      assertClose(y, output, tolerance, "output");
      y.backward(unpack(dy));
      for (const [i, leaf] of leaves.entries()) assertClose(leaf.grad, grads[i]!, tolerance, `gradient ${i}`);
    });
  }

  for (const each of recorded.multihead) {
    test(`MultiheadAttention ${titled(each.inputs, { ...each.options, ...each.call }, each.masks)}`, () => {
      for (const mode of [true, false]) {
        const layer = new nn.MultiheadAttention(6, 2, each.options).train(mode);
        load(layer, each.state);
        const leaves = leavesOf(each.inputs);
        const [query, key = query, value = key] = leaves as [Tensor, Tensor?, Tensor?];
        const options = { ...each.call, ...masksOf(each.masks) };
        const [y, weights] = layer.forward(query, key!, value!, options);
        assertRecorded(layer, leaves, [y, weights!], each);
        assert.equal(layer.forward(query, key!, value!, { ...options, needWeights: false })[1], null);
      }
    });
  }

  for (const each of recorded.transformers) {
    test(`${each.kind} ${titled(each.inputs, each.options, each.masks)}`, () => {
      for (const mode of [true, false]) {
        const module = made(each.kind, each.options).train(mode);
        load(module, each.state);
        const leaves = leavesOf(each.inputs);
        assertRecorded(module, leaves, [module.forward(...leaves, masksOf(each.masks))], each);
      }
    });
  }
});

function made(kind: string, options: object): nn.Module {
  const encoder = new nn.TransformerEncoderLayer(4, 2, options);
  const decoder = new nn.TransformerDecoderLayer(4, 2, options);
  if (kind === "TransformerEncoderLayer") return encoder;
  if (kind === "TransformerDecoderLayer") return decoder;
  if (kind === "TransformerEncoder") return new nn.TransformerEncoder(encoder, 2, new nn.LayerNorm(4));
  if (kind === "TransformerDecoder")
    return new nn.TransformerDecoder(decoder, 2, { norm: new nn.LayerNorm(4) });
  return new nn.Transformer({ dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 2, ...options });
}

describe("attention", () => {
  const generator = new Generator(8);
  const leaf = (...shape: number[]) => randn(shape, { generator, requiresGrad: true });

  test("passes a finite difference check, masks and heads included", () => {
    manualSeed(1);
    const layer = new nn.MultiheadAttention(4, 2, { addBiasKv: true, kdim: 3 });
    const [q, k, v] = [leaf(2, 2, 4), leaf(3, 2, 3), leaf(3, 2, 4)];
    const attnMask = tensor([
      [false, true, false],
      [false, false, true],
    ]);
    autograd.gradcheck(
      () => layer.forward(q, k, v, { attnMask }) as Tensor[],
      [q, k, v, ...layer.parameters()],
    );
    const decoder = new nn.TransformerDecoderLayer(4, 2, {
      dimFeedforward: 3,
      dropout: 0,
      activation: "gelu",
    });
    autograd.gradcheck(() => decoder.forward(q, v, { tgtIsCausal: true }), [q, v, ...decoder.parameters()]);
  });

  test("a query that sees no key gives NaN, the others their numbers", () => {
    const [q, k, v] = [randn([2, 3]), randn([2, 3]), randn([2, 3])];
    const seen = tensor([
      [false, false],
      [true, false],
    ]);
    const y = scaledDotProductAttention(q, k, v, { attnMask: seen });
    assert.ok(y.at(0).isnan().all().item());
    assert.ok(y.at(1).allclose(v.at(0)));
    const layer = new nn.MultiheadAttention(4, 2, { batchFirst: true });
    const padding = tensor([
      [true, true],
      [false, true],
    ]);
    const [z] = layer.forward(
      ...(Array.from({ length: 3 }, () => randn([2, 2, 4])) as [Tensor, Tensor, Tensor]),
      padding,
    );
    assert.deepEqual(z.isnan().all([1, 2]).toArray(), [1, 0]);
  });

  test("isCausal is the mask of generateSquareSubsequentMask, by itself and beside others", () => {
    manualSeed(2);
    const mask = nn.Transformer.generateSquareSubsequentMask(3);
    const no = Number.NEGATIVE_INFINITY;
    assert.deepEqual(mask.toArray(), [
      [0, no, no],
      [0, 0, no],
      [0, 0, 0],
    ]);
    const layer = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 8 }).eval();
    const x = randn([3, 2, 4]);
    const expected = layer.forward(x, { srcMask: mask });
    assert.ok(layer.forward(x, { isCausal: true }).allclose(expected));
    assert.ok(layer.forward(x, { srcMask: mask, isCausal: true }).allclose(expected));
    assert.ok(layer.forward(x, mask).allclose(expected));
    assert.ok(!layer.forward(x).allclose(expected));
  });

  test("dropout acts in training alone; of weights where scaledDotProductAttention is told so", () => {
    manualSeed(3);
    const x = randn([5, 2, 8]);
    const layer = new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 16 });
    assert.ok(!layer.forward(x).equal(layer.forward(x)));
    layer.eval();
    assert.ok(layer.forward(x).equal(layer.forward(x)));
    const attention = new nn.MultiheadAttention(8, 2, { dropout: 0.5 });
    const share = attention.forward(x, x, x, { averageAttnWeights: false })[1]!.eq(0).mean().item();
    assert.ok(share > 0.3 && share < 0.7, `${share} of the weights are 0`);
    const y = scaledDotProductAttention(x, x, ones([5, 2, 8]), { dropoutP: 0.5 });
    assert.ok(!y.allclose(ones([5, 2, 8])));
  });

  test("layers of a stack are copies: the same start, parameters of their own", () => {
    manualSeed(4);
    const layer = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 8 });
    const stack = new nn.TransformerEncoder(layer, 3);
    const [first, second] = [...stack.layers];
    assert.ok(first!.linear1.weight.equal(second!.linear1.weight));
    assert.ok(first!.linear1.weight !== second!.linear1.weight && first !== layer);
    assert.equal(stack.parameters().length, 3 * layer.parameters().length);
    assert.equal(stack.namedParameters()[0]![0], "layers.0.self_attn.in_proj_weight");
    class Mine extends nn.TransformerEncoderLayer {
      override forward(src: Tensor): Tensor {
        return src.mul(2);
      }
    }
    assert.ok(
      new nn.TransformerEncoder(new Mine(4, 2), 2)
        .forward(ones([3, 4]))
        .eq(4)
        .all()
        .item(),
    );
  });

  test("a Transformer is as wide as PyTorch's unless told otherwise", () => {
    const net = new nn.Transformer({ numEncoderLayers: 1, numDecoderLayers: 1 });
    const layer = net.encoder.layers.at(0);
    assert.deepEqual(layer.linear1.weight.shape, [2048, 512]);
    assert.equal(layer.selfAttn.numHeads, 8);
    const narrow = { dModel: 8, dimFeedforward: 8 };
    assert.equal(new nn.Transformer({ ...narrow, numDecoderLayers: 1 }).encoder.layers.length, 6);
    assert.equal(new nn.Transformer({ ...narrow, numEncoderLayers: 1 }).decoder.layers.length, 6);
  });

  test("parameters start as PyTorch's: projections by Xavier, shifts 0", () => {
    manualSeed(5);
    const layer = new nn.MultiheadAttention(32, 4);
    const bound = Math.sqrt(6 / (4 * 32));
    const largest = layer.inProjWeight!.abs().max().item();
    assert.ok(largest <= bound && largest > 0.95 * bound, `${largest} of ${bound}`);
    assert.equal(layer.inProjBias!.abs().sum().item() + layer.outProj.bias!.abs().sum().item(), 0);
    const net = new nn.Transformer(16, 2, 1, 1, 32);
    const weight = net.decoder.layers.at(0).linear2.weight;
    const wide = Math.sqrt(6 / (16 + 32));
    assert.ok(weight.abs().max().item() > 0.9 * wide && weight.abs().max().item() <= wide);
  });

  test("refuses shapes, masks and dtypes that it cannot take", () => {
    const x = zeros([3, 2, 4]);
    const layer = new nn.MultiheadAttention(4, 2);
    const encoder = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 4 });
    const refused: [() => unknown, RegExp][] = [
      [() => new nn.MultiheadAttention(5, 2), /expected embedDim to be a multiple of numHeads, got 5 and 2/],
      [
        () => new nn.MultiheadAttention(4, 2, { dropout: 2 }),
        /MultiheadAttention: expected dropout from 0 to 1, got 2/,
      ],
      [
        () => layer.forward(x, zeros([3, 2, 5]), x),
        /expected query \[L, B, 4\], .* got \[3, 2, 4\], \[3, 2, 5\]/,
      ],
      [() => layer.forward(x, zeros([3, 1, 4]), zeros([3, 1, 4])), /MultiheadAttention: expected query/],
      [
        () => layer.forward(randint(0, 9, [3, 2, 4]), x, x),
        /^TypeError: MultiheadAttention: expected query as float32 numbers, got int32 .* Embedding$/,
      ],
      [
        () => layer.forward(x, x, x, { attnMask: zeros([2, 2]) }),
        /expected attnMask \[3, 3\] or \[4, 3, 3\], got \[2, 2\]/,
      ],
      [
        () => layer.forward(x, x, x, { keyPaddingMask: zeros([3, 2]).bool() }),
        /expected keyPaddingMask \[2, 3\], got \[3, 2\]/,
      ],
      [
        () => layer.forward(x, x, x, { attnMask: zeros([3, 3]).int() }),
        /expected attnMask as a bool or float32 mask, got a tensor \[3, 3\] int32/,
      ],
      [() => layer.forward(x, x, x, { mask: x } as object), /only the options keyPaddingMask, .*, got mask/],
      [() => new nn.TransformerEncoderLayer(4, 2, { activation: "tanh" as never }), /got "tanh"/],
      [() => encoder.forward(zeros([3, 2, 5])), /layerNorm|expected query/],
      [
        () => new nn.TransformerEncoder(new nn.Linear(1, 1) as never, 2),
        /expected a TransformerEncoderLayer, got a Linear/,
      ],
      [
        () => new nn.TransformerEncoder(encoder, 0),
        /TransformerEncoder: expected numLayers to be a whole number from 1 to 1024, got 0/,
      ],
      [
        () => scaledDotProductAttention(x, x, x, { attnMask: zeros([2, 2]).bool(), isCausal: true }),
        /expected either attnMask or isCausal, got both/,
      ],
      [() => scaledDotProductAttention(x, zeros([3, 2, 5]), x), /expected query \[\.\.\., L, E\], key/],
      [() => scaledDotProductAttention(x.int(), x, x), /expected query as float32 numbers, got int32/],
    ];
    for (const [call, pattern] of refused) assert.throws(call, pattern);
  });
});
