// Text from a file, whichever of Unicode's encodings an editor has given it; what is no text is refused in words.
import { readFile, stat } from "node:fs/promises";
import { kindOf, wordsOf } from "./fileTrouble";

/** By the first bytes; UTF-16 without its mark shows by the zero beside its first character, which is ASCII in JSON. */
const encodings: [encoding: string, fits: (bytes: Uint8Array) => boolean][] = [
  ["utf-16le", ([a, b]) => a === 0xff && b === 0xfe],
  ["utf-16be", ([a, b]) => a === 0xfe && b === 0xff],
  ["utf-16le", ([a, b]) => a !== 0 && b === 0],
  ["utf-16be", ([a, b]) => a === 0 && b !== undefined && b !== 0],
];

/** @throws Error that says in one line why there is no text to be had; a pipe is refused, for it may never end. */
export async function readTextFile(file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    const kind = kindOf(await stat(file));
    if (kind) throw new Error(`it is ${kind}, expected a file`);
    bytes = await readFile(file);
  } catch (error) {
    throw new Error(wordsOf(error));
  }
  return textOf(bytes);
}

/** A byte order mark is no part of the text. */
function textOf(bytes: Uint8Array): string {
  const encoding = encodings.find(([, fits]) => fits(bytes))?.[0] ?? "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw new Error(wordsOf(error)); // too long
    const meant = encoding === "utf-8" ? "not UTF-8" : `not whole ${encoding.toUpperCase()}`;
    throw new Error(`it is ${meant}; save it as UTF-8`);
  }
}
