// A page that looks to the renderer like VS Code's notebook webview: the same theme variables, the module imported by URL.
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { Page } from "playwright-core";
import type { Comm } from "../../kernel/protocol";

const dist = path.join(import.meta.dirname, "../../dist/renderer");

/** Colors of VS Code's own themes. */
const themes = {
  light: { class: "vscode-light", foreground: "#3b3b3b", background: "#ffffff", hover: "#f8f8f8" },
  dark: { class: "vscode-dark", foreground: "#cccccc", background: "#1f1f1f", hover: "#202020" },
  "high contrast": {
    class: "vscode-high-contrast",
    foreground: "#ffffff",
    background: "#000000",
    hover: "#0c141f",
  },
} as const;
export type ThemeName = keyof typeof themes;

const page = `<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<style>
  html { background: var(--vscode-editor-background); }
  body { margin: 0; background: transparent; color: var(--vscode-editor-foreground); font-family: var(--vscode-font-family); }
</style>
<body></body>
<script type="module">
  import { activate } from "./plotly.js";
  import { activate as activateOutputs } from "./outputs.js";
  const charts = "application/vnd.plotly.v1+json";
  let hear = () => {};
  window.sent = [];
  window.tell = (comm) => hear({ comm });
  const outputs = activateOutputs({
    postMessage: ({ comm, open }) => window.sent.push(comm ?? open),
    onDidReceiveMessage: (listener) => { hear = listener; },
  });
  window.renderer = activate();
  window.show = (id, json, width, mime = charts) => {
    let element = document.getElementById(id);
    if (element === null) {
      element = document.createElement("div");
      element.id = id;
      document.body.append(element);
    }
    if (width !== undefined) element.style.width = width + "px";
    const item = { id, mime, json: () => JSON.parse(json) };
    (mime === charts ? window.renderer : outputs).renderOutputItem(item, element);
  };
</script>`;

declare global {
  /** What the page's own script offers to the tests. */
  interface Window {
    renderer: { disposeOutputItem(id?: string): void };
    /** What controls have said to the kernel. */
    sent: Comm[];
    /** Says something to a control, as a kernel does. */
    tell(comm: Comm): void;
    /** Renders into the element of that id, made on first use, as VS Code renders an output item. */
    show(id: string, json: string, width?: number, mime?: string): void;
    bnlabPlotly: { draw(element: HTMLElement, figure: unknown): unknown };
  }
}

/** Serves the page and dist/renderer on a free port of this machine. */
export async function serve(): Promise<{ url: string; server: Server }> {
  const server = createServer(async (request, response) => {
    const name = path.basename(request.url ?? "");
    if (name === "") {
      response.setHeader("content-type", "text/html").end(page);
      return;
    }
    const body = await readFile(path.join(dist, name)).catch(() => undefined);
    if (body === undefined) response.writeHead(404).end();
    else response.setHeader("content-type", "text/javascript").end(body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

/** Switches the theme as VS Code does: variables on the root's style, a class on the body. */
export async function setTheme(page: Page, name: ThemeName): Promise<void> {
  await page.evaluate((theme) => {
    const { style } = document.documentElement;
    style.setProperty("--vscode-editor-foreground", theme.foreground);
    style.setProperty("--vscode-editor-background", theme.background);
    style.setProperty("--vscode-editorHoverWidget-background", theme.hover);
    style.setProperty(
      "--vscode-font-family",
      'system-ui, "Ubuntu", "Noto Sans", "Noto Sans CJK SC", sans-serif',
    );
    document.body.className = theme.class;
  }, themes[name]);
}
