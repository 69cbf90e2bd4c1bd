// What is measured, the same for every peer: layers, inputs and first parameters as plain data that any language reads.

/** Numbers as the base64 of little-endian f32 (i32 for labels). */
export interface Data {
  readonly shape: readonly number[];
  readonly base64: string;
}

/** Convolutions have stride 1 and keep the size of the picture; maxPool halves it, averagePool (3×3) keeps it. */
export type Layer =
  | { readonly kind: "flatten" | "sigmoid" | "relu" | "maxPool" | "averagePool" | "globalAveragePool" }
  | { readonly kind: "linear"; readonly weight: Data; readonly bias: Data }
  | { readonly kind: "conv"; readonly weight: Data; readonly bias: Data | null }
  | ({ readonly kind: "norm" } & Norm)
  | { readonly kind: "branches"; readonly branches: readonly (readonly Layer[])[] };

export interface Norm {
  readonly weight: Data;
  readonly bias: Data;
  readonly mean: Data;
  readonly variance: Data;
}

/** One step of each task gives a number that all peers must agree on. */
export type Task =
  /** forward, cross-entropy, backward, SGD on one batch after the other; the loss. */
  | {
      readonly kind: "train";
      readonly layers: readonly Layer[];
      readonly batches: readonly { readonly x: Data; readonly labels: Data }[];
      readonly lr: number;
      readonly momentum: number;
    }
  /** Batch normalization in training, forward and backward with the gradient dy; the first of dγ. */
  | { readonly kind: "norm"; readonly norm: Norm; readonly x: Data; readonly dy: Data }
  /** mean(sigmoid(x·w + b)²) elementwise, forward and backward to w and b; its value. */
  | { readonly kind: "chain"; readonly x: Data; readonly w: Data; readonly b: Data }
  /** The layers in eval mode, without gradients; the first output. */
  | { readonly kind: "infer"; readonly layers: readonly Layer[]; readonly x: Data };

export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly task: Task;
  /** Steps whose numbers are compared, and within what part of the number (at least 1): later ones drift apart. */
  readonly compared: { readonly steps: number; readonly within: number };
}

/** Uniform numbers from `low` to `high`, the same on every run: mulberry32. */
function numbers(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const floats = (shape: readonly number[], low: number, high: number): Data => {
    const count = shape.reduce((product, size) => product * size, 1);
    return encoded(
      shape,
      Float32Array.from({ length: count }, () => low + (high - low) * next()),
    );
  };
  const labels = (count: number, classes: number): Data =>
    encoded(
      [count],
      Int32Array.from({ length: count }, () => Math.floor(next() * classes)),
    );
  return { floats, labels };
}

function encoded(shape: readonly number[], values: Float32Array | Int32Array): Data {
  return { shape, base64: Buffer.from(values.buffer).toString("base64") };
}

/** The f32 of a Data. */
export function floatsOf({ base64 }: Data): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(base64, "base64")).buffer);
}

export function labelsOf(data: Data): Int32Array {
  return new Int32Array(floatsOf(data).buffer);
}

type Numbers = ReturnType<typeof numbers>;

const constant = (count: number, value: number) => encoded([count], new Float32Array(count).fill(value));
const freshNorm = (channels: number): Norm => ({
  weight: constant(channels, 1),
  bias: constant(channels, 0),
  mean: constant(channels, 0),
  variance: constant(channels, 1),
});

/** A network's layers from its numbers, in the order of writing. */
function builder({ floats }: Numbers) {
  const linear = (inputs: number, outputs: number): Layer => {
    const bound = 1 / Math.sqrt(inputs);
    return {
      kind: "linear",
      weight: floats([outputs, inputs], -bound, bound),
      bias: floats([outputs], -bound, bound),
    };
  };
  const conv = (inputs: number, outputs: number, size: number): Layer[] => {
    const bound = 1 / Math.sqrt(inputs * size * size);
    const weight = floats([outputs, inputs, size, size], -bound, bound);
    return [{ kind: "conv", weight, bias: null }, { kind: "norm", ...freshNorm(outputs) }, { kind: "relu" }];
  };
  return { linear, conv };
}

/** The network of Ioffe & Szegedy 2015, Fig. 1. */
function perceptron(random: Numbers, normalized = true): Layer[] {
  const { linear } = builder(random);
  const norm: Layer[] = normalized ? [{ kind: "norm", ...freshNorm(100) }] : [];
  const hidden = (inputs: number): Layer[] => [linear(inputs, 100), ...norm, { kind: "sigmoid" }];
  return [...hidden(784), ...hidden(100), ...hidden(100), linear(100, 10)];
}

function convNet(random: Numbers): Layer[] {
  const { linear, conv } = builder(random);
  return [
    ...[...conv(1, 16, 3), ...conv(16, 16, 3), { kind: "maxPool" } as const],
    ...[...conv(16, 32, 3), ...conv(32, 32, 3), { kind: "maxPool" } as const],
    ...[{ kind: "flatten" } as const, linear(32 * 7 * 7, 10)],
  ];
}

