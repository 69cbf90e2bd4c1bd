// Products under names of their own: vectors and matrices of fixed ranks, outer products, Einstein sums.

import { requireKnown, requireNumber, requireRank, requireTensor, requireTensors } from "../arguments";
import { promote } from "../dtype";
import { broadcastShapes, countOf, show } from "../shape";
import type { Tensor } from "../tensor";
import { arithmetic } from "./arithmetic";
import { cast } from "./check";
import { matmul } from "./matmul";
import { sumOrMean } from "./reduction";
import { diagonal, expand, permute, reshape, unsqueeze } from "./view";

const ranks = {
  dot: [1, "n", 1, "n"],
  mv: [2, "m, n", 1, "n"],
  mm: [2, "m, k", 2, "k, n"],
  bmm: [3, "b, m, k", 3, "b, k, n"],
} as const;

/** matmul of operands whose numbers of dimensions are fixed, and nothing broadcasts. */
export function productOf(
  op: keyof typeof ranks,
  left: Tensor,
  right: Tensor,
  operation: string = op,
): Tensor {
  const [rankLeft, lettersLeft, rankRight, lettersRight] = ranks[op];
  requireRank(operation, left, rankLeft, lettersLeft);
  requireRank(operation, right, rankRight, lettersRight);
  const fits =
    left.shape.at(-1) === right.shape[rankRight === 3 ? 1 : 0] &&
    (op !== "bmm" || left.shape[0] === right.shape[0]);
  if (!fits) {
    throw new RangeError(
      `${operation}: expected [${lettersLeft}] and [${lettersRight}], got ${show(left.shape)} and ${show(right.shape)}`,
    );
  }
  return matmul(left, right);
}

/** y[i][j] = a[i]·b[j] of two vectors. */
export function outer(a: Tensor, b: Tensor): Tensor {
  requireRank("outer", a, 1, "m");
  requireRank("outer", b, 1, "n");
  return arithmetic("mul", unsqueeze(a, 1), b);
}

/** The factors of addmm: beta·input + alpha·(a · b). */
export interface AddmmOptions {
  /** Default 1. */
  readonly alpha?: number;
  /** Default 1. */
  readonly beta?: number;
}

/**
 * beta·input + alpha·(a · b): a [m, k], b [k, n] and an input that broadcasts to [m, n] → [m, n]. As torch.addmm. Throws
 * a RangeError for other shapes.
 */
export function addmm(
  input: Tensor,
  a: Tensor,
  b: Tensor,
  { alpha = 1, beta = 1 }: AddmmOptions = {},
): Tensor {
  requireKnown("addmm", arguments, 4, ["alpha", "beta"]);
  requireTensor("addmm", input);
  requireNumber("addmm", "alpha", alpha);
  requireNumber("addmm", "beta", beta);
  requireRank("addmm", a, 2, "m, k");
  requireRank("addmm", b, 2, "k, n");
  if (a.shape[1] !== b.shape[0]) {
    throw new RangeError(`addmm: expected [m, k] and [k, n], got ${show(a.shape)} and ${show(b.shape)}`);
  }
  const product = matmul(a, b);
  broadcastShapes("addmm", input.shape, product.shape);
  return arithmetic("add", arithmetic("mul", input, beta), arithmetic("mul", product, alpha));
}

