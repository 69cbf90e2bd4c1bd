// The kernel of the notebook in front, in the status bar: its state, the cell it is at, its memory; on hover, what one can do.
import * as vscode from "vscode";
import { type KernelClient, KernelGone } from "../../kernel/protocol";
import { Command } from "../ids";
import { notebookInFront, onDidChangeFront } from "./inFront";
import type { KernelController } from "./kernelController";
import type { KernelState } from "./notebookKernel";

/** How often a kernel that is shown is asked for its memory. */
const memoryMs = 2000;

const pictures: Record<KernelState, string> = {
  starting: "$(loading~spin)",
  busy: "$(sync~spin)",
  idle: "$(circle-outline)",
  off: "$(circle-slash)",
};

export function registerStatusBar(controller: KernelController): vscode.Disposable {
  const { l10n } = vscode;
  const words: Record<KernelState, string> = {
    starting: l10n.t("starting"),
    busy: l10n.t("busy"),
    idle: l10n.t("idle"),
    off: l10n.t("off"),
  };
  const item = vscode.window.createStatusBarItem("bnlab.kernel", vscode.StatusBarAlignment.Right, 100);
  item.name = l10n.t("BN Lab kernel");
  item.command = Command.showLog;
  /** 0 where nobody can tell. */
  const bytes = new WeakMap<KernelClient, number>();

  const show = () => {
    const notebook = notebookInFront();
    const state = notebook && controller.state(notebook);
    if (!state) return item.hide();
    const cell = controller.running(notebook);
    const client = state === "off" ? undefined : controller.client(notebook);
    const memory = client && bytes.get(client);
    const parts = [`${pictures[state]} BN Lab: ${words[state]}`];
    if (cell) parts.push(l10n.t("cell {0}", cell.index + 1));
    if (memory) parts.push(`${Math.round(memory / 1024 ** 2)} MB`);
    item.text = parts.join(" · ");
    item.tooltip = tooltip(state);
    const label = [l10n.t("BN Lab kernel"), words[state], ...parts.slice(1)].join(", ");
    item.accessibilityInformation = { label, role: "button" };
    item.show();
  };

  const measure = async () => {
    const notebook = notebookInFront();
    const state = notebook && controller.state(notebook);
    if (!state || state === "off") return;
    const client = controller.client(notebook);
    const reply = await client?.request("usage_request", {}, { channel: "control" }).catch(ignoreGone);
    if (!client || reply?.content.status !== "ok") return;
    bytes.set(client, reply.content.kernel_memory);
    show();
  };
  const timer = setInterval(() => void measure(), memoryMs);

  return vscode.Disposable.from(
    item,
    { dispose: () => clearInterval(timer) },
    controller.onDidChangeState(show),
    onDidChangeFront(show),
    vscode.workspace.onDidChangeNotebookDocument(({ cellChanges }) => {
      if (cellChanges.some(({ executionSummary }) => executionSummary)) show();
    }),
  );
}

function tooltip(state: KernelState): vscode.MarkdownString {
  const { l10n } = vscode;
  const commands: [Command, string][] = [
    ...(state === "busy" ? ([[Command.interruptKernel, l10n.t("Interrupt")]] as [Command, string][]) : []),
    [Command.restartKernel, l10n.t("Restart")],
    [Command.showVariables, l10n.t("Show Variables")],
    [Command.showLog, l10n.t("Show Log")],
  ];
  const text = new vscode.MarkdownString(
    commands.map(([id, title]) => `[${title}](command:${id})`).join(" · "),
  );
  text.isTrusted = { enabledCommands: commands.map(([id]) => id) };
  return text;
}

/** A kernel that has just gone takes no memory. */
function ignoreGone(error: unknown): undefined {
  if (!(error instanceof KernelGone)) throw error;
}
