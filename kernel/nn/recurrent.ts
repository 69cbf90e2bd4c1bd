// Layers that go through sequences step by step, each with what it remembers of the steps before.

import { cat, dropout, stack, type Tensor, zeros } from "../tensor";
import {
  describe,
  optionsOf,
  requireInteger,
  requireKnown,
  requireShare,
  requireTensor,
  show,
} from "../tensor/arguments";
import { gatesOf, type RecurrentKind, type RecurrentState, recurrent } from "../tensor/doors/nn";
import { uniform_ } from "./init";
import { Module } from "./module";
import { orderOf, PackedSequence, stepSizes } from "./packedSequence";
import { Parameter } from "./parameter";

/** What an RNN, an LSTM or a GRU can be told. */
export interface RecurrentOptions {
  /** Layers on top of each other, each reading what the one below gives. Default 1. */
  numLayers?: number;
  /** Learn shifts of the gates. Default true. */
  bias?: boolean;
  /** Batches are [B, T, ...], not [T, B, ...]; states stay [layers, B, H]. Default false. */
  batchFirst?: boolean;
  /** The probability with which training drops an output of every layer but the last. Default 0. */
  dropout?: number;
  /** Goes through the sequence from its end, too, and lays both outputs side by side. Default false. */
  bidirectional?: boolean;
}

/** What an RNN can be told. */
export interface RNNOptions extends RecurrentOptions {
  /** "tanh" (default) or "relu". */
  nonlinearity?: "tanh" | "relu";
}

/** What an LSTM can be told. */
export interface LSTMOptions extends RecurrentOptions {
  /** Not to be had: refused unless 0, so that nobody counts on it. */
  projSize?: 0;
}

/** A number of layers beyond this is a slip: each costs four parameters before anything could tell. */
const mostLayers = 1024;

/** Parameters go by layer and direction: weightIhL0, biasHhL1, weightHhL0Reverse. */
type ParameterNames = `${"weight" | "bias"}${"Ih" | "Hh"}L${string}`;

const shown = ({ shape }: Tensor) => show(shape);

function requireSizes(layer: string, sizes: Readonly<Record<string, number>>): void {
  for (const name in sizes) requireInteger(layer, name, sizes[name], 1);
}

function requireNumbers32(layer: string, x: Tensor, name = ""): void {
  requireTensor(layer, x, name);
  if (x.dtype !== "float32") {
    throw new TypeError(
      `${layer}: expected ${name === "" ? "an input of" : `${name} as`} float32 numbers, got ${x.dtype} ${shown(x)}; convert them with float(), or look them up in an Embedding`,
    );
  }
}

/** Uniform within ±1/√hidden: PyTorch's default. */
function startWithin(parameters: readonly Tensor[], hiddenSize: number): void {
  const bound = 1 / Math.sqrt(hiddenSize);
  for (const parameter of parameters) uniform_(parameter, -bound, bound);
}

abstract class Recurrent extends Module {
  readonly [parameter: ParameterNames]: Parameter;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;

  protected constructor(
    protected readonly kind: RecurrentKind,
    readonly inputSize: number,
    readonly hiddenSize: number,
    { numLayers = 1, bias = true, batchFirst = false, dropout = 0, bidirectional = false }: RecurrentOptions,
  ) {
    super();
    const { name } = new.target;
    requireSizes(name, { inputSize, hiddenSize });
    requireInteger(name, "numLayers", numLayers, 1, mostLayers);
    requireShare(name, "dropout", dropout);
    this.numLayers = numLayers;
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = dropout;
    this.bidirectional = bidirectional;
    const wide = gatesOf[kind] * hiddenSize;
    const own: Record<ParameterNames, Parameter> = {};
    for (let layer = 0; layer < numLayers; layer++) {
      const width = layer === 0 ? inputSize : hiddenSize * this.directions.length;
      for (const direction of this.directions) {
        own[`weightIhL${layer}${direction}`] = new Parameter(zeros([wide, width]));
        own[`weightHhL${layer}${direction}`] = new Parameter(zeros([wide, hiddenSize]));
        if (!bias) continue;
        own[`biasIhL${layer}${direction}`] = new Parameter(zeros([wide]));
        own[`biasHhL${layer}${direction}`] = new Parameter(zeros([wide]));
      }
    }
    Object.assign(this, own);
    this.resetParameters();
  }

