import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import * as plot from "../../../kernel/plot";
import { languageOf, localized, setLanguage, textTable } from "../../../kernel/words";

afterEach(() => setLanguage(undefined));

test("words are shown in the notebook's language where the dictionary knows them, also in the places of a phrase and between markup", () => {
  setLanguage("zh-CN");
  assert.equal(localized("empty chart"), "空图表");
  assert.equal(localized("shown as means of no points cells"), "显示为 没有点 格的平均值");
  assert.equal(localized("<b>empty chart</b>"), "<b>空图表</b>");
  for (const text of ["", "constructor", "empty chart!", "0.5"]) assert.equal(localized(text), text);
  setLanguage("de");
  assert.equal(localized("empty chart"), "empty chart");
});

test("a chart's words follow the language, its numbers and settings do not", () => {
  const chart = plot.line({ "empty chart": [1, 2], mine: [3, 4] }, { title: "no points" });
  const english = chart.toBundle();
  setLanguage("zh-CN");
  const chinese = chart.toBundle();
  const { data, layout } = chinese["application/vnd.plotly.v1+json"];
  assert.deepEqual(
    data.map(({ name }) => name),
    ["空图表", "mine"],
  );
  assert.equal(layout.title?.text, "没有点");
  assert.match(chinese["image/svg+xml"]!, /没有点/);
  assert.match(chinese["text/plain"], /^没有点 /);
  const numbers = (figure: typeof english) =>
    figure["application/vnd.plotly.v1+json"].data.map(({ x, y, type, mode }) => ({ x, y, type, mode }));
  assert.deepEqual(numbers(chinese), numbers(english));
  setLanguage(undefined);
  assert.deepEqual(chart.toBundle(), english);
});

test("columns of Chinese stand under each other", () => {
  setLanguage("zh-CN");
  const lines = textTable(["arm", "", "n"], [["empty chart", "", "1"]], ["y none finite", "", "2"]).split(
    "\n",
  );
  assert.equal(lines[4], "y 没有有限值    2");
  assert.equal(lines[2], "空图表          1");
});

test("prose of which a tenth is Han is Chinese", () => {
  assert.equal(languageOf("批量归一化 (Batch Normalization)"), "zh-CN");
  assert.equal(languageOf("Batch Normalization 批 in the middle of much English"), "en");
  assert.equal(languageOf(""), "en");
});
