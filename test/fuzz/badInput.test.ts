// Every public function, method and layer given what it cannot take: it says so in words, and nothing else changes.
// The compiler tells what there is and which parameters it has, so that what is new is covered by itself.

import assert from "node:assert/strict";
import { test } from "node:test";
import { collectorHost } from "../../kernel/host/collector";
import * as nn from "../../kernel/nn";
import * as tensors from "../../kernel/tensor";
import {
  arange,
  autograd,
  Generator,
  noGrad,
  ones,
  randn,
  Tensor,
  tensor,
  tidy,
  zeros,
} from "../../kernel/tensor";
import { setCollectorHost } from "../../kernel/tensor/doors/host";
import * as ui from "../../kernel/ui";
import { type Callable, type Kind, type Parameter, Surface } from "../unit/surface";

setCollectorHost(collectorHost());
const surface = new Surface();

/** Tensors that no call sees: a changed number in one is a write beyond some buffer. */
const guards = Array.from({ length: 24 }, (_, i) => randn([17 * (i + 1)]));
const guarded = guards.map((guard) => Float32Array.from(guard.data));

function assertGuardsUntouched(what: string): void {
  for (const [i, guard] of guards.entries()) {
    const now = guard.data;
    for (let j = 0; j < now.length; j++) {
      if (now[j] !== guarded[i]![j]) assert.fail(`${what}: wrote into a tensor that it was not given`);
    }
  }
}

/** A tensor whose memory is gone. */
function freed(): Tensor {
  let lost: Tensor | undefined;
  tidy(() => {
    lost = ones([2, 3]);
  });
  return lost!;
}

/** Tensors that some operation takes; fresh for each call, which may change them. */
const goodTensors: readonly (() => Tensor)[] = [
  () => randn([4, 4]),
  () => randn([4], { requiresGrad: true }),
  () => arange(4),
  () => randn([2, 3, 8, 8]),
  () => randn([2, 4, 4]),
  () => ones([4, 4]).gt(0),
  () => arange(16).reshape(4, 4).remainder(4),
  () => tensor(0.5),
  () => randn([4, 4], { requiresGrad: true }).mul(1).sum(),
  () => randn([4, 3, 2, 2]),
  () => randn([2, 3, 4, 4, 4]),
  () => randn([4, 4, 2]),
  () => randn([2, 3]),
  () => randn([2, 3, 4]),
];

const badTensors: readonly (() => Tensor)[] = [
  freed,
  () => zeros([0]),
  () => zeros([2, 0, 3]),
  () => ones([7]),
  () => ones([1, 1, 1, 1, 1, 1]),
  () => tensor(Int32Array.of(-1, 2 ** 30, -(2 ** 31))),
  () => ones([5, 7]).gt(0),
  () => tensor([Number.NaN, Number.POSITIVE_INFINITY]),
  () => randn([4, 4]).t(),
  () => randn([4], { requiresGrad: true }).mul(2).detach(),
];

const huge = 2 ** 40;

/** What callers hand over by mistake, besides tensors. */
const badValues: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => "2",
  () => Number.NaN,
  () => -1,
  () => 1.5,
  () => huge,
  () => Number.POSITIVE_INFINITY,
  () => true,
  () => ({}),
  () => [],
  () => [Number.NaN],
  () => [-7],
  () => [1.5],
  () => ["2"],
  () => [undefined],
  () => [huge, huge],
  () => () => 1,
];

function kindOf(value: unknown): Kind | "null" {
  if (value === null) return "null";
  if (value instanceof Tensor) return "tensor";
  if (Array.isArray(value)) return "array";
  return typeof value as Kind;
}

