// `npm run vscode [-- NOTEBOOK]`: the tutorials, or that notebook, in VS Code with this extension loaded. Desktop VS Code where
// there is one, else a browser.
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { downloadAndUnzipVSCode } from "@vscode/test-electron";
import { root, type Say } from "./install";
import { startServer } from "./server";

const [asked] = process.argv.slice(2);
const notebook = asked ? path.resolve(asked) : path.join(root, "notebooks/en/00-start.ipynb");
const folder = asked ? path.dirname(notebook) : path.join(root, "notebooks");
const say: Say = (line) => console.log(line);

const desktop = await openDesktop("code");
if (!desktop) {
  if (process.platform === "linux") await openInBrowser();
  else await openDesktop(await downloadAndUnzipVSCode("stable"));
}

/** Whether there is such a program; the window then lives on its own. */
function openDesktop(program: string): Promise<boolean> {
  // On Windows `code` is a script, which only a shell starts.
  const shell = process.platform === "win32";
  const args = [`--extensionDevelopmentPath=${root}`, folder, notebook];
  const quoted = shell ? args.map((arg) => `"${arg}"`) : args;
  const child = spawn(shell ? `"${program}"` : program, quoted, { stdio: "ignore", detached: true, shell });
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    // A shell, and a `code` that hands over to a running window, end at once: 0 means that it worked.
    child.once("exit", (code) => resolve(code === 0));
    child.once("spawn", () => setTimeout(resolve, 5000, true).unref());
    child.unref();
  }).then((opened) => {
    if (opened) say("BN Lab is open in VS Code: press Run All. The Chinese tutorials are in zh-cn/.");
    return opened === true;
  });
}

async function openInBrowser(): Promise<void> {
  say("No `code` on the PATH: VS Code opens in your browser instead.");
  const server = await startServer({ say });
  // The window's own address is too long to be read, or to survive a terminal's line breaks.
  const address = server.windowUrl(folder, { openFile: notebook });
  const door = createServer((_, response) => response.writeHead(302, { location: address }).end());
  await new Promise<void>((listening) => door.listen(0, "127.0.0.1", listening));
  say(`\n  http://127.0.0.1:${(door.address() as AddressInfo).port}/\n`);
  say("Open this address, then press Run All. Ctrl+C here ends VS Code.");
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => resolve());
  });
  try {
    await Promise.race([ended, server.died]);
  } finally {
    door.close();
    door.closeAllConnections();
    await server.stop();
  }
}
