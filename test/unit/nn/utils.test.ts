// nn.utils: gradients clipped as PyTorch clips them, norms folded, parameters as a vector, summaries that leave no trace.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import * as nn from "../../../kernel/nn";
import {
  Generator,
  manualSeed,
  noGrad,
  rand,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack } from "../fixtures";

const { clipGradNorm_, clipGradValue_, fuseConvBn, fuseLinearBn, fuseSequential } = nn.utils;
const { parametersToVector, vectorToParameters, summary } = nn.utils;
const generator = new Generator(8);
const normal = (shape: number[]) => randn(shape, { generator });

describe("clipGradNorm_ agrees with PyTorch, rtol 1e-6", () => {
  interface Case {
    readonly maxNorm: number;
    readonly normType: number | "inf";
    readonly before: Packed[];
    readonly after: Packed[];
    readonly norm: number;
  }
  for (const { maxNorm, normType, before, after, norm } of fixture<{ clipping: Case[] }>("nn").clipping) {
    test(`norm ${normType} of ${norm.toPrecision(3)} held to ${maxNorm}`, () => {
      const parameters = before.map((gradient) => {
        const parameter = new nn.Parameter(zeros([...gradient.shape]));
        parameter.grad = unpack(gradient);
        return parameter;
      });
      const frozen = new nn.Parameter(zeros([2])); // it has no gradient
      const total = clipGradNorm_([...parameters, frozen], maxNorm, {
        normType: normType === "inf" ? Number.POSITIVE_INFINITY : normType,
      });
      assert.deepEqual([...total.shape], []);
      assert.ok(Math.abs(total.item() - norm) <= 1e-6 * norm);
      for (const [i, parameter] of parameters.entries()) {
        assertClose(parameter.grad, after[i]!, { rtol: 1e-6, atol: 0 }, `gradient ${i}`);
        if (norm < maxNorm) {
          assert.deepEqual(parameter.grad!.toArray(), unpack(before[i]!).toArray(), "bits stay");
        }
      }
    });
  }
});

describe("clipping gradients", () => {
  const parameterOf = (...gradient: number[]) => {
    const parameter = new nn.Parameter(zeros([gradient.length]));
    parameter.grad = tensor(gradient);
    return parameter;
  };

  test("by value holds each element; one parameter may come without a list", () => {
    const parameter = parameterOf(-3, 0.5, 2);
    clipGradValue_(parameter, 1);
    assert.deepEqual(parameter.grad!.toArray(), [-1, 0.5, 1]);
    assert.equal(clipGradNorm_(parameter, 0).item(), 1.5);
    assert.deepEqual(parameter.grad!.toArray(), [-0, 0, 0]);
    assert.equal(clipGradNorm_([new nn.Parameter(zeros([1]))], 1).item(), 0, "no gradients, no norm");
  });

  test("passes NaN on, or says so if asked to", () => {
    const parameter = parameterOf(Number.NaN, 1);
    assert.throws(
      () => clipGradNorm_(parameter, 1, { errorIfNonfinite: true }),
      /^Error: clipGradNorm_: expected gradients of a finite norm, got NaN$/,
    );
    assert.ok(Number.isNaN(clipGradNorm_(parameter, 1).item()));
    assert.deepEqual(parameter.grad!.toArray(), [Number.NaN, Number.NaN], "as PyTorch does");
  });

  test("refuses negative limits, and a module in place of its parameters", () => {
    assert.throws(
      () => clipGradNorm_([], -1),
      /^RangeError: clipGradNorm_: expected maxNorm to be a number ≥ 0, got -1/,
    );
    assert.throws(
      () => clipGradNorm_([], 1, { normType: 0 }),
      /^RangeError: clipGradNorm_: expected normType above 0, got 0$/,
    );
    assert.throws(() => clipGradValue_([], Number.NaN), /clipGradValue_: expected clipValue .* got NaN/);
    assert.throws(
      () => clipGradNorm_(new nn.Linear(2, 2) as unknown as Tensor, 1),
      /^TypeError: clipGradNorm_: expected parameters, got a Linear; pass net\.parameters\(\)/,
    );
  });
});

