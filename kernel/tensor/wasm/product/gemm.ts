// Chooses how a matrix product is computed, once a shape.

import { type Device, define } from "../call/device";
import type { Pointer } from "../emit/kernel";
import { fill } from "../map/linear";
import { type GemmShape, gemmKernel, gemmParts, partWork } from "./blocks";
import { gemmRowsKernel, isFewRows } from "./gemmRows";
import { ShapeCache } from "./shapeCache";

export type Operands = Readonly<Record<"a" | "b" | "c", Pointer>>;

/** The flags are false by default. */
export interface GemmCall extends Operands, Omit<GemmShape, "transA" | "transB"> {
  readonly transA?: boolean;
  readonly transB?: boolean;
  readonly accumulate?: boolean;
}

const modules = ({ target }: Device) =>
  new ShapeCache((shape) => ({
    kernel: isFewRows(shape) ? gemmRowsKernel(target, shape) : gemmKernel(target, shape),
    grain: gemmParts(target, shape).grain,
  }));

/** c[m, n] = op(a)[m, k] · op(b)[k, n] (+ c if accumulate); a is [k, m] if transA, b is [n, k] if transB. */
export const gemm = define<(call: GemmCall) => void>({
  emit(device) {
    const cache = device.once(modules);
    const filling = device.kernel(fill);
    return ({ a, b, c, m, n, k, transA = false, transB = false, accumulate = false }) => {
      if (m === 0 || n === 0) return;
      if (k > 0) {
        const { kernel, grain } = cache.get(m, n, k, transA, transB);
        device.run(kernel, { a, b, c, accumulate: accumulate ? 1 : 0, rows: m, columns: n }, grain);
      } else if (!accumulate) filling({ y: c, value: 0, n: m * n });
    };
  },
  reference:
    (memory) =>
    ({ m, n, k, transA, transB, accumulate, ...call }) => {
      const [a, b, c] = [
        memory.floats(call.a, m * k),
        memory.floats(call.b, k * n),
        memory.floats(call.c, m * n),
      ];
      const [aRow, aColumn] = transA ? [1, m] : [k, 1];
      const [bRow, bColumn] = transB ? [1, k] : [n, 1];
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = accumulate ? c[i * n + j]! : 0;
          for (let p = 0; p < k; p++) sum += a[i * aRow + p * aColumn]! * b[p * bRow + j * bColumn]!;
          c[i * n + j] = sum;
        }
      }
    },
});

/**
 * `times` products of one shape, by several threads if there are any: from one to the next a, b and c grow by `steps`, in
 * bytes. Asked of a device by `device.once(products)`.
 */
export const products = (device: Device) => {
  const cache = device.once(modules);
  return (
    { m, n, k, transA, transB }: GemmShape,
    { a, b, c }: Operands,
    steps: Operands,
    times: number,
    accumulate: boolean,
  ): void => {
    const { kernel, grain } = cache.get(m, n, k, transA, transB);
    const call = { a, b, c, accumulate: accumulate ? 1 : 0, rows: m, columns: n };
    if (times === 1) device.run(kernel, call, grain);
    else device.repeat(kernel, call, steps, times, Math.ceil(partWork / (m * n * k)));
  };
};
