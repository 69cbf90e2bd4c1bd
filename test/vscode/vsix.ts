// The extension as it is installed: what the build in dist/ is packed into.
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import JSZip from "jszip";
import manifest from "../../package.json" with { type: "json" };
import { root } from "./install";

/** What goes into it, by folder. */
const packed = ["dist", "l10n", "media", "notebooks", "package.json", "package.nls.json"];

/** The file that `npm run package` makes, made anew where something of what is in it has changed since. */
export function packedVsix(): string {
  const file = path.join(root, `${manifest.name}-${manifest.version}.vsix`);
  if (existsSync(file) && statSync(file).mtimeMs > Math.max(...packed.map(lastChange))) return file;
  const part = `${file}.${process.pid}`; // several may be at it
  execFileSync(process.execPath, [path.join(root, "package.js"), part], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  renameSync(part, file);
  return file;
}

function lastChange(name: string): number {
  const from = path.join(root, name);
  if (!existsSync(from)) return 0;
  const below = statSync(from).isDirectory() ? readdirSync(from, { recursive: true, encoding: "utf8" }) : [];
  return Math.max(...["", ...below].map((each) => statSync(path.join(from, each)).mtimeMs));
}

/** Unpacks it as VS Code does; returns the extension's folder. */
export async function unpackVsix(vsix: string, folder: string): Promise<string> {
  const { files } = await JSZip.loadAsync(readFileSync(vsix));
  for (const [name, file] of Object.entries(files)) {
    if (file.dir) continue;
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), await file.async("nodebuffer"));
  }
  return path.join(folder, "extension");
}
