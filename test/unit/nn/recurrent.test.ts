// RNN, LSTM, GRU and their cells against PyTorch, in train and eval, padded and packed; finite differences; what they refuse.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import {
  arange,
  autograd,
  Generator,
  manualSeed,
  memoryUsage,
  noGrad,
  randn,
  Tensor,
  tensor,
  zeros,
} from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack } from "../fixtures";

interface Recorded {
  readonly kind: "RNN" | "LSTM" | "GRU" | "RNNCell" | "LSTMCell" | "GRUCell";
  readonly size: number;
  readonly options: nn.RNNOptions;
  readonly state: Record<string, Packed>;
  readonly inputs: Packed[];
  readonly outputs: Packed[];
  readonly dys: Packed[];
  readonly grads: Packed[];
  readonly parameterGrads: Record<string, Packed>;
}

interface PackedCase extends Recorded {
  readonly lengths: number[];
  readonly enforceSorted: boolean;
  readonly data: Packed;
  readonly batchSizes: Packed;
}

const recorded = fixture<{ layers: Recorded[]; cells: Recorded[]; packed: PackedCase[] }>("recurrent");
const tolerance = { rtol: 1e-5, atol: 2e-6 };
const { rnn } = nn.utils;
const { RNN, LSTM, GRU, RNNCell, LSTMCell, GRUCell } = nn;
const classes = { RNN, LSTM, GRU, RNNCell, LSTMCell, GRUCell };

/** A layer that takes a state of one tensor or of two. */
type Layer = nn.Module & { forward(input: unknown, state?: unknown): unknown };

function made({ kind, size, options, state, inputs }: Recorded): Layer {
  const layer = new classes[kind](inputs[0]!.shape.at(-1)!, size, options) as Layer;
  assert.deepEqual(Object.keys(layer.stateDict()), Object.keys(state));
  layer.loadStateDict(
    Object.fromEntries(Object.entries(state).map(([name, value]) => [name, unpack(value)])),
  );
  return layer;
}

/** The tensors in what a layer gives, in order. */
function tensorsOf(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  return (value as unknown[]).flatMap(tensorsOf);
}

const stateOf = ([first, second]: Tensor[]) => (second === undefined ? first : [first, second]);

/** Checks outputs, then all gradients from the recorded ones of the outputs. */
function assertRecorded(layer: Layer, leaves: Tensor[], outputs: Tensor[], from: Recorded): void {
  for (const [i, output] of outputs.entries())
    assertClose(output, from.outputs[i]!, tolerance, `output ${i}`);
  const total = outputs.map((y, i) => y.mul(unpack(from.dys[i]!)).sum()).reduce((sum, y) => sum.add(y));
  total.backward();
  for (const [i, leaf] of leaves.entries())
    assertClose(leaf.grad, from.grads[i]!, tolerance, `gradient ${i}`);
  for (const [name, parameter] of layer.namedParameters())
    assertClose(parameter.grad, from.parameterGrads[name]!, tolerance, `gradient of ${name}`);
}

describe("recurrent layers agree with PyTorch, rtol 1e-5 atol 2e-6", () => {
  for (const each of [...recorded.layers, ...recorded.cells]) {
    const shapes = each.inputs.map(({ shape }) => `[${shape}]`).join(", ");
    test(`${each.kind} ${JSON.stringify(each.options)} of ${shapes}`, () => {
      for (const mode of [true, false]) {
        const layer = made(each).train(mode);
        const leaves = each.inputs.map((input) => unpack(input, { requiresGrad: true }));
        const outputs = tensorsOf(layer.forward(leaves[0], stateOf(leaves.slice(1))));
        assertRecorded(layer, leaves, outputs, each);
      }
    });
  }

  for (const each of recorded.packed) {
    test(`${each.kind} ${JSON.stringify(each.options)} of packed lengths ${each.lengths}`, () => {
      const layer = made(each);
      const leaves = each.inputs.map((input) => unpack(input, { requiresGrad: true }));
      const { batchFirst = false } = each.options;
      const packed = rnn.packPaddedSequence(leaves[0]!, each.lengths, {
        batchFirst,
        enforceSorted: each.enforceSorted,
      });
      assertClose(packed.data, each.data, { rtol: 1e-7, atol: 0 }, "packed data");
      assert.deepEqual([...packed.batchSizes.data], each.batchSizes.data);
      const [output, last] = layer.forward(packed, stateOf(leaves.slice(1))) as [
        nn.utils.rnn.PackedSequence,
        unknown,
      ];
      const [y, lengths] = rnn.padPackedSequence(output, {
        batchFirst,
        paddingValue: -1.5,
        totalLength: Math.max(...each.lengths) + 1,
      });
      assert.deepEqual([...lengths.data], each.lengths);
      assertRecorded(layer, leaves, [y, ...tensorsOf(last)], each);
    });
  }
});

