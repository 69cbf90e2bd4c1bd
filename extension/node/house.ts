// What the extension's parts for Node know of the extension.
import type * as vscode from "vscode";

export interface House {
  extensionUri: vscode.Uri;
  /** Where the extension may keep files of its own. */
  globalStorageUri: vscode.Uri;
  /** Tells untitled notebooks of several windows apart. */
  workspace: string;
  log: vscode.LogOutputChannel;
}
