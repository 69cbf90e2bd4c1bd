// V8's compiled code of what the kernel loads, kept on disk from one start to the next: TypeScript alone is nine megabytes.
import module from "node:module";
import os from "node:os";
import path from "node:path";

/**
 * From Node 22.1 on; nothing is lost where it cannot be. NODE_COMPILE_CACHE names another folder,
 * NODE_DISABLE_COMPILE_CACHE=1 turns it off.
 */
export function keepCompiledCode(): void {
  const { enableCompileCache } = module as { enableCompileCache?(folder: string): unknown };
  // A folder of this user's own: what is in it is run.
  enableCompileCache?.(process.env.NODE_COMPILE_CACHE || path.join(userCache(), "bnlab"));
}

function userCache(): string {
  const { LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  if (process.platform === "win32") return LOCALAPPDATA || path.join(os.homedir(), "AppData", "Local");
  if (process.platform === "darwin") return path.join(os.homedir(), "Library", "Caches");
  return XDG_CACHE_HOME || path.join(os.homedir(), ".cache");
}
