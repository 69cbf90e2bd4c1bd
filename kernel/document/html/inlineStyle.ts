// What an element of a notebook may say about its own looks: colors, texts, spaces, tables; nothing that loads, moves or covers.

const properties = new RegExp(
  `^(?:${[
    "color",
    "background(?:-color|-size|-repeat|-position|-image)?",
    "border(?:-[a-z-]+)?",
    "outline(?:-[a-z]+)?",
    "(?:padding|margin)(?:-[a-z-]+)?",
    "(?:min-|max-)?(?:width|height|inline-size|block-size)",
    "(?:font|text|word|list-style|table|grid|flex|column|row)(?:-[a-z-]+)?",
    "(?:align|justify|place)-(?:items|content|self)",
    "columns|gap|order|display|float|clear|opacity|overflow(?:-[a-z]+)?",
    "vertical-align|white-space|line-height|letter-spacing|tab-size|hyphens|direction",
    "box-shadow|box-sizing|object-fit|aspect-ratio|caption-side|empty-cells|accent-color|image-rendering",
  ].join("|")})$`,
);

/** Words, numbers, colors, names of fonts; an escape could spell anything. */
const value = /^[\p{L}\p{N}\s#%.,()+*/'"-]+$/u;

const functions = new Set(
  "rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark calc min max clamp var repeat minmax fit-content linear-gradient radial-gradient conic-gradient repeating-linear-gradient".split(
    " ",
  ),
);

/** The declarations that may stay, of the text of a `style` attribute. */
export function inlineStyle(text: string): string {
  return text
    .split(";")
    .map((declaration) => {
      const colon = declaration.indexOf(":");
      return [declaration.slice(0, colon).trim().toLowerCase(), declaration.slice(colon + 1).trim()] as const;
    })
    .filter(([name, said]) => properties.test(name) && isHarmless(name, said))
    .map((declaration) => declaration.join(": "))
    .join("; ");
}

function isHarmless(name: string, said: string): boolean {
  if (!value.test(said) || said.includes("/*")) return false;
  // Out of its own place, over something else.
  if (name.startsWith("margin") && said.includes("-")) return false;
  return Array.from(said.matchAll(/([\p{L}\p{N}-]*)\(/gu)).every(
    ([, called]) => called === "" || functions.has(called!.toLowerCase()),
  );
}
