// One control on a page: its label, what one moves, and its value in words. Built of the browser's own, which keys and readers know.
import type { ControlState, Json } from "../../../kernel/protocol/index";
import { shortNumber } from "../../../kernel/words";
import { element } from "../element";
import { localized } from "../localize";
import { Track } from "./track";

/** What is done with it. */
export interface Hands {
  /** Says how it is to stand, in the words of its messages. */
  move(moved: Record<string, Json>): void;
  press(): void;
}

let drawn = 0;

/** A label of more characters, a question say, stands above its control. */
const longLabel = 40;

export class Row {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement | HTMLSelectElement | HTMLButtonElement;
  readonly #readout: HTMLElement | undefined;
  readonly #show: (state: ControlState) => void;

  constructor(state: ControlState, hands: Hands) {
    const { input, show, readout } = built(state, hands);
    this.#input = input;
    this.#show = show;
    this.#readout = readout;
    input.id = `bnlab-control-${++drawn}`;
    this.element = element("div", `control ${state.kind}`);
    if (state.label.length > longLabel) this.element.classList.add("long");
    const label = document.createElement("label");
    label.htmlFor = input.id;
    label.textContent = state.label;
    if (state.kind === "button") this.element.append(input);
    else if (state.kind === "checkbox") this.element.append(input, label);
    else this.element.append(label, input);
    if (state.label === "") {
      label.remove();
      input.setAttribute("aria-label", nameOf(state));
    }
    if (readout) this.element.append(readout);
  }

  /** As the control stands; one that no kernel knows cannot be moved. */
  show(state: ControlState, isLive: boolean): void {
    this.#show(state);
    this.#input.disabled = state.disabled || !isLive;
    if (this.#readout && state.kind === "slider") this.#readout.textContent = shortNumber(state.value);
  }
}

interface Built {
  input: HTMLInputElement | HTMLSelectElement | HTMLButtonElement;
  show(state: ControlState): void;
  readout?: HTMLElement;
}

function built(state: ControlState, hands: Hands): Built {
  switch (state.kind) {
    case "slider":
      return slider(state, hands);
    case "select":
      return select(state, hands);
    case "checkbox":
      return checkbox(hands);
    case "number":
      return numberField(state, hands);
    case "text":
      return textField(state, hands);
    case "button":
      return button(state, hands);
  }
}

function slider(state: ControlState & { kind: "slider" }, hands: Hands): Built {
  const track = new Track(state);
  const input = inputOf("range");
  Object.assign(input, track.attributes);
  const readout = element("output", "readout");
  readout.setAttribute("aria-hidden", "true"); // its slider says it
  input.addEventListener("input", () => hands.move({ value: track.valueAt(Number(input.value)) }));
  return {
    input,
    readout,
    show(now) {
      if (now.kind !== "slider") return;
      const place = String(track.placeOf(now.value));
      // What stands between two steps is where it is until it is moved.
      if (track.valueAt(Number(input.value)) !== now.value) input.value = place;
      input.setAttribute("aria-valuetext", shortNumber(now.value));
    },
  };
}

function select({ options }: ControlState & { kind: "select" }, hands: Hands): Built {
  const input = document.createElement("select");
  for (const text of options) {
    const option = document.createElement("option");
    option.textContent = text;
    input.append(option);
  }
  input.addEventListener("change", () => hands.move({ index: input.selectedIndex }));
  return {
    input,
    show(now) {
      if (now.kind === "select") input.selectedIndex = now.index;
    },
  };
}

function checkbox(hands: Hands): Built {
  const input = inputOf("checkbox");
  input.addEventListener("change", () => hands.move({ value: input.checked }));
  return {
    input,
    show(now) {
      if (now.kind === "checkbox") input.checked = now.value;
    },
  };
}

function numberField({ min, max, step }: ControlState & { kind: "number" }, hands: Hands): Built {
  const input = inputOf("number");
  input.step = "any"; // any number between is one; the arrow keys go by `step`
  if (min !== null) input.min = String(min);
  if (max !== null) input.max = String(max);
  let shown = Number.NaN;
  const moveTo = (value: number) =>
    hands.move({ value: Math.min(max ?? value, Math.max(min ?? value, value)) });
  input.addEventListener("change", () => {
    const isWrong = input.value === "" || !input.checkValidity();
    input.setAttribute("aria-invalid", String(isWrong));
    if (isWrong) input.reportValidity();
    else hands.move({ value: input.valueAsNumber });
  });
  input.addEventListener("keydown", (event) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (way === undefined || step === null) return;
    event.preventDefault();
    moveTo(Number((shown + way * step).toPrecision(12)));
  });
  return {
    input,
    show(now) {
      if (now.kind !== "number" || (now.value === shown && document.activeElement === input)) return;
      shown = now.value;
      input.value = String(now.value);
      input.removeAttribute("aria-invalid");
    },
  };
}

function textField({ placeholder }: ControlState & { kind: "text" }, hands: Hands): Built {
  const input = inputOf("text");
  input.placeholder = placeholder;
  input.spellcheck = false;
  let shown = "";
  input.addEventListener("change", () => hands.move({ value: input.value }));
  return {
    input,
    show(now) {
      if (now.kind !== "text" || (now.value === shown && document.activeElement === input)) return;
      shown = now.value;
      input.value = now.value;
    },
  };
}

function button({ label }: ControlState, hands: Hands): Built {
  const input = document.createElement("button");
  input.type = "button";
  input.textContent = label;
  input.addEventListener("click", () => hands.press());
  return { input, show() {} };
}

function inputOf(type: string): HTMLInputElement {
  const input = document.createElement("input");
  input.type = type;
  return input;
}

/** What a control is called that has no label. */
function nameOf({ kind }: ControlState): string {
  switch (kind) {
    case "slider":
      return localized("Slider");
    case "select":
      return localized("Choice");
    case "checkbox":
      return localized("Checkbox");
    case "number":
      return localized("Number");
    case "text":
      return localized("Text");
    case "button":
      return localized("Button");
  }
}
