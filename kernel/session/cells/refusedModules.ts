// What a cell in a browser cannot import, in words that say where it can.

/** Where what a browser lacks can be had. */
export const elsewhere = "run the notebook in VS Code on a computer, or with `bnlab run`";

/** Node's modules that may be named without "node:". */
const nodes = new Set([
  ...["assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto"],
  ...["dgram", "diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2", "https"],
  ...["inspector", "module", "net", "os", "path", "perf_hooks", "process", "punycode", "querystring"],
  ...["readline", "repl", "stream", "string_decoder", "sys", "timers", "tls", "trace_events", "tty"],
  ...["url", "util", "v8", "vm", "wasi", "worker_threads", "zlib"],
]);

export function isNodes(specifier: string): boolean {
  return specifier.startsWith("node:") || nodes.has(specifier.split("/", 1)[0]!);
}

/** Why a module cannot be imported there; undefined for an address, which the browser is asked for. Not to be asked of bnlab. */
export function refusalInPage(specifier: string): string | undefined {
  if (/^(https?|data|blob):/.test(specifier)) return undefined;
  const reason = isNodes(specifier)
    ? "a browser has no Node"
    : /^\.{0,2}\/|^file:/.test(specifier)
      ? "a browser has no files"
      : "a browser has no packages but bnlab";
  return `cannot import "${specifier}": ${reason}; ${elsewhere}`;
}
