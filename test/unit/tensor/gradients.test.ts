// Every differentiable operation against finite differences, one line each; a new one without a line is a failure.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import ts from "typescript";
import { functional, LSTM } from "../../../kernel/nn";
import * as tensors from "../../../kernel/tensor";
import {
  addmm,
  autograd,
  batchNorm,
  blockDiag,
  bmm,
  broadcastTensors,
  cartesianProd,
  cat,
  cdist,
  combinations,
  cosineSimilarity,
  crossEntropy,
  dstack,
  einsum,
  hstack,
  linear,
  manualSeed,
  matmul,
  maximum,
  meshgrid,
  minimum,
  normalize,
  outer,
  pad,
  pairwiseDistance,
  stack,
  stdMean,
  Tensor,
  tensor,
  varMean,
  vstack,
  where,
  zeros,
} from "../../../kernel/tensor";
import { apart, leaf } from "./gradient";

const root = path.join(import.meta.dirname, "../../..");
const a23 = () => leaf([2, 3], { seed: 1 });
const b23 = () => leaf([2, 3], { seed: 2 });
const positive = () => leaf([2, 3], { seed: 3, low: 0.5, high: 2 });
const x234 = () => leaf([2, 3, 4], { seed: 4 });
const labels = tensor(Int32Array.of(2, 0));

