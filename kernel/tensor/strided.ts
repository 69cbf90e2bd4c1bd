// Copies between strided layouts: how views become contiguous and how gradients find their way back into them.

import type { Engine } from "./engine";
import { type Shape, stridesOf } from "./shape";
import type { Storage } from "./storage";

/** Where a block of numbers lies: element offset into a storage, and strides in elements. */
export interface Layout {
  readonly storage: Storage;
  readonly offset: number;
  readonly strides: Shape;
}

/** The layout of a contiguous buffer. */
export function packed(storage: Storage, shape: Shape): Layout {
  return { storage, offset: 0, strides: stridesOf(shape) };
}

/** Copies every element of `from` to the same index of `to`. Moves bits, so it serves every dtype. */
export function copyStrided(engine: Engine, shape: Shape, from: Layout, to: Layout): void {
  const { sizes, source, target } = merge(shape, from.strides, to.strides);
  if (sizes.includes(0)) return;
  const start = (from.storage.pointer >>> 2) + from.offset;
  const end = (to.storage.pointer >>> 2) + to.offset;
  if (sizes.length === 2 && transposed(sizes, source) && target[1] === 1 && target[0] === sizes[1]) {
    // x[columns, rows] → y[rows, columns]
    engine.kernels.transpose({ x: start * 4, y: end * 4, rows: sizes[1]!, columns: sizes[0]! });
    return;
  }
  const rank = sizes.length;
  const run = sizes[rank - 1]!;
  const stepFrom = source[rank - 1]!;
  const stepTo = target[rank - 1]!;
  const index = new Array<number>(rank).fill(0);
  let i = start;
  let j = end;
  for (;;) {
    copyRun(engine, i, stepFrom, j, stepTo, run);
    let dim = rank - 2;
    for (; dim >= 0; dim--) {
      i += source[dim]!;
      j += target[dim]!;
      if (++index[dim]! < sizes[dim]!) break;
      i -= source[dim]! * sizes[dim]!;
      j -= target[dim]! * sizes[dim]!;
      index[dim] = 0;
    }
    if (dim < 0) return;
  }
}

function copyRun(
  engine: Engine,
  from: number,
  stepFrom: number,
  to: number,
  stepTo: number,
  n: number,
): void {
  const memory = engine.i32; // as integers: a float load may change the bits of a NaN
  if (stepFrom === 1 && stepTo === 1 && n >= 16) memory.copyWithin(to, from, from + n);
  else for (let k = 0, i = from, j = to; k < n; k++, i += stepFrom, j += stepTo) memory[j] = memory[i]!;
}

function transposed(sizes: Shape, strides: Shape): boolean {
  return strides[0] === 1 && strides[1] === sizes[0];
}

/** Drops dimensions of size 1 and merges neighbors that both layouts walk as one. At least one dimension remains. */
function merge(shape: Shape, from: Shape, to: Shape) {
  const sizes: number[] = [];
  const source: number[] = [];
  const target: number[] = [];
  for (let dim = 0; dim < shape.length; dim++) {
    const size = shape[dim]!;
    if (size === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && source[last] === from[dim]! * size && target[last] === to[dim]! * size) {
      sizes[last]! *= size;
      source[last] = from[dim]!;
      target[last] = to[dim]!;
    } else {
      sizes.push(size);
      source.push(from[dim]!);
      target.push(to[dim]!);
    }
  }
  if (sizes.length === 0) return { sizes: [1], source: [1], target: [1] };
  return { sizes, source, target };
}
