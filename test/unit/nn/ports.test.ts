// Six scripts as people write them in PyTorch, line by line: their losses beside PyTorch's, from the same weights and batches.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { load, save } from "../../../kernel/checkpoint";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";
import * as nn from "../../../kernel/nn";
import {
  Adam,
  type AdamSettings,
  EarlyStopping,
  type EarlyStoppingState,
  type OptimizerState,
  type PlateauState,
  ReduceLROnPlateau,
  SGD,
} from "../../../kernel/optim";
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
  dcgan: { discriminator: number[]; generator: number[]; fooled: number[] };
  resnet: {
    pretrained: number[];
    head: number[];
    still: [weight: number, mean: number];
    tuned: number[];
    evaluated: number;
  };
  earlyStopping: {
    trainLosses: number[];
    validLosses: number[];
    rates: number[];
    bestEpoch: number;
    restored: number;
  };
}>("ports");

setMachine(thisMachine);

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

test("DCGAN, PyTorch's tutorial", () => {
  const [nz, ngf, ndf, batch] = [5, 6, 6, 8];
  const netG = new nn.Sequential(
    new nn.ConvTranspose2d(nz, ngf * 2, 4, { bias: false }),
    new nn.BatchNorm2d(ngf * 2),
    new nn.ReLU(),
    new nn.ConvTranspose2d(ngf * 2, ngf, 4, { stride: 2, padding: 1, bias: false }),
    new nn.BatchNorm2d(ngf),
    new nn.ReLU(),
    new nn.ConvTranspose2d(ngf, 1, 4, { stride: 2, padding: 1, bias: false }),
    new nn.Tanh(),
  );
  const netD = new nn.Sequential(
    new nn.Conv2d(1, ndf, 4, { stride: 2, padding: 1, bias: false }),
    new nn.LeakyReLU(0.2),
    new nn.Conv2d(ndf, ndf * 2, 4, { stride: 2, padding: 1, bias: false }),
    new nn.BatchNorm2d(ndf * 2),
    new nn.LeakyReLU(0.2),
    new nn.Conv2d(ndf * 2, 1, 4, { bias: false }),
    new nn.Sigmoid(),
  );
  const weightsInit = (m: nn.Module) => {
    if (!(m instanceof nn.Conv2d || m instanceof nn.ConvTranspose2d)) return;
    const { shape } = m.weight;
    const seed = shape.reduce((sum, size) => sum + size, 0);
    m.weight.data = spread(shape, seed, 0.2);
  };
  netG.apply(weightsInit);
  netD.apply(weightsInit);
  const criterion = new nn.BCELoss();
  const optimizerD = new Adam(netD.parameters(), { lr: 0.002, betas: [0.5, 0.999] });
  const optimizerG = new Adam(netG.parameters(), { lr: 0.002, betas: [0.5, 0.999] });
  const { discriminator, generator, fooled } = expected.dcgan;
  const [lossesD, lossesG, outputs]: [number[], number[], number[]] = [[], [], []];
  for (let step = 0; step < discriminator.length; step++) {
    netD.zeroGrad();
    const real = spread([batch, 1, 16, 16], 700 + step);
    const label = ones([batch]);
    const errDReal = criterion.forward(netD.forward(real).view(-1), label);
    errDReal.backward();
    const noise = spread([batch, nz, 1, 1], 800 + step, 1.7);
    const fake = netG.forward(noise);
    label.fill_(0);
    const errDFake = criterion.forward(netD.forward(fake.detach()).view(-1), label);
    errDFake.backward();
    const errD = errDReal.add(errDFake);
    optimizerD.step();
    netG.zeroGrad();
    label.fill_(1);
    const output = netD.forward(fake).view(-1);
    const errG = criterion.forward(output, label);
    errG.backward();
    optimizerG.step();
    lossesD.push(errD.item());
    lossesG.push(errG.item());
    outputs.push(output.mean().item());
  }
  assertNear("discriminator", lossesD, discriminator);
  assertNear("generator", lossesG, generator);
  assertNear("fooled", outputs, fooled);
});

class BasicBlock extends nn.Module {
  readonly conv1: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly relu = new nn.ReLU();
  readonly conv2: nn.Conv2d;
  readonly bn2: nn.BatchNorm2d;
  readonly downsample: nn.Module | null;

