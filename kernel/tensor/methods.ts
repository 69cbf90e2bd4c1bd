// Methods as functions, for all of which PyTorch has one: exp(x) is x.exp(). Written once, as methods, in tensor.ts.

import { requireTensor } from "./arguments";
import { Tensor } from "./tensor";

/** Whether two lists of parameters are one. */
type Same<A, B> = [A, B] extends [B, A] ? true : false;

/** A method as a function whose first argument is the tensor; of one that takes two forms, in both. */
type Lifted<Method> = Method extends { (...args: infer A): infer R; (...args: infer B): infer S }
  ? Same<A, B> extends true
    ? (input: Tensor, ...args: B) => S
    : { (input: Tensor, ...args: A): R; (input: Tensor, ...args: B): S }
  : never;

/** Every method as a function: types and docstrings are the methods'. */
const methods = Object.fromEntries(
  Object.entries(Object.getOwnPropertyDescriptors(Tensor.prototype)).flatMap(([name, { value }]) =>
    typeof value === "function" ? [[name, lifted(name, value)]] : [],
  ),
) as unknown as { readonly [Name in keyof Tensor]: Lifted<Tensor[Name]> };

function lifted(name: string, method: (...args: unknown[]) => unknown) {
  return (input: Tensor, ...args: unknown[]): unknown => {
    requireTensor(name, input);
    return method.apply(input, args);
  };
}

/** torch's names for them; esbuild.js writes the docstrings into the declarations that cells see. */
export const {
  abs,
  add,
  all,
  allclose,
  amax,
  amin,
  any,
  argmax,
  argmin,
  argsort,
  atan,
  bincount,
  bmm,
  ceil,
  chunk,
  clamp,
  clone,
  cos,
  countNonzero,
  cumsum,
  diagonal,
  div,
  dot,
  eq,
  equal,
  erf,
  exp,
  expm1,
  flatten,
  flip,
  floor,
  floorDivide,
  gather,
  ge,
  gt,
  indexPut,
  indexSelect,
  isclose,
  isfinite,
  isinf,
  isnan,
  le,
  lerp,
  log,
  log10,
  log1p,
  log2,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  logSoftmax,
  logsumexp,
  lt,
  maskedFill,
  maskedSelect,
  matmul,
  max,
  maximum,
  mean,
  median,
  min,
  minimum,
  mm,
  movedim,
  mul,
  mv,
  narrow,
  ne,
  neg,
  nonzero,
  norm,
  numel,
  outer,
  permute,
  pow,
  prod,
  quantile,
  reciprocal,
  relu,
  remainder,
  reshape,
  roll,
  round,
  rsqrt,
  scatter,
  scatterAdd,
  select,
  sigmoid,
  sign,
  sin,
  softmax,
  sort,
  split,
  sqrt,
  square,
  squeeze,
  std,
  sub,
  sum,
  t,
  tan,
  tanh,
  tile,
  topk,
  trace,
  transpose,
  tril,
  triu,
  trunc,
  unbind,
  unflatten,
  unsqueeze,
} = methods;
