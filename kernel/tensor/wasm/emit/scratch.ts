// The scratch area: what kernels write besides the buffers of a call. Every thread has one; that of the main thread is the start
// of the memory, where the table of constants lies too. A kernel names a region of this table, never an offset.
//
//   KiB  0          64         128                           320                  512
//        ├──────────┼──────────┼─────────────────────────────┼────────────────────┤
//        │ panel    │constants │ block                       │ (free)             │  a matrix product
//        ├──────────┤          ├────────┬────────────────────┼────────────────────┤
//        │ (free)   │          │columns │ (free)             │chunks' sums        │  batch normalization
//        ├─┬────────┤          ├────────┴────────────────────┴────────────────────┤
//        │t│        │          │ (free)                                           │  a tile of Winograd's convolution
//        └─┴────────┴──────────┴──────────────────────────────────────────────────┘

import { type Code, i32, scratchStart } from "./assembler";

const kib = 1024;

/** Bytes of a thread's scratch area. */
export const scratchBytes = 512 * kib;

/** A packed panel of B: so many rows of so many vectors at most; 16 KiB where a tile is two vectors wide. */
export const panelRows = 512;
export const panelVectors = 8;
/** A packed block of A: so many rows of so many numbers at most. */
export const blockRows = 192;
export const blockDepth = 256;
/** Channels of one call of batch normalization, and the chunks of rows or images in which it sums them, beside what is left. */
export const mostColumns = 1024;
export const mostChunks = 8;
/** A chunk's sums: two f64 a channel, and room for the last step's four channels. */
export const chunkBytes = (mostColumns + 4) * 16;
/** From one number kept of all channels to the next; no power of two, lest stores wait for loads whose lowest bits agree. */
export const columnBytes = mostColumns * 4 + 17 * 64;
/** Values of a tile between the two axes of Winograd's transforms, each of up to two vectors. */
const tileValues = 36;

/** Kernels of which one runs at a time on a thread: what they keep may lie in the same place, their own regions may not. */
const uses = {
  product: {
    panel: { start: 0, bytes: panelRows * panelVectors * 16 },
    block: { start: 128 * kib, bytes: blockRows * blockDepth * 4 },
  },
  batchNorm: {
    /** Five f32 a channel, a row of each. */
    columns: { start: 128 * kib, bytes: 5 * columnBytes },
    /** Sums of chunks: those of all threads in the first area. */
    chunks: { start: 320 * kib, bytes: (mostChunks + 1) * chunkBytes },
  },
  winograd: {
    tile: { start: 0, bytes: tileValues * 2 * 16 },
  },
} as const;

/** The table of constants, read by every kernel, in the first area only. */
export const constantsRegion = { start: 64 * kib, bytes: 64 * kib };

export interface Region {
  readonly start: number;
  readonly bytes: number;
}

/**
 * Fails where a region lies beyond the area or on another that is in use at the same time.
 * @throws RangeError naming the two.
 */
export function checkRegions(
  area: number,
  always: Region,
  tables: Readonly<Record<string, Readonly<Record<string, Region>>>>,
): void {
  for (const [use, table] of Object.entries(tables)) {
    const regions = [...Object.entries(table), ["constants", always] as const];
    regions.forEach(([name, { start, bytes }], i) => {
      if (start % 16 !== 0 || start < 0 || bytes <= 0 || start + bytes > area) {
        throw new RangeError(
          `scratch: ${use}'s ${name} is ${start}…${start + bytes}, expected whole vectors within 0…${area}`,
        );
      }
      for (const [other, region] of regions.slice(i + 1)) {
        if (start < region.start + region.bytes && region.start < start + bytes) {
          throw new RangeError(`scratch: ${use}'s ${name} overlaps its ${other}; move one of them`);
        }
      }
    });
  }
}

checkRegions(scratchBytes, constantsRegion, uses);

const addressOf = ({ start }: Region): Code =>
  start === 0 ? scratchStart : i32.add(scratchStart, i32.const(start));

/** Where each region starts in the area of the thread that runs the kernel. */
export const regions = {
  panel: addressOf(uses.product.panel),
  block: addressOf(uses.product.block),
  columns: addressOf(uses.batchNorm.columns),
  tile: addressOf(uses.winograd.tile),
};

/** Where sums of chunks begin, which any thread may write: those of a call. */
export const partials = uses.batchNorm.chunks.start;
