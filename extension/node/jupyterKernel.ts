// Makes the kernel known to this user's Jupyter: a copy of it that no update of the extension takes away, with ZeroMQ beside it.
import { spawn } from "node:child_process";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import { zeromqVersion } from "../../kernel/version";
import type { House } from "./house";
import { runCli } from "./kernelCli";
import { nodeOf } from "./launch";

/** The native package that Jupyter's line needs and the extension does not carry. */
const zeromq = `zeromq@${zeromqVersion}`;

export async function installJupyterKernel({ extensionUri, globalStorageUri, log }: House): Promise<void> {
  const folder = path.join(globalStorageUri.fsPath, "jupyter");
  await rm(path.join(folder, "dist"), { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const part of ["kernel", "types", "renderer"]) {
    const from = vscode.Uri.joinPath(extensionUri, "dist", part).fsPath;
    await cp(from, path.join(folder, "dist", part), { recursive: true });
  }
  await writeFile(path.join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  const { execPath, env } = nodeOf();
  // Jupyter starts the kernel by itself, without the variable that makes a Node of Electron's executable.
  const node = process.versions.electron && execPath === process.execPath ? "node" : execPath;
  await npmInstall(folder, env, (line) => log.info(`npm: ${line}`));
  const entry = path.join(folder, "dist/kernel/cli.js");
  const { code, said } = await runCli({ execPath: node, env, entry, args: ["jupyter", "install"] });
  log.info(said);
  if (code !== 0) throw new Error(said);
}

function npmInstall(cwd: string, env: NodeJS.ProcessEnv, onLine: (line: string) => void): Promise<void> {
  const args = ["install", zeromq, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  // On Windows npm is a script, which only a shell starts.
  const npm = spawn("npm", args, { cwd, env, shell: process.platform === "win32" });
  let said = "";
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      said += chunk;
      onLine(String(chunk).trimEnd());
    });
  }
  return new Promise((resolve, reject) => {
    npm.once("error", () => {
      reject(new Error(vscode.l10n.t("npm is needed to install {0}; install Node.js first", zeromq)));
    });
    npm.once("close", (code) => (code === 0 ? resolve() : reject(new Error(said.trim()))));
  });
}
