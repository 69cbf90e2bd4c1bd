// Which call is waited for as it is made. Where loops let messages through, an asynchronous function may do so before its first `await`
// only if it was called by `await f(…)`: whoever calls it otherwise counts on all that it does until then.

const none: readonly never[] = [];
const asynchronous: unknown = Object.getPrototypeOf(async () => {});

export class Awaited {
  #next = false;

  /**
   * Said when the arguments are there: the function that begins now is waited for, if the calling code may wait itself. Only of an
   * asynchronous one: another may call some whose promises it drops.
   */
  readonly call = (callee: unknown, mayWait: boolean): readonly never[] => {
    this.#next = mayWait && typeof callee === "function" && Object.getPrototypeOf(callee) === asynchronous;
    return none;
  };

  /** Said with what came of the call: where the function did not ask, nobody else is to take himself for it. */
  readonly called = <T>(value: T): T => {
    this.#next = false;
    return value;
  };

  /** Asked by a function as it begins: whether its caller waits for it. */
  readonly begin = (): boolean => {
    const isAwaited = this.#next;
    this.#next = false;
    return isAwaited;
  };
}
