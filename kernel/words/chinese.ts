// What charts, tables and verdicts say, in Chinese. `{0}`, `{1}` … stand for anything, whose own words are looked up in turn.
import type { Dictionary } from "./language";

export const chinese: Dictionary = {
  "empty chart": "空图表",
  "no points": "没有点",
  "x none finite": "x 没有有限值",
  "y none finite": "y 没有有限值",
  "shown as means of {0} cells": "显示为 {0} 格的平均值",
};
