// The text of a function: what it mentions, and how it is made again where its variables are others.

/** How a function's text makes it anew: as an expression, or as the only member of an object. */
export type Form = "expression" | "method";

const identifier = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu;
const escaped = /\\u(?:\{([\da-f]+)\}|([\da-f]{4}))/gi;

export function textOf(value: object): string {
  return Function.prototype.toString.call(value);
}

/** All words of a text, those of strings and comments too: none that it means is missing. */
export function wordsIn(text: string): Set<string> {
  const plain = text.replace(escaped, (_, long?: string, short?: string) =>
    String.fromCodePoint(Math.min(Number.parseInt(long ?? short!, 16), 0x10ffff)),
  );
  return new Set(plain.match(identifier) ?? []);
}

/** As the engine sees it: by that name, not by a module's method of it. */
export const callsEval = (text: string): boolean => /(?<![\w$.])eval\s*\(/.test(text.replace(/\?\./g, "."));

export const isNative = (text: string): boolean => /\{\s*\[native code\]\s*\}$/.test(text);

export const isClassText = (text: string): boolean => /^class\b/.test(text);

/** Whether it is an arrow function: one without a prototype that is no method. */
export function isArrow(text: string): boolean {
  return /^(?:async\s*)?(?:[\p{ID_Start}$_][\p{ID_Continue}$]*\s*=>|\()/u.test(text) && compiles(`(${text})`);
}

export function formOf(text: string): Form | undefined {
  if (compiles(`(${text})`)) return "expression";
  return compiles(`({ ${text} })`) ? "method" : undefined;
}

/** Whether it assigns to a variable, as far as its text shows. */
export function isAssignedIn(text: string, variable: string): boolean {
  const place = variable.replace(/[$.]/g, "\\$&");
  const assignment = "(?:[-+*/%&|^]|\\*\\*|<<|>>>?|&&|\\|\\||\\?\\?)?=(?![=>])|\\+\\+|--";
  const before = `(?:\\+\\+|--)\\s*${place}(?![\\w$])`;
  return new RegExp(`(?<![\\w$.])${place}\\s*(?:${assignment})|${before}`, "u").test(text);
}

/** The code that gives `{ set, make }`: `set` takes the values of the names, `make` makes the function. */
export function factoryCode(text: string, names: readonly string[]): string {
  let values = "$values";
  while (text.includes(values)) values += "$";
  const declared = names.length > 0 ? `let ${names.join(", ")};` : "";
  const set = names.map((name, i) => `${name} = ${values}[${i}];`).join(" ");
  const made =
    formOf(text) === "method"
      ? `(([each]) => each.value ?? each.get ?? each.set)(Object.values(Object.getOwnPropertyDescriptors({ ${text} })))`
      : `(${text})`;
  return `(() => { "use strict"; ${declared} return { set: (${values}) => { ${set} }, make: () => ${made} }; })()`;
}

function compiles(code: string): boolean {
  try {
    new Function(`"use strict"; return ${code};`);
    return true;
  } catch {
    return false;
  }
}
