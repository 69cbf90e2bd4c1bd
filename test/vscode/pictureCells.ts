// What the pictures show: the cells of their notebooks.

export const tourCells = [
  `import { tensor } from "bnlab";

const x = tensor([[1, 2], [3, 4]]);
x.matmul(x)`,
  "const lr = 0.5;",
  `import { data, manualSeed, nn, optim, plot } from "bnlab";

manualSeed(0);
const digits = new data.DataLoader(data.digits({ count: 3000, seed: 1 }), { batchSize: 60 });
const layer = (from: number, to: number, bn: boolean) =>
  [new nn.Linear(from, to), ...(bn ? [new nn.BatchNorm1d(to)] : []), new nn.Sigmoid()];
const chart = plot.live(plot.loss({}, { title: "Training loss" }));
for (const [name, bn] of [["without BN", false], ["with BN", true]] as const) {
  const hidden = [...layer(784, 100, bn), ...layer(100, 100, bn)];
  const net = new nn.Sequential(new nn.Flatten(), ...hidden, new nn.Linear(100, 10));
  const optimizer = new optim.SGD(net.parameters(), { lr });
  let step = 0;
  for (let epoch = 0; epoch < 3; epoch++) {
    for (const [images, labels] of digits) {
      const loss = nn.functional.crossEntropy(net.forward(images), labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      chart.append(name, step++, loss.item());
    }
  }
}`,
];

/** What renderers draw and say: a tensor's card, a chart with its buttons, bars. */
export const outputCells = [
  `import { manualSeed, plot, progress, randn } from "bnlab";

manualSeed(1);
for (const _ of progress(40, { label: "epoch" }));
randn([64, 100])`,
  `plot.histogram({ "before BN": randn([5000]).mul(2).add(1), "after BN": randn([5000]) }, { title: "Inputs of a sigmoid" })`,
];

/** What the views beside a notebook show. */
export const viewCells = [
  `import { data, manualSeed, nn, optim, plot, progress, randn } from "bnlab";

manualSeed(0);
const digits = data.digits({ count: 600, seed: 1 });
const images = digits.images.reshape([600, 1, 28, 28]);
const weights = randn([64, 100]);
const mask = weights.gt(0);
const learningRate = 0.1;
const people = [
  { name: "Ada Lovelace", born: 1815, city: "London" },
  { name: "Frank Rosenblatt", born: 1928, city: "New York" },
  { name: "Alan Turing", born: 1912, city: "London" },
  { name: "Emmy Noether", born: 1882, city: "Erlangen" },
  { name: "Kathleen Booth", born: 1922, city: "Stourbridge" },
  { name: "Andrey Markov", born: 1856, city: "Ryazan" },
  { name: "Grace Hopper", born: 1906, city: "New York" },
];
const net = new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 100), new nn.BatchNorm1d(100), new nn.ReLU(), new nn.Linear(100, 10));
const optimizer = new optim.SGD(net.parameters(), { lr: learningRate });`,
  `const chart = plot.live(plot.loss({}, { title: "Training loss" }));
const loader = new data.DataLoader(digits, { batchSize: 60, shuffle: true, seed: 3 });
let step = 0;
for (const epoch of progress(120, { label: "epochs" })) {
  for (const [x, y] of loader) {
    const loss = nn.functional.crossEntropy(net.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    chart.append("with BN", step++, loss.item());
    await new Promise((next) => setTimeout(next, 30));
  }
}`,
];
