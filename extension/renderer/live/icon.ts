// The buttons' pictures, 16 × 16, in the color of their text.

const paths = {
  run: "M4 2.5v11l9-5.5z",
  runAll: "M2 2.5v11l6.5-5.5zM8 2.5v11l6.5-5.5z",
  stop: "M3.5 3.5h9v9h-9z",
  reset:
    "M8 2.5a5.5 5.5 0 1 0 5.4 6.6h-1.6A4 4 0 1 1 8 4c1.1 0 2 .4 2.8 1.1L8.8 7H14V1.9l-2.1 2.1A5.5 5.5 0 0 0 8 2.5z",
  files: "M3 1.5h6V6h4v8.5H3zM10.2 1.8 12.8 4.7h-2.6z",
  download: "M7.2 2h1.6v6.2l2.3-2.3 1.1 1.1L8 11.2 3.8 7l1.1-1.1 2.3 2.3zM2.5 12.4h11V14h-11z",
} as const;

type Icon = keyof typeof paths;

const svg = "http://www.w3.org/2000/svg";

function icon(name: Icon): SVGElement {
  const picture = document.createElementNS(svg, "svg");
  picture.setAttribute("viewBox", "0 0 16 16");
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg, "path");
  path.setAttribute("d", paths[name]);
  picture.append(path);
  return picture;
}

/** @param label what stands on it; @param title what it does, in more words. */
export function button(name: Icon, label: string, title: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = name;
  made.title = title;
  const text = document.createElement("span");
  text.textContent = label;
  made.append(icon(name), text);
  made.addEventListener("click", act);
  return made;
}
