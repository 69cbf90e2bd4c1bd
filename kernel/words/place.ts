// A place in a value, as one writes it.

/** value.model["a b"][0]; of a long way its ends. */
export function placeOf(root: string, path: readonly (string | number)[]): string {
  const steps = path.map((key) => {
    if (typeof key === "number") return `[${key}]`;
    return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
  });
  const shown = steps.length <= 12 ? steps : [...steps.slice(0, 6), "…", ...steps.slice(-5)];
  return `${root}${shown.join("")}`;
}