  protected get directions(): readonly ("" | "Reverse")[] {
    return this.bidirectional ? ["", "Reverse"] : [""];
  }

  /** Uniform within ±1/√hiddenSize: PyTorch's default. */
  resetParameters(): void {
    requireKnown("resetParameters", arguments, 0);
    startWithin(this.parameters(), this.hiddenSize);
  }

  /** The output, and the last states by their kind (hidden, cell), each as they were given. */
  protected run<Input extends Tensor | PackedSequence>(
    input: Input,
    given: readonly (Tensor | null | undefined)[],
  ): [output: Input, states: Tensor[]];
  protected run(
    input: Tensor | PackedSequence,
    given: readonly (Tensor | null | undefined)[],
  ): [output: Tensor | PackedSequence, states: Tensor[]] {
    const { name } = this.constructor;
    if (input instanceof PackedSequence) {
      requireNumbers32(name, input.data);
      this.checkWidth(input.data, 2);
      const { data, batchSizes, sortedIndices, unsortedIndices } = input;
      const sizes = stepSizes(input);
      const sorted = (state: Tensor, order: Tensor | null) =>
        order === null ? state : state.indexSelect(1, orderOf(order, sizes[0]!));
      const states = this.statesOf(given, sizes[0]!, false).map((state) => sorted(state, sortedIndices));
      const [output, last] = this.layers(data, sizes, states);
      return [
        new PackedSequence(output, batchSizes, sortedIndices, unsortedIndices),
        last.map((state) => sorted(state, unsortedIndices)),
      ];
    }
    requireNumbers32(name, input);
    const single = input.shape.length === 2;
    this.checkWidth(input, single ? 2 : 3);
    const batched = single ? input.unsqueeze(1) : this.batchFirst ? input.transpose(0, 1) : input;
    const [steps, batch] = batched.shape as [number, number];
    if (steps === 0) throw new RangeError(`${name}: expected at least one step, got input ${shown(input)}`);
    const sizes = new Array<number>(steps).fill(batch);
    const states = this.statesOf(given, batch, single);
    const [rows, last] = this.layers(batched.reshape(steps * batch, this.inputSize), sizes, states);
    const output = rows.reshape(steps, batch, this.hiddenSize * this.directions.length);
    if (single) return [output.squeeze(1), last.map((state) => state.squeeze(1))];
    return [this.batchFirst ? output.transpose(0, 1) : output, last];
  }

  protected checkWidth(input: Tensor, rank: number): void {
    if (input.shape.length === rank && input.shape.at(-1) === this.inputSize) return;
    const order = this.batchFirst ? "[B, T" : "[T, B";
    throw new RangeError(
      `${this.constructor.name}: expected input ${order}, ${this.inputSize}], [T, ${this.inputSize}] or a PackedSequence of such, got ${shown(input)}`,
    );
  }

  /** The states before the first step, [layers · directions, B, H] each: given, or zeros. */
  protected statesOf(
    given: readonly (Tensor | null | undefined)[],
    batch: number,
    single: boolean,
  ): Tensor[] {
    const { name } = this.constructor;
    const count = this.numLayers * this.directions.length;
    const shape = single ? [count, this.hiddenSize] : [count, batch, this.hiddenSize];
    return given.map((state) => {
      if (state === null || state === undefined) return zeros([count, batch, this.hiddenSize]);
      requireNumbers32(name, state, "the initial state");
      if (state.shape.join() !== shape.join()) {
        throw new RangeError(
          `${name}: expected an initial state ${show(shape)}, got ${shown(state)}; its first size is layers · directions`,
        );
      }
      return single ? state.unsqueeze(1) : state;
    });
  }

  /** All layers over rows in order of time. */
  protected layers(
    data: Tensor,
    batchSizes: readonly number[],
    states: readonly Tensor[],
  ): [output: Tensor, last: Tensor[]] {
    const [total, batch] = [data.shape[0]!, batchSizes[0]!];
    const last: Tensor[][] = states.map(() => []);
    let rows = data;
    for (let layer = 0; layer < this.numLayers; layer++) {
      if (layer > 0) rows = dropout(rows, { p: this.dropout, training: this.training });
      const outputs = this.directions.map((direction) => {
        const [hidden, cell] = states.map((state) => state.select(0, last[0]!.length)) as [Tensor, Tensor?];
        const before: RecurrentState = { hidden, cell: cell ?? null };
        const steps = { rows, batchSizes, backwards: direction === "Reverse" };
        const all = recurrent(this.kind, steps, this.weights(`${layer}${direction}`), before);
        for (const [i, list] of last.entries()) list.push(all.narrow(0, total + i * batch, batch));
        return all.narrow(0, 0, total);
      });
      rows = outputs.length === 1 ? outputs[0]! : cat(outputs, 1);
    }
    return [rows, last.map((list) => stack(list))];
  }

