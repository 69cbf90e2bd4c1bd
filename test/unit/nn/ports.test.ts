// Three scripts as people write them in PyTorch, line by line: their losses beside PyTorch's, from the same weights and batches.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as nn from "../../../kernel/nn";
import { Adam, SGD } from "../../../kernel/optim";
import { arange, isGradEnabled, noGrad, ones, type Tensor, tensor, zeros } from "../../../kernel/tensor";
import { fixture } from "../fixtures";

const F = nn.functional;

const expected = fixture<{
  makemore: {
    names: string[];
    losses: number[];
    saturated: number[];
    gradToData: number[];
    evaluated: number;
  };
  lenet: {
    losses: number[];
    accuracies: number[];
    gamma: number[];
    movingMean: number[];
    movingVar: number[];
  };
  vae: { losses: number[]; divergences: number[] };
}>("ports");

/** Numbers from −scale to scale: x ← 1664525·x + 1013904223 mod 2³², as generate_ports.py has them. */
function spread(shape: readonly number[], seed: number, scale = 1): Tensor {
  let x = seed;
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Float32Array.from({ length: count }, () => {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0;
    return (x / 2 ** 31 - 1) * scale;
  });
  return tensor(values, { shape });
}

function whole(shape: readonly number[], seed: number, below: number): Tensor {
  const values = Array.from(spread(shape, seed).data, (value) => Math.floor(((value + 1) / 2) * below));
  return tensor(
    values.map((value) => Math.min(value, below - 1)),
    { dtype: "int32" },
  ).reshape([...shape]);
}

function assertNear(what: string, actual: readonly number[], wanted: readonly number[], rtol = 1e-4): void {
  assert.equal(actual.length, wanted.length, what);
  for (const [i, want] of wanted.entries()) {
    const error = Math.abs(actual[i]! - want);
    assert.ok(error <= rtol * Math.abs(want), `${what} ${i}: expected ${want}, got ${actual[i]}`);
  }
}

test("makemore, part 3: an MLP whose batch normalization is written out", () => {
  const { names, losses, saturated, gradToData, evaluated } = expected.makemore;
  const chars = [...new Set(names.join(""))].sort();
  const stoi: Record<string, number> = Object.fromEntries(chars.map((s, i) => [s, i + 1]));
  stoi["."] = 0;
  const [blockSize, vocabSize] = [3, chars.length + 1];
  const xs: number[][] = [];
  const ys: number[] = [];
  for (const w of names) {
    let context: number[] = new Array(blockSize).fill(0);
    for (const ch of `${w}.`) {
      const ix = stoi[ch]!;
      xs.push(context);
      ys.push(ix);
      context = [...context.slice(1), ix];
    }
  }
  const [X, Y] = [tensor(xs, { dtype: "int32" }), tensor(ys, { dtype: "int32" })];
  const [nEmbd, nHidden, batchSize] = [4, 20, 16];
  const C = spread([vocabSize, nEmbd], 1);
  const weight1 = spread([nEmbd * blockSize, nHidden], 2).mul(5 / 3 / (nEmbd * blockSize) ** 0.5);
  const weight2 = spread([nHidden, vocabSize], 3).mul(0.1);
  const b2 = spread([vocabSize], 4).mul(0.1);
  const [bngain, bnbias] = [ones([1, nHidden]), zeros([1, nHidden])];
  let [bnmeanRunning, bnstdRunning] = [zeros([1, nHidden]), ones([1, nHidden])];
  const parameters = [C, weight1, weight2, b2, bngain, bnbias];
  for (const p of parameters) p.requiresGrad = true;
  const [lossi, saturatedi]: [number[], number[]] = [[], []];
  for (let i = 0; i < losses.length; i++) {
    const ix = whole([batchSize], 100 + i, xs.length);
    const [Xb, Yb] = [X.index(ix), Y.index(ix)];
    const emb = C.index(Xb);
    const embcat = emb.view(emb.shape[0]!, -1);
    let hpreact = embcat.matmul(weight1);
    const bnmeani = hpreact.mean(0, { keepdim: true });
    const bnstdi = hpreact.std(0, { keepdim: true });
    hpreact = bngain.mul(hpreact.sub(bnmeani)).div(bnstdi).add(bnbias);
    noGrad(() => {
      bnmeanRunning = bnmeanRunning.mul(0.9).add(bnmeani, { alpha: 0.1 });
      bnstdRunning = bnstdRunning.mul(0.9).add(bnstdi, { alpha: 0.1 });
    });
    const h = hpreact.tanh();
    const logits = h.matmul(weight2).add(b2);
    const loss = F.crossEntropy(logits, Yb);
    for (const p of parameters) p.grad = null;
    loss.backward();
    const lr = i < 20 ? 0.5 : 0.05;
    noGrad(() => {
      for (const p of parameters) p.sub_(p.grad!, { alpha: lr });
    });
    lossi.push(loss.item());
    saturatedi.push(h.detach().abs().gt(0.9).float().mean().item());
  }
  assertNear("loss", lossi, losses);
  assertNear("share of saturated units", saturatedi, saturated, 0.011); // one of 320 may lie at the edge
  const ratios = [C, weight1, weight2].map((p) => p.grad!.std().div(p.detach().std()).item());
  assertNear("gradient to data", ratios, gradToData, 1e-3);
  noGrad(() => {
    const emb = C.index(X).view(xs.length, -1);
    const hpreact = bngain.mul(emb.matmul(weight1).sub(bnmeanRunning)).div(bnstdRunning).add(bnbias);
    const loss = F.crossEntropy(hpreact.tanh().matmul(weight2).add(b2), Y);
    assertNear("loss by running statistics", [loss.item()], [evaluated]);
  });
});

