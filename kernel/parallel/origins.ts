// What every process has by itself: the globals, all of "bnlab", what cells import. It is named, not copied.
import { isRecord } from "../arguments";
import type { Origin } from "./nodes";

type Holder = Readonly<Record<string, unknown>>;

/** Names in names are followed so far: `Intl.DateTimeFormat.prototype`, `nn.utils.rnn`. */
const mostDepth = 4;

/** The globals of the engine and of Node, with what hangs below them. */
export function globalOrigins(): Map<unknown, Origin> {
  const found = new Map<unknown, Origin>();
  const visit = (value: unknown, path: readonly string[]) => {
    if (!isObject(value) || found.has(value) || path.length > mostDepth) return;
    found.set(value, { in: "globals", path });
    for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(value)))
      if ("value" in property) visit(property.value, [...path, key]);
  };
  for (const name of engineGlobals) visit((globalThis as Holder)[name], [name]);
  return found;
}

/** Adds what a module gives, and the functions in its namespaces: `nn.init.zeros_`. */
export function addModule(
  found: Map<unknown, Origin>,
  module: Holder,
  origin: (path: readonly string[]) => Origin,
): void {
  const visit = (value: unknown, path: readonly string[]) => {
    if (!isObject(value) || found.has(value) || path.length > mostDepth) return;
    found.set(value, origin(path));
    if (!isNamespace(value)) return;
    for (const key of Object.keys(value)) visit((value as Holder)[key], [...path, key]);
  };
  for (const key of Object.keys(module)) visit(module[key], [key]);
}

/** Follows a path; undefined where it leads nowhere. */
export function at(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (holder, key) => (isObject(holder) ? (holder as Holder)[key] : undefined),
    root,
  );
}

/** A module's, or what a bundle has in its place: frozen or made of getters. */
function isNamespace(value: object): boolean {
  if ((value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "Module") return true;
  const properties = Object.values(Object.getOwnPropertyDescriptors(value));
  return (
    isRecord(value) &&
    properties.length > 0 &&
    properties.every(({ get, enumerable }) => get !== undefined && enumerable)
  );
}

const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function";

/** Those that code names; what a notebook adds is not among them. */
const engineGlobals: readonly string[] = [
  ...[
    "Object",
    "Function",
    "Array",
    "String",
    "Number",
    "Boolean",
    "Symbol",
    "BigInt",
    "Date",
    "RegExp",
    "Math",
  ],
  ...[
    "Error",
    "AggregateError",
    "EvalError",
    "RangeError",
    "ReferenceError",
    "SyntaxError",
    "TypeError",
    "URIError",
  ],
  ...[
    "Map",
    "Set",
    "WeakMap",
    "WeakSet",
    "WeakRef",
    "FinalizationRegistry",
    "Promise",
    "Proxy",
    "Reflect",
    "JSON",
  ],
  ...["Atomics", "ArrayBuffer", "SharedArrayBuffer", "DataView", "Intl", "WebAssembly", "Iterator"],
  ...[
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint16Array",
    "Int32Array",
    "Uint32Array",
  ],
  ...["Float16Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"],
  ...["parseInt", "parseFloat", "isNaN", "isFinite", "encodeURI", "encodeURIComponent", "decodeURI"],
  ...["decodeURIComponent", "structuredClone", "queueMicrotask", "setTimeout", "clearTimeout", "setInterval"],
  ...[
    "clearInterval",
    "setImmediate",
    "clearImmediate",
    "atob",
    "btoa",
    "fetch",
    "console",
    "process",
    "performance",
  ],
  ...[
    "crypto",
    "Buffer",
    "TextEncoder",
    "TextDecoder",
    "URL",
    "URLSearchParams",
    "AbortController",
    "AbortSignal",
  ],
  ...["Event", "EventTarget", "Blob", "display", "clearOutput", "globalThis"],
];
