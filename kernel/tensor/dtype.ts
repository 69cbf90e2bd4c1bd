// Element types: what a tensor's numbers mean, and which type comes of several. Every element takes 4 bytes of the
// runtime's memory.

/** The type of a tensor's elements. Comparisons give "bool" (kept as 0 and 1 in float32), `argmax` and labels are "int32". */
export type DType = "float32" | "int32" | "bool";

/** What `.data` gives: float32 → Float32Array, int32 → Int32Array, bool → Uint8Array. */
export type TensorData = Float32Array | Int32Array | Uint8Array;

/** A number, or numbers nested as deep as the tensor has dimensions. */
export type NestedArray = number | NestedArray[];

/** What tensors are made from: a number or boolean, or arrays of them nested to equal lengths. */
export type NestedInput = number | boolean | readonly NestedInput[];

export const bytesPerElement = 4;

/** A number or flag beside a tensor: true and false count as bool, whole numbers as int32, others as float32. */
export type Scalar = number | boolean;

const categories: readonly DType[] = ["bool", "int32", "float32"];

/** The dtype that two operands meet in, as PyTorch's: bool gives way to int32, and both to float32. */
export function promote(a: DType, b: DType): DType {
  return categories[Math.max(categories.indexOf(a), categories.indexOf(b))]!;
}

/** What a scalar counts as beside a tensor. JavaScript has one kind of number: 2.0 is a whole one. */
export function dtypeOf(scalar: Scalar): DType {
  if (typeof scalar === "boolean") return "bool";
  return Number.isInteger(scalar) ? "int32" : "float32";
}

/** Whether a result of one dtype may be written over a tensor of another: nothing of its kind is lost. */
export function holds(target: DType, result: DType): boolean {
  return promote(target, result) === target;
}

/** Whether a number is one of int32's. */
export function isInt32(value: number): boolean {
  return (value | 0) === value;
}
