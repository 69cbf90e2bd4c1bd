// A progress bar in words and in block characters.
import type { ProgressBar } from "../../protocol";
import { clockText, localized, rateText } from "../../words";

const barCharacters = 20;
const eighthCharacters = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** `epoch 1  45% |█████████           | 45/100 · 12.3/s · 0:05 left · loss 0.31` */
export function progressText(bar: ProgressBar): string {
  const { label, done, total } = bar;
  const share = total ? Math.min(1, done / total) : undefined;
  const drawn =
    share === undefined ? "" : `${String(Math.floor(share * 100)).padStart(3)}% |${blocks(share)}|`;
  return [label, drawn, barText(bar)].filter(Boolean).join(" ");
}

function stepText({ done, total }: ProgressBar): string {
  return total === null ? String(done) : `${done}/${total}`;
}

/** Rate and time left while it goes on, rate and time taken when it has ended. */
function timeText({ done, total, seconds, ended }: ProgressBar): string {
  const rate = rateText(done, seconds);
  if (ended) return joined(rate, clockText(seconds));
  if (rate === "") return "";
  if (total === null) return joined(rate, clockText(seconds));
  return joined(rate, `${clockText((Math.max(0, total - done) * seconds) / done)} left`);
}

/** What stands behind a bar. */
export function barText(bar: ProgressBar): string {
  return joined(stepText(bar), timeText(bar), bar.note);
}

const joined = (...parts: string[]) => parts.filter(Boolean).map(localized).join(" · ");

function blocks(share: number): string {
  const eighths = Math.floor(share * barCharacters * 8);
  return `${"█".repeat(eighths >> 3)}${eighthCharacters[eighths & 7]}`.padEnd(barCharacters);
}