/** A norm whose every number is another than it starts with. */
function used<Norm extends nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchRenorm1d>(norm: Norm): Norm {
  const channels = [norm.numFeatures];
  norm.loadStateDict(
    {
      ...(norm.affine && { weight: normal(channels), bias: normal(channels) }),
      running_mean: normal(channels).mul(3),
      running_var: rand(channels, { generator }).add(0.2),
    },
    { strict: false },
  );
  return norm;
}

function assertNear(actual: Tensor, expected: Tensor, atol: number): void {
  const off = actual.detach().sub(expected.detach()).abs().max().item();
  assert.ok(off <= atol, `off by ${off.toExponential(2)}, allowed ${atol}`);
}

describe("folding gives the same in evaluation, within 1e-5, in memory of its own", () => {
  const convolutions: [string, () => nn.Conv1d | nn.Conv2d, number[]][] = [
    ["Conv2d", () => new nn.Conv2d(3, 4, 3), [2, 3, 6, 5]],
    ["Conv2d without bias", () => new nn.Conv2d(3, 4, 1, { bias: false }), [2, 3, 6, 5]],
    [
      "Conv2d with all its options",
      () =>
        new nn.Conv2d(4, 6, [3, 2], {
          stride: 2,
          padding: 1,
          dilation: [1, 2],
          groups: 2,
          paddingMode: "circular",
        }),
      [2, 4, 7, 8],
    ],
    ["Conv1d", () => new nn.Conv1d(3, 4, 3, { padding: 1 }), [2, 3, 9]],
  ];
  for (const [name, make, shape] of convolutions) {
    test(name, () => {
      const conv = make();
      const Norm = shape.length === 4 ? nn.BatchNorm2d : nn.BatchNorm1d;
      const norm = used(new Norm(conv.outChannels));
      const net = new nn.Sequential(conv, norm).eval();
      const fused = fuseConvBn(conv, norm);
      const x = normal(shape);
      const before = net.forward(x);
      assertNear(fused.forward(x), before, 1e-5);
      assert.equal(fused.training, false);
      assert.ok(fused.parameters().every((parameter) => parameter.requiresGrad && parameter.isLeaf));
      noGrad(() => conv.weight.fill_(9));
      assertNear(fused.forward(x), before, 1e-5);
    });
  }

  for (const [name, norm] of Object.entries({
    BatchNorm1d: used(new nn.BatchNorm1d(4)),
    "BatchNorm1d without γ and β": used(new nn.BatchNorm1d(4, { affine: false })),
    "BatchNorm1d of Keras": used(new nn.BatchNorm1d(4, { convention: "keras" })),
    BatchRenorm1d: used(new nn.BatchRenorm1d(4)),
  })) {
    test(`Linear and ${name}`, () => {
      const linear = new nn.Linear(6, 4, { bias: norm.affine });
      const x = normal([5, 6]);
      const net = new nn.Sequential(linear, norm).eval();
      assertNear(fuseLinearBn(linear, norm).forward(x), net.forward(x), 1e-5);
    });
  }

  test("a whole Sequential, those inside too; other layers stay the same ones", () => {
    const relu = new nn.ReLU();
    const net = new nn.Sequential(
      new nn.Sequential(new nn.Conv2d(1, 3, 3, { bias: false }), used(new nn.BatchNorm2d(3)), relu),
      used(new nn.BatchNorm2d(3)),
      new nn.Flatten(),
      new nn.Linear(12, 4),
      used(new nn.BatchNorm1d(4)),
      new nn.Dropout(),
    ).eval();
    const fused = fuseSequential(net);
    assert.deepEqual(
      fused.modules().map((module) => module.constructor.name),
      ["Sequential", "Sequential", "Conv2d", "ReLU", "BatchNorm2d", "Flatten", "Linear", "Dropout"],
    );
    assert.equal((fused.at(0) as nn.Sequential).at(1), relu);
    assert.equal(net.length, 6, "the network itself stays");
    const x = normal([3, 1, 4, 4]);
    assertNear(fused.forward(x), net.forward(x), 1e-5);
    assert.ok(fused.modules().every((module) => !module.training));
  });

  test("the random stream goes on as if nothing had been made", () => {
    const [linear, norm] = [new nn.Linear(2, 2).eval(), new nn.BatchNorm1d(2).eval()];
    manualSeed(1);
    const expected = rand([2]).toArray();
    manualSeed(1);
    fuseLinearBn(linear, norm);
    assert.deepEqual(rand([2]).toArray(), expected);
  });
});