/** Values that a parameter may take, the likeliest first. */
function goodValues({ kinds, literals, properties }: Parameter): (() => unknown)[] {
  const values: (() => unknown)[] = [];
  if (kinds.has("undefined")) values.push(() => undefined);
  if (kinds.has("tensor")) values.push(...goodTensors);
  if (kinds.has("number")) values.push(...[1, 4, 0, 2, 3, -1, 0.5].map((value) => () => value));
  if (kinds.has("array")) {
    const lists = [[4, 4], [2, 2], [0], [0, 1], [1, 0], [4], [1, 1], [0, 1, 2, 3]];
    values.push(...lists.map((list) => () => [...list]));
    values.push(
      () => [randn([4]), randn([4])],
      () => [randn([4], { requiresGrad: true }).sum()],
    );
    values.push(
      () => [new nn.Linear(4, 4)],
      () => new nn.Linear(4, 4).parameters(),
    );
  }
  if (literals.length > 0) values.push(...literals.map((literal) => () => literal));
  else if (kinds.has("string"))
    values.push(
      () => "ij->ji",
      () => "a",
    );
  if (kinds.has("boolean")) values.push(() => true);
  if (kinds.has("function")) values.push(() => (x: unknown) => (x instanceof Tensor ? x.mul(2) : 1));
  if (kinds.has("object")) {
    const required = properties.filter((property) => !property.kinds.has("undefined"));
    values.push(() =>
      Object.fromEntries(required.map((property) => [property.name, goodValues(property)[0]?.()])),
    );
    values.push(
      () => new nn.Linear(4, 4),
      () => new Generator(1),
    );
  }
  if (kinds.has("any"))
    values.push(
      () => undefined,
      () => 1,
    );
  return values;
}

type Call = (args: readonly unknown[]) => unknown;

interface Subject {
  readonly name: string;
  /** Names its errors may begin with. */
  readonly names: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly call: Call;
  /** Whether it may keep what it cannot use: a layer's forward refuses it. */
  readonly lenient?: boolean;
}

/** Arguments that only work together, which no search would find. */
const together = new Map<string, () => (() => unknown)[]>(
  Object.entries({
    grad: () => {
      const leaf = randn([4], { requiresGrad: true });
      return [() => leaf.mul(2).sum(), () => leaf, () => undefined];
    },
    weightNorm: () => [() => new nn.Linear(4, 4), () => undefined, () => undefined],
    removeWeightNorm: () => [() => nn.utils.weightNorm(new nn.Linear(4, 4)), () => undefined],
    spectralNorm: () => [() => new nn.Linear(4, 4), () => undefined, () => undefined],
    removeSpectralNorm: () => [() => nn.utils.spectralNorm(new nn.Linear(4, 4)), () => undefined],
    fuseConvBn: () => [() => new nn.Conv2d(3, 4, 3).eval(), () => new nn.BatchNorm2d(4).eval()],
    fuseLinearBn: () => [() => new nn.Linear(3, 4).eval(), () => new nn.BatchNorm1d(4).eval()],
    fuseSequential: () => [() => new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4)).eval()],
    interpolate: () => [() => randn([2, 3, 4]), () => ({ size: 5 })],
    maxUnpool2d: () => [() => randn([1, 2, 2]), () => arange(4).reshape(1, 2, 2), () => 2, () => ({})],
    summary: () => [() => new nn.Linear(3, 4), () => [2, 3], () => undefined],
    Transformer: () => [
      () => ({ dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 4 }),
    ],
    TransformerEncoder: () => [
      () => new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 4 }),
      () => 2,
      () => undefined,
    ],
    TransformerDecoder: () => [
      () => new nn.TransformerDecoderLayer(4, 2, { dimFeedforward: 4 }),
      () => 2,
      () => undefined,
    ],
    packPaddedSequence: () => [() => randn([3, 2]), () => [3, 1], () => undefined, () => undefined],
    packSequence: () => [() => [randn([3]), randn([2])], () => undefined, () => undefined],
    padPackedSequence: () => [
      () => nn.utils.rnn.packSequence([randn([3]), randn([2])]),
      () => undefined,
      () => undefined,
      () => undefined,
    ],
    indexFill: () => [() => randn([4, 4]), () => 0, () => [0, 1], () => 1],
    indexFill_: () => [() => randn([4, 4]), () => 0, () => [0, 1], () => 1],
    updateBn: () => [() => [[randn([5, 3])]], () => new nn.Sequential(new nn.BatchNorm1d(3))],
  }),
);

/** Arguments that work, or undefined: all combinations of the likeliest values, up to a number of attempts. */
function baselineOf({ name, parameters, call }: Subject): (() => unknown)[] | undefined {
  const fitting = together.get(name);
  if (fitting !== undefined) return fitting();
  const choices = parameters.map(goodValues);
  let total = choices.reduce((product, list) => product * Math.max(1, list.length), 1);
  total = Math.min(total, 6_000);
  for (let attempt = 0; attempt < total; attempt++) {
    let rest = attempt;
    const picked = choices.map((list) => {
      const value = list[rest % list.length] ?? (() => undefined);
      rest = Math.floor(rest / list.length);
      return value;
    });
    try {
      call(picked.map((value) => value()));
      return picked;
    } catch {}
  }
  return undefined;
}

