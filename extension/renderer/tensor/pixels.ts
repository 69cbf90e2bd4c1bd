// A canvas with a pixel an element, to be enlarged by its style. Runs in a web page.

/** Undefined leaves the place clear: there the hatching of `.bnlab-pixels` shows. */
export type ColorAt = (row: number, column: number) => readonly [number, number, number] | undefined;

export function pixels(rows: number, columns: number, colorAt: ColorAt): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.className = "bnlab-pixels";
  canvas.width = Math.max(1, columns);
  canvas.height = Math.max(1, rows);
  const context = canvas.getContext("2d");
  if (!context || rows === 0 || columns === 0) return canvas;
  const image = context.createImageData(columns, rows);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at += 4) {
      const color = colorAt(row, column);
      if (color) image.data.set([...color, 255], at);
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
