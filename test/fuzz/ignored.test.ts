// No argument is ignored: every public function, method and class given one argument more than it takes, an option that
// it does not know, and a flag that is neither true nor false, says so. The compiler tells what there is, so that what is new is covered by itself.

import assert from "node:assert/strict";
import { test } from "node:test";
import { experiment } from "../../kernel/bnlab/experiment";
import * as lesson from "../../kernel/bnlab/lesson";
import * as plot from "../../kernel/bnlab/plot";
import * as probe from "../../kernel/bnlab/probe";
import * as ui from "../../kernel/bnlab/ui";
import * as checkpoint from "../../kernel/checkpoint";
import * as data from "../../kernel/data";
import { Experiment } from "../../kernel/experiment";
import * as nn from "../../kernel/nn";
import { deepcopy } from "../../kernel/nn/deepcopy";
import * as optim from "../../kernel/optim";
import * as safetensors from "../../kernel/safetensors";
import * as tensors from "../../kernel/tensor";
import { autograd, randn, tensor, zeros } from "../../kernel/tensor";
import { nearest } from "../../kernel/tensor/arguments";
import { layers } from "../unit/layers";
import { type Callable, Surface } from "../unit/surface";

const surface = new Surface();

type Called = (...args: unknown[]) => unknown;

/** What is wrong with how the call took what it has no use for, or nothing. */
function complaintOf(name: string, call: () => unknown, wanted: RegExp): string[] {
  try {
    call();
    return [`${name}: took it`];
  } catch (error) {
    const { message } = error as Error;
    return wanted.test(message) ? [] : [`${name}: said only ${message}`];
  }
}

const optimizer = () => new optim.SGD([new nn.Parameter(zeros([2]))], { lr: 1 });

/** First arguments without which a constructor does not come to look at the others. */
const leading: Readonly<Record<string, () => unknown[]>> = {
  Parameter: () => [zeros([2])],
  InceptionReduction: () => [4],
  InceptionV1: () => [4],
  InceptionV2: () => [4],
  AveragedModel: () => [new nn.Linear(1, 1)],
  StepLR: () => [optimizer(), { stepSize: 1 }],
  MultiStepLR: () => [optimizer(), { milestones: [1] }],
  ExponentialLR: () => [optimizer(), { gamma: 1 }],
  CosineAnnealingLR: () => [optimizer(), { tMax: 1 }],
  LambdaLR: () => [optimizer(), { lrLambda: () => 1 }],
  MultiplicativeLR: () => [optimizer(), { lrLambda: () => 1 }],
  CosineAnnealingWarmRestarts: () => [optimizer(), { t0: 1 }],
  CyclicLR: () => [optimizer(), { baseLr: 1, maxLr: 1, cycleMomentum: false }],
  SequentialLR: () => {
    const own = optimizer();
    return [own, { schedulers: [new optim.StepLR(own, { stepSize: 1 })], milestones: [] }];
  },
  ChainedScheduler: () => [[new optim.StepLR(optimizer(), { stepSize: 1 })]],
  OneCycleLR: () => [optimizer(), { maxLr: 1, totalSteps: 9 }],
  digits: () => [{}],
  ImageDataset: () => [zeros([1, 1, 2, 2]), tensor(Int32Array.of(0)), ["a"]],
  TableDataset: () => [zeros([1, 2]), tensor(Int32Array.of(0))],
  RandomRotation: () => [10],
  slider: () => [0, 1],
  "ui.select": () => [["a"]],
  button: () => ["a"],
  TransformerEncoder: () => [new nn.TransformerEncoderLayer(2, 1, { dimFeedforward: 2 }), 1],
  TransformerDecoder: () => [new nn.TransformerDecoderLayer(2, 1, { dimFeedforward: 2 }), 1],
};

/** State to go on from, which is no option: what it lacks is told. */
const state = new Set(["loadStateDict"]);

