// What stands behind an option, read, or refused in a sentence.
import { InvalidArgumentError } from "commander";
import { addParameter, type Parameter } from "./notebook/parameters";
import { type Axis, parseAxis } from "./sweep/axes";
import { type Budgets, parseBudgets } from "./sweep/halving";

export function repeated(text: string, before: string[] = []): string[] {
  return [...before, text];
}

export function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`expected a whole number from ${least} on.`);
    return value;
  };
}

export function axis(text: string, before: Axis[] = []): Axis[] {
  try {
    return [...before, parseAxis(text)];
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
}

export function budgets(text: string): Budgets {
  try {
    return parseBudgets(text);
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
}

/** `Infinity` is no limit. */
export function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("expected a number of seconds above 0.");
  return value;
}

export function tolerance(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError("expected a number from 0 on.");
  return value;
}

export function parameter(text: string, before: Parameter[] = []): Parameter[] {
  try {
    return addParameter(before, text);
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
}
