// Parameters of a notebook, as papermill has them: a cell tagged `parameters` holds defaults, one put after it sets others.

import type { Json } from "../protocol";
import type { Cell, CodeCell, Notebook } from "./notebookFile";

export interface Parameter {
  name: string;
  value: Json;
}

const defaultsTag = "parameters";
const injectedTag = "injected-parameters";
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * `epochs=5`, `name=Ada`, `sizes=[1,2]`: the value as JSON, else as the text that it is.
 *
 * @throws Error when there is no name that a variable may have.
 */
export function parseParameter(text: string): Parameter {
  const at = text.indexOf("=");
  const name = text.slice(0, Math.max(0, at)).trim();
  if (!identifier.test(name)) throw new Error(`expected NAME=VALUE with a variable's name, got ${text}`);
  const value = text.slice(at + 1);
  try {
    return { name, value: JSON.parse(value) as Json };
  } catch {
    return { name, value };
  }
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

export function hasTag({ metadata }: Cell, tag: string): boolean {
  return Array.isArray(metadata.tags) && metadata.tags.includes(tag);
}

function parametersCell(parameters: readonly Parameter[]): CodeCell {
  const lines = parameters.map(({ name, value }) => `let ${name} = ${JSON.stringify(value)};`);
  return {
    cell_type: "code",
    id: crypto.randomUUID().slice(0, 8),
    source: ["// Parameters", ...lines].join("\n"),
    metadata: { tags: [injectedTag] },
    execution_count: null,
    outputs: [],
  };
}
