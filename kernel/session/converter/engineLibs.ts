// TypeScript's declarations of what JavaScript has, as far as this engine has it: cells run on the same.

/** Library → whether the engine has what it declares. */
const newer: Record<string, () => boolean> = {
  "es2024.arraybuffer": () => "transfer" in ArrayBuffer.prototype,
  "es2024.collection": () => "groupBy" in Map,
  "es2024.object": () => "groupBy" in Object,
  "es2024.promise": () => "withResolvers" in Promise,
  "es2024.regexp": () => "unicodeSets" in RegExp.prototype,
  "es2024.sharedmemory": () => "waitAsync" in Atomics,
  "es2024.string": () => "isWellFormed" in String.prototype,
  "es2025.collection": () => "union" in Set.prototype,
  "es2025.float16": () => "f16round" in Math,
  "es2025.intl": () => "DurationFormat" in Intl,
  "es2025.iterator": () => "Iterator" in globalThis,
  "es2025.promise": () => "try" in Promise,
  "es2025.regexp": () => "escape" in RegExp,
  "esnext.array": () => "fromAsync" in Array,
  "esnext.collection": () => "getOrInsert" in Map.prototype,
  "esnext.date": () => "toTemporalInstant" in Date.prototype,
  "esnext.error": () => "isError" in Error,
  "esnext.sharedmemory": () => "pause" in Atomics,
  "esnext.temporal": () => "Temporal" in globalThis,
  "esnext.typedarrays": () => "fromBase64" in Uint8Array,
};

/** `using` is compiled away, so that its declarations hold on every engine. */
const always = ["es2023", "esnext.disposable", "esnext.decorators"];

export const engineLibs = [...always, ...Object.keys(newer).filter((name) => newer[name]!())].map(
  (name) => `lib.${name}.d.ts`,
);
