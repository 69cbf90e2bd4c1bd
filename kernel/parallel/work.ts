// The side of a process that makes runs for another: takes over the values, makes one run after the other, hands over what came of it.
import { readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { deserialize, serialize } from "node:v8";
import { type GeneratorState, getRngState, manualSeed } from "../bnlab";
import { failureText } from "../experiment/team";
import type { CellReferences } from "../session/cells/references";
import { CannotTravel } from "./closures";
import { decode } from "./decode";
import { type EncodeOptions, encode } from "./encode";
import type { Encoded } from "./nodes";
import { ScopeReader } from "./scopes";
import { originsOf } from "./sessionOrigins";

/** What is handed over for all runs. */
export interface Given {
  readonly run: (trial: unknown) => unknown;
  readonly trials: readonly unknown[];
}

/** What is handed back of one. */
export interface Made {
  readonly result: Encoded | null;
  readonly error: string | null;
  readonly seconds: number;
  /** Where the default random stream is afterwards; null where nobody knows. */
  readonly stream: GeneratorState | null;
  /** Why the run has to be made where its notebook is; null where this is what came of it. */
  readonly here: string | null;
}

/** Whether values are what they were: compares their structure, and checksums of their numbers. */
export class Watch {
  readonly #value: unknown;
  readonly #options: EncodeOptions;
  readonly #before: ReturnType<typeof encode>;

  constructor(value: unknown, options: EncodeOptions) {
    this.#value = value;
    this.#options = { ...options, sums: true };
    this.#before = encode(value, this.#options);
  }

  /** @returns what has changed; null where nothing has. */
  changed(): string | null {
    const { nodes, objects } = this.#before;
    try {
      const now = encode(this.#value, this.#options);
      const isOdd = (node: unknown, i: number) => !isDeepStrictEqual(node, now.nodes[i]);
      const first = nodes.findIndex(isOdd);
      if (first < 0 && nodes.length === now.nodes.length) return null;
      // What has new parts differs itself, and so may whatever leads there, whose other parts have other numbers now: the last is meant.
      const shifted = objects.findIndex((object, i) => object !== now.objects[i]);
      const last = nodes.slice(0, Math.max(shifted, 0)).findLastIndex(isOdd);
      const { places } = encode(this.#value, { ...this.#options, places: true });
      return places[Math.max(last < 0 ? first : last, 0)] || "a variable";
    } catch (error) {
      if (error instanceof CannotTravel) return error.message;
      throw error;
    }
  }
}

export class Worker {
  readonly #given: Given;
  readonly #known: ReadonlyMap<object, number>;
  readonly #options: EncodeOptions;
  readonly #watch: Watch;

  static async start(file: string, references: CellReferences): Promise<Worker> {
    const { value, objects } = await decode(deserialize(readFileSync(file)) as Encoded, { references });
    return new Worker(value as Given, objects, references);
  }

  private constructor(given: Given, objects: readonly unknown[], references: CellReferences) {
    this.#given = given;
    this.#known = new Map(objects.flatMap((each, i) => (isObject(each) ? [[each, i] as const] : [])));
    this.#options = { references, scopes: new ScopeReader(), origins: originsOf(references) };
    this.#watch = new Watch(given, this.#options);
  }

  async make(index: number, seed: number, file: string): Promise<void> {
    const { run, trials } = this.#given;
    const started = performance.now();
    let result: unknown = null;
    let error: string | null = null;
    manualSeed(seed);
    try {
      result = await run(trials[index]);
    } catch (thrown) {
      error = failureText(thrown);
    }
    const seconds = (performance.now() - started) / 1000;
    const stream = getRngState();
    const changed = this.#watch.changed();
    const made: Made = { result: null, error, seconds, stream, here: null };
    if (changed !== null) return this.#hand(file, { ...made, here: changesWords(changed) });
    try {
      const { root, nodes } = encode(result, { ...this.#options, known: this.#known });
      this.#hand(file, { ...made, result: { root, nodes } });
    } catch (refusal) {
      if (!(refusal instanceof CannotTravel)) throw refusal;
      this.#hand(file, {
        ...made,
        here: `what run() returns cannot go to another process: ${refusal.message}`,
      });
    }
  }

  #hand(file: string, made: Made): void {
    writeFileSync(file, serialize(made));
  }
}

export const changesWords = (what: string): string =>
  `run() changes ${what}; return what is to be kept, and gather it in onResult`;

const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function";
