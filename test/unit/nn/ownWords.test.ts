// What each layer says of itself: by defaults PyTorch's, and by what it was made with.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as nn from "../../../kernel/nn";

/** Two of each class where something can be left out. */
const told: readonly (readonly [layer: nn.Module, text: string])[] = [
  [new nn.AdaptiveAvgPool1d(3), "AdaptiveAvgPool1d(outputSize=3)"],
  [new nn.AdaptiveAvgPool2d([2, null]), "AdaptiveAvgPool2d(outputSize=[2, null])"],
  [new nn.AdaptiveAvgPool3d([1, 2, 3]), "AdaptiveAvgPool3d(outputSize=[1, 2, 3])"],
  [new nn.AdaptiveMaxPool1d(3), "AdaptiveMaxPool1d(outputSize=3)"],
  [new nn.AdaptiveMaxPool2d(2), "AdaptiveMaxPool2d(outputSize=2)"],
  [new nn.AdaptiveMaxPool3d(2), "AdaptiveMaxPool3d(outputSize=2)"],
  [new nn.AlphaDropout(), "AlphaDropout(p=0.5)"],
  [new nn.AvgPool1d(4), "AvgPool1d(kernelSize=4, stride=4, padding=0)"],
  [new nn.AvgPool2d(3, { stride: 2, padding: 1 }), "AvgPool2d(kernelSize=3, stride=2, padding=1)"],
  [new nn.AvgPool3d([1, 2, 3]), "AvgPool3d(kernelSize=[1, 2, 3], stride=[1, 2, 3], padding=0)"],
  [new nn.BatchNorm1d(4), "BatchNorm1d(4, eps=0.00001, momentum=0.1, affine=true, trackRunningStats=true)"],
  [
    new nn.BatchNorm2d(4, { eps: 0.1, momentum: null, affine: false, trackRunningStats: false }),
    "BatchNorm2d(4, eps=0.1, momentum=null, affine=false, trackRunningStats=false)",
  ],
  [
    new nn.BatchNorm3d(4, { ghostSize: 2 }),
    "BatchNorm3d(4, eps=0.00001, momentum=0.1, affine=true, trackRunningStats=true, ghostSize=2)",
  ],
  [new nn.BatchRenorm1d(4), "BatchRenorm1d(4, eps=0.00001, momentum=0.01, affine=true, rMax=3, dMax=5)"],
  [
    new nn.BatchRenorm2d(4, { rMax: 2, dMax: 1, affine: false }),
    "BatchRenorm2d(4, eps=0.00001, momentum=0.01, affine=false, rMax=2, dMax=1)",
  ],
  [new nn.Bilinear(1, 2, 3), "Bilinear(in1Features=1, in2Features=2, outFeatures=3, bias=true)"],
  [
    new nn.Bilinear(1, 2, 3, { bias: false }),
    "Bilinear(in1Features=1, in2Features=2, outFeatures=3, bias=false)",
  ],
  [new nn.CELU(), "CELU(alpha=1)"],
  [new nn.ChannelShuffle(2), "ChannelShuffle(groups=2)"],
  [new nn.CircularPad1d(1), "CircularPad1d([1, 1])"],
  [new nn.CircularPad2d([1, 2, 3, 4]), "CircularPad2d([1, 2, 3, 4])"],
  [new nn.CircularPad3d(1), "CircularPad3d([1, 1, 1, 1, 1, 1])"],
  [new nn.ConstantPad1d([1, 2], 0.5), "ConstantPad1d(padding=[1, 2], value=0.5)"],
  [new nn.ConstantPad2d(1, 0), "ConstantPad2d(padding=[1, 1, 1, 1], value=0)"],
  [new nn.ConstantPad3d(1, -1), "ConstantPad3d(padding=[1, 1, 1, 1, 1, 1], value=-1)"],
  [new nn.Conv1d(1, 2, 3), "Conv1d(1, 2, kernelSize=[3], stride=1)"],
  [
    new nn.Conv2d(2, 4, [3, 5], { stride: 2, padding: 1, dilation: [1, 2], groups: 2, bias: false }),
    "Conv2d(2, 4, kernelSize=[3, 5], stride=2, padding=1, dilation=[1, 2], groups=2, bias=false)",
  ],
  [
    new nn.Conv3d(1, 2, 3, { padding: 1, paddingMode: "replicate" }),
    "Conv3d(1, 2, kernelSize=[3, 3, 3], stride=1, padding=1, paddingMode=replicate)",
  ],
  [new nn.ConvTranspose1d(1, 2, 3), "ConvTranspose1d(1, 2, kernelSize=[3], stride=1)"],
  [
    new nn.ConvTranspose2d(2, 4, 3, {
      ...{ stride: 2, padding: 1, dilation: 2, outputPadding: 1, groups: 2, bias: false },
    }),
    "ConvTranspose2d(2, 4, kernelSize=[3, 3], stride=2, padding=1, dilation=2, outputPadding=1, groups=2, bias=false)",
  ],
  [new nn.CosineEmbeddingLoss(), "CosineEmbeddingLoss(margin=0)"],
  [new nn.CosineSimilarity(), "CosineSimilarity(dim=1, eps=1e-8)"],
  [new nn.CovariateNoise(), "CovariateNoise(shift=0.5, scale=1.25, spread=0.1)"],
  [new nn.Dropout(), "Dropout(p=0.5)"],
  [new nn.Dropout1d(), "Dropout1d(p=0.5)"],
  [new nn.Dropout2d(0.25), "Dropout2d(p=0.25)"],
  [new nn.Dropout3d(), "Dropout3d(p=0.5)"],
  [new nn.ELU(), "ELU(alpha=1)"],
  [new nn.Embedding(4, 2), "Embedding(4, 2)"],
  [new nn.Embedding(4, 2, { paddingIdx: 0, maxNorm: 2 }), "Embedding(4, 2, paddingIdx=0, maxNorm=2)"],
  [new nn.Flatten(), "Flatten(startDim=1, endDim=-1)"],
  [new nn.Fold([4, 5], 2), "Fold(outputSize=[4, 5], kernelSize=2, dilation=1, padding=0, stride=1)"],
  [new nn.GELU(), 'GELU(approximate="none")'],
  [new nn.GELU("tanh"), 'GELU(approximate="tanh")'],
  [new nn.GLU(), "GLU(dim=-1)"],
  [new nn.GRU(4, 5, 2, false), "GRU(4, 5, numLayers=2, bias=false)"],
  [new nn.GRUCell(4, 5), "GRUCell(4, 5)"],
  [new nn.GroupNorm(2, 4), "GroupNorm(2, 4, eps=0.00001, affine=true)"],
  [new nn.Hardshrink(), "Hardshrink(lambd=0.5)"],
  [new nn.Hardtanh(), "Hardtanh(minVal=-1, maxVal=1)"],
  [new nn.HingeEmbeddingLoss(), "HingeEmbeddingLoss(margin=1)"],
  [
    new nn.InstanceNorm1d(4),
    "InstanceNorm1d(4, eps=0.00001, momentum=0.1, affine=false, trackRunningStats=false)",
  ],
  [
    new nn.InstanceNorm2d(4, { affine: true }),
    "InstanceNorm2d(4, eps=0.00001, momentum=0.1, affine=true, trackRunningStats=false)",
  ],
  [
    new nn.InstanceNorm3d(4, { trackRunningStats: true }),
    "InstanceNorm3d(4, eps=0.00001, momentum=0.1, affine=false, trackRunningStats=true)",
  ],
  [new nn.LPPool1d(2, 3), "LPPool1d(normType=2, kernelSize=3, stride=3, ceilMode=false)"],
  [
    new nn.LPPool2d(1, [2, 3], { stride: 1, ceilMode: true }),
    "LPPool2d(normType=1, kernelSize=[2, 3], stride=1, ceilMode=true)",
  ],
  [new nn.LSTM(4, 5), "LSTM(4, 5)"],
  [new nn.LSTMCell(4, 5, false), "LSTMCell(4, 5, bias=false)"],
  [new nn.LayerNorm([2, 3]), "LayerNorm([2, 3], eps=0.00001, elementwiseAffine=true)"],
  [new nn.LeakyReLU(), "LeakyReLU(negativeSlope=0.01)"],
  [new nn.Linear(4, 5), "Linear(inFeatures=4, outFeatures=5, bias=true)"],
  [new nn.Linear(4, 5, { bias: false }), "Linear(inFeatures=4, outFeatures=5, bias=false)"],
  [new nn.LocalResponseNorm(2), "LocalResponseNorm(2, alpha=0.0001, beta=0.75, k=1)"],
  [new nn.LogSoftmax(1), "LogSoftmax(dim=1)"],
  [new nn.MarginRankingLoss(), "MarginRankingLoss(margin=0)"],
  [new nn.MaxPool1d(2), "MaxPool1d(kernelSize=2, stride=2, padding=0, dilation=1, ceilMode=false)"],
  [
    new nn.MaxPool2d([2, 3], { stride: 1, padding: 1, dilation: 2, ceilMode: true }),
    "MaxPool2d(kernelSize=[2, 3], stride=1, padding=1, dilation=2, ceilMode=true)",
  ],
  [new nn.MaxPool3d(2), "MaxPool3d(kernelSize=2, stride=2, padding=0, dilation=1, ceilMode=false)"],
  [new nn.MaxUnpool1d(2, { stride: 1, padding: 1 }), "MaxUnpool1d(kernelSize=2, stride=1, padding=1)"],
  [new nn.MaxUnpool2d([2, 3]), "MaxUnpool2d(kernelSize=[2, 3], stride=[2, 3], padding=0)"],
  [new nn.MultiMarginLoss(), "MultiMarginLoss(margin=1)"],
  [new nn.PReLU(), "PReLU(numParameters=1)"],
  [new nn.PairwiseDistance(), "PairwiseDistance(p=2, eps=0.000001, keepdim=false)"],
  [new nn.ParameterDict(), "ParameterDict()"],
  [new nn.ParameterList(), "ParameterList()"],
  [new nn.PixelShuffle(2), "PixelShuffle(upscaleFactor=2)"],
  [new nn.PixelUnshuffle(3), "PixelUnshuffle(downscaleFactor=3)"],
  [new nn.RMSNorm(4), "RMSNorm([4], eps=null, elementwiseAffine=true)"],
  [new nn.RNN(4, 5), "RNN(4, 5)"],
  [new nn.RNN(4, 5, { nonlinearity: "relu" }), 'RNN(4, 5, nonlinearity="relu")'],
  [new nn.RNNCell(4, 5), "RNNCell(4, 5)"],
  [new nn.RNNCell(4, 5, { nonlinearity: "relu" }), 'RNNCell(4, 5, nonlinearity="relu")'],
  [new nn.RReLU(), `RReLU(lower=0.125, upper=${1 / 3})`],
  [new nn.ReflectionPad1d(1), "ReflectionPad1d([1, 1])"],
  [new nn.ReflectionPad2d(1), "ReflectionPad2d([1, 1, 1, 1])"],
  [new nn.ReflectionPad3d(1), "ReflectionPad3d([1, 1, 1, 1, 1, 1])"],
  [new nn.ReplicationPad1d(1), "ReplicationPad1d([1, 1])"],
  [new nn.ReplicationPad2d(1), "ReplicationPad2d([1, 1, 1, 1])"],
  [new nn.ReplicationPad3d(1), "ReplicationPad3d([1, 1, 1, 1, 1, 1])"],
  [new nn.Softmax(1), "Softmax(dim=1)"],
  [new nn.Softmin(0), "Softmin(dim=0)"],
  [new nn.Softplus(), "Softplus(beta=1, threshold=20)"],
  [new nn.Softshrink(), "Softshrink(lambd=0.5)"],
  [new nn.Threshold(0.1, 20), "Threshold(threshold=0.1, value=20)"],
  [new nn.TripletMarginLoss(), "TripletMarginLoss(margin=1)"],
  [new nn.Unflatten(1, [2, 3]), "Unflatten(dim=1, unflattenedSize=[2, 3])"],
  [new nn.Unfold([2, 3]), "Unfold(kernelSize=[2, 3], dilation=1, padding=0, stride=1)"],
  [new nn.Upsample({ size: 3 }), "Upsample(size=3, mode=nearest)"],
  [new nn.Upsample({ scaleFactor: [2, 3], mode: "bilinear" }), "Upsample(scaleFactor=[2, 3], mode=bilinear)"],
  [new nn.UpsamplingBilinear2d({ size: [2, 3] }), "UpsamplingBilinear2d(size=[2, 3], mode=bilinear)"],
  [new nn.UpsamplingNearest2d({ scaleFactor: 2 }), "UpsamplingNearest2d(scaleFactor=2, mode=nearest)"],
  [new nn.ZeroPad1d(1), "ZeroPad1d([1, 1])"],
  [new nn.ZeroPad2d(1), "ZeroPad2d([1, 1, 1, 1])"],
  [new nn.ZeroPad3d(1), "ZeroPad3d([1, 1, 1, 1, 1, 1])"],
];