  protected weights(place: string) {
    return {
      input: this[`weightIhL${place}`]!,
      hidden: this[`weightHhL${place}`]!,
      inputBias: this[`biasIhL${place}`] ?? null,
      hiddenBias: this[`biasHhL${place}`] ?? null,
    };
  }

  override extraRepr(): string {
    const { numLayers, bias, batchFirst, dropout, bidirectional } = this;
    const words = [`${this.inputSize}, ${this.hiddenSize}`];
    if (numLayers !== 1) words.push(`numLayers=${numLayers}`);
    if (!bias) words.push("bias=false");
    if (batchFirst) words.push("batchFirst=true");
    if (dropout !== 0) words.push(`dropout=${dropout}`);
    if (bidirectional) words.push("bidirectional=true");
    return words.join(", ");
  }
}

const optionNames = ["numLayers", "bias", "batchFirst", "dropout", "bidirectional"] as const;

/**
 * h = tanh(x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh) in each step (Elman 1990): [T, B, inputSize], or [B, T, …] with batchFirst, [T, inputSize],
 * or a PackedSequence → the hidden states [T, B, directions · hiddenSize] and the last ones [layers · directions, B, hiddenSize].
 * Without an initial state it starts from zeros. Throws a RangeError for other shapes, a TypeError unless all is float32.
 */
export class RNN extends Recurrent {
  readonly nonlinearity: "tanh" | "relu";

  constructor(
    inputSize: number,
    hiddenSize: number,
    options: RNNOptions | number = {},
    ...more: [
      nonlinearity?: "tanh" | "relu" | RNNOptions,
      bias?: boolean | RNNOptions,
      batchFirst?: boolean,
      dropout?: number,
      bidirectional?: boolean,
    ]
  ) {
    const names = ["numLayers", "nonlinearity", "bias", "batchFirst", "dropout", "bidirectional"] as const;
    const { nonlinearity = "tanh", ...others } = optionsOf<RNNOptions>(new.target.name, names, options, more);
    requireNonlinearity(new.target.name, nonlinearity);
    super(nonlinearity, inputSize, hiddenSize, others);
    this.nonlinearity = nonlinearity;
  }

  override forward<Input extends Tensor | PackedSequence>(
    input: Input,
    hidden?: Tensor | null,
  ): [output: Input, hidden: Tensor] {
    requireKnown(this.constructor.name, arguments, 2);
    const [output, [last]] = this.run(input, [hidden]);
    return [output, last!];
  }

  override extraRepr(): string {
    return `${super.extraRepr()}${this.nonlinearity === "tanh" ? "" : `, nonlinearity="${this.nonlinearity}"`}`;
  }
}

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997; Gers et al. 2000): gates i, f, g, o, c = f·c + i·g, h = o·tanh(c) in each
 * step. [T, B, inputSize], or [B, T, …] with batchFirst, [T, inputSize], or a PackedSequence → the hidden states [T, B, directions ·
 * hiddenSize] and [h, c] after the last step, [layers · directions, B, hiddenSize] each: `const [y, [h, c]] = lstm.forward(x)`. Without
 * an initial state it starts from zeros. Throws a RangeError for other shapes and for projSize, a TypeError unless all is float32.
 */
export class LSTM extends Recurrent {
  constructor(
    inputSize: number,
    hiddenSize: number,
    options: LSTMOptions | number = {},
    ...more: [
      bias?: boolean | LSTMOptions,
      batchFirst?: boolean,
      dropout?: number,
      bidirectional?: boolean,
      projSize?: 0,
    ]
  ) {
    const { name } = new.target;
    const { projSize, ...others } = optionsOf<LSTMOptions>(name, [...optionNames, "projSize"], options, more);
    if (projSize !== undefined && projSize !== 0) {
      throw new RangeError(
        `${name}: expected projSize 0, got ${describe(projSize)}; put a Linear without bias behind the layer, whose states stay ${describe(hiddenSize)} wide`,
      );
    }
    super("lstm", inputSize, hiddenSize, others);
  }

