// Memory without dispose: loops stay flat, what the user holds is never touched, what was freed says so.

import assert from "node:assert/strict";
import test from "node:test";
import { collectorHost } from "../../kernel/host/collector";
import {
  autograd,
  batchNorm,
  crossEntropy,
  keep,
  linear,
  manualSeed,
  memoryUsage,
  noGrad,
  ones,
  randint,
  randn,
  Tensor,
  tidy,
  zeros,
} from "../../kernel/tensor";
import { setCollectorHost } from "../../kernel/tensor/doors/host";
import { sgdStep } from "../../kernel/tensor/doors/optim";
import { Engine } from "../../kernel/tensor/engine";

setCollectorHost(collectorHost());

/** A small network with all that a training loop holds: batches, BatchNorm, momentum, a moving average, an accuracy. */
class Training {
  readonly #images = randn([400, 512]);
  readonly #labels = randint(0, 5, [400]);
  readonly #w1 = randn([96, 32], { requiresGrad: true });
  readonly #gamma = ones([96], { requiresGrad: true });
  readonly #beta = zeros([96], { requiresGrad: true });
  readonly #w2 = randn([5, 96], { requiresGrad: true });
  readonly #parameters = [this.#w1, this.#gamma, this.#beta, this.#w2];
  readonly #buffers: (Tensor | null)[] = this.#parameters.map(() => null);
  readonly #runningMean = zeros([96]);
  readonly #runningVar = ones([96]);
  average = zeros([5, 96]);
  accuracy = 0;
  loss = Number.NaN;

