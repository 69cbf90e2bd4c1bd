// Element types: what a tensor's numbers mean. Every element takes 4 bytes of the runtime's memory.

/** The type of a tensor's elements. Comparisons give "bool" (kept as 0 and 1 in float32), `argmax` and labels are "int32". */
export type DType = "float32" | "int32" | "bool";

/** What `.data` gives: float32 → Float32Array, int32 → Int32Array, bool → Uint8Array. */
export type TensorData = Float32Array | Int32Array | Uint8Array;

/** A number, or numbers nested as deep as the tensor has dimensions. */
export type NestedArray = number | NestedArray[];

/** What tensors are made from: a number or boolean, or arrays of them nested to equal lengths. */
export type NestedInput = number | boolean | readonly NestedInput[];

export const bytesPerElement = 4;
