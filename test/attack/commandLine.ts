// The command line under attack: its processes, the notebooks they are given, and what must hold however they end.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after } from "node:test";

const cli = path.join(import.meta.dirname, "../../dist/kernel/cli.js");

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  process: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves when it has printed what fits, to stdout or stderr; fails when it ends without. */
  printed(what: RegExp): Promise<void>;
}

export interface StartOptions {
  /** The user of the process; root in CI could write anywhere. */
  uid?: number;
  cwd?: string;
  env?: Record<string, string>;
}

/** A folder of its own for each test, which the end removes. */
export class Place {
  static readonly #root = mkdtempSync(path.join(os.tmpdir(), "bnlab-attack-"));
  static #count = 0;
  static {
    chmodSync(Place.#root, 0o755);
    after(() => {
      unlock(Place.#root);
      rmSync(Place.#root, { recursive: true, force: true });
    });
  }

  readonly folder = path.join(Place.#root, String(++Place.#count));
  /** Where a file goes that its own place does not take. */
  readonly spare = path.join(this.folder, "spare");

  constructor() {
    mkdirSync(this.spare, { recursive: true });
    chmodSync(this.folder, 0o777);
    chmodSync(this.spare, 0o777);
  }

  at(name: string): string {
    return path.join(this.folder, name);
  }

  /** A notebook of such code cells, each with an output of an earlier run. */
  write(name: string, sources: readonly string[], text?: string): string {
    const cells = sources.map((source, i) => ({
      cell_type: "code",
      id: `c${i}`,
      metadata: {},
      execution_count: 9,
      outputs: [{ output_type: "stream", name: "stdout", text: ["of an earlier run\n"] }],
      source,
    }));
    const prose =
      text === undefined ? [] : [{ cell_type: "markdown", id: "text", metadata: {}, source: text }];
    const notebook = { cells: [...cells, ...prose], metadata: {}, nbformat: 4, nbformat_minor: 5 };
    writeFileSync(this.at(name), JSON.stringify(notebook));
    return this.at(name);
  }

  read(name: string): { cells: { execution_count: number | null; outputs: Record<string, unknown>[] }[] } {
    return JSON.parse(readFileSync(this.at(name), "utf8"));
  }

  /** The counts of its code cells, by which one sees what ran. */
  counts(name: string): (number | null)[] {
    return this.read(name)
      .cells.filter((cell) => "outputs" in cell)
      .map((cell) => cell.execution_count);
  }

  bnlab(args: readonly string[], { uid, cwd = this.folder, env }: StartOptions = {}): Started {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd,
      env: { ...process.env, TMPDIR: this.spare, HOME: this.spare, ...env },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    const ended: Ended = { code: null, signal: null, stdout: "", stderr: "" };
    const waiting = new Set<() => void>();
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        ended[name] += text;
        for (const look of waiting) look();
      });
    }
    const end = new Promise<Ended>((resolve) =>
      child.on("close", (code, signal) => {
        Object.assign(ended, { code, signal });
        for (const look of waiting) look();
        resolve(ended);
      }),
    );
    const printed = (what: RegExp) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (what.test(ended.stdout) || what.test(ended.stderr)) resolve();
          else if (ended.code !== null || ended.signal !== null)
            reject(new Error(`ended: ${JSON.stringify(ended)}`));
          else return;
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      });
    return { process: child, ended: end, printed };
  }

  /** Nothing half-written lies about. */
  assertTidy(): void {
    const files = readdirSync(this.folder, { recursive: true, encoding: "utf8" });
    assert.deepEqual(
      files.filter((name) => name.endsWith(".tmp")),
      [],
    );
  }
}

/** One line to stderr from the command, and no stack trace. */
export function assertOneLine({ stderr }: Ended): void {
  assert.match(stderr, /^bnlab \w+: [^\n]+\n$/);
}

/** Folders that nothing may be taken out of can be removed by root alone. */
function unlock(folder: string): void {
  chmodSync(folder, 0o755);
  for (const each of readdirSync(folder, { withFileTypes: true }))
    if (each.isDirectory()) unlock(path.join(folder, each.name));
}
