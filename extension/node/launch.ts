// How a notebook's kernel is started: with which Node, where, and within which bounds, as the settings say.
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { environmentOf } from "../../kernel/host/settings";
import type { Keeping } from "../../kernel/protocol";
import { Setting, settingSection } from "../ids";
import { nameOf } from "../notebook/name";
import type { House } from "./house";
import type { KernelLaunch } from "./kernelProcess";

export function launchOf(notebook: vscode.Uri, entry: string, house: House): KernelLaunch {
  const name = nameOf(notebook);
  const { env, ...node } = nodeOf(notebook);
  return {
    ...node,
    env: notebook.scheme === "file" ? { ...env, ...environmentOf({ notebook: notebook.fsPath }) } : env,
    entry,
    cwd: folderOf(notebook),
    keeping: keepingOf(notebook, house),
    log: (line) => house.log.info(`${name}: ${line.trimEnd()}`),
  };
}

/** Where kernels are looked for that have outlived their window. */
export const keptIn = ({ globalStorageUri }: House) => path.join(globalStorageUri.fsPath, "kernels");

function keepingOf(notebook: vscode.Uri, house: House): Keeping | undefined {
  const minutes = vscode.workspace.getConfiguration(settingSection).get(Setting.keepKernelMinutes, 0);
  if (!(minutes > 0)) return undefined;
  return { folder: keptIn(house), notebook: notebook.toString(), workspace: house.workspace, minutes };
}

/** The Node that runs kernels, and the variables that it gets. */
export function nodeOf(notebook?: vscode.Uri): Pick<KernelLaunch, "execPath" | "namedNode" | "env"> {
  const settings = vscode.workspace.getConfiguration(settingSection, notebook);
  const threads = settings.get(Setting.threads, 0);
  const parallel = settings.get(Setting.parallelRuns, 0);
  const megabytes = settings.get(Setting.memoryLimit, 0);
  // VS Code's own variables would lead a `code` or a Node that a cell starts back to this window.
  const inherited = Object.entries(process.env).filter(([variable]) => !variable.startsWith("VSCODE_"));
  const namedNode = settings.get(Setting.nodePath, "");
  return {
    execPath: namedNode || process.execPath,
    namedNode,
    env: {
      ...Object.fromEntries(inherited),
      ELECTRON_RUN_AS_NODE: "1", // Electron's executable is a Node if told so; a plain Node does not mind
      ...environmentOf({
        ...(threads > 0 && { threads: String(threads) }),
        ...(parallel > 0 && { parallel: String(parallel) }),
        ...(settings.get<boolean>(Setting.semicolonHidesValue) === true && { semicolonHides: "1" }),
        ...(megabytes > 0 && { memory: String(megabytes) }),
      }),
    },
  };
}

/** Where relative paths in cells start: beside the notebook, else in the workspace. */
export function folderOf(notebook: vscode.Uri): string {
  if (notebook.scheme === "file") return path.dirname(notebook.fsPath);
  return (
    vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file")?.uri.fsPath ?? os.homedir()
  );
}
