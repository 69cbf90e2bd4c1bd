// Runs VS Code's server: the whole of VS Code, its window shown by a browser.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { installServer, root, type Say } from "./install";

export interface RunningServer {
  /** The address of a window on `folder` with our extension; the payload says what else it does. */
  windowUrl(folder: string, payload: { openFile?: string; extensionTestsPath?: string }): string;
  /** Ends the processes in which extensions of its windows run, as a fault in one of them would. */
  killExtensionHosts(): void;
  /** Rejects when the server ends by itself. */
  died: Promise<never>;
  stop(): Promise<void>;
}

/** A window without tips, updates, telemetry or a chat beside the notebook. */
const settings = {
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "files.autoSave": "off", // on the web the default rewrites every notebook that is run
  "git.enabled": false,
  "telemetry.telemetryLevel": "off",
  "typescript.disableAutomaticTypeAcquisition": true,
  "update.mode": "none",
  "window.menuBarVisibility": "compact",
  "workbench.editorAssociations": { "*.ipynb": "jupyter-notebook" }, // else `openFile` shows the JSON
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

/** Settings of the machine, not of its user. A kernel whose window has gone ends in some seconds. */
const machineSettings = { "bnlab.keepKernelMinutes": 0.1 };

const trusting = { "security.workspace.trust.enabled": false };
const doubting = {
  "security.workspace.trust.enabled": true,
  "security.workspace.trust.startupPrompt": "never",
};

/** Built-in extensions that have no part in a notebook and cost each start a second. */
const skipped = ["GitHub.copilot-chat", "vscode.git", "vscode.github", "vscode.microsoft-authentication"];

export interface ServerOptions {
  say: Say;
  settings?: Record<string, unknown>;
  /** The packed extension, to be installed; without it the windows have the one in the repository, as it is built. */
  vsix?: string;
  /** Whether notifications pop up, as for everybody; in such windows only an installed extension is there, and no test runs. */
  toasts?: boolean;
  /** Whether folders are trusted without asking; otherwise none is. Default true. */
  trust?: boolean;
  env?: NodeJS.ProcessEnv;
}

/** Starts a server on a free port, with an empty profile of its own that `stop` removes. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { node, vscode } = await installServer(options.say);
  const { vsix, trust = true, toasts = false } = options;
  const profile = mkdtempSync(path.join(os.tmpdir(), "bnlab-vscode-"));
  const extensions = path.join(profile, "bnlab-main 扩展"); // as unlike a plain path as one may be
  const noExtension = path.join(profile, "noExtension");
  for (const folder of ["user/User", "user/Machine", "noExtension"])
    mkdirSync(path.join(profile, folder), { recursive: true });
  const manifest = { name: "none", publisher: "bnlab", version: "0.0.1", engines: { vscode: "*" } };
  writeFileSync(path.join(noExtension, "package.json"), JSON.stringify(manifest));
  writeFileSync(
    path.join(profile, "user/User/settings.json"),
    JSON.stringify({ ...settings, ...(trust ? trusting : doubting), ...options.settings }, null, 2),
  );
  writeFileSync(
    path.join(profile, "user/Machine/settings.json"),
    JSON.stringify({ ...machineSettings, ...options.settings }),
  );
  const args = [
    ...["--host", "127.0.0.1", "--port", "0", "--without-connection-token", "--accept-server-license-terms"],
    ...["--user-data-dir", path.join(profile, "user"), "--server-data-dir", path.join(profile, "server")],
    ...["--extensions-dir", extensions],
    ...(trust ? ["--disable-workspace-trust"] : []),
    ...["--disable-telemetry", "--disable-experiments"],
    ...(toasts ? [] : ["--enable-smoke-test-driver"]), // without it the payload's extension and test paths are ignored
    ...["--reconnection-grace-time", "20", "--enable-remote-auto-shutdown"], // ends alone if we are killed
  ];
  const main = path.join(vscode, "out/server-main.js");
  if (vsix) {
    const places = ["--server-data-dir", profile, "--extensions-dir", extensions];
    const args = [main, "--install-extension", vsix, ...places];
    execFileSync(node, args, { stdio: "pipe" }); // it misses a native logger, at length
  }
  // Variables of a VS Code that we were started in would lead this one to it.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_)/.test(name));
  const child = spawn(node, [main, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // a process group: the extension hosts end with it
    env: {
      ...Object.fromEntries(inherited),
      EXTENSIONS_GALLERY: '{"serviceUrl":""}', // no marketplace, so no waiting for one
      VSCODE_SKIP_BUILTIN_EXTENSIONS: skipped.join(","),
      ...options.env,
    },
  });
  let log = "";
  const died = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      reject(new Error(`VS Code's server ended (${code ?? signal})\n${log}`)),
    );
  });
  died.catch(() => {}); // whoever waits on it hears of it; at `stop` nobody does
  const listening = new Promise<number>((resolve) => {
    const read = (chunk: Buffer) => {
      log = (log + chunk).slice(-20_000);
      const port = /Extension host agent listening on (\d+)/.exec(log)?.[1];
      if (port) resolve(Number(port));
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
  });
  const stop = async () => {
    const gone = died.catch(() => {});
    signalGroup(child.pid, "SIGTERM");
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 3000))]);
    signalGroup(child.pid, "SIGKILL");
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  const port = await Promise.race([listening, died]).catch(async (error) => {
    await stop();
    throw error;
  });
  const windowUrl = (folder: string, files: { openFile?: string; extensionTestsPath?: string }) => {
    // The authority must be the page's own, to the letter.
    const uri = (file: string) => `vscode-remote://127.0.0.1:${port}${encodeURI(path.resolve(file))}`;
    // Tests run only where an extension is being developed: beside the installed one that is one without anything.
    const developed = !vsix ? root : files.extensionTestsPath && noExtension;
    const paths = Object.entries({ ...(developed && { extensionDevelopmentPath: developed }), ...files });
    const payload = [...paths.map(([name, file]) => [name, uri(file)]), ["skipWelcome", "true"]];
    const query = new URLSearchParams({ folder: path.resolve(folder), payload: JSON.stringify(payload) });
    return `http://127.0.0.1:${port}/?${query}`;
  };
  return { windowUrl, killExtensionHosts: () => killExtensionHosts(child.pid!), died, stop };
}

function killExtensionHosts(server: number): void {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const isChild = readFileSync(`/proc/${pid}/status`, "utf8").includes(`\nPPid:\t${server}\n`);
      const isHost = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=extensionHost");
      if (isChild && isHost) process.kill(Number(pid), "SIGKILL");
    } catch {} // gone meanwhile
  }
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid) process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // already gone
  }
}