  /** A batch is 96 KiB, left to the collector; a hidden value 18 KiB, freed by backward. The network reads 32 columns. */
  step(): Tensor {
    const rows = randint(0, 400, [48]);
    const x = this.#images.indexSelect(0, rows);
    const y = this.#labels.indexSelect(0, rows);
    const [w1, w2] = [this.#w1, this.#w2];
    const hidden = batchNorm(linear(x.slice(1, 0, 32), w1), {
      weight: this.#gamma,
      bias: this.#beta,
      runningMean: this.#runningMean,
      runningVar: this.#runningVar,
      training: true,
    });
    const logits = linear(hidden.sigmoid(), w2);
    const loss = crossEntropy(logits, y);
    for (const parameter of this.#parameters) parameter.grad = null;
    loss.backward();
    for (const [i, parameter] of this.#parameters.entries()) {
      this.#buffers[i] = sgdStep(parameter, this.#buffers[i]!, { lr: 0.05, momentum: 0.9 });
    }
    this.accuracy = logits.argmax(1).eq(y).mean().item();
    this.average = noGrad(() => this.average.mul(0.99).add(w2.mul(0.01)));
    this.loss = loss.item();
    return hidden;
  }
}

/** The heap that was touched by the first steps serves all later ones. */
function assertFlat(early: { heapBytes: number }, late: { heapBytes: number; liveBytes: number }): void {
  assert.ok(
    late.heapBytes <= early.heapBytes * 1.02,
    `heap grew from ${early.heapBytes} to ${late.heapBytes} bytes`,
  );
  assert.ok(late.heapBytes < 160 * 2 ** 20, `heap is ${late.heapBytes} bytes`);
  assert.ok(late.liveBytes <= late.heapBytes);
}

test("20,000 synchronous training steps leave the heap as it was after 2,000", () => {
  manualSeed(1);
  const training = new Training();
  const early = randn([64, 64]);
  const before = Float32Array.from(early.data);
  const view = early.add(1).data;
  const viewBefore = Float32Array.from(view);
  let at2000 = memoryUsage();
  for (let step = 0; step < 20_000; step++) {
    if (step === 2_000) at2000 = memoryUsage();
    training.step();
  }
  assertFlat(at2000, memoryUsage());
  assert.ok(
    training.loss < 0.5 && training.accuracy > 0.7,
    `loss ${training.loss}, accuracy ${training.accuracy}`,
  );
  assert.deepEqual(early.data, before, "a tensor made before the loop");
  assert.deepEqual(view, viewBefore, "a .data view whose tensor is gone");
});

test("20,000 training steps with an await each leave the heap as it was after 2,000", async () => {
  manualSeed(2);
  const training = new Training();
  let at2000 = memoryUsage();
  for (let step = 0; step < 20_000; step++) {
    if (step === 2_000) at2000 = memoryUsage();
    training.step();
    await null;
  }
  assertFlat(at2000, memoryUsage());
});

test("gradients of chosen tensors, and hooks that replace gradients, leave the heap as it was", () => {
  const w = randn([96, 96], { requiresGrad: true });
  const x = randn([48, 96]);
  w.registerHook((gradient) => gradient.clamp({ min: -1, max: 1 }));
  const step = () => {
    const hidden = linear(x, w).tanh();
    hidden.registerHook((gradient) => gradient.mul(2));
    autograd.grad(hidden.sum(), [w, hidden]);
    w.grad = null;
    linear(x, w).square().sum().backward();
  };
  for (let i = 0; i < 2_000; i++) step();
  const { heapBytes } = memoryUsage();
  for (let i = 0; i < 8_000; i++) step();
  assert.equal(memoryUsage().heapBytes, heapBytes);
});

test("forward passes without backward stay bounded", () => {
  const w = randn([1, 16], { requiresGrad: true });
  const x = randn([4096, 1]);
  for (let i = 0; i < 1_000; i++) x.mul(w).relu(); // 512 KiB a pass
  const { heapBytes } = memoryUsage();
  for (let i = 0; i < 2_000; i++) x.mul(w).relu();
  assert.equal(memoryUsage().heapBytes, heapBytes);
});

test("results of every step that are held keep their numbers", () => {
  const w = randn([200, 50], { requiresGrad: true });
  const history: { kept: Tensor; cut: Tensor; view: ArrayLike<number>; small: Tensor; sum: number }[] = [];
  for (let i = 0; i < 300; i++) {
    const base = w.mul(i); // [200, 50]: 40 KB, freed by backward unless somebody holds it
    const kept = keep(base.add(1));
    const doubled = base.mul(2);
    const seen = base.sub(1);
    const small = base.mean(1);
    kept.add(doubled).add(seen).sum().add(small.sum()).backward();
    w.grad = null;
    const sum = kept.detach().sum().item();
    history.push({ kept, cut: doubled.detach(), view: seen.data, small, sum });
  }
  const first = w.data[0]!;
  for (const [i, { kept, cut, view, small, sum }] of history.entries()) {
    assert.equal(kept.detach().sum().item(), sum);
    assert.equal(cut.data[0], Math.fround(Math.fround(first * i) * 2));
    assert.equal(view[0], Math.fround(Math.fround(first * i) - 1));
    assert.ok(Number.isFinite(small.data[0]!));
  }
});

test("a large intermediate stays readable until the end of the next backward, then says what happened", () => {
  const w = randn([100, 100], { requiresGrad: true });
  const hidden = w.mul(2);
  hidden.sum().backward();
  assert.equal(hidden.data.length, 10_000);
  const other = w.mul(3);
  other.sum().backward();
  assert.equal(other.sum().item() > Number.NEGATIVE_INFINITY, true);
  assert.equal(hidden.shape[0], 100, "its data was handed out: it stays");
  w.mul(4).sum().backward();
  assert.throws(
    () => other.sum(),
    /use of a freed tensor \[100, 100\]: backward\(\) number \d+ freed it.*keep\(t\).*t\.detach\(\).*before the next backward/,
  );
  assert.throws(() => other.detach(), /use of a freed tensor/);
  assert.match(String(hidden.data[0]), /\d/);
});

test("two networks in one loop: losses and logits of both stay readable after both backwards", () => {
  const a = randn([300, 300], { requiresGrad: true });
  const b = randn([300, 300], { requiresGrad: true });
  const logitsA = a.mean(0);
  logitsA.square().sum().backward();
  const logitsB = b.mean(0);
  const lossB = logitsB.square().sum();
  lossB.backward();
  b.mul(1).sum().backward();
  assert.ok(Number.isFinite(logitsA.data[0]! + logitsB.data[0]! + lossB.item()));
});

test("tidy frees what it made except its result, its graph and what is kept", () => {
  const w = randn([100, 100], { requiresGrad: true });
  const { liveStorages } = memoryUsage();
  let lost: Tensor | undefined;
  let kept: Tensor | undefined;
  const result = tidy(() => {
    lost = w.detach().add(1);
    kept = keep(w.detach().add(2));
    return { loss: w.square().sum(), list: [w.detach().add(3)] };
  });
  // kept, square, its sum, and the list's tensor
  assert.equal(memoryUsage().liveStorages, liveStorages + 4);
  assert.throws(
    () => lost!.sum(),
    /tidy\(\) freed it at its end; return it from tidy\(\), or mark it with keep/,
  );
  assert.equal(kept!.shape[0], 100);
  result.loss.backward();
  assert.equal(result.list[0]!.data.length, 10_000);
  assert.deepEqual(w.grad!.data, w.detach().mul(2).data);
});

test("a full heap is an error that can be caught; freed blocks then serve any size", () => {
  const engine = new Engine(Tensor, { maxBytes: 32 * 2 ** 20 });
  engine.setCollectorHost(collectorHost());
  const fill = (elements: number) => {
    const held: Tensor[] = [];
    assert.throws(() => {
      for (;;) held.push(engine.empty([elements], "float32"));
    }, /^RangeError: out of tensor memory: asked for .* for shape \[\d+\], with [\d.]+ MB of 32 MB in use by \d+ tensors; drop references/);
    return held.length;
  };
  // What nobody holds any more is found again, whatever the sizes before and after.
  assert.ok(fill(25_000) > 250);
  assert.ok(fill(2_000_000) >= 3);
  assert.ok(fill(25_000) > 250);
  const big = engine.empty([6_000_000], "float32");
  assert.throws(() => engine.empty([6_000_000], "float32"), /out of tensor memory/);
  assert.throws(() => big.add(1).sum(), /asked for 22\.9 MB for shape \[6000000\]/);
});

test("a size beyond all memory is an error that names the shape, and never a small block", () => {
  const guard = randn([16]);
  const before = Float32Array.from(guard.data);
  for (const elements of [2 ** 30, 2 ** 32 + 16, 2 ** 36 + 256, 2 ** 52]) {
    assert.throws(
      () => zeros([elements]),
      new RegExp(`^RangeError: out of tensor memory: asked for .* for shape \\[${elements}\\]`),
    );
  }
  assert.throws(() => ones([2 ** 20, 1]).add(ones([2 ** 20])), /for shape \[1048576, 1048576\]/);
  assert.deepEqual(guard.data, before);
});

test("memory that runs out within backward() is an error to catch: numbers stay, and the next backward() goes", () => {
  const engine = new Engine(Tensor, { maxBytes: 2 ** 24 });
  engine.setCollectorHost(collectorHost());
  const w = engine.empty([500_000], "float32").fill_(3).requiresGrad_(); // 2 MB of 16
  const held: Tensor[] = [];
  const loss = w.exp().mul(w).sum();
  const fill = () => {
    for (;;) held.push(engine.empty([100_000], "float32").fill_(7));
  };
  assert.throws(fill, /^RangeError: out of tensor memory/);
  assert.throws(
    () => loss.backward(),
    /^RangeError: out of tensor memory: asked for .* for shape \[500000\]/,
  );
  assert.ok(held.every((tensor) => tensor.data[99_999] === 7));
  assert.equal(w.data[499_999], 3);
  held.length = 0;
  w.grad = null;
  w.mul(2).sum().backward();
  assert.equal(w.grad!.data[0], 2);
});

test("a tidy around a long loop does not hold what the loop drops", () => {
  const x = randn([256, 1024]);
  const { heapBytes } = memoryUsage();
  const last = tidy(() => {
    let y = x.add(1);
    for (let i = 0; i < 400; i++) y = x.add(i); // 400 MiB in all
    return y;
  });
  assert.ok(memoryUsage().heapBytes < heapBytes + 192 * 2 ** 20);
  assert.equal(last.data[0], Math.fround(x.data[0]! + 399));
});

test("without a host, memory seen by arrays that nobody has any more goes between turns, as the platform collects", async () => {
  const engine = new Engine(Tensor, { maxBytes: 2 ** 24 });
  const held = engine.empty([1000], "float32").fill_(3).data;
  for (let i = 0; i < 50; i++) assert.equal(engine.empty([1000], "float32").data.length, 1000);
  engine.collect(); // only now are they held weakly, and until this turn ends
  assert.ok(engine.memoryUsage().liveStorages >= 51);
  await new Promise((resolve) => setTimeout(resolve, 0));
  collectorHost().collect(); // the platform, whenever it likes
  await new Promise((resolve) => setTimeout(resolve, 0));
  engine.collect();
  assert.ok(engine.memoryUsage().liveStorages <= 3, `${engine.memoryUsage().liveStorages} storages live on`);
  assert.equal(held[999], 3);
});
