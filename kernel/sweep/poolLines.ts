// A pool as lines of text: one for each run that has ended, and on a terminal below them, moving, what is under way.
import { stripVTControlCharacters } from "node:util";
import type { RecordFile } from "../notebook/runRecord";
import type { Json } from "../protocol";
import { clockText, shortNumber } from "../words";
import type { Values } from "./axes";
import type { End } from "./localEngine";
import type { SweepRun } from "./sweepFolder";

const frameMs = 500;
const valuesCharacters = 60;
const recordsCharacters = 60;
const textCharacters = 24;
/** Runs under way that are shown, each on a line. */
const mostShown = 16;

export class PoolLines {
  readonly #out: NodeJS.WriteStream;
  readonly #of: number;
  readonly #started = performance.now();
  readonly #running = new Map<SweepRun, number>();
  readonly #timer: NodeJS.Timeout | undefined;
  #ended = 0;
  #failed = 0;
  #moving = 0;

  constructor(out: NodeJS.WriteStream, of: number) {
    this.#out = out;
    this.#of = of;
    if (out.isTTY) this.#timer = setInterval(() => this.#draw(), frameMs).unref();
  }

  started(run: SweepRun): void {
    this.#running.set(run, performance.now());
    this.#draw();
  }

  /** @param again whether it is tried once more. */
  ended({ run, exitCode, trouble, seconds }: End, record: RecordFile | undefined, again: boolean): void {
    this.#running.delete(run);
    if (!again) this.#ended++;
    if (!again && exitCode !== 0) this.#failed++;
    const told = trouble === null ? recordsText(record?.records ?? {}) : plainLine(trouble);
    const code = exitCode === 0 ? "" : `exit code ${exitCode ?? "–"}: `;
    this.#line(
      run,
      exitCode === 0 ? "✓" : "✗",
      seconds,
      `${code}${told}${again ? " (it is tried again)" : ""}`,
    );
  }

  /** It was stopped with the pool. */
  stopped({ run, seconds }: End): void {
    this.#running.delete(run);
    this.#line(run, "–", seconds, "stopped");
  }

  close(): void {
    clearInterval(this.#timer);
    this.#erase();
  }

  #line({ name, values }: SweepRun, mark: string, seconds: number, told: string): void {
    this.#erase();
    const count = `[${String(this.#ended).padStart(String(this.#of).length)}/${this.#of}]`;
    this.#out.write(
      `${count} ${mark} ${name}  ${valuesText(values)}  ${seconds.toFixed(1)} s${told && `  ${told}`}\n`,
    );
    this.#draw();
  }

  #draw(): void {
    if (!this.#timer) return;
    this.#erase();
    const now = performance.now();
    const lines = [...this.#running]
      .slice(0, mostShown)
      .map(
        ([{ name, values }, began]) => `  ${name}  ${valuesText(values)}  ${clockText((now - began) / 1000)}`,
      );
    const waiting = this.#of - this.#ended - this.#running.size;
    const left = this.#ended === 0 ? "" : `, about ${clockText(this.#secondsLeft(now))} left`;
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : "";
    lines.push(
      `  ${this.#ended} of ${this.#of} ended${failed}, ${this.#running.size} under way, ${Math.max(0, waiting)} wait${left}`,
    );
    const width = (this.#out.columns || 80) - 1;
    this.#out.write(lines.map((line) => `${[...line].slice(0, width).join("")}\n`).join(""));
    this.#moving = lines.length;
  }

  #secondsLeft(now: number): number {
    return ((now - this.#started) / this.#ended / 1000) * (this.#of - this.#ended);
  }

  #erase(): void {
    if (this.#moving > 0) this.#out.write(`\x1b[${this.#moving}F\x1b[J`);
    this.#moving = 0;
  }
}

/** `lr=0.1 seed=3`, as much as fits. */
export function valuesText(values: Values): string {
  return cut(
    Object.entries(values)
      .map(([name, value]) => `${name}=${valueText(value)}`)
      .join(" "),
    valuesCharacters,
  );
}

/** The single numbers and texts that a run has recorded. */
function recordsText(records: Readonly<Record<string, Json>>): string {
  const single = Object.entries(records).filter(([, value]) => typeof value !== "object");
  return cut(
    single.map(([name, value]) => `${plainLine(name)} ${valueText(value)}`).join(", "),
    recordsCharacters,
  );
}

function valueText(value: Json): string {
  if (typeof value === "number") return shortNumber(value);
  return cut(plainLine(typeof value === "string" ? value : JSON.stringify(value)), textCharacters);
}

const plainLine = (text: string) => stripVTControlCharacters(text).replace(/[\p{Cc}\u2028\u2029]+/gu, " ");

function cut(text: string, most: number): string {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}
