// Vectors of four lanes, and less than four: parts of them read and written, four of them turned, and how many go side by side.

import { type Code, type FunctionBuilder, type Local, v128 } from "./assembler";
import type { Target } from "./target";

/** Neighboring vectors that are computed side by side, so that V8 can fuse them to one of 256 bits. */
export const unit = (target: Target): 1 | 2 => (target.revec ? 2 : 1);

/** Channels filled up to whole units. */
export const filled = (target: Target, channels: number): number => {
  const lanes = 4 * unit(target);
  return Math.ceil(channels / lanes) * lanes;
};

/** The first `count` lanes at pointer + offset, nothing beyond them; the others are 0. */
export function loadLanes(pointer: Local, count: number, offset: number): Code {
  if (count === 4) return v128.load(pointer.get, offset);
  if (count === 1) return v128.load1(pointer.get, offset);
  const two = v128.load2(pointer.get, offset);
  return count === 2 ? two : v128.loadLane(pointer.get, two, 2, offset + 8);
}

/** Stores the first `count` lanes at pointer + offset, nothing beyond them. */
export function storeLanes(pointer: Local, value: Code, count: number, offset: number): Code {
  if (count === 4) return v128.store(pointer.get, value, offset);
  if (count === 1) return v128.storeLane(pointer.get, value, 0, offset);
  const two = v128.store2(pointer.get, value, offset);
  return count === 2 ? two : [two, v128.storeLane(pointer.get, value, 2, offset + 8)];
}

/** The first `lanes` lanes from addresses `stride` bytes apart; the others are 0. */
export function gather(from: Local, lanes: number, stride: number, offset = 0): Code {
  if (lanes === 0) return v128.zero;
  let vector = v128.load1(from.get, offset);
  for (let i = 1; i < lanes; i++) vector = v128.loadLane(from.get, vector, i, offset + i * stride);
  return vector;
}

/** Turns four vectors, the rows of a 4×4 tile, into its columns: expressions over the same locals. */
export function transposed(f: FunctionBuilder, rows: readonly Local[]): { code: Code; columns: Code[] } {
  const [a, b, c, d] = rows.map((row) => row.get) as [Code, Code, Code, Code];
  const [abLow, abHigh, cdLow, cdHigh] = f.vectors(4);
  const low: [number, number, number, number] = [0, 1, 4, 5];
  const high: [number, number, number, number] = [2, 3, 6, 7];
  return {
    // The interleavings V8 knows as one instruction each: unpacklo, unpackhi.
    code: [
      abLow.set(v128.shuffle(a, b, [0, 4, 1, 5])),
      abHigh.set(v128.shuffle(a, b, [2, 6, 3, 7])),
      cdLow.set(v128.shuffle(c, d, [0, 4, 1, 5])),
      cdHigh.set(v128.shuffle(c, d, [2, 6, 3, 7])),
    ],
    columns: [
      v128.shuffle(abLow.get, cdLow.get, low),
      v128.shuffle(abLow.get, cdLow.get, high),
      v128.shuffle(abHigh.get, cdHigh.get, low),
      v128.shuffle(abHigh.get, cdHigh.get, high),
    ],
  };
}
