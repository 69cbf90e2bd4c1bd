// Pictures from the notebook's folder, and from nowhere else.
import { readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { missing, type Picture, pictureOf } from "../../document/html/pictures";

/** Larger ones would make a page that nobody can open. */
const largest = 32 * 2 ** 20;

/** @param folder of the notebook; no picture is read from outside it, wherever a link leads. */
export function folderPicture(source: string, folder: string): Picture {
  const home = path.resolve(folder);
  const file = path.resolve(home, source);
  // Before anything is asked of the disk: on Windows, asking for `\\server\share` greets the server.
  if (!isInside(file, home)) return { missing: missing.outside };
  try {
    const real = realpathSync(file);
    if (!isInside(real, realpathSync(home))) return { missing: missing.outside };
    const status = statSync(real);
    if (!status.isFile()) return { missing: missing.other };
    return status.size > largest ? { missing: missing.large } : pictureOf(readFileSync(real));
  } catch {
    return { missing: missing.absent };
  }
}

function isInside(file: string, folder: string): boolean {
  const way = path.relative(folder, file);
  return way !== "" && way !== ".." && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}