function batchNorm(
  X: Tensor,
  gamma: Tensor,
  beta: Tensor,
  movingMean: Tensor,
  movingVar: Tensor,
  eps: number,
  momentum: number,
): [Y: Tensor, movingMean: Tensor, movingVar: Tensor] {
  let XHat: Tensor;
  if (!isGradEnabled()) {
    XHat = X.sub(movingMean).div(movingVar.add(eps).sqrt());
  } else {
    assert.ok(X.shape.length === 2 || X.shape.length === 4);
    let [mean, variance]: [Tensor, Tensor] = [X, X];
    if (X.shape.length === 2) {
      mean = X.mean(0);
      variance = X.sub(mean).square().mean(0);
    } else {
      mean = X.mean([0, 2, 3], { keepdim: true });
      variance = X.sub(mean).square().mean([0, 2, 3], { keepdim: true });
    }
    XHat = X.sub(mean).div(variance.add(eps).sqrt());
    movingMean = movingMean.mul(1 - momentum).add(mean, { alpha: momentum });
    movingVar = movingVar.mul(1 - momentum).add(variance, { alpha: momentum });
  }
  return [gamma.mul(XHat).add(beta), movingMean.detach(), movingVar.detach()];
}

class BatchNorm extends nn.Module {
  gamma: nn.Parameter;
  beta: nn.Parameter;
  movingMean: Tensor;
  movingVar: Tensor;

  constructor(numFeatures: number, numDims: number) {
    super();
    const shape = numDims === 2 ? [1, numFeatures] : [1, numFeatures, 1, 1];
    this.gamma = new nn.Parameter(ones(shape));
    this.beta = new nn.Parameter(zeros(shape));
    this.movingMean = zeros(shape);
    this.movingVar = ones(shape);
  }

  override forward(X: Tensor): Tensor {
    const [Y, movingMean, movingVar] = batchNorm(
      X,
      this.gamma,
      this.beta,
      this.movingMean,
      this.movingVar,
      1e-5,
      0.1,
    );
    [this.movingMean, this.movingVar] = [movingMean, movingVar];
    return Y;
  }
}

/** Weights from spread(), biases 0; what a normalization has stays. */
function start(net: nn.Module, scale: number): void {
  noGrad(() => {
    const weights = net.parameters().filter(({ shape }) => shape.length > 1 && shape[0] !== 1);
    for (const [i, p] of weights.entries()) p.copy_(spread(p.shape, 1000 + i, scale));
    for (const [name, p] of net.namedParameters()) if (name.endsWith("bias")) p.zero_();
  });
}

