// `npm run bench:live`: a live page beside Node: its size, the time to its first output, to all of the first tutorial, its memory.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Browser } from "puppeteer-core";
import { absent, type BrowserName, launch } from "../test/live/browsers";
import { exportLive, OpenPage } from "../test/live/openPage";

const root = path.join(import.meta.dirname, "..");
const tutorial = path.join(root, "notebooks/en/00-start.ipynb");
const scratch = mkdtempSync(path.join(os.tmpdir(), "bnlab-bench-live-"));
const longest = 900_000;

const seconds = (from: number) => Number(((performance.now() - from) / 1000).toFixed(1));

/** MB that a process and all that it has started take, from Linux's own table. */
function memoryOf(pid: number): number {
  const { stdout } = spawnSync("ps", ["-eo", "pid=,ppid=,rss="], { encoding: "utf8" });
  const processes = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number]);
  const own = new Set([pid]);
  for (let size = 0; size < own.size; ) {
    size = own.size;
    for (const [child, parent] of processes) if (own.has(parent)) own.add(child);
  }
  return Math.round(processes.reduce((sum, [each, , kb]) => sum + (own.has(each) ? kb : 0), 0) / 1024);
}

async function inBrowser(browser: Browser, file: string): Promise<object> {
  const opening = performance.now();
  const page = await OpenPage.open(browser, file, scratch);
  const opened = seconds(opening);
  const before = memoryOf(browser.process()!.pid!);
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, memoryOf(browser.process()!.pid!));
  }, 500);
  const running = performance.now();
  await page.press("runAll");
  await page.ended(1, longest);
  const first = seconds(running);
  const cells = (await page.states()).length;
  await page.ended(cells, longest);
  const all = seconds(running);
  clearInterval(watch);
  await page.close();
  return {
    "opens (s)": opened,
    "first cell (s)": first,
    "all cells (s)": all,
    "peak beyond the open page (MB)": peak - before,
  };
}

try {
  const file = await exportLive(tutorial, path.join(scratch, "page.html"));
  const rows: Record<string, object> = {};
  for (const name of ["chrome", "firefox"] satisfies BrowserName[]) {
    const why = absent(name);
    if (why) {
      console.log(why);
      continue;
    }
    const browser = await launch(name, scratch);
    rows[await browser.version()] = await inBrowser(browser, file);
    await browser.close();
  }
  const start = performance.now();
  const run = [
    path.join(root, "dist/kernel/cli.js"),
    "run",
    tutorial,
    "-o",
    path.join(scratch, "done.ipynb"),
  ];
  spawnSync(process.execPath, run, { stdio: "ignore" });
  rows[`Node ${process.versions.node}`] = { "all cells (s)": seconds(start) };
  console.log(`${path.basename(tutorial)} as a live page: ${(statSync(file).size / 1e6).toFixed(2)} MB`);
  console.table(rows);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
