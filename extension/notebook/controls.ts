// Joins the controls on the pages of notebooks to the kernels: what a reader moves goes there, what cells say of them comes back.
import * as vscode from "vscode";
import type { Comm } from "../../kernel/protocol";
import { outputsRenderer } from "../ids";
import type { KernelController } from "./kernelController";

export function connectControls(controller: KernelController): vscode.Disposable {
  const messaging = vscode.notebooks.createRendererMessaging(outputsRenderer);
  return vscode.Disposable.from(
    messaging.onDidReceiveMessage(({ editor, message }) => {
      const { comm } = message as { comm?: Comm };
      if (comm) controller.tell(editor.notebook, comm);
    }),
    controller.onDidComm(({ notebook, comm }) => {
      for (const editor of vscode.window.visibleNotebookEditors) {
        if (editor.notebook === notebook) void messaging.postMessage({ comm }, editor);
      }
    }),
  );
}