  override forward<Input extends Tensor | PackedSequence>(
    input: Input,
    state?: readonly [hidden: Tensor, cell: Tensor] | null,
  ): [output: Input, state: [hidden: Tensor, cell: Tensor]] {
    requireKnown(this.constructor.name, arguments, 2);
    const [output, [hidden, cell]] = this.run(input, pairOf(this.constructor.name, state));
    return [output, [hidden!, cell!]];
  }
}

/**
 * Gated recurrent unit (Cho et al. 2014): gates r, z, n, h = (1 − z)·n + z·h in each step, n = tanh(x·W_in + b_in + r·(h·W_hn + b_hn)).
 * [T, B, inputSize], or [B, T, …] with batchFirst, [T, inputSize], or a PackedSequence → the hidden states [T, B, directions ·
 * hiddenSize] and the last ones [layers · directions, B, hiddenSize]. Without an initial state it starts from zeros. Throws a
 * RangeError for other shapes, a TypeError unless all is float32.
 */
export class GRU extends Recurrent {
  constructor(
    inputSize: number,
    hiddenSize: number,
    options: RecurrentOptions | number = {},
    ...more: [
      bias?: boolean | RecurrentOptions,
      batchFirst?: boolean,
      dropout?: number,
      bidirectional?: boolean,
    ]
  ) {
    super(
      "gru",
      inputSize,
      hiddenSize,
      optionsOf<RecurrentOptions>(new.target.name, optionNames, options, more),
    );
  }

  override forward<Input extends Tensor | PackedSequence>(
    input: Input,
    hidden?: Tensor | null,
  ): [output: Input, hidden: Tensor] {
    requireKnown(this.constructor.name, arguments, 2);
    const [output, [last]] = this.run(input, [hidden]);
    return [output, last!];
  }
}

/** [h, c], or neither. */
function pairOf(
  layer: string,
  state: readonly [hidden: Tensor, cell: Tensor] | null | undefined,
): readonly (Tensor | undefined)[] {
  if (state === null || state === undefined) return [undefined, undefined];
  if (Array.isArray(state) && state.length === 2) return state;
  throw new TypeError(`${layer}: expected the initial state as [h, c], got ${describe(state)}`);
}

function requireNonlinearity(layer: string, nonlinearity: string): void {
  if (nonlinearity === "tanh" || nonlinearity === "relu") return;
  throw new RangeError(
    `${layer}: expected nonlinearity "tanh" or "relu", got ${typeof nonlinearity === "string" ? `"${nonlinearity}"` : describe(nonlinearity)}`,
  );
}

/** What a GRUCell or an LSTMCell can be told. */
export interface RecurrentCellOptions {
  /** Learn shifts of the gates. Default true. */
  bias?: boolean;
}

/** What an RNNCell can be told. */
export interface RNNCellOptions extends RecurrentCellOptions {
  /** "tanh" (default) or "relu". */
  nonlinearity?: "tanh" | "relu";
}

abstract class RecurrentCell extends Module {
  /** [gates · hiddenSize, inputSize] */
  readonly weightIh: Parameter;
  /** [gates · hiddenSize, hiddenSize] */
  readonly weightHh: Parameter;
  /** [gates · hiddenSize] */
  readonly biasIh: Parameter | null;
  /** [gates · hiddenSize] */
  readonly biasHh: Parameter | null;

  protected constructor(
    protected readonly kind: RecurrentKind,
    readonly inputSize: number,
    readonly hiddenSize: number,
    bias: boolean,
  ) {
    super();
    requireSizes(new.target.name, { inputSize, hiddenSize });
    const wide = gatesOf[kind] * hiddenSize;
    this.weightIh = new Parameter(zeros([wide, inputSize]));
    this.weightHh = new Parameter(zeros([wide, hiddenSize]));
    this.biasIh = bias ? new Parameter(zeros([wide])) : null;
    this.biasHh = bias ? new Parameter(zeros([wide])) : null;
    this.resetParameters();
  }

  /** Uniform within ±1/√hiddenSize: PyTorch's default. */
  resetParameters(): void {
    requireKnown("resetParameters", arguments, 0);
    startWithin(this.parameters(), this.hiddenSize);
  }

