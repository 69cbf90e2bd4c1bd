// Where an axis of dates has its ticks, in milliseconds since 1970, and what they say. Imports nothing outside this folder's room.
import { niceStep } from "../numbers";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const month = 30.44 * day;

/** Steps that a clock or a week has. */
const steps = [
  ...[1, 2, 5, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 15, 30].map((count) => count * minute),
  ...[1, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7, 14].map((count) => count * day),
];

/** At most about `most` ticks: at whole seconds, minutes, hours, days, months or years of UTC. */
export function dateTicks(low: number, high: number, most: number): { at: number; text: string }[] {
  const rough = (high - low) / most;
  if (rough < second / 2)
    return every(Math.max(1, niceStep(rough)), low, high, (at) => iso(at).slice(11, 23));
  const step = steps.find((each) => each >= rough);
  if (step === undefined) return months(rough / month, low, high);
  if (step >= day) return every(step, low, high, (at) => iso(at).slice(0, 10));
  // The day where it begins, the time of day between.
  return every(step, low, high, (at) =>
    at % day === 0 ? iso(at).slice(0, 10) : iso(at).slice(11, step < minute ? 19 : 16),
  );
}

function every(step: number, low: number, high: number, text: (at: number) => string) {
  const first = Math.ceil(low / step);
  const count = Math.max(0, Math.floor(high / step) - first + 1);
  return Array.from({ length: count }, (_, n) => ({
    at: (first + n) * step,
    text: text((first + n) * step),
  }));
}

function months(rough: number, low: number, high: number) {
  const step = [1, 3, 6].find((each) => each >= rough) ?? 12 * Math.max(1, niceStep(rough / 12));
  const start = new Date(low);
  const first = Math.ceil((start.getUTCFullYear() * 12 + start.getUTCMonth()) / step);
  const ticks: { at: number; text: string }[] = [];
  for (let n = first; ticks.length < 100; n++) {
    const at = Date.UTC(2000, n * step - 12 * 2000);
    if (!(at <= high)) break;
    ticks.push({ at, text: iso(at).slice(0, step % 12 === 0 ? 4 : 7) });
  }
  return ticks;
}

const iso = (at: number): string => new Date(at).toISOString();