test("LeNet with a batch normalization of its own, of Dive into Deep Learning", () => {
  const net = new nn.Sequential(
    new nn.Conv2d(1, 4, 5),
    new BatchNorm(4, 4),
    new nn.Sigmoid(),
    new nn.AvgPool2d(2, 2),
    new nn.Conv2d(4, 6, 3),
    new BatchNorm(6, 4),
    new nn.Sigmoid(),
    new nn.AvgPool2d(2, 2),
    new nn.Flatten(),
    new nn.Linear(24, 20),
    new BatchNorm(20, 2),
    new nn.Sigmoid(),
    new nn.Linear(20, 16),
    new BatchNorm(16, 2),
    new nn.Sigmoid(),
    new nn.Linear(16, 4),
  );
  start(net, 0.4);
  const optimizer = new SGD(net.parameters(), { lr: 0.3 });
  const { losses, accuracies, gamma, movingMean, movingVar } = expected.lenet;
  const [lossi, right]: [number[], number[]] = [[], []];
  for (let step = 0; step < losses.length; step++) {
    const y = whole([16], 300 + (step % 6), 4);
    const grid = arange(16).float();
    const wave = y.add(1).float().reshape(16, 1, 1, 1).mul(grid).div(4).sin();
    const X = spread([16, 1, 16, 16], 400 + (step % 6), 0.5).add(wave);
    const loss = F.crossEntropy(net.forward(X), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    lossi.push(loss.item());
    right.push(noGrad(() => net.forward(X).argmax(1).eq(y).float().mean().item()));
  }
  assertNear("loss", lossi, losses);
  assert.deepEqual(right, accuracies);
  const bn = net.at(1) as BatchNorm;
  assertNear("gamma", [...bn.gamma.data], gamma);
  assertNear("moving mean", [...bn.movingMean.data], movingMean, 1e-3);
  assertNear("moving variance", [...bn.movingVar.data], movingVar);
});

class VAE extends nn.Module {
  fc1 = new nn.Linear(144, 40);
  fc21 = new nn.Linear(40, 3);
  fc22 = new nn.Linear(40, 3);
  fc3 = new nn.Linear(3, 40);
  fc4 = new nn.Linear(40, 144);

  encode(x: Tensor): [mu: Tensor, logvar: Tensor] {
    const h1 = F.relu(this.fc1.forward(x));
    return [this.fc21.forward(h1), this.fc22.forward(h1)];
  }

  reparameterize(mu: Tensor, logvar: Tensor, eps: Tensor): Tensor {
    const std = logvar.mul(0.5).exp();
    return mu.add(eps.mul(std));
  }

  /** Logits: the loss takes their sigmoid. */
  decode(z: Tensor): Tensor {
    const h3 = F.relu(this.fc3.forward(z));
    return this.fc4.forward(h3);
  }

  run(x: Tensor, eps: Tensor): [recon: Tensor, mu: Tensor, logvar: Tensor] {
    const [mu, logvar] = this.encode(x.view(-1, 144));
    const z = this.reparameterize(mu, logvar, eps);
    return [this.decode(z), mu, logvar];
  }

  override forward(): never {
    throw new TypeError("VAE: expected run(x, eps), got forward()");
  }
}

function lossFunction(recon: Tensor, x: Tensor, mu: Tensor, logvar: Tensor): [bce: Tensor, kld: Tensor] {
  const bce = F.binaryCrossEntropyWithLogits(recon, x.view(-1, 144), { reduction: "sum" });
  const kld = logvar.add(1).sub(mu.pow(2)).sub(logvar.exp()).sum().mul(-0.5);
  return [bce, kld];
}

test("a variational autoencoder, PyTorch's own example", () => {
  const model = new VAE();
  start(model, 0.2);
  const optimizer = new Adam(model.parameters(), { lr: 1e-2 });
  const { losses, divergences } = expected.vae;
  const [lossi, kldi]: [number[], number[]] = [[], []];
  for (let step = 0; step < losses.length; step++) {
    const data = spread([12, 1, 12, 12], 500 + (step % 5))
      .gt(0.3)
      .float();
    const eps = spread([12, 3], 600 + step, 2);
    optimizer.zeroGrad();
    const [recon, mu, logvar] = model.run(data, eps);
    const [bce, kld] = lossFunction(recon, data, mu, logvar);
    const loss = bce.add(kld);
    loss.backward();
    optimizer.step();
    lossi.push(loss.item());
    kldi.push(kld.item());
  }
  assertNear("loss", lossi, losses);
  assertNear("divergence", kldi, divergences, 1e-3);
});
