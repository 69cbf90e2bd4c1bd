// What the kernel's language service knows of a cell, in its editor: completions, words on hover, marks under mistakes.
import { autocompletion, type Completion, type CompletionContext } from "@codemirror/autocomplete";
import { type Diagnostic, linter } from "@codemirror/lint";
import type { Extension } from "@codemirror/state";
import { type EditorView, hoverTooltip } from "@codemirror/view";
import type { CompletionItem, LanguageQuestion, LanguageQuestions } from "../../../kernel/protocol";
import { element } from "../element";

/** Null where the engine has not been started, or cannot answer. */
export type Ask = <Q extends LanguageQuestion>(
  question: Q,
  about: LanguageQuestions[Q]["about"],
) => Promise<LanguageQuestions[Q]["answer"] | null>;

interface LanguageOptions {
  /** The cell's id. */
  cell: string;
  ask: Ask;
  /** Documentation as HTML that is safe to show. */
  markdown(text: string): string;
}

/** Marks come when the reader pauses, in milliseconds. */
const pauseMs = 600;

export function languageOf({ cell, ask, markdown }: LanguageOptions): Extension {
  const described = (signature: string, documentation: string) => {
    const told = element("div", "told");
    told.append(element("pre", "", signature));
    const text = element("div", "text");
    text.innerHTML = markdown(documentation);
    if (documentation) told.append(text);
    return told;
  };

  async function complete(context: CompletionContext) {
    const word = context.matchBefore(/[\w$]*/);
    const from = word?.from ?? context.pos;
    const isMember = context.state.sliceDoc(Math.max(0, from - 1), from) === ".";
    if (!context.explicit && !isMember && from === context.pos) return null;
    const items = await ask("completions", { cell, position: context.pos });
    if (!items) return null;
    return { from, options: items.map((item) => option(item, context.pos)), validFor: /^[\w$]*$/ };
  }

  function option(item: CompletionItem, position: number): Completion {
    const about = { cell, position, label: item.label, data: item.data };
    return {
      label: item.label,
      type: kinds[item.kind] ?? "variable",
      sortText: item.sortText,
      detail: item.importedFrom,
      apply: (view, _, from, to) => void accept(view, item, about, from, to),
      info: async () => {
        const details = await ask("completionDetails", about);
        return details && described(details.signature, details.documentation);
      },
    };
  }

  /** With the import that it needs. */
  async function accept(
    view: EditorView,
    { label, insertText = label, replaced, importedFrom }: CompletionItem,
    about: LanguageQuestions["completionDetails"]["about"],
    from: number,
    to: number,
  ): Promise<void> {
    const start = Math.min(from, replaced?.start ?? from);
    view.dispatch({
      changes: { from: start, to, insert: insertText },
      selection: { anchor: start + insertText.length },
      userEvent: "input.complete",
    });
    if (importedFrom === undefined) return;
    const before = view.state.doc;
    const edits = (await ask("completionDetails", about))?.edits ?? [];
    if (view.state.doc !== before) return;
    view.dispatch({
      changes: edits
        .filter((edit) => edit.start + edit.length <= start)
        .map((edit) => ({ from: edit.start, to: edit.start + edit.length, insert: edit.text })),
    });
  }

  async function marks(view: EditorView): Promise<Diagnostic[]> {
    const found = (await ask("diagnostics", { cell })) ?? [];
    const { length } = view.state.doc;
    return found
      .filter(({ severity }) => severity !== "hint")
      .map(({ start, length: size, severity, message }) => ({
        from: Math.min(start, length),
        to: Math.min(start + size, length),
        severity: severity as "error" | "warning",
        message,
      }));
  }

  return [
    autocompletion({ override: [complete], icons: false }),
    hoverTooltip(async (_, position) => {
      const info = await ask("quickInfo", { cell, position });
      if (!info) return null;
      const { start, length } = info.span;
      const dom = () => ({ dom: described(info.signature, info.documentation) });
      return { pos: start, end: start + length, above: true, create: dom };
    }),
    linter(marks, { delay: pauseMs }),
  ];
}

/** CodeMirror's words for TypeScript's. */
const kinds: Readonly<Record<string, string>> = {
  class: "class",
  const: "constant",
  enum: "enum",
  function: "function",
  interface: "interface",
  keyword: "keyword",
  let: "variable",
  method: "method",
  module: "namespace",
  property: "property",
  getter: "property",
  type: "type",
};
