// VS Code's notebook renderer API, as far as it is used here.
// https://code.visualstudio.com/api/extension-guides/notebook#notebook-renderer

export interface OutputItem {
  /** The same for every rendering of one output, its updates included. */
  readonly id: string;
  readonly mime: string;
  json(): unknown;
}

/** The line to the extension; a host that has none leaves the two out. */
export interface RendererContext {
  postMessage?(message: unknown): void;
  onDidReceiveMessage?(listener: (message: unknown) => void): unknown;
}

export interface RendererApi {
  renderOutputItem(item: OutputItem, element: HTMLElement): void;
  /** Without an id: every item. */
  disposeOutputItem(id?: string): void;
}