const wellSaid = /^[\w.[\] ]+: expected .+ got /s;
const elsewhere =
  /^use of a freed tensor|^out of tensor memory: asked for \d|^backward: (went through|a value that)/;

/** What is wrong with how the call answered, or undefined. */
function complaintOf(subject: Subject, args: readonly unknown[], mustThrow: boolean): string | undefined {
  try {
    const result = subject.call(args);
    if (mustThrow) return `took it, and gave ${String(result).slice(0, 60)}`;
    for (const each of [result].flat()) {
      if (!(each instanceof Tensor)) continue;
      const sizes = each.shape.every((size) => Number.isInteger(size) && size >= 0);
      if (!sizes) return `gave a tensor of shape [${each.shape}]`;
      if (each.numel() < 10_000) noGrad(() => each.toArray());
    }
    return undefined;
  } catch (error) {
    const { name, message } = error as Error;
    if (!(error instanceof Error) || error instanceof WebAssembly.RuntimeError)
      return `trapped: ${String(error)}`;
    if (elsewhere.test(message)) return undefined;
    if (!wellSaid.test(message)) return `said only ${name}: ${message}`;
    const by = message.slice(0, message.indexOf(":"));
    return subject.names.includes(by) ? undefined : `named "${by}": ${message}`;
  }
}