/** One argument too many, and an unknown option in the place of the options. */
function attack({ name, parameters }: Callable, call: Called, label = name): string[] {
  if (parameters.some(({ rest }) => rest) && !parameters.some(({ properties }) => properties.length > 0))
    return [];
  const complaints: string[] = [];
  const given = parameters.filter(({ rest }) => !rest);
  // Functions made of methods come to the method's other arguments once they have its tensor.
  const before =
    (leading[label] ?? leading[name])?.() ?? (parameters[0]?.name === "input" ? [randn([3, 3])] : []);
  // Options may stand as positions, too, in PyTorch's order.
  const more = given.some(({ properties }) => properties.length > 0) ? 9 : 1;
  const surplus = [...given.map((_, i) => before[i]), ...new Array<unknown>(more).fill(7)];
  complaints.push(
    ...complaintOf(
      `${label} with ${surplus.length} arguments`,
      () => call(...surplus),
      /: expected (at most|no) .*, got \d+/,
    ),
  );
  const options = given.findLastIndex(
    ({ name: own, properties, kinds }) => properties.length > 0 && (own === "options" || !kinds.has("array")), // numbers in an array or a tensor are no options
  );
  if (options >= 0 && !state.has(name)) {
    const args = given.map((_, i) => (i === options ? { notAnOption: 1 } : before[i]));
    complaints.push(
      ...complaintOf(
        `${label} with an unknown option`,
        () => call(...args),
        /: expected only the options? .*, got notAnOption/,
      ),
    );
  }
  if (options >= 0 && !state.has(name)) {
    // What the compiler knows, the check must know, too.
    const known = given[options]!.properties.map((property) => property.name);
    const args = given.map((_, i) => (i === options ? { notAnOption: 1 } : before[i]));
    complaints.push(
      ...known.flatMap((option) =>
        complaintOf(
          `${label}: its option ${option}`,
          () => call(...args),
          new RegExp(`\\b${option}\\b.*, got notAnOption`),
        ),
      ),
    );
    const flags = given[options]!.properties.filter(
      ({ kinds }) =>
        kinds.has("boolean") && [...kinds].every((kind) => kind === "boolean" || kind === "undefined"),
    );
    complaints.push(
      ...flags.flatMap(({ name: flag }) =>
        complaintOf(
          `${label} with ${flag}: "yes"`,
          () => call(...given.map((_, i) => (i === options ? { [flag]: "yes" } : before[i]))),
          new RegExp(`: expected ${flag} to be true or false, .*got string yes|${flag}.*got "yes"`),
        ),
      ),
    );
  }
  return complaints;
}

function report(complaints: readonly string[]): void {
  assert.equal(complaints.length, 0, `${complaints.length} of them:\n${complaints.slice(0, 40).join("\n")}`);
}

/** Takes any number of things by its nature, or a function that the class overrides. */
const variadic = new Set(["einsum", "Sequential", "Branches", "Compose", "Tensor"]); // Tensor: made by functions

const rooms: readonly (readonly [namespace: string, room: object])[] = [
  ["", { ...tensors, ...checkpoint, deepcopy }],
  ["autograd", autograd],
  ["autograd.functional", autograd.functional],
  ["nn", nn],
  ["nn.functional", nn.functional],
  ["nn.init", nn.init],
  ["nn.utils", nn.utils],
  ["nn.utils.rnn", nn.utils.rnn],
  ["optim", optim],
  ["optim.swaUtils", optim.swaUtils],
  ["data", data],
  ["data.transforms", data.transforms],
  ["safetensors", safetensors],
  ["plot", plot],
  ["probe", probe],
  ["lesson", lesson],
  ["ui", ui],
];