const cases: Record<string, [(...inputs: Tensor[]) => Tensor, Tensor[]]> = {
  add: [(a, b) => a!.add(b!), [a23(), b23()]],
  "add a number": [(a) => a!.add(3), [a23()]],
  "add with alpha": [(a, b) => a!.add(b!, { alpha: 0.5 }), [a23(), b23()]],
  "add a row": [(a, b) => a!.add(b!), [a23(), leaf([3])]],
  "sub a column": [(a, b) => a!.sub(b!), [a23(), leaf([2, 1])]],
  "sub from a row": [(a, b) => a!.sub(b!), [leaf([3]), b23()]],
  mul: [(a, b) => a!.mul(b!), [a23(), b23()]],
  "mul with itself": [(a) => a!.mul(a!), [a23()]],
  "mul outer": [(a, b) => a!.mul(b!), [leaf([4, 1]), leaf([1, 5])]],
  "mul by a scalar tensor": [(a, b) => a!.mul(b!), [a23(), leaf([])]],
  "mul by channel": [(a, b) => a!.mul(b!), [leaf([2, 3, 2, 2]), leaf([3, 1, 1])]],
  "mul with interleaved sizes of 1": [(a, b) => a!.mul(b!), [leaf([2, 1, 3, 1]), leaf([1, 4, 1, 2])]],
  "mul by a number": [(a) => a!.mul(-2.5), [a23()]],
  div: [(a, b) => a!.div(b!), [a23(), positive()]],
  "div by a row": [(a, b) => a!.div(b!), [a23(), leaf([3], { low: 1, high: 2 })]],
  "div by a number": [(a) => a!.div(4), [a23()]],
  "pow by a tensor": [(a, b) => a!.pow(b!), [positive(), b23()]],
  "pow by a number": [(a) => a!.pow(3), [a23()]],
  "pow by a fraction": [(a) => a!.pow(0.5), [positive()]],
  maximum: [(a, b) => a!.maximum(b!), [a23(), b23()]],
  "maximum of a row": [(a, b) => a!.maximum(b!), [a23(), leaf([3], { seed: 7 })]],
  "minimum with a number": [(a) => a!.minimum(0.2), [a23()]],
  neg: [(a) => a!.neg(), [a23()]],
  exp: [(a) => a!.exp(), [a23()]],
  log: [(a) => a!.log(), [positive()]],
  sqrt: [(a) => a!.sqrt(), [positive()]],
  abs: [(a) => a!.abs(), [a23()]],
  reciprocal: [(a) => a!.reciprocal(), [positive()]],
  sigmoid: [(a) => a!.sigmoid(), [a23()]],
  tanh: [(a) => a!.tanh(), [a23()]],
  relu: [(a) => a!.relu(), [a23()]],
  square: [(a) => a!.square(), [a23()]],
  clamp: [(a) => a!.clamp({ min: -1, max: 1 }), [a23()]],
  clone: [(a) => a!.clone(), [a23()]],
  sum: [(a) => a!.sum(), [a23()]],
  "sum over a dim": [(a) => a!.sum(0), [a23()]],
  "sum over the middle, kept": [(a) => a!.sum(1, { keepdim: true }), [x234()]],
  "sum over two dims apart": [(a) => a!.sum([0, 2]), [x234()]],
  "mean over two dims": [(a) => a!.mean([1, 2]), [x234()]],
  mean: [(a) => a!.mean(), [a23()]],
  var: [(a) => a!.var(), [a23()]],
  "var over a dim, biased": [(a) => a!.var(0, { correction: 0 }), [a23()]],
  "std over a dim": [(a) => a!.std(1), [a23()]],
  max: [(a) => a!.max(), [a23()]],
  "max over a dim": [(a) => a!.max(0).values, [x234()]],
  "min over the last dim": [(a) => a!.min(-1).values, [x234()]],
  prod: [(a) => a!.prod(), [a23()]],
  "prod over a dim": [(a) => a!.prod(1), [x234()]],
  softmax: [(a) => a!.softmax(1), [a23()]],
  "softmax over the first dim": [(a) => a!.softmax(0), [x234()]],
  logSoftmax: [(a) => a!.logSoftmax(-1), [a23()]],
  reshape: [(a) => a!.reshape(3, 2), [a23()]],
  "reshape of a transpose": [(a) => a!.t().reshape(-1), [a23()]],
  transpose: [(a) => a!.transpose(0, 2), [x234()]],
  t: [(a) => a!.t().exp(), [a23()]],
  permute: [(a) => a!.permute(2, 0, 1), [x234()]],
  "squeeze unsqueeze": [(a) => a!.unsqueeze(1).squeeze(1).unsqueeze(-1), [a23()]],
  expand: [(a) => a!.expand(4, 2, 3), [leaf([2, 1])]],
  "slice with a step": [(a) => a!.slice(2, 1, 4, 2), [x234()]],
  "slices that overlap": [(a) => a!.slice(1, 0, 2).add(a!.slice(1, 1, 3)), [a23()]],
  select: [(a) => a!.select(1, -1), [x234()]],
  "select of a transpose": [(a) => a!.t().select(0, 1), [a23()]],
  "indexSelect with repeats": [(a) => a!.indexSelect(1, [2, 0, 2]), [x234()]],
  narrow: [(a) => a!.narrow(2, 1, 2), [x234()]],
  split: [(a) => cat([a!.split([1, 2], 1)[1]!.exp(), a!], 1), [a23()]],
  chunk: [(a) => stack(a!.chunk(2, -1)).square(), [x234()]],
  pad: [(a) => pad(a!, [1, -1, 0, 2], { value: 3 }).exp(), [x234()]],
  repeat: [(a) => a!.repeat(2, 1, 2).square(), [a23()]],
  tile: [(a) => a!.t().tile(3), [a23()]],
  "gather with repeats": [(a) => a!.gather(1, tensor(Int32Array.of(2, 0, 2, 1), { shape: [1, 4] })), [a23()]],
  "gather of a transpose": [(a) => a!.t().gather(0, tensor(Int32Array.of(2, 2), { shape: [1, 2] })), [a23()]],
  scatterAdd: [
    (a, b) => a!.scatterAdd(0, tensor(Int32Array.of(1, 1, 0), { shape: [1, 3] }), b!).square(),
    [a23(), leaf([1, 3])],
  ],
  "scatterAdd to itself": [
    (a) => a!.scatterAdd(0, tensor(Int32Array.of(1, 1, 0, 0, 0, 0), { shape: [2, 3] }), a!),
    [a23()],
  ],
  maskedFill: [(a) => a!.maskedFill(tensor([true, false, true]), 2).exp(), [a23()]],
  sort: [(a) => a!.sort(1).values.square(), [x234()]],
  topk: [(a) => a!.topk(2).values.exp(), [x234()]],
  "norm 1": [(a) => a!.norm(1, 0), [a23()]],
  "norm 2": [(a) => a!.norm(), [a23()]],
  "norm 2 over dims apart": [(a) => a!.norm(2, [0, 2]), [x234()]],
  "norm ∞": [(a) => a!.norm(Number.POSITIVE_INFINITY, 1, { keepdim: true }), [x234()]],
  logsumexp: [(a) => a!.logsumexp(1), [x234()]],
  sin: [(a) => a!.sin(), [a23()]],
  cos: [(a) => a!.cos(), [a23()]],
  "sign floor ceil round trunc": [
    (a) => a!.sign().add(a!.floor()).add(a!.ceil()).add(a!.round()).add(a!.trunc()),
    [tensor([-1.7, -0.3, 0.2, 1.3], { requiresGrad: true })],
  ],
  cat: [(a, b) => cat([a!, b!.t()], 1), [a23(), leaf([4, 2])]],
  stack: [(a, b) => stack([a!, b!], 1), [a23(), b23()]],
  where: [(a, b) => where(tensor([[true, false, true]]), a!, b!), [a23(), leaf([3])]],
  matmul: [(a, b) => matmul(a!, b!), [a23(), leaf([3, 4])]],
  "matmul of transposes": [(a, b) => matmul(a!.t(), b!.t()), [a23(), leaf([4, 2])]],
  "matmul of vectors": [(a, b) => matmul(a!, b!), [leaf([3]), leaf([3], { seed: 5 })]],
  "matmul, vector left": [(a, b) => matmul(a!, b!), [leaf([2]), a23()]],
  "matmul, vector right": [(a, b) => matmul(a!, b!), [x234(), leaf([4])]],
  "matmul, batch by matrix": [(a, b) => matmul(a!, b!), [x234(), leaf([4, 2])]],
  "matmul, batches that broadcast": [(a, b) => matmul(a!, b!), [leaf([2, 1, 2, 3]), leaf([3, 3, 2])]],
  linear: [(x, w, b) => linear(x!, w!, b!), [a23(), leaf([4, 3]), leaf([4])]],
  "linear over more dims, no bias": [(x, w) => linear(x!, w!), [x234(), leaf([2, 4])]],
  "linear, weight used twice": [(x, w) => linear(linear(x!, w!), w!), [a23(), leaf([3, 3])]],
  crossEntropy: [(x) => crossEntropy(x!, labels), [a23()]],
  "crossEntropy, sum": [(x) => crossEntropy(x!, labels, { reduction: "sum" }), [a23()]],
  "crossEntropy, none": [(x) => crossEntropy(x!, labels, { reduction: "none" }), [a23()]],
  "batchNorm, training": [
    (x, weight, bias) => batchNorm(x!, { weight: weight!, bias: bias!, training: true }),
    [leaf([5, 3]), leaf([3]), leaf([3])],
  ],
  "batchNorm over [N, C, L], no affine": [(x) => batchNorm(x!, { training: true }), [leaf([2, 3, 4])]],
  "batchNorm, eval": [
    (x, weight, bias) =>
      batchNorm(x!, {
        weight: weight!,
        bias: bias!,
        runningMean: tensor([0.5, -1, 0]),
        runningVar: tensor([1, 2, 0.5]),
      }),
    [leaf([2, 3, 2]), leaf([3]), leaf([3])],
  ],
  "batchNorm, training, bias alone": [
    (x, bias) => batchNorm(x!, { bias: bias!, training: true, runningMean: zeros([3]) }),
    [leaf([4, 3]), leaf([3])],
  ],
  "maximum minimum as functions": [(a, b) => maximum(a!, b!).add(minimum(a!, 0.3)), [a23(), b23()]],
  remainder: [
    (a, b) => a!.remainder(b!),
    [tensor([2.3, -1.2, 0.7], { requiresGrad: true }), tensor([0.9, -0.8, 0.5], { requiresGrad: true })],
  ],
  lerp: [(a, b, w) => a!.lerp(b!, w!), [a23(), b23(), leaf([3])]],
  "tan atan erf expm1": [(a) => a!.mul(0.5).tan().add(a!.atan()).add(a!.erf()).add(a!.expm1()), [a23()]],
  "asin acos atanh erfinv": [
    (a) => a!.mul(0.3).asin().add(a!.mul(0.4).acos()).add(a!.mul(0.4).atanh()).add(a!.mul(0.4).erfinv()),
    [a23()],
  ],
  "sinh cosh asinh exp2 erfc frac": [
    (a) => a!.sinh().add(a!.cosh()).add(a!.asinh()).add(a!.exp2()).add(a!.erfc()).add(a!.frac()),
    [tensor([-1.7, -0.3, 0.2, 1.3], { requiresGrad: true })],
  ],
  "acosh lgamma sgn": [(a) => a!.add(1).acosh().add(a!.lgamma()).add(a!.sgn()), [positive()]],
  digamma: [(a) => a!.digamma(), [positive()]],
  "atan2 hypot copysign logaddexp logaddexp2": [
    (a, b) =>
      a!.atan2(b!).add(a!.hypot(b!)).add(a!.copysign(b!)).add(a!.logaddexp(b!)).add(a!.logaddexp2(b!)),
    [leaf([2, 3], { seed: 3 }), leaf([3], { seed: 4 })],
  ],
  fmod: [
    (a, b) => a!.fmod(b!),
    [tensor([2.3, -1.2, 0.7], { requiresGrad: true }), tensor([0.9, -0.8, 0.5], { requiresGrad: true })],
  ],
  "clamp clip clampMin clampMax by tensors": [
    (a, low, high) =>
      a!.clamp({ min: low!, max: high! }).add(a!.clip(low!)).add(a!.clampMin(low!)).mul(a!.clampMax(high!)),
    [a23(), leaf([3], { seed: 5, low: -1, high: 0 }), leaf([2, 1], { seed: 6, low: 0, high: 1 })],
  ],
  nanToNum: [
    (a) => a!.add(tensor([0, 1 / 0, 0])).nanToNum({ posinf: 3 }),
    [tensor([0.3, 0.7, 0.2], { requiresGrad: true })],
  ],
  "swapaxes reshapeAs viewAs broadcastTo": [
    (a, b) => a!.swapaxes(0, 1).reshapeAs(b!).mul(a!.viewAs(b!)).add(b!.broadcastTo(2, 3)),
    [a23(), b23()],
  ],
  "ravel where": [
    (a, b) =>
      a!
        .where(tensor([true, false, true]), b!)
        .ravel()
        .exp(),
    [a23(), b23()],
  ],
  "hstack vstack dstack broadcastTensors cartesianProd combinations blockDiag": [
    (a, b) =>
      cat(
        [
          hstack([a!, b!]),
          vstack([a!, b!]),
          dstack([a!, b!]),
          ...broadcastTensors(a!, b!),
          cartesianProd(a!.select(0, 0), b!.select(0, 1)),
          combinations(a!.select(0, 1), 2),
          blockDiag(a!, b!),
        ].map((each) => each.square().flatten()),
      ),
    [a23(), b23()],
  ],
  "diag diagEmbed rot90 fliplr flipud": [
    (a) =>
      cat(
        [
          a!.diag(1),
          a!.diag().diag(-1),
          a!.diagEmbed(1, 0, 1),
          a!.rot90(3),
          a!.fliplr().mul(a!.flipud()),
        ].map((each) => each.exp().flatten()),
      ),
    [a23()],
  ],
  "diff tensorSplit repeatInterleave take takeAlongDim": [
    (a) =>
      cat(
        [
          a!.diff(2, 2),
          a!.tensorSplit(3, 2)[0]!,
          a!.repeatInterleave([1, 2, 0], 1),
          a!.take(tensor(Int32Array.of(3, -1, 3))),
          a!.takeAlongDim(a!.argsort(2), 2),
        ].map((each) => each.square().flatten()),
      ),
    [x234()],
  ],
  "cumprod logcumsumexp": [(a) => cat([a!.cumprod(1), a!.logcumsumexp(0)]), [x234()]],
  "cummax cummin": [(a) => cat([a!.cummax(2).values.square(), a!.cummin(2).values.square()]), [x234()]],
  "cumprod of zeros": [(a) => a!.cumprod(1), [tensor([[2, 0, 3, 0, 1.5]], { requiresGrad: true })]],
  "kthvalue mode msort nansum nanmean nanmedian": [
    (a) =>
      a!
        .kthvalue(2, 1)
        .values.add(a!.mode(1).values)
        .add(a!.nansum(1))
        .add(a!.nanmean(1))
        .add(a!.nanmedian(1).values)
        .mul(a!.msort().select(0, 0)),
    [leaf([3, 3], { seed: 12 })],
  ],
  "norm of other orders": [
    (a) => stack([3, 1.5, 0.5, Number.NEGATIVE_INFINITY, "fro" as const].map((p) => a!.norm(p, 1))),
    [leaf([2, 3, 4], { seed: 3, low: 0.5, high: 2 })],
  ],
  "indexAdd indexCopy indexFill maskedScatter": [
    (a, s) =>
      cat([
        a!.indexAdd(0, [1, 1], s!, { alpha: 2 }),
        a!.indexCopy(0, [1, 0], s!).square(),
        a!.indexFill(1, [2], 3).square(),
        a!.maskedScatter(tensor([true, false, true]), s!).exp(),
      ]),
    [a23(), b23()],
  ],
  scatterReduce: [
    (a, s) =>
      cat(
        (["sum", "prod", "mean", "amax", "amin"] as const).map((reduce) =>
          a!.scatterReduce(1, tensor(Int32Array.of(2, 2, 0, 1, 1, 1), { shape: [2, 3] }), s!, reduce),
        ),
      ),
    [a23(), b23()],
  ],
  "inner vdot tensordot kron cross": [
    (a, b) =>
      cat(
        [
          a!.inner(b!),
          a!.select(0, 0).vdot(b!.select(0, 1)),
          a!.tensordot(b!, [[0], [0]]),
          a!.kron(b!),
          a!.cross(b!),
        ].map((each) => each.flatten()),
      ),
    [a23(), b23()],
  ],
  "addcmul addcdiv addmv baddbmm": [
    (a, b, v) =>
      cat([
        a!.addcmul(a!, b!, { value: 0.5 }).addcdiv(a!, b!.exp()).flatten(),
        v!.narrow(0, 0, 2).addmv(a!, v!),
        a!.unsqueeze(0).baddbmm(a!.unsqueeze(0), a!.t().matmul(b!).unsqueeze(0)).flatten(),
      ]),
    [a23(), b23(), leaf([3])],
  ],
  "normalize cosineSimilarity pairwiseDistance cdist": [
    (a, b) =>
      cat([
        normalize(a!).flatten(),
        cosineSimilarity(a!, b!),
        pairwiseDistance(a!, b!, { p: 3 }),
        cdist(a!, b!).flatten(),
      ]),
    [a23(), b23()],
  ],
  "log2 log10 log1p rsqrt": [(a) => a!.log2().add(a!.log10()).add(a!.log1p()).add(a!.rsqrt()), [positive()]],
  "view contiguous flatten": [(a) => a!.t().contiguous().view(2, 3).flatten().exp(), [a23()]],
  "mm mv dot": [(a, b, v) => a!.mm(b!).mv(v!).dot(v!), [leaf([3, 2]), leaf([2, 3]), leaf([3])]],
  bmm: [(a, b) => a!.bmm(b!).add(bmm(a!, b!)), [x234(), leaf([2, 4, 2])]],
  outer: [(a, b) => a!.outer(b!).add(outer(a!, b!).exp()), [leaf([2]), leaf([3])]],
  addmm: [(c, a, b) => addmm(c!, a!, b!, { alpha: 0.5, beta: 2 }), [leaf([4]), a23(), leaf([3, 4])]],
  einsum: [(a, b) => einsum("bij,jk->kb", a!, b!), [x234(), leaf([4, 2])]],
  "einsum of a diagonal": [(a, b) => einsum("ii,...i->...", a!, b!), [leaf([3, 3]), a23()]],
  "diagonal trace": [(a) => a!.diagonal(1).exp().add(a!.trace()), [leaf([3, 3])]],
  "triu tril": [(a) => a!.triu(1).exp().add(a!.tril().square()), [leaf([2, 3, 3])]],
  "movedim unflatten": [(a) => a!.movedim(0, 2).unflatten(1, [2, 2]).exp(), [x234()]],
  expandAs: [(a, b) => a!.expandAs(b!).mul(b!), [leaf([3]), a23()]],
  "index with lists and a mask": [
    (a) =>
      a!
        .index([[0], [1]], "1:", [3, 3])
        .exp()
        .sum()
        .add(
          a!
            .index(null, tensor([true, false]))
            .square()
            .sum(),
        ),
    [x234()],
  ],
  indexPut: [
    (a, v) =>
      a!
        .indexPut([[1, 0], "...", [0, 2]], v!)
        .exp()
        .add(a!.indexPut([1, [0, 0]], v!.index(0, [0]), true)),
    [x234(), leaf([2, 3])],
  ],
  "at unbind": [(a) => cat([a!.at(1, -1), ...a!.unbind(0).map((row) => row.select(0, 0))]), [x234()]],
  "flip roll": [(a) => a!.flip([0, 2]).mul(a!.roll([1, -1], [0, 1])), [x234()]],
  scatter: [
    (a, b) => a!.scatter(1, tensor(Int32Array.of(2, 0), { shape: [2, 1] }), b!).exp(),
    [a23(), leaf([2, 1])],
  ],
  maskedSelect: [(a) => a!.maskedSelect(tensor([true, false, true])).exp(), [a23()]],
  cumsum: [(a) => a!.cumsum(1).exp(), [x234()]],
  quantile: [(a) => a!.quantile([0.2, 0.75], 1), [x234()]],
  median: [(a) => a!.median(2).values.mul(a!.median()), [x234()]],
  "amax amin": [(a) => a!.amax([0, 2]).mul(a!.amin([0, 2])), [x234()]],
  meshgrid: [(a, b) => cat(meshgrid([a!, b!])).exp(), [leaf([2]), leaf([3])]],
  "varMean stdMean": [(a) => cat([...varMean(a!, 1), ...stdMean(a!, 1)]), [x234()]],
  indexSelect: [(a) => a!.indexSelect(0, [1, 1, 0]).exp(), [a23()]],
  elu: [(a) => functional.elu(a!, 0.7), [a23()]],
  "gelu silu softplus": [
    (a) =>
      functional
        .gelu(a!)
        .add(functional.gelu(a!, { approximate: "tanh" }))
        .add(functional.silu(a!))
        .add(functional.softplus(a!, { beta: 2 })),
    [a23()],
  ],
  leakyRelu: [(a) => functional.leakyRelu(a!, 0.2), [a23()]],
  "celu selu mish": [
    (a) => functional.celu(a!, 0.7).add(functional.selu(a!)).add(functional.mish(a!)),
    [a23()],
  ],
  "hardtanh hardsigmoid hardswish relu6": [
    (a) =>
      cat([
        functional.hardtanh(a!, -0.5, 0.8),
        functional.hardsigmoid(a!),
        functional.hardswish(a!),
        functional.relu6(a!),
      ]),
    [a23()],
  ],
  "softshrink hardshrink threshold": [
    (a) =>
      cat([functional.softshrink(a!, 0.2), functional.hardshrink(a!, 0.2), functional.threshold(a!, 0.3, 2)]),
    [a23()],
  ],
  "softsign tanhshrink logSigmoid": [
    (a) => functional.softsign(a!).add(functional.tanhshrink(a!)).add(functional.logSigmoid(a!)),
    [a23()],
  ],
  softmin: [(a) => functional.softmin(a!, 1), [a23()]],
  glu: [(a) => functional.glu(a!), [x234()]],
  bilinear: [
    (a, b, w, bias) => functional.bilinear(a!, b!, w!, bias!),
    [a23(), leaf([2, 4]), leaf([2, 3, 4]), leaf([2])],
  ],
  prelu: [(a, w) => functional.prelu(a!, w!), [a23(), leaf([3])]],
  rrelu: [
    (a) => {
      manualSeed(3); // the same slopes for every difference
      return functional.rrelu(a!, { training: true }).add(functional.rrelu(a!));
    },
    [a23()],
  ],
  conv1d: [
    (x, w, b) => functional.conv1d(x!, w!, b!, { stride: 2, padding: 1 }),
    [leaf([2, 2, 6]), leaf([3, 2, 3]), leaf([3])],
  ],
  conv2d: [
    (x, w, b) => functional.conv2d(x!, w!, b!, { padding: 1, dilation: 2, groups: 2 }),
    [leaf([2, 4, 5, 4]), leaf([2, 2, 2, 2]), leaf([2])],
  ],
  "maxPool1d maxPool2d maxPool2dWithIndices": [
    (x) =>
      cat([
        functional.maxPool2d(x!, 2).flatten(),
        functional.maxPool1d(x!.flatten(2), 3).flatten(),
        functional.maxPool2dWithIndices(x!, 2).values.flatten(),
      ]),
    [leaf([2, 2, 4, 4], { seed: 8 })],
  ],
  "avgPool1d avgPool2d": [
    (x) =>
      cat([
        functional.avgPool2d(x!, 2, { padding: 1 }).flatten(),
        functional.avgPool1d(x!.flatten(2), 3).flatten(),
      ]),
    [leaf([2, 2, 4, 4])],
  ],
  "adaptiveAvgPool1d adaptiveAvgPool2d": [
    (x) =>
      cat([
        functional.adaptiveAvgPool2d(x!, [2, 3]).flatten(),
        functional.adaptiveAvgPool1d(x!.flatten(2), 3).flatten(),
      ]),
    [leaf([2, 2, 4, 4])],
  ],
  "dropout dropout2d": [
    (x) => {
      manualSeed(3); // the same mask for each difference
      return functional.dropout(x!, { p: 0.3 }).mul(functional.dropout2d(x!, { p: 0.5 }));
    },
    [leaf([2, 3, 2, 2])],
  ],
  instanceNorm: [
    (x, w, b) => functional.instanceNorm(x!, { weight: w!, bias: b! }),
    [leaf([2, 3, 4]), leaf([3]), leaf([3])],
  ],
  groupNorm: [
    (x, w, b) => functional.groupNorm(x!, 2, { weight: w!, bias: b! }),
    [leaf([2, 4, 3]), leaf([4]), leaf([4])],
  ],
  layerNorm: [
    (x, w, b) => functional.layerNorm(x!, [3, 4], { weight: w!, bias: b! }),
    [x234(), leaf([3, 4]), leaf([3, 4])],
  ],
  rmsNorm: [(x, w) => functional.rmsNorm(x!, [4], { weight: w! }), [x234(), leaf([4])]],
  nllLoss: [(x) => functional.nllLoss(x!, labels, { weight: tensor([0.5, 2, 1]) }), [a23()]],
  mseLoss: [(a, b) => functional.mseLoss(a!, b!), [a23(), b23()]],
  "l1Loss smoothL1Loss": [
    (a, b) => functional.l1Loss(a!, b!).add(functional.smoothL1Loss(a!, b!)),
    [a23(), b23()],
  ],
  binaryCrossEntropyWithLogits: [
    (a) => functional.binaryCrossEntropyWithLogits(a!, tensor([0, 1, 0.3]).expand(2, 3)),
    [a23()],
  ],
  scaledDotProductAttention: [
    (q, k, v) => functional.scaledDotProductAttention(q!, k!, v!, { isCausal: true, scale: 0.5 }),
    [leaf([2, 3, 4]), leaf([2, 3, 4], { seed: 2 }), leaf([2, 3, 2], { seed: 3 })],
  ],
  "matmul of batches, transposed": [
    (a, b) => matmul(a!, b!.transpose(1, 2)),
    [x234(), leaf([2, 2, 4], { seed: 6 })],
  ],
  embedding: [(w) => functional.embedding(tensor(Int32Array.of(1, 0, 1)), w!), [a23()]],
  convTranspose2d: [
    (x, w, b) => functional.convTranspose2d(x!, w!, b!, { stride: 2, padding: 1, outputPadding: [1, 0] }),
    [leaf([2, 2, 3, 2]), leaf([2, 3, 3, 2]), leaf([3])],
  ],
  "convTranspose1d in groups": [
    (x, w) => functional.convTranspose1d(x!, w!, null, { groups: 2, dilation: 2 }),
    [leaf([2, 2, 4]), leaf([2, 1, 3])],
  ],
  conv3d: [
    (x, w, b) => functional.conv3d(x!, w!, b!, { padding: [1, 0, 1], stride: [1, 2, 1] }),
    [leaf([1, 2, 3, 3, 2]), leaf([2, 2, 2, 2, 2]), leaf([2])],
  ],
  "maxPool3d avgPool3d adaptiveAvgPool3d adaptiveMaxPool3d": [
    (x) => {
      const max = functional.maxPool3d(x!, 2).add(functional.adaptiveMaxPool3d(x!, [2, 1, 2]));
      return max.add(functional.avgPool3d(x!, 2)).add(functional.adaptiveAvgPool3d(x!, [2, 1, 2]));
    },
    [apart([2, 4, 3, 4])],
  ],
  "adaptiveMaxPool2d adaptiveMaxPool1d maxPool1dWithIndices": [
    (x) => {
      const lines = functional.adaptiveMaxPool1d(x!.select(0, 0), 3);
      return lines
        .sum()
        .mul(functional.adaptiveMaxPool2d(x!, [2, 3]))
        .add(functional.maxPool1dWithIndices(x!.select(0, 1), 2).values.sum());
    },
    [apart([2, 3, 4])],
  ],
  "lpPool1d lpPool2d": [
    (x) => functional.lpPool2d(x!, 2, 2).add(functional.lpPool1d(x!.select(0, 0), 3, 2).sum()),
    [leaf([1, 3, 4], { low: 0.5, high: 2 })],
  ],
  "maxUnpool1d maxUnpool2d": [
    (x) => {
      const plane = tensor(Int32Array.of(5, 2), { shape: [1, 1, 2] });
      const line = tensor(Int32Array.of(3, 0), { shape: [1, 2] });
      const back = functional.maxUnpool2d(x!, plane, 2);
      return back.exp().add(functional.maxUnpool1d(x!.select(0, 0), line, 2).sum());
    },
    [leaf([1, 1, 2])],
  ],
  unfold: [
    (x) => functional.unfold(x!, [2, 3], { padding: 1, stride: [2, 1] }).square(),
    [leaf([1, 2, 3, 4])],
  ],
  fold: [(x) => functional.fold(x!, [3, 4], 2, { padding: [1, 0] }).square(), [leaf([1, 4, 12])]],
  interpolate: [
    (x) => functional.interpolate(x!, { size: [5, 3], mode: "bicubic" }).square(),
    [leaf([1, 2, 3, 4])],
  ],
  "interpolate, nearest and area": [
    (x) => {
      const near = functional.interpolate(x!, { scaleFactor: 1.5 });
      return near.square().add(functional.interpolate(x!, { size: near.shape[2], mode: "area" }));
    },
    [leaf([1, 2, 5])],
  ],
  "pixelShuffle pixelUnshuffle channelShuffle": [
    (x) => {
      const pixels = functional.pixelShuffle(x!, 2).exp();
      return functional.pixelUnshuffle(pixels, 2).mul(functional.channelShuffle(x!, 2));
    },
    [leaf([1, 4, 2, 3])],
  ],
  "dropout1d dropout3d alphaDropout": [
    (x) => {
      manualSeed(7);
      const lines = functional.dropout1d(x!, { p: 0.3 });
      const volumes = functional.dropout3d(lines.unsqueeze(-1).unsqueeze(-1), { p: 0.3 }).squeeze();
      return functional.alphaDropout(volumes, { p: 0.3, training: true });
    },
    [x234()],
  ],
  "huberLoss softMarginLoss hingeEmbeddingLoss": [
    (a, b) =>
      functional
        .huberLoss(a!, b!, { delta: 0.7 })
        .add(functional.softMarginLoss(a!, b!.detach().sign()))
        .add(functional.hingeEmbeddingLoss(a!, b!.detach().sign(), { margin: 5 })),
    [a23(), b23()],
  ],
  "binaryCrossEntropy klDiv poissonNllLoss gaussianNllLoss": [
    (p, t) =>
      functional
        .binaryCrossEntropy(p!, t!)
        .add(functional.klDiv(p!, t!))
        .add(functional.poissonNllLoss(p!, t!, { logInput: false }))
        .add(functional.gaussianNllLoss(p!, t!, p!.add(1))),
    [leaf([2, 3], { seed: 5, low: 0.2, high: 0.8 }), leaf([2, 3], { seed: 6, low: 0.2, high: 0.8 })],
  ],
  "marginRankingLoss cosineEmbeddingLoss tripletMarginLoss pairwiseDistance cosineSimilarity": [
    (a, b) => {
      const signs = tensor([1, -1]);
      return functional
        .marginRankingLoss(a!, b!, signs.unsqueeze(1), { margin: 5 })
        .add(functional.cosineEmbeddingLoss(a!, b!, signs, { margin: -0.9 }))
        .add(functional.tripletMarginLoss(a!, b!, a!.square(), { margin: 9, p: 3 }))
        .add(functional.pairwiseDistance(a!, b!).mul(functional.cosineSimilarity(a!, b!)));
    },
    [a23(), b23()],
  ],
  "multiMarginLoss multilabelMarginLoss multilabelSoftMarginLoss": [
    (a, b) =>
      functional
        .multiMarginLoss(a!, labels, { p: 2, margin: 6 })
        .add(
          functional.multilabelMarginLoss(a!, tensor(Int32Array.of(2, -1, 0, 1, 0, -1), { shape: [2, 3] })),
        )
        .add(functional.multilabelSoftMarginLoss(a!, b!)),
    [a23(), b23()],
  ],
  "crossEntropy of probabilities": [
    (x, t) => crossEntropy(x!, t!, { labelSmoothing: 0.1, weight: tensor([1, 2, 0.5]) }),
    [a23(), b23()],
  ],
  localResponseNorm: [(x) => functional.localResponseNorm(x!, 3, { alpha: 0.5 }), [leaf([2, 4, 3])]],
};

