// Tells how much memory cells may take.

/** In bytes: `BNLAB_MEMORY` is in MiB; without it, all that tensors can be given. The supervisor bounds objects by it too. */
export function memoryLimit(asked = process.env.BNLAB_MEMORY): number {
  if (asked === undefined || asked === "") return Number.POSITIVE_INFINITY;
  const mebibytes = Number(asked);
  if (!Number.isInteger(mebibytes) || mebibytes < 64) {
    throw new RangeError(`BNLAB_MEMORY: expected a whole number of MiB from 64 on, got "${asked}"`);
  }
  return mebibytes * 2 ** 20;
}
