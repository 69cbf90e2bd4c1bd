// Controls as Jupyter's widgets: the models that its own pages draw. Module, model and field names are ipywidgets' 8.
// https://github.com/jupyter-widgets/ipywidgets/blob/main/packages/schema/jupyterwidgetmodels.latest.md
import { type Comm, type ControlPanel, type ControlState, type Json, widgetTarget } from "../protocol";

type State = Record<string, Json>;

/** The version of both modules that ipywidgets 8 brings. */
const moduleVersion = "2.0.0";
const base = "@jupyter-widgets/base";
const controls = "@jupyter-widgets/controls";
/** As wide as a page is narrow. */
const width = "min(100%, 30em)";
/** A number field without a bound has one that no number reaches; JSON has no infinity. */
const anyNumber = Number.MAX_VALUE;

/** What is said to open a control. */
export function openingOf(control: ControlState): Comm[] {
  const { model, view = model, style, fields } = widgetOf(control);
  return [
    opening(layoutId(control.id), layout(control.kind === "button" ? "auto" : width)),
    opening(styleId(control.id), styleState(style, control.kind !== "button")),
    opening(control.id, {
      ...names(model, view),
      ...fields,
      disabled: control.disabled,
      description: control.label,
      layout: reference(layoutId(control.id)),
      style: reference(styleId(control.id)),
    }),
  ];
}

/** What is said to open the box around several controls that are open. */
export function openingOfPanel({ id, controls }: ControlPanel): Comm[] {
  return [
    opening(layoutId(id), layout(null)),
    opening(id, {
      ...names("VBox"),
      box_style: "",
      children: controls.map((control) => reference(control.id)),
      layout: reference(layoutId(id)),
    }),
  ];
}

/** A control after what a message says of it, which uses the widgets' names. */
export function updated(control: ControlState, { value, index, disabled }: State): ControlState {
  const changed = {
    ...control,
    disabled: typeof disabled === "boolean" ? disabled : control.disabled,
  };
  if (changed.kind === "select") {
    return Number.isInteger(index) ? { ...changed, index: index as number } : changed;
  }
  if (changed.kind === "button" || typeof value !== typeof changed.value) return changed;
  return { ...changed, value } as ControlState;
}

interface Widget {
  model: string;
  /** Where it is not called as the model. */
  view?: string;
  style: string;
  fields: State;
}

function widgetOf(control: ControlState): Widget {
  switch (control.kind) {
    case "slider":
      return sliderOf(control);
    case "select":
      return {
        model: "Dropdown",
        style: "DescriptionStyle",
        fields: { _options_labels: control.options, index: control.index },
      };
    case "checkbox":
      return { model: "Checkbox", style: "CheckboxStyle", fields: { value: control.value, indent: false } };
    case "number": {
      const { value, min, max, step } = control;
      const style = "DescriptionStyle";
      if (min === null && max === null) return { model: "FloatText", style, fields: { value, step } };
      const bounds = { min: min ?? -anyNumber, max: max ?? anyNumber };
      return { model: "BoundedFloatText", view: "FloatText", style, fields: { value, step, ...bounds } };
    }
    case "text": {
      const { value, placeholder } = control;
      return { model: "Text", style: "TextStyle", fields: { value, placeholder, continuous_update: false } };
    }
    case "button":
      return { model: "Button", style: "ButtonStyle", fields: { icon: "", button_style: "", tooltip: null } };
  }
}

function sliderOf(control: SliderState): Widget {
  const { min, max, step, scale } = control;
  const style = "SliderStyle";
  const common = {
    ...positionOf(control),
    orientation: "horizontal",
    readout: true,
    continuous_update: true,
  };
  if (scale === "log") {
    const ends = { base: 10, min: Math.log10(min), max: Math.log10(max) };
    return { model: "FloatLogSlider", style, fields: { ...common, ...ends, readout_format: ".4g" } };
  }
  const readout_format = isWhole(control) ? "d" : formatOf(step);
  return {
    model: isWhole(control) ? "IntSlider" : "FloatSlider",
    style,
    fields: { ...common, min, max, readout_format },
  };
}

type SliderState = Pick<ControlState & { kind: "slider" }, "value" | "min" | "max" | "step" | "scale">;

/**
 * Where a slider stands. Jupyter's moves a value between two steps to the nearer one as it shows it, and says so as if its reader had: its
 * steps, of a log scale those of exponents, are such that the value is one.
 */
export function positionOf(slider: SliderState): { step: number; value: number } {
  const { value, min, step, scale } = slider;
  if (isWhole(slider)) return { step: (value - min) % step === 0 ? step : 1, value };
  const [way, each] =
    scale === "log" ? [Math.log10(value) - Math.log10(min), Math.log10(step)] : [value - min, step];
  return { step: way > 0 ? way / Math.max(1, Math.round(way / each)) : each, value };
}

const isWhole = ({ value, min, max, step, scale }: SliderState) =>
  scale === "linear" && [value, min, max, step].every(Number.isInteger);

/** As many decimals as the step has. */
function formatOf(step: number): string {
  const decimals = /^\d+\.(\d+)$/.exec(String(step))?.[1]?.length;
  return decimals === undefined || decimals > 6 ? ".4g" : `.${decimals}f`;
}

const layoutId = (id: string) => `${id}-layout`;
const styleId = (id: string) => `${id}-style`;
const reference = (id: string) => `IPY_MODEL_${id}`;

function names(model: string, view = model): State {
  return {
    ...module("model", controls, `${model}Model`),
    ...module("view", controls, `${view}View`),
    _dom_classes: [],
    tabbable: null,
    tooltip: null,
  };
}

function layout(width: string | null): State {
  return { ...module("model", base, "LayoutModel"), ...module("view", base, "LayoutView"), width };
}

/** Labels are as wide as they are. */
function styleState(name: string, hasLabel: boolean): State {
  return {
    ...module("model", controls, `${name}Model`),
    ...module("view", base, "StyleView"),
    ...(hasLabel ? { description_width: "initial" } : {}),
  };
}

function module(what: "model" | "view", name: string, member: string): State {
  return {
    [`_${what}_module`]: name,
    [`_${what}_module_version`]: moduleVersion,
    [`_${what}_name`]: member,
  };
}

function opening(comm_id: string, state: State): Comm {
  return {
    type: "comm_open",
    content: { comm_id, target_name: widgetTarget, data: { state, buffer_paths: [] } },
  };
}