test("folding is refused in train mode, without running statistics, and for other channels", () => {
  const conv = new nn.Conv2d(1, 2, 1);
  const norm = new nn.BatchNorm2d(2);
  const refusal =
    /^Error: fuseConvBn: expected both layers in evaluation mode, got Conv2d in training mode; call eval\(\) first/;
  assert.throws(() => fuseConvBn(conv, norm), refusal);
  conv.eval();
  assert.throws(() => fuseConvBn(conv, norm), /got BatchNorm2d in training mode/);
  assert.throws(() => fuseSequential(new nn.Sequential(conv, norm)), /got BatchNorm2d in training mode/);
  const [linear, free] = [
    new nn.Linear(2, 3).eval(),
    new nn.BatchNorm1d(3, { trackRunningStats: false }).eval(),
  ];
  assert.throws(() => fuseLinearBn(linear, free), /fuseLinearBn: expected a norm with running statistics/);
  assert.throws(
    () => fuseLinearBn(linear, new nn.BatchNorm1d(4).eval()),
    /^RangeError: fuseLinearBn: expected a norm of 3 channels, got one of 4$/,
  );
});

describe("parameters as a vector", () => {
  test("go out, with gradients, and in", () => {
    const net = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(3, 1, { bias: false }));
    const vector = parametersToVector(net.parameters());
    assert.deepEqual(
      vector.detach().toArray(),
      net.parameters().flatMap((parameter) => [...parameter.data]),
    );
    vector.square().sum().backward();
    assert.ok(net.parameters().every((p) => p.grad!.equal(p.detach().mul(2))));
    const moved = vector.detach().add(1);
    vectorToParameters(moved, net.parameters());
    assert.deepEqual(parametersToVector(net.parameters()).detach().toArray(), moved.toArray());
    assert.ok(net.parameters().every((parameter) => parameter.isLeaf && parameter.requiresGrad));
  });

  test("of another length are refused before anything is written", () => {
    const net = new nn.Linear(2, 3);
    const before = net.weight.toArray();
    for (const length of [8, 10]) {
      assert.throws(
        () => vectorToParameters(zeros([length]), net.parameters()),
        /^RangeError: vectorToParameters: expected a vector \[9\] for these parameters, got \[(8|10)\]/,
      );
    }
    assert.deepEqual(net.weight.toArray(), before);
  });
});

