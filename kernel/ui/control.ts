// What all controls have in common: a value that a reader moves and code reads, waits for, or sets.
import { describe, requireFlag, requireFunction, requireKnown } from "../arguments";
import {
  type Comm,
  type ControlKind,
  type ControlState,
  displaySymbol,
  type Json,
  type MimeBundle,
  stateIn,
} from "../protocol";
import { localized } from "../words";
import { panelBundle, textOf } from "./bundle";
import { host, interruptCount, listen, unlisten } from "./host";
import { Newest } from "./newest";
import { openingOf } from "./widgets";

export interface ControlOptions {
  /** What stands beside it; by default its name. */
  label?: string;
  /** What links to a live page call it, as `lr` in `#lr=0.3`; inside `ui.interact` by default its key. */
  name?: string;
  /** Whether it cannot be moved for now; default false. */
  disabled?: boolean;
}

export const controlOptions: readonly (keyof ControlOptions)[] = ["label", "name", "disabled"];

const mostCharacters = 200;
/** A loop without anybody there has so many turns before it is told. */
const mostAlone = 1_000;

/** A control in a notebook; `ui.slider` and its kin make one. It shows where it is displayed: `display(rate)`, or as a cell's last line. */
export abstract class Control<T = unknown> {
  /** @internal */
  readonly id: string = crypto.randomUUID();
  #name: string;
  #label: string;
  #value: T;
  #disabled: boolean;
  /** How often somebody has moved it. */
  #moves = 0;
  #isOpen = false;
  /** Who waits for the next move, and the count of interrupts since when. */
  #waiting: { move: (value: T) => void; since: number }[] = [];
  #callback: Newest | undefined;
  #drawing: Newest | undefined;
  #alone = 0;

  /** @internal */
  constructor(operation: string, value: T, { label = "", name = "", disabled = false }: ControlOptions) {
    for (const [option, given] of Object.entries({ label, name })) {
      if (typeof given !== "string") {
        throw new TypeError(`${operation}: expected ${option} to be a text, got ${describe(given)}`);
      }
      if (given.length > mostCharacters) {
        throw new RangeError(
          `${operation}: expected ${option} of at most ${mostCharacters} characters, got ${given.length}`,
        );
      }
    }
    requireFlag(operation, "disabled", disabled);
    this.#value = value;
    this.#label = label;
    this.#name = name;
    this.#disabled = disabled;
  }

  /** What links to a live page call it; empty where it has no name. */
  get name(): string {
    return this.#name;
  }

  /** What stands beside it. */
  get label(): string {
    return this.#label || this.#name;
  }

  /**
   * The value as it is now, also inside a loop that lets nothing else run: `optimizer.lr = rate.value` follows the reader's hand.
   * Setting it moves the control; nobody who waits for a reader is woken by that.
   */
  get value(): T {
    host().poll();
    return this.#value;
  }

  set value(value: T) {
    const checked = this.check("value", value);
    if (Object.is(checked, this.#value)) return;
    this.#value = checked;
    this.#tell(this.written(checked));
  }

  /** Whether it cannot be moved for now. */
  get disabled(): boolean {
    return this.#disabled;
  }

  set disabled(disabled: boolean) {
    requireFlag("disabled", "the value", disabled);
    this.#disabled = disabled;
    this.#tell({ disabled });
  }

  /**
   * Waits for the reader to move it, and gives the new value; `for await (const value of control)` does so again and again and
   * loses no last value. Where nobody can move it, as in `bnlab run`, it gives the value as it is, and such a loop ends at once.
   *
   * @throws Error where the control is not shown.
   */
  changed(): Promise<T> {
    requireKnown("changed", arguments, 0);
    return this.#next();
  }

  /** The values that the reader moves it to, the newest each time. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    let seen = this.#moves;
    while (host().isAttended) {
      host().poll();
      if (this.#moves === seen) await this.#next();
      seen = this.#moves;
      yield this.#value;
    }
  }

  /**
   * Calls back whenever the reader has moved it, now and after the cell's end: with the newest value, never twice at a time. A
   * later callback takes the place of an earlier one, so that a cell may be run again.
   */
  onChange(callback: (value: T) => unknown): void {
    requireKnown("onChange", arguments, 1);
    requireFunction("onChange", callback);
    this.#callback = new Newest(() => callback(this.#value));
  }

  /** @internal Has a drawing be made anew whenever it is moved, the latest that follows it. */
  follow(drawing: Newest): void {
    this.#drawing = drawing;
  }

  /** @internal Gives it the name of a variable, where it has none. */
  adopt(name: string): void {
    this.#name ||= name;
  }

  /** @internal As it is saved and shown. */
  get state(): ControlState {
    const label = localized(this.label);
    const base = { id: this.id, name: this.name, label, disabled: this.disabled };
    return { ...base, ...this.kind(this.#value) };
  }

  /** @internal Lets clients know it, once. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    listen(this.id, (comm) => this.#hear(comm));
    for (const comm of openingOf(this.state)) host().say(comm);
  }

  [displaySymbol](): MimeBundle {
    this.open();
    return panelBundle({ id: this.id, controls: [this.state] });
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `${this.constructor.name} ${textOf(this.state)}`;
  }

  /** What kind of control it is, with the value. */
  protected abstract kind(value: T): ControlKind;

  /** @throws TypeError or RangeError for what cannot be its value. */
  protected abstract check(operation: string, value: unknown): T;

  /** The value as its clients write it. */
  protected written(value: T): Record<string, Json> {
    return { value: value as Json };
  }

  /** What a client's message makes of the value, in a list; nothing where it does not speak of it. */
  protected read(data: Record<string, Json>, _now: T): unknown[] {
    const value = data.method === "update" ? stateIn(data)?.value : undefined;
    return value === undefined ? [] : [value];
  }

  #hear({ type, content: { data } }: Comm): void {
    if (type === "comm_close") {
      this.#isOpen = false;
      unlisten(this.id);
      return;
    }
    const read = this.read(data, this.#value);
    if (read.length === 0) return;
    let value: T;
    try {
      if (this.#disabled) throw new RangeError("disabled");
      value = this.check("control", read[0]);
    } catch {
      this.#tell({ ...this.written(this.#value), disabled: this.#disabled }); // what its client shows is not so
      return;
    }
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.#moves++;
    for (const { move, since } of this.#waiting.splice(0)) if (since === interruptCount()) move(value);
    this.#callback?.request();
    this.#drawing?.request();
  }

  #tell(state: Record<string, Json>): void {
    if (!this.#isOpen) return;
    const data = { method: "update", state, buffer_paths: [] };
    host().say({ type: "comm_msg", content: { comm_id: this.id, data } });
  }

  async #next(): Promise<T> {
    host().poll();
    if (!host().isAttended) {
      if (++this.#alone <= mostAlone) return this.#value;
      throw new Error(
        `changed: nobody can move ${this.#called} here, and it was asked ${mostAlone} times; write \`for await (const value of control)\`, a loop that ends then`,
      );
    }
    if (!this.#isOpen) {
      throw new Error(`changed: ${this.#called} is not shown, so that nobody can move it; display(it) first`);
    }
    return new Promise((move) => this.#waiting.push({ move, since: interruptCount() }));
  }

  get #called(): string {
    return this.label === "" ? `this ${this.constructor.name.toLowerCase()}` : JSON.stringify(this.label);
  }
}
