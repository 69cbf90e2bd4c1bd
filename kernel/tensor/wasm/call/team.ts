// Threads that share the work of one kernel call. Knows how work is cut and handed out, by Atomics alone; a host (Node's
// worker threads) starts them. A part is the same kernel over a smaller range, so the numbers never depend on who ran it.

import type { Kernel, Run } from "../emit/kernel";
import { type Worth, worthOf } from "./worth";

/** What a thread starts with. */
export interface Seat {
  readonly control: SharedArrayBuffer;
  readonly memory: WebAssembly.Memory;
  /** Where its own scratch area lies in the memory. */
  readonly scratch: number;
}

/** A kernel that parts will name by its slot from now on. */
export interface Assignment {
  readonly slot: number;
  readonly module: WebAssembly.Module;
}

/** Starts threads that call `serve`. */
export interface ThreadHost {
  start(seat: Seat): { post(assignment: Assignment): void };
  /** Whether calls are shared even while that takes longer: for tests, which want to see it. */
  readonly always?: boolean;
}

/** One for each core up to four, and one for each two beyond, which are often halves of one. */
export const threadsFor = (cores: number): number => (cores <= 4 ? cores : Math.min(8, cores >> 1));

/** Integers of the control block, the contended ones on cache lines of their own. */
const Word = {
  /** Grows with every call that is shared: what threads wait for. */
  call: 0,
  /** Parts not taken yet; falls below 0 as threads come too late. */
  left: 16,
  /** Threads that may be inside a part. */
  active: 32,
  asleep: 48,
  failed: 64,
  slot: 65,
  parts: 66,
  /** The argument that says how many units a call computes; −1 where each unit is a call of its own. */
  count: 67,
  arguments: 68,
  /** Assignments posted so far. */
  assigned: 69,
} as const;
/** Doubles after them: the units, the units of a part, the arguments, their advances. */
const firstNumber = 40;
const most = 24;
const controlBytes = (firstNumber + 2 + 2 * most) * 8;
/** Kernels a thread remembers; older ones are told anew. */
const slots = 512;
/** A thread that finds nothing for so long goes to sleep: waking costs the next call 5–17 µs. */
const spinMilliseconds = 0.1;

interface Control {
  readonly words: Int32Array;
  readonly numbers: Float64Array;
}

const viewsOf = (control: SharedArrayBuffer): Control => ({
  words: new Int32Array(control, 0, firstNumber * 2),
  numbers: new Float64Array(control, firstNumber * 8),
});

/** The calling thread and its helpers. */
export class Team {
  readonly #host: ThreadHost;
  readonly #memory: WebAssembly.Memory;
  readonly #scratches: readonly number[];
  readonly #control = new SharedArrayBuffer(controlBytes);
  readonly #views = viewsOf(this.#control);
  #helpers: ReturnType<ThreadHost["start"]>[] | undefined;
  readonly #slotOf = new Map<Kernel, number>();
  readonly #kernels: (Kernel | undefined)[] = [];
  #nextSlot = 0;
  readonly #worth: Worth | null;

  /** Helpers start with the first call; `scratches` holds the scratch area of each. */
  constructor(host: ThreadHost, memory: WebAssembly.Memory, scratches: readonly number[]) {
    this.#host = host;
    this.#memory = memory;
    this.#scratches = scratches;
    this.#worth = host.always ? null : worthOf(scratches.length + 1);
  }

  /**
   * Runs a kernel in parts, some of them on helpers that happen to be free, and returns when all are done. The arguments grow
   * by `steps` from one unit to the next; a part is a multiple of `grain` units.
   */
  share(kernel: Kernel, args: readonly number[], steps: readonly number[], grain: number): void {
    this.#hand(kernel, args, steps, args[kernel.unitsAt]!, grain, kernel.unitsAt);
  }

  /** Runs a kernel `times` times, its arguments growing by `steps` from one call to the next, in parts as share() does. */
  repeat(
    kernel: Kernel,
    args: readonly number[],
    steps: readonly number[],
    grain: number,
    times: number,
  ): void {
    this.#hand(kernel, args, steps, times, grain, -1);
  }

  #hand(
    kernel: Kernel,
    args: readonly number[],
    steps: readonly number[],
    units: number,
    grain: number,
    count: number,
  ): void {
    const begin = performance.now();
    const worth = this.#worth;
    const cost = worth?.costOf(kernel, args, count < 0 ? units : 1);
    if (cost && worth!.prefersAlone(cost, begin)) {
      runAlone(kernel, args, steps, count < 0 ? units : 1);
      worth!.sawAlone(cost, begin, performance.now());
      return;
    }
    const parts = Math.min(Math.floor(units / grain), 4 * (this.#scratches.length + 1));
    const size = Math.floor(units / parts / grain) * grain; // the last part may be smaller, none is larger
    const { words, numbers } = this.#views;
    this.#settle();
    words[Word.slot] = this.#assign(kernel);
    words[Word.parts] = Math.ceil(units / size);
    words[Word.count] = count;
    words[Word.arguments] = args.length;
    numbers[0] = units;
    numbers[1] = size;
    for (let i = 0; i < args.length; i++) {
      numbers[2 + i] = args[i]!;
      numbers[2 + args.length + i] = steps[i]!;
    }
    Atomics.store(words, Word.left, words[Word.parts]!); // publishes all of the above
    Atomics.add(words, Word.call, 1);
    if (Atomics.load(words, Word.asleep) > 0) Atomics.notify(words, Word.call);
    const unit = takeParts(this.#views, () => kernel.run, begin);
    this.#settle();
    if (cost) worth!.sawTogether(cost, begin, performance.now(), units * unit);
    if (words[Word.failed] !== 0) {
      words[Word.failed] = 0;
      throw new Error("a kernel failed on another thread; set BNLAB_THREADS=1 and report it");
    }
  }

  /** Makes the memory safe after an interrupt that unwound a call half way. */
  settle(): void {
    this.#settle();
    this.#worth?.endTurn();
  }

  /** Takes back the parts that nobody has begun, and waits for the others. */
  #settle(): void {
    const { words } = this.#views;
    Atomics.store(words, Word.left, 0);
    for (let spins = 0; ; spins++) {
      const active = Atomics.load(words, Word.active);
      if (active === 0) return;
      if (spins > 2000) Atomics.wait(words, Word.active, active, 0.1); // it was preempted: leave it the core
    }
  }

  #assign(kernel: Kernel): number {
    let slot = this.#slotOf.get(kernel);
    if (slot === undefined) {
      slot = this.#nextSlot++ % slots;
      const former = this.#kernels[slot];
      if (former !== undefined) this.#slotOf.delete(former);
      this.#kernels[slot] = kernel;
      this.#slotOf.set(kernel, slot);
      this.#helpers ??= this.#scratches.map((scratch) =>
        this.#host.start({ control: this.#control, memory: this.#memory, scratch }),
      );
      for (const helper of this.#helpers) helper.post({ slot, module: kernel.module });
      this.#views.words[Word.assigned]!++;
    }
    return slot;
  }
}