describe("updateBn", () => {
  const net = () => new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3), new nn.Dropout(0.5)).eval();

  test("sets the running statistics to the average over the batches, the variance unbiased: within 1e-6", () => {
    const model = net();
    const norm = used(model.at(1) as nn.BatchNorm1d);
    const batches = [1, 2, 3].map((shift) => normal([8, 2]).add(shift));
    nn.utils.updateBn([batches[0]!, [batches[1]!, zeros([8])], batches[2]!], model);
    const features = batches.map((batch) => noGrad(() => model.at(0).forward(batch)));
    const average = (of: (x: Tensor) => Tensor) =>
      features
        .map(of)
        .reduce((sum, each) => sum.add(each))
        .div(3);
    assertNear(
      norm.runningMean!,
      average((x) => x.mean(0)),
      1e-6,
    );
    assertNear(
      norm.runningVar!,
      average((x) => x.var(0)),
      1e-6,
    );
    assert.equal(norm.numBatchesTracked!.item(), 3);
    assert.equal(norm.momentum, 0.1);
    assert.ok(
      model.modules().every((module) => !module.training),
      "modes are as they were",
    );
  });

  test("gives later norms what earlier ones normalize, by BatchRenorm as by BatchNorm; its limits come back", () => {
    const x = normal([32, 3]).mul(20).add(50);
    const renorm = new nn.BatchRenorm1d(3, { rMax: 2 });
    const second = { plain: new nn.BatchNorm1d(3, { convention: "keras" }), renorm: new nn.BatchRenorm1d(3) };
    nn.utils.updateBn([x], new nn.Sequential(new nn.BatchNorm1d(3), new nn.ReLU(), second.plain));
    nn.utils.updateBn([x], new nn.Sequential(renorm, new nn.ReLU(), second.renorm));
    assertNear(second.renorm.runningMean!, second.plain.runningMean!, 1e-6);
    assertNear(second.renorm.runningVar!, second.plain.runningVar!, 1e-6);
    assert.deepEqual([renorm.rMax, renorm.dMax, renorm.momentum], [2, 5, 0.01]);
  });

  test("leaves norms alone that a module of its own keeps in evaluation", () => {
    class Frozen extends nn.Sequential {
      override train(): this {
        return super.train(false);
      }
    }
    const norm = used(new nn.BatchNorm1d(2));
    const before = norm.runningMean!.toArray();
    nn.utils.updateBn([normal([4, 2])], new nn.Sequential(new Frozen(norm)));
    assert.deepEqual(norm.runningMean!.toArray(), before);
  });

  test("without batches is refused, as is what is none; modes and momenta come back", () => {
    const model = net();
    assert.throws(() => nn.utils.updateBn([], model), /^RangeError: updateBn: expected batches, got none$/);
    assert.throws(
      () => nn.utils.updateBn([3 as never], model),
      /^TypeError: updateBn: expected each batch to be a tensor, got undefined$/,
    );
    assert.throws(() => nn.utils.updateBn([normal([3, 5])], model), /linear: expected/);
    assert.throws(
      () => nn.utils.updateBn(model as never, [] as never),
      /^TypeError: updateBn: expected batches and a module, got a model that is an array$/,
    );
    assert.ok(model.modules().every((module) => !module.training));
    assert.equal((model.at(1) as nn.BatchNorm1d).momentum, 0.1);
  });
});

