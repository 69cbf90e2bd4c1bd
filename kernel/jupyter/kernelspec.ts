// Makes the kernel known to Jupyter: a folder with kernel.json and logos among the user's own Jupyter data. No Python.
import { copyFile, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { makeFolder } from "../host/makeFolder";

/** A kernelspec that `bnlab jupyter install` has written. */
export interface Installed {
  name: string;
  displayName: string;
  folder: string;
  /** What it starts is not there any more. */
  missing?: string;
}

export interface InstallOptions {
  name: string;
  displayName: string;
  /** The program that Jupyter is to start; the connection file's name comes after it. */
  command: string[];
  version: string;
}

/** As Jupyter wants names: they are part of addresses. */
const validName = /^[a-z0-9][a-z0-9._-]*$/i;

/** Logos under the names that Jupyter looks for, put beside the build. */
const logos = ["logo-32x32.png", "logo-64x64.png", "logo-svg.svg"];
const logoFolder = fileURLToPath(new URL("./logos", import.meta.url));

/** Where Jupyter looks for a user's own kernels: https://docs.jupyter.org/en/latest/use/jupyter-directories.html */
export function userKernelsFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home = os.homedir(),
): string {
  return path.join(userDataFolder(env, platform, home), "kernels");
}

function userDataFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  if (platform === "darwin") return path.join(home, "Library", "Jupyter");
  if (platform === "win32") {
    if (env.APPDATA) return path.join(env.APPDATA, "jupyter");
    return path.join(env.JUPYTER_CONFIG_DIR || path.join(home, ".jupyter"), "data");
  }
  return path.join(env.XDG_DATA_HOME || path.join(home, ".local", "share"), "jupyter");
}

/** @returns the kernelspec's folder. */
export async function install({ name, displayName, command, version }: InstallOptions): Promise<string> {
  const folder = folderOf(name);
  const there = await readSpec(folder);
  if (there && !isOurs(there)) {
    throw new Error(`${folder} holds another kernel (${there.display_name}); choose another --name`);
  }
  makeFolder(folder);
  const spec: KernelSpec = {
    argv: [...command, "{connection_file}"],
    display_name: displayName,
    language: "typescript",
    interrupt_mode: "message",
    metadata: { debugger: false, bnlab: { version } },
  };
  await writeFile(path.join(folder, "kernel.json"), `${JSON.stringify(spec, null, 2)}\n`);
  for (const logo of logos) await copyFile(path.join(logoFolder, logo), path.join(folder, logo));
  return folder;
}

/** @returns the folder that was removed. */
export async function uninstall(name: string): Promise<string> {
  const folder = folderOf(name);
  const spec = await readSpec(folder);
  if (!spec) throw new Error(`no kernel "${name}" is installed in ${path.dirname(folder)}`);
  if (!isOurs(spec))
    throw new Error(`${folder} holds another kernel (${spec.display_name}); it is left alone`);
  await rm(folder, { recursive: true });
  return folder;
}

export async function list(): Promise<Installed[]> {
  const parent = userKernelsFolder();
  const names = await readdir(parent).catch(() => []);
  const found: Installed[] = [];
  for (const name of names.sort()) {
    const folder = path.join(parent, name);
    const spec = await readSpec(folder);
    if (!spec || !isOurs(spec)) continue;
    found.push({ name, displayName: spec.display_name, folder, missing: await firstMissing(spec.argv) });
  }
  return found;
}

interface KernelSpec {
  argv: string[];
  display_name: string;
  language: string;
  interrupt_mode: "message";
  metadata: { debugger: boolean; bnlab?: { version: string } };
}

function folderOf(name: string): string {
  if (validName.test(name)) return path.join(userKernelsFolder(), name);
  throw new Error(`expected a name of letters, digits, ".", "_" and "-", got ${JSON.stringify(name)}`);
}

async function readSpec(
  folder: string,
): Promise<(Partial<KernelSpec> & { display_name: string }) | undefined> {
  try {
    return JSON.parse(await readFile(path.join(folder, "kernel.json"), "utf8"));
  } catch {
    return undefined;
  }
}

function isOurs(spec: Partial<KernelSpec>): spec is KernelSpec {
  return spec.metadata?.bnlab !== undefined && Array.isArray(spec.argv);
}

/** Returns the first file that a command names with its whole path and that is not there. */
async function firstMissing(command: string[]): Promise<string | undefined> {
  for (const part of command.filter((word) => path.isAbsolute(word))) {
    if (!(await stat(part).catch(() => undefined))) return part;
  }
  return undefined;
}
