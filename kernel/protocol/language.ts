// What a client asks of a notebook's code, which Jupyter has no messages for. Positions count UTF-16 units of a cell's text.
import type { Json } from "./mime";

/** A code cell as it stands in the editor; cells come in the notebook's order. */
/**
 * How TypeScript checks cells: as the kernel or their project says; less, as notebooks of kernels that check less were
 * written; or not at all, as JavaScript.
 */
export type Checks = "strict" | "loose" | "none";

/** Kernels that check no types, or without `strict`. */
const looseKernels = ["tslab", "jslab", "typescript", "javascript"];

/** @param kernel the name of the kernel that the notebook was written for. */
export function checksOf(language: string | undefined, kernel: unknown): Checks {
  if (language === "javascript") return "none";
  return looseKernels.includes(String(kernel)) ? "loose" : "strict";
}

export interface LanguageCell {
  /** Any text that stays with the cell. */
  id: string;
  text: string;
  language: "typescript" | "javascript";
  /** Default strict. */
  checks?: Checks;
}

export interface TextSpan {
  start: number;
  length: number;
}

export interface CellSpan extends TextSpan {
  cell: string;
}

export interface CellReference extends CellSpan {
  isWrite: boolean;
}

/** A place of a name that changes; `before` and `after` go around the new one. */
export interface RenamedPlace extends CellSpan {
  before?: string;
  after?: string;
}

/** A piece of text to put in the place of another. */
export interface TextEdit extends TextSpan {
  text: string;
}

export interface CompletionItem {
  label: string;
  /** TypeScript's word for what it is: `const`, `method`, `class`, `module`, `keyword`, … */
  kind: string;
  sortText: string;
  /** Where these differ from the label. */
  insertText?: string;
  filterText?: string;
  /** What is replaced, where it is not the word at the position. */
  replaced?: TextSpan;
  /** The module that accepting it imports from. */
  importedFrom?: string;
  deprecated?: boolean;
  /** To be handed back for the details. */
  data?: Json;
}

export interface CompletionDetails {
  /** `const learningRate: 0.1` */
  signature: string;
  /** Markdown. */
  documentation: string;
  /** Changes elsewhere in the cell that belong to it: an import. */
  edits: TextEdit[];
}

/** Something that can be done about a mistake. */
export interface CodeFix {
  /** TypeScript's words: `Add import from "bnlab"`. */
  title: string;
  cells: { cell: string; edits: TextEdit[] }[];
}

export interface QuickInfo {
  span: TextSpan;
  /** TypeScript code. */
  signature: string;
  /** Markdown. */
  documentation: string;
  /** The notebook's variable that stands here. */
  variable?: string;
}

export interface SignatureHelp {
  signatures: {
    label: string;
    documentation: string;
    parameters: { label: string; documentation: string }[];
  }[];
  activeSignature: number;
  activeParameter: number;
}

/** `error` keeps the cell from running, `warning` is a type error, `hint` is something used by nobody or outdated. */
export interface CodeDiagnostic extends TextSpan {
  severity: "error" | "warning" | "hint";
  /** 2322, for TS2322. */
  code: number;
  message: string;
  unused?: boolean;
  deprecated?: boolean;
}

/** A place in a cell or, when it has a `file`, in a file. */
export type Definition = CellSpan | (TextSpan & { file: string; line: number; character: number });

/** LSP's words for what a name is, in the order of the numbers in TypeScript's encoding "2020". */
export const semanticTokenTypes = [
  "class",
  "enum",
  "interface",
  "namespace",
  "typeParameter",
  "type",
  "parameter",
  "variable",
  "enumMember",
  "property",
  "function",
  "method",
] as const;
/** And for how it is declared, a bit each. */
export const semanticTokenModifiers = [
  "declaration",
  "static",
  "async",
  "readonly",
  "defaultLibrary",
  "local",
] as const;

export interface SemanticToken extends TextSpan {
  type: (typeof semanticTokenTypes)[number];
  modifiers: (typeof semanticTokenModifiers)[number][];
}

interface At {
  cell: string;
  position: number;
}

/** Question → what it is asked with and what comes back; every question brings the cells along. */
export interface LanguageQuestions {
  /** `trigger`: what was typed, where nobody asked and only the members of an object, or of an import, are of use. */
  completions: { about: At & { trigger?: "{" | "," | " " }; answer: CompletionItem[] };
  completionDetails: { about: At & { label: string; data?: Json }; answer: CompletionDetails | null };
  quickInfo: { about: At; answer: QuickInfo | null };
  signatureHelp: { about: At; answer: SignatureHelp | null };
  diagnostics: { about: { cell: string }; answer: CodeDiagnostic[] };
  /** What can be done about the mistakes with these codes within a piece of a cell. */
  fixes: { about: { cell: string; codes: number[] } & TextSpan; answer: CodeFix[] };
  /** Missing imports and misspelled names of a cell, all that are sure. */
  fixAll: { about: { cell: string }; answer: TextEdit[] };
  organizeImports: { about: { cell: string }; answer: TextEdit[] };
  definitions: { about: At; answer: Definition[] };
  references: { about: At; answer: CellReference[] };
  /** Null where nothing can be renamed; the span is that of the name at the position. */
  rename: { about: At; answer: { span: TextSpan; places: RenamedPlace[] } | null };
  semanticTokens: { about: { cell: string }; answer: SemanticToken[] };
}

export type LanguageQuestion = keyof LanguageQuestions;

/** One question with its cells, as it travels. */
export type LanguageRequest = {
  [Q in LanguageQuestion]: { question: Q; cells: LanguageCell[]; about: LanguageQuestions[Q]["about"] };
}[LanguageQuestion];

export type LanguageAnswer = LanguageQuestions[LanguageQuestion]["answer"];
