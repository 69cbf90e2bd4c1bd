// What an operation costs beside its kernel: µs for tensors of a few elements, the least of many short runs, so that it says
// something on a busy machine too. `npx tsx bench/overhead.ts [part of a name]`.

import { nn, noGrad, ones, optim, type Tensor } from "../kernel/cell/bnlab";

/** Microseconds a call: the least of many runs of 50. */
function microseconds(call: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  const until = performance.now() + 700;
  while (performance.now() < until) {
    const start = performance.now();
    for (let i = 0; i < 50; i++) call();
    least = Math.min(least, performance.now() - start);
  }
  return (least * 1000) / 50;
}

const [rows, picture] = [ones([2, 4]), ones([1, 4, 3, 3])];
const { functional } = nn;
const [linear, conv, norm] = [
  new nn.Linear(4, 4),
  new nn.Conv2d(4, 4, 3, { padding: 1 }),
  new nn.BatchNorm2d(4),
];
const [frozen, pool] = [new nn.BatchNorm2d(4).eval(), new nn.MaxPool2d(2)];
const labels = ones([2], { dtype: "int32" });

/** Operations by name, on inputs of their own. */
const operations: readonly (readonly [name: string, input: Tensor, of: (x: Tensor) => Tensor])[] = [
  ["add", rows, (x) => x.add(x)],
  ["mul by a number", rows, (x) => x.mul(3)],
  ["sigmoid", rows, (x) => x.sigmoid()],
  ["relu", picture, (x) => x.relu()],
  ["sum", rows, (x) => x.sum()],
  ["mean of rows", rows, (x) => x.mean(1)],
  ["matmul", rows, (x) => x.matmul(linear.weight)],
  ["reshape", rows, (x) => x.reshape([4, 2])],
  ["Linear", rows, (x) => linear.forward(x)],
  ["Conv2d", picture, (x) => conv.forward(x)],
  ["BatchNorm2d", picture, (x) => norm.forward(x)],
  ["BatchNorm2d, evaluation", picture, (x) => frozen.forward(x)],
  ["MaxPool2d", picture, (x) => pool.forward(x)],
  ["crossEntropy", rows, (x) => functional.crossEntropy(x, labels)],
];

const network = new nn.Sequential(
  new nn.Linear(4, 4),
  new nn.BatchNorm1d(4),
  new nn.Sigmoid(),
  new nn.Linear(4, 4),
);
const optimizer = new optim.SGD(network.parameters(), { lr: 0.01, momentum: 0.9 });

const wanted = process.argv[2] ?? "";
console.log(`Node ${process.version}; µs\n`);
console.log("| operation | without gradients | recorded | with backward |");
console.log("|---|---:|---:|---:|");
for (const [name, x, of] of operations.filter(([each]) => each.includes(wanted))) {
  const input = x.clone().requiresGrad_();
  const seed = noGrad(() => of(x).clone());
  const passes = [() => noGrad(() => of(x)), () => of(input), () => of(input).backward(seed)];
  console.log(`| ${name} | ${passes.map((pass) => microseconds(pass).toFixed(2)).join(" | ")} |`);
}
const whole = [
  ["a step of SGD", () => optimizer.step()],
  ["zeroGrad of a network", () => network.zeroGrad()],
] as const;
network.forward(rows).sum().backward();
for (const [name, call] of whole.filter(([each]) => each.includes(wanted))) {
  console.log(`| ${name} | ${microseconds(call).toFixed(2)} | | |`);
}
