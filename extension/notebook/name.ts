// What a notebook is called: its file's name.
import type * as vscode from "vscode";

export const nameOf = ({ path }: vscode.Uri): string => path.slice(path.lastIndexOf("/") + 1);
