// A recurrent layer over all its time steps as one operation: the input's part of the gates is one product over all of them, the
// gradients of both weights are one each, and a step is the product with the hidden state and one sweep over its gates.

import { type Node, type Rule, record } from "../autograd";
import type { BackwardPass } from "../backwardPass";
import type { Engine } from "../engine";
import type { Storage } from "../storage";
import type { Tensor } from "../tensor";
import { recurrences } from "../wasm/table";
import { giveGemm } from "./matmul";
import { contiguous } from "./view";

/** What a step computes: h = tanh(…) or relu(…) of one gate, or the gates of LSTM and GRU. */
export type RecurrentKind = "tanh" | "relu" | "lstm" | "gru";

/** Gates of one step, each as wide as the hidden state. */
export const gatesOf: { readonly [K in RecurrentKind]: number } = { tanh: 1, relu: 1, lstm: 4, gru: 3 };

/** A layer's parameters in one direction, as PyTorch lays them out: [gates·H, I], [gates·H, H], both biases [gates·H] or neither. */
export interface RecurrentWeights {
  readonly input: Tensor;
  readonly hidden: Tensor;
  readonly inputBias: Tensor | null;
  readonly hiddenBias: Tensor | null;
}

/** What goes through a layer: rows [N, I], those of the first step, then of the second, …: never more than of the step before. */
export interface RecurrentSteps {
  readonly rows: Tensor;
  readonly batchSizes: readonly number[];
  /** From the last step to the first. */
  readonly backwards: boolean;
}

/** The state before the first step, [B, H] each; `cell` of an LSTM alone. */
export interface RecurrentState {
  readonly hidden: Tensor;
  readonly cell: Tensor | null;
}

interface Info {
  readonly kind: RecurrentKind;
  readonly batchSizes: readonly number[];
  readonly backwards: boolean;
  readonly hasBias: boolean;
}

/** A step's first row and how many it has. */
interface Step {
  readonly start: number;
  readonly rows: number;
}

function stepsOf({ batchSizes, backwards }: Pick<Info, "batchSizes" | "backwards">): Step[] {
  let start = 0;
  const steps = batchSizes.map((rows) => {
    start += rows;
    return { start: start - rows, rows };
  });
  return backwards ? steps.reverse() : steps;
}

/** The place of row `row` of a buffer of so many columns. */
const at = ({ pointer }: { readonly pointer: number }, row: number, columns: number): number =>
  pointer + row * columns * 4;

function copyRows(engine: Engine, x: number, y: number, n: number): void {
  engine.f32.copyWithin(y >>> 2, x >>> 2, (x >>> 2) + n);
}

/** y[rows, columns] ← bias + x · weightᵀ */
function project(engine: Engine, x: number, weight: Tensor, bias: Tensor | null, y: number, rows: number) {
  const [columns, width] = weight.shape as [number, number];
  engine.kernels.gemm({ a: x, b: weight.pointer, c: y, m: rows, n: columns, k: width, transB: true });
  if (bias !== null) engine.kernels.binary("add", "rowRight", { a: y, b: bias.pointer, y, rows, columns });
}

/**
 * All steps of a layer in one direction: [N + B, H], of an LSTM [N + 2·B, H]. First the hidden state after each step, in the rows
 * of its input; then, a row a sequence, the last hidden state, and the last cell.
 */
export function recurrent(
  kind: RecurrentKind,
  { rows: input, batchSizes, backwards }: RecurrentSteps,
  weights: RecurrentWeights,
  state: RecurrentState,
): Tensor {
  const [x, hiddenWeight] = [contiguous(input), contiguous(weights.hidden)];
  const inputWeight = contiguous(weights.input);
  const [inputBias, hiddenBias] = [weights.inputBias, weights.hiddenBias].map((bias) =>
    bias === null ? null : contiguous(bias),
  ) as [Tensor | null, Tensor | null];
  const [hidden, cell] = [contiguous(state.hidden), state.cell === null ? null : contiguous(state.cell)];
  const { engine } = x;
  const { kernels } = engine;
  const { lstm, gru } = kernels.of(recurrences);
  const [total, batch] = [x.shape[0]!, hidden.shape[0]!];
  const size = hidden.shape[1]!;
  const wide = gatesOf[kind] * size;
  const y = engine.empty([total + (cell === null ? 1 : 2) * batch, size], "float32");
  const gates = engine.allocate(total * wide);
  const before = engine.allocate(total * size); // the hidden state before each step
  const cells = engine.allocate(kind === "lstm" ? total * size : 0);
  const inner = engine.allocate(kind === "gru" ? total * wide : 0);
  const [last, lastCell] = [at(y, total, size), at(y, total + batch, size)];
  copyRows(engine, hidden.pointer, last, batch * size);
  if (cell !== null) copyRows(engine, cell.pointer, lastCell, batch * size);
  project(engine, x.pointer, inputWeight, inputBias, gates.pointer, total);
  if (hiddenBias !== null && kind !== "gru") {
    const call = { a: gates.pointer, b: hiddenBias.pointer, y: gates.pointer, rows: total, columns: wide };
    kernels.binary("add", "rowRight", call);
  }
  for (const { start, rows } of stepsOf({ batchSizes, backwards })) {
    const [own, was] = [at(gates, start, wide), at(before, start, size)];
    const now = at(y, start, size);
    copyRows(engine, last, was, rows * size);
    if (kind === "gru") {
      const inside = at(inner, start, wide);
      project(engine, was, hiddenWeight, hiddenBias, inside, rows);
      gru({ gates: own, inner: inside, before: was, hidden: now, rows, size });
    } else {
      const product = { a: was, b: hiddenWeight.pointer, c: own, m: rows, n: wide, k: size, transB: true };
      kernels.gemm({ ...product, accumulate: true });
      if (kind === "lstm") {
        const cellBefore = at(cells, start, size);
        copyRows(engine, lastCell, cellBefore, rows * size);
        lstm({ gates: own, before: cellBefore, cell: lastCell, hidden: now, rows, size });
      } else {
        kernels.unary(kind, { x: own, y: own, n: rows * size });
        copyRows(engine, own, now, rows * size);
      }
    }
    copyRows(engine, now, last, rows * size);
  }
  const inputs = [x, inputWeight, hiddenWeight, hidden, inputBias, hiddenBias, cell].filter(
    (each) => each !== null,
  );
  const info = { kind, batchSizes, backwards, hasBias: inputBias !== null };
  return record(recurrentRule, y, inputs, info, [gates, before, cells, inner]);
}

