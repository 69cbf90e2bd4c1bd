// Figures in narrow places: what is changed there, and what is not. How it looks, test/browser/renderer.test.ts looks at.
import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, type Figure, frames, grid, histogram, line } from "../../../kernel/plot";
import { fitted } from "../../../kernel/plot/narrow";
import { wrapped } from "../../../kernel/plot/text";

const lines = (name: string) => line({ a: [1, 2] }, { xTitle: "step", yTitle: name });
const json = (figure: Figure) => figure.toBundle()["application/vnd.plotly.v1+json"];

test("a wide place has the figure as it came, a narrow one a copy", () => {
  const figure = json(grid({ one: lines("p"), two: lines("q") }));
  const before = structuredClone(figure);
  assert.equal(fitted(figure, 620), figure);
  assert.notEqual(fitted(figure, 390), figure);
  assert.deepEqual(figure, before);
});

test("panels stand under each other in reading order, each below its heading, the figure grows", () => {
  const figure = json(grid({ one: lines("p"), two: lines("q"), three: lines("r"), four: lines("s") }));
  const { layout } = fitted(figure, 390);
  const domains = ["", "2", "3", "4"].map((n) => layout[`yaxis${n}`]!.domain!);
  for (const [n, [from, to]] of domains.entries()) {
    assert.deepEqual(layout[`xaxis${n === 0 ? "" : n + 1}`]!.domain, [0, 1]);
    assert.ok(from < to && (n === 0 || to < domains[n - 1]![0]), `panel ${n} is below the one before`);
    const heading = layout.annotations![n]!;
    assert.deepEqual([heading.x, heading.y], [0, to], heading.text);
  }
  assert.ok(layout.height! > figure.layout.height! + 300);
});

test("axes that said something once for all say it in each panel", () => {
  const { layout } = fitted(json(compare({ one: lines("loss"), two: lines("loss") })), 390);
  assert.deepEqual([layout.yaxis2?.title?.text, layout.yaxis2?.showticklabels], ["loss", undefined]);
  assert.equal(fitted(json(grid([lines("p"), line({ a: [1] })])), 390).layout.yaxis2?.title, undefined);
});

test("each state of a slider has its own headings in the same places", () => {
  const state = (n: number) => ({ label: n, figure: histogram({ a: [0, n], b: [0, 2 * n] }) });
  const figure = json(frames([state(1), state(2)]));
  const { layout, frames: states = [] } = fitted(figure, 390);
  assert.equal(states.length, 2);
  for (const { layout: own } of states) {
    assert.deepEqual(
      own!.annotations!.map(({ yref }) => yref),
      layout.annotations!.map(({ yref }) => yref),
    );
  }
  assert.deepEqual([layout.xaxis2!.domain, layout.legend], [[0, 1], figure.layout.legend]);
});

test("text is broken at spaces and between Chinese glyphs, never after the square of a color, and keeps its tags", () => {
  assert.equal(wrapped("one two three", 12, 60), "one two<br>three");
  assert.equal(wrapped("<b>one two</b> three", 12, 60), "<b>one two</b><br>three");
  assert.equal(wrapped("中文标题，很长", 10, 42), "中文标<br>题，很长");
  assert.equal(wrapped("a ■ wordword", 12, 30), "a<br>■ wordword");
  assert.equal(
    wrapped('<span style="color:red">■</span> 0.5\u2002<span style="color:blue">■</span> 0.25', 12, 50),
    '<span style="color:red">■</span> 0.5\u2002<span style="color:blue"><br>■</span> 0.25',
  );
  assert.equal(wrapped("unbreakable", 12, 10), "unbreakable");
});