/** A tensor whose dimensions have names, each one once. */
interface Named {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

function fault(equation: string, expected: string, got: string): RangeError {
  return new RangeError(`einsum: expected ${expected}, got ${got} in "${equation}"`);
}

/** "ab...c" as labels; the dimensions of "..." are called ".1", ".2", … from the last one backwards. */
function labelsOf(equation: string, term: string, rank: number): string[] {
  const letters = term.replaceAll(" ", "");
  const parts = letters.split("...");
  if (parts.length > 2 || !/^[a-zA-Z]*$/.test(parts.join(""))) {
    throw fault(equation, 'letters and at most one "..." for each operand', `"${term}"`);
  }
  const [before, after = ""] = parts as [string, string?];
  const hidden = rank - before.length - after.length;
  if (parts.length === 1 ? hidden !== 0 : hidden < 0) {
    throw fault(equation, `a letter for each of the ${rank} dims of an operand`, `"${term}"`);
  }
  const dots = Array.from({ length: hidden }, (_, i) => `.${hidden - i}`);
  return [...before, ...(parts.length === 2 ? dots : []), ...after];
}

/** Without the labels that occur twice (their diagonal stays), and the dims of "..." repeated to their common size. */
function tidyOperand({ x, labels }: Named, sizes: ReadonlyMap<string, number>): Named {
  let y = expand(
    x,
    labels.map((label) => sizes.get(label)!),
  );
  const left = [...labels];
  for (let i = 0; i < left.length; i++) {
    for (let j = left.indexOf(left[i]!, i + 1); j > 0; j = left.indexOf(left[i]!, i + 1)) {
      y = diagonal(y, 0, i, j); // the joined dim comes last
      const [label] = left.splice(i, 1) as [string];
      left.splice(j - 1, 1);
      left.push(label);
    }
  }
  return { x: y, labels: left };
}

function summed({ x, labels }: Named, needed: ReadonlySet<string>): Named {
  const dims = labels.flatMap((label, i) => (needed.has(label) ? [] : [i]));
  if (dims.length === 0) return { x, labels };
  return { x: sumOrMean("sum", x, dims, false), labels: labels.filter((label) => needed.has(label)) };
}

function ordered({ x, labels }: Named, order: readonly string[]): Tensor {
  return permute(
    x,
    order.map((label) => labels.indexOf(label)),
  );
}

/** Both as one, their common labels that nothing else needs summed over: a batched matrix product. */
function contracted(
  a: Named,
  b: Named,
  needed: ReadonlySet<string>,
  sizes: ReadonlyMap<string, number>,
): Named {
  const left = summed(a, new Set([...needed, ...b.labels]));
  const right = summed(b, new Set([...needed, ...a.labels]));
  const common = left.labels.filter((label) => right.labels.includes(label));
  const batch = common.filter((label) => needed.has(label));
  const inner = common.filter((label) => !needed.has(label));
  const rows = left.labels.filter((label) => !common.includes(label));
  const columns = right.labels.filter((label) => !common.includes(label));
  const sizeOf = (labels: readonly string[]) => labels.map((label) => sizes.get(label)!);
  const [n, m, k, p] = [batch, rows, inner, columns].map((labels) => countOf(sizeOf(labels))) as [
    number,
    number,
    number,
    number,
  ];
  const lead = batch.length === 0 ? [] : [n];
  const x = matmul(
    reshape(ordered(left, [...batch, ...rows, ...inner]), [...lead, m, k]),
    reshape(ordered(right, [...batch, ...inner, ...columns]), [...lead, k, p]),
  );
  const labels = [...batch, ...rows, ...columns];
  return { x: reshape(x, sizeOf(labels)), labels };
}

/**
 * The sum of products that an equation of index letters names, as torch.einsum: "ij,jk->ik" is a matrix product, "bij->b"
 * a sum, "ii->i" a diagonal, "...ij->...ji" a transpose. Letters without "->" that occur once stay, in alphabetical order.
 * Operands are multiplied from left to right; of int32 the result is int32, exact. Throws a RangeError for an equation
 * that does not fit the operands' shapes.
 */
export function einsum(equation: string, ...operands: Tensor[]): Tensor {
  if (typeof equation !== "string") {
    throw new TypeError(`einsum: expected an equation such as "ij,jk->ik", got ${String(equation)}`);
  }
  const [input, output, ...more] = equation.split("->") as [string, string?];
  const terms = input.split(",");
  if (more.length > 0 || terms.length !== operands.length) {
    throw fault(equation, `one term for each of the ${operands.length} operands`, `${terms.length}`);
  }
  requireTensors("einsum", operands);
  const dtype = operands.map((x) => x.dtype).reduce(promote, "int32");
  const named: Named[] = operands.map((x, i) => ({
    x: cast(x, dtype),
    labels: labelsOf(equation, terms[i]!, x.shape.length),
  }));
  const sizes = new Map<string, number>();
  for (const { x, labels } of named) {
    for (const [i, label] of labels.entries()) {
      const [size, known] = [x.shape[i]!, sizes.get(label) ?? 1];
      const broadcasts = label.startsWith(".") || !sizes.has(label);
      if (size !== known && !(broadcasts && (size === 1 || known === 1))) {
        throw fault(equation, `one size for "${label}"`, `${known} and ${size}`);
      }
      sizes.set(label, known === 1 ? size : known);
    }
  }
  const all = named.flatMap(({ labels }) => labels);
  const dots = [...sizes.keys()]
    .filter((label) => label.startsWith("."))
    .sort()
    .reverse();
  const once = [...sizes.keys()].filter(
    (label) => !label.startsWith(".") && all.indexOf(label) === all.lastIndexOf(label),
  );
  const result =
    output === undefined
      ? [...dots, ...once.sort()]
      : labelsOf(
          equation,
          output,
          output.replaceAll(/[ .]/g, "").length + (output.includes("...") ? dots.length : 0),
        );
  if (new Set(result).size !== result.length || result.some((label) => !sizes.has(label))) {
    throw fault(equation, "each output letter once, and in an operand", `"${output}"`);
  }
  const tidy = named.map((operand) => tidyOperand(operand, sizes));
  const product = tidy.reduce((left, right, i) => {
    const later = new Set([...result, ...tidy.slice(i + 1).flatMap(({ labels }) => labels)]);
    return contracted(left, right, later, sizes);
  });
  return ordered(summed(product, new Set(result)), result);
}
