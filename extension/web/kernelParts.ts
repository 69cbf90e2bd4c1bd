// What a kernel in a browser is made of, read out of the extension once for all of them.
import * as vscode from "vscode";
import type { LanguageParts, WebKernelParts } from "../../kernel/web/startKernel";

export class KernelParts {
  readonly #extensionUri: vscode.Uri;
  #scripts: Promise<[kernel: Blob, runner: Blob]> | undefined;
  #language: Promise<LanguageParts> | undefined;

  constructor(extensionUri: vscode.Uri) {
    this.#extensionUri = extensionUri;
  }

  /** Rejects where they cannot be had now, as offline; the next kernel asks anew. */
  async read(): Promise<WebKernelParts> {
    this.#scripts ??= Promise.all([this.#script("web/kernel.js"), this.#script("web/runner.js")]);
    try {
      const [kernel, runner] = await this.#scripts;
      return { kernel, runner, language: () => this.#readLanguage() };
    } catch (error) {
      this.#scripts = undefined;
      throw error;
    }
  }

  async #readLanguage(): Promise<LanguageParts> {
    this.#language ??= Promise.all([
      this.#script("typescript/typescript.js.gz"),
      this.#read("typescript/declarations.json.gz"),
    ]).then(async ([typescript, files]) => ({ typescript, files: JSON.parse(await files.text()) }));
    try {
      return await this.#language;
    } catch (error) {
      this.#language = undefined;
      throw error;
    }
  }

  async #script(name: string): Promise<Blob> {
    return (await this.#read(name)).slice(0, undefined, "text/javascript");
  }

  async #read(name: string): Promise<Blob> {
    const uri = vscode.Uri.joinPath(this.#extensionUri, "dist", name);
    const bytes = new Uint8Array(await vscode.workspace.fs.readFile(uri));
    const content = new Blob([bytes]);
    // Whoever serves the extension may have unpacked it on the way.
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return isPacked
      ? new Response(content.stream().pipeThrough(new DecompressionStream("gzip"))).blob()
      : content;
  }
}
