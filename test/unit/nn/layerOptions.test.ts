// A layer of a function hands every option on, each by itself, and has the function's defaults.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as nn from "../../../kernel/nn";
import { manualSeed, randn, type Tensor, tensor } from "../../../kernel/tensor";

const f = nn.functional;
/** Any options: each function asks for its own. */
type Options = Record<string, never>;

manualSeed(5);
const [x, y, z] = [randn([3, 4]), randn([3, 4]), randn([3, 4])];
const [signs, rowSigns] = [y.sign(), tensor([1, -1, 1])];
const chances = x.sigmoid();
const classes = tensor(Int32Array.of(0, 3, 2));
const weight = tensor([1, 2, 3, 4]);
const images = randn([1, 2, 4, 4]);

/** By name: a layer of options, the function with options, and for each option a value that is not its default. */
const pairs: Record<
  string,
  [layer: (options: Options) => Tensor, same: (options: Options) => Tensor, options: Record<string, unknown>]
> = {
  PairwiseDistance: [
    (options) => new nn.PairwiseDistance(options).forward(x, y),
    (options) => f.pairwiseDistance(x, y, options),
    { p: 1, eps: 0.5, keepdim: true },
  ],
  CosineSimilarity: [
    (options) => new nn.CosineSimilarity(options).forward(x, y),
    (options) => f.cosineSimilarity(x, y, options),
    { dim: 0, eps: 100 },
  ],
  CrossEntropyLoss: [
    (options) => new nn.CrossEntropyLoss(options).forward(x, classes),
    (options) => f.crossEntropy(x, classes, options),
    { weight, ignoreIndex: 2, labelSmoothing: 0.3, reduction: "sum" },
  ],
  NLLLoss: [
    (options) => new nn.NLLLoss(options).forward(x, classes),
    (options) => f.nllLoss(x, classes, options),
    { weight, ignoreIndex: 2, reduction: "none" },
  ],
  MSELoss: [
    (options) => new nn.MSELoss(options).forward(x, y),
    (options) => f.mseLoss(x, y, options),
    { reduction: "sum" },
  ],
  L1Loss: [
    (options) => new nn.L1Loss(options).forward(x, y),
    (options) => f.l1Loss(x, y, options),
    { reduction: "none" },
  ],
  SmoothL1Loss: [
    (options) => new nn.SmoothL1Loss(options).forward(x, y),
    (options) => f.smoothL1Loss(x, y, options),
    { beta: 0.1, reduction: "sum" },
  ],
  HuberLoss: [
    (options) => new nn.HuberLoss(options).forward(x, y),
    (options) => f.huberLoss(x, y, options),
    { delta: 0.1, reduction: "sum" },
  ],
  BCELoss: [
    (options) => new nn.BCELoss(options).forward(chances, y.sigmoid()),
    (options) => f.binaryCrossEntropy(chances, y.sigmoid(), options),
    { weight, reduction: "none" },
  ],
  BCEWithLogitsLoss: [
    (options) => new nn.BCEWithLogitsLoss(options).forward(x, chances),
    (options) => f.binaryCrossEntropyWithLogits(x, chances, options),
    { weight, posWeight: weight, reduction: "sum" },
  ],
  KLDivLoss: [
    (options) => new nn.KLDivLoss(options).forward(x, chances),
    (options) => f.klDiv(x, chances, options),
    { reduction: "batchmean", logTarget: true },
  ],
  SoftMarginLoss: [
    (options) => new nn.SoftMarginLoss(options).forward(x, signs),
    (options) => f.softMarginLoss(x, signs, options),
    { reduction: "sum" },
  ],
  PoissonNLLLoss: [
    (options) => new nn.PoissonNLLLoss(options).forward(chances, y.exp().mul(3)),
    (options) => f.poissonNllLoss(chances, y.exp().mul(3), options),
    { logInput: false, full: true, reduction: "sum" },
  ],
  "PoissonNLLLoss of rates": [
    (options) => new nn.PoissonNLLLoss({ logInput: false, ...options }).forward(chances, y.exp()),
    (options) => f.poissonNllLoss(chances, y.exp(), { logInput: false, ...options }),
    { eps: 0.5 },
  ],
  GaussianNLLLoss: [
    (options) => new nn.GaussianNLLLoss(options).forward(x, y, chances),
    (options) => f.gaussianNllLoss(x, y, chances, options),
    { full: true, eps: 0.9, reduction: "sum" },
  ],
  HingeEmbeddingLoss: [
    (options) => new nn.HingeEmbeddingLoss(options).forward(x, signs),
    (options) => f.hingeEmbeddingLoss(x, signs, options),
    { margin: 3, reduction: "none" },
  ],
  MarginRankingLoss: [
    (options) => new nn.MarginRankingLoss(options).forward(x, y, signs),
    (options) => f.marginRankingLoss(x, y, signs, options),
    { margin: 3, reduction: "sum" },
  ],
  CosineEmbeddingLoss: [
    (options) => new nn.CosineEmbeddingLoss(options).forward(x, y, rowSigns),
    (options) => f.cosineEmbeddingLoss(x, y, rowSigns, options),
    { margin: -0.9, reduction: "sum" },
  ],
  TripletMarginLoss: [
    (options) => new nn.TripletMarginLoss({ margin: 9, ...options }).forward(x, y, z),
    (options) => f.tripletMarginLoss(x, y, z, { margin: 9, ...options }),
    { margin: 7, p: 1, eps: 0.5, swap: true, reduction: "sum" },
  ],
  "TripletMarginLoss without options": [
    (options) => new nn.TripletMarginLoss(options).forward(x, y, z),
    (options) => f.tripletMarginLoss(x, y, z, options),
    { margin: 7 },
  ],
  MultiMarginLoss: [
    (options) => new nn.MultiMarginLoss(options).forward(x, classes),
    (options) => f.multiMarginLoss(x, classes, options),
    { p: 2, margin: 3, weight, reduction: "none" },
  ],
  MultiLabelSoftMarginLoss: [
    (options) => new nn.MultiLabelSoftMarginLoss(options).forward(x, chances),
    (options) => f.multilabelSoftMarginLoss(x, chances, options),
    { weight, reduction: "none" },
  ],
  MultiLabelMarginLoss: [
    (options) =>
      new nn.MultiLabelMarginLoss(options).forward(
        x,
        tensor(Int32Array.of(1, -1, 0, 0, 2, 0, -1, 0, 3, 1, 2, 0)).reshape([3, 4]),
      ),
    (options) =>
      f.multilabelMarginLoss(
        x,
        tensor(Int32Array.of(1, -1, 0, 0, 2, 0, -1, 0, 3, 1, 2, 0)).reshape([3, 4]),
        options,
      ),
    { reduction: "none" },
  ],
  Softplus: [
    (options) => new nn.Softplus(options).forward(x),
    (options) => f.softplus(x, options),
    { beta: 3, threshold: 0.1 },
  ],
  GELU: [
    (options) => new nn.GELU(options).forward(x.mul(3)),
    (options) => f.gelu(x.mul(3), options),
    { approximate: "tanh" },
  ],
  Upsample: [
    (options) => new nn.Upsample({ scaleFactor: 2, ...options }).forward(images),
    (options) => f.interpolate(images, { scaleFactor: 2, ...options }),
    { scaleFactor: 3, mode: "bilinear" },
  ],
  "Upsample between": [
    (options) => new nn.Upsample({ scaleFactor: 1.6, mode: "bilinear", ...options }).forward(images),
    (options) => f.interpolate(images, { scaleFactor: 1.6, mode: "bilinear", ...options }),
    { alignCorners: true, recomputeScaleFactor: true },
  ],
};