const kinds = [
  ["RNN", {}],
  ["RNN", { nonlinearity: "tanh", bidirectional: true, numLayers: 2 }],
  ["LSTM", { bidirectional: true }],
  ["GRU", { numLayers: 2 }],
] as const;

describe("recurrent layers", () => {
  for (const [kind, options] of kinds) {
    test(`${kind} ${JSON.stringify(options)} passes a finite difference check, states included`, () => {
      manualSeed(2);
      const layer = new classes[kind](3, 4, options) as Layer;
      const count = (("numLayers" in options ? options.numLayers : 1) *
        ("bidirectional" in options ? 2 : 1)) as number;
      const generator = new Generator(5);
      const x = randn([3, 2, 3], { generator, requiresGrad: true });
      const states = Array.from({ length: kind === "LSTM" ? 2 : 1 }, () =>
        randn([count, 2, 4], { generator, requiresGrad: true }),
      );
      autograd.gradcheck(
        () => tensorsOf(layer.forward(x, stateOf(states))),
        [x, ...states, ...layer.parameters()],
      );
    });
  }

  test("a layer is its cell, step by step", () => {
    manualSeed(4);
    for (const [kind, cellKind] of [
      ["RNN", "RNNCell"],
      ["LSTM", "LSTMCell"],
      ["GRU", "GRUCell"],
    ] as const) {
      const layer = new classes[kind](5, 7) as Layer;
      const cell = new classes[cellKind](5, 7) as Layer;
      cell.loadStateDict(
        Object.fromEntries(
          Object.entries(layer.stateDict()).map(([name, value]) => [name.replace("_l0", ""), value]),
        ),
      );
      const x = randn([6, 3, 5]);
      const [y] = layer.forward(x) as [Tensor];
      let state: unknown;
      for (const [t, row] of [...x].entries()) {
        state = cell.forward(row, state);
        const hidden = tensorsOf(state)[0]!;
        assert.ok(hidden.allclose(y.at(t), { rtol: 1e-5, atol: 1e-6 }), `${kind} at step ${t}`);
      }
    }
  });

  test("start uniform within ±1/√hidden", () => {
    manualSeed(1);
    for (const parameter of new nn.LSTM(40, 25).parameters()) {
      const [low, high] = [parameter.min().item(), parameter.max().item()];
      assert.ok(low >= -0.2 && high <= 0.2 && low < -0.18 && high > 0.18, `from ${low} to ${high}`);
      assert.ok(Math.abs(parameter.mean().item()) < 0.04);
    }
  });

  test("dropout between layers acts in training alone, and not behind the last", () => {
    manualSeed(3);
    const layer = new nn.GRU(3, 8, { numLayers: 2, dropout: 0.5 });
    const x = randn([4, 2, 3]);
    const [first] = layer.forward(x);
    const [second] = layer.forward(x);
    assert.ok(!first.equal(second));
    assert.equal(first.eq(0).sum().item(), 0);
    layer.eval();
    assert.ok(layer.forward(x)[0].equal(layer.forward(x)[0]));
    const one = new nn.GRU(3, 8, { dropout: 0.9 });
    assert.ok(one.forward(x)[0].equal(one.forward(x)[0]));
  });

  test("a graph is walked twice with retainGraph, and a state may learn from a later output", () => {
    manualSeed(6);
    const layer = new nn.LSTM(2, 3);
    const x = randn([4, 2, 2], { requiresGrad: true });
    const [y, [h, c]] = layer.forward(x);
    const loss = y.square().sum().add(h.sum()).add(c.square().sum());
    loss.backward(null, { retainGraph: true });
    const once = x.grad!.clone();
    loss.backward();
    assert.ok(x.grad!.allclose(once.mul(2)));
  });

  test("the gates of a long sequence go with the graph, and at once where there is none", () => {
    manualSeed(7);
    const [steps, size] = [500, 64];
    const layer = new nn.LSTM(8, size);
    const x = randn([steps, 1, 8]);
    const gateBytes = steps * 4 * size * 4;
    const train = () => layer.forward(x)[0].mean().backward();
    const evaluate = () => noGrad(() => layer.forward(x)[0].mean().item());
    for (const run of [train, evaluate]) {
      run();
      const before = memoryUsage().liveBytes;
      run();
      const more = memoryUsage().liveBytes - before;
      assert.ok(more < gateBytes, `${more} bytes more, of gates ${gateBytes}`);
    }
  });

  test("huge numbers saturate, and NaN stays", () => {
    const layer = new nn.LSTM(1, 2);
    const [y] = layer.forward(tensor([[1e20], [-1e20]]).unsqueeze(1));
    assert.ok(y.isfinite().all().item());
    assert.ok(
      layer
        .forward(tensor([[Number.NaN]]))[0]
        .isnan()
        .all()
        .item(),
    );
  });

  test("refuse shapes, dtypes, states and settings that they cannot take", () => {
    const lstm = new nn.LSTM(3, 4);
    const refused: [() => unknown, RegExp][] = [
      [
        () => lstm.forward(zeros([2, 2, 5])),
        /^RangeError: LSTM: expected input \[T, B, 3\], .* got \[2, 2, 5\]$/,
      ],
      [() => lstm.forward(zeros([3])), /expected input .* got \[3\]/],
      [() => lstm.forward(zeros([0, 2, 3])), /LSTM: expected at least one step, got input \[0, 2, 3\]/],
      [
        () => lstm.forward(arange(6).reshape(2, 3)),
        /^TypeError: LSTM: expected an input of float32 numbers, got int32/,
      ],
      [() => lstm.forward(zeros([2, 3]).gt(0)), /got bool \[2, 3\]; convert them with float\(\)/],
      [
        () => lstm.forward(zeros([2, 1, 3]), [zeros([1, 2, 4]), zeros([1, 1, 4])]),
        /LSTM: expected an initial state \[1, 1, 4\], got \[1, 2, 4\]/,
      ],
      [
        () => lstm.forward(zeros([2, 1, 3]), zeros([1, 1, 4]) as never),
        /^TypeError: LSTM: expected the initial state as \[h, c\], got a tensor/,
      ],
      [
        () => new nn.GRU(3, 4).forward(zeros([2, 1, 3]), arange(4).reshape(1, 1, 4)),
        /GRU: expected the initial state as float32 numbers, got int32/,
      ],
      [() => new nn.LSTM(0, 4), /^RangeError: LSTM: expected inputSize to be a whole number ≥ 1, got 0/],
      [
        () => new nn.GRU(3, 4, { numLayers: 1.5 }),
        /GRU: expected numLayers to be a whole number from 1 to 1024, got 1.5/,
      ],
      [() => new nn.GRU(3, 4, { dropout: 2 }), /GRU: expected dropout from 0 to 1, got 2/],
      [() => new nn.LSTM(3, 4, { projSize: 2 as never }), /LSTM: expected projSize 0, got 2; put a Linear/],
      [
        () => new nn.RNN(3, 4, { nonlinearity: "gelu" as never }),
        /RNN: expected nonlinearity "tanh" or "relu", got "gelu"/,
      ],
      [
        () => new nn.LSTMCell(3, 4).forward(zeros([2, 4])),
        /LSTMCell: expected input \[B, 3\] or \[3\], got \[2, 4\]/,
      ],
      [
        () => new nn.GRUCell(3, 4).forward(zeros([2, 3]), zeros([1, 4])),
        /GRUCell: expected a state \[2, 4\], got \[1, 4\]/,
      ],
    ];
    for (const [call, pattern] of refused) assert.throws(call, pattern);
  });

  test("PyTorch's positional forms, and what they print", () => {
    assert.equal(
      String(new nn.LSTM(10, 20, 2, true, true, 0.5, true)),
      "LSTM(10, 20, numLayers=2, batchFirst=true, dropout=0.5, bidirectional=true)",
    );
    assert.equal(String(new nn.RNN(10, 20, 1, "relu")), 'RNN(10, 20, nonlinearity="relu")');
    assert.equal(String(new nn.GRUCell(10, 20, false)), "GRUCell(10, 20, bias=false)");
  });
});

