// Tells the charts in notebooks which colors the settings ask for.
import * as vscode from "vscode";
import { chartRenderer, Setting, settingSection } from "../ids";

export function tellChartTheme(): vscode.Disposable {
  const messaging = vscode.notebooks.createRendererMessaging(chartRenderer);
  const tell = (editor?: vscode.NotebookEditor) => {
    const chartTheme = vscode.workspace.getConfiguration(settingSection).get(Setting.chartTheme, "auto");
    void messaging.postMessage({ chartTheme }, editor);
  };
  return vscode.Disposable.from(
    messaging.onDidReceiveMessage(({ editor }) => tell(editor)), // a renderer has begun, and asks
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${settingSection}.${Setting.chartTheme}`)) tell();
    }),
  );
}
