// One figure of each kind, from numbers that a small network really gave: what a person looks at, and docs/charts.md shows.
import { DataLoader, digits, randomSplit } from "../../kernel/data";
import { BatchNorm1d, Flatten, Linear, Sequential, Sigmoid } from "../../kernel/nn";
import { crossEntropy } from "../../kernel/nn/functional";
import { SGD } from "../../kernel/optim";
import * as plot from "../../kernel/plot";
import { activations, surface } from "../../kernel/probe";
import { manualSeed, noGrad, type Tensor } from "../../kernel/tensor";
import { normals, uniform } from "./samples";

const arms = ["without BN", "with BN"] as const;
type Arm = (typeof arms)[number];
type ByArm<T> = Record<Arm, T>;
const byArm = <T>(make: (arm: Arm) => T) =>
  Object.fromEntries(arms.map((arm) => [arm, make(arm)])) as ByArm<T>;

const stepCount = 240;
const lookEvery = 20;
const width = 40;

/** Three sigmoid layers over 28×28 pictures; by name, the modules whose outputs are looked at. */
function network(arm: Arm): { net: Sequential; layers: Record<string, string>; last: string } {
  const parts = [784, width, width].flatMap((from) => [
    new Linear(from, width),
    ...(arm === "with BN" ? [new BatchNorm1d(width)] : []),
    new Sigmoid(),
  ]);
  const net = new Sequential(new Flatten(), ...parts, new Linear(width, 10));
  const each = parts.length / 3;
  return {
    net,
    layers: Object.fromEntries([1, 2, 3].map((layer) => [`layer ${layer}`, String(layer * each)])),
    last: String(3 * each - 1),
  };
}

interface Training {
  net: Sequential;
  losses: number[];
  accuracy: { x: number[]; y: number[] };
  /** What goes into the last sigmoid, for the test pictures. */
  inputs: { x: number[]; values: Float32Array[] };
  /** Outputs by layer at the end. */
  outputs: Record<string, Float32Array>;
}

const [train, test] = randomSplit(digits({ count: 1700, seed: 1 }), [1500, 200], { seed: 2 });