function written(value: unknown): string {
  if (value instanceof Tensor) return `tensor [${value.shape}] ${value.dtype}`;
  if (typeof value === "function") return "a function";
  if (typeof value === "string") return `"${value}"`;
  if (Array.isArray(value)) return `[${value.map(written)}]`;
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value).map(([key, each]) => `${key}: ${written(each)}`)}}`;
  }
  return String(value);
}

/** Whether a value is of a kind that the parameter does not take. Options left out are not told from options of another kind. */
function isForeign({ kinds }: Parameter, value: unknown): boolean {
  const kind = kindOf(value);
  const isOut = kind === "undefined" && kinds.has("boolean");
  const lenient = isOut || kinds.has("any") || (kinds.has("object") && kind !== "null");
  return !lenient && kind !== "null" && !kinds.has(kind);
}

/** Every complaint about one subject: each argument in turn, and each option, replaced by each bad value. */
function attack(subject: Subject): string[] {
  const baseline = baselineOf(subject);
  if (baseline === undefined) return [`${subject.name}: no arguments were found that it takes`];
  const complaints: string[] = [];
  const attempt = (args: readonly unknown[], foreign: boolean) => {
    const call = `${subject.name}(${args.map(written).join(", ")})`;
    const complaint = complaintOf(subject, args, foreign && !subject.lenient);
    if (complaint !== undefined) complaints.push(`${call} ${complaint}`);
    assertGuardsUntouched(call);
  };
  for (const [i, parameter] of subject.parameters.entries()) {
    const isOptions = parameter.properties.length > 0;
    for (const bad of [...badValues, ...badTensors]) {
      const value = bad();
      if (value === null && (isOptions || parameter.kinds.has("boolean"))) continue;
      const args = baseline.map((good, j) => (j === i ? value : good()));
      attempt(args, isForeign(parameter, value));
    }
    for (const property of parameter.properties) {
      for (const bad of [...badValues, ...badTensors]) {
        const value = bad();
        if (value === null && property.kinds.has("object")) continue;
        const args = baseline.map((good, j) => {
          const own = good();
          return j === i ? { ...(own as object | undefined), [property.name]: value } : own;
        });
        attempt(args, isForeign(property, value));
      }
    }
  }
  return complaints;
}

function report(subjects: readonly Subject[]): void {
  const complaints = subjects.flatMap(attack);
  assert.equal(complaints.length, 0, `${complaints.length} of them:\n${complaints.slice(0, 40).join("\n")}`);
}

/** Names under which a method in place, a constructor or a layer may speak. */
function namesOf(name: string): string[] {
  const lower = name[0]!.toLowerCase() + name.slice(1);
  const same = new Map([
    ["view", "reshape"],
    ["tile", "repeat"],
    ["setRngState", "setState"],
  ]);
  return [name, lower, name.replace(/_$/, ""), same.get(name) ?? name];
}

function subjectsOf(functions: readonly Callable[], room: object): Subject[] {
  const own = room as Record<string, (...args: unknown[]) => unknown>;
  return functions.flatMap(({ name, parameters }) => {
    const f = own[name];
    if (f === undefined) return [];
    return [{ name, names: namesOf(name), parameters, call: (args: readonly unknown[]) => f(...args) }];
  });
}

test("functions on tensors", () => {
  report(subjectsOf(surface.functions(), tensors));
});

test("methods of tensors", () => {
  const receiver: Parameter = {
    name: "this",
    kinds: new Set<Kind>(["tensor"]),
    literals: [],
    properties: [],
    rest: false,
  };
  const subjects = surface.methods("Tensor").map(({ name, parameters }): Subject => {
    const call: Call = ([x, ...args]) => {
      // A value that is no tensor has no methods: only its arguments are ours.
      if (!(x instanceof Tensor)) throw new TypeError(`${name}: expected a tensor, got something else`);
      return (x as unknown as Record<string, (...values: unknown[]) => unknown>)[name]!(...args);
    };
    return { name, names: namesOf(name), parameters: [receiver, ...parameters], call };
  });
  report(subjects.filter(({ name }) => !name.startsWith("[")));
});

test("autograd", () => {
  report(subjectsOf(surface.functions("autograd"), autograd));
});

test("autograd.functional", () => {
  report(subjectsOf(surface.functions("autograd.functional"), autograd.functional));
});

/** What speaks for them: operations that they are made of, layers that they have inside. All others speak for themselves. */
const spokesmen: Readonly<Record<string, readonly string[]>> = {
  ...{ glu: ["size"], relu6: ["hardtanh"], selu: ["elu"], softmin: ["softmax", "neg"], logSigmoid: ["neg"] },
  ...{ lpPool1d: ["avgPool1d"], lpPool2d: ["avgPool2d"], maxUnpool1d: ["scatter"], tanhshrink: ["sub"] },
  ...{ smoothL1Loss: ["clamp"], huberLoss: ["clamp"], gaussianNllLoss: ["clamp"] },
  ...{ binaryCrossEntropy: ["mul"], binaryCrossEntropyWithLogits: ["mul", "sub"] },
  ...{ marginRankingLoss: ["sub", "mul"], multilabelSoftMarginLoss: ["mul"] },
  tripletMarginLoss: ["pairwiseDistance"],
  scaledDotProductAttention: ["dropout", "add"],
  kaimingUniform_: ["calculateGain", "uniform_"],
  kaimingNormal_: ["calculateGain", "normal_"],
  ...{ xavierUniform_: ["uniform_"], xavierNormal_: ["normal_"] },
  summary: ["linear"],
  parametersToVector: ["cat"],
  updateBn: ["BatchNorm1d", "batchNorm"],
  ...{ TransformerEncoderLayer: ["MultiheadAttention"], TransformerDecoderLayer: ["MultiheadAttention"] },
  TransformerEncoder: ["TransformerEncoderLayer", "MultiheadAttention"],
  TransformerDecoder: ["TransformerDecoderLayer"],
  Transformer: ["MultiheadAttention", "TransformerEncoder", "TransformerDecoder"],
  ...{ InceptionV1: ["Conv2d", "conv2d"], InceptionV2: ["Conv2d", "conv2d"] },
  InceptionReduction: ["Conv2d", "conv2d"],
  SmallInception: ["InceptionV2", "Conv2d", "conv2d", "Linear"],
  ...{ Sequential: ["linear"], Branches: ["linear", "cat"] },
  ...{
    Upsample: ["interpolate"],
    UpsamplingBilinear2d: ["interpolate"],
    UpsamplingNearest2d: ["interpolate"],
  },
  ...{ ReLU6: ["hardtanh"], SELU: ["elu"], Softmin: ["softmax", "neg"], LogSigmoid: ["neg"] },
  ...{ LPPool1d: ["avgPool1d"], LPPool2d: ["avgPool2d"], Tanhshrink: ["sub"] },
  ...{ BCELoss: ["binaryCrossEntropy"], BCEWithLogitsLoss: ["binaryCrossEntropyWithLogits"] },
  ...{ CrossEntropyLoss: ["crossEntropy"], KLDivLoss: ["klDiv"] },
  ...{ CircularPad2d: ["pad"], ReflectionPad2d: ["pad"], ReplicationPad2d: ["pad"] },
  Parameter: ["requiresGrad"],
};

/** The function of a layer's name, which is what the layer computes. */
const functionOf = (layer: string): string | undefined =>
  Object.keys(nn.functional).find((name) => name.toLowerCase() === layer.toLowerCase());

function withSpokesmen(subjects: readonly Subject[], more: readonly string[] = []): Subject[] {
  return subjects.map((each) => ({
    ...each,
    names: [...each.names, ...more, ...(spokesmen[each.name] ?? []), functionOf(each.name) ?? each.name],
  }));
}

test("nn.functional", () => {
  report(withSpokesmen(subjectsOf(surface.functions("nn.functional"), nn.functional)));
});

test("nn.init", () => {
  report(withSpokesmen(subjectsOf(surface.functions("nn.init"), nn.init), ["init"]));
});

test("nn.utils", () => {
  report(withSpokesmen(subjectsOf(surface.functions("nn.utils"), nn.utils)));
});

test("nn.utils.rnn", () => {
  report(withSpokesmen(subjectsOf(surface.functions("nn.utils.rnn"), nn.utils.rnn)));
});

test("controls", () => {
  const controls = surface.functions("ui").filter(({ name }) => name !== "interact"); // it draws on a stage: `bnlab`'s own
  assert.ok(controls.length >= 6);
  report(subjectsOf(controls, ui));
});

test("values of controls", () => {
  const made = {
    slider: ui.slider(0, 4),
    number: ui.number({ min: 0, max: 4 }),
    select: ui.select([1, 2]),
    checkbox: ui.checkbox(),
    text: ui.text(),
    button: ui.button("Go"),
  };
  const taken: Record<string, unknown[]> = {
    slider: [1.5],
    number: [1.5],
    checkbox: [true],
    text: ["2"],
    button: [huge],
  };
  for (const [name, control] of Object.entries(made)) {
    for (const bad of [...badValues, ...badTensors]) {
      const value = bad() as never;
      if (taken[name]?.includes(value)) continue;
      const before: unknown = control.value;
      assert.throws(
        () => (control.value = value),
        { message: wellSaid },
        `${name}.value = ${written(value)}`,
      );
      assert.equal(control.value, before);
    }
  }
});

const layers = surface.constructors("nn").flatMap(({ name, parameters }): Subject[] => {
  const Layer = (nn as unknown as Record<string, new (...args: unknown[]) => nn.Module>)[name]!;
  return withSpokesmen([{ name, names: namesOf(name), parameters, call: (args) => new Layer(...args) }]);
});

/** Layers that keep what they are given until they compute, besides those of a function, which checks it. */
const keeping = new Set([
  ...["BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "KLDivLoss", "CovariateNoise", "ModuleList"],
  ...["Transformer", "TransformerEncoderLayer", "TransformerDecoderLayer"],
  ...["Upsample", "UpsamplingBilinear2d", "UpsamplingNearest2d"],
]);
/** Layers of a function that refuse themselves what they cannot use. */
const refusing = new Set([
  "Bilinear",
  "Dropout",
  "Dropout1d",
  "Dropout2d",
  "Dropout3d",
  "Embedding",
  "Flatten",
  "GroupNorm",
  "LayerNorm",
  "Linear",
  "PReLU",
  "RMSNorm",
]);

test("layers are made", () => {
  const isLenient = (name: string) =>
    keeping.has(name) || (functionOf(name) !== undefined && !refusing.has(name));
  report(layers.map((layer) => ({ ...layer, lenient: isLenient(layer.name) })));
});

test("layers go forward", () => {
  const complaints = layers.flatMap((layer) => {
    const baseline = baselineOf(layer);
    if (baseline === undefined) return [`${layer.name}: no arguments were found that make it`];
    const module = layer.call(baseline.map((value) => value())) as Partial<nn.Module>;
    if (module.forward === undefined) return []; // a list of modules, a parameter
    return [...goodTensors, ...badTensors, ...badValues].flatMap((value) => {
      const input = value();
      const call = `${layer.name}(${baseline.map((each) => written(each()))}).forward(${written(input)})`;
      const passesOn = ["Identity", "Sequential", "Dropout"].includes(layer.name);
      const subject: Subject = { ...layer, call: ([x]) => module.forward!(x as Tensor) };
      const complaint = complaintOf(subject, [input], !passesOn && !(input instanceof Tensor));
      assertGuardsUntouched(call);
      return complaint === undefined ? [] : [`${call} ${complaint}`];
    });
  });
  assert.equal(complaints.length, 0, `${complaints.length} of them:\n${complaints.slice(0, 40).join("\n")}`);
});
