// Parameters of a notebook, as papermill has them: a cell tagged `parameters` holds defaults, one put after it sets others.

import { Script } from "node:vm";
import { type CodeCell, hasTag, type Notebook } from "../document/notebookFile";
import { readTextFile } from "../host/textFile";
import type { Json } from "../protocol";
import { FileError } from "./outputFile";

export interface Parameter {
  name: string;
  value: Json;
}

const defaultsTag = "parameters";
const injectedTag = "injected-parameters";
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** Names of the language's own values: declared anew, the cells after would read something else under them. */
const ownNames = ["undefined", "NaN", "Infinity", "globalThis"];
/** A number as people type it: JSON would have `.5`, `5.` and `+5` a text. */
const typedNumber = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
/** Texts of JSON, in which digits are no numbers, and numbers. */
const jsonTokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;

/**
 * `epochs=5`, `name=Ada`, `sizes=[1,2]`: the value as JSON or a number, else as the text that it is.
 *
 * @throws Error when there is no name that a variable may have, or a number that JavaScript would change.
 */
export function parseParameter(text: string): Parameter {
  const at = text.indexOf("=");
  const name = text.slice(0, Math.max(0, at)).trim();
  if (!identifier.test(name)) throw new Error(`expected NAME=VALUE with a variable's name, got ${text}`);
  requireName(name);
  return { name, value: parseValue(name, text.slice(at + 1)) };
}

/** @throws Error when no variable may have that name. */
export function requireName(name: string): void {
  if (!identifier.test(name)) throw new Error(`expected a variable's name, got ${JSON.stringify(name)}`);
  if (ownNames.includes(name) || isReserved(name)) {
    throw new Error(`${name} is a word of the language, expected a variable's name`);
  }
}

/**
 * A value as it is typed: as JSON or a number, else as the text that it is.
 *
 * @throws Error when it has a number that JavaScript would change.
 */
export function parseValue(name: string, value: string): Json {
  if (typedNumber.test(value.trim())) {
    refuseLossy(name, value.trim());
    return Number(value);
  }
  let json: Json;
  try {
    json = JSON.parse(value) as Json;
  } catch {
    return value;
  }
  for (const [token] of value.matchAll(jsonTokens)) if (!token.startsWith('"')) refuseLossy(name, token);
  return json;
}

/** The engine says: no list of ours would be whole. The name is an identifier by its characters, so this is nothing but it. */
function isReserved(name: string): boolean {
  try {
    new Script(`"use strict"; async () => { let ${name}; };`);
    return false;
  } catch {
    return true;
  }
}

function refuseLossy(name: string, number: string): void {
  const value = Number(number);
  if (!Number.isFinite(value)) throw new Error(`${name}: ${number} is larger than a number can be`);
  if (/^[+-]?\d+$/.test(number) && BigInt(number.replace("+", "")) !== BigInt(value)) {
    throw new Error(
      `${name}: ${number} would become ${BigInt(value)}; a text keeps it: ${name}='"${number}"'`,
    );
  }
}

/** @throws Error when one is set twice. */
export function addParameter(parameters: readonly Parameter[], text: string): Parameter[] {
  const parameter = parseParameter(text);
  if (parameters.some(({ name }) => name === parameter.name))
    throw new Error(`${parameter.name} is set twice`);
  return [...parameters, parameter];
}

/**
 * The parameters of a JSON file, an object of values by name.
 *
 * @throws FileError when it is none, or a name is none that a variable may have.
 */
export async function readParameters(file: string): Promise<Parameter[]> {
  try {
    const json: unknown = JSON.parse(await readTextFile(file));
    if (typeof json !== "object" || json === null || Array.isArray(json))
      throw new Error('expected an object of values by name, as { "lr": 0.1 }');
    return parametersOf(json as Record<string, Json>);
  } catch (error) {
    throw new FileError(file, error);
  }
}

/** @throws Error for a name that is none that a variable may have. */
export function parametersOf(values: Readonly<Record<string, Json>>): Parameter[] {
  return Object.entries(values).map(([name, value]) => {
    requireName(name);
    return { name, value };
  });
}

/** All of them; those that stand in both are the later ones'. */
export function withParameters(first: readonly Parameter[], later: readonly Parameter[]): Parameter[] {
  const names = new Set(later.map(({ name }) => name));
  return [...first.filter(({ name }) => !names.has(name)), ...later];
}

/**
 * Puts the values into the notebook, in place of those of an earlier run.
 *
 * @returns what its reader should be warned of.
 */
export function injectParameters(notebook: Notebook, parameters: readonly Parameter[]): string[] {
  if (parameters.length === 0) return [];
  const { cells } = notebook;
  const defaults = cells.findIndex((cell) => hasTag(cell, defaultsTag));
  const before = cells.findIndex((cell) => hasTag(cell, injectedTag));
  const cell = parametersCell(parameters);
  if (before >= 0) cells[before] = cell;
  else cells.splice(defaults + 1, 0, cell);
  const declared = cells[defaults]?.source;
  if (declared === undefined) {
    return [
      `no cell is tagged "${defaultsTag}": the values stand in a cell at the top, where later ones may replace them`,
    ];
  }
  const words = new Set(declared.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu));
  return parameters
    .filter(({ name }) => !words.has(name))
    .map(({ name }) => `the cell tagged "${defaultsTag}" has no ${name}`);
}

function parametersCell(parameters: readonly Parameter[]): CodeCell {
  const lines = parameters.map(({ name, value }) => `let ${name} = ${literal(value)};`);
  return {
    cell_type: "code",
    id: crypto.randomUUID().slice(0, 8),
    source: ["// Parameters", ...lines].join("\n"),
    metadata: { tags: [injectedTag] },
    execution_count: null,
    outputs: [],
  };
}

/** JSON is JavaScript but for two things: a member `__proto__` would set the prototype, and -0 has no sign. */
function literal(value: Json): string {
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(",")}]`;
  const members = Object.entries(value).map(([key, member]) => {
    const name = JSON.stringify(key);
    return `${key === "__proto__" ? `[${name}]` : name}:${literal(member)}`;
  });
  return `{${members.join(",")}}`;
}