function training(arm: Arm, seed: number, lr = 0.1): Training {
  manualSeed(seed);
  const { net, layers, last } = network(arm);
  const optimizer = new SGD(net.parameters(), { lr, momentum: 0.9 });
  const loader = new DataLoader(train, { batchSize: 50, shuffle: true, seed });
  const found: Training = {
    net,
    losses: [],
    accuracy: { x: [], y: [] },
    inputs: { x: [], values: [] },
    outputs: {},
  };
  const look = (step: number) => {
    net.eval();
    found.accuracy.x.push(step);
    found.accuracy.y.push(noGrad(() => predicted(net).eq(test.labels).mean().item()));
    found.inputs.x.push(step);
    found.inputs.values.push(activations(net, test.images, { layers: { last } }).last!);
    if (step === stepCount) found.outputs = activations(net, test.images, { layers });
    net.train();
  };
  while (found.losses.length < stepCount) {
    for (const [images, labels] of loader) {
      if (found.losses.length === stepCount) break;
      if (found.losses.length % lookEvery === 0) look(found.losses.length);
      const loss = crossEntropy(net.forward(images), labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      found.losses.push(loss.item());
    }
  }
  look(stepCount);
  return found;
}

const predicted = (net: Sequential): Tensor => net.forward(test.images).argmax(1);

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** All kinds; takes some seconds of training. */
export function gallery(): Record<string, plot.Figure> {
  const seeds = [1, 2, 3, 4, 5];
  const runs = byArm((arm) => seeds.map((seed) => training(arm, seed)));
  const first = byArm((arm) => runs[arm][0]!);
  const rates = [0.01, 0.03, 0.1, 0.3, 1, 3];
  const byRate = byArm((arm) => rates.map((lr) => training(arm, 1, lr)));
  const normal = normals(4000, 5);
  const next = uniform(6);
  const exponential = normal.map(() => -Math.log(1 - next()) - 1);
  const bimodal = normal.map((z) => (next() < 0.5 ? -0.95 : 0.95) + 0.31 * z);
  first["with BN"].net.eval();
  const { net } = first["with BN"];
  const landscape = surface(net, () => crossEntropy(net.forward(test.images), test.labels), { points: 25 });
  const guesses = noGrad(() => predicted(net)).data;
  const quantiles = byArm((arm) => plot.quantiles({ "": first[arm].inputs }, { yTitle: "input" }));
  const finalAccuracy = byArm((arm) => runs[arm].map(({ accuracy }) => accuracy.y.at(-1)!));
  const best = ({ accuracy }: Training) => Math.max(...accuracy.y);
  const looks = [20, 100, stepCount];
  const heat = (arm: Arm) =>
    looks.map((step) =>
      byRate[arm].map(({ accuracy }) => Math.round(100 * accuracy.y[accuracy.x.indexOf(step)]!)),
    );
  return {
    loss: plot.loss(
      byArm((arm) => runs[arm].map(({ losses }) => losses)),
      { title: "Training loss: median and range of five seeds", smoothing: 0.9, logY: true },
    ),
    line: plot
      .line(
        byArm((arm) =>
          runs[arm].map(({ accuracy }) => ({ x: accuracy.x, y: accuracy.y.map((y) => 100 * y) })),
        ),
        { title: "Test accuracy", xTitle: "step", yTitle: "correct (%)" },
      )
      .rule({ y: 10 }, { label: "chance" })
      .band({ y: [90, 100] }, { label: "90 % and better", color: plot.palette[2] }),
    histogram: plot.histogram(
      byArm((arm) => first[arm].outputs),
      { title: "各层激活值的分布：有无批归一化", xTitle: "激活值", yTitle: "占比", range: [0, 1] },
    ),
    ridge: plot.ridge(
      first["with BN"].inputs.x.map((step, at) => [step, first["with BN"].inputs.values[at]!] as const),
      { title: "Input of the last sigmoid over training, with BN", xTitle: "input" },
    ),
    quantiles: plot.compare(quantiles, {
      title: "15th, 50th and 85th percentile of the last sigmoid's input",
    }),
    heatmap: plot.heatmap(
      arms.map((arm) => byRate[arm].map(({ accuracy }) => 100 * accuracy.y.at(-1)!)),
      {
        title: "Test accuracy by learning rate",
        x: rates,
        y: arms,
        xTitle: "learning rate",
        zTitle: "correct (%)",
        range: [0, 100],
      },
    ),
    "heatmap-log": plot.heatmap(gradientsByDepth(), {
      title: "Mean |gradient| of sigmoid networks at initialization",
      xTitle: "layer",
      yTitle: "depth",
      y: [2, 4, 6, 8, 10, 12],
      x: Array.from({ length: 12 }, (_, at) => at + 1),
      zTitle: "|gradient|",
      log: true,
      format: (value) => value.toExponential(0).replace("e", "e"),
      values: false,
    }),
    images: plot.images(test.images, {
      title: "Twenty test digits: true → predicted",
      labels: Array.from({ length: 20 }, (_, at) => `${test.labels.data[at]} → ${guesses[at]}`),
      count: 20,
    }),
    confusion: plot.confusion(test.labels, guesses, { title: "With BN, after 240 steps" }),
    surface: plot.surface(landscape.losses, {
      x: landscape.x,
      y: landscape.y,
      title: "Loss around the trained weights, with BN",
      xTitle: "random direction 1",
      yTitle: "random direction 2",
      zTitle: "loss",
    }),
    curve: plot
      .curve(
        { sigmoid, "slope × 4": (x) => 4 * sigmoid(x) * (1 - sigmoid(x)) },
        {
          title: "Where a sigmoid's inputs lie",
          xTitle: "input",
          yTitle: "output",
          range: [-15, 15],
          density: { "inputs × 1": normal, "inputs × 5": normal.map((z) => 5 * z) },
        },
      )
      .band({ x: [4.6, 15] }, { label: "saturated: σ′ < 0.01" })
      .band({ x: [-15, -4.6] }),
    qq: plot.qq(
      { Gaussian: normal, exponential, "two peaks": bimodal },
      { title: "Mean 0 and variance 1 do not make a Gaussian" },
    ),
    parallelCoordinates: plot.parallelCoordinates(
      {
        "learning rate": arms.flatMap((arm) => byRate[arm].flatMap((_, at) => [rates[at]!])),
        network: arms.flatMap((arm) => byRate[arm].map(() => arm)),
        "loss after 20 steps": arms.flatMap((arm) => byRate[arm].map(({ losses }) => losses[19]!)),
        "last loss": arms.flatMap((arm) => byRate[arm].map(({ losses }) => losses.at(-1)!)),
      },
      { title: "Which runs learn" },
    ),
    scatter: plot.scatter(
      byArm((arm) => ({
        x: byRate[arm].flatMap((_, at) => [rates[at]!]),
        y: byRate[arm].map(({ losses }) => losses.slice(-20).reduce((sum, loss) => sum + loss, 0) / 20),
      })),
      {
        title: "Loss after 240 steps",
        xTitle: "learning rate",
        yTitle: "mean of the last 20 losses",
        logX: true,
        logY: true,
      },
    ),
    bars: plot.bars(
      Object.fromEntries(
        arms.map((arm) => [arm, { "at its best": runs[arm].map(best), "at the end": finalAccuracy[arm] }]),
      ),
      { title: "Test accuracy: median and range of five seeds", yTitle: "correct", yRange: [0, 1] },
    ),
    grid: plot.grid(
      {
        Loss: plot.loss(
          byArm((arm) => first[arm].losses),
          { smoothing: 0.9 },
        ),
        Accuracy: plot.line(
          byArm((arm) => first[arm].accuracy),
          { xTitle: "step" },
        ),
        "Last layer": plot.histogram(
          { "layer 3": first["with BN"].outputs["layer 3"]! },
          { xTitle: "output" },
        ),
        "Final accuracy": plot.bars(finalAccuracy, { yTitle: "correct", yRange: [0, 1] }),
      },
      { title: "One run at a glance" },
    ),
    "compare-heatmaps": plot.compare(
      byArm((arm) =>
        plot.heatmap(heat(arm), {
          x: rates,
          y: looks,
          xTitle: "learning rate",
          yTitle: "step",
          zTitle: "correct (%)",
        }),
      ),
      { title: "Test accuracy: one scale of colors for both" },
    ),
    frames: plot.frames(
      first["without BN"].inputs.x.map((step, at) => ({
        label: step,
        figure: plot.histogram(
          byArm((arm) => ({ "input of the last sigmoid": first[arm].inputs.values[at]! })),
          { title: "Input of the last sigmoid", xTitle: "input", range: [-6, 6] },
        ),
      })),
      { prefix: "step " },
    ),
  };
}

/** Mean size of the gradient at each layer's input, for networks of several depths before any training. */
function gradientsByDepth(): number[][] {
  return [2, 4, 6, 8, 10, 12].map((depth) => {
    manualSeed(depth);
    const layers = Array.from({ length: depth }, () => [new Linear(width, width), new Sigmoid()]);
    const net = new Sequential(...layers.flat());
    const first = new Sequential(new Flatten(), new Linear(784, width));
    const head = new Linear(width, 10);
    crossEntropy(head.forward(net.forward(first.forward(test.images))), test.labels).backward();
    const sizes = layers.map(([linear]) => {
      const grad = (linear as Linear).weight.grad!.data;
      return (grad as Float32Array).reduce((sum, value) => sum + Math.abs(value), 0) / grad.length;
    });
    return Array.from({ length: 12 }, (_, at) => sizes[at] ?? Number.NaN);
  });
}
