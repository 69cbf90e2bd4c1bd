// Elementwise results that wait until somebody reads them: the same bits as without waiting, whatever is done meanwhile, and no
// memory for what nobody reads.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { afterEach, describe, test } from "node:test";
import { collectorHost } from "../../../kernel/host/collector";
import * as optim from "../../../kernel/optim";
import { autograd, Generator, keep, noGrad, randn, Tensor, tensor, tidy } from "../../../kernel/tensor";
import { setSweeps } from "../../../kernel/tensor/doors/host";
import { Engine } from "../../../kernel/tensor/engine";
import { engine } from "../../../kernel/tensor/runtime";

const { leastCount } = engine.deferrals;

afterEach(() => {
  engine.deferrals.leastCount = leastCount;
  setSweeps(true);
});

const numbersOf = (x: Tensor): Float32Array => Float32Array.from(x.detach().contiguous().clone().data);

/** What is seen of a tensor: its numbers, or of many a digest; one NaN is like another. */
function seen(x: Tensor | null): unknown {
  if (x === null) return null;
  const numbers = numbersOf(x).map((each) => (Number.isNaN(each) ? Number.NaN : each));
  return numbers.length < 100 ? [...numbers] : createHash("sha1").update(numbers).digest("hex");
}

/** What a program may do with tensors of one shape, told apart by what `pick` draws. */
interface Machine {
  readonly pool: Tensor[];
  readonly parameters: readonly Tensor[];
  readonly optimizer: { step(): void; zeroGrad(): void };
  /** What was seen. */
  readonly log: unknown[];
  /** A whole number below `n`. */
  pick(n: number): number;
  /** A tensor of the pool, or a parameter. */
  any(): Tensor;
}

const unaries = [
  "neg",
  "abs",
  "relu",
  "sigmoid",
  "tanh",
  "square",
  "exp",
  "sqrt",
  "reciprocal",
  "log",
] as const;
const pairs = ["add", "sub", "mul", "div"] as const;

const instructions: ((m: Machine) => void)[] = [
  (m) => m.pool.push(m.any()[unaries[m.pick(unaries.length)]!]()),
  (m) => m.pool.push(m.any()[unaries[m.pick(6)]!]()),
  (m) => m.pool.push(m.any()[pairs[m.pick(4)]!](m.any())),
  (m) => m.pool.push(m.any()[pairs[m.pick(3)]!](m.any())),
  (m) => m.pool.push(m.any()[pairs[m.pick(4)]!](m.pick(7) - 3.5)),
  (m) => m.log.push(seen(m.any())),
  (m) => m.pool.splice(m.pick(m.pool.length), 1),
  (m) => m.pool.push(m.any().detach()),
  (m) => m.pool.push(m.any().transpose(0, 1).contiguous().transpose(0, 1)),
  (m) => m.pool.push(noGrad(() => m.any().mul(m.any()).add(1))),
  (m) => m.pool.push(m.any().add(m.any().select(0, 0))),
  (m) => m.log.push(m.any().sum().item()),
  (m) => noGrad(() => m.any().add_(m.any())),
  (m) => noGrad(() => m.any().mul_(0.5)),
  (m) => noGrad(() => m.any().copy_(m.any())),
  (m) => noGrad(() => m.any().sub_(m.any(), { alpha: 0.25 })),
  (m) => noGrad(() => m.any().select(0, 1).fill_(0.5)),
  (m) => {
    const x = m.any();
    noGrad(() => {
      x.data = numbersOf(m.any().mul(0.75));
    });
  },
  (m) => {
    m.any().detach().data[m.pick(9)] = 0.125;
  },
  (m) => {
    const x = m.any();
    m.log.push(tidy(() => [x.mul(2).add(m.any()).sigmoid(), x.neg()]).map(seen));
  },
  (m) => m.pool.push(tidy(() => m.any().mul(2).add(m.any()).sigmoid())),
  (m) => m.pool.push(keep(m.any().mul(1.5))),
  (m) => m.any().sub(m.any()).tanh().mean().backward(),
  (m) => m.any().mul(m.any()).sum().backward(),
  (m) => {
    const y = m.any().mul(m.any()).sigmoid();
    y.backward(randn(y.shape, { generator: new Generator(m.pick(100)) }));
  },
  (m) => {
    const x = m.any().mul(0.5);
    if (x.requiresGrad) x.registerHook((gradient) => gradient.mul(2));
    const y = x.square();
    y.mul(x).sub(y).mean().backward({ retainGraph: true });
    m.log.push(x.requiresGrad);
  },
  (m) => {
    const x = m.any().add(1);
    x.retainGrad();
    x.div(m.any().abs().add(1)).mean().backward();
    m.log.push(seen(x.grad));
  },
  (m) => {
    const found = autograd.grad(m.any().mul(m.any()).tanh().sum(), [...m.parameters], { allowUnused: true });
    m.log.push(found.map(seen));
  },
  (m) => m.log.push(m.parameters.map(({ grad }) => seen(grad))),
  (m) => {
    for (const { grad } of m.parameters) if (grad !== null) m.pool.push(grad.mul(0.5));
  },
  (m) => m.optimizer.step(),
  (m) => m.optimizer.step(),
  (m) => m.optimizer.zeroGrad(),
];

