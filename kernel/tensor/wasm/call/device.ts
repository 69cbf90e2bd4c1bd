// What kernels are emitted for and called by: an engine over one memory, alone or with a team of threads.

import type { Kernel, Pointer } from "../emit/kernel";
import type { Target } from "../emit/target";
import { Memory } from "./memory";
import { Team, type ThreadHost } from "./team";

/** A kernel as the table has it: how it is called, how it is emitted, and what it means. */
export interface Definition<Call> {
  /** The call of the emitted kernel, whose modules are compiled when they are first needed. */
  emit(device: Device): Call;
  /** The same in plain TypeScript: every value in float64, rounded to f32 once, when it is stored. */
  reference(memory: Memory): Call;
}

/** A definition, its type checked where it stands. */
export const define = <Call>(definition: Definition<Call>): Definition<Call> => definition;

/** Elements of a part of an elementwise call: some microseconds, a multiple of every vector step. */
export const elements = 16384;

/** So many units of `size` numbers each as make a part worth a thread, a multiple of `step`. */
export const grainOf = (size: number, step = 1): number =>
  step * Math.ceil(elements / (step * Math.max(1, size)));

export class Device {
  readonly memory: Memory;
  #team: Team | null = null;
  readonly #made = new Map<unknown, unknown>();

  constructor(readonly target: Target) {
    this.memory = new Memory(target.memory);
  }

  /** What `make` gives for this device, made once: what kernels have in common. */
  once<T>(make: (device: Device) => T): T {
    if (!this.#made.has(make)) this.#made.set(make, make(this));
    return this.#made.get(make) as T;
  }

  /** The call of another emitted kernel. */
  kernel<Call>({ emit }: Definition<Call>): Call {
    return this.once(emit);
  }

  /** Shares long calls from now on; see Kernels.useThreads. */
  useThreads(host: ThreadHost, scratches: readonly Pointer[]): void {
    if (!this.target.shared)
      throw new Error("useThreads: expected a shared memory, got one of a single thread");
    this.#team = new Team(host, this.target.memory, scratches);
  }

  settle(): void {
    this.#team?.settle();
  }

  /** Who shares a call of so many units in parts of `grain` or more; null where it is better computed alone. */
  #teamFor(units: number, grain: number): Team | null {
    const team = this.#team;
    return team === null || units < 2 * grain ? null : team;
  }

  /** Runs a kernel, its units in parts of `grain` or more on several threads if there are any. */
  run<N extends string>(
    kernel: Kernel<N>,
    values: { readonly [name in N]: number },
    grain = Number.POSITIVE_INFINITY,
  ): void {
    const team = this.#teamFor(kernel.unitsOf(values), grain);
    if (team === null) kernel.call(values);
    else team.share(kernel, kernel.order(values), kernel.steps(values), grain);
  }

  /** Runs a kernel `times` times, its values growing by `steps` from one call to the next, `grain` calls or more a part. */
  repeat<N extends string>(
    kernel: Kernel<N>,
    values: { readonly [name in N]: number },
    steps: { readonly [name in N]?: number },
    times: number,
    grain: number,
  ): void {
    const args = kernel.order(values);
    const advance = kernel.order(steps as { readonly [name in N]: number }).map((step) => step ?? 0);
    const team = this.#teamFor(times, grain);
    if (team === null) {
      for (let i = 0; i < times; i++) kernel.run(...args.map((value, a) => value + i * advance[a]!));
    } else team.repeat(kernel, args, advance, grain, times);
  }
}
