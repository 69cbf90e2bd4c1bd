// The editor of a cell's code: CodeMirror in the page's own colors.
import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { typescriptLanguage } from "@codemirror/lang-javascript";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, type Extension, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightSpecialChars, keymap } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";

/** The exporter colors code by highlight.js: the same classes, the same colors. */
const colors = tagHighlighter([
  { tag: [tags.comment], class: "hljs-comment" },
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword, tags.bool, tags.null], class: "hljs-keyword" },
  { tag: [tags.string, tags.regexp, tags.special(tags.string)], class: "hljs-string" },
  { tag: tags.number, class: "hljs-number" },
  { tag: [tags.typeName, tags.className, tags.namespace], class: "hljs-type" },
  {
    tag: [tags.function(tags.definition(tags.variableName)), tags.function(tags.variableName)],
    class: "hljs-title",
  },
]);

export interface EditorOptions {
  parent: HTMLElement;
  text: string;
  /** What a screen reader calls it. */
  label: string;
  onChange(text: string): void;
  /** Shift+Enter goes on to the next cell, Ctrl+Enter stays. */
  onRun(goesOn: boolean): void;
  onLeave(): void;
  /** Completions, words on hover, marks under mistakes. */
  language: Extension;
}

export class Editor {
  readonly #view: EditorView;

  constructor({ parent, text, label, onChange, onRun, onLeave, language }: EditorOptions) {
    const run = (goesOn: boolean) => () => {
      onRun(goesOn);
      return true;
    };
    const leave = () => {
      onLeave();
      return true;
    };
    this.#view = new EditorView({
      parent,
      state: EditorState.create({
        doc: text,
        extensions: [
          Prec.highest(
            keymap.of([
              { key: "Shift-Enter", run: run(true) },
              { key: "Mod-Enter", run: run(false) },
              { key: "Ctrl-Enter", run: run(false) },
            ]),
          ),
          highlightSpecialChars(),
          history(),
          drawSelection(),
          EditorState.allowMultipleSelections.of(true),
          indentUnit.of("  "),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          typescriptLanguage,
          syntaxHighlighting(colors),
          EditorView.contentAttributes.of({ "aria-label": label }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) onChange(update.state.doc.toString());
          }),
          language,
          keymap.of([
            ...closeBracketsKeymap,
            ...completionKeymap,
            ...defaultKeymap.filter(({ key }) => key !== "Mod-Enter"),
            ...historyKeymap,
            indentWithTab,
            { key: "Escape", run: leave },
          ]),
        ],
      }),
    });
  }

  get text(): string {
    return this.#view.state.doc.toString();
  }

  /** Puts another text in the place of all; it can be undone. */
  replace(text: string): void {
    if (text === this.text) return;
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } });
  }

  focus(): void {
    this.#view.focus();
  }
}
