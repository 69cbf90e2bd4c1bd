// Chromium and Firefox, driven alike.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import puppeteer, { type Browser } from "puppeteer-core";
import { TestVariable } from "../environment";
import { browserNamed, chromiumWith } from "../vscode/browser";

export type BrowserName = "chrome" | "firefox";

/** Undefined where it can be launched; else why not. */
export function absent(name: BrowserName): string | undefined {
  if (name === "chrome" || firefox() !== undefined) return undefined;
  return `no Firefox is installed; ${TestVariable.firefox} names one`;
}

const firefox = () => process.env[TestVariable.firefox] ?? browserNamed(["firefox-esr", "firefox"]);

/** How long a browser may take to do what it is asked, which may be to wait for something: what is still open then is named. */
export const longestWait = 900_000;

/** @param downloads the folder that files are saved in. */
export async function launch(name: BrowserName, downloads: string): Promise<Browser> {
  mkdirSync(downloads, { recursive: true });
  if (name === "firefox") {
    // It does not start where it cannot write into its home.
    const home = mkdtempSync(path.join(os.tmpdir(), "bnlab-firefox-"));
    process.once("exit", () => rmSync(home, { recursive: true, force: true }));
    return puppeteer.launch({
      browser: "firefox",
      env: { ...process.env, HOME: home },
      executablePath: firefox(),
      protocolTimeout: longestWait,
      extraPrefsFirefox: {
        "browser.download.folderList": 2,
        "browser.download.dir": path.resolve(downloads),
        "browser.download.always_ask_before_handling_new_types": false,
        "network.dns.disabled": true,
      },
    });
  }
  const { executablePath, env, args } = await chromiumWith(console.log);
  const browser = await puppeteer.launch({
    browser: "chrome",
    executablePath,
    env,
    args,
    protocolTimeout: longestWait,
  });
  const session = await browser.target().createCDPSession();
  await session.send("Browser.setDownloadBehavior", {
    behavior: "allow",
    downloadPath: path.resolve(downloads),
  });
  return browser;
}
