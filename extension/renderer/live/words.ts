// What a live page says, in the language of its notebook.
import { fill } from "../element";
import { isChinese } from "../localize";

const chinese = {
  "A part of this page is missing; export the notebook again.": "此页面缺少一部分；请重新导出笔记本。",
  "Add files…": "添加文件…",
  "Cell {0}": "单元格 {0}",
  "Cell {0} has ended": "单元格 {0} 已运行完毕",
  "Cell {0} has failed": "单元格 {0} 出错",
  "Cell {0} runs": "单元格 {0} 正在运行",
  "Cell {0} was stopped": "单元格 {0} 已停止",
  "Cells read and write these files. They stay until the page is closed; click to download.":
    "单元格可以读写这些文件。它们保留到页面关闭为止；点击即可下载。",
  "Code of cell {0}. Escape leaves the editor, Control+Enter runs the cell.":
    "单元格 {0} 的代码。按 Esc 离开编辑器，按 Ctrl+Enter 运行。",
  Download: "下载",
  "Download the notebook (.ipynb) with its code and outputs as they are now":
    "下载笔记本（.ipynb），含当前的代码和输出",
  Files: "文件",
  "Give up this start, and begin another": "放弃这次启动，重新开始",
  "Keep the edits": "保留编辑",
  "No files yet. What you add here, or drop on the page, cells can read; what they write is here.":
    "还没有文件。在这里添加或拖到页面上的文件，单元格可以读取；它们写出的文件也在这里。",
  Notebook: "笔记本",
  Password: "密码",
  Ready: "就绪",
  "Ready. Nothing leaves this page: cells run in your browser, offline too.":
    "就绪。单元格在您的浏览器中运行，离线亦可，不会发送任何数据。",
  Reset: "重置",
  "Reset the page": "重置页面",
  "Restore the code and outputs as saved, and forget all variables and files that cells wrote":
    "恢复保存时的代码和输出，并清除所有变量和单元格写出的文件",
  Run: "运行",
  "Run all": "全部运行",
  "Run all cells": "运行所有单元格",
  "Run cell {0}": "运行单元格 {0}",
  "Running cell {0}": "正在运行单元格 {0}",
  Send: "发送",
  "Start it again": "重新启动",
  "Starting the engine…": "正在启动引擎…",
  Stop: "停止",
  "Stop the cell that runs": "停止正在运行的单元格",
  "Stopping…": "正在停止…",
  "The engine has not started: it has given no sign of life for a while. Your code and the cells that wait stay.":
    "引擎尚未启动：已有一段时间没有任何响应。您的代码和等待运行的单元格都会保留。",
  "The files that cells read and write": "单元格读写的文件",
  "The engine could not be started: {0}": "引擎无法启动：{0}",
  "The file {0} could not be loaded; it belongs beside this page.":
    "无法加载文件 {0}；它应与此页面放在一起。",
  "This browser keeps no edits of this page: {0}. Download the notebook to keep them.":
    "此浏览器未保存本页的编辑：{0}。请下载笔记本以保留。",
  "What you changed in {0} cells is given up.": "您在 {0} 个单元格中的改动将被放弃。",
  "What you changed in one cell is given up.": "您在 1 个单元格中的改动将被放弃。",
  edited: "已编辑",
  queued: "排队中",
  stopped: "已停止",
  "{0} s": "{0} 秒",
} as const;

export type Words = keyof typeof chinese;

/** The text in the page's language, with values in its places `{0}`, `{1}` … The compiler asks for the Chinese of each. */
export function words(text: Words, ...values: (string | number)[]): string {
  return fill(isChinese() ? chinese[text] : text, ...values);
}
