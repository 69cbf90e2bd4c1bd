// What stands below a cell whose kernel did not do what it was to.
import * as vscode from "vscode";
import type { RunningKernel } from "./platform";

export const restarted = () => ({
  ename: "KernelRestarted",
  evalue: vscode.l10n.t("the kernel was restarted while this cell ran"),
  traceback: [],
});

export const notStarted = (process: RunningKernel) => ({
  ename: "KernelNotStarted",
  evalue: whyNotStarted(process),
  traceback: process.lastWords.split("\n"),
});

/** What is to be done about it stands first: lines are long. */
export const whyNotStarted = ({ end, namedNode }: RunningKernel) =>
  namedNode === ""
    ? vscode.l10n.t("the kernel process could not be started: {0}", end)
    : vscode.l10n.t(
        "correct the setting bnlab.nodePath, or leave it empty: no kernel could be started with {0} ({1})",
        ...[namedNode, end],
      );

export const taken = () => ({
  ename: "KernelTaken",
  evalue: vscode.l10n.t(
    "another window uses the kernel now, and this cell goes on there. The next cell that runs here starts a new kernel.",
  ),
  traceback: [],
});

export const died = ({ end, lastWords }: RunningKernel) => ({
  ename: "KernelDied",
  evalue: vscode.l10n.t(
    "the kernel process ended ({0}); its variables are lost. The next cell that runs starts a new kernel.",
    end,
  ),
  traceback: lastWords.split("\n"),
});
