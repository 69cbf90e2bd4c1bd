// The timers that cells have set: an interrupt calls off those of the running cell, and what a timer prints or throws is
// its own cell's. The kernel's timers are not among them.

import type { Speaker } from "./cellPromises";

type Handle = NodeJS.Timeout | NodeJS.Immediate;

export class CellTimers {
  /** Untouched by cells and by `cancel`. */
  readonly own = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setImmediate: globalThis.setImmediate,
  };
  readonly #handles = new Set<Handle>();
  #recording = false;

  install(speaker: Speaker): void {
    for (const name of ["setTimeout", "setInterval", "setImmediate"] as const) {
      const original = globalThis[name] as (callback: Callback, ...rest: unknown[]) => Handle;
      const once = name !== "setInterval";
      const recorded = (callback: Callback, ...rest: unknown[]): Handle => {
        if (typeof callback !== "function") return original(callback, ...rest);
        const { cell } = speaker;
        const handle = original(
          (...args: unknown[]) => {
            if (once) this.#handles.delete(handle);
            const { cell: latest } = speaker;
            if (cell !== latest) speaker.speakFor(cell);
            // Where it throws, whoever reports the error speaks for the latest cell again.
            const value = callback(...args);
            if (cell !== latest) speaker.speakFor(latest);
            return value;
          },
          ...rest,
        );
        if (this.#recording) this.#handles.add(handle);
        return handle;
      };
      // util.promisify(setTimeout) stands on a property of the function.
      Object.defineProperties(recorded, Object.getOwnPropertyDescriptors(original));
      Object.assign(globalThis, { [name]: recorded });
    }
  }

  begin(): void {
    this.#handles.clear();
    this.#recording = true;
  }

  /** The timers that are still to come live on: a cell may leave something running. */
  end(): void {
    this.#recording = false;
    this.#handles.clear();
  }

  cancel(): void {
    for (const handle of this.#handles) {
      if ("refresh" in handle) clearTimeout(handle);
      else clearImmediate(handle);
    }
    this.#handles.clear();
  }
}

type Callback = (...args: unknown[]) => unknown;