function inception(random: Numbers): Layer[] {
  const { linear, conv } = builder(random);
  const module = (inputs: number): Layer => ({
    kind: "branches",
    branches: [
      conv(inputs, 16, 1),
      [...conv(inputs, 16, 1), ...conv(16, 24, 3)],
      [...conv(inputs, 8, 1), ...conv(8, 12, 3), ...conv(12, 12, 3)],
      [{ kind: "averagePool" }, ...conv(inputs, 8, 1)],
    ],
  });
  return [
    ...[...conv(3, 32, 3), module(32), { kind: "maxPool" } as const, module(60)],
    ...[{ kind: "globalAveragePool" } as const, linear(60, 10)],
  ];
}

/** Training on eight batches in turn. */
function training(
  seed: number,
  network: (random: Numbers) => Layer[],
  picture: readonly number[],
  { size, lr, momentum }: { size: number; lr: number; momentum: number },
): Task {
  const random = numbers(seed);
  const layers = network(random);
  const batches = Array.from({ length: 8 }, () => ({
    x: random.floats([size, ...picture], 0, 1),
    labels: random.labels(size, 10),
  }));
  return { kind: "train", layers, batches, lr, momentum };
}

function normalization(shape: readonly number[]): Task {
  const { floats } = numbers(4);
  const channels = shape[1]!;
  const norm = {
    ...freshNorm(channels),
    weight: floats([channels], 0.5, 1.5),
    bias: floats([channels], -1, 1),
  };
  return { kind: "norm", norm, x: floats(shape, -1, 2), dy: floats(shape, -1, 1) };
}

/** W2's network after some training, as its statistics have it; `folded`: without its norms, which the weights take in. */
function inference(size: number, folded: boolean): Task {
  const random = numbers(6);
  const trained = convNet(random).map((layer): Layer => {
    if (layer.kind !== "norm") return layer;
    const channels = layer.mean.shape[0]!;
    return {
      kind: "norm",
      weight: random.floats([channels], 0.5, 1.5),
      bias: random.floats([channels], -0.5, 0.5),
      mean: random.floats([channels], -0.1, 0.1),
      variance: random.floats([channels], 0.05, 0.2),
    };
  });
  const x = random.floats([size, 1, 28, 28], 0, 1);
  return { kind: "infer", layers: folded ? fold(trained) : trained, x };
}

function fold(layers: readonly Layer[]): Layer[] {
  return layers.flatMap((layer, i): Layer[] => {
    const norm = layers[i + 1];
    if (layer.kind === "norm") return [];
    if (layer.kind !== "conv" || norm?.kind !== "norm") return [layer];
    const [weight, gamma, beta, mean, variance] = [
      layer.weight,
      norm.weight,
      norm.bias,
      norm.mean,
      norm.variance,
    ].map(floatsOf) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
    const scale = gamma.map((value, c) => value / Math.sqrt(variance[c]! + 1e-5));
    const each = weight.length / scale.length;
    return [
      {
        kind: "conv",
        weight: encoded(
          layer.weight.shape,
          weight.map((value, j) => value * scale[Math.floor(j / each)]!),
        ),
        bias: encoded(
          [scale.length],
          beta.map((value, c) => value - mean[c]! * scale[c]!),
        ),
      },
    ];
  });
}

const exactly = { steps: 1, within: 1e-4 };

/** Made when asked for: the inputs take some memory. */
export const workloads: readonly (() => Workload)[] = [
  () => ({
    name: "W1",
    title: "MLP 784-100-100-100-10, BN and sigmoid, batch 60",
    task: training(1, perceptron, [784], { size: 60, lr: 0.1, momentum: 0 }),
    compared: { steps: 20, within: 1e-5 },
  }),
  () => ({
    name: "W1 without BN",
    title: "the same without BN",
    task: training(1, (random) => perceptron(random, false), [784], { size: 60, lr: 0.1, momentum: 0 }),
    compared: { steps: 20, within: 1e-5 },
  }),
  () => ({
    name: "W2",
    title: "conv net 1×28×28, batch 64",
    task: training(2, convNet, [1, 28, 28], { size: 64, lr: 0.001, momentum: 0.9 }),
    compared: { steps: 5, within: 5e-5 }, // two neighbors differ by 1e-6: which of them a pooling takes is up to the last digit
  }),
  () => ({
    name: "W3",
    title: "Inception-BN 3×32×32, batch 32",
    task: training(3, inception, [3, 32, 32], { size: 32, lr: 0.001, momentum: 0.9 }),
    compared: { steps: 5, within: 1e-5 },
  }),
  ...[
    [60, 100],
    [64, 32, 28, 28],
    [4096, 512],
  ].map((shape) => () => ({
    name: `W4 ${shape.join("×")}`,
    title: `BN forward and backward (${shape.join(", ")})`,
    task: normalization(shape),
    compared: exactly,
  })),
  () => {
    const { floats } = numbers(5);
    const [x, w, b] = [0, 1, 2].map(() => floats([256, 1024], -1, 1)) as [Data, Data, Data];
    return {
      name: "W5",
      title: "mean(sigmoid(x·w + b)²), 256×1024, forward and backward",
      task: { kind: "chain", x, w, b },
      compared: exactly,
    };
  },
  ...[1, 64].flatMap((size) =>
    [false, true].map((folded) => () => ({
      name: `W6 ${size}${folded ? " folded" : ""}`,
      title: `W2's net in eval mode, batch ${size}${folded ? ", BN folded" : ""}`,
      task: inference(size, folded),
      compared: exactly,
    })),
  ),
];
