// V8's compiled code of what the kernel loads, kept on disk from one start to the next: TypeScript alone is nine megabytes.
import module from "node:module";
import { cacheFolder } from "./cacheFolder";

/**
 * From Node 22.1 on, for what is loaded after it; nothing is lost where it cannot be. NODE_COMPILE_CACHE names another
 * folder, NODE_DISABLE_COMPILE_CACHE=1 turns it off.
 */
export function keepCompiledCode(): void {
  const { enableCompileCache } = module as { enableCompileCache?(folder: string): unknown };
  enableCompileCache?.(process.env.NODE_COMPILE_CACHE || cacheFolder());
}
