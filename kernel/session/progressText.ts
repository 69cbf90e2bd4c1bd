// A progress bar in words and in block characters.
import type { ProgressBar } from "../protocol";

const BAR_CHARACTERS = 20;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** `epoch 1  45% |█████████           | 45/100 · 12.3/s · 0:05 left · loss 0.31` */
export function progressText(bar: ProgressBar): string {
  const { label, done, total, note } = bar;
  const share = total ? Math.min(1, done / total) : undefined;
  const drawn =
    share === undefined ? "" : `${String(Math.floor(share * 100)).padStart(3)}% |${blocks(share)}|`;
  const text = [stepText(bar), timeText(bar), note].filter(Boolean).join(" · ");
  return [label, drawn, text].filter(Boolean).join(" ");
}

export function stepText({ done, total }: ProgressBar): string {
  return total === null ? String(done) : `${done}/${total}`;
}

/** Rate and time left while it goes on, rate and time taken when it has ended. */
export function timeText({ done, total, seconds, ended }: ProgressBar): string {
  if (ended) return `${rateText(done, seconds)}${clock(seconds)}`;
  if (done === 0 || seconds === 0) return "";
  const left = total === null ? "" : `${clock((Math.max(0, total - done) * seconds) / done)} left`;
  return `${rateText(done, seconds)}${left || clock(seconds)}`;
}

function rateText(done: number, seconds: number): string {
  if (done === 0 || seconds === 0) return "";
  const rate = done / seconds;
  // Slow steps read better the other way round.
  return rate >= 1 || rate === 0 ? `${round(rate)}/s · ` : `${round(1 / rate)} s each · `;
}

function round(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** 65 → `1:05`, 3700 → `1:01:40`. */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

function blocks(share: number): string {
  const eighths = Math.floor(share * BAR_CHARACTERS * 8);
  return `${"█".repeat(eighths >> 3)}${EIGHTHS[eighths & 7]}`.padEnd(BAR_CHARACTERS);
}
