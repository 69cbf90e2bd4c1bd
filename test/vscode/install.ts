// Puts VS Code's server, and a browser where the system has none, into .vscode-test/ from the npm registry alone.
import { type SpawnOptions, spawn } from "node:child_process";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

export const root = path.resolve(import.meta.dirname, "../..");
/** The folder that @vscode/test-electron downloads into, too; ignored by git. */
export const cache = path.join(root, ".vscode-test");

export type Say = (line: string) => void;

const nodePackage = `node-linux-${process.arch}`;
/** Node's majors that are supported beside the oldest, which runs everything. */
export const newerNodes = ["22.23.3", "24.21.0"] as const;
const viteVersion = "8.4.0";
const serverPackages = { [nodePackage]: "24.21.0", "code-server": "4.139.1" };
const browserPackages = {
  "@sparticuz/chromium": "153.0.0",
  "@expo-google-fonts/noto-sans-sc": "0.4.3",
  "dejavu-fonts-ttf": "2.37.3",
};

export interface Server {
  /** A Node as new as this VS Code asks for; the one that runs us may be older. */
  node: string;
  /** code-server's copy of VS Code's own server, without code-server's front end. */
  vscode: string;
}

/** A Node of another version, Linux only, installed on first use. */
export async function installNode(version: string, say: Say): Promise<string> {
  const folder = path.join(cache, `node-${version}`);
  await once(folder, { [nodePackage]: version }, async () => {
    say(`Installing Node ${version} from the npm registry into .vscode-test/ (once)`);
    await npmInstall(folder);
  });
  return path.join(folder, "node_modules", nodePackage, "bin", "node");
}

/** Vite's command, installed on first use: a script for one of the newer Nodes. */
export async function installVite(say: Say): Promise<string> {
  const folder = path.join(cache, `vite-${viteVersion}`);
  await once(folder, { vite: viteVersion }, async () => {
    say(`Installing Vite ${viteVersion} from the npm registry into .vscode-test/ (once)`);
    await npmInstall(folder);
  });
  return path.join(folder, "node_modules/vite/bin/vite.js");
}

/** VS Code's server, installed on first use. */
export async function installServer(say: Say): Promise<Server> {
  if (process.platform !== "linux") {
    throw new Error(`installServer: expected Linux, got ${process.platform}; use desktop VS Code there`);
  }
  const folder = path.join(cache, "server");
  const node = path.join(folder, "node_modules", nodePackage, "bin", "node");
  const vscode = path.join(folder, "node_modules/code-server/lib/vscode");
  await once(folder, serverPackages, async () => {
    say(
      "Installing VS Code's server from the npm registry into .vscode-test/ (once; about a minute, 950 MB)",
    );
    await npmInstall(folder);
    // The server's own dependencies are listed but not shipped; npm's scripts would download, so they stay off.
    say("  its dependencies");
    const omit = ["--omit=dev"];
    const withNode = { PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` };
    await npmInstall(vscode, omit, withNode);
    await npmInstall(path.join(vscode, "extensions"), omit, withNode);
    await symlink("node_modules", path.join(vscode, "node_modules.asar"));
  });
  return { node, vscode };
}

/** A headless Chromium with the libraries and fonts that a bare Linux lacks, installed on first use. */
export async function installBrowser(say: Say): Promise<{ executable: string; env: Record<string, string> }> {
  const folder = path.join(cache, "browser");
  const chromium = path.join(folder, "chromium");
  await once(folder, browserPackages, async () => {
    say("Installing a headless Chromium from the npm registry into .vscode-test/ (once; 450 MB)");
    await npmInstall(folder);
    await mkdir(chromium);
    // The package unpacks itself on Amazon's Lambda only, and asks for a newer Node: its archives are plain brotli.
    const packed = path.join(folder, "node_modules/@sparticuz/chromium/bin");
    await unbrotli(path.join(packed, "chromium.br"), path.join(chromium, "chromium"));
    await chmod(path.join(chromium, "chromium"), 0o755);
    for (const archive of ["al2023", "swiftshader"]) {
      const tar = path.join(folder, `${archive}.tar`);
      await unbrotli(path.join(packed, `${archive}.tar.br`), tar);
      await command("tar", ["-xf", tar, "-C", chromium]);
    }
    const packages = path.join(folder, "node_modules");
    await writeFile(
      path.join(chromium, "fonts.conf"),
      `<?xml version="1.0"?>
<fontconfig>
  <dir>${path.join(packages, "dejavu-fonts-ttf/ttf")}</dir>
  <dir>${path.join(packages, "@expo-google-fonts/noto-sans-sc/400Regular")}</dir>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <match><edit name="family" mode="append_last"><string>DejaVu Sans</string></edit></match>
  <cachedir>${path.join(folder, "fontCache")}</cachedir>
</fontconfig>
`,
    );
  });
  return {
    executable: path.join(chromium, "chromium"),
    env: {
      LD_LIBRARY_PATH: path.join(chromium, "lib"),
      FONTCONFIG_FILE: path.join(chromium, "fonts.conf"),
    },
  };
}

const unbrotli = (from: string, to: string) =>
  pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));

/** Runs `install` in an empty folder unless a marker says that these versions are already there, complete. */
async function once(
  folder: string,
  dependencies: Record<string, string>,
  install: () => Promise<void>,
): Promise<void> {
  const marker = path.join(folder, "installed.json");
  const wanted = JSON.stringify({ private: true, dependencies }, null, 2);
  if (existsSync(marker) && (await readFile(marker, "utf8")) === wanted) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "package.json"), wanted);
  await install();
  // Written last and by a rename: an install that was cut short is done again.
  await writeFile(`${marker}.part`, wanted);
  await rename(`${marker}.part`, marker);
}

function npmInstall(cwd: string, args: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  return command("npm", ["install", ...quiet, ...args], { cwd, env: { ...process.env, ...env } });
}

function command(name: string, args: string[], options: SpawnOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += chunk));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${name} ${args.join(" ")}: expected exit code 0, got ${code}\n${output}`));
    });
  });
}