describe("summary", () => {
  const net = () =>
    new nn.Sequential(
      new nn.Conv2d(1, 4, 3, { padding: 1, groups: 1 }),
      new nn.BatchNorm2d(4),
      new nn.Flatten(),
      new nn.Linear(4 * 6 * 5, 10, { bias: false }),
    );

  test("refuses in its own name what is no shape", () => {
    assert.throws(
      () => summary(net(), [-1, 2]),
      /^RangeError: summary: expected sizes that are whole numbers ≥ 0, got \[-1, 2\]$/,
    );
    assert.throws(() => summary(net(), null!), /^TypeError: summary: expected a shape as an array of sizes/);
  });

  test("tells shapes, parameters and multiply-adds, counted by hand", () => {
    const { rows, totalParameters, trainableParameters, totalMacs } = summary(net(), [2, 1, 6, 5]);
    assert.deepEqual(rows, [
      { name: "", module: "Sequential", outputShape: [2, 10], parameters: 0, macs: 0 },
      { name: "0", module: "Conv2d", outputShape: [2, 4, 6, 5], parameters: 40, macs: 2 * 4 * 30 * 9 },
      { name: "1", module: "BatchNorm2d", outputShape: [2, 4, 6, 5], parameters: 8, macs: 0 },
      { name: "2", module: "Flatten", outputShape: [2, 120], parameters: 0, macs: 0 },
      { name: "3", module: "Linear", outputShape: [2, 10], parameters: 1200, macs: 2 * 1200 },
    ]);
    assert.deepEqual([totalParameters, trainableParameters, totalMacs], [1248, 1248, 2160 + 2400]);
  });

  test("counts a shared layer's parameters once and its work each time, and frozen ones as not learning", () => {
    const shared = new nn.Linear(3, 3);
    const model = new nn.Sequential(
      shared,
      new nn.Sequential(shared),
      new nn.Linear(3, 1).requiresGrad_(false),
    );
    const { totalParameters, trainableParameters, totalMacs } = summary(model, [5, 3]);
    assert.deepEqual([totalParameters, trainableParameters, totalMacs], [16, 12, 5 * (9 + 9 + 3)]);
  });

  test("prints as a table; in a notebook as HTML too", () => {
    const shown = summary(net(), [1, 1, 6, 5]);
    assert.equal(
      inspect(shown),
      [
        "       module                 output  parameters   MACs",
        "───────────────────────────────────────────────────────",
        "       Sequential            [1, 10]",
        "0      Conv2d           [1, 4, 6, 5]          40  1,080",
        "1      BatchNorm2d      [1, 4, 6, 5]           8",
        "2      Flatten              [1, 120]",
        "3      Linear                [1, 10]       1,200  1,200",
        "───────────────────────────────────────────────────────",
        "total               for [1, 1, 6, 5]       1,248  2,280",
        "1,248 parameters learn",
      ].join("\n"),
    );
    const display = Reflect.get(shown, Symbol.for("Jupyter.display")) as () => Record<string, string>;
    const bundle = display.call(shown);
    assert.equal(bundle["text/plain"], shown.toString());
    assert.match(
      bundle["text/html"]!,
      /^<table><thead>.*<td[^>]*>1,080<\/td><\/tr>.*<tfoot>.*2,280.*<\/table>$/,
    );
  });

  test("leaves modes, running statistics, hooks and the random stream as they were, after an error too", () => {
    class Noisy extends nn.Module {
      runningTotal = this.registerBuffer("runningTotal", zeros([1]));
      override forward(x: Tensor): Tensor {
        this.runningTotal.add_(1);
        return x.add(randn([...x.shape]));
      }
    }
    const model = new nn.Sequential(new nn.BatchNorm1d(3), new Noisy(), new nn.Dropout());
    model.at(0).eval();
    let calls = 0;
    model.at(0).registerForwardHook(() => calls++);
    const state = JSON.stringify(Object.values(model.stateDict()).map((value) => value.toArray()));
    const modes = () => model.modules().map((module) => module.training);
    const before = modes();
    manualSeed(3);
    const expected = randn([2]).toArray();
    manualSeed(3);
    summary(model, [1, 3]);
    assert.throws(() => summary(model, [1, 4]), /BatchNorm1d: expected input \[N, 3\] or .*, got \[1, 4\]/);
    assert.deepEqual(modes(), before);
    assert.equal(JSON.stringify(Object.values(model.stateDict()).map((value) => value.toArray())), state);
    assert.deepEqual(randn([2]).toArray(), expected);
    assert.ok(!Object.hasOwn(model.at(1), "forward"), "no hook is left");
    assert.equal(calls, 1, "a hook of the user's saw the one forward that came through");
  });

  test("counts what recurrent layers and attention multiply, whose output comes beside another", () => {
    const { rows } = summary(new nn.LSTM(3, 4, { numLayers: 2, bidirectional: true }), [5, 2, 3]);
    const matrices = 2 * (16 * 3 + 16 * 4) + 2 * (16 * 8 + 16 * 4);
    assert.deepEqual([rows[0]!.outputShape, rows[0]!.macs], [[5, 2, 8], 10 * matrices]);
    class SelfAttention extends nn.Module {
      readonly attention = new nn.MultiheadAttention(4, 2);
      forward(x: Tensor): Tensor {
        return this.attention.forward(x, x, x)[0];
      }
    }
    const own = summary(new SelfAttention(), [5, 2, 4]).rows.find(({ name }) => name === "attention")!;
    assert.deepEqual([own.outputShape, own.macs], [[5, 2, 4], 10 * 3 * 16]);
  });

  test("takes an int32 input, and a module that is never called", () => {
    class Model extends nn.Module {
      embedding = new nn.Embedding(5, 3);
      unused = new nn.Linear(1, 1);
      override forward(x: Tensor): Tensor {
        return this.embedding.forward(x);
      }
    }
    const { rows } = summary(new Model(), [2, 4], { dtype: "int32" });
    assert.deepEqual(
      rows.map(({ outputShape }) => outputShape && [...outputShape]),
      [[2, 4, 3], [2, 4, 3], null],
    );
    assert.match(summary(new Model(), [1, 1], { dtype: "int32" }).toString(), /unused +Linear +– +2\n/);
  });
});