describe("padded and packed sequences", () => {
  const a = tensor([1, 2, 3]);
  const b = tensor([4]);

  test("padSequence puts sequences side by side, or one below the other", () => {
    assert.deepEqual(rnn.padSequence([a, b]).toArray(), [
      [1, 4],
      [2, 0],
      [3, 0],
    ]);
    assert.deepEqual(rnn.padSequence([a, b], true, -1).toArray(), [
      [1, 2, 3],
      [4, -1, -1],
    ]);
    const whole = [tensor(Int32Array.of(7)), tensor(Int32Array.of(8, 9))];
    assert.equal(rnn.padSequence(whole).dtype, "int32");
  });

  test("packing and padding are inverses, in any order of lengths", () => {
    const packed = rnn.packSequence([b, a], { enforceSorted: false });
    assert.deepEqual([...packed.data.data], [1, 4, 2, 3]);
    assert.deepEqual([...packed.sortedIndices!.data], [1, 0]);
    const [padded, lengths] = rnn.padPackedSequence(packed, { batchFirst: true });
    assert.deepEqual(padded.toArray(), [
      [4, 0, 0],
      [1, 2, 3],
    ]);
    assert.deepEqual([...lengths.data], [1, 3]);
  });

  test("refuse lengths that are none, and sequences that do not fit together", () => {
    const refused: [() => unknown, RegExp][] = [
      [
        () => rnn.packPaddedSequence(zeros([3, 2]), [1, 3]),
        /expected lengths that fall, got \[1, 3\]; sort the batch/,
      ],
      [() => rnn.packPaddedSequence(zeros([3, 2]), [4, 1]), /expected 2 lengths from 1 to 3, got \[4, 1\]/],
      [() => rnn.packPaddedSequence(zeros([3, 2]), [3, 0]), /expected 2 lengths from 1 to 3, got \[3, 0\]/],
      [
        () => rnn.packPaddedSequence(zeros([3, 2]), zeros([2])),
        /expected lengths as whole numbers .* got a tensor \[2\] float32/,
      ],
      [() => rnn.padSequence([]), /padSequence: expected sequences \[T, \.\.\.\], got none/],
      [
        () => rnn.padSequence([zeros([2, 3]), zeros([2, 4])]),
        /expected sequences \[T, 3\], got one of \[2, 4\]/,
      ],
      [() => rnn.padPackedSequence(zeros([2]) as never), /expected a PackedSequence, got a tensor/],
      [
        () => rnn.padPackedSequence(rnn.packSequence([a, b]), { totalLength: 2 }),
        /expected totalLength to be a whole number from 3 to 16777216, got 2/,
      ],
      [
        () => new rnn.PackedSequence(zeros([3]), tensor(Int32Array.of(1, 2))),
        /expected batchSizes that fall and add up/,
      ],
    ];
    for (const [call, pattern] of refused) assert.throws(call, pattern);
  });
});
