// Debugs a cell: VS Code's own JavaScript debugger, on a line to the process of the cells that is open as long as it is there.
import * as vscode from "vscode";
import { KernelGone } from "../../kernel/protocol";
import type { KernelController } from "../notebook/kernelController";
import { toCells, toPaths } from "./cellSources";

/** Marks our sessions among the others of the debugger. */
const mark = "bnlabNotebook";
/** How the kernel has its values described and opened; see `kernel/session/cells/debugging.ts`. */
const debugging = 'globalThis[Symbol.for("bnlab.session")].debugging';
/** How long the debugger may take to be there. */
const patienceMs = 60_000;

/** One notebook under the debugger. */
interface Debugged {
  notebook: vscode.NotebookDocument;
  session?: vscode.DebugSession;
  /** Resolves when the debugger is there with all breakpoints; false where it has gone before. */
  ready: Promise<boolean>;
  settle(isReady: boolean): void;
}

export class CellDebugger implements vscode.Disposable {
  readonly #controller: KernelController;
  readonly #extensionUri: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  /** By the notebook's address. */
  readonly #debugged = new Map<string, Debugged>();
  readonly #disposables: vscode.Disposable[];

  constructor(extensionUri: vscode.Uri, controller: KernelController, log: vscode.LogOutputChannel) {
    this.#extensionUri = extensionUri;
    this.#controller = controller;
    this.#log = log;
    this.#disposables = [
      vscode.debug.registerDebugAdapterTrackerFactory("*", {
        createDebugAdapterTracker: (session) => this.#track(session),
      }),
      vscode.debug.onDidStartDebugSession((session) => {
        const debugged = this.#ofSession(session);
        if (!debugged) return;
        if (session.parentSession) session.name = debugged.session?.name ?? session.name;
        else debugged.session = session;
      }),
      vscode.debug.onDidTerminateDebugSession((session) => {
        const debugged = this.#ofSession(session);
        if (debugged && !session.parentSession) this.#forget(debugged);
      }),
      controller.onDidRest((notebook) => void this.#end(notebook)),
    ];
  }

  /** Runs a cell under the debugger, which goes when the cell has ended. `byLine` stops at its first line. */
  async debug(cell: vscode.NotebookCell, { byLine }: { byLine: boolean }): Promise<void> {
    const { notebook } = cell;
    const debugged = this.#debugged.get(notebook.uri.toString()) ?? (await this.#attach(notebook));
    if (!debugged || !(await debugged.ready) || cell.index < 0) return;
    if (byLine) this.#controller.pauseIn(cell);
    const ranges = [{ start: cell.index, end: cell.index + 1 }];
    await vscode.commands.executeCommand("notebook.cell.execute", { ranges, document: notebook.uri });
  }

  dispose(): void {
    for (const { notebook } of [...this.#debugged.values()]) void this.#end(notebook);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #attach(notebook: vscode.NotebookDocument): Promise<Debugged | undefined> {
    const address = await this.#address(notebook);
    if (address === undefined) return undefined;
    let settle = (_: boolean) => {};
    const ready = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    const debugged: Debugged = { notebook, ready, settle };
    this.#debugged.set(notebook.uri.toString(), debugged);
    setTimeout(() => settle(false), patienceMs);
    const kernel = vscode.Uri.joinPath(this.#extensionUri, "dist/kernel").fsPath.replaceAll("\\", "/");
    const started = await vscode.debug.startDebugging(
      vscode.workspace.getWorkspaceFolder(notebook.uri),
      {
        type: "node",
        request: "attach",
        name: vscode.l10n.t("Cells of {0}", notebook.uri.path.split("/").at(-1)!),
        [mark]: notebook.uri.toString(),
        websocketAddress: address,
        continueOnAttach: true,
        autoAttachChildProcesses: false,
        // Else the breakpoints of a cell come when it has ended.
        pauseForSourceMap: true,
        resolveSourceMapLocations: ["**", "!**/node_modules/**"],
        skipFiles: ["<node_internals>/**", `${kernel}/**`, "**/node_modules/**"],
        customDescriptionGenerator: `function (text) { return ${debugging}.describe(this) ?? text; }`,
        customPropertiesGenerator: `function () { return ${debugging}.properties(this); }`,
        enableDWARF: false, // it would change WebAssembly in the process
        internalConsoleOptions: "neverOpen",
      },
      { suppressSaveBeforeStart: true },
    );
    if (started) return debugged;
    this.#forget(debugged);
    return undefined;
  }

  async #address(notebook: vscode.NotebookDocument): Promise<string | undefined> {
    try {
      const reply = await this.#controller
        .client(notebook)
        ?.request("inspector_request", {}, { channel: "control" });
      if (reply?.content.status === "ok") return reply.content.address;
      if (reply?.content.status === "error") this.#log.error(reply.content.evalue);
    } catch (error) {
      if (!(error instanceof KernelGone)) throw error;
    }
    return undefined;
  }

  #track(session: vscode.DebugSession): vscode.DebugAdapterTracker | undefined {
    const debugged = this.#ofSession(session);
    if (!debugged) return undefined;
    return {
      onWillReceiveMessage: toPaths,
      onDidSendMessage: (message: { type?: string; command?: string; success?: boolean; body?: Scopes }) => {
        toCells(message);
        if (message.type !== "response") return;
        for (const scope of message.body?.scopes ?? [])
          if (scope.name === "Notebook") scope.name = vscode.l10n.t("Notebook");
        // The first session only leads to the one of the process.
        if (message.command === "configurationDone" && session.parentSession) debugged.settle(true);
      },
    };
  }

  #ofSession(session: vscode.DebugSession): Debugged | undefined {
    const root = rootOf(session);
    const own = root.configuration[mark] as string | undefined;
    return own === undefined ? undefined : this.#debugged.get(own);
  }

  async #end(notebook: vscode.NotebookDocument): Promise<void> {
    const debugged = this.#debugged.get(notebook.uri.toString());
    if (!debugged) return;
    this.#forget(debugged);
    if (debugged.session) await vscode.debug.stopDebugging(debugged.session);
  }

  #forget(debugged: Debugged): void {
    debugged.settle(false);
    const key = debugged.notebook.uri.toString();
    if (this.#debugged.get(key) === debugged) this.#debugged.delete(key);
  }
}

interface Scopes {
  scopes?: { name: string }[];
}

function rootOf(session: vscode.DebugSession): vscode.DebugSession {
  let root = session;
  while (root.parentSession) root = root.parentSession;
  return root;
}
