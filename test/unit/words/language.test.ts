import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import * as plot from "../../../kernel/plot";
import { inLanguage, languageOf, localized, setLanguage, textTable } from "../../../kernel/words";

afterEach(() => setLanguage(undefined));

test("words are shown in the notebook's language where the dictionary knows them, also in the places of a phrase and between markup", () => {
  setLanguage("zh-CN");
  assert.equal(localized("empty chart"), "空图表");
  assert.equal(localized("<b>empty chart</b>"), "<b>空图表</b>");
  for (const text of ["", "constructor", "empty chart!", "0.5"]) assert.equal(localized(text), text);
  setLanguage("de");
  assert.equal(localized("empty chart"), "empty chart");
});

test("{#0} takes a number in any of our writings, or the place of one, and nothing else", () => {
  setLanguage("zh-CN");
  const numbers = [
    "3",
    "−0.5",
    "-2",
    "+4",
    ".2",
    "1.5e−8",
    "12,345",
    "90 %",
    "∞",
    "−∞",
    "2.5×",
    "%{x}",
    "%{y:.3~g}",
  ];
  for (const each of numbers) assert.equal(localized(`layer ${each}`), `第 ${each} 层`);
  for (const each of ["norm", "1x", "3 of", "-"]) {
    assert.equal(localized(`layer ${each}`), `layer ${each}`);
  }
});

test("{0} takes what the dictionary knows in turn, or what has no words; else the whole text stays", () => {
  setLanguage("zh-CN");
  assert.equal(
    localized("Test accuracy, drawn digits: median and range of 5 seeds"),
    "测试准确率，画出来的数字：5 个种子的中位数和范围",
  );
  assert.equal(localized("with BN: γ"), "带 BN：γ");
  assert.equal(localized("first BN: median 0.9 of 5, 0.8 to 1"), "第一个 BN：中位数 0.9（共 5），0.8 至 1");
  for (const sentence of [
    "with BN: my own remark",
    "The distribution of the data is arbitrary, so that much of it is lost",
    "Linear(inFeatures=784, outFeatures=100)",
    "64, 16, 4",
  ]) {
    assert.equal(localized(sentence), sentence);
  }
});

test("{*0} takes anything: the names that a reader has given stay beside translated words", () => {
  setLanguage("zh-CN");
  assert.equal(localized("against my network"), "对照：my network");
  assert.equal(localized("against with BN"), "对照：带 BN");
});

test("{=0} keeps the names of the reader's code, also those that are words of ours", () => {
  setLanguage("zh-CN");
  const refused = "one after the other: run() assigns to loss, which other runs would not see";
  assert.equal(localized("loss"), "损失");
  assert.equal(localized(refused), "逐一进行：run() 给 loss 赋值，别的运行看不到");
});

test("a list is cut wherever its parts are known, in reasonable time however long it is", () => {
  setLanguage("zh-CN");
  assert.equal(localized("without BN, BN, own rate, lr 0.3"), "不带 BN，BN，各自最佳学习率，学习率 0.3");
  const unknown = Array.from({ length: 60 }, (_, i) => `part ${i}`).join(", ");
  assert.equal(localized(unknown), unknown);
});

test("what is made in another language leaves the notebook's as it was", () => {
  setLanguage("en");
  assert.equal(
    inLanguage("zh-CN", () => localized("with BN")),
    "带 BN",
  );
  assert.throws(() => inLanguage("zh-CN", () => assert.fail("made nothing")), /made nothing/);
  assert.equal(localized("with BN"), "with BN");
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
