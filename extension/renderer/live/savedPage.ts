// What the exporter has put into the page: the notebook as it was saved, and its identity.
import { type Notebook, parseNotebook } from "../../../kernel/document/notebookFile";
import { unpacked } from "./unpacked";
import { words } from "./words";

export interface SavedPage {
  notebook: Notebook;
  /** The notebook's file name. */
  file: string;
  /** Under which edits are kept: another one for another content. */
  identity: string;
}

/** @throws Error where the page is not as it was exported. */
export function savedPage(): SavedPage {
  const { dataset, textContent } = elementOf("bnlab-notebook");
  return {
    notebook: parseNotebook(new TextDecoder().decode(unpacked(textContent ?? ""))),
    file: dataset.file ?? "notebook.ipynb",
    identity: dataset.identity ?? "",
  };
}

/** @throws Error, in words for the reader, where it is not there. */
export function elementOf(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(words("A part of this page is missing; export the notebook again."));
  return element;
}
