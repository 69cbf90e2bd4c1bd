// Which notebooks of a site its reader has run to the end, as the browser remembers it. Runs in a web page.

const key = "bnlab-finished";

/** The language's folder and the notebook's name, wherever the site stands. */
const nameOf = (path: string) =>
  path
    .replace(/\.html$/, "")
    .split("/")
    .slice(-2)
    .join("/");

export function isFinished(path: string): boolean {
  return read().includes(nameOf(path));
}

export function noteFinished(path: string): void {
  try {
    localStorage.setItem(key, JSON.stringify([...new Set([...read(), nameOf(path)])]));
  } catch {
    // A browser that keeps nothing shows no marks.
  }
}

function read(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}
