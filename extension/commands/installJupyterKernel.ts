// Makes the kernel known to this user's Jupyter: a copy of it that no update of the extension takes away, with ZeroMQ beside it.
import { spawn } from "node:child_process";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import { zeromqVersion } from "../../kernel/version";
import { runCli } from "../notebook/kernelCli";
import { nodeOf } from "../notebook/launch";
import type { Context, RunCommand } from "./command";

/** The native package that Jupyter's line needs and the extension does not carry. */
const zeromq = `zeromq@${zeromqVersion}`;

export const installJupyterKernel: RunCommand = async (context) => {
  if (!vscode.workspace.isTrusted) return;
  const title = vscode.l10n.t("Installing the kernel for Jupyter");
  const location = vscode.ProgressLocation.Notification;
  const failure = await vscode.window.withProgress({ location, title }, () =>
    install(context).then(
      () => undefined,
      (error: Error) => error,
    ),
  );
  if (!failure) {
    const done = vscode.l10n.t("Jupyter of this user now offers the kernel BN Lab (TypeScript).");
    void vscode.window.showInformationMessage(done);
    return;
  }
  context.log.error(failure);
  const showLog = vscode.l10n.t("Show Log");
  const message = vscode.l10n.t("The kernel could not be installed for Jupyter: {0}", failure.message);
  void vscode.window.showErrorMessage(message, showLog).then((chosen) => chosen && context.log.show());
};

async function install({ extensionUri, globalStorageUri, log }: Context): Promise<void> {
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
