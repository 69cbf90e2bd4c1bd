// A tensor as an assistant reads it: a box of its elements, statistics and a histogram over all of them.
import type { TensorReply, TensorRequest } from "../protocol";

/** Elements that an assistant is told at once. */
const mostNumbers = 1000;
/** A box of no element, of whatever tensor. */
const nothing = new Array<number>(64).fill(0);

type About = Pick<TensorRequest, "name" | "member" | "start" | "size">;

/** @throws Error for a box of more elements than are told at once. */
export async function tensorNumbers(
  ask: (request: TensorRequest) => Promise<TensorReply>,
  { name, member, start, size }: About,
): Promise<object> {
  const whole = await ask(requestOf({ name, member, size: nothing, bins: 10 }));
  const box = size ?? boxIn(whole.shape, start);
  const elements = box.reduce((product, each) => product * each, 1);
  if (elements > mostNumbers)
    throw new Error(`expected a size of at most ${mostNumbers} elements, got [${box}]: ${elements}`);
  const part = await ask(requestOf({ name, member, start, size: box }));
  const { shape, dtype, statistics, histogram } = whole;
  const numbers = { start: part.start, size: part.size, values: part.values };
  return { shape, dtype, statistics, histogram, ...numbers };
}

/** A request without what was not asked for. */
const requestOf = (request: { [F in keyof TensorRequest]: TensorRequest[F] | undefined }): TensorRequest =>
  Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined)) as never;

/** As much of a tensor as is told at once, whole rows first. */
function boxIn(shape: readonly number[], start: readonly number[] = []): number[] {
  let left = mostNumbers;
  return shape
    .map((length, dim) => length - (start[dim] ?? 0))
    .reverse()
    .map((length) => {
      const taken = Math.max(0, Math.min(length, left));
      left = Math.floor(left / Math.max(1, taken));
      return taken;
    })
    .reverse();
}
