// The collector's host in Node: a garbage collection on demand, in the middle of a synchronous loop.
import v8 from "node:v8";
import vm from "node:vm";

/**
 * `collect()` runs a full garbage collection (4–7 ms) that also clears WeakRefs made in the running job: V8 keeps their
 * targets until a microtask checkpoint, and an empty script in a context with a microtask queue of its own is one that
 * does not run the caller's pending microtasks.
 */
export function collectorHost(): { collect(): void } {
  v8.setFlagsFromString("--expose-gc");
  const gc: () => void = vm.runInNewContext("gc");
  v8.setFlagsFromString("--no-expose-gc");
  const context = vm.createContext({}, { microtaskMode: "afterEvaluate" });
  const checkpoint = new vm.Script("0");
  return {
    collect() {
      checkpoint.runInContext(context);
      gc();
    },
  };
}