for (const [name, [layer, same, options]] of Object.entries(pairs)) {
  test(name, () => {
    const usual = layer({});
    assert.deepEqual(usual, same({}), "its defaults");
    for (const [option, value] of Object.entries(options)) {
      const other = layer({ [option]: value as never });
      assert.deepEqual(other, same({ [option]: value as never }), option);
      assert.notDeepEqual(other, usual, `${option} says something`);
    }
  });
}

/** By name: a layer with one number, and the function with the same; without it both have the default. */
const numbers: Record<
  string,
  [layer: (...given: never[]) => Tensor, same: (...given: never[]) => Tensor, value: number]
> = {
  LeakyReLU: [(a) => new nn.LeakyReLU(a).forward(x), (a) => f.leakyRelu(x, a), 0.3],
  ELU: [(a) => new nn.ELU(a).forward(x), (a) => f.elu(x, a), 0.3],
  CELU: [(a) => new nn.CELU(a).forward(x), (a) => f.celu(x, a), 0.3],
  Softshrink: [(a) => new nn.Softshrink(a).forward(x), (a) => f.softshrink(x, a), 0.1],
  Hardshrink: [(a) => new nn.Hardshrink(a).forward(x), (a) => f.hardshrink(x, a), 0.1],
  GLU: [(a) => new nn.GLU(a).forward(images), (a) => f.glu(images, a), 1],
};

for (const [name, [layer, same, value]] of Object.entries(numbers)) {
  test(`${name} and its number`, () => {
    assert.deepEqual(layer(), same());
    assert.deepEqual(layer(value as never), same(value as never));
    assert.notDeepEqual(layer(value as never), layer());
  });
}