/** What those with layers in them say before these. */
const toldBeside: readonly (readonly [layer: nn.Module, text: string])[] = [
  [new nn.MultiheadAttention(4, 2), "4, 2"],
  [
    new nn.MultiheadAttention(4, 2, { dropout: 0.25, batchFirst: true }),
    "4, 2, dropout=0.25, batchFirst=true",
  ],
  [new nn.TransformerEncoderLayer(4, 2), ""],
  [
    new nn.TransformerEncoderLayer(4, 2, { normFirst: true, activation: "gelu" }),
    'normFirst=true, activation="gelu"',
  ],
  [new nn.TransformerDecoderLayer(4, 2), ""],
  [new nn.TransformerDecoderLayer(4, 2, { activation: "gelu" }), 'activation="gelu"'],
];

test("each layer says what it was made with, and PyTorch's defaults where nothing was given", () => {
  for (const [layer, text] of told) assert.equal(String(layer), text);
  for (const [layer, text] of toldBeside) assert.equal(layer.extraRepr(), text);
});

test("none with words of its own is left out above", () => {
  const known = new Set([...told, ...toldBeside].map(([layer]) => layer.constructor));
  const missing = Object.entries<unknown>(nn).flatMap(([name, value]) => {
    if (typeof value !== "function" || !(value.prototype instanceof nn.Module)) return [];
    return value.prototype.extraRepr === nn.Module.prototype.extraRepr || known.has(value) ? [] : [name];
  });
  assert.deepEqual(missing, []);
});
