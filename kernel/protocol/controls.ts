// What is saved and shown of controls, under `Mime.control`: types only. What is said to and by them are Jupyter's own messages.

/** Controls that stand together in one output. */
export type ControlPanel = {
  /** The comm of the widget that Jupyter shows: the control's own, or that of the box around several. */
  id: string;
  controls: ControlState[];
};

/** One control as it is now. */
export type ControlState = {
  /** Its comm. */
  id: string;
  /** What links and programs call it: `lr` in `#lr=0.3`. Empty where it has none. */
  name: string;
  /** What stands beside it. */
  label: string;
  disabled: boolean;
} & ControlKind;

export type ControlKind =
  | {
      kind: "slider";
      value: number;
      min: number;
      max: number;
      /** From one value to the next: a difference, on a log scale a factor. */
      step: number;
      scale: "linear" | "log";
    }
  | { kind: "select"; index: number; options: string[] }
  | { kind: "checkbox"; value: boolean }
  /** Null where there is no bound, or any number will do. */
  | { kind: "number"; value: number; min: number | null; max: number | null; step: number | null }
  | { kind: "text"; value: string; placeholder: string }
  | { kind: "button" };
