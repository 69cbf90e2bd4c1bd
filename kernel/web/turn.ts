// The event loop, turned: a message to oneself comes sooner than any timer, which browsers hold back.

const { port1, port2 } = new MessageChannel();
const waiting: (() => void)[] = [];
port1.onmessage = () => waiting.shift()?.();

/** Calls back once what had come before has been seen to. */
export function afterTurn(callback: () => void): void {
  waiting.push(callback);
  port2.postMessage(null);
}
