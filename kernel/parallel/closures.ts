// What a function of a cell is made of: its text, and what that mentions of the code around it.
import type { CellReferences } from "../session/cells/references";
import {
  callsEval,
  formOf,
  isArrow,
  isAssignedIn,
  isClassText,
  isNative,
  textOf,
  wordsIn,
} from "./functionText";
import type { ScopeReader } from "./scopes";

export type Callable = (...args: never[]) => unknown;

export interface Closure {
  readonly isClass: boolean;
  readonly text: string;
  /** Variables of the code around it that it mentions, boxes and the kernel among them. */
  readonly captured: readonly (readonly [name: string, value: unknown])[];
  /** Whether a property of the function has come beside what its text gives it. */
  isOwn(key: PropertyKey, property: PropertyDescriptor): boolean;
}

/** A value that cannot go to another process: the message says which, and why. */
export class CannotTravel extends Error {
  override name = "CannotTravel";
}

type Refuse = (what: string) => CannotTravel;

const builtInKeys: readonly PropertyKey[] = ["length", "prototype", "arguments", "caller"];

/** @throws what `refuse` makes of the words for why it cannot be made anew from its text. */
export function closureOf(
  value: Callable,
  references: CellReferences,
  scopes: ScopeReader,
  refuse: Refuse,
): Closure {
  const text = textOf(value);
  const isClass = isClassText(text);
  const words = wordsIn(text);
  const trouble = troubleOf(value, text, words, isClass);
  if (trouble !== undefined) throw refuse(trouble);
  const captured = new Map<string, unknown>();
  for (const { description, variables } of scopes.scopesOf(value)) {
    if (description.startsWith("Module")) throw refuse(`${calledOf(value)} of a module that no cell imports`);
    for (const word of words) {
      const isOwnName = isClass && variables[word] === value; // its text brings that
      if (!captured.has(word) && Object.hasOwn(variables, word) && !isOwnName)
        captured.set(word, variables[word]);
    }
  }
  for (const [word, each] of outside(value, text, words, references)) {
    if (!captured.has(word)) captured.set(word, each);
  }
  for (const [word, each] of captured) {
    const variable = references.boxName(each);
    if (isAssignedIn(text, variable === undefined ? word : `${word}.${variable}`))
      throw new CannotTravel(
        `${calledOf(value)} assigns to ${variable ?? word}, which other runs would not see`,
      );
  }
  const added = references.addedGlobals().find((name) => words.has(name) && !captured.has(name));
  if (added !== undefined)
    throw new CannotTravel(`${calledOf(value)} uses the global ${added}, which no cell declares`);
  const isOwn: Closure["isOwn"] = (key, property) =>
    !builtInKeys.includes(key) &&
    !(isClass && (key === "name" || (isFunction(property.value) && text.includes(textOf(property.value)))));
  return { isClass, text, captured: [...captured], isOwn };
}

/** What a class's text mentions outside its methods, as in `extends nn.Module`: the engine keeps that for none of them. */
function* outside(
  value: Callable,
  text: string,
  words: ReadonlySet<string>,
  { boxes }: CellReferences,
): Iterable<[string, unknown]> {
  for (const word of words) {
    const own = /^\$\$+/.exec(word)?.[0].length ?? 0;
    for (let at = 2; at <= own && at < word.length; at++) {
      const name = word.slice(at);
      if (text.includes(`${word}.${name}`)) yield [word, boxes.open(name)];
    }
  }
  const base = /^class\b[^{]*?\bextends\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*\{/u.exec(text)?.[1];
  if (base !== undefined) yield [base, Object.getPrototypeOf(value)];
}

/** Why its text is not enough. */
function troubleOf(
  value: Callable,
  text: string,
  words: ReadonlySet<string>,
  isClass: boolean,
): string | undefined {
  if (isNative(text))
    return value.name.startsWith("bound ") ? "a bound function" : `the engine's function ${value.name}`;
  if (callsEval(text)) return `${calledOf(value)} that calls eval()`;
  if (isClass && /static\s+#/.test(text)) return `class ${value.name} with static #private members`;
  if (!isClass && words.has("super")) return `${calledOf(value)} that uses super`;
  if (!isClass && formOf(text) === undefined) return `${calledOf(value)} whose text does not stand alone`;
  if (isArrow(text) && (words.has("this") || words.has("arguments")))
    return `${calledOf(value)} that has \`this\` of the code around it`;
  const late = lateMember(value, text, isClass);
  return late === undefined
    ? undefined
    : `${value.name}.prototype with ${late}, which came after it was made`;
}

/** A member of its prototype that its text does not give it. */
function lateMember(value: Callable, text: string, isClass: boolean): string | undefined {
  const { prototype } = value as { prototype?: object };
  if (prototype === undefined) return undefined;
  const odd = Reflect.ownKeys(prototype).find((key) => {
    if (key === "constructor") return false;
    const { value: own, get, set } = Object.getOwnPropertyDescriptor(prototype, key)!;
    const code = [own, get, set].find(isFunction);
    return !isClass || code === undefined || !text.includes(textOf(code));
  });
  return odd === undefined ? undefined : String(odd);
}

const calledOf = ({ name }: Callable) => (name === "" ? "a function" : `${name}()`);

const isFunction = (value: unknown): value is Callable => typeof value === "function";
