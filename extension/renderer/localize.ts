// What the pages of notebooks say, in the reader's language: VS Code lends its own to views only, so these pages go by the window's.
import { fill } from "./element";

const chinese = {
  Button: "按钮",
  Chart: "图表",
  Checkbox: "复选框",
  Choice: "选项",
  Copied: "已复制",
  "Copy data as CSV": "将数据复制为 CSV",
  "Histogram from {0} to {1}": "直方图，从 {0} 到 {1}",
  infinite: "无穷",
  max: "最大值",
  mean: "均值",
  min: "最小值",
  "Not copied: {0}": "未能复制：{0}",
  "Plotly could not draw this figure: {0}": "Plotly 无法绘制此图：{0}",
  Number: "数字",
  Progress: "进度",
  "Run the cell to move these controls.": "运行单元格后即可调节这些控件。",
  "Run the cell to move this control.": "运行单元格后即可调节此控件。",
  "Save as {0}": "另存为 {0}",
  "The kernel's answer is not a box of numbers.": "内核的回答不是一块数值。",
  "This chart cannot be drawn: it is nested too deeply.": "无法绘制此图表：嵌套过深。",
  "This chart has no numbers to copy": "此图表没有可复制的数值",
  "This chart is too large to draw: it has {0} traces.": "此图表过大，无法绘制：共有 {0} 条轨迹。",
  "This chart is too large to draw: it has more than {0} values.": "此图表过大，无法绘制：数值超过 {0} 个。",
  "This output is not a Plotly figure: expected an object with a list of traces, `data`.":
    "此输出不是 Plotly 图表：应为带有轨迹列表 `data` 的对象。",
  "This output is not controls: expected a list of them.": "此输出不是控件：应为控件列表。",
  "This output is not controls: one of them is of no known kind.": "此输出不是控件：其中一个的类型未知。",
  "This output is not a tensor: expected its shape, statistics and tiles.":
    "此输出不是张量：应有形状、统计量和图块。",
  "This output is not progress: expected its bars.": "此输出不是进度：应有进度条列表。",
  "This output is not progress: it has {0} bars.": "此输出不是进度：共有 {0} 个进度条。",
  Slider: "滑块",
  std: "标准差",
  Text: "文本",
  "the browser did not copy": "浏览器没有复制",
} as const;

let language = globalThis.navigator?.language ?? "";

/** For a page that goes by the language of its notebook, a BCP 47 tag. */
export function setLanguage(tag: string): void {
  language = tag;
}

export const isChinese = (): boolean => /^zh\b/i.test(language);

/** The text in the reader's language, with values in its places `{0}`, `{1}` … The compiler asks for the Chinese of each. */
export function localized(text: keyof typeof chinese, ...values: (string | number)[]): string {
  return fill(isChinese() ? chinese[text] : text, ...values);
}

/** What Plotly says on its own buttons. */
export function plotlyLanguage(): object {
  const dictionary = {
    Zoom: "框选缩放",
    Pan: "平移",
    "Zoom in": "放大",
    "Zoom out": "缩小",
    "Reset axes": "重置坐标轴",
  };
  return isChinese() ? { locale: "zh-CN", locales: { "zh-CN": { dictionary, format: {} } } } : {};
}