  constructor(inplanes: number, planes: number, stride = 1, downsample: nn.Module | null = null) {
    super();
    this.downsample = downsample;
    this.conv1 = new nn.Conv2d(inplanes, planes, 3, { stride, padding: 1, bias: false });
    this.bn1 = new nn.BatchNorm2d(planes);
    this.conv2 = new nn.Conv2d(planes, planes, 3, { padding: 1, bias: false });
    this.bn2 = new nn.BatchNorm2d(planes);
  }

  override forward(x: Tensor): Tensor {
    const identity = this.downsample === null ? x : this.downsample.forward(x);
    let out = this.relu.forward(this.bn1.forward(this.conv1.forward(x)));
    out = this.bn2.forward(this.conv2.forward(out));
    return this.relu.forward(out.add(identity));
  }
}

class ResNet extends nn.Module {
  readonly conv1 = new nn.Conv2d(1, 6, 3, { padding: 1, bias: false });
  readonly bn1 = new nn.BatchNorm2d(6);
  readonly relu = new nn.ReLU();
  readonly maxpool = new nn.MaxPool2d(3, 2, 1);
  readonly layer1 = new nn.Sequential(new BasicBlock(6, 6));
  readonly layer2 = new nn.Sequential(
    new BasicBlock(
      6,
      12,
      2,
      new nn.Sequential(new nn.Conv2d(6, 12, 1, { stride: 2, bias: false }), new nn.BatchNorm2d(12)),
    ),
    new BasicBlock(12, 12),
  );
  readonly avgpool = new nn.AdaptiveAvgPool2d(1);
  fc: nn.Linear;

  constructor(numClasses: number) {
    super();
    this.fc = new nn.Linear(12, numClasses);
  }

  override forward(input: Tensor): Tensor {
    let x = this.maxpool.forward(this.relu.forward(this.bn1.forward(this.conv1.forward(input))));
    x = this.layer2.forward(this.layer1.forward(x));
    return this.fc.forward(this.avgpool.forward(x).flatten(1));
  }
}

test("a ResNet: its frozen body under a new head, then fine-tuned, as PyTorch's transfer learning tutorial", () => {
  const model = new ResNet(4);
  start(model, 0.4);
  const criterion = new nn.CrossEntropyLoss();
  const train = (optimizer: SGD, steps: number, seed: number, classes: number) => {
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      const inputs = spread([8, 1, 12, 12], seed + (step % 3));
      const labels = whole([8], seed + 50 + (step % 3), classes);
      optimizer.zeroGrad();
      const loss = criterion.forward(model.forward(inputs), labels);
      loss.backward();
      optimizer.step();
      losses.push(loss.item());
    }
    return losses;
  };
  const { pretrained, head, still, tuned, evaluated } = expected.resnet;
  assertNear(
    "pretraining",
    train(new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 }), 8, 900, 4),
    pretrained,
  );
  for (const param of model.parameters()) param.requiresGrad = false;
  model.fc = new nn.Linear(model.fc.inFeatures, 3);
  start(model.fc, 0.4);
  model.eval();
  const before = Object.entries(model.stateDict()).map(([name, each]) => [name, each.toArray()] as const);
  assertNear("head", train(new SGD(model.fc.parameters(), { lr: 0.1, momentum: 0.9 }), 10, 1000, 3), head);
  const after = model.stateDict();
  for (const [name, each] of before) {
    if (!name.startsWith("fc")) assert.deepEqual(after[name]!.toArray(), each, name);
  }
  assertNear("the body", [model.conv1.weight.sum().item(), model.bn1.runningMean!.sum().item()], still, 1e-3);
  for (const param of model.parameters()) param.requiresGrad = true;
  model.train();
  assertNear(
    "fine-tuning",
    train(new SGD(model.parameters(), { lr: 0.01, momentum: 0.9 }), 8, 1100, 3),
    tuned,
  );
  model.eval();
  const loss = criterion.forward(model.forward(spread([8, 1, 12, 12], 1200)), whole([8], 1250, 3));
  assertNear("evaluation", [loss.item()], [evaluated]);
});

/** Where a training that is to go on has stopped: PyTorch's recipe of general checkpoints. */
interface Checkpoint {
  readonly epoch: number;
  readonly model: nn.StateDict;
  readonly optimizer: OptimizerState<AdamSettings>;
  readonly scheduler: PlateauState;
  readonly stopping: EarlyStoppingState;
}

