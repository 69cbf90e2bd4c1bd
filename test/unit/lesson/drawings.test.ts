import assert from "node:assert/strict";
import { test } from "node:test";
import { drawing } from "../../../kernel/lesson";
import { Mime, type MimeBundle } from "../../../kernel/protocol";
import { inLanguage } from "../../../kernel/words";

const names = ["inception", "batch-norm"] as const;
const shown = (name: (typeof names)[number], language: string) =>
  inLanguage(language, () =>
    (drawing(name) as unknown as Record<symbol, () => MimeBundle>)[Symbol.for("Jupyter.display")]!(),
  );

test("drawings are in the reader's language, on their own paper, and hold together", () => {
  for (const name of names) {
    for (const language of ["en", "zh-CN"]) {
      const bundle = shown(name, language);
      const svg = String(bundle[Mime.svg]);
      assert.match(svg, /^<svg xmlns=[^>]*viewBox="0 0 420 \d+"[^>]*><title>[^<]+<\/title><rect /);
      assert.equal(/\p{Script=Han}/u.test(svg), language === "zh-CN");
      assert.ok(!/NaN|undefined/.test(svg));
      const height = Number(/viewBox="0 0 420 (\d+)"/.exec(svg)![1]);
      for (const [, x, y] of svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"/g)) {
        assert.ok(Number(x) <= 420 && Number(y) < height, `a text at ${x}, ${y} of ${name}`);
      }
    }
  }
});

test("a drawing that there is none of is refused by name", () => {
  assert.throws(
    () => drawing("resnet" as never),
    /lesson\.drawing: expected "inception" or "batch-norm", got string resnet/,
  );
});
