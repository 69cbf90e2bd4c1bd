// Finds a Chromium and opens VS Code's workbench in it.
import { existsSync } from "node:fs";
import path from "node:path";
import { type Browser, chromium, type FrameLocator, type Page } from "playwright-core";
import { patience, TestVariable } from "../environment";
import { installBrowser, type Say } from "./install";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

interface Launch {
  executablePath: string;
  env: Record<string, string>;
  args: string[];
}

/** The system's Chromium or Chrome where there is one (a variable may name another), else the one npm carries. */
export async function chromiumWith(say: Say): Promise<Launch> {
  const found = process.env[TestVariable.chromium] ?? browserNamed(names);
  const { executable, env } = found ? { executable: found, env: {} } : await installBrowser(say);
  return {
    executablePath: executable,
    env: { ...(process.env as Record<string, string>), ...env },
    args: [
      "--no-sandbox", // root has none
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader", // WebGL without a graphics card
      "--disable-gpu-compositing", // which such a one would do slowly
      "--disable-background-networking",
      "--disable-component-update",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
  };
}

/** A Chromium whose pages wait as long as tests do. */
export async function launchBrowser(say: Say): Promise<Browser> {
  const browser = await chromium.launch({
    ...(await chromiumWith(say)),
    handleSIGINT: false, // who launches it closes it, and the server too
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(patience);
    return context;
  };
  return browser;
}

/** The first of these programs on the path. */
export function browserNamed(programs: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return programs.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(existsSync);
}

/** The document in which a notebook's outputs are rendered. */
export const notebookOutputs = (page: Page): FrameLocator =>
  page.frameLocator("iframe.webview").frameLocator("iframe#active-frame");
