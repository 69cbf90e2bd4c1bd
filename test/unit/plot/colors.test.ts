// Colors are seen where they stand: lines on dark pages as on light ones.
import assert from "node:assert/strict";
import { test } from "node:test";
import { colorScales, lineRamp, parseColor, type Rgba } from "../../../kernel/plot/colors";

/** https://www.w3.org/TR/WCAG21/#dfn-relative-luminance */
function luminance([red, green, blue]: Rgba): number {
  const light = (channel: number) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue);
}

function contrast(a: Rgba, b: Rgba): number {
  const [less, more] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (more! + 0.05) / (less! + 0.05);
}

for (const page of ["#1f1f1f", "#ffffff"]) {
  test(`every line of viridis stands out from a page in ${page}, and each is lighter than the one before`, () => {
    const colors = Array.from({ length: 12 }, (_, n) => lineRamp(colorScales.viridis)(n / 11));
    for (const color of colors) assert.ok(contrast(color, parseColor(page)!) > 1.9, `${color}`);
    for (const [n, color] of colors.slice(1).entries())
      assert.ok(luminance(color) > luminance(colors[n]!), `${color}`);
  });
}