const optimizers = [
  (parameters: Tensor[]) => new optim.SGD(parameters, { lr: 0.1, momentum: 0.9 }),
  (parameters: Tensor[]) => new optim.Adam(parameters, { lr: 0.1 }),
  (parameters: Tensor[]) => new optim.RMSprop(parameters, { lr: 0.01 }),
];

/** Everything that a program sees; errors by their words. */
function run(seed: number, shape: readonly number[], length: number, waiting: boolean): unknown[] {
  setSweeps(waiting);
  const draws = new Generator(seed);
  const generator = new Generator(seed);
  const pick = (n: number) => Math.floor(draws.uniform() * n);
  const leaf = () => randn(shape, { generator }).mul(0.5).detach().clone().requiresGrad_();
  const parameters = [leaf(), leaf()];
  const machine: Machine = {
    pool: [randn(shape, { generator }), randn(shape, { generator })],
    parameters,
    optimizer: optimizers[pick(optimizers.length)]!(parameters),
    log: [],
    pick,
    any() {
      const all = [...machine.pool, ...parameters];
      return all[pick(all.length)]!;
    },
  };
  for (let i = 0; i < length; i++) {
    const instruction = instructions[pick(instructions.length)]!;
    try {
      instruction(machine);
    } catch (error) {
      if (!(error instanceof Error) || /tensor memory|undefined|null/.test(error.message)) throw error;
      machine.log.push(error.message.replace(/number \d+/, "")); // of the pass, of which there were others before
      machine.optimizer.zeroGrad(); // how far a walk came that failed is nobody's concern
    }
  }
  machine.log.push(machine.pool.map((x) => (x.storage.freedBy === null ? seen(x) : "freed")));
  machine.log.push(parameters.map((x) => [seen(x), seen(x.grad)]));
  return machine.log;
}

describe("programs see the same numbers, to the bit, whether results wait or not", () => {
  for (const [title, shape, length, programs] of [
    ["short tensors, which all wait", [3, 13], 60, 200],
    ["long tensors, whose memory backward() frees", [64, 520], 40, 6],
  ] as const) {
    test(title, () => {
      engine.deferrals.leastCount = Math.min(leastCount, shape[0] * shape[1]);
      for (let seed = 1; seed <= programs; seed++) {
        const [waiting, plain] = [true, false].map((each) => run(seed, shape, length, each));
        assert.deepEqual(waiting, plain, `program ${seed}`);
      }
    });
  }
});

const megabyte = 2 ** 20;

/** An engine with nothing in it yet, and tensors of a megabyte there. */
function apart() {
  const own = new Engine(Tensor, { maxBytes: 2 ** 28 });
  const long = (from: number) => {
    const x = own.empty([256, 1024], "float32");
    for (let i = 0; i < x.count; i++) own.f32[(x.pointer >>> 2) + i] = Math.sin(from + i);
    return x;
  };
  const taken = () => Math.floor(own.memoryUsage().liveBytes / megabyte);
  return { own, long, taken };
}

test("what nobody reads takes no memory, and what is read is computed then", () => {
  const { long, taken } = apart();
  const [x, w] = [long(1), long(2)];
  const product = x.mul(w);
  const y = product.add(x).sigmoid();
  assert.equal(taken(), 2);
  const total = y.sum().item();
  assert.equal(taken(), 3, "y alone");
  const at = (z: Tensor) => z.select(0, 3).select(0, 5).item();
  assert.equal(at(product), Math.fround(at(x) * at(w)));
  assert.equal(taken(), 4, "and the product, once it was read");
  assert.equal(y.sum().item(), total);
});

