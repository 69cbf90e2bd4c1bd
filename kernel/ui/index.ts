// The door of this room: what cells call as `ui`.
export { Button, type ButtonOptions, button } from "./button";
export { Checkbox, type CheckboxOptions, checkbox } from "./checkbox";
export { Control, type ControlOptions } from "./control";
export type { Controls, ValuesOf } from "./interact";
export { NumberField, type NumberOptions, number } from "./number";
export { Select, type SelectOptions, select } from "./select";
export { Slider, type SliderOptions, slider } from "./slider";
export { TextField, type TextOptions, text } from "./text";
