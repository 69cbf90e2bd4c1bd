// Where the kernel keeps what it found out about a machine, from one start to the next: a folder of this user's own.
import os from "node:os";
import path from "node:path";

export function cacheFolder(): string {
  return path.join(userCache(), "bnlab");
}

function userCache(): string {
  const { LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  if (XDG_CACHE_HOME) return XDG_CACHE_HOME;
  if (process.platform === "win32" && LOCALAPPDATA) return LOCALAPPDATA;
  if (process.platform === "darwin") return path.join(os.homedir(), "Library", "Caches");
  return path.join(os.homedir(), ".cache");
}