function runAlone(kernel: Kernel, args: readonly number[], steps: readonly number[], times: number): void {
  if (times === 1) kernel.run(...args);
  else for (let i = 0; i < times; i++) kernel.run(...args.map((value, a) => value + i * steps[a]!));
}

/**
 * Runs parts of the current call as long as there are any. A part once taken keeps the call open until it is done. Returns the
 * milliseconds that a unit took in the fastest part, 0 where none was left, for those who say when the call began.
 */
function takeParts({ words, numbers }: Control, runOf: (slot: number) => Run, begin?: number): number {
  let fastest = Number.POSITIVE_INFINITY;
  let last = begin;
  for (;;) {
    const left = Atomics.sub(words, Word.left, 1);
    if (left <= 0) return Number.isFinite(fastest) ? fastest : 0;
    const size = numbers[1]!;
    const start = (words[Word.parts]! - left) * size;
    const length = words[Word.arguments]!;
    const args = new Array<number>(length);
    for (let i = 0; i < length; i++) args[i] = numbers[2 + i]! + numbers[2 + length + i]! * start;
    const units = Math.min(size, numbers[0]! - start);
    const run = runOf(words[Word.slot]!);
    const count = words[Word.count]!;
    if (count >= 0) {
      args[count] = units;
      run(...args);
    } else {
      for (let unit = 0; unit < units; unit++) {
        run(...args);
        for (let i = 0; i < length; i++) args[i]! += numbers[2 + length + i]!;
      }
    }
    if (last === undefined) continue;
    const now = performance.now();
    fastest = Math.min(fastest, (now - last) / units);
    last = now;
  }
}

/** A thread that waits for calls and takes parts of them. */
class Helper {
  readonly #seat: Seat;
  readonly #views: Control;
  readonly #runs: Run[] = [];
  #received = 0;
  #seen = 0;

  constructor(seat: Seat) {
    this.#seat = seat;
    this.#views = viewsOf(seat.control);
  }

  /** Whether kernels have been assigned that it has not received. */
  get isBehind(): boolean {
    return this.#received < this.#views.words[Word.assigned]!;
  }

  receive({ slot, module }: Assignment): void {
    const { memory, scratch } = this.#seat;
    const instance = new WebAssembly.Instance(module, { m: { m: memory, s: scratch } });
    this.#runs[slot] = instance.exports.run as Run;
    this.#received++;
  }

  waitForCall(): void {
    const { words } = this.#views;
    waitWhile(words, this.#seen);
    this.#seen = Atomics.load(words, Word.call);
  }

  /** Takes parts of the call, unless its kernel has not arrived. No other call begins while this one is entered. */
  help(): void {
    const { words } = this.#views;
    Atomics.add(words, Word.active, 1);
    try {
      if (Atomics.load(words, Word.left) > 0 && !this.isBehind)
        takeParts(this.#views, (slot) => this.#runs[slot]!);
    } catch {
      Atomics.store(words, Word.failed, 1);
    }
    Atomics.sub(words, Word.active, 1);
    Atomics.notify(words, Word.active);
  }
}

/** A helper's life. `receive` gives the next assignment that has arrived, if any. */
export function serve(seat: Seat, receive: () => Assignment | undefined): never {
  const helper = new Helper(seat);
  for (;;) {
    helper.waitForCall();
    // Before it takes a part, which keeps the call open.
    while (helper.isBehind) {
      const next = receive(); // posted, and all but here
      if (next !== undefined) helper.receive(next);
    }
    helper.help();
  }
}

/** The same where assignments arrive only while the thread lets go: `next` resolves with one. */
export async function serveBetween(seat: Seat, next: () => Promise<Assignment>): Promise<never> {
  const helper = new Helper(seat);
  for (;;) {
    helper.waitForCall();
    helper.help();
    while (helper.isBehind) helper.receive(await next());
  }
}

/** Returns when the call counter is no longer `seen`. */
function waitWhile(words: Int32Array, seen: number): void {
  const until = performance.now() + spinMilliseconds;
  while (performance.now() < until) {
    for (let i = 0; i < 50; i++) if (Atomics.load(words, Word.call) !== seen) return;
  }
  Atomics.add(words, Word.asleep, 1);
  Atomics.wait(words, Word.call, seen);
  Atomics.sub(words, Word.asleep, 1);
}
