// The state of a training as it comes to its page, checked: curves and loops are what a cell has shown, which may be anything.
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../payload";
import type { CurveState, LoopState, TrainingState } from "./messages";

const most = { loops: 50, curves: 50, points: 20_000 };
const statuses = ["running", "done", "stopped", "failed"] as const;

export function asState(state: Fields): TrainingState {
  return {
    status: statuses.find((status) => status === state.status) ?? "done",
    step: textOf(state.step),
    loop: textOf(state.loop),
    rate: textOf(state.rate),
    left: textOf(state.left),
    elapsed: textOf(state.elapsed),
    loops: listOf(state.loops, most.loops).map(fieldsOf).map(asLoop),
    curves: listOf(state.curves, most.curves).map(fieldsOf).map(asCurve),
    curvesTitle: textOf(state.curvesTitle),
  };
}

function asLoop({ label, share, step, rate, time, note, ended }: Fields): LoopState {
  const known = numberOf(share, null);
  return {
    label: textOf(label),
    share: known === null ? null : Math.min(1, Math.max(0, known)),
    step: textOf(step),
    rate: textOf(rate),
    time: textOf(time),
    note: textOf(note),
    ended: ended === true,
  };
}

function asCurve({ name, color, last, points }: Fields): CurveState {
  return {
    name: textOf(name),
    color: isColor(color) ? color : undefined,
    last: textOf(last),
    points: listOf(points, most.points).filter(isPoint),
  };
}

/** A name, a number, a function of numbers: never an address. */
const isColor = (value: unknown): value is string =>
  typeof value === "string" &&
  /^#?[\w-]{1,40}$|^[a-z]{3,6}\([\d\s.,%/a-z-]{1,60}\)$/i.test(value) &&
  !/^url/i.test(value);

const isPoint = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
