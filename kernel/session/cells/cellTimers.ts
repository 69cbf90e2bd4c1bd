// The timers that cells have set: an interrupt calls off those of the running cell, and what a timer prints or throws is
// its own cell's. The kernel's timers are not among them.

/** The cell that outputs belong to. */
export interface Speaker {
  readonly cell: number;
  speakFor(cell: number): void;
}

/** The kernel's own, untouched by cells and by `cancel`. */
export interface OwnTimers {
  setTimeout(callback: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Calls back once the event loop has turned. */
  afterTurn(callback: () => void): void;
}

/** What starts a timer, and what calls it off; not every engine has them all. */
const pairs = { setTimeout: "clearTimeout", setInterval: "clearInterval", setImmediate: "clearImmediate" };

type Start = (callback: Callback, ...rest: unknown[]) => unknown;
type Stop = (handle: unknown) => void;

export class CellTimers {
  readonly own: OwnTimers;
  /** With how each is called off. */
  readonly #handles = new Map<unknown, Stop>();
  #recording = false;

  constructor(own: OwnTimers) {
    this.own = own;
  }

  install(speaker: Speaker): void {
    const engine = globalThis as unknown as Record<string, Start | undefined>;
    for (const [name, stopName] of Object.entries(pairs)) {
      const original = engine[name];
      const stop = engine[stopName] as Stop;
      const once = name !== "setInterval";
      if (original === undefined) continue;
      const recorded = (callback: Callback, ...rest: unknown[]): unknown => {
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
        if (this.#recording) this.#handles.set(handle, stop);
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
    for (const [handle, stop] of this.#handles) stop(handle);
    this.#handles.clear();
  }
}

type Callback = (...args: unknown[]) => unknown;
