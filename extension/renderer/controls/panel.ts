// What a saved notebook has under the MIME type of controls, taken in field by field.
import type { ControlKind, ControlPanel, ControlState } from "../../../kernel/protocol/index";
import { localized } from "../localize";
import { type Fields, fieldsOf, isCount, isFields, listOf, numberOf, textOf } from "../payload";

/** What the kernel sends is smaller. */
const most = { controls: 50, options: 1000, label: 200, characters: 10_000 };

/** @throws TypeError if it is something else. */
export function asPanel(value: unknown): ControlPanel {
  const { id, controls } = fieldsOf(value);
  if (!Array.isArray(controls) || controls.length === 0 || controls.length > most.controls) {
    throw new TypeError(localized("This output is not controls: expected a list of them."));
  }
  return { id: textOf(id), controls: controls.map(asControl) };
}

function asControl(value: unknown): ControlState {
  const fields = fieldsOf(value);
  const kind = kindOf(fields);
  if (!isFields(value) || kind === undefined) {
    throw new TypeError(localized("This output is not controls: one of them is of no known kind."));
  }
  const { id, name, label, disabled } = fields;
  const base = { id: textOf(id), name: textOf(name, most.label), label: textOf(label, most.label) };
  return { ...base, disabled: disabled === true, ...kind };
}

function kindOf(fields: Fields): ControlKind | undefined {
  const { kind, value, placeholder, index } = fields;
  const number = (name: string) => numberOf(fields[name], null);
  switch (kind) {
    case "slider": {
      const [min, max, step] = [number("min"), number("max"), number("step")];
      const scale = fields.scale === "log" ? "log" : "linear";
      if (min === null || max === null || step === null || !(min < max) || step <= 0) return undefined;
      if (scale === "log" && (min <= 0 || step <= 1)) return undefined;
      return { kind, value: Math.min(max, Math.max(min, numberOf(value, min))), min, max, step, scale };
    }
    case "select":
      return {
        kind,
        index: isCount(index) ? index : 0,
        options: listOf(fields.options, most.options).map((option) => textOf(option, most.label)),
      };
    case "checkbox":
      return { kind, value: value === true };
    case "number":
      return {
        kind,
        value: numberOf(value, 0),
        min: number("min"),
        max: number("max"),
        step: number("step"),
      };
    case "text":
      return { kind, value: textOf(value, most.characters), placeholder: textOf(placeholder, most.label) };
    case "button":
      return { kind };
    default:
      return undefined;
  }
}
