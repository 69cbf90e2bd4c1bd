// What a process runs that makes runs for another: "bnlab" as its cells have it, and the worker.
import "./bnlab";
import { session } from "../parallel/session";
import { Worker } from "../parallel/work";

let worker: Worker | undefined;

/** Takes over what all runs need. */
export async function take(file: string): Promise<void> {
  worker = await Worker.start(file, session()!.references);
}

/** Makes one of the runs, and writes what came of it. */
export const make = (index: number, seed: number, file: string): Promise<void> =>
  worker!.make(index, seed, file);
