// What the training view's page and the extension say to each other: types only.

/** One loop that is under way, or was. */
export interface LoopState {
  label: string;
  /** From 0 to 1; null where nobody knows how many steps there will be. */
  share: number | null;
  /** `45/100` */
  step: string;
  rate: string;
  /** Time left, or taken if it has ended. */
  time: string;
  note: string;
  ended: boolean;
}

export interface CurveState {
  name: string;
  /** The one that the chart gives it; undefined for the theme's own. */
  color?: string;
  /** `0.0312` */
  last: string;
  points: [x: number, y: number][];
}

export interface TrainingState {
  status: "running" | "done" | "stopped" | "failed";
  /** The step of the innermost loop or, without any, of the curves. */
  step: string;
  /** What that loop calls itself; empty where it has no name. */
  loop: string;
  rate: string;
  left: string;
  elapsed: string;
  /** The outermost first. */
  loops: LoopState[];
  curves: CurveState[];
  /** What the curves show: `Training loss`. */
  curvesTitle: string;
}

/** Null where nothing has been trained. */
export type ToTraining = { type: "state"; state: TrainingState | null };
export type FromTraining = { type: "ready" } | { type: "stop" };

/** All that the page says, in the window's language. */
export interface TrainingWords {
  none: string;
  hint: string;
  running: string;
  done: string;
  stopped: string;
  failed: string;
  stop: string;
  step: string;
  rate: string;
  left: string;
  elapsed: string;
  curve: string;
}