/** What gives no gradient: new tensors, comparisons, positions, changes in place, and what is no operation at all. */
const without = new Set(
  [
    "tensor zeros ones full zerosLike onesLike fullLike arange linspace logspace eye rand randn randLike randnLike randint",
    "randperm bernoulli normal poisson oneHot eq ne lt le gt ge isnan isinf isfinite isclose any all equal allclose logicalAnd logicalOr",
    "logicalXor logicalNot argmax argmin argsort nonzero countNonzero bincount floorDivide to float int bool detach",
    "add_ sub_ mul_ div_ pow_ neg_ exp_ sqrt_ relu_ sigmoid_ tanh_ clamp_ lerp_ maskedFill_ copy_ fill_ zero_ uniform_ normal_",
    "backward requiresGrad_ retainGrad registerHook zeroGrad size dim numel isContiguous item toArray tolist toJSON toString",
    "indexPut_ bitwiseAnd bitwiseOr bitwiseXor bitwiseNot bitwiseLeftShift bitwiseRightShift long typeAs nelement",
    "isin multinomial nonzero argwhere unique uniqueConsecutive histc bucketize searchsorted empty emptyLike addcmul_ addcdiv_ scatter_ scatterAdd_",
    "indexAdd_ indexCopy_ indexFill_ maskedScatter_ triu_ tril_ fillDiagonal_",
    "abs_ log_ square_ reciprocal_ rsqrt_ floor_ ceil_ round_ logicalNot_ remainder_ floorDivide_",
    "gradStorage adoptGrad addGrad addGraphGrad constructor",
    "manualSeed forkRng getRngState setRngState memoryUsage noGrad enableGrad isGradEnabled keep tidy Tensor Generator",
  ].flatMap((line) => line.split(" ")),
);

