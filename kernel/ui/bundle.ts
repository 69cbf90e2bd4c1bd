// Controls as outputs: for pages that can move them, for Jupyter, and in words for all others.
import { type Comms, type ControlPanel, type ControlState, Mime, type MimeBundle } from "../protocol";
import { escapeHtml, inLanguage, languageOf, localized, proseNumber, shownLanguage } from "../words";
import { updated } from "./widgets";

/** The forms of an output that shows controls as they are now. */
export function panelBundle(panel: ControlPanel): MimeBundle {
  return {
    [Mime.control]: panel,
    [Mime.widgetView]: { version_major: 2, version_minor: 0, model_id: panel.id },
    [Mime.html]: `<p>${panel.controls.map(htmlOf).join("<br>")}</p>`,
    [Mime.plain]: panel.controls.map(textOf).join("\n"),
  };
}

/** The controls of an output that are there, by their ids; none of an output of something else. */
export function controlsIn(data: MimeBundle, comms: Comms): string[] {
  return panelIn(data, comms)?.controls.map(({ id }) => id) ?? [];
}

/** The output after all that has been said to and by its controls. */
export function currentBundle(data: MimeBundle, comms: Comms): MimeBundle {
  const panel = panelIn(data, comms);
  if (panel === undefined) return data;
  const controls = panel.controls.map((control) => updated(control, comms.state(control.id) ?? {}));
  return { ...data, ...panelBundle({ ...panel, controls }) };
}

/** What a cell has put there under our MIME type is not a panel but where its comms are open. */
function panelIn(data: MimeBundle, comms: Comms): ControlPanel | undefined {
  const panel = data[Mime.control] as Partial<ControlPanel> | undefined;
  if (!Array.isArray(panel?.controls)) return undefined;
  return panel.controls.every((control) => comms.state(String(control?.id)))
    ? (panel as ControlPanel)
    : undefined;
}

/** `learning rate: 0.3 (0.01 to 1)` */
export function textOf(control: ControlState): string {
  const { before, value, after } = wordsOf(control);
  return `${before}${value}${after}`;
}

function htmlOf(control: ControlState): string {
  const { before, value, after } = wordsOf(control);
  return `${escapeHtml(before)}<b>${escapeHtml(value)}</b>${escapeHtml(after)}`;
}

function wordsOf(control: ControlState): { before: string; value: string; after: string } {
  const before =
    control.label === "" ? "" : /[?？]$/u.test(control.label) ? `${control.label} ` : `${control.label}: `;
  switch (control.kind) {
    case "slider":
      return {
        before,
        value: proseNumber(control.value),
        after: inReadersWords(control, () => ` (${rangeText(control.min, control.max)})`),
      };
    case "number": {
      const range = inReadersWords(control, () => rangeText(control.min, control.max));
      return { before, value: proseNumber(control.value), after: range && ` (${range})` };
    }
    case "select": {
      const { options, index } = control;
      const others = options.filter((_, i) => i !== index);
      const shown = others.length > mostNamed ? [...others.slice(0, mostNamed), "…"] : others;
      return {
        before,
        value: options[index] ?? "",
        after: shown.length === 0 ? "" : inReadersWords(control, () => listed(shown)),
      };
    }
    case "checkbox":
      return {
        before,
        value: inReadersWords(control, () => localized(control.value ? "on" : "off")),
        after: "",
      };
    case "text":
      return { before, value: `“${control.value}”`, after: "" };
    case "button":
      return { before: "", value: `[${control.label}]`, after: "" };
  }
}

const mostNamed = 10;

/** As `(choices: half, all)`; choices are the reader's words as they are. */
const listed = (names: readonly string[]) =>
  `${localized(" (choices: ")}${names.join(localized(", "))}${localized(")")}`;

/** Where no session has said the language, as in a window that saves, the label tells it. */
function inReadersWords(control: ControlState, say: () => string): string {
  return shownLanguage() === undefined ? inLanguage(languageOf(control.label), say) : say();
}

function rangeText(min: number | null, max: number | null): string {
  if (min !== null && max !== null) return localized(`${proseNumber(min)} to ${proseNumber(max)}`);
  if (min !== null) return localized(`at least ${proseNumber(min)}`);
  return max === null ? "" : localized(`at most ${proseNumber(max)}`);
}