for (const [namespace, room] of rooms) {
  const own = room as Record<string, unknown>;
  test(`functions and classes of ${namespace || "tensors"}`, () => {
    report([
      ...surface.functions(namespace).flatMap((f) => {
        const call = own[f.name] as Called | undefined;
        return call === undefined || variadic.has(f.name)
          ? []
          : attack(f, (...args) => call(...args), namespace === "" ? f.name : `${namespace}.${f.name}`);
      }),
      ...surface.constructors(namespace).flatMap((made) => {
        const Made = own[made.name] as (new (...args: unknown[]) => unknown) | undefined;
        return Made === undefined || variadic.has(made.name)
          ? []
          : attack(made, (...args) => new Made(...args));
      }),
    ]);
  });
}

test("methods of tensors", () => {
  report(
    surface.methods("Tensor").flatMap((method) => {
      if (method.name.startsWith("[") || method.name === "toString" || method.name === "toJSON") return [];
      const x = randn([3, 3]) as unknown as Record<string, Called>;
      return attack(method, (...args) => x[method.name]!(...args));
    }),
  );
});

/** Methods that others call, by a protocol. */
const unasked = /^\[|^toString$|^toJSON$|^extraRepr$/;

const param = () => new nn.Parameter(zeros([2]));
const instances: readonly (readonly [namespace: string, name: string, make: () => object])[] = [
  ["nn", "Linear", () => new nn.Linear(2, 2)],
  ["nn", "TransformerDecoderLayer", () => new nn.TransformerDecoderLayer(2, 1, { dimFeedforward: 2 })],
  ["optim", "SGD", () => new optim.SGD([param()], { lr: 1 })],
  ["optim", "Adam", () => new optim.Adam([param()])],
  ["optim", "StepLR", () => new optim.StepLR(new optim.SGD([param()], { lr: 1 }), { stepSize: 1 })],
  ["optim", "ReduceLROnPlateau", () => new optim.ReduceLROnPlateau(new optim.SGD([param()], { lr: 1 }))],
  ["optim", "EarlyStopping", () => new optim.EarlyStopping()],
  ["optim.swaUtils", "AveragedModel", () => new optim.swaUtils.AveragedModel(new nn.Linear(1, 1))],
  ["data", "TensorDataset", () => new data.TensorDataset(zeros([2]))],
  ["data", "DataLoader", () => new data.DataLoader(new data.TensorDataset(zeros([2])))],
  ["plot", "Figure", () => new plot.Figure({ data: [] })],
  ["plot", "LineFigure", () => plot.line({})],
  ["plot", "ScatterFigure", () => plot.scatter()],
  ["plot", "QuantilesFigure", () => plot.quantiles()],
  ["plot", "RidgeFigure", () => plot.ridge()],
  ["plot", "LiveFigure", () => new plot.LiveFigure(plot.line({}), () => ({ update: () => {} }))],
  ["probe", "Watch", () => probe.watch(new nn.Sequential(new nn.Linear(2, 2)))],
  ["ui", "Slider", () => ui.slider(0, 1)],
  ["ui", "Button", () => ui.button("a")],
  ["lesson", "Scorecard", () => new lesson.Scorecard([])],
  ["", "Experiment", () => new Experiment([0], ["a", "b"], [])],
];

test("methods of modules, optimizers, schedulers, data sets, figures and what else is kept", () => {
  report(
    instances.flatMap(([namespace, name, make]) =>
      surface.methods(name, namespace).flatMap((method) => {
        if (unasked.test(method.name)) return [];
        const object = make() as Record<string, Called>;
        return attack(method, (...args) => object[method.name]!(...args), `${name}.${method.name}`);
      }),
    ),
  );
});

test("methods that layers have of their own, forward first of all", () => {
  const all = layers();
  assert.ok(all.length > 40, `${all.length} layers`);
  report(
    all.flatMap(([name, make]) => {
      const object = make() as unknown as Record<string, Called>;
      return surface
        .methods(name, "nn")
        .filter((method) => !(method.name in nn.Module.prototype || unasked.test(method.name)))
        .flatMap((method) =>
          attack(method, (...args) => object[method.name]!(...args), `${name}.${method.name}`),
        );
    }),
  );
});

test("an unknown option is answered with the spelling that is meant", () => {
  const p = param();
  const settings: object = { lr: 0.1, weight_decay: 0.5 };
  const said: [() => unknown, RegExp][] = [
    [
      () => new optim.Adam([p], settings),
      /Adam: expected only the options lr, .*, got weight_decay; did you mean weightDecay\?$/,
    ],
    [
      () => new optim.SGD([{ params: [p], learning_rate: 1 } as object] as never, { lr: 1 }),
      /got learning_rate; did you mean lr\?/,
    ],
    [
      () => zeros([2], { requires_grad: true } as object),
      /zeros: .*got requires_grad; did you mean requiresGrad\?$/,
    ],
    [() => randn([2, 2]).sum(0, { keepDim: true } as object), /sum: .*got keepDim; did you mean keepdim\?$/],
    [
      () => new data.DataLoader(new data.TensorDataset(zeros([2])), { batch_size: 5 } as object),
      /did you mean batchSize\?/,
    ],
    [
      () =>
        nn.functional.crossEntropy(zeros([1, 2]), tensor(Int32Array.of(0)), {
          label_smoothing: 0.5,
        } as object),
      /crossEntropy: .*did you mean labelSmoothing\?$/,
    ],
    [() => zeros([2]).add(1, 2 as never), /add: expected options \{ alpha \}, got 2; write \{ alpha: … \}$/],
    [() => [zeros([1])].map(nn.functional.relu as never), /in map\(\), write \(x\) => relu\(x\)/],
    [() => randn([2]).clamp({ mni: 0 } as object), /clamp: .*got mni; did you mean min\?$/],
    [() => randn([2]).clamp({}), /clamp: expected min, max or both, got neither/],
  ];
  for (const [call, pattern] of said) assert.throws(call, pattern);
  assert.equal(nearest("momentun", ["lr", "momentum"]), "momentum");
  assert.equal(nearest("padding", ["lr", "momentum"]), undefined);
});

test("experiments, charts, probes and lessons refuse a misspelled option as well", async () => {
  const net = new nn.Sequential(new nn.Linear(2, 2));
  const said: [() => unknown, RegExp][] = [
    [() => plot.line({ a: [1] }, { smoothng: 0.9 } as object), /line: .*did you mean smoothing\?$/],
    [() => plot.loss({ a: [1] }, { logy: true } as object), /loss: .*did you mean logY\?$/],
    [() => plot.line({ a: [1] }).band({ z: [0, 1] } as never), /band: expected only the options x, y, got z/],
    [() => plot.line({ a: [1] }).rule({} as never), /rule: expected \{ x: … \} or \{ y: … \}, got/],
    [() => plot.line({ a: [1] }).rule({ x: 1, y: 1 }), /rule: expected \{ x: … \} or \{ y: … \}, got/],
    [() => plot.line({ a: [1] }).rule({ x: 1 }, { lable: "a" } as object), /rule: .*did you mean label\?$/],
    [() => new plot.Figure({ dta: [] } as never), /Figure: .*did you mean data\?$/],
    [() => probe.watch(net, { evry: 1 } as object), /watch: .*did you mean every\?$/],
    [() => probe.watch(net, { healthy: { ded: 1 } as object }), /watch\.healthy: .*did you mean dead\?$/],
    [() => probe.watch(net, { threshold: { relU6: 1 } as object }), /watch\.threshold: .*got relU6/],
    [
      () => probe.saturation([1], { activation: "ReLU" as never }),
      /expected activation to be one of .*got ReLU/,
    ],
    [() => lesson.digits({ train: 1, test: 1, sed: 2 } as never), /lesson\.digits: .*did you mean seed\?$/],
    [
      () => lesson.digits({ train: 1.5, test: 1 }),
      /lesson\.digits: expected train to be a whole number ≥ 1, got 1\.5/,
    ],
  ];
  for (const [call, pattern] of said) assert.throws(call, pattern);
  await assert.rejects(
    experiment({ seed: 3, arms: ["a"], run: () => 1 } as never),
    /experiment: expected only the options seeds, .*got seed; did you mean seeds\?$/,
  );
  const surplus = experiment as (...given: unknown[]) => Promise<unknown>;
  await assert.rejects(
    surplus({ arms: ["a"], run: () => 1 }, 7),
    /experiment: expected at most 1 argument, got 2/,
  );
});

test("PyTorch's positional forms are taken where they are unambiguous", () => {
  const text = (value: unknown) => String(value);
  assert.deepEqual(tensor([-5, 0, 5]).clamp(-1, 1), tensor([-1, 0, 1]));
  assert.deepEqual(tensor([-5, 0, 5]).clamp(0), tensor([0, 0, 5]));
  assert.deepEqual(tensor([-5, 0, 5]).clamp(undefined as never, 1), tensor([-5, 0, 1]));
  assert.deepEqual(tensor([-5, 0, 5]).clamp_(-1, 1), tensor([-1, 0, 1]));
  const x = tensor([
    [1, 2, 4],
    [0, 5, 5],
  ]);
  assert.deepEqual(x.var(1, { unbiased: false }), x.var(1, { correction: 0 }));
  assert.deepEqual(x.std(0, false), x.std(0, { correction: 0 }));
  assert.deepEqual(x.std(0, true, true), x.std(0, { keepdim: true }));
  assert.deepEqual(x.sum(1, true), x.sum(1, { keepdim: true }));
  assert.deepEqual(x.max(1, true).values, x.max(1, { keepdim: true }).values);
  assert.deepEqual(x.sort(1, true).values, x.sort(1, { descending: true }).values);
  const pairs: [unknown, unknown][] = [
    [new nn.Linear(2, 3, false), new nn.Linear(2, 3, { bias: false })],
    [new nn.Conv2d(1, 1, 3, 1, 1), new nn.Conv2d(1, 1, 3, { stride: 1, padding: 1 })],
    [new nn.Conv2d(1, 1, 3, 1, 1, 1, 1, false), new nn.Conv2d(1, 1, 3, { padding: 1, bias: false })],
    [new nn.Conv1d(1, 1, [3], { padding: 1 }), new nn.Conv1d(1, 1, 3, 1, 1)],
    [new nn.MaxPool2d(3, 2), new nn.MaxPool2d(3, { stride: 2 })],
    [new nn.MaxPool2d(3, 2, 1), new nn.MaxPool2d(3, { stride: 2, padding: 1 })],
    [new nn.AvgPool2d(3, 2, 1), new nn.AvgPool2d(3, { stride: 2, padding: 1 })],
    [new nn.BatchNorm1d(3, 1e-3, 0.5), new nn.BatchNorm1d(3, { eps: 1e-3, momentum: 0.5 })],
    [
      new nn.BatchNorm2d(3, 1e-3, 0.5, false),
      new nn.BatchNorm2d(3, { eps: 1e-3, momentum: 0.5, affine: false }),
    ],
    [new nn.LayerNorm(3, 1e-3, false), new nn.LayerNorm(3, { eps: 1e-3, elementwiseAffine: false })],
    [new nn.GroupNorm(1, 2, 1e-3, false), new nn.GroupNorm(1, 2, { eps: 1e-3, affine: false })],
  ];
  for (const [positional, named] of pairs) assert.equal(text(positional), text(named));
  const p = param();
  assert.equal(new optim.SGD([p], 0.1, 0.9).paramGroups[0]!.momentum, 0.9);
  assert.throws(
    () => new optim.SGD([p], undefined as never),
    /SGD: expected lr to be a number ≥ 0, got undefined/,
  );
  assert.throws(
    () => new nn.Linear(2, 3, false, 4 as never),
    /Linear: expected at most 1 option by position \(bias\), got 2/,
  );
});
