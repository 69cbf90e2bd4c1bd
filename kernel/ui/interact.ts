// Something drawn from controls, and drawn again while they are moved.
import { describe, isRecord, requireFunction } from "../arguments";
import { displaySymbol, type MimeBundle } from "../protocol";
import { panelBundle } from "./bundle";
import { Control } from "./control";
import { host } from "./host";
import { Newest } from "./newest";
import { openingOfPanel } from "./widgets";

/** Controls by name, and what they hold. */
export type Controls = Readonly<Record<string, Control>>;
export type ValuesOf<C extends Controls> = {
  [Name in keyof C]: C[Name] extends Control<infer T> ? T : never;
};

/** Where things are shown. */
export interface Stage {
  show(value: unknown): { update(value: unknown): void };
  /** An error, to be shown as one. */
  failure(error: unknown): object;
  /** Keeps the cell from ending before the promise has settled. */
  hold(pending: Promise<unknown>): void;
}

const most = 50;

/** As `interact` in the room `cell` says, on a stage. */
export function interactOn<C extends Controls>(
  stage: Stage,
  controls: C,
  draw: (values: ValuesOf<C>) => unknown,
): void {
  const entries = entriesOf(controls);
  requireFunction("interact", draw);
  for (const [name, control] of entries) control.adopt(name);
  stage.show(new Panel(entries.map(([, control]) => control)));
  let shown: { update(value: unknown): void } | undefined;
  const show = (value: unknown) => {
    if (value === undefined) return;
    if (shown) shown.update(value);
    else shown = stage.show(value);
  };
  let isFirst = true;
  const fail = (error: unknown) => {
    if (isFirst) throw error; // it is the cell's
    show(stage.failure(error));
  };
  const work = new Newest(() => {
    try {
      const values = Object.fromEntries(entries.map(([name, control]) => [name, control.value]));
      const drawn = draw(values as ValuesOf<C>);
      if (drawn instanceof Promise) return drawn.then(show).catch(fail);
      show(drawn);
    } catch (error) {
      fail(error);
    }
    return undefined;
  });
  for (const [, control] of entries) control.follow(work);
  const ended = () => {
    isFirst = false;
  };
  let pending: Promise<void> | undefined;
  try {
    pending = work.start();
  } finally {
    if (pending) stage.hold(pending.finally(ended));
    else ended();
  }
}

function entriesOf(controls: Controls): [string, Control][] {
  const entries = isRecord(controls) && !(controls instanceof Control) ? Object.entries(controls) : undefined;
  if (entries === undefined || entries.length === 0) {
    const got = entries ? "none" : describe(controls);
    throw new TypeError(`interact: expected controls by name, { lr: ui.slider(0, 1) }, got ${got}`);
  }
  if (entries.length > most) {
    throw new RangeError(`interact: expected at most ${most} controls, got ${entries.length}`);
  }
  for (const [name, control] of entries) {
    if (control instanceof Control) continue;
    throw new TypeError(
      `interact: expected ${name} to be a control such as ui.slider(0, 1), got ${describe(control)}`,
    );
  }
  return entries;
}

/** Controls in one output, below each other. */
class Panel {
  readonly #id: string = crypto.randomUUID();
  readonly #controls: readonly Control[];

  constructor(controls: readonly Control[]) {
    this.#controls = controls;
  }

  [displaySymbol](): MimeBundle {
    for (const control of this.#controls) control.open();
    const panel = { id: this.#id, controls: this.#controls.map(({ state }) => state) };
    for (const comm of openingOfPanel(panel)) host().say(comm);
    return panelBundle(panel);
  }
}
