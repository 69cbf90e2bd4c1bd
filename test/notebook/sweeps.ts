// Sweeps of the built command line: notebooks for them, and what is in their folders afterwards.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A notebook whose first cell is tagged "parameters". */
export function writeNotebook(file: string, parameters: string, ...sources: readonly string[]): string {
  const cells = [parameters, ...sources].map((source, i) => ({
    cell_type: "code",
    id: `c${i}`,
    metadata: { tags: i === 0 ? ["parameters"] : [] },
    execution_count: null,
    outputs: [],
    source,
  }));
  writeFileSync(file, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  return file;
}

export interface RunFiles {
  parameters: Record<string, unknown>;
  records: Record<string, unknown>;
  exitCode: number;
  error: string | null;
  started: string;
  /** By which one sees that nobody has written the file again. */
  inode: number;
}

/** The runs that have ended, by their names. */
export function endedRuns(sweep: string): Map<string, RunFiles> {
  const folder = path.join(sweep, "runs");
  const ended = new Map<string, RunFiles>();
  for (const name of readdirSync(folder).sort()) {
    try {
      const file = path.join(folder, name, "records.json");
      ended.set(name, { ...JSON.parse(readFileSync(file, "utf8")), inode: statSync(file).ino });
    } catch {
      // it has not ended
    }
  }
  return ended;
}

export const finishedRuns = (sweep: string): Map<string, RunFiles> =>
  new Map([...endedRuns(sweep)].filter(([, { exitCode }]) => exitCode === 0));