const recurrentRule: Rule<Info> = {
  name: "recurrent",
  reads: "inputs",
  backward(node, dy, pass) {
    const { kind, hasBias } = node.info;
    const [x, inputWeight, hiddenWeight, hidden, ...others] = node.inputs as [Tensor, Tensor, Tensor, Tensor];
    const { engine } = pass;
    const [total, wide] = [x.shape[0]!, inputWeight.shape[0]!];
    const { dGates, dInner } = throughSteps(node, dy, pass);
    const [inputBias, hiddenBias] = hasBias ? (others as Tensor[]) : [];
    const cell = (others as Tensor[])[hasBias ? 2 : 0];
    for (const [bias, gradient] of [
      [inputBias, dGates],
      [hiddenBias, dInner],
    ] as const) {
      if (!bias?.requiresGrad) continue;
      const db = pass.allocate(bias);
      engine.kernels.reduce("sum", { x: gradient.pointer, y: db.pointer, outer: 1, n: total, inner: wide });
      pass.give(bias, db);
    }
    const [width, size] = [x.shape[1]!, hidden.shape[1]!];
    const before = node.saved[1]!;
    if (inputWeight.requiresGrad) giveGemm(pass, inputWeight, dGates, x, wide, width, total, true, false);
    if (hiddenWeight.requiresGrad)
      giveGemm(pass, hiddenWeight, dInner, before, wide, size, total, true, false);
    if (x.requiresGrad) giveGemm(pass, x, dGates, inputWeight, total, width, wide, false, false);
    for (const [i, state] of [hidden, kind === "lstm" ? cell : undefined].entries()) {
      if (!state?.requiresGrad) continue;
      const gradient = pass.allocate(state);
      copyRows(engine, at(dy, total + i * state.shape[0]!, size), gradient.pointer, state.count);
      pass.give(state, gradient);
    }
    engine.release(dGates);
    if (dInner !== dGates) engine.release(dInner);
  },
};

/** The gradients of what the input and the hidden state gave to the gates; the last rows of dy become those of the first state. */
function throughSteps(
  node: Node<Info>,
  dy: Storage,
  pass: BackwardPass,
): { dGates: Storage; dInner: Storage } {
  const { kind } = node.info;
  const [x, inputWeight, hiddenWeight, hidden] = node.inputs as [Tensor, Tensor, Tensor, Tensor];
  const [gates, before, cells, inner] = node.saved as [Storage, Storage, Storage, Storage];
  const { engine } = pass;
  const { kernels } = engine;
  const { lstmBackward, gruBackward } = kernels.of(recurrences);
  const [total, batch, size] = [x.shape[0]!, hidden.shape[0]!, hidden.shape[1]!];
  const wide = inputWeight.shape[0]!;
  const dGates = engine.allocate(total * wide);
  const dInner = kind === "gru" ? engine.allocate(total * wide) : dGates;
  const [dHidden, dCell] = [at(dy, total, size), at(dy, total + batch, size)];
  for (const { start, rows } of stepsOf(node.info).reverse()) {
    const [own, change] = [at(gates, start, wide), at(dGates, start, wide)];
    const given = at(dy, start, size);
    const step = { gates: own, dy: given, dHidden, dGates: change, rows, size };
    if (kind === "lstm") lstmBackward({ ...step, before: at(cells, start, size), dCell });
    else if (kind === "gru") {
      const [inside, dInside] = [at(inner, start, wide), at(dInner, start, wide)];
      gruBackward({ ...step, before: at(before, start, size), inner: inside, dInner: dInside });
    } else {
      kernels.axpy({ alpha: 1, x: dHidden, y: given, n: rows * size });
      kernels.unaryGrad(kind, { saved: own, dy: given, dx: change, n: rows * size });
    }
    kernels.gemm({
      ...{ a: at(dInner, start, wide), b: hiddenWeight.pointer, c: dHidden },
      ...{ m: rows, n: size, k: wide, accumulate: kind === "gru" },
    });
  }
  return { dGates, dInner };
}
