// The controls of one page: how each stands, where it is drawn, and what is said of it over the line to a kernel.
import type { Comm, ControlPanel, ControlState, Json } from "../../../kernel/protocol/index";
import { updated } from "../../../kernel/ui/widgets";
import { element } from "../element";
import { localized } from "../localize";
import { Row } from "./row";

/** Carries what controls say to a kernel. */
export interface ControlLine {
  send(comm: Comm): void;
}

/** Between two messages while one drags; the last value always goes. */
const sendMs = 50;
/** How long a kernel may take to say that it knows a control, before its reader is told that none does. */
const answerMs = 1000;

interface Known {
  state: ControlState;
  /** Whether a kernel knows it. */
  isLive: boolean;
  rows: Set<Row>;
  panels: Set<HTMLElement>;
  /** Updates that the kernel will send back. */
  echoes: number;
  pending: Record<string, Json> | undefined;
  timer: number | undefined;
}

export class Controls {
  readonly #line: ControlLine;
  readonly #known = new Map<string, Known>();

  constructor(line: ControlLine) {
    this.#line = line;
  }

  /** Draws the controls of an output in its element; the same ones again stay as they are, with the hand that is on them. */
  draw({ controls }: ControlPanel, place: HTMLElement): void {
    const ids = controls.map(({ id }) => id).join(" ");
    if (place.firstElementChild instanceof HTMLElement && place.firstElementChild.dataset.controls === ids) {
      for (const state of controls) this.#show(this.#knownOf(state), state);
      return;
    }
    const panel = element("div", "bnlab-controls");
    panel.dataset.controls = ids;
    if (controls.length > 1) panel.setAttribute("role", "group");
    for (const state of controls) {
      const known = this.#knownOf(state);
      const row = new Row(known.state, {
        move: (moved) => this.#move(known, moved),
        press: () => this.#press(known),
      });
      row.show(known.state, known.isLive);
      known.rows.add(row);
      known.panels.add(panel);
      panel.append(row.element);
    }
    const hint = element("p", "hint");
    hint.setAttribute("role", "status");
    panel.append(hint);
    place.replaceChildren(panel);
    for (const { id } of controls) {
      if (!this.#known.get(id)?.isLive) this.#say(id, { method: "request_state" });
    }
    setTimeout(() => this.#hint(panel), answerMs);
  }

  /** Takes in what a kernel says of a control. */
  hear({ type, content: { comm_id, data } }: Comm): void {
    const known = this.#known.get(comm_id);
    if (!known) return;
    if (type === "comm_close") {
      known.isLive = false;
      known.echoes = 0;
      known.pending = undefined;
    } else {
      if (type === "comm_msg" && data.method === "echo_update" && known.echoes > 0) {
        known.echoes--;
        return;
      }
      known.isLive = true;
      const { state } = data;
      if (typeof state === "object" && state !== null && !Array.isArray(state)) {
        known.state = updated(known.state, state);
      }
    }
    for (const row of known.rows) row.show(known.state, known.isLive);
    for (const panel of known.panels) if (type === "comm_close" || hintOf(panel) !== "") this.#hint(panel);
  }

  /** Moves the control of that name to what a text says, as a link does. @returns whether there is one, and it can stand so. */
  set(name: string, text: string): boolean {
    for (const known of this.#known.values()) {
      if (known.state.name !== name || known.state.disabled || !known.isLive) continue;
      const moved = parsed(known.state, text);
      if (moved === undefined) return false;
      this.#move(known, moved);
      return true;
    }
    return false;
  }

  /** How the controls stand that can be moved, by name: what a link to them would say. */
  values(): Record<string, string> {
    const states = [...this.#known.values()].map(({ state }) => state).filter(({ name }) => name !== "");
    return Object.fromEntries(
      states.flatMap((state) => {
        if (state.kind === "button") return [];
        return [
          [state.name, state.kind === "select" ? (state.options[state.index] ?? "") : String(state.value)],
        ];
      }),
    );
  }

  #knownOf(state: ControlState): Known {
    const known = this.#known.get(state.id);
    if (known) {
      this.#forgetGone(known);
      return known;
    }
    const made: Known = {
      state,
      isLive: false,
      rows: new Set(),
      panels: new Set(),
      echoes: 0,
      pending: undefined,
      timer: undefined,
    };
    this.#known.set(state.id, made);
    return made;
  }

  /** A page that was drawn anew has left its elements behind. */
  #forgetGone({ rows, panels }: Known): void {
    for (const row of rows) if (!row.element.isConnected) rows.delete(row);
    for (const panel of panels) if (!panel.isConnected) panels.delete(panel);
  }

  /** What stands in the file is news of one that no kernel knows; of others the page knows better. */
  #show(known: Known, state: ControlState): void {
    if (known.isLive) return;
    known.state = state;
    for (const row of known.rows) row.show(state, false);
  }

  #move(known: Known, moved: Record<string, Json>): void {
    known.state = updated(known.state, moved);
    for (const row of known.rows) row.show(known.state, known.isLive);
    known.pending = moved;
    if (known.timer !== undefined) return;
    this.#flush(known);
    known.timer = setTimeout(() => {
      known.timer = undefined;
      this.#flush(known);
    }, sendMs);
  }

  /** Sends what was moved and waits: whoever runs a cell means it to be read. */
  flush(): void {
    for (const known of this.#known.values()) this.#flush(known);
  }

  #flush(known: Known): void {
    const { pending, state } = known;
    if (pending === undefined) return;
    known.pending = undefined;
    known.echoes++;
    this.#say(state.id, { method: "update", state: pending, buffer_paths: [] });
  }

  #press({ state }: Known): void {
    this.#say(state.id, { method: "custom", content: { event: "click" } });
  }

  #say(comm_id: string, data: Record<string, Json>): void {
    this.#line.send({ type: "comm_msg", content: { comm_id, data } });
  }

  #hint(panel: HTMLElement): void {
    const ids = panel.dataset.controls?.split(" ") ?? [];
    const isStale = ids.some((id) => !this.#known.get(id)?.isLive);
    const hint = panel.lastElementChild;
    const many = ids.length > 1;
    const text = many
      ? localized("Run the cell to move these controls.")
      : localized("Run the cell to move this control.");
    if (hint) hint.textContent = isStale ? text : "";
  }
}

const hintOf = (panel: HTMLElement) => panel.lastElementChild?.textContent ?? "";

/** What a text makes of a control, in the words of its messages; undefined where it makes nothing. */
function parsed(control: ControlState, text: string): Record<string, Json> | undefined {
  switch (control.kind) {
    case "slider":
    case "number": {
      const value = text.trim() === "" ? Number.NaN : Number(text);
      if (!Number.isFinite(value)) return undefined;
      const { min, max } = control;
      return { value: Math.min(max ?? value, Math.max(min ?? value, value)) };
    }
    case "checkbox":
      return /^(true|1|on)$/i.test(text)
        ? { value: true }
        : /^(false|0|off)$/i.test(text)
          ? { value: false }
          : undefined;
    case "select": {
      const index = control.options.indexOf(text);
      return index < 0 ? undefined : { index };
    }
    case "text":
      return { value: text };
    case "button":
      return undefined;
  }
}
