// What runs the kernel, as a reader knows it.

/** Browsers claim to be others: the first name that fits is the right one. */
const names: [name: string, pattern: RegExp][] = [
  ["Firefox", /Firefox\/(\d+)/],
  ["Edge", /Edg\/(\d+)/],
  ["Chrome", /Chrom(?:e|ium)\/(\d+)/],
  ["Safari", /Version\/(\d+(?:\.\d+)?).* Safari/],
];

/** `Firefox 153`. */
export function engineName(userAgent: string): string {
  for (const [name, pattern] of names) {
    const version = pattern.exec(userAgent)?.[1];
    if (version !== undefined) return `${name} ${version}`;
  }
  return "a web page";
}
