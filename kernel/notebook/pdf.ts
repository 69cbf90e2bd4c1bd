// A page as a PDF, printed by a browser of the machine: none comes with the kernel.
import { execFile } from "node:child_process";
import { access, constants, copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { setting } from "../host/settings";
import { FileError } from "./outputFile";

const names = [
  ...["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
  ...["microsoft-edge", "microsoft-edge-stable", "msedge"],
];
const places: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ["Google Chrome", "Chromium", "Microsoft Edge"].map(
    (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
  ),
  win32: [process.env.ProgramFiles, process.env["ProgramFiles(x86)"], process.env.LOCALAPPDATA].flatMap(
    (folder) =>
      folder === undefined
        ? []
        : [
            path.join(folder, "Google/Chrome/Application/chrome.exe"),
            path.join(folder, "Microsoft/Edge/Application/msedge.exe"),
          ],
  ),
};
/** For pages of many charts, in milliseconds; a browser that hangs is ended. */
const drawingMs = 30_000;
const mostMs = 180_000;

/** @throws FileError where there is no browser, or it printed nothing */
export async function writePdf(html: string, target: string): Promise<void> {
  const browser = await browserOf();
  if (browser === undefined) {
    const expected = "expected Chromium, Chrome or Edge to print with, found none";
    throw new FileError(
      target,
      new Error(
        `${expected}; install one, name it by BNLAB_BROWSER, or write a page (--html), open it in any browser and print it`,
      ),
    );
  }
  const scratch = await mkdtemp(path.join(os.tmpdir(), "bnlab-pdf-"));
  try {
    const page = path.join(scratch, "page.html");
    const printed = path.join(scratch, "page.pdf");
    await writeFile(page, html);
    const isRoot = process.getuid?.() === 0; // Chromium's sandbox refuses root
    const options = [
      ...["--headless", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer"],
      ...[`--virtual-time-budget=${drawingMs}`, `--user-data-dir=${path.join(scratch, "profile")}`],
      ...(isRoot ? ["--no-sandbox"] : []),
      ...[`--print-to-pdf=${printed}`, pathToFileURL(page).href],
    ];
    await promisify(execFile)(browser, options, { timeout: mostMs, killSignal: "SIGKILL" });
    await copyFile(printed, target);
  } catch (error) {
    throw new FileError(target, error);
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The one that a setting names, else the first that is there. */
async function browserOf(): Promise<string | undefined> {
  const named = setting("browser");
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const onPath = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  for (const file of named === undefined ? [...onPath, ...(places[process.platform] ?? [])] : [named]) {
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return undefined;
}
