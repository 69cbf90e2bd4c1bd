// Expressions of a debugger's in which the notebook's names mean its variables, whose boxes are the kernel's own business.
import type { Params } from "./inspectorProtocol";

/** What the runner offers to debuggers; see `session/cells/debugging.ts`. */
export const debugging = 'globalThis[Symbol.for("bnlab.session")].debugging';
const word = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;
/** No call, no assignment: looking at it changes nothing. */
const isLook = /^[\w$\s.?[\]"'()]*$/;
const hasCall = /[\w$\])]\s*\(/;

/**
 * Puts the expression of a request into those terms.
 * @param known the names of the notebook's variables.
 */
export function evaluateWith(known: ReadonlySet<string>, params: Params): void {
  const expression = String(params.expression);
  const own = withVariables(known, expression);
  if (own === expression) return;
  params.expression = own;
  delete params.replMode;
  const bare = expression.replace(/\/\/# sourceURL=.*$/gm, "");
  if (isLook.test(bare) && !hasCall.test(bare)) delete params.throwOnSideEffect;
}

/** Puts the condition of a breakpoint into those terms, where it has one. */
export function conditionWith(known: ReadonlySet<string>, params: Params): void {
  if (params.condition) params.condition = withVariables(known, String(params.condition));
}

/** An expression in which the notebook's names mean its variables, unless a nearer one hides them. */
function withVariables(known: ReadonlySet<string>, expression: string): string {
  const names = [...new Set(expression.match(word))].filter(
    (name) => known.has(name) && name !== "__proto__",
  );
  if (names.length === 0) return expression;
  const hiding = names.map((name) => `${name}: () => ${name}`).join(", ");
  return `with (${debugging}.scope({ ${hiding} })) {\n${expression}\n}`;
}
