// What a request must hold before anything is done with it: whoever sends it, it is refused here, in words, or is as its type says.
import type { LanguageQuestions } from "./language";
import type { CommContents, CommType, Requests, RequestType } from "./messages";

/** A request that cannot be answered as it is; the message is for its sender. */
export class RequestError extends Error {
  override name = "RequestError";
}

/** What a field may be, in words for its sender. */
interface Check {
  expected: string;
  isOptional: boolean;
  fits(value: unknown): boolean;
}

type Checked = Requests & CommContents;

/** Every field of every request, and of what clients say to controls: the compiler asks for those that are missing here. */
type Checks = {
  [T in RequestType | CommType]: string extends keyof Checked[T]
    ? Record<string, never>
    : { [F in keyof Checked[T]]-?: Check };
};

const check = (expected: string, fits: (value: unknown) => boolean): Check => ({
  expected,
  isOptional: false,
  fits,
});
/** Jupyter's clients are in Python, where what is left out may be None. */
const optional = ({ expected, fits }: Check): Check => ({
  expected,
  isOptional: true,
  fits: (value) => value === null || fits(value),
});
const oneOf = (...values: unknown[]) => check(values.join(" or "), (value) => values.includes(value));
const listOf = (what: string, item: Check) =>
  check(`a list of ${what}`, (value) => Array.isArray(value) && value.every(item.fits));

const text = check("a text", (value) => typeof value === "string");
const flag = check("true or false", (value) => typeof value === "boolean");
const integer = check("a whole number", Number.isSafeInteger);
const seconds = check("seconds", (value) => Number.isFinite(value) && Number(value) >= 0);
const object = check("an object", isObject);
const texts = check(
  "an object of texts",
  (value) => isObject(value) && Object.values(value).every((member) => typeof member === "string"),
);
const cell = check(
  "a cell",
  (value) => isObject(value) && typeof value.id === "string" && typeof value.text === "string",
);

const questions: Record<keyof LanguageQuestions, true> = {
  completions: true,
  completionDetails: true,
  quickInfo: true,
  signatureHelp: true,
  fixes: true,
  fixAll: true,
  organizeImports: true,
  diagnostics: true,
  definitions: true,
  references: true,
  rename: true,
  semanticTokens: true,
};

const checkOf: Checks = {
  kernel_info_request: {},
  execute_request: {
    code: text,
    silent: optional(flag),
    store_history: optional(flag),
    user_expressions: optional(texts),
    allow_stdin: optional(flag),
    checks: optional(oneOf("strict", "loose", "none")),
    language: optional(text),
    controls: optional(flag),
    file: optional(text),
    pauses: optional(flag),
    stop_on_error: optional(flag),
  },
  settle_request: { timeout: seconds },
  history_request: {
    output: optional(flag),
    raw: optional(flag),
    hist_access_type: oneOf("range", "tail", "search"),
    session: optional(integer),
    start: optional(integer),
    stop: optional(integer),
    n: optional(integer),
    pattern: optional(text),
    unique: optional(flag),
  },
  comm_info_request: { target_name: optional(text) },
  is_complete_request: { code: text },
  complete_request: { code: text, cursor_pos: integer },
  inspect_request: { code: text, cursor_pos: integer, detail_level: optional(oneOf(0, 1)) },
  language_request: {
    question: oneOf(...Object.keys(questions)),
    cells: listOf("cells", cell),
    about: object,
  },
  variables_request: {
    names: optional(listOf("texts", text)),
    of: optional(text),
    statistics: optional(flag),
    text: optional(flag),
  },
  tensor_request: {
    name: text,
    member: optional(text),
    start: optional(listOf("whole numbers", integer)),
    size: optional(listOf("whole numbers", integer)),
    step: optional(listOf("whole numbers", integer)),
    bins: optional(integer),
  },
  rows_request: {
    name: text,
    member: optional(text),
    start: optional(integer),
    count: optional(integer),
    sort: optional(integer),
    descending: optional(flag),
    filter: optional(text),
    whole: optional(flag),
  },
  usage_request: {},
  inspector_request: {},
  interrupt_request: {},
  shutdown_request: { restart: optional(flag) },
  comm_open: { comm_id: text, target_name: text, data: optional(object) },
  comm_msg: { comm_id: text, data: object },
  comm_close: { comm_id: text, data: optional(object) },
};

/**
 * The content as the type says; what is null and may be left out is left out.
 *
 * @throws RequestError that says what was expected and what came.
 */
export function requestContent<T extends RequestType | CommType>(type: T, content: unknown): Checked[T] {
  if (!isObject(content))
    throw new RequestError(`${type}: expected an object as content, got ${kindOf(content)}`);
  const right = { ...content };
  for (const [name, { expected, isOptional, fits }] of Object.entries<Check>(checkOf[type])) {
    const value = Object.hasOwn(content, name) ? content[name] : undefined;
    if (isOptional && (value === undefined || value === null)) delete right[name];
    else if (!fits(value)) {
      throw new RequestError(`${type}: expected ${name} to be ${expected}, got ${kindOf(value)}`);
    }
  }
  return right as unknown as Checked[T];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === undefined) return "none";
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 59)}…` : json;
}
