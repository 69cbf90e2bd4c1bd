// A peer's side of the line: it is given a task, then told how many steps to take, and answers with its own clock.

import { createInterface } from "node:readline";
import type { Task } from "./workloads";

export type Request = { readonly start: Task } | { readonly steps: number };
export type Answer =
  | { readonly version: string }
  /** What the last step gave, and the seconds that all took. */
  | { readonly value: number; readonly seconds: number }
  | { readonly error: string };

/** Takes a step. */
export type Step = () => number | Promise<number>;

/** Answers on stdout, line by line, what comes on stdin, until that ends. `start` makes the function that takes a step. */
export async function serve(version: string, start: (task: Task) => Step | Promise<Step>): Promise<void> {
  const answer = (value: Answer) => process.stdout.write(`${JSON.stringify(value)}\n`);
  let step: Step = () => Number.NaN;
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const request = JSON.parse(line) as Request;
      if ("start" in request) {
        step = await start(request.start);
        answer({ version });
      } else {
        const begin = performance.now();
        let value = Number.NaN;
        for (let i = 0; i < request.steps; i++) {
          const given = step();
          value = typeof given === "number" ? given : await given; // a turn of the queue only for those who need it
        }
        answer({ value, seconds: (performance.now() - begin) / 1000 });
      }
    } catch (error) {
      answer({ error: String(error) });
    }
  }
}
