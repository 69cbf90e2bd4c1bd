// Elementwise operations one after the other in one pass: what lies between them stays in registers. The numbers are those of
// the operations one by one.

import { define, elements } from "../call/device";
import { type Code, type FunctionBuilder, f32x4, type Local } from "../emit/assembler";
import { compile, element, float32, type Kernel, type Kind, type Pointer, units } from "../emit/kernel";
import { eachVector, loadStep } from "../emit/loops";
import type { Target } from "../emit/target";
import { functions, vectors } from "./binary";
import {
  gradVectors,
  type UnaryGradOp,
  type UnaryOp,
  unaryFunctions,
  unaryGradFunctions,
  unaryVectors,
  width,
} from "./unary";

/** Operations of two operands that may stand in a chain. */
export type PairOp = "add" | "sub" | "mul" | "div";
/** "sigmoid′" and the like are dy · the derivative, of (dy, saved); see UnaryGradOp. */
export type ChainOp = UnaryOp | PairOp | `${UnaryGradOp}′`;

/** What an operation reads: the i-th of the chain's buffers or numbers, or the result of its i-th step. */
export type Operand = `x${number}` | `number${number}` | `step${number}`;

export interface ChainStep {
  readonly op: ChainOp;
  readonly operands: readonly Operand[];
}

export interface Chain {
  readonly steps: readonly ChainStep[];
  /** The steps whose results are stored. */
  readonly results: readonly number[];
}

/** A chain as text that its kernel is found by. */
function textOf({ steps, results }: Chain): string {
  let text = "";
  for (const { op, operands } of steps) {
    text += op;
    for (const operand of operands) text += ` ${operand}`;
    text += ", ";
  }
  for (const result of results) text += ` ${result}`;
  return text;
}

const indexOf = (operand: Operand): number => Number(/\d+$/.exec(operand)![0]);

export interface ChainCall {
  readonly xs: readonly Pointer[];
  readonly numbers: readonly number[];
  /** Where results go, in their order; each may be one of `xs`, no two are one. */
  readonly ys: readonly Pointer[];
  readonly n: number;
}

/** Names of parameters, made once: to join one takes longer than to set it. */
function namesOf(kind: "x" | "number" | "y"): (i: number) => string {
  const names: string[] = [];
  return (i) => (names[i] ??= `${kind}${i}`);
}

const nameOf = { x: namesOf("x"), number: namesOf("number"), y: namesOf("y") };

function chainKernel(target: Target, { steps, results }: Chain): Kernel {
  const operands = steps.flatMap((step) => step.operands);
  const most = (kind: string) =>
    Math.max(0, ...operands.filter((each) => each.startsWith(kind)).map((each) => indexOf(each) + 1));
  const list = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
  const [reads, numbers] = [list(most("x"), nameOf.x), list(most("number"), nameOf.number)];
  const writes = results.map((_, i) => nameOf.y(i));
  const parameters: Record<string, Kind<string>> = {
    ...Object.fromEntries([...reads, ...writes].map((name) => [name, element])),
    ...Object.fromEntries(numbers.map((name) => [name, float32])),
    n: units,
  };
  return compile(target, parameters, (locals, f) => {
    const values = new Map<Operand, Local>();
    const vectorFor = (operand: Operand) => {
      let value = values.get(operand);
      if (value === undefined) {
        value = f.local("v128");
        values.set(operand, value);
      }
      return value;
    };
    const wide = steps.some(({ op }) => op in unaryVectors && width(op as UnaryOp) === 2);
    return [
      numbers.map((name) => vectorFor(name as Operand).set(f32x4.splat(locals[name]!.get))),
      eachVector(
        f,
        locals.n!.get,
        [...reads, ...writes].map((name) => locals[name]!),
        wide || results.length > 1 ? 2 : 4,
        writes.map((name) => locals[name]!),
        (step, at) => {
          const computed: Code = [
            reads.map((name) => vectorFor(name as Operand).set(loadStep(step, locals[name]!, at))),
            steps.map(({ op, operands }, i) =>
              vectorFor(`step${i}`).set(vectorOf(target, f, op, operands.map(vectorFor))),
            ),
          ];
          return results.map((result, i) => [i === 0 ? computed : [], vectorFor(`step${result}`).get]);
        },
      ),
    ];
  });
}

function vectorOf(target: Target, f: FunctionBuilder, op: ChainOp, [a, b]: Local[]): Code {
  if (op in unaryVectors) return unaryVectors[op as UnaryOp](target, f, a!.get);
  if (op in vectors) return vectors[op as PairOp](a!.get, b!.get);
  return gradVectors[op.slice(0, -1) as UnaryGradOp](f, a!.get, b!);
}

function numberOf(op: ChainOp, [a, b]: number[]): number {
  if (op in unaryFunctions) return unaryFunctions[op as UnaryOp](a!);
  if (op in functions) return functions[op as PairOp](a!, b!);
  return unaryGradFunctions[op.slice(0, -1) as UnaryGradOp](a!, b!);
}

/** The results of a chain over n elements, each step's those of its operation alone. */
export const chain = define<(chain: Chain, call: ChainCall) => void>({
  emit(device) {
    const kernels = new Map<string, Kernel>();
    return (chain, { xs, numbers, ys, n }) => {
      const text = textOf(chain);
      let kernel = kernels.get(text);
      if (kernel === undefined) {
        kernel = chainKernel(device.target, chain);
        kernels.set(text, kernel);
      }
      const values: Record<string, number> = { n };
      for (let i = 0; i < xs.length; i++) values[nameOf.x(i)] = xs[i]!;
      for (let i = 0; i < numbers.length; i++) values[nameOf.number(i)] = numbers[i]!;
      for (let i = 0; i < ys.length; i++) values[nameOf.y(i)] = ys[i]!;
      device.run(kernel, values, elements);
    };
  },
  reference:
    (memory) =>
    ({ steps, results }, { xs, numbers, ys, n }) => {
      const inputs = xs.map((pointer) => memory.floats(pointer, n));
      const outputs = ys.map((pointer) => memory.floats(pointer, n));
      for (let i = 0; i < n; i++) {
        const values: number[] = [];
        const read = (operand: Operand) => {
          const at = indexOf(operand);
          if (operand.startsWith("x")) return inputs[at]![i]!;
          return operand.startsWith("number") ? Math.fround(numbers[at]!) : values[at]!;
        };
        for (const { op, operands } of steps) values.push(Math.fround(numberOf(op, operands.map(read))));
        for (const [r, result] of results.entries()) outputs[r]![i] = values[result]!;
      }
    },
});