function methodsOf(prototype: object): string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, { value }]) =>
    typeof value === "function" ? [name] : [],
  );
}

test("every public operation has its gradient checked here, or is said to have none", () => {
  const functions = [tensors, functional].flatMap((room) =>
    Object.entries(room).flatMap(([name, value]) => (typeof value === "function" ? [name] : [])),
  );
  const methods = [Tensor.prototype, Object.getPrototypeOf(Tensor.prototype) as object].flatMap(methodsOf);
  const checked = new Set(Object.keys(cases).flatMap((title) => title.match(/\w+/g) ?? []));
  const missing = [...functions, ...methods].filter((name) => !checked.has(name) && !without.has(name));
  assert.deepEqual([...new Set(missing)], []);
});

for (const [name, [f, inputs]] of Object.entries(cases))
  test(`gradient of ${name}`, () => {
    autograd.gradcheck(f, inputs);
  });

/** What has no second derivative here, beside the recurrent layers. */
const refused = new Set(["digamma", "cumprod", "logcumsumexp", "scatterReduce"]);

for (const [name, [f, inputs]] of Object.entries(cases))
  test(`gradient of the gradient of ${name}`, () => {
    if (name.split(" ").some((word) => refused.has(word))) {
      assert.throws(
        () => autograd.gradgradcheck(f, inputs),
        /^Error: createGraph: the gradient of ".+" cannot/,
      );
      return;
    }
    autograd.gradgradcheck(f, inputs);
    const outputs = f(...inputs);
    const seed = leaf(outputs.shape, { seed: 11 }).detach();
    const options = { gradOutputs: seed, allowUnused: true } as const;
    const plain = autograd.grad(outputs, inputs, { ...options, retainGraph: true });
    const graph = autograd.grad(outputs, inputs, { ...options, createGraph: true });
    for (const [i, gradient] of plain.entries()) {
      assert.ok(gradient === null ? graph[i] === null : graph[i]!.allclose(gradient, { atol: 1e-5 }));
    }
  });