test("early stopping keeps the best weights in a file; a training that was stopped goes on to the bit", (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "bnlab-early-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const best = path.join(folder, "checkpoint.safetensors");
  const general = path.join(folder, "general.safetensors");
  const dataset = (count: number, seed: number) => {
    const X = spread([count, 6], seed);
    return [
      X,
      X.sum(1)
        .add(spread([count], seed + 1, 1.5))
        .gt(0)
        .int(),
    ] as const;
  };
  const [X, Y] = dataset(48, 1300);
  const [XValid, YValid] = dataset(64, 1310);

  const make = (scale: number) => {
    const model = new nn.Sequential(
      new nn.Linear(6, 24, { bias: false }),
      new nn.BatchNorm1d(24),
      new nn.ReLU(),
      new nn.Linear(24, 24, { bias: false }),
      new nn.BatchNorm1d(24),
      new nn.ReLU(),
      new nn.Linear(24, 2),
    );
    start(model, scale);
    const optimizer = new Adam(model.parameters(), { lr: 0.003, weightDecay: 1e-3 });
    const scheduler = new ReduceLROnPlateau(optimizer, { factor: 0.5, patience: 2 });
    const stopping = new EarlyStopping({ patience: 5, minDelta: 1e-3, restoreBest: model });
    return { model, optimizer, scheduler, stopping };
  };
  const validate = (model: nn.Module) => {
    model.eval();
    return noGrad(() => F.crossEntropy(model.forward(XValid), YValid).item());
  };
  const trainModel = (
    { model, optimizer, scheduler, stopping }: ReturnType<typeof make>,
    firstEpoch: number,
  ) => {
    const [trainLosses, validLosses, rates]: [number[], number[], number[]] = [[], [], []];
    for (let epoch = firstEpoch; epoch < 60; epoch++) {
      model.train();
      let sumOfLosses = 0;
      for (const batch of spread([48], 1400 + epoch)
        .argsort()
        .split(12)) {
        optimizer.zeroGrad();
        const loss = F.crossEntropy(model.forward(X.index(batch)), Y.index(batch));
        loss.backward();
        optimizer.step();
        sumOfLosses += loss.item() * batch.shape[0]!;
      }
      trainLosses.push(sumOfLosses / X.shape[0]!);
      const validLoss = validate(model);
      validLosses.push(validLoss);
      scheduler.step(validLoss);
      rates.push(optimizer.paramGroups[0]!.lr);
      const isOver = stopping.step(validLoss);
      if (stopping.bestStep === epoch) save(best, model.stateDict());
      if (epoch === 8 && firstEpoch === 0) {
        save(general, {
          epoch,
          model: model.stateDict(),
          optimizer: optimizer.stateDict(),
          scheduler: scheduler.stateDict(),
          stopping: stopping.stateDict(),
        });
      }
      if (isOver) break;
    }
    return { trainLosses, validLosses, rates };
  };
  const bits = (state: Readonly<Record<string, Tensor>>) =>
    Object.entries(state).map(([name, each]) => [name, [...each.data]]);

  const whole = make(0.5);
  const { trainLosses, validLosses, rates } = trainModel(whole, 0);
  const wanted = expected.earlyStopping;
  assertNear("training loss", trainLosses, wanted.trainLosses);
  assertNear("validation loss", validLosses, wanted.validLosses);
  assert.deepEqual(rates, wanted.rates);
  assert.equal(whole.stopping.bestStep, wanted.bestEpoch);
  const fromFile = load<nn.StateDict>(best);
  assert.deepEqual(bits(whole.model.stateDict()), bits(fromFile), "restoreBest puts back what was saved");
  const other = make(0.1).model;
  other.loadStateDict(fromFile);
  assertNear("loss of the best weights", [validate(other)], [wanted.restored]);

  const resumed = make(0.1);
  const saved = load<Checkpoint>(general);
  resumed.model.loadStateDict(saved.model);
  resumed.optimizer.loadStateDict(saved.optimizer);
  resumed.scheduler.loadStateDict(saved.scheduler);
  resumed.stopping.loadStateDict(saved.stopping);
  const from = saved.epoch + 1;
  assert.deepEqual(trainModel(resumed, from), {
    trainLosses: trainLosses.slice(from),
    validLosses: validLosses.slice(from),
    rates: rates.slice(from),
  });
  assert.deepEqual(resumed.stopping.best, whole.stopping.best);
  assert.deepEqual(resumed.optimizer.stateDict(), whole.optimizer.stateDict());
  assert.deepEqual(bits(resumed.model.stateDict()), bits(fromFile));
});
