// What a model is made of: a table of its modules with the shapes that come out of them, parameters and multiplications.

import { type DType, forkRng, noGrad, type Shape, Tensor, zeros } from "../../tensor";
import { describe, requireDType, requireKnown, show } from "../../tensor/arguments";
import { checkShape } from "../../tensor/doors/nn";
import { countText, htmlTable, textTable } from "../../words";
import { MultiheadAttention } from "../attention";
import { Conv1d, Conv2d, Conv3d } from "../conv";
import { ConvTranspose1d, ConvTranspose2d } from "../convTranspose";
import { Linear } from "../linear";
import { Module } from "../module";
import type { Parameter } from "../parameter";
import { GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell } from "../recurrent";
import { keepModes } from "./modes";

/** One module of a summary. */
export interface SummaryRow {
  /** As in namedModules(); "" is the model itself. */
  readonly name: string;
  /** Its class. */
  readonly module: string;
  /** The shape that its last call gave, of the first tensor where it gave several; null if there was none. */
  readonly outputShape: Shape | null;
  /** Elements of its own parameters, without those of modules inside; shared ones count where they come first. */
  readonly parameters: number;
  /** Multiply-adds of linear, convolution, recurrent and attention layers with their weights, for the whole input. */
  readonly macs: number;
}

/** What summary() found; print it, or leave it at the end of a cell. */
export class ModelSummary {
  constructor(
    readonly inputShape: Shape,
    readonly rows: readonly SummaryRow[],
    readonly trainableParameters: number,
  ) {
    requireKnown(new.target.name, arguments, 3);
  }

  /** Elements of all parameters, each once. */
  get totalParameters(): number {
    return this.rows.reduce((sum, { parameters }) => sum + parameters, 0);
  }

  /** Multiply-adds of Linear, Conv1d and Conv2d for the whole input: divide by the batch size. */
  get totalMacs(): number {
    return this.rows.reduce((sum, { macs }) => sum + macs, 0);
  }

  /** The table as text. */
  toString(): string {
    return `${textTable(...this.#table())}\n${countText(this.trainableParameters)} parameters learn`;
  }

  /** What console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString(), "text/html": htmlTable(...this.#table()) };
  }

  #table(): Parameters<typeof textTable> {
    const count = (value: number) => (value === 0 ? "" : countText(value));
    const shape = (sizes: Shape | null) => (sizes === null ? "–" : show(sizes));
    return [
      ["", "module", "output", "parameters", "MACs"],
      this.rows.map(({ name, module, outputShape, parameters, macs }) => [
        name,
        module,
        shape(outputShape),
        count(parameters),
        count(macs),
      ]),
      ["total", "", `for ${shape(this.inputShape)}`, count(this.totalParameters), count(this.totalMacs)],
    ];
  }
}

/**
 * Runs the model once in evaluation mode, under noGrad, on zeros of `inputShape`, batch size included ([1, 1, 28, 28]), and
 * tells what came out of each module. Leaves the model as it was: modes, buffers, hooks, and the random stream. `dtype`
 * "int32" is for models that begin with an Embedding. What the model throws for such an input goes through. Throws a TypeError
 * for what is no module, shape or dtype, a RangeError for sizes that are not whole numbers ≥ 0.
 */
export function summary(
  model: Module,
  inputShape: Shape,
  { dtype = "float32" }: { dtype?: DType } = {},
): ModelSummary {
  requireKnown("summary", arguments, 3, ["dtype"]);
  if (!(model instanceof Module)) {
    throw new TypeError(`summary: expected a module, got ${describe(model)}`);
  }
  requireDType("summary", dtype);
  const input = zeros(checkShape("summary", inputShape), { dtype });
  const modules = model.namedModules();
  const restoreModes = keepModes(model);
  const buffers = model.buffers().map((buffer) => [buffer, buffer.detach().clone()] as const);
  const calls = new Map<Module, { outputShape: Shape; macs: number }>();
  const removers = modules.map(([, module]) =>
    module.registerForwardHook((_module, [input], result: unknown) => {
      const output: unknown = Array.isArray(result) ? result[0] : result; // beside a state, or attention's weights
      if (!(output instanceof Tensor)) return;
      const before = calls.get(module)?.macs ?? 0;
      calls.set(module, { outputShape: output.shape, macs: before + macsOf(module, input, output) });
    }),
  );
  try {
    model.eval();
    forkRng(() => noGrad(() => void model.forward(input)));
  } finally {
    for (const remove of removers) remove();
    restoreModes();
    noGrad(() => {
      for (const [buffer, value] of buffers) buffer.copy_(value);
    });
  }
  const seen = new Set<Parameter>();
  const rows = modules.map(([name, module]): SummaryRow => {
    const own = module.parameters({ recurse: false }).filter((each) => !seen.has(each) && seen.add(each));
    const { outputShape = null, macs = 0 } = calls.get(module) ?? {};
    return { name, module: module.constructor.name, outputShape, parameters: sizeOf(own), macs };
  });
  return new ModelSummary(inputShape, rows, sizeOf([...seen].filter((each) => each.requiresGrad)));
}

/** Layers that put every row of their input through all of their own matrices. */
const byRow = [Linear, RNN, LSTM, GRU, RNNCell, LSTMCell, GRUCell, MultiheadAttention];

/**
 * Of a convolution every output element sums over one row of the weight; of a transposed one every input element goes to one.
 * What attention multiplies without weights is not counted.
 */
function macsOf(module: Module, input: Tensor | undefined, output: Tensor): number {
  if (byRow.some((Kind) => module instanceof Kind)) {
    const matrices = module.parameters({ recurse: false }).filter(({ shape }) => shape.length === 2);
    return (input!.numel() / input!.shape.at(-1)!) * sizeOf(matrices);
  }
  const back = [ConvTranspose1d, ConvTranspose2d].some((Kind) => module instanceof Kind);
  if (!back && ![Conv1d, Conv2d, Conv3d].some((Kind) => module instanceof Kind)) return 0;
  const { weight } = module as Conv2d;
  return (back ? input! : output).numel() * (weight.numel() / weight.shape[0]!);
}

function sizeOf(parameters: readonly Parameter[]): number {
  return parameters.reduce((sum, parameter) => sum + parameter.numel(), 0);
}
