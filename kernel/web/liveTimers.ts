// The timers that are still to come: what a notebook is asked about that has run to its end.
import type { OwnTimers } from "../session/cells/cellTimers";
import { runScript } from "./script";
import { afterTurn } from "./turn";

type Start = typeof self.setTimeout;
type Stop = typeof self.clearTimeout;

/** How often it is looked whether the last one has come. */
const everyMs = 20;

export class LiveTimers {
  /** The browser's, untouched. */
  readonly own: OwnTimers;
  readonly #live = new Set<number>();

  /** Replaces the worker's functions by such as keep count. */
  constructor() {
    const { setTimeout, clearTimeout, setInterval, clearInterval } = self;
    this.own = {
      setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
      clearTimeout: (timer) => clearTimeout(timer as number | undefined),
      afterTurn,
    };
    Object.assign(self, {
      setTimeout: this.#counted(setTimeout, true),
      setInterval: this.#counted(setInterval, false),
      clearTimeout: this.#discounted(clearTimeout),
      clearInterval: this.#discounted(clearInterval),
    });
  }

  #counted(start: Start, once: boolean): Start {
    return (handler, timeout, ...rest) => {
      const called = (...args: unknown[]) => {
        if (once) this.#live.delete(timer);
        if (typeof handler === "function") handler(...args);
        else runScript(handler);
      };
      const timer = start(called, timeout, ...rest);
      this.#live.add(timer);
      return timer;
    };
  }

  #discounted(stop: Stop): Stop {
    return (timer) => {
      if (timer !== undefined) this.#live.delete(timer);
      stop(timer);
    };
  }

  /** Calls `tell` when none is left, at the latest after so many milliseconds, with what is left then. */
  settle(milliseconds: number, tell: (left: string[]) => void): void {
    const until = performance.now() + milliseconds;
    const look = () => {
      if (this.#live.size === 0) tell([]);
      else if (performance.now() >= until) tell(["a timer"]);
      else this.own.setTimeout(look, everyMs);
    };
    this.own.afterTurn(look);
  }
}