  /** The states after one step from those before, zeros where none is given. */
  protected step(input: Tensor, given: readonly (Tensor | null | undefined)[]): Tensor[] {
    const { name } = this.constructor;
    requireNumbers32(name, input);
    if (![1, 2].includes(input.shape.length) || input.shape.at(-1) !== this.inputSize) {
      throw new RangeError(
        `${name}: expected input [B, ${this.inputSize}] or [${this.inputSize}], got ${shown(input)}`,
      );
    }
    const single = input.shape.length === 1;
    const rows = single ? input.unsqueeze(0) : input;
    const batch = rows.shape[0]!;
    const shape = [...(single ? [] : [batch]), this.hiddenSize];
    const [hidden, cell] = given.map((state) => {
      if (state === null || state === undefined) return zeros([batch, this.hiddenSize]);
      requireNumbers32(name, state, "the state");
      if (state.shape.join() !== shape.join()) {
        throw new RangeError(`${name}: expected a state ${show(shape)}, got ${shown(state)}`);
      }
      return single ? state.unsqueeze(0) : state;
    }) as [Tensor, Tensor?];
    const { weightIh, weightHh, biasIh, biasHh } = this;
    const weights = { input: weightIh, hidden: weightHh, inputBias: biasIh, hiddenBias: biasHh };
    const steps = { rows, batchSizes: [batch], backwards: false };
    const all = recurrent(this.kind, steps, weights, { hidden, cell: cell ?? null });
    return given.map((_, i) => {
      const state = all.narrow(0, (i + 1) * batch, batch);
      return single ? state.squeeze(0) : state;
    });
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.biasIh === null ? ", bias=false" : ""}`;
  }
}

/** One step of an RNN: [B, inputSize] or [inputSize], and the hidden state before it (else zeros) → the hidden state after it. */
export class RNNCell extends RecurrentCell {
  readonly nonlinearity: "tanh" | "relu";

  constructor(
    inputSize: number,
    hiddenSize: number,
    options: RNNCellOptions | boolean = {},
    ...more: [nonlinearity?: "tanh" | "relu"]
  ) {
    const { name } = new.target;
    const { bias = true, nonlinearity = "tanh" } = optionsOf<RNNCellOptions>(
      name,
      ["bias", "nonlinearity"],
      options,
      more,
    );
    requireNonlinearity(name, nonlinearity);
    super(nonlinearity, inputSize, hiddenSize, bias);
    this.nonlinearity = nonlinearity;
  }

  override forward(input: Tensor, hidden?: Tensor | null): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    return this.step(input, [hidden])[0]!;
  }

  override extraRepr(): string {
    return `${super.extraRepr()}${this.nonlinearity === "tanh" ? "" : `, nonlinearity="${this.nonlinearity}"`}`;
  }
}

/** One step of an LSTM: [B, inputSize] or [inputSize], and [h, c] before it (else zeros) → [h, c] after it. */
export class LSTMCell extends RecurrentCell {
  constructor(
    inputSize: number,
    hiddenSize: number,
    options: RecurrentCellOptions | boolean = {},
    ...more: never[]
  ) {
    const { bias = true } = optionsOf<RecurrentCellOptions>(new.target.name, ["bias"], options, more);
    super("lstm", inputSize, hiddenSize, bias);
  }

  override forward(
    input: Tensor,
    state?: readonly [hidden: Tensor, cell: Tensor] | null,
  ): [hidden: Tensor, cell: Tensor] {
    requireKnown(this.constructor.name, arguments, 2);
    const [hidden, cell] = this.step(input, pairOf(this.constructor.name, state));
    return [hidden!, cell!];
  }
}

/** One step of a GRU: [B, inputSize] or [inputSize], and the hidden state before it (else zeros) → the hidden state after it. */
export class GRUCell extends RecurrentCell {
  constructor(
    inputSize: number,
    hiddenSize: number,
    options: RecurrentCellOptions | boolean = {},
    ...more: never[]
  ) {
    const { bias = true } = optionsOf<RecurrentCellOptions>(new.target.name, ["bias"], options, more);
    super("gru", inputSize, hiddenSize, bias);
  }

  override forward(input: Tensor, hidden?: Tensor | null): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    return this.step(input, [hidden])[0]!;
  }
}
