// Hovering a name: its type and documentation, and of a variable what is in it now.
import * as vscode from "vscode";
import type { KernelClient, Variable } from "../../kernel/protocol";
import { Command } from "../ids";
import type { KernelController } from "../notebook/kernelController";
import { describe } from "../views/variableText";
import { at, CellSnapshot, rangeOf, selector } from "./cells";

/** A hover cannot wait for a cell that computes: then it shows the type alone. */
const patienceMs = 300;

export function registerHover(controller: KernelController): vscode.Disposable {
  return vscode.languages.registerHoverProvider(selector, {
    async provideHover(document, position) {
      const snapshot = CellSnapshot.of(controller, document);
      const info = await snapshot?.ask("quickInfo", at(document, position));
      if (!snapshot || !info) return undefined;
      const shown = [new vscode.MarkdownString().appendCodeblock(info.signature, "typescript")];
      if (info.documentation) shown.push(new vscode.MarkdownString(info.documentation));
      const variable = info.variable && (await lookAt(snapshot.client, info.variable));
      if (variable) {
        shown.push(describe(variable));
        if (variable.kind === "tensor") shown.push(viewerLink(variable.name));
      }
      return new vscode.Hover(shown, rangeOf(document, info.span));
    },
  });
}

function viewerLink(name: string): vscode.MarkdownString {
  const text = vscode.l10n.t("Open in Tensor Viewer");
  const argument = encodeURIComponent(JSON.stringify([name]));
  const link = new vscode.MarkdownString(`[${text}](command:${Command.openTensor}?${argument})`);
  link.isTrusted = { enabledCommands: [Command.openTensor] };
  return link;
}

async function lookAt(client: KernelClient, name: string): Promise<Variable | undefined> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, patienceMs));
  const asked = client.request("variables_request", { names: [name], statistics: true, text: true });
  const reply = await Promise.race([asked, late]).catch(() => undefined); // a kernel that has just gone
  return reply?.content.status === "ok" ? reply.content.variables[0] : undefined;
}
