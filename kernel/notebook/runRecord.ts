// The record of a run: its parameters, what its cells have recorded and how it ended, as JSON. It is written last, so
// whoever finds it knows that the rest is there.
import { existsSync } from "node:fs";
import os from "node:os";
import type { CodeCell } from "../document/notebookFile";
import { type AnyPublication, isMessage, type Json, Mime, type MimeBundle, type Recorded } from "../protocol";
import type { Ran } from "./kernelRun";
import { OutputFile } from "./outputFile";
import type { Target } from "./pageTargets";
import type { Parameter } from "./parameters";

export interface RecordFile {
  notebook: string;
  parameters: Record<string, Json>;
  /** By name. Infinities and NaN are texts, which JSON has no numbers for. */
  records: Record<string, Json>;
  /** As of `bnlab run`. */
  exitCode: number;
  /** What failed first; null where nothing did. */
  error: string | null;
  /** ISO 8601. */
  started: string;
  seconds: number;
  /** Where it ran: bits differ between kinds of processors. */
  machine: { host: string; cpu: string; node: string };
}

const errorCharacters = 500;

export class RunRecord {
  readonly #file: Omit<RecordFile, "records" | "seconds">;
  readonly #values = new Map<string, Json>();
  readonly #errors = new Map<CodeCell, string>();
  readonly #started = performance.now();
  #seconds = 0;

  constructor(notebook: string, parameters: readonly Parameter[]) {
    this.#file = {
      notebook,
      parameters: Object.fromEntries(parameters.map(({ name, value }) => [name, value])),
      exitCode: 0,
      error: null,
      started: new Date().toISOString(),
      machine: { host: os.hostname(), cpu: os.cpus()[0]?.model ?? os.arch(), node: process.version },
    };
  }

  publication(publication: AnyPublication, cell: CodeCell): void {
    if (isMessage(publication, "display_data") || isMessage(publication, "update_display_data")) {
      const recorded = recordedIn(publication.content.data);
      if (recorded) this.#values.set(recorded.name, recorded.value);
    } else if (isMessage(publication, "error") && !this.#errors.has(cell)) {
      const { ename, evalue } = publication.content;
      this.#errors.set(cell, `${ename}: ${evalue}`.slice(0, errorCharacters));
    }
  }

  conclude(exitCode: number, { begun, failed, fault }: Ran): void {
    const cell = begun.find((each) => failed.has(each));
    const word = cell && (this.#errors.get(cell) ?? "it did not end in time");
    this.#file.exitCode = exitCode;
    this.#file.error ??= fault ? fault.message : cell ? `In [${begun.indexOf(cell) + 1}]: ${word}` : null;
    this.#seconds = (performance.now() - this.#started) / 1000;
  }

  /** The run is not whole: it was stopped, or a file of it does not stand where it was to stand. */
  lacks(exitCode: number, trouble: string): void {
    this.#file.exitCode = exitCode;
    this.#file.error ??= trouble;
  }

  /** @throws FileError when the file cannot be written. */
  async target(name: string): Promise<Target> {
    return { label: "Record", file: await OutputFile.probe(name, this.#text()), format: () => this.#text() };
  }

  /** Where nobody has named a file, the one beside the notebook that was written, if there is something for it. */
  async besides(output: string): Promise<Target[]> {
    const name = `${output.replace(/\.ipynb$/, "")}.records.json`;
    return this.#values.size > 0 || existsSync(name) ? [await this.target(name)] : [];
  }

  #text(): string {
    const { exitCode, error, started, machine, ...about } = this.#file;
    const file: RecordFile = {
      ...about,
      records: Object.fromEntries(this.#values),
      ...{ exitCode, error, started, seconds: Number(this.#seconds.toFixed(3)), machine },
    };
    const lines = Object.entries(file).map(
      ([name, value]) => ` ${JSON.stringify(name)}: ${linesOf(name, value)}`,
    );
    return `{\n${lines.join(",\n")}\n}\n`;
  }
}

/** A value a line: a curve with a line for each number would be pages long. */
function linesOf(name: string, value: unknown): string {
  const entries = Object.entries(name === "parameters" || name === "records" ? (value as object) : {});
  if (entries.length === 0) return JSON.stringify(value);
  const lines = entries.map(([key, each]) => `  ${JSON.stringify(key)}: ${JSON.stringify(each)}`);
  return `{\n${lines.join(",\n")}\n }`;
}

/** What a display shows may be anybody's: a record is what looks like one. */
function recordedIn(data: MimeBundle): Recorded | undefined {
  const found = data[Mime.record];
  if (typeof found !== "object" || found === null || Array.isArray(found)) return undefined;
  const { name, value } = found;
  return typeof name === "string" && value !== undefined ? { name, value } : undefined;
}
