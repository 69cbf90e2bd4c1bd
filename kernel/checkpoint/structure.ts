// How a value that is made of tensors is written down as JSON: what is JSON is itself, all else is a list that begins with its kind.
//
// A record is an object; lists, Maps, Sets, tensors, typed arrays and the numbers and nothings that JSON lacks are
// ["list", …], ["map", [key, value], …], ["set", …], ["tensor", name, …], ["array", kind, name], ["number", "NaN"],
// ["bigint", "7"], ["undefined"]. Whatever has an identity is counted as it is come by; ["same", n] is the n-th of them again.

export type Node = null | boolean | number | string | readonly Node[] | { readonly [key: string]: Node };

/** What a file says of a tensor beside its numbers. */
export interface TensorMarks {
  /** It is an nn.Parameter. */
  readonly parameter?: boolean;
  /** It requires its gradient; false was said of it, not left out. */
  readonly requiresGrad?: boolean;
  /** The name of the tensor whose memory it has. */
  readonly of?: string;
}

/** The name of the structure among a file's metadata. */
export const structureKey = "bnlab.structure";
/** Files of other versions are refused. */
export const version = 1;
/** Deeper values are refused, before recursion ends in a broken stack. */
export const mostDepth = 500;

/** Typed arrays, and the format's word for their elements. */
export const arrayKinds: ReadonlyMap<
  string,
  { readonly dtype: string; readonly make: (buffer: ArrayBuffer) => ArrayBufferView }
> = new Map([
  ["Float64Array", { dtype: "F64", make: (buffer: ArrayBuffer) => new Float64Array(buffer) }],
  ["Float32Array", { dtype: "F32", make: (buffer: ArrayBuffer) => new Float32Array(buffer) }],
  ["BigInt64Array", { dtype: "I64", make: (buffer: ArrayBuffer) => new BigInt64Array(buffer) }],
  ["BigUint64Array", { dtype: "U64", make: (buffer: ArrayBuffer) => new BigUint64Array(buffer) }],
  ["Int32Array", { dtype: "I32", make: (buffer: ArrayBuffer) => new Int32Array(buffer) }],
  ["Uint32Array", { dtype: "U32", make: (buffer: ArrayBuffer) => new Uint32Array(buffer) }],
  ["Int16Array", { dtype: "I16", make: (buffer: ArrayBuffer) => new Int16Array(buffer) }],
  ["Uint16Array", { dtype: "U16", make: (buffer: ArrayBuffer) => new Uint16Array(buffer) }],
  ["Int8Array", { dtype: "I8", make: (buffer: ArrayBuffer) => new Int8Array(buffer) }],
  ["Uint8Array", { dtype: "U8", make: (buffer: ArrayBuffer) => new Uint8Array(buffer) }],
  ["Uint8ClampedArray", { dtype: "U8", make: (buffer: ArrayBuffer) => new Uint8ClampedArray(buffer) }],
]);