/** The names of the rules in a source that give no formula, so that createGraph refuses them. */
function withoutFormula(text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    const annotated = ts.isVariableDeclaration(node) || ts.isArrowFunction(node);
    if (annotated && /^Rule\b/.test(node.type?.getText() ?? "")) {
      const body = ts.isVariableDeclaration(node) ? node.initializer : node.body;
      const inner = body && ts.isParenthesizedExpression(body) ? body.expression : body;
      if (inner && ts.isObjectLiteralExpression(inner)) {
        const names = inner.properties.map((each) => each.name?.getText() ?? each.getText());
        const spread = names.some((each) => each.startsWith("..."));
        const name = inner.properties.find((each) => each.name?.getText() === "name");
        if (!spread && !names.includes("formula")) found.push(name?.getText().replace("name: ", "") ?? "?");
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("rules.ts", text, ts.ScriptTarget.Latest, true));
  return found;
}

test("what cannot be differentiated twice is what the guides say", () => {
  const folder = path.join(root, "kernel/tensor/ops");
  const sources = readdirSync(folder).map((file) => readFileSync(path.join(folder, file), "utf8"));
  const known = [...refused].filter((name) => name !== "digamma").map((name) => `"${name}"`);
  assert.deepEqual(sources.flatMap(withoutFormula).sort(), ['"recurrent"', ...known].sort());
  for (const page of ["docs/vocabulary.md", "docs/zh-cn/vocabulary.md"]) {
    const line = new RegExp(`createGraph[^\\n]*\`RNN LSTM GRU ${[...refused].join(" ")}\``);
    assert.match(readFileSync(path.join(root, page), "utf8"), line, page);
  }
  assert.deepEqual(withoutFormula('const a: Rule = { name: "a", backward() {} };'), ['"a"']);
  assert.deepEqual(withoutFormula("const a = (): Rule<1> => ({ name, backward, formula });"), []);
  const x = leaf([3, 2, 4]);
  const lstm = new LSTM(4, 5);
  assert.throws(
    () => autograd.grad(lstm.forward(x)[0].sum(), x, { createGraph: true }),
    /^Error: createGraph: the gradient of "recurrent" cannot itself be differentiated here; write that step/,
  );
});

/** The gradients that backward(seed) leaves on the inputs. */
function gradientsOf(y: Tensor, seed: Tensor, inputs: Tensor[]) {
  for (const x of inputs) x.grad = null;
  y.backward(seed);
  return inputs.map((x) => x.grad?.toArray());
}

for (const [name, [f, inputs]] of Object.entries(cases))
  test(`backward of ${name} leaves a gradient that others hold too as it was`, () => {
    const shape = f(...inputs).shape;
    const seed = leaf(shape, { seed: 11 }).detach();
    const numbers = seed.toArray();
    const copied = seed.clone();
    copied.data; // what user code may write to is copied first
    const expected = gradientsOf(f(...inputs), copied, inputs);
    assert.deepEqual(gradientsOf(f(...inputs), seed, inputs), expected);
    const beside = zeros(shape, { requiresGrad: true });
    const [gradient, ...others] = gradientsOf(f(...inputs).add(beside), seed, [beside, ...inputs]);
    assert.deepEqual(others, expected);
    assert.deepEqual([gradient, seed.toArray()], [numbers, numbers]);
    const sum = f(...inputs);
    assert.deepEqual(
      gradientsOf(beside.sub(sum).add(beside), seed.neg(), [beside, ...inputs]).slice(1),
      expected,
    );
    assert.deepEqual(seed.toArray(), numbers);
  });
