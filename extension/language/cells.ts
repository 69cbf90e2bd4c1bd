// A notebook's code cells as the kernel's language service takes them, and its answers as places in VS Code's documents.
import * as vscode from "vscode";
import {
  askLanguage,
  type CellSpan,
  type KernelClient,
  KernelGone,
  type LanguageCell,
  type LanguageQuestion,
  type LanguageQuestions,
  type TextSpan,
} from "../../kernel/protocol";
import { languages, notebookType } from "../ids";
import { checksIn } from "../notebook/checks";
import type { KernelController } from "../notebook/kernelController";

export const selector: vscode.DocumentSelector = languages.map((language) => ({ notebookType, language }));

export function codeCells(notebook: vscode.NotebookDocument): vscode.NotebookCell[] {
  const isCode = ({ kind, document }: vscode.NotebookCell) =>
    kind === vscode.NotebookCellKind.Code && languages.includes(document.languageId);
  return notebook.getCells().filter(isCode);
}

export const idOf = (document: vscode.TextDocument) => document.uri.toString();

/** The notebook of one of our cells as it stood when a question came up. */
export class CellSnapshot {
  readonly #texts: ReadonlyMap<string, vscode.TextDocument>;
  readonly #cells: LanguageCell[];

  private constructor(
    readonly client: KernelClient,
    readonly notebook: vscode.NotebookDocument,
  ) {
    const documents = codeCells(notebook).map(({ document }) => document);
    this.#texts = new Map(documents.map((document) => [idOf(document), document]));
    this.#cells = documents.map((document) => ({
      id: idOf(document),
      text: document.getText(),
      language: document.languageId as LanguageCell["language"],
      checks: checksIn(notebook, document),
    }));
  }

  /** Undefined for a cell that is not our kernel's, or while there is no kernel to ask. */
  static of(controller: KernelController, document: vscode.TextDocument): CellSnapshot | undefined {
    const isIts = (notebook: vscode.NotebookDocument) =>
      notebook.getCells().some((cell) => cell.document === document);
    const notebook = vscode.workspace.notebookDocuments.find(isIts);
    return notebook && CellSnapshot.ofNotebook(controller, notebook);
  }

  static ofNotebook(
    controller: KernelController,
    notebook: vscode.NotebookDocument,
  ): CellSnapshot | undefined {
    const client = controller.client(notebook);
    return client && new CellSnapshot(client, notebook);
  }

  /** Undefined where the kernel went meanwhile. */
  async ask<Q extends LanguageQuestion>(
    question: Q,
    about: LanguageQuestions[Q]["about"],
  ): Promise<LanguageQuestions[Q]["answer"] | undefined> {
    try {
      return await askLanguage(this.client, question, this.#cells, about);
    } catch (error) {
      if (error instanceof KernelGone) return undefined;
      throw error;
    }
  }

  document(id: string): vscode.TextDocument | undefined {
    return this.#texts.get(id);
  }

  location(span: CellSpan): vscode.Location | undefined {
    const document = this.#texts.get(span.cell);
    return document && new vscode.Location(document.uri, rangeOf(document, span));
  }
}

export function rangeOf(document: vscode.TextDocument, { start, length }: TextSpan): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(start + length));
}

/** A provider's question about a position. */
export const at = (document: vscode.TextDocument, position: vscode.Position) => ({
  cell: idOf(document),
  position: document.offsetAt(position),
});
