// The element types of the safetensors format, and how each becomes one that tensors have.

import type { DType, NumberArray } from "../tensor";

/** How elements of a type lie in a file, and what they become. */
interface StoredType {
  readonly bytes: number;
  readonly dtype: DType;
  /** The elements, little-endian as in the file. Throws a RangeError, starting with `what`, for one that does not fit. */
  read(buffer: ArrayBuffer, what: string): NumberArray;
}

/**
 * Typed arrays read the file's little-endian numbers as they are: the runtime itself lives in WebAssembly memory, which
 * is little-endian, and shares it with them.
 */
export const storedTypes: ReadonlyMap<string, StoredType> = new Map<string, StoredType>([
  ["F64", { bytes: 8, dtype: "float32", read: (buffer) => new Float64Array(buffer) }],
  ["F32", { bytes: 4, dtype: "float32", read: (buffer) => new Float32Array(buffer) }],
  ["F16", { bytes: 2, dtype: "float32", read: (buffer) => widen(buffer, singleOfHalf) }],
  ["BF16", { bytes: 2, dtype: "float32", read: (buffer) => widen(buffer, (bits) => bits << 16) }],
  ["I64", { bytes: 8, dtype: "int32", read: (buffer, what) => narrow(new BigInt64Array(buffer), what) }],
  ["U64", { bytes: 8, dtype: "int32", read: (buffer, what) => narrow(new BigUint64Array(buffer), what) }],
  ["I32", { bytes: 4, dtype: "int32", read: (buffer) => new Int32Array(buffer) }],
  ["U32", { bytes: 4, dtype: "int32", read: (buffer, what) => narrow(new Uint32Array(buffer), what) }],
  ["I16", { bytes: 2, dtype: "int32", read: (buffer) => new Int16Array(buffer) }],
  ["U16", { bytes: 2, dtype: "int32", read: (buffer) => new Uint16Array(buffer) }],
  ["I8", { bytes: 1, dtype: "int32", read: (buffer) => new Int8Array(buffer) }],
  ["U8", { bytes: 1, dtype: "int32", read: (buffer) => new Uint8Array(buffer) }],
  ["BOOL", { bytes: 1, dtype: "bool", read: (buffer) => new Uint8Array(buffer) }],
]);

/** What tensors are written as. */
export const storedAs: Readonly<Record<DType, string>> = { float32: "F32", int32: "I32", bool: "BOOL" };

/** 16-bit floats as float32, by their bits. */
function widen(buffer: ArrayBuffer, bitsOf: (bits: number) => number): Float32Array {
  const narrow = new Uint16Array(buffer);
  const bits = new Int32Array(narrow.length);
  for (let i = 0; i < bits.length; i++) bits[i] = bitsOf(narrow[i]!);
  return new Float32Array(bits.buffer);
}

/** The bits of a float32 equal to an IEEE half: 1 sign bit, 5 of the exponent (bias 15, to 127), 10 of the mantissa. */
function singleOfHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (mantissa << 13); // infinite, or NaN
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (mantissa << 13);
  if (mantissa === 0) return sign;
  // Subnormal, mantissa · 2⁻²⁴: its leading bit becomes the hidden one.
  const shift = Math.clz32(mantissa) - 21;
  return sign | ((113 - shift) << 23) | (((mantissa << shift) & 0x3ff) << 13);
}

function narrow(wide: BigInt64Array | BigUint64Array | Uint32Array, what: string): Int32Array {
  const result = new Int32Array(wide.length);
  for (let i = 0; i < result.length; i++) {
    const value = Number(wide[i]!);
    if (value !== (value | 0)) {
      throw new RangeError(
        `${what}: expected numbers that fit int32, −2^31 … 2^31 − 1, got ${wide[i]} at ${i}`,
      );
    }
    result[i] = value;
  }
  return result;
}
