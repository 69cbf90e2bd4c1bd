// Loaded by the extension host. Leaves a report and, only if it came to its end, a result.
import { appendFileSync, writeFileSync } from "node:fs";
import { format } from "node:util";
import Mocha from "mocha";
import * as vscode from "vscode";
import { Setting, settingSection } from "../../extension/ids";
import { TestVariable } from "../environment";

export async function run(): Promise<void> {
  const [result, report] = [process.env[TestVariable.result], process.env[TestVariable.report]];
  const grep = process.env[TestVariable.grep];
  if (!result || !report) {
    throw new Error(
      `test/extension: expected ${TestVariable.result} and ${TestVariable.report} in the environment`,
    );
  }
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => appendFileSync(report, `${format(...args)}\n`);
  // Of a machine with other work: a test takes seconds on one that has none.
  const mocha = new Mocha({ ui: "bdd", reporter: "spec", timeout: 240_000, color: false, grep });
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  // VS Code shows no dialog to tests: that restarting asks is seen in a window.
  const settings = vscode.workspace.getConfiguration(settingSection);
  await settings.update(Setting.askForKernelRestart, false, vscode.ConfigurationTarget.Global);
  await import("./activation.test"); // first: nothing has been opened yet
  await import("./execution.test");
  await import("./outputs.test");
  await import("./lifeCycle.test");
  await import("./commands.test");
  await import("./settings.test");
  await import("./language.test");
  await import("./views.test");
  await import("./tutorials.test");
  await import("./assistant.test");
  await import("./debugging.test");
  await new Promise<void>((resolve) => {
    const runner = mocha.run((failed) => {
      writeFileSync(result, JSON.stringify({ passed: runner.stats?.passes ?? 0, failed }));
      resolve();
    });
  });
}