test("what a backward pass reads is stored on the way", () => {
  const gradient = (waiting: boolean) => {
    const { own, long, taken } = apart();
    own.sweeps = waiting;
    const x = long(1).requiresGrad_();
    const y = x.sigmoid().mul(3).add(1).sum();
    const tensors = taken();
    y.backward();
    return { tensors, gradient: numbersOf(x.grad!) };
  };
  const [waiting, plain] = [gradient(true), gradient(false)];
  assert.equal(plain.tensors, 4);
  assert.equal(waiting.tensors, 3, "x, what is summed, and the sigmoid for its gradient");
  assert.ok(Buffer.from(waiting.gradient.buffer).equals(Buffer.from(plain.gradient.buffer)));
});

test("a chain may be as long as it likes", () => {
  engine.deferrals.leastCount = 1;
  const chain = (waiting: boolean) => {
    setSweeps(waiting);
    let x = tensor([0.25, -3, 8]);
    for (let i = 0; i < 10_000; i++) x = x.mul(0.99).add(0.01);
    return x.toArray();
  };
  assert.deepEqual(chain(true), chain(false));
});

test("a loop that drops its results stays within the memory of some of them", () => {
  const { own, long } = apart();
  const x = long(4);
  for (let i = 0; i < 100; i++) x.mul(i).add(1);
  assert.ok(own.memoryUsage().peakBytes < 40 * megabyte, `${own.memoryUsage().peakBytes} bytes`);
});

test("a result that waits keeps what it reads, whatever becomes of that", () => {
  const { long, own } = apart();
  const [before, after] = [long(1), long(1)];
  const held = tidy(() => after.mul(2).neg());
  own.release(after.storage);
  assert.deepEqual(seen(held), seen(before.mul(-2)));
  assert.throws(() => after.sum(), /use of a freed tensor/);
});

test("where memory is full, what waits is refused to who would change what it reads, and nothing is lost", () => {
  const { own, long } = apart();
  const corner = (z: Tensor) => (z.toArray() as number[][])[3]!.slice(0, 5);
  own.setCollectorHost(collectorHost());
  const x = long(1);
  const before = corner(x);
  const waiting = x.mul(2);
  x.mul(3); // nobody holds this one: it needs no memory
  const rest: Tensor[] = [];
  assert.throws(() => {
    for (;;) rest.push(own.empty([256, 1024], "float32"));
  }, /out of tensor memory/);
  assert.throws(() => x.fill_(0), /out of tensor memory: asked for 1 MB for shape \[256, 1024\]/);
  assert.deepEqual(corner(x), before);
  own.release(x.storage); // there is no memory for what reads it, so it stays
  assert.deepEqual(corner(x), before);
  own.release(rest.pop()!.storage);
  x.fill_(0);
  assert.deepEqual(
    corner(waiting),
    corner(x).map((_, i) => Math.fround(2 * before[i]!)),
  );
});

test("what there is memory for in part alone takes none", () => {
  const { own, long } = apart();
  own.setCollectorHost(collectorHost());
  const x = long(1).requiresGrad_();
  const y = x.sigmoid().mul(2); // the sigmoid is stored too, for its gradient
  const rest: Tensor[] = [];
  assert.throws(() => {
    for (;;) rest.push(own.empty([256, 1024], "float32"));
  }, /out of tensor memory/);
  own.release(rest.pop()!.storage);
  for (let i = 0; i < 3; i++) assert.throws(() => y.toArray(), /out of tensor memory/);
  own.release(own.empty([256, 1024], "float32").storage); // the one free block is free yet
  own.release(rest.pop()!.storage);
  assert.equal((y.toArray() as number[][]).length, 256);
});

test("a walk that fails leaves no gradient waiting", () => {
  engine.deferrals.leastCount = 1;
  const [x, w] = [randn([5]).requiresGrad_(), randn([5]).requiresGrad_()];
  const y = x.mul(2);
  const z = y.square().mul(w).mul(x);
  noGrad(() => y.detach().add_(1));
  assert.throws(() => z.sum().backward(), /changed in place/);
  assert.deepEqual([x.grad, w.grad], [null, null]);
});

test("integers, flags and parts of tensors do not wait, with the same results", () => {
  engine.deferrals.leastCount = 1;
  const whole = tensor([1, 2, 3], { dtype: "int32" });
  assert.deepEqual(whole.mul(2).neg().toArray(), [-2, -4, -6]);
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  const row = x.select(0, 1);
  const doubled = row.mul(2);
  noGrad(() => x.fill_(0));
  assert.deepEqual(doubled.toArray(), [6, 8]);
});
